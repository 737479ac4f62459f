//! `experiments/search` of MLflow's API.

use axum::extract::State;
use greenroom_app::experiment as cases;
use greenroom_core::search::{parse_experiment_filter, parse_experiment_order};
use greenroom_store::experiment_search::ExperimentSearch;
use greenroom_wire::mlflow::experiment::ExperimentsResponse;
use greenroom_wire::mlflow::tracking_search_schema as schema;

use super::run_search::{limit, token, view};
use crate::request::MlflowRequest;
use crate::respond::{MlflowResult, Pretty};
use crate::router::App;

pub(crate) async fn search(
    State(app): State<App>,
    request: MlflowRequest,
) -> MlflowResult<ExperimentsResponse> {
    let fields = request.fields(schema::SEARCH_EXPERIMENTS)?;
    let search = ExperimentSearch {
        // MLflow has no default here.
        limit: limit(fields.int("max_results").unwrap_or_default())?,
        view: view(&fields, "view_type"),
        filter: parse_experiment_filter(fields.text("filter"))?,
        order: parse_experiment_order(&fields.list("order_by"))?,
        token: token(&fields),
    };
    let (experiments, next_page_token) = cases::search(&app.cx, search).await?;
    let experiments = experiments.into_iter().map(Into::into).collect();
    Ok(Pretty(ExperimentsResponse { experiments, next_page_token }))
}
