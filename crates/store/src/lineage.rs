//! Where a version comes from: a fixed number of seeks, however much was logged.

use greenroom_core::Result;
use greenroom_core::lineage::{Lineage, LineageDataset, LineageRun, MAX_TOLD, RegisteredFrom, RunView};
use greenroom_core::metric::Metric;
use greenroom_core::model_version::ModelVersion;
use greenroom_core::run::{Param, Run};

use crate::db::{Row, Tx};
use crate::run;

/// What is known of a version's run, logged model and data.
pub async fn of_version(tx: &mut Tx<'_>, version: &ModelVersion) -> Result<Lineage> {
    let named = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    let mut lineage = Lineage { logged_model_id: named(&version.logged_model_id), ..Lineage::default() };
    if let Some(id) = named(&version.run_id) {
        lineage.run = of_run(tx, &id).await?;
        lineage.datasets = datasets_of_run(tx, &id).await?;
    }
    if let Some(id) = &lineage.logged_model_id {
        let measured_on = tx.all(MODEL_DATASETS, &[id.into(), MAX_TOLD.into()], dataset).await?;
        for dataset in measured_on {
            let known = |d: &LineageDataset| d.name == dataset.name && d.digest == dataset.digest;
            if !lineage.datasets.iter().any(known) {
                lineage.datasets.push(dataset);
            }
        }
    }
    Ok(lineage)
}

/// What is known of a run, and of what was registered from it; `None` when there is no such run.
pub async fn view_of_run(tx: &mut Tx<'_>, id: &str) -> Result<Option<RunView>> {
    let Some(run) = of_run(tx, id).await? else { return Ok(None) };
    let datasets = datasets_of_run(tx, id).await?;
    let versions = versions_of_run(tx, id, MAX_TOLD).await?;
    Ok(Some(RunView { run, datasets, versions }))
}

const RUN_VERSIONS: &str =
    "SELECT name, version, stage FROM model_versions WHERE run_id = $1 ORDER BY name, version LIMIT $2";

/// The versions that were registered from a run, by model and number.
pub async fn versions_of_run(tx: &mut Tx<'_>, id: &str, limit: i64) -> Result<Vec<RegisteredFrom>> {
    tx.all(RUN_VERSIONS, &[id.into(), limit.into()], |row| {
        Ok(RegisteredFrom { model: row.get(0)?, version: row.get(1)?, stage: row.get(2)? })
    })
    .await
}

async fn datasets_of_run(tx: &mut Tx<'_>, id: &str) -> Result<Vec<LineageDataset>> {
    tx.all(RUN_DATASETS, &[id.into(), MAX_TOLD.into()], dataset).await
}

const RUN: &str = "SELECT r.id, r.experiment_id, r.name, r.user_id, r.status, r.started_at, r.ended_at, \
     r.artifact_uri, r.deleted_at, e.name
     FROM runs r
     JOIN experiments e ON e.id = r.experiment_id
     WHERE r.id = $1";

const PARAMS: &str = "SELECT key, value FROM run_params WHERE run_id = $1 ORDER BY key LIMIT $2";

const METRICS: &str =
    "SELECT key, value, is_nan, timestamp, step FROM run_metrics WHERE run_id = $1 ORDER BY key LIMIT $2";

async fn of_run(tx: &mut Tx<'_>, id: &str) -> Result<Option<LineageRun>> {
    let found: Option<(Run, String)> =
        tx.opt(RUN, &[id.into()], |row| Ok((run::from_row(row)?, row.get(9)?))).await?;
    let Some((run, experiment_name)) = found else { return Ok(None) };
    let params = tx
        .all(PARAMS, &[id.into(), MAX_TOLD.into()], |row| Ok(Param { key: row.get(0)?, value: row.get(1)? }))
        .await?;
    let metrics = tx
        .all(METRICS, &[id.into(), MAX_TOLD.into()], |row| {
            Ok(Metric {
                key: row.get(0)?,
                value: if row.get(2)? { f64::NAN } else { row.get(1)? },
                timestamp: row.get(3)?,
                step: row.get(4)?,
            })
        })
        .await?;
    Ok(Some(LineageRun { run, experiment_name, params, metrics }))
}

const RUN_DATASETS: &str = "SELECT d.name, d.digest, COALESCE(t.value, '')
     FROM run_datasets i
     JOIN datasets d ON d.id = i.dataset_id
     LEFT JOIN run_dataset_tags t
         ON t.run_id = i.run_id AND t.dataset_id = i.dataset_id AND t.key = 'mlflow.data.context'
     WHERE i.run_id = $1
     ORDER BY i.position, d.name, d.digest
     LIMIT $2";

const MODEL_DATASETS: &str = "SELECT DISTINCT dataset_name, dataset_digest, ''
     FROM logged_model_metrics
     WHERE model_id = $1 AND dataset_name <> ''
     ORDER BY dataset_name, dataset_digest
     LIMIT $2";

fn dataset(row: &Row<'_>) -> Result<LineageDataset> {
    Ok(LineageDataset { name: row.get(0)?, digest: row.get(1)?, context: row.get(2)? })
}
