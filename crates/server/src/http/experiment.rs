//! `experiments/*` of MLflow's API.

use axum::extract::State;
use greenroom_app::experiment::{self as cases, NewExperiment};
use greenroom_core::Result;
use greenroom_core::experiment::parse_id;
use greenroom_wire::mlflow::experiment::{CreateExperimentResponse, ExperimentResponse};
use greenroom_wire::mlflow::{Fields, tracking_schema as schema};

use crate::request::MlflowRequest;
use crate::respond::{Empty, MlflowResult, Pretty};
use crate::router::App;

fn id(fields: &Fields) -> Result<i64> {
    parse_id(fields.text_or_empty("experiment_id"))
}

pub(crate) async fn create(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<CreateExperimentResponse> {
    let fields = request.fields(schema::CREATE_EXPERIMENT)?;
    let new = NewExperiment {
        name: fields.text_or_empty("name").to_owned(),
        artifact_location: fields.text_or_empty("artifact_location").to_owned(),
        tags: fields.pairs("tags"),
    };
    let id = cases::create(&app.cx, new).await?;
    Ok(Pretty(CreateExperimentResponse { experiment_id: id.to_string() }))
}

pub(crate) async fn get(State(app): State<App>, request: MlflowRequest) -> MlflowResult<ExperimentResponse> {
    let fields = request.fields(schema::EXPERIMENT)?;
    let experiment = cases::get(&app.cx, id(&fields)?).await?;
    Ok(Pretty(ExperimentResponse { experiment: experiment.into() }))
}

pub(crate) async fn get_by_name(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<ExperimentResponse> {
    let fields = request.fields(schema::EXPERIMENT_BY_NAME)?;
    let name = fields.text_or_empty("experiment_name").to_owned();
    let experiment = cases::get_by_name(&app.cx, name).await?;
    Ok(Pretty(ExperimentResponse { experiment: experiment.into() }))
}

pub(crate) async fn update(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::UPDATE_EXPERIMENT)?;
    cases::rename(&app.cx, id(&fields)?, fields.text_or_empty("new_name").to_owned()).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn delete(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::EXPERIMENT)?;
    cases::delete(&app.cx, id(&fields)?).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn restore(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::EXPERIMENT)?;
    cases::restore(&app.cx, id(&fields)?).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn set_tag(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::SET_EXPERIMENT_TAG)?;
    let (key, value) = (fields.text_or_empty("key"), fields.text_or_empty("value"));
    cases::set_tag(&app.cx, id(&fields)?, key, value).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn delete_tag(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::DELETE_EXPERIMENT_TAG)?;
    cases::delete_tag(&app.cx, id(&fields)?, fields.text_or_empty("key").to_owned()).await?;
    Ok(Pretty(Empty {}))
}
