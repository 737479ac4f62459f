//! `/api/v1/runs` and the runs of `/api/v1/experiments`.

use axum::extract::State;
use greenroom_app::run as cases;
use greenroom_core::experiment::{lifecycle_stage, parse_id};
use greenroom_core::search::parse_run_order;
use greenroom_store::run_search::{RunSearch, View};
use greenroom_wire::v1::{RunSummaryPage, RunView};

use crate::request::{V1Path, V1Query};
use crate::respond::{Json, V1Result};
use crate::router::App;

pub(crate) async fn get(State(app): State<App>, V1Path(id): V1Path<String>) -> V1Result<RunView> {
    Ok(Json(cases::view(&app.cx, id).await?.into()))
}

pub(crate) async fn list(
    State(app): State<App>,
    V1Path(id): V1Path<String>,
    query: V1Query,
) -> V1Result<RunSummaryPage> {
    query.allow(&["limit", "cursor"])?;
    let search = RunSearch {
        experiments: Vec::new(),
        view: View::Active,
        filter: Vec::new(),
        order: parse_run_order(&[])?,
        limit: query.limit()?,
        token: query.text("cursor").map(str::to_owned),
    };
    let (experiment, runs, next_cursor) = cases::list(&app.cx, parse_id(&id)?, search).await?;
    Ok(Json(RunSummaryPage {
        experiment_id: experiment.id.to_string(),
        lifecycle_stage: lifecycle_stage(experiment.deleted_at).to_owned(),
        experiment_name: experiment.name,
        runs: runs.into_iter().map(Into::into).collect(),
        next_cursor,
    }))
}
