//! `model-versions/*` of MLflow's API.

use axum::extract::State;
use greenroom_app::model_version::{self as cases, NewVersion, VersionKey};
use greenroom_app::stage::{self, Transition};
use greenroom_core::search::{Target, parse_filter, parse_order_by};
use greenroom_core::stage::TransitionAsk;
use greenroom_core::{Error, Result};
use greenroom_store::model_version_search::VersionSearch;
use greenroom_wire::mlflow::model_version::{
    DownloadUriResponse, ModelVersionResponse, ModelVersionsResponse,
};
use greenroom_wire::mlflow::{Fields, schema};

use crate::request::MlflowRequest;
use crate::respond::{Empty, MlflowResult, Pretty};
use crate::router::App;

fn key(fields: &Fields) -> Result<VersionKey> {
    VersionKey::new(fields.text_or_empty("name"), fields.text_or_empty("version"))
}

pub(crate) async fn create(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<ModelVersionResponse> {
    let fields = request.fields(schema::CREATE_VERSION)?;
    let new = NewVersion {
        name: fields.text_or_empty("name").to_owned(),
        source: fields.text_or_empty("source").to_owned(),
        run_id: fields.text("run_id").map(str::to_owned),
        model_id: fields.text("model_id").map(str::to_owned),
        run_link: fields.text_or_empty("run_link").to_owned(),
        description: fields.text_or_empty("description").to_owned(),
        tags: fields.pairs("tags"),
    };
    let version = cases::create(&app.cx, request.actor, new).await?;
    Ok(Pretty(ModelVersionResponse { model_version: version.into() }))
}

pub(crate) async fn get(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<ModelVersionResponse> {
    let fields = request.fields(schema::MODEL_VERSION)?;
    let version = cases::get(&app.cx, key(&fields)?).await?;
    Ok(Pretty(ModelVersionResponse { model_version: version.into() }))
}

pub(crate) async fn update(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<ModelVersionResponse> {
    let fields = request.fields(schema::UPDATE_VERSION)?;
    let description = fields.text("description").map(str::to_owned);
    let version = cases::update(&app.cx, request.actor, key(&fields)?, description).await?;
    Ok(Pretty(ModelVersionResponse { model_version: version.into() }))
}

pub(crate) async fn transition_stage(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<ModelVersionResponse> {
    let fields = request.fields(schema::TRANSITION)?;
    let ask = TransitionAsk {
        stage: fields.text_or_empty("stage").to_owned(),
        archive_existing: fields.flag("archive_existing_versions"),
    };
    let key = match key(&fields) {
        Ok(key) => key,
        Err(error) => {
            // MLflow complains about the stage first.
            stage::check(&app.cx, fields.text_or_empty("name").to_owned(), ask).await?;
            return Err(error.into());
        }
    };
    let (version, _) = stage::transition(
        &app.cx,
        request.actor,
        Transition { key, ask, expected_stage: None, comment: None },
    )
    .await?;
    Ok(Pretty(ModelVersionResponse { model_version: version.into() }))
}

pub(crate) async fn delete(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::MODEL_VERSION)?;
    cases::delete(&app.cx, request.actor, key(&fields)?).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn search(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<ModelVersionsResponse> {
    let fields = request.fields(schema::SEARCH_VERSIONS)?;
    let limit = fields.int("max_results").unwrap_or(200_000);
    if limit < 1 {
        return Err(Error::invalid(format!(
            "Invalid value for max_results. It must be a positive integer, but got {limit}"
        ))
        .into());
    }
    let search = VersionSearch {
        filter: parse_filter(Target::ModelVersions, fields.text("filter"))?,
        order: parse_order_by(Target::ModelVersions, &fields.list("order_by"))?,
        limit,
        token: fields.text("page_token").filter(|t| !t.is_empty()).map(str::to_owned),
    };
    let (versions, next_page_token) = cases::search(&app.cx, search).await?;
    let model_versions = versions.into_iter().map(Into::into).collect();
    Ok(Pretty(ModelVersionsResponse { model_versions, next_page_token }))
}

pub(crate) async fn download_uri(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<DownloadUriResponse> {
    let fields = request.fields(schema::DOWNLOAD_URI)?;
    let artifact_uri = cases::download_uri(&app.cx, key(&fields)?).await?;
    Ok(Pretty(DownloadUriResponse { artifact_uri }))
}

pub(crate) async fn set_tag(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::SET_VERSION_TAG)?;
    let (tag, value) = (fields.text_or_empty("key"), fields.text_or_empty("value"));
    cases::set_tag(&app.cx, request.actor, key(&fields)?, tag, value).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn delete_tag(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::DELETE_VERSION_TAG)?;
    cases::delete_tag(&app.cx, request.actor, key(&fields)?, fields.text_or_empty("key").to_owned()).await?;
    Ok(Pretty(Empty {}))
}
