//! `mlflow-artifacts/mpu/*`: uploads in parts, sent to the object store itself or, for a local folder, to here.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use greenroom_app::artifact::{self as cases, Part, Parts};
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::{Error, Result};
use greenroom_wire::mlflow::artifact::{CompletedParts, MultipartResponse, PartCredential};
use greenroom_wire::mlflow::schema;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use super::proxy::{after, incoming};
use crate::request::MlflowRequest;
use crate::respond::{Empty, MlflowError, MlflowResult, Pretty};
use crate::router::App;

/// The key: the folder from the path, and the last piece of what the client calls its local file.
fn key(folder: &str, local_file: &str) -> Result<ArtifactKey> {
    let name = local_file.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.is_empty() {
        return Err(Error::invalid("Invalid path"));
    }
    ArtifactKey::parse_folder(folder)?.join(name)
}

pub(crate) async fn create(
    State(app): State<App>,
    uri: Uri,
    OriginalUri(original): OriginalUri,
    headers: HeaderMap,
    request: MlflowRequest,
) -> MlflowResult<MultipartResponse> {
    let fields = request.fields(schema::CREATE_MULTIPART)?;
    let key = key(after(&uri, "/mpu/create/"), fields.text_or_empty("path"))?;
    let count = fields.int("num_parts").unwrap_or(1);
    let Parts { upload, urls } = cases::create_parts(&app.cx, &key, count).await?;
    let urls = urls.unwrap_or_else(|| {
        let base = base_url(&headers, &original);
        (1..=count).map(|number| format!("{base}/mpu/part/{upload}/{number}")).collect()
    });
    let credentials = (1..)
        .zip(urls)
        .map(|(part_number, url)| PartCredential { url, part_number, headers: BTreeMap::new() })
        .collect();
    Ok(Pretty(MultipartResponse { upload_id: upload, credentials }))
}

pub(crate) async fn put_part(State(app): State<App>, uri: Uri, body: Body) -> Result<Response, MlflowError> {
    let (upload, number) = after(&uri, "/mpu/part/").split_once('/').unwrap_or_default();
    let etag = cases::put_part(&app.cx, upload, number, incoming(body)).await?;
    let etag = HeaderValue::try_from(etag).map_err(|_| Error::internal("The part's tag cannot be told."))?;
    Ok((StatusCode::OK, [(header::ETAG, etag)]).into_response())
}

pub(crate) async fn complete(
    State(app): State<App>,
    uri: Uri,
    request: MlflowRequest,
) -> MlflowResult<Empty> {
    let fields = request.fields(schema::END_MULTIPART)?;
    let CompletedParts { parts } = request.json()?;
    if parts.is_empty() {
        return Err(Error::missing("parts").into());
    }
    let key = key(after(&uri, "/mpu/complete/"), fields.text_or_empty("path"))?;
    let parts = parts.into_iter().map(|part| Part { number: part.part_number, etag: part.etag }).collect();
    cases::complete_parts(&app.cx, &key, fields.text_or_empty("upload_id"), parts).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn abort(State(app): State<App>, uri: Uri, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::END_MULTIPART)?;
    let key = key(after(&uri, "/mpu/abort/"), fields.text_or_empty("path"))?;
    cases::abort_parts(&app.cx, &key, fields.text_or_empty("upload_id")).await?;
    Ok(Pretty(Empty {}))
}

/// Where the client reached this server, which is where it will reach it for the parts. The guard has looked at the host.
fn base_url(headers: &HeaderMap, original: &Uri) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let host = text("host").or(original.authority().map(http::uri::Authority::as_str)).unwrap_or_default();
    let path = original.path().split_once("/mpu/").map_or("", |(before, _)| before);
    format!("{scheme}://{host}{path}")
}
