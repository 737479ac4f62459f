//! Metrics of runs: all points, the latest of each metric, and the latest of those that belong to logged models.
//!
//! A value that is no number is kept as 0 with a mark: one engine has no NaN, the other sorts it above everything.

use std::collections::{BTreeMap, HashMap};

use greenroom_core::Result;
use greenroom_core::metric::{Metric, MetricOwner};
use greenroom_core::run::Run;

use crate::db::{Param, Row, Rows, Tx};
use crate::page::in_list;
use crate::tag::group;

/// Reads key, value, `is_nan`, timestamp and step from five columns, the first of them `at`.
pub(crate) fn point_from(row: &Row<'_>, at: usize) -> Result<Metric> {
    let value = if row.get(at + 2)? { f64::NAN } else { row.get(at + 1)? };
    Ok(Metric { key: row.get(at)?, value, timestamp: row.get(at + 3)?, step: row.get(at + 4)? })
}

/// A value as it is kept: what to sort by, and whether it is NaN.
fn kept(metric: &Metric) -> (f64, bool) {
    if metric.value.is_nan() { (0.0, true) } else { (metric.value, false) }
}

/// The latest point of every metric of a page of runs, by run id; each run's by key.
pub async fn latest_of(tx: &mut Tx<'_>, ids: &[&str]) -> Result<HashMap<String, Vec<Metric>>> {
    let (list, params) = in_list(ids, 1);
    let sql = format!(
        "SELECT run_id, key, value, is_nan, timestamp, step FROM run_metrics WHERE run_id IN ({list}) ORDER BY run_id, key"
    );
    let rows = tx.all(&sql, &params, |row| Ok((row.get::<String>(0)?, point_from(row, 1)?))).await?;
    Ok(group(rows))
}

/// Always updates, so that it always returns the metric's number; what it writes is the later of the two points.
const ADVANCE: Rows = Rows {
    before: "INSERT INTO run_metrics (run_id, key, value, is_nan, timestamp, step, experiment_id)",
    columns: 7,
    after: "ON CONFLICT (run_id, key) DO UPDATE SET
            value = CASE WHEN (excluded.step, excluded.timestamp, excluded.value)
                > (run_metrics.step, run_metrics.timestamp, run_metrics.value)
                THEN excluded.value ELSE run_metrics.value END,
            is_nan = CASE WHEN (excluded.step, excluded.timestamp, excluded.value)
                > (run_metrics.step, run_metrics.timestamp, run_metrics.value)
                THEN excluded.is_nan ELSE run_metrics.is_nan END,
            timestamp = CASE WHEN (excluded.step, excluded.timestamp, excluded.value)
                > (run_metrics.step, run_metrics.timestamp, run_metrics.value)
                THEN excluded.timestamp ELSE run_metrics.timestamp END,
            step = CASE WHEN (excluded.step, excluded.timestamp, excluded.value)
                > (run_metrics.step, run_metrics.timestamp, run_metrics.value)
                THEN excluded.step ELSE run_metrics.step END
        RETURNING key, number",
};

/// Moves metrics of a run on to these points, no key twice, where they are later than what is known; each metric's
/// number by its key.
pub async fn advance(tx: &mut Tx<'_>, run: &Run, latest: &[&Metric]) -> Result<BTreeMap<String, i64>> {
    let values: Vec<Param<'_>> = latest
        .iter()
        .flat_map(|metric| {
            let (value, is_nan) = kept(metric);
            [
                (&run.id).into(),
                (&metric.key).into(),
                value.into(),
                is_nan.into(),
                metric.timestamp.into(),
                metric.step.into(),
                run.experiment_id.into(),
            ]
        })
        .collect();
    let numbers =
        tx.insert_returning(ADVANCE, &values, |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?))).await?;
    Ok(numbers.into_iter().collect())
}

const ADD: Rows = Rows {
    before: "INSERT INTO run_metric_points (metric, timestamp, step, value, is_nan)",
    columns: 5,
    after: "ON CONFLICT DO NOTHING",
};

/// Adds points of metrics whose numbers are known; those that are there already are left as they are.
pub async fn add(tx: &mut Tx<'_>, numbers: &BTreeMap<String, i64>, points: &[&Metric]) -> Result<()> {
    let values: Vec<Param<'_>> = points
        .iter()
        .filter_map(|metric| {
            let (value, is_nan) = kept(metric);
            let number = *numbers.get(&metric.key)?;
            Some([number.into(), metric.timestamp.into(), metric.step.into(), value.into(), is_nan.into()])
        })
        .flatten()
        .collect();
    tx.insert(ADD, &values).await
}

const ADVANCE_MODELS: Rows = Rows {
    before: "INSERT INTO logged_model_metrics
         (model_id, key, run_id, dataset_name, dataset_digest, value, is_nan, timestamp, step, experiment_id)",
    columns: 10,
    after: "ON CONFLICT (model_id, key, run_id, dataset_name, dataset_digest) DO UPDATE SET
            value = excluded.value, is_nan = excluded.is_nan, timestamp = excluded.timestamp, step = excluded.step
        WHERE (excluded.step, excluded.timestamp, excluded.value)
            > (logged_model_metrics.step, logged_model_metrics.timestamp, logged_model_metrics.value)",
};

/// Moves metrics of logged models on to these points, none twice for one owner and key, where they are later.
pub async fn advance_models(
    tx: &mut Tx<'_>,
    run: &Run,
    models: &ModelExperiments,
    latest: &[(&MetricOwner, &Metric)],
) -> Result<()> {
    let values: Vec<Param<'_>> = latest
        .iter()
        .filter_map(|(owner, metric)| {
            let (value, is_nan) = kept(metric);
            let experiment_id = *models.get(&owner.model_id)?;
            Some([
                (&owner.model_id).into(),
                (&metric.key).into(),
                (&run.id).into(),
                (&owner.dataset_name).into(),
                (&owner.dataset_digest).into(),
                value.into(),
                is_nan.into(),
                metric.timestamp.into(),
                metric.step.into(),
                experiment_id.into(),
            ])
        })
        .flatten()
        .collect();
    tx.insert(ADVANCE_MODELS, &values).await
}

/// The experiments of logged models, by their ids.
pub type ModelExperiments = BTreeMap<String, i64>;

/// Those of these logged models that exist, deleted ones included.
pub async fn known_models(tx: &mut Tx<'_>, ids: &[&str]) -> Result<ModelExperiments> {
    let mut known = ModelExperiments::new();
    for some in ids.chunks(crate::page::CHILDREN) {
        let (list, params) = in_list(some, 1);
        let sql = format!("SELECT id, experiment_id FROM logged_models WHERE id IN ({list}) ORDER BY id");
        known.extend(tx.all(&sql, &params, |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?))).await?);
    }
    Ok(known)
}
