//! `runs/*` of MLflow's API: what concerns a run itself. Metrics, batches, inputs and outputs have files of their own.

use axum::extract::State;
use greenroom_app::run::{self as cases, NewRun, RunChange};
use greenroom_core::experiment::parse_id;
use greenroom_core::run::RunStatus;
use greenroom_wire::mlflow::run::{Run, RunInfoResponse, RunResponse};
use greenroom_wire::mlflow::{Fields, tracking_schema as schema};

use crate::request::MlflowRequest;
use crate::respond::{Empty, MlflowResult, Pretty};
use crate::router::App;

pub(crate) fn id(fields: &Fields) -> String {
    fields.text_or_empty("run_id").to_owned()
}

pub(crate) async fn create(State(app): State<App>, request: MlflowRequest) -> MlflowResult<RunResponse> {
    let fields = request.fields(schema::CREATE_RUN)?;
    let new = NewRun {
        experiment_id: parse_id(fields.text_or_empty("experiment_id"))?,
        user_id: fields.text_or_empty("user_id").to_owned(),
        name: fields.text_or_empty("run_name").to_owned(),
        started_at: fields.int("start_time").unwrap_or_default(),
        tags: fields.pairs("tags"),
    };
    let run = cases::create(&app.cx, new).await?;
    // MLflow says nothing of outputs here.
    Ok(Pretty(RunResponse { run: Run { outputs: None, ..run.into() } }))
}

pub(crate) async fn get(State(app): State<App>, request: MlflowRequest) -> MlflowResult<RunResponse> {
    let fields = request.fields(schema::RUN)?;
    let run = cases::get(&app.cx, id(&fields)).await?;
    Ok(Pretty(RunResponse { run: run.into() }))
}

pub(crate) async fn update(State(app): State<App>, request: MlflowRequest) -> MlflowResult<RunInfoResponse> {
    let fields = request.fields(schema::UPDATE_RUN)?;
    let change = RunChange {
        status: fields.text("status").and_then(RunStatus::parse),
        ended_at: fields.int("end_time"),
        name: fields.text("run_name").map(str::to_owned),
    };
    let run = cases::update(&app.cx, id(&fields), change).await?;
    Ok(Pretty(RunInfoResponse { run_info: run.into() }))
}

pub(crate) async fn delete(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::RUN)?;
    cases::delete(&app.cx, id(&fields)).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn restore(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::RUN)?;
    cases::restore(&app.cx, id(&fields)).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn set_tag(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::SET_RUN_TAG)?;
    let (key, value) = (fields.text_or_empty("key"), fields.text_or_empty("value"));
    cases::set_tag(&app.cx, id(&fields), key, value).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn delete_tag(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::DELETE_RUN_TAG)?;
    cases::delete_tag(&app.cx, id(&fields), fields.text_or_empty("key").to_owned()).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn log_param(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::LOG_PARAM)?;
    let (key, value) = (fields.text_or_empty("key"), fields.text_or_empty("value"));
    cases::log_param(&app.cx, id(&fields), key, value).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn log_model(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::LOG_MODEL)?;
    cases::log_model(&app.cx, id(&fields), fields.text_or_empty("model_json")).await?;
    Ok(Pretty(Empty {}))
}
