//! Logging metrics.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::FutureExt;
use greenroom_core::metric::{self as rules, LoggedMetric, Metric, MetricOwner};
use greenroom_core::run::Run;
use greenroom_core::{Error, Result};
use greenroom_store::Tx;
use greenroom_store::run_metric::{self, ModelExperiments};

use super::find_active;
use crate::Context;

/// Logs a point of a metric.
pub async fn log_metric(cx: &Context, run_id: String, point: LoggedMetric) -> Result<()> {
    cx.db.write((run_id, point), |tx, (run_id, point)| log_one(tx, run_id, point).boxed()).await
}

async fn log_one(tx: &mut Tx<'_>, run_id: &str, point: &LoggedMetric) -> Result<()> {
    let run = find_active(tx, run_id).await?;
    let points = std::slice::from_ref(point);
    let models = known_models(tx, points).await?;

    add(tx, &run, points, &models).await
}

/// The logged models that points belong to; refuses those that never were.
pub(super) async fn known_models(tx: &mut Tx<'_>, points: &[LoggedMetric]) -> Result<ModelExperiments> {
    let ids: BTreeSet<&str> =
        points.iter().filter_map(|point| Some(point.owner.as_ref()?.model_id.as_str())).collect();
    if ids.is_empty() {
        return Ok(ModelExperiments::new());
    }
    let ids: Vec<&str> = ids.into_iter().collect();
    let known = run_metric::known_models(tx, &ids).await?;
    match ids.iter().find(|id| !known.contains_key(**id)) {
        Some(id) => Err(Error::not_found(format!("Logged model with ID '{id}' not found."))),
        None => Ok(known),
    }
}

/// Adds points to a run that is locked, and moves the latest ones on.
pub(super) async fn add(
    tx: &mut Tx<'_>,
    run: &Run,
    points: &[LoggedMetric],
    models: &ModelExperiments,
) -> Result<()> {
    if points.is_empty() {
        return Ok(());
    }
    let all = rules::distinct(points.iter().map(|point| &point.metric));
    let numbers = run_metric::advance(tx, run, &rules::latest(all.iter().copied())).await?;
    run_metric::add(tx, &numbers, &all).await?;

    let owned = by_owner(points);
    let latest: Vec<(&MetricOwner, &Metric)> = owned
        .iter()
        .flat_map(|(owner, points)| {
            rules::latest(points.iter().copied()).into_iter().map(move |p| (*owner, p))
        })
        .collect();
    run_metric::advance_models(tx, run, models, &latest).await
}

fn by_owner(points: &[LoggedMetric]) -> BTreeMap<&MetricOwner, Vec<&Metric>> {
    let mut owned: BTreeMap<&MetricOwner, Vec<&Metric>> = BTreeMap::new();
    for point in points {
        if let Some(owner) = &point.owner {
            owned.entry(owner).or_default().push(&point.metric);
        }
    }
    owned
}
