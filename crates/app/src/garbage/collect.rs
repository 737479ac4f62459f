//! Going through what was deleted, a few at a time: memory does not grow with how much it is.

use std::collections::HashMap;

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::garbage::Kind;
use greenroom_store::garbage::{self, Garbage};
use greenroom_store::garbage_search::{self, Candidate, Walk};

use super::condemn::{Verdict, condemn};
use super::judge;
use super::named::{self, Found};
use super::remove::{self, remove};
use super::{Ask, Fate, Item, Reason};
use crate::Context;
use crate::artifact::Size;

/// How many are decided about at once. Registrations wait meanwhile.
const BATCH: usize = 32;
const PAGE: i64 = 32;

/// Removes for good what was deleted; `tell` hears of each thing once it is done.
pub async fn collect(cx: &Context, ask: Ask, tell: impl FnMut(Item) -> Result<()>) -> Result<()> {
    let cutoff = cx.clock.now().saturating_sub(ask.older_than);
    let found = match ask.only {
        Some(named) => Some(named::find(cx, named, cutoff).await?),
        None => None,
    };
    let mut collection = Collection { cx, cutoff, dry_run: ask.dry_run, staying: HashMap::new(), tell };

    collection.finish_what_was_begun().await?;
    match found {
        None => collection.everything().await,
        Some(found) => collection.only(found).await,
    }
}

struct Collection<'a, T> {
    cx: &'a Context,
    cutoff: i64,
    dry_run: bool,
    /// Of each experiment in which something stays: the first such thing.
    staying: HashMap<i64, Reason>,
    tell: T,
}

