//! The `runs` table, and the loading of whole runs.

use greenroom_core::Result;
use greenroom_core::run::{Run, RunDetail, RunStatus};

use crate::db::{Row, Statement, Tx};
use crate::{dataset, run_metric, run_model, run_param, run_tag};

/// What [`from_row`] reads, in its order.
pub const COLUMNS: &str = "r.id, r.experiment_id, r.name, r.user_id, r.status, r.started_at, r.ended_at, \
     r.artifact_uri, r.deleted_at";

/// Reads a row of [`COLUMNS`].
pub fn from_row(row: &Row<'_>) -> Result<Run> {
    let status: String = row.get(4)?;
    Ok(Run {
        id: row.get(0)?,
        experiment_id: row.get(1)?,
        name: row.get(2)?,
        user_id: row.get(3)?,
        // Written by this file only.
        status: RunStatus::parse(&status).unwrap_or(RunStatus::Running),
        started_at: row.get(5)?,
        ended_at: row.get(6)?,
        artifact_uri: row.get(7)?,
        deleted_at: row.get(8)?,
    })
}

const BY_ID: &str = "SELECT r.id, r.experiment_id, r.name, r.user_id, r.status, r.started_at, r.ended_at, \
     r.artifact_uri, r.deleted_at
     FROM runs r
     WHERE r.id = $1";

/// The run of this id, also when it is deleted.
pub async fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Run>> {
    tx.opt(BY_ID, &[id.into()], from_row).await
}

/// The run of this id, to be changed: it is the unit of consistency, so nobody else changes it or anything that
/// hangs on it until the transaction ends.
pub async fn lock_by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Run>> {
    tx.opt_locked(BY_ID, &[id.into()], from_row).await
}

/// Loads what hangs on a page of runs, in a fixed number of queries per [`crate::page::CHILDREN`] runs.
pub async fn all_with_children(tx: &mut Tx<'_>, runs: Vec<Run>) -> Result<Vec<RunDetail>> {
    let mut details = Vec::with_capacity(runs.len());
    let mut rest = runs.into_iter().peekable();
    while rest.peek().is_some() {
        let page: Vec<Run> = rest.by_ref().take(crate::page::CHILDREN).collect();
        let ids: Vec<&str> = page.iter().map(|run| run.id.as_str()).collect();
        let mut metrics = run_metric::latest_of(tx, &ids).await?;
        let mut params = run_param::of_runs(tx, &ids).await?;
        let mut tags = run_tag::of_runs(tx, &ids).await?;
        let mut datasets = dataset::of_runs(tx, &ids).await?;
        let mut models = run_model::of_runs(tx, &ids).await?;
        for run in page {
            let (model_inputs, model_outputs) = models.remove(&run.id).unwrap_or_default();
            details.push(RunDetail {
                metrics: metrics.remove(&run.id).unwrap_or_default(),
                params: params.remove(&run.id).unwrap_or_default(),
                tags: tags.remove(&run.id).unwrap_or_default(),
                datasets: datasets.remove(&run.id).unwrap_or_default(),
                model_inputs,
                model_outputs,
                run,
            });
        }
    }
    Ok(details)
}

/// Adds a run.
pub fn insert(run: &Run) -> Statement<'_> {
    Statement {
        sql: "INSERT INTO runs
              (id, experiment_id, name, user_id, status, started_at, ended_at, artifact_uri, deleted_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params: vec![
            (&run.id).into(),
            run.experiment_id.into(),
            (&run.name).into(),
            (&run.user_id).into(),
            run.status.as_str().into(),
            run.started_at.into(),
            run.ended_at.into(),
            (&run.artifact_uri).into(),
            run.deleted_at.into(),
        ],
    }
}

/// Writes a run back after a change.
pub fn save(run: &Run) -> Statement<'_> {
    Statement {
        sql: "UPDATE runs SET name = $1, status = $2, ended_at = $3, deleted_at = $4 WHERE id = $5",
        params: vec![
            (&run.name).into(),
            run.status.as_str().into(),
            run.ended_at.into(),
            run.deleted_at.into(),
            (&run.id).into(),
        ],
    }
}

/// Deletes or restores every run of an experiment.
pub fn set_deleted_in(experiment_id: i64, deleted_at: Option<i64>) -> Statement<'static> {
    Statement {
        sql: "UPDATE runs SET deleted_at = $1 WHERE experiment_id = $2",
        params: vec![deleted_at.into(), experiment_id.into()],
    }
}
