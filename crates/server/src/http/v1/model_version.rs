//! `/api/v1/models/{name}/versions`.

use axum::extract::State;
use greenroom_app::digest;
use greenroom_app::model_version::{self as cases, VersionCopy, VersionKey};
use greenroom_core::copy::EXPERIMENT;
use greenroom_core::{Error, Result};
use greenroom_wire::v1::{CopyRequest, ModelVersion, ModelVersionPage};
use http::HeaderMap;
use tokio::task::JoinError;

use crate::request::{V1Body, V1Path, V1Query, actor};
use crate::respond::{Json, V1Result};
use crate::router::App;

pub(crate) async fn list(
    State(app): State<App>,
    V1Path(name): V1Path<String>,
    query: V1Query,
) -> V1Result<ModelVersionPage> {
    query.allow(&["stage", "limit", "cursor"])?;
    let stage = query.text("stage").map(str::to_owned);
    let (versions, next_cursor) =
        cases::list(&app.cx, name, stage, query.limit()?, query.text("cursor")).await?;
    Ok(Json(ModelVersionPage { versions: versions.into_iter().map(Into::into).collect(), next_cursor }))
}

pub(crate) async fn get(
    State(app): State<App>,
    V1Path((name, version)): V1Path<(String, String)>,
) -> V1Result<ModelVersion> {
    Ok(Json(cases::view(&app.cx, VersionKey::new(&name, &version)?).await?.into()))
}

pub(crate) async fn check(
    State(app): State<App>,
    V1Path((name, version)): V1Path<(String, String)>,
    headers: HeaderMap,
) -> V1Result<ModelVersion> {
    let key = VersionKey::new(&name, &version)?;
    digest::check(&app.cx, actor(&headers), key.clone()).await?;
    Ok(Json(cases::view(&app.cx, key).await?.into()))
}

/// Copies a version. A client that does not wait for the answer gives the copy up, and so does a server that stops; what
/// was begun is then taken back, which shutdown waits for.
pub(crate) async fn copy(
    State(app): State<App>,
    V1Path((name, version)): V1Path<(String, String)>,
    body: V1Body,
) -> V1Result<ModelVersion> {
    let asked: CopyRequest = body.json()?;
    let copy = VersionCopy {
        from: VersionKey::new(&name, &version)?,
        to: asked.to,
        with_artifacts: asked.with_artifacts,
        experiment: asked.experiment.filter(|name| !name.is_empty()).unwrap_or_else(|| EXPERIMENT.to_owned()),
        force: asked.force,
    };
    let stop = app.stopping.child_token();
    let _gone = stop.clone().drop_guard();
    let (cx, actor) = (app.cx.clone(), body.actor);
    let copying = app.copying.spawn(async move { cases::copy(&cx, actor, copy, stop).await });
    Ok(Json(joined(copying.await)?.into()))
}

fn joined<T>(outcome: std::result::Result<Result<T>, JoinError>) -> Result<T> {
    outcome.unwrap_or_else(|error| {
        tracing::error!(%error, "a copy did not end");
        Err(Error::internal("Internal error. The server's log has the details."))
    })
}
