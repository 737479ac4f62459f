//! `/api/v1/models/{name}/versions/{version}/files`.

use axum::extract::State;
use greenroom_app::artifact as cases;
use greenroom_app::model_version::VersionKey;
use greenroom_wire::v1::{VersionFile, VersionFiles};

use crate::request::{V1Path, V1Query};
use crate::respond::{Json, V1Result};
use crate::router::App;

pub(crate) async fn list(
    State(app): State<App>,
    V1Path((name, version)): V1Path<(String, String)>,
    query: V1Query,
) -> V1Result<VersionFiles> {
    query.allow(&["path", "limit", "cursor"])?;
    let key = VersionKey::new(&name, &version)?;
    let path = query.text("path").unwrap_or_default();
    let page = cases::folder(&app.cx, key, path, query.limit()?, query.text("cursor")).await?;
    let below = if page.path.is_empty() { String::new() } else { format!("{}/", page.path) };
    let file = |entry: cases::Entry| VersionFile {
        path: format!("{below}{}", entry.name),
        name: entry.name,
        size: entry.size,
    };
    Ok(Json(VersionFiles {
        location: page.location,
        unavailable: page.unavailable,
        files: page.entries.into_iter().map(file).collect(),
        next_cursor: page.next_cursor,
    }))
}
