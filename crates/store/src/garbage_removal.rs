//! Removing rows for good: first what was deleted, then, piece by piece, all that hung on it.

use greenroom_core::Result;
use greenroom_core::garbage::Kind;

use crate::db::{Param, Row, Statement, Tx};
use crate::page::in_list;

/// Removes the row of a run, logged model or experiment.
pub fn delete(kind: Kind, id: &str) -> Statement<'_> {
    match kind {
        Kind::Run => Statement { sql: "DELETE FROM runs WHERE id = $1", params: vec![id.into()] },
        Kind::LoggedModel => {
            Statement { sql: "DELETE FROM logged_models WHERE id = $1", params: vec![id.into()] }
        }
        Kind::Experiment => {
            Statement { sql: "DELETE FROM experiments WHERE id = $1", params: vec![number(id).into()] }
        }
    }
}

/// The id of an experiment; ids of experiments are written by programs only.
fn number(id: &str) -> i64 {
    id.parse().unwrap_or(-1)
}

/// Removes what hung on these (at most [`crate::page::CHILDREN`]), about `budget` rows of it; whether that was all.
pub async fn clear(tx: &mut Tx<'_>, kind: Kind, ids: &[&str], budget: i64) -> Result<bool> {
    match kind {
        Kind::Run => {
            if !clear_metrics(tx, ids, budget).await? {
                return Ok(false);
            }
            for table in ["run_params", "run_tags", "run_dataset_tags", "run_datasets", "run_models"] {
                delete_all(tx, table, "run_id", ids).await?;
            }
            Ok(true)
        }
        Kind::LoggedModel => {
            for table in ["logged_model_tags", "logged_model_params", "logged_model_metrics", "run_models"] {
                delete_all(tx, table, "model_id", ids).await?;
            }
            Ok(true)
        }
        Kind::Experiment => clear_experiments(tx, ids, budget).await,
    }
}

async fn delete_all(tx: &mut Tx<'_>, table: &str, column: &str, ids: &[&str]) -> Result<()> {
    let (list, params) = in_list(ids, 1);
    tx.exec(&format!("DELETE FROM {table} WHERE {column} IN ({list})"), &params).await.map(|_| ())
}

/// Metrics whose points are removed in one go.
const METRICS: i64 = 1000;

const DELETE_METRIC: &str = "DELETE FROM run_metrics WHERE number = $1";
const DELETE_POINTS: &str = "DELETE FROM run_metric_points WHERE metric = $1";

const DELETE_POINTS_UNTIL: &str = "DELETE FROM run_metric_points
     WHERE metric = $1 AND (timestamp, step, value, is_nan) <= ($2, $3, $4, $5)";

/// The point that so many others come before.
const CUT: &str = "SELECT timestamp, step, value, is_nan FROM run_metric_points
     WHERE metric = $1
     ORDER BY timestamp, step, value, is_nan
     LIMIT 1 OFFSET $2";

/// A metric's history may be long: it goes piece by piece.
async fn clear_metrics(tx: &mut Tx<'_>, ids: &[&str], budget: i64) -> Result<bool> {
    let (list, mut params) = in_list(ids, 1);
    params.push(METRICS.into());
    let sql = format!(
        "SELECT number FROM run_metrics WHERE run_id IN ({list}) ORDER BY run_id, key LIMIT ${}",
        params.len()
    );
    let metrics = tx.all(&sql, &params, |row| row.get::<i64>(0)).await?;
    let mut left = budget;
    for metric in &metrics {
        if let Some(mut cut) = tx.opt(CUT, &[(*metric).into(), left.into()], point).await? {
            cut.insert(0, (*metric).into());
            tx.exec(DELETE_POINTS_UNTIL, &cut).await?;
            return Ok(false);
        }
        let gone = tx.exec(DELETE_POINTS, &[(*metric).into()]).await?;
        tx.exec(DELETE_METRIC, &[(*metric).into()]).await?;
        left = left.saturating_sub(i64::try_from(gone).unwrap_or(i64::MAX)).max(0);
    }
    Ok(i64::try_from(metrics.len()).unwrap_or(i64::MAX) < METRICS)
}

fn point(row: &Row<'_>) -> Result<Vec<Param<'static>>> {
    Ok(vec![
        row.get::<i64>(0)?.into(),
        row.get::<i64>(1)?.into(),
        row.get::<f64>(2)?.into(),
        row.get::<bool>(3)?.into(),
    ])
}

const DELETE_EXPERIMENT_TAGS: &str = "DELETE FROM experiment_tags WHERE experiment_id = $1";

const DELETE_DATASETS: &str = "DELETE FROM datasets
     WHERE id IN (SELECT d.id FROM datasets d WHERE d.experiment_id = $1 ORDER BY d.name, d.digest LIMIT $2)";

async fn clear_experiments(tx: &mut Tx<'_>, ids: &[&str], budget: i64) -> Result<bool> {
    for id in ids {
        let id = number(id);
        tx.exec(DELETE_EXPERIMENT_TAGS, &[id.into()]).await?;
        let gone = tx.exec(DELETE_DATASETS, &[id.into(), budget.into()]).await?;
        if i64::try_from(gone).unwrap_or(i64::MAX) >= budget {
            return Ok(false);
        }
    }
    Ok(true)
}
