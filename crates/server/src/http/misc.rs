//! What is neither registry nor UI: probes, versions, and what this server can do.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use greenroom_app::{Context, artifact};
use http::{StatusCode, header};
use serde_json::json;

use crate::respond::{Pretty, text};
use crate::router::App;

/// The release of MLflow whose protocol this server speaks.
const PROTOCOL: &str = "3.17.2";

pub(crate) async fn health() -> Response {
    text(StatusCode::OK, "OK")
}

pub(crate) async fn version() -> Response {
    text(StatusCode::OK, PROTOCOL)
}

/// Ready = the database answers.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    match greenroom_app::stage::definitions(&app.cx).await {
        Ok(_) if !app.stopping.is_cancelled() => text(StatusCode::OK, "OK"),
        Ok(_) => text(StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        Err(_) => text(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"),
    }
}

/// What MLflow's client asks before it uploads or downloads; all of it optional for it.
pub(crate) async fn server_info(State(app): State<App>) -> Response {
    // A local folder takes parts too, but gains nothing from them: clients need not be told to use them.
    let direct = |prefers: fn(&Context) -> bool| app.cx.artifacts.serve && prefers(&app.cx);
    Pretty(json!({
        "store_type": "SqlStore",
        "workspaces_enabled": false,
        "trace_archival_enabled": false,
        "multipart_uploads_enabled": direct(artifact::prefers_parts),
        "multipart_downloads_enabled": direct(artifact::prefers_signed_downloads),
        "presigned_upload_run_id_supported": true,
        "presigned_upload_model_id_supported": true,
        "features_enabled": { "gateway": false },
    }))
    .into_response()
}

pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], greenroom_wire::openapi::document()).into_response()
}
