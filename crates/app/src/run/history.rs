//! The points of metrics: page by page, of several runs at once, or a sample for a chart. A run or a metric that does
//! not exist has no points (MLflow's behaviour).

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::metric::Metric;
use greenroom_store::Tx;
use greenroom_store::metric_history::{self, Point};
use greenroom_store::metric_sample::{self, Steps};

use crate::Context;

/// A metric of a run.
#[derive(Clone, Debug)]
pub struct MetricKey {
    /// The run.
    pub run_id: String,
    /// The metric's name.
    pub key: String,
}

/// A metric of several runs.
#[derive(Clone, Debug)]
pub struct MetricOfRuns {
    /// The runs.
    pub run_ids: Vec<String>,
    /// The metric's name.
    pub key: String,
}

/// A point, and the run it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPoint {
    /// The run.
    pub run_id: String,
    /// The point.
    pub metric: Metric,
}

fn named(key: &str, point: Point) -> Metric {
    Metric { key: key.to_owned(), value: point.value, timestamp: point.timestamp, step: point.step }
}

async fn number(tx: &mut Tx<'_>, run_id: &str, key: &str) -> Result<Option<i64>> {
    // No id and no key holds a NUL, and not every database could be asked for one.
    if run_id.contains('\0') || key.contains('\0') {
        return Ok(None);
    }
    metric_history::number(tx, run_id, key).await
}

/// A page of a metric's points by time, then step, then value.
pub async fn history(
    cx: &Context,
    metric: MetricKey,
    limit: i64,
    token: Option<String>,
) -> Result<(Vec<Metric>, Option<String>)> {
    cx.db
        .scan((metric, limit, token), |tx, (metric, limit, token)| {
            async move {
                let Some(number) = number(tx, &metric.run_id, &metric.key).await? else {
                    return Ok((Vec::new(), None));
                };
                let (points, token) = metric_history::page(tx, number, *limit, token.as_deref()).await?;
                Ok((points.into_iter().map(|point| named(&metric.key, point)).collect(), token))
            }
            .boxed()
        })
        .await
}

/// The points of a metric in several runs, one run after the other by id, up to a limit for all together.
pub async fn history_of_runs(cx: &Context, metric: MetricOfRuns, limit: i64) -> Result<Vec<RunPoint>> {
    let MetricOfRuns { mut run_ids, key } = metric;
    run_ids.sort_unstable();
    run_ids.dedup();
    cx.db
        .scan((run_ids, key, limit), |tx, (run_ids, key, limit)| {
            async move {
                let mut found = Vec::new();
                for run_id in run_ids {
                    let left = *limit - i64::try_from(found.len()).unwrap_or(*limit);
                    if left <= 0 {
                        break;
                    }
                    if let Some(number) = number(tx, run_id, key).await? {
                        let (points, _) = metric_history::page(tx, number, left, None).await?;
                        found.extend(of_run(run_id, key, points));
                    }
                }
                Ok(found)
            }
            .boxed()
        })
        .await
}

/// A sample of a metric in several runs, in the order of the runs: at most `places` points of each.
pub async fn sample_of_runs(
    cx: &Context,
    metric: MetricOfRuns,
    steps: Steps,
    places: i64,
) -> Result<Vec<RunPoint>> {
    cx.db
        .scan((metric, steps, places), |tx, (metric, steps, places)| {
            async move {
                let mut found = Vec::new();
                for run_id in &metric.run_ids {
                    if let Some(number) = number(tx, run_id, &metric.key).await? {
                        let points = metric_sample::sample(tx, number, *steps, *places).await?;
                        found.extend(of_run(run_id, &metric.key, points));
                    }
                }
                Ok(found)
            }
            .boxed()
        })
        .await
}

fn of_run(run_id: &str, key: &str, points: Vec<Point>) -> impl Iterator<Item = RunPoint> {
    points.into_iter().map(move |point| RunPoint { run_id: run_id.to_owned(), metric: named(key, point) })
}
