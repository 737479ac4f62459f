//! `runs/log-metric` and `runs/log-batch` of MLflow's API.

use axum::extract::State;
use greenroom_app::run::{self as cases, Batch};
use greenroom_core::run::{LongValues, check_param, check_tag};
use greenroom_core::{Result, run as rules};
use greenroom_wire::mlflow::{Fields, metric, tracking_schema as schema};

use super::run::id;
use crate::request::MlflowRequest;
use crate::respond::{Empty, MlflowResult, Pretty};
use crate::router::App;

pub(crate) async fn log(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::LOG_METRIC)?;
    cases::log_metric(&app.cx, id(&fields), metric::logged(&fields, "")?).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn log_batch(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::LOG_BATCH)?;
    // The id is looked at first, as MLflow does.
    rules::check_id(fields.text_or_empty("run_id"))?;
    let batch = batch(&fields, app.cx.long_values)?;
    cases::log_batch(&app.cx, id(&fields), batch).await?;
    Ok(Pretty(Empty {}))
}

fn batch(fields: &Fields, long: LongValues) -> Result<Batch> {
    let param = |(n, item): (usize, &Fields)| {
        let (key, value) = (item.text_or_empty("key"), item.text_or_empty("value"));
        check_param(&format!("params[{n}]"), key, value, long)
    };
    let tag = |(n, item): (usize, &Fields)| {
        let (key, value) = (item.text_or_empty("key"), item.text_or_empty("value"));
        check_tag(&format!("tags[{n}]"), key, value, long)
    };
    let metric = |(n, item): (usize, &Fields)| metric::logged(item, &format!("metrics[{n}]"));
    Ok(Batch {
        metrics: fields.objects("metrics").iter().enumerate().map(metric).collect::<Result<_>>()?,
        params: fields.objects("params").iter().enumerate().map(param).collect::<Result<_>>()?,
        tags: fields.objects("tags").iter().enumerate().map(tag).collect::<Result<_>>()?,
    })
}
