//! Creating experiments.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::experiment::{self as rules, Experiment};
use greenroom_core::tag::Tag;
use greenroom_store::{Tx, experiment};

use crate::{Context, garbage};

/// What a new experiment is to be.
#[derive(Clone, Debug)]
pub struct NewExperiment {
    /// Its name.
    pub name: String,
    /// Where its artifacts are to go; empty = where the operator decided.
    pub artifact_location: String,
    /// Keys and values as given.
    pub tags: Vec<(String, String)>,
}

/// Creates an experiment; its id.
pub async fn create(cx: &Context, new: NewExperiment) -> Result<i64> {
    if !new.artifact_location.is_empty() {
        rules::check_location(&cx.sources, &cx.artifacts, &new.artifact_location)?;
    }
    rules::check_name(&new.name)?;
    let tags = rules::check_tags(&new.tags)?;
    cx.db.write((cx.clone(), new, tags), |tx, (cx, new, tags)| run(tx, cx, new, tags).boxed()).await
}

async fn run(tx: &mut Tx<'_>, cx: &Context, new: &NewExperiment, tags: &[Tag]) -> Result<i64> {
    if experiment::by_name(tx, &new.name).await?.is_some() {
        return Err(rules::already_exists(&new.name));
    }
    let id = experiment::next_id(tx).await?;
    let now = cx.clock.now();
    let artifact_location = if new.artifact_location.is_empty() {
        cx.artifacts.of_experiment(id)
    } else {
        garbage::check_not_condemned(tx, &new.artifact_location).await?;
        new.artifact_location.clone()
    };

    let new = Experiment {
        id,
        name: new.name.clone(),
        artifact_location,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    if !experiment::insert(tx, &new).await? {
        return Err(rules::already_exists(&new.name));
    }
    experiment::set_tags(tx, id, tags).await?;
    Ok(id)
}

/// Sees to it that the default experiment is there; several servers may do so at once.
pub async fn ensure_default(cx: &Context) -> Result<()> {
    let there = cx.db.read((), |tx, ()| experiment::by_id(tx, rules::DEFAULT_ID).boxed()).await?;
    if there.is_some() {
        return Ok(());
    }
    let now = cx.clock.now();
    let default = Experiment {
        id: rules::DEFAULT_ID,
        name: rules::DEFAULT_NAME.to_owned(),
        artifact_location: cx.artifacts.of_experiment(rules::DEFAULT_ID),
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    // Whoever comes second adds nothing.
    cx.db.write(default, |tx, default| experiment::insert(tx, default).boxed()).await.map(|_| ())
}
