//! `runs/search` of MLflow's API.

use axum::extract::State;
use greenroom_app::run as cases;
use greenroom_core::experiment::parse_id;
use greenroom_core::search::{parse_run_filter, parse_run_order};
use greenroom_core::{Error, ErrorCode, Result};
use greenroom_store::run_search::{RunSearch, View};
use greenroom_wire::mlflow::run::RunsResponse;
use greenroom_wire::mlflow::{Fields, tracking_search_schema as schema};

use crate::request::MlflowRequest;
use crate::respond::{MlflowResult, Pretty};
use crate::router::App;

/// Most rows of a page.
const MAX_RESULTS: i64 = 50_000;

pub(crate) async fn search(State(app): State<App>, request: MlflowRequest) -> MlflowResult<RunsResponse> {
    let fields = request.fields(schema::SEARCH_RUNS)?;
    let search = RunSearch {
        limit: limit(fields.int("max_results").unwrap_or(1000))?,
        view: view(&fields, "run_view_type"),
        filter: parse_run_filter(fields.text("filter"))?,
        order: parse_run_order(&fields.list("order_by"))?,
        experiments: experiments(&fields.list("experiment_ids"))?,
        token: token(&fields),
    };
    let (runs, next_page_token) = cases::search(&app.cx, search).await?;
    Ok(Pretty(RunsResponse { runs: runs.into_iter().map(Into::into).collect(), next_page_token }))
}

/// The experiments to search; one that cannot exist holds nothing.
fn experiments(ids: &[String]) -> Result<Vec<i64>> {
    let mut experiments = Vec::with_capacity(ids.len());
    for id in ids {
        if id.is_empty() {
            return Err(Error::invalid("Invalid experiment ID ''. Experiment ID must be a valid integer."));
        }
        match parse_id(id) {
            Ok(id) => experiments.push(id),
            Err(error) if error.code == ErrorCode::ResourceDoesNotExist => {}
            Err(error) => return Err(error),
        }
    }
    Ok(experiments)
}

/// The size of a page, as tracking's searches take it.
pub(crate) fn limit(max_results: i64) -> Result<i64> {
    let expected = match max_results {
        ..1 => "a positive integer".to_owned(),
        1..=MAX_RESULTS => return Ok(max_results),
        _ => format!("at most {MAX_RESULTS}"),
    };
    Err(Error::invalid(format!(
        "Invalid value {max_results} for parameter 'max_results' supplied. It must be {expected}"
    )))
}

/// Which rows exist for a search.
pub(crate) fn view(fields: &Fields, name: &str) -> View {
    match fields.text(name) {
        Some("DELETED_ONLY") => View::Deleted,
        Some("ALL") => View::All,
        _ => View::Active,
    }
}

/// Where to go on.
pub(crate) fn token(fields: &Fields) -> Option<String> {
    fields.text("page_token").filter(|token| !token.is_empty()).map(str::to_owned)
}
