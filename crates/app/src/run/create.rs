//! Creating a run.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use greenroom_core::run::{self as rules, NAME_TAG, Run, RunDetail, RunStatus};
use greenroom_core::tag::Tag;
use greenroom_core::{Result, artifact, experiment as experiment_rules, run_name};
use greenroom_store::{Tx, experiment, run, run_tag};

use crate::Context;

/// What a new run is to be.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The experiment it belongs to.
    pub experiment_id: i64,
    /// Whose it is.
    pub user_id: String,
    /// Its name; empty = from its tags, or a new one.
    pub name: String,
    /// Unix milliseconds.
    pub started_at: i64,
    /// Keys and values as given.
    pub tags: Vec<(String, String)>,
}

/// Creates a run, which is then running.
pub async fn create(cx: &Context, new: NewRun) -> Result<RunDetail> {
    rules::check_user(&new.user_id)?;
    let mut tags = rules::first_tags(&new.tags, cx.long_values)?;
    let id = cx.ids.next();
    let name = rules::first_name(&new.name, &tags)?.unwrap_or_else(|| run_name::of(&id));
    tags.insert(NAME_TAG.to_owned(), name.clone());
    cx.db.write((id, name, new, tags), |tx, (id, name, new, tags)| add(tx, id, name, new, tags).boxed()).await
}

async fn add(
    tx: &mut Tx<'_>,
    id: &str,
    name: &str,
    new: &NewRun,
    tags: &BTreeMap<String, String>,
) -> Result<RunDetail> {
    let experiment = experiment::hold_by_id(tx, new.experiment_id)
        .await?
        .ok_or_else(|| experiment_rules::not_found(&new.experiment_id.to_string()))?;
    experiment.check_active()?;

    let run = Run {
        id: id.to_owned(),
        experiment_id: experiment.id,
        name: name.to_owned(),
        user_id: new.user_id.clone(),
        status: RunStatus::Running,
        started_at: new.started_at,
        ended_at: None,
        artifact_uri: artifact::of_run(&experiment.artifact_location, id),
        deleted_at: None,
    };
    tx.batch(&[run::insert(&run)]).await?;
    run_tag::set(tx, &run, tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))).await?;

    Ok(RunDetail {
        run,
        metrics: Vec::new(),
        params: Vec::new(),
        tags: tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect(),
        datasets: Vec::new(),
        model_inputs: Vec::new(),
        model_outputs: Vec::new(),
    })
}
