//! The decision, under a lock that keeps registrations out: what no version needs is gone when this returns, but for
//! its artifacts and what hung on it.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::garbage::Kind;
use greenroom_store::garbage::Garbage;
use greenroom_store::garbage_search::Candidate;
use greenroom_store::{Tx, experiment, garbage, garbage_removal, logged_model, run};

use super::{Reason, judge};
use crate::Context;

/// What was decided about a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// On its way out.
    Condemned(Garbage),
    /// It stays.
    Kept(Reason),
    /// It was restored, or removed, in the meantime.
    Changed,
}

/// Decides about a few candidates (all of one kind) that were deleted at `cutoff` at the latest; with `keep_origins`
/// a run that a version comes from stays, wherever the version's files are.
pub async fn condemn(
    cx: &Context,
    cutoff: i64,
    candidates: Vec<Candidate>,
    keep_origins: bool,
) -> Result<Vec<Verdict>> {
    cx.db
        .write((cx.clone(), cutoff, candidates), move |tx, (cx, cutoff, candidates)| {
            async move {
                // The registry first, as whoever registers does: then nobody waits for somebody who waits.
                tx.lock_registry().await?;
                let mut verdicts = Vec::with_capacity(candidates.len());
                for candidate in candidates {
                    let deleted = is_deleted(tx, candidate, *cutoff).await?;
                    verdicts.push(if deleted {
                        decide(tx, cx, candidate, keep_origins).await?
                    } else {
                        Verdict::Changed
                    });
                }
                Ok(verdicts)
            }
            .boxed()
        })
        .await
}

/// Whether it is deleted still; if so it stays so until the transaction ends.
async fn is_deleted(tx: &mut Tx<'_>, candidate: &Candidate, cutoff: i64) -> Result<bool> {
    let by_then = |at: Option<i64>| at.is_some_and(|at| at <= cutoff);
    match candidate.kind {
        Kind::Run => Ok(run::lock_by_id(tx, &candidate.id).await?.is_some_and(|r| by_then(r.deleted_at))),
        Kind::LoggedModel => {
            let Some(model) = logged_model::lock_by_id(tx, &candidate.id).await? else { return Ok(false) };
            if by_then(model.deleted_at) {
                return Ok(true);
            }
            // Deleting an experiment marks its runs; its logged models are deleted with it all the same.
            let experiment = experiment::hold_by_id(tx, model.experiment_id).await?;
            Ok(experiment.is_some_and(|e| by_then(e.deleted_at)))
        }
        Kind::Experiment => {
            let experiment = experiment::lock_by_id(tx, candidate.experiment_id).await?;
            Ok(experiment.is_some_and(|e| by_then(e.deleted_at)))
        }
    }
}

async fn decide(tx: &mut Tx<'_>, cx: &Context, candidate: &Candidate, keep_origins: bool) -> Result<Verdict> {
    let kept = match candidate.kind {
        Kind::Run | Kind::LoggedModel => judge::reason_to_keep(tx, cx, candidate, keep_origins).await?,
        Kind::Experiment => judge::content(tx, candidate.experiment_id).await?,
    };
    if let Some(reason) = kept {
        return Ok(Verdict::Kept(reason));
    }
    let condemned = judge::condemned(cx, candidate);
    tx.batch(&[garbage_removal::delete(candidate.kind, &candidate.id), garbage::insert(&condemned)]).await?;
    Ok(Verdict::Condemned(condemned))
}
