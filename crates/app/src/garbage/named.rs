//! What somebody named must be deleted, and long enough ago, all of it: else nothing happens.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use greenroom_core::garbage::Kind;
use greenroom_core::{Error, Result};
use greenroom_store::garbage_search::Candidate;
use greenroom_store::{Tx, experiment, logged_model, run};

use super::Named;
use crate::Context;

/// What was named, kind by kind, each once.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) runs: Vec<Candidate>,
    pub(super) logged_models: Vec<Candidate>,
    pub(super) experiments: Vec<Candidate>,
}

/// Looks everything up.
pub(super) async fn find(cx: &Context, named: Named, cutoff: i64) -> Result<Found> {
    cx.db
        .scan((named, cutoff), |tx, (named, cutoff)| {
            async move {
                let mut found = Found {
                    runs: all(tx, Kind::Run, &named.runs, *cutoff).await?,
                    logged_models: all(tx, Kind::LoggedModel, &named.logged_models, *cutoff).await?,
                    experiments: all(tx, Kind::Experiment, &named.experiments, *cutoff).await?,
                };
                // What is in an experiment that was named goes with it.
                let within: BTreeSet<i64> = found.experiments.iter().map(|e| e.experiment_id).collect();
                found.runs.retain(|run| !within.contains(&run.experiment_id));
                found.logged_models.retain(|model| !within.contains(&model.experiment_id));
                Ok(found)
            }
            .boxed()
        })
        .await
}

async fn all(tx: &mut Tx<'_>, kind: Kind, ids: &[String], cutoff: i64) -> Result<Vec<Candidate>> {
    let ids: BTreeSet<&String> = ids.iter().collect();
    let mut found = Vec::with_capacity(ids.len());
    let (mut missing, mut active, mut young) = (Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        match one(tx, kind, id).await? {
            None => missing.push(id.as_str()),
            Some(Candidate { deleted_at: None, .. }) => active.push(id.as_str()),
            Some(Candidate { deleted_at: Some(at), .. }) if at > cutoff => young.push(id.as_str()),
            Some(candidate) => found.push(candidate),
        }
    }
    for (wrong, why) in [
        (missing, "do not exist"),
        (active, "are not deleted, and only what was deleted can be removed for good"),
        (young, "were deleted more recently than the age that was asked for"),
    ] {
        if !wrong.is_empty() {
            return Err(Error::invalid(format!("These {}s {why}: {}.", kind.noun(), wrong.join(", "))));
        }
    }
    Ok(found)
}

async fn one(tx: &mut Tx<'_>, kind: Kind, id: &str) -> Result<Option<Candidate>> {
    // No id holds a NUL, and not every database could be asked for one.
    if id.contains('\0') {
        return Ok(None);
    }
    match kind {
        Kind::Run => Ok(run::by_id(tx, id).await?.map(Candidate::from)),
        Kind::LoggedModel => Ok(logged_model::by_id(tx, id).await?.map(Candidate::from)),
        Kind::Experiment => match id.parse() {
            Ok(id) => Ok(experiment::by_id(tx, id).await?.map(Candidate::from)),
            Err(_) => Ok(None),
        },
    }
}
