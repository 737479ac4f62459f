//! `logged-models` of MLflow's API. The model's id is in the path, and for some calls in the body again.

use axum::extract::State;
use greenroom_app::logged_model::{self as cases, NewLoggedModel};
use greenroom_core::experiment::parse_id;
use greenroom_core::logged_model::Status;
use greenroom_core::search::{LoggedModelOrderItem, parse_logged_model_filter, parse_logged_model_order};
use greenroom_core::{Error, ErrorCode, Result};
use greenroom_store::logged_model_search::{DatasetFilter, LoggedModelSearch};
use greenroom_wire::mlflow::logged_model::{LoggedModelResponse, LoggedModelsResponse};
use greenroom_wire::mlflow::{Fields, logged_model_schema as schema};

use crate::request::{MlflowPath, MlflowRequest};
use crate::respond::{Empty, MlflowResult, Pretty};
use crate::router::App;

/// Rows of a page, if nobody asks for more or less.
const PAGE: i64 = 50;

/// Whoever checks one place and acts on the other would be fooled.
fn refuse_two_answers(id: &str, fields: &Fields) -> Result<()> {
    match fields.text("model_id") {
        Some(other) if other != id => Err(Error::invalid(
            "Request specifies different values for 'model_id' in path and body; provide only one of them.",
        )),
        _ => Ok(()),
    }
}

pub(crate) async fn create(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<LoggedModelResponse> {
    let fields = request.fields(schema::CREATE_LOGGED_MODEL)?;
    let new = NewLoggedModel {
        experiment_id: fields.text_or_empty("experiment_id").to_owned(),
        name: fields.text_or_empty("name").to_owned(),
        model_type: fields.text_or_empty("model_type").to_owned(),
        source_run_id: fields.text_or_empty("source_run_id").to_owned(),
        params: fields.pairs("params"),
        tags: fields.pairs("tags"),
    };
    let model = cases::create(&app.cx, new).await?;
    Ok(Pretty(LoggedModelResponse { model: model.into() }))
}

pub(crate) async fn get(
    State(app): State<App>,
    MlflowPath(id): MlflowPath<String>,
    request: MlflowRequest,
) -> MlflowResult<LoggedModelResponse> {
    let fields = request.fields(schema::GET_LOGGED_MODEL)?;
    let allow_deleted = fields.text_or_empty("allow_deleted").eq_ignore_ascii_case("true");
    let model = cases::get(&app.cx, id, allow_deleted).await?;
    Ok(Pretty(LoggedModelResponse { model: model.into() }))
}

pub(crate) async fn finalize(
    State(app): State<App>,
    MlflowPath(id): MlflowPath<String>,
    request: MlflowRequest,
) -> MlflowResult<LoggedModelResponse> {
    let fields = request.fields(schema::FINALIZE_LOGGED_MODEL)?;
    refuse_two_answers(&id, &fields)?;
    // A word that is none of them is dropped on the way here.
    let status = Status::parse(fields.text("status").unwrap_or("(unknown)"))?;
    let model = cases::finalize(&app.cx, id, status).await?;
    Ok(Pretty(LoggedModelResponse { model: model.into() }))
}

pub(crate) async fn delete(
    State(app): State<App>,
    MlflowPath(id): MlflowPath<String>,
) -> MlflowResult<Empty> {
    cases::delete(&app.cx, id).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn set_tags(
    State(app): State<App>,
    MlflowPath(id): MlflowPath<String>,
    request: MlflowRequest,
) -> MlflowResult<Empty> {
    let fields = request.fields(schema::SET_LOGGED_MODEL_TAGS)?;
    refuse_two_answers(&id, &fields)?;
    cases::set_tags(&app.cx, id, &fields.pairs("tags")).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn delete_tag(
    State(app): State<App>,
    MlflowPath((id, key)): MlflowPath<(String, String)>,
) -> MlflowResult<Empty> {
    cases::delete_tag(&app.cx, id, key).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn log_params(
    State(app): State<App>,
    MlflowPath(id): MlflowPath<String>,
    request: MlflowRequest,
) -> MlflowResult<Empty> {
    let fields = request.fields(schema::LOG_LOGGED_MODEL_PARAMS)?;
    refuse_two_answers(&id, &fields)?;
    cases::log_params(&app.cx, id, &fields.pairs("params")).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn search(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<LoggedModelsResponse> {
    let fields = request.fields(schema::SEARCH_LOGGED_MODELS)?;
    let search = LoggedModelSearch {
        experiments: experiments(&fields.list("experiment_ids"))?,
        filter: parse_logged_model_filter(fields.text("filter"))?,
        datasets: fields.objects("datasets").iter().map(dataset).collect::<Result<_>>()?,
        order: parse_logged_model_order(&fields.objects("order_by").iter().map(order).collect::<Vec<_>>())?,
        limit: limit(fields.int("max_results").unwrap_or(0))?,
        token: fields.text("page_token").filter(|token| !token.is_empty()).map(str::to_owned),
    };
    let (models, next_page_token) = cases::search(&app.cx, search).await?;
    Ok(Pretty(LoggedModelsResponse { models: models.into_iter().map(Into::into).collect(), next_page_token }))
}

/// The experiments to search; one that cannot exist holds nothing.
fn experiments(ids: &[String]) -> Result<Vec<i64>> {
    let mut experiments = Vec::with_capacity(ids.len());
    for id in ids {
        match parse_id(id) {
            Ok(id) => experiments.push(id),
            Err(error) if error.code == ErrorCode::ResourceDoesNotExist => {}
            Err(error) => return Err(error),
        }
    }
    Ok(experiments)
}

fn dataset(fields: &Fields) -> Result<DatasetFilter> {
    match fields.text_or_empty("dataset_name") {
        "" => Err(Error::invalid("`dataset_name` in the `datasets` clause must be specified.")),
        name => Ok(DatasetFilter {
            name: name.to_owned(),
            digest: fields.text("dataset_digest").filter(|digest| !digest.is_empty()).map(str::to_owned),
        }),
    }
}

fn order(fields: &Fields) -> LoggedModelOrderItem {
    LoggedModelOrderItem {
        field_name: fields.text_or_empty("field_name").to_owned(),
        ascending: fields.flag_if_given("ascending"),
        dataset_name: fields.text_or_empty("dataset_name").to_owned(),
        dataset_digest: fields.text_or_empty("dataset_digest").to_owned(),
    }
}

/// The size of a page; 0 is as good as none given.
fn limit(max_results: i64) -> Result<i64> {
    match max_results {
        0 => Ok(PAGE),
        ..0 => Err(Error::invalid(format!(
            "Invalid value {max_results} for parameter 'max_results' supplied. It must be a positive integer"
        ))),
        _ => Ok(max_results),
    }
}
