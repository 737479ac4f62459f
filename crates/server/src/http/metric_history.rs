//! `metrics/get-history` of MLflow's API, and its variants for charts.

use axum::extract::State;
use greenroom_app::run::{self as cases, MetricKey, MetricOfRuns, RunPoint};
use greenroom_core::{Error, Result};
use greenroom_store::metric_sample::Steps;
use greenroom_wire::mlflow::metric_history::{
    MetricHistoryBulkResponse, MetricHistoryResponse, MetricHistorySampleResponse, RunMetric,
};
use greenroom_wire::mlflow::{Fields, tracking_search_schema as schema};

use super::run_search::token;
use crate::request::MlflowRequest;
use crate::respond::{MlflowResult, Pretty};
use crate::router::App;

/// Points in an answer to whom asks for no pages. MLflow knows no end; nobody logs so much.
const WHOLE: i64 = 1_000_000;
/// Points of all runs together.
const BULK: i64 = 25_000;
/// Runs in one request.
const RUNS: usize = 100;
/// Points of one run in a sample.
const SAMPLE: i64 = 2500;
/// What MLflow adds where its checks of fields refuse.
const SEE_DOCS: &str = " See the API docs for more information about request parameters.";

fn shown(point: RunPoint) -> RunMetric {
    RunMetric::new(point.run_id, point.metric)
}

fn check_runs(limited: &str, run_ids: &[String], end: &str) -> Result<()> {
    if run_ids.len() > RUNS {
        let given = run_ids.len();
        return Err(Error::invalid(format!("{limited} {RUNS} run_ids. Received {given} run_ids.{end}")));
    }
    Ok(())
}

pub(crate) async fn history(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<MetricHistoryResponse> {
    let fields = request.fields(schema::METRIC_HISTORY)?;
    let limit = fields.int("max_results").unwrap_or(WHOLE);
    if limit < 1 {
        return Err(Error::invalid(format!(
            "Invalid value {limit} for parameter 'max_results' supplied. It must be a positive integer."
        ))
        .into());
    }
    let metric = MetricKey {
        run_id: fields.text_or_empty("run_id").to_owned(),
        key: fields.text_or_empty("metric_key").to_owned(),
    };
    let (points, next_page_token) = cases::history(&app.cx, metric, limit, token(&fields)).await?;
    let metrics = points.into_iter().map(Into::into).collect();
    Ok(Pretty(MetricHistoryResponse { metrics, next_page_token }))
}

pub(crate) async fn history_of_runs(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<MetricHistoryBulkResponse> {
    let fields = request.fields(schema::METRIC_HISTORY_BULK)?;
    let run_ids = fields.list("run_id");
    if run_ids.is_empty() {
        return Err(Error::invalid("GetMetricHistoryBulk request must specify at least one run_id.").into());
    }
    check_runs("GetMetricHistoryBulk request cannot specify more than", &run_ids, "")?;
    let Some(key) = fields.text("metric_key") else {
        return Err(Error::invalid("GetMetricHistoryBulk request must specify a metric_key.").into());
    };
    let limit = fields.int("max_results").unwrap_or(BULK).min(BULK);
    if limit < 0 {
        return Err(Error::invalid(format!(
            "Invalid value {limit} for parameter 'max_results' supplied. It must not be negative."
        ))
        .into());
    }
    let metric = MetricOfRuns { run_ids, key: key.to_owned() };
    let points = cases::history_of_runs(&app.cx, metric, limit).await?;
    Ok(Pretty(MetricHistoryBulkResponse { metrics: points.into_iter().map(shown).collect() }))
}

pub(crate) async fn sample_of_runs(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<MetricHistorySampleResponse> {
    let fields = request.fields(schema::METRIC_HISTORY_SAMPLE)?;
    let run_ids = fields.list("run_ids");
    check_runs("GetMetricHistoryBulkInterval request must specify at most", &run_ids, SEE_DOCS)?;
    let places = fields.int("max_results").unwrap_or(SAMPLE);
    if !(1..=SAMPLE).contains(&places) {
        return Err(Error::invalid(format!("max_results must be between 1 and {SAMPLE}.{SEE_DOCS}")).into());
    }
    let steps = steps(&fields)?;
    let metric = MetricOfRuns { run_ids, key: fields.text_or_empty("metric_key").to_owned() };
    let points = cases::sample_of_runs(&app.cx, metric, steps, places).await?;
    Ok(Pretty(MetricHistorySampleResponse { metrics: points.into_iter().map(shown).collect() }))
}

fn steps(fields: &Fields) -> Result<Steps> {
    match (fields.int("start_step"), fields.int("end_step")) {
        (None, None) => Ok(Steps::default()),
        (Some(from), Some(to)) if from <= to => Ok(Steps { from, to }),
        (Some(from), Some(to)) => Err(Error::invalid(format!(
            "end_step must be greater than start_step. Found start_step={from} and end_step={to}."
        ))),
        _ => Err(Error::invalid("If either start step or end step are specified, both must be specified.")),
    }
}
