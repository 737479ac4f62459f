//! `registered-models/*` of MLflow's API.

use axum::extract::State;
use greenroom_app::model_version::VersionKey;
use greenroom_app::registered_model::{self as cases, NewModel};
use greenroom_core::Error;
use greenroom_core::name::{check_model_name, check_new_alias};
use greenroom_core::search::{Target, parse_filter, parse_order_by};
use greenroom_store::registered_model_search::ModelSearch;
use greenroom_wire::mlflow::model_version::{ModelVersionResponse, ModelVersionsResponse};
use greenroom_wire::mlflow::registered_model::{RegisteredModelResponse, RegisteredModelsResponse};
use greenroom_wire::mlflow::schema;

use crate::request::MlflowRequest;
use crate::respond::{Empty, MlflowResult, Pretty};
use crate::router::App;

pub(crate) async fn create(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<RegisteredModelResponse> {
    let fields = request.fields(schema::CREATE_MODEL)?;
    let new = NewModel {
        name: fields.text_or_empty("name").to_owned(),
        description: fields.text("description").map(str::to_owned),
        tags: fields.pairs("tags"),
    };
    let model = cases::create(&app.cx, request.actor, new).await?;
    Ok(Pretty(RegisteredModelResponse { registered_model: model.into() }))
}

pub(crate) async fn get(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<RegisteredModelResponse> {
    let fields = request.fields(schema::MODEL)?;
    let model = cases::get(&app.cx, fields.text_or_empty("name").to_owned()).await?;
    Ok(Pretty(RegisteredModelResponse { registered_model: model.into() }))
}

pub(crate) async fn update(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<RegisteredModelResponse> {
    let fields = request.fields(schema::UPDATE_MODEL)?;
    let (name, description) = (fields.text_or_empty("name"), fields.text_or_empty("description"));
    let model = cases::update(&app.cx, request.actor, name.to_owned(), description.to_owned()).await?;
    Ok(Pretty(RegisteredModelResponse { registered_model: model.into() }))
}

pub(crate) async fn rename(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<RegisteredModelResponse> {
    let fields = request.fields(schema::RENAME_MODEL)?;
    let (name, new_name) = (fields.text_or_empty("name"), fields.text_or_empty("new_name"));
    let model = cases::rename(&app.cx, request.actor, name.to_owned(), new_name.to_owned()).await?;
    Ok(Pretty(RegisteredModelResponse { registered_model: model.into() }))
}

pub(crate) async fn delete(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::MODEL)?;
    cases::delete(&app.cx, request.actor, fields.text_or_empty("name").to_owned()).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn search(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<RegisteredModelsResponse> {
    let fields = request.fields(schema::SEARCH_MODELS)?;
    let limit = fields.int("max_results").unwrap_or(100);
    if limit < 1 {
        return Err(Error::invalid(format!(
            "Invalid value for max_results. It must be a positive integer, but got {limit}"
        ))
        .into());
    }
    let search = ModelSearch {
        filter: parse_filter(Target::RegisteredModels, fields.text("filter"))?,
        order: parse_order_by(Target::RegisteredModels, &fields.list("order_by"))?,
        limit,
        token: fields.text("page_token").filter(|t| !t.is_empty()).map(str::to_owned),
    };
    let (models, next_page_token) = cases::search(&app.cx, search).await?;
    let registered_models = models.into_iter().map(Into::into).collect();
    Ok(Pretty(RegisteredModelsResponse { registered_models, next_page_token }))
}

pub(crate) async fn latest_versions(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<ModelVersionsResponse> {
    let fields = request.fields(schema::LATEST_VERSIONS)?;
    let name = fields.text_or_empty("name").to_owned();
    let versions = cases::latest_versions(&app.cx, name, fields.list("stages")).await?;
    let model_versions = versions.into_iter().map(Into::into).collect();
    Ok(Pretty(ModelVersionsResponse { model_versions, next_page_token: None }))
}

pub(crate) async fn set_tag(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::SET_MODEL_TAG)?;
    let name = fields.text_or_empty("name").to_owned();
    let (key, value) = (fields.text_or_empty("key"), fields.text_or_empty("value"));
    cases::set_tag(&app.cx, request.actor, name, key, value).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn delete_tag(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::DELETE_MODEL_TAG)?;
    let (name, key) = (fields.text_or_empty("name"), fields.text_or_empty("key"));
    cases::delete_tag(&app.cx, request.actor, name.to_owned(), key.to_owned()).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn set_alias(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::SET_ALIAS)?;
    // The alias is checked before the version, as MLflow does.
    let alias = fields.text_or_empty("alias");
    check_model_name(fields.text_or_empty("name"))?;
    check_new_alias(alias)?;
    let key = VersionKey::new(fields.text_or_empty("name"), fields.text_or_empty("version"))?;
    cases::set_alias(&app.cx, request.actor, key, alias.to_owned()).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn delete_alias(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::MODEL_ALIAS)?;
    let (name, alias) = (fields.text_or_empty("name"), fields.text_or_empty("alias"));
    cases::delete_alias(&app.cx, request.actor, name.to_owned(), alias.to_owned()).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn get_by_alias(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<ModelVersionResponse> {
    let fields = request.fields(schema::MODEL_ALIAS)?;
    let (name, alias) = (fields.text_or_empty("name"), fields.text_or_empty("alias"));
    let version = cases::get_by_alias(&app.cx, name.to_owned(), alias.to_owned()).await?;
    Ok(Pretty(ModelVersionResponse { model_version: version.into() }))
}