impl<T: FnMut(Item) -> Result<()>> Collection<'_, T> {
    /// What somebody condemned who did not get to the end.
    async fn finish_what_was_begun(&mut self) -> Result<()> {
        let mut last: Option<Garbage> = None;
        loop {
            let page =
                self.cx.db.read(last, |tx, last| garbage::left(tx, last.as_ref(), PAGE).boxed()).await?;
            if page.is_empty() {
                return Ok(());
            }
            last = page.last().cloned();
            for same in page.chunk_by(|a, b| a.kind == b.kind) {
                for (garbage, size) in same.iter().zip(self.gone(same.to_vec()).await?) {
                    let fate = Fate::Removed(size);
                    (self.tell)(Item { kind: garbage.kind, id: garbage.id.clone(), fate })?;
                }
            }
        }
    }

    async fn everything(&mut self) -> Result<()> {
        self.walk(Walk::Runs).await?;
        self.walk(Walk::LoggedModels).await?;
        let mut last = None;
        loop {
            let page = self.page(Walk::Experiments, last).await?;
            if page.is_empty() {
                return Ok(());
            }
            last = page.last().cloned();
            for experiment in page {
                self.walk(Walk::OtherLoggedModelsOf(experiment.experiment_id)).await?;
                self.experiment(experiment).await?;
            }
        }
    }

    async fn only(&mut self, found: Found) -> Result<()> {
        for named in [found.runs, found.logged_models] {
            for few in named.chunks(BATCH) {
                // Whoever names a run means this one.
                self.few(few.to_vec(), false).await?;
            }
        }
        for experiment in found.experiments {
            self.walk(Walk::RunsOf(experiment.experiment_id)).await?;
            self.walk(Walk::LoggedModelsOf(experiment.experiment_id)).await?;
            self.walk(Walk::OtherLoggedModelsOf(experiment.experiment_id)).await?;
            self.experiment(experiment).await?;
        }
        Ok(())
    }

    async fn walk(&mut self, walk: Walk) -> Result<()> {
        let mut last = None;
        loop {
            let page = self.page(walk, last).await?;
            if page.is_empty() {
                return Ok(());
            }
            last = page.last().cloned();
            self.few(page, true).await?;
        }
    }

    async fn page(&self, walk: Walk, last: Option<Candidate>) -> Result<Vec<Candidate>> {
        self.cx
            .db
            .scan((walk, self.cutoff, last), |tx, (walk, cutoff, last)| {
                garbage_search::page(tx, *walk, *cutoff, last.as_ref(), PAGE).boxed()
            })
            .await
    }

    /// Runs or logged models.
    async fn few(&mut self, candidates: Vec<Candidate>, keep_origins: bool) -> Result<()> {
        let verdicts = if self.dry_run {
            self.cx
                .db
                .read((self.cx.clone(), candidates.clone()), move |tx, (cx, candidates)| {
                    async move {
                        let mut verdicts = Vec::with_capacity(candidates.len());
                        for candidate in candidates {
                            verdicts.push(
                                match judge::reason_to_keep(tx, cx, candidate, keep_origins).await? {
                                    Some(reason) => Verdict::Kept(reason),
                                    None => Verdict::Condemned(judge::condemned(cx, candidate)),
                                },
                            );
                        }
                        Ok(verdicts)
                    }
                    .boxed()
                })
                .await?
        } else {
            condemn(self.cx, self.cutoff, candidates.clone(), keep_origins).await?
        };

        let condemned = verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Condemned(garbage) => Some(garbage.clone()),
            Verdict::Kept(_) | Verdict::Changed => None,
        });
        let mut sizes = self.gone(condemned.collect()).await?.into_iter();
        for (candidate, verdict) in candidates.into_iter().zip(verdicts) {
            let fate = match verdict {
                Verdict::Condemned(garbage) => {
                    let size = sizes.next().unwrap_or_default();
                    let outside = garbage.path.is_none();
                    if outside {
                        Fate::RemovedWithout { location: candidate.location }
                    } else {
                        Fate::Removed(size)
                    }
                }
                Verdict::Kept(reason) => {
                    let within = Reason::Contains { kind: candidate.kind, id: candidate.id.clone() };
                    self.staying.entry(candidate.experiment_id).or_insert(within);
                    Fate::Kept(reason)
                }
                Verdict::Changed => continue,
            };
            (self.tell)(Item { kind: candidate.kind, id: candidate.id, fate })?;
        }
        Ok(())
    }

    /// An experiment, after all that was deleted in it.
    async fn experiment(&mut self, experiment: Candidate) -> Result<()> {
        let verdict = if self.dry_run {
            let stays = match self.staying.get(&experiment.experiment_id) {
                Some(reason) => Some(reason.clone()),
                None => self.active_run(experiment.experiment_id).await?,
            };
            stays.map_or_else(|| Verdict::Condemned(judge::condemned(self.cx, &experiment)), Verdict::Kept)
        } else {
            let verdict = condemn(self.cx, self.cutoff, vec![experiment.clone()], true).await?;
            verdict.into_iter().next().unwrap_or(Verdict::Changed)
        };

        let fate = match verdict {
            Verdict::Condemned(garbage) => {
                self.gone(vec![garbage]).await?;
                if !self.dry_run {
                    remove::tidy(self.cx, &experiment).await?;
                }
                Fate::Removed(Size::default())
            }
            // Of several things that stay in it, the one that a dry run names.
            Verdict::Kept(reason) => {
                Fate::Kept(self.staying.get(&experiment.experiment_id).cloned().unwrap_or(reason))
            }
            Verdict::Changed => return Ok(()),
        };
        (self.tell)(Item { kind: experiment.kind, id: experiment.id, fate })
    }

    async fn active_run(&self, experiment_id: i64) -> Result<Option<Reason>> {
        let staying = self.cx.db.scan((experiment_id, self.cutoff), |tx, (experiment_id, cutoff)| {
            garbage_search::staying_run_in(tx, *experiment_id, *cutoff).boxed()
        });
        Ok(staying.await?.map(|id| Reason::Contains { kind: Kind::Run, id }))
    }

    /// Sees the condemned out; a dry run only looks how much that would be.
    async fn gone(&self, condemned: Vec<Garbage>) -> Result<Vec<Size>> {
        if condemned.is_empty() {
            return Ok(Vec::new());
        }
        if self.dry_run {
            remove::measure(self.cx, &condemned).await
        } else {
            remove(self.cx, condemned).await
        }
    }
}
