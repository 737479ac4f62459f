//! `/api/v1/models/{name}/versions`.

use axum::extract::State;
use greenroom_app::digest;
use greenroom_app::model_version::{self as cases, VersionKey};
use greenroom_wire::v1::{ModelVersion, ModelVersionPage};
use http::HeaderMap;

use crate::request::{V1Path, V1Query, actor};
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
