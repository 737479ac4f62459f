//! `/api/v1/logged-models`.

use axum::extract::State;
use greenroom_app::digest;
use greenroom_wire::v1::FileDigests;

use crate::request::V1Path;
use crate::respond::{Json, V1Result};
use crate::router::App;

pub(crate) async fn digest(State(app): State<App>, V1Path(id): V1Path<String>) -> V1Result<FileDigests> {
    Ok(Json(digest::of_logged_model(&app.cx, id).await?.into()))
}
