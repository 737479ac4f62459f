//! Searches of small and large experiments, and the history of a long metric.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::bench::{Bench, Server, Subject};
use crate::growth::encoded;
use crate::registry::{API, ask, get, post};
use crate::report::progress;
use crate::statistics::percentile;
use crate::tracking::{start, stop, subjects};
use crate::tracking_bulk::{FILTER, LONG_METRIC, LONG_RUN, Schema, best, matches};
use crate::{Result, bulk, load};

/// Rows of a page.
pub(crate) const PAGE: usize = 100;
/// Points of a chart's line.
const SAMPLE: usize = 320;

/// The medians of one call, in microseconds; where a server gave no answer in time, none.
pub(crate) type Median = Option<u32>;

/// What one subject did.
pub(crate) struct Reads {
    pub(crate) subject: Subject,
    /// By search, in the small and in the large experiment.
    pub(crate) searches: Vec<(String, [Median; 2])>,
    /// By call.
    pub(crate) histories: Vec<(String, Median)>,
}

/// Measures all subjects.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Reads>> {
    let mut all = Vec::new();
    for subject in subjects(bench) {
        all.push(one(bench, subject).await?);
        bench.forget(subject, "runs").await?;
    }
    Ok(all)
}

async fn one(bench: &Bench, subject: Subject) -> Result<Reads> {
    let [small, large] = bench.sizes.experiments;
    let schema = if subject.is_mlflow() { Schema::Mlflow } else { Schema::Greenroom };
    progress(&format!("{}: {small} runs, a metric of {} points", subject.name(), bench.sizes.points))?;
    let uri = bench.database(subject, "runs").await?;
    stop(subject, bench.start(subject, &uri).await?).await?;
    bulk::write(&uri, schema.runs(0, small)).await?;
    let server = start(bench, subject, &uri).await?;
    let in_small = searches(bench, subject, &server, small).await?;
    stop(subject, server).await?;

    progress(&format!("{}: {large} runs", subject.name()))?;
    bulk::write(&uri, schema.runs(small, large)).await?;
    bulk::write(&uri, schema.long_metric(bench.sizes.points)).await?;
    let server = start(bench, subject, &uri).await?;
    let in_large = searches(bench, subject, &server, large).await?;
    let histories = histories(bench, subject, &server).await?;
    stop(subject, server).await?;

    let searches = in_small.into_iter().zip(in_large);
    let searches = searches.map(|((name, small), (_, large))| (name, [small, large])).collect();
    Ok(Reads { subject, searches, histories })
}

/// First pages; each is asked once to see that it holds what was written.
async fn searches(
    bench: &Bench,
    subject: Subject,
    server: &Server,
    runs: usize,
) -> Result<Vec<(String, Median)>> {
    let mut medians = Vec::new();
    for (name, filter, order, rows) in [
        ("the latest", "", None, runs),
        (FILTER, FILTER, None, matches(runs)),
        ("by metrics.acc, descending", "", Some("metrics.acc DESC"), runs),
    ] {
        let body = json!({
            "experiment_ids": ["0"], "filter": filter, "max_results": PAGE, "order_by": order.as_slice(),
        });
        let request = post(&format!("{API}/runs/search"), &body);
        let page: Value = serde_json::from_slice(&ask(server, &request).await?)?;
        let found = page["runs"].as_array().map_or(0, Vec::len);
        if found != rows.min(PAGE) {
            return Err(format!("a search ({name}) found {found} of {} runs", rows.min(PAGE)).into());
        }
        let top = page["runs"][0]["info"]["run_id"].as_str().unwrap_or_default();
        if order.is_some() && top != best(runs) {
            return Err(format!("a search ({name}) begins with {top}, not with {}", best(runs)).into());
        }
        medians.push((name.to_owned(), median(bench, subject, server, request).await?));
    }
    Ok(medians)
}

async fn histories(bench: &Bench, subject: Subject, server: &Server) -> Result<Vec<(String, Median)>> {
    let (points, page) = (bench.sizes.points, bench.sizes.points_page);
    let metric = format!("metric_key={}", encoded(LONG_METRIC));
    let history = format!("{API}/metrics/get-history?run_id={LONG_RUN}&{metric}");
    let sample = format!("{API}/metrics/get-history-bulk-interval?run_ids={LONG_RUN}&{metric}");
    let mut medians = Vec::new();
    for (name, request, expected) in [
        ("get-history, its first page", format!("{history}&max_results={page}"), page),
        ("get-history, the whole", history, points),
        ("get-history-bulk-interval", format!("{sample}&max_results={SAMPLE}"), SAMPLE),
    ] {
        let request = get(&request);
        let name = format!("{name} ({expected} points)");
        // The whole takes MLflow's server long: it is asked no more often than it has to be.
        if expected < points || !subject.is_mlflow() {
            let found = timestamps(&ask(server, &request).await?);
            if found != expected {
                return Err(format!("{name}: {found} points").into());
            }
        }
        medians.push((name, median(bench, subject, server, request).await?));
    }
    Ok(medians)
}

fn timestamps(body: &[u8]) -> usize {
    let field = b"\"timestamp\"";
    body.windows(field.len()).filter(|window| window == field).count()
}

async fn median(bench: &Bench, subject: Subject, server: &Server, request: Vec<u8>) -> Result<Median> {
    let pool = Arc::new(vec![request]);
    match load::calls(server.address, &pool, bench.sizes.calls, bench.sizes.calls_within).await {
        Ok(micros) => Ok(Some(percentile(&micros, 0.5))),
        Err(error) if subject.is_mlflow() => {
            progress(&format!("{}: {error}", subject.name()))?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
