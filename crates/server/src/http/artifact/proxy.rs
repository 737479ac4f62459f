//! `mlflow-artifacts/artifacts/*`: files go through this server to and from where it keeps them.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use greenroom_app::artifact as cases;
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::{Error, ErrorCode, Result};
use greenroom_wire::mlflow::artifact::{FileInfo, FilesResponse, PresignedResponse};
use greenroom_wire::mlflow::schema;
use http::{HeaderMap, Method, Uri, header};

use super::file;
use crate::request::MlflowRequest;
use crate::respond::{Empty, MlflowError, MlflowResult, Pretty};
use crate::router::App;

const MULTIPART_UNSUPPORTED: &str = "Multipart download is not supported for the current artifact repository";
/// How long a signed URL for a download is good.
const DOWNLOAD_FOR: Duration = Duration::from_mins(15);

/// What follows the route's own words in the path, as it was sent: [`ArtifactKey`] decodes it, nothing before it.
pub(super) fn after<'a>(uri: &'a Uri, route: &str) -> &'a str {
    uri.path().strip_prefix(route).unwrap_or_default()
}

/// The bytes of a request as they arrive. Who falls silent is given up by the onion; who goes on sending is heard.
pub(super) fn incoming(body: Body) -> impl Stream<Item = Result<Bytes>> + Unpin {
    body.into_data_stream().map(|bytes| {
        bytes.map_err(|_| {
            Error::new(ErrorCode::BadRequest, "The request body ended early or came too slowly.")
        })
    })
}

pub(crate) async fn put(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<(), MlflowError> {
    let key = ArtifactKey::parse(after(&uri, "/artifacts/"))?;
    if headers.contains_key(header::CONTENT_RANGE) {
        return Err(
            Error::invalid("Content-Range cannot be used here: an artifact is stored as a whole.").into()
        );
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|l| l.to_str().ok()?.parse().ok());
    cases::put(&app.cx, &key, length, incoming(body)).await?;
    Ok(())
}

pub(crate) async fn get(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, MlflowError> {
    let key = ArtifactKey::parse(after(&uri, "/artifacts/"))?;
    let got = cases::get(&app.cx, &key, file::wish(&method, &headers)).await?;
    Ok(file::response(&key, got))
}

/// What is in a folder. No client needs to be shown the root: its folders are everybody's.
pub(crate) async fn list(State(app): State<App>, request: MlflowRequest) -> MlflowResult<FilesResponse> {
    let fields = request.fields(schema::LIST_PROXIED)?;
    let path = fields.text_or_empty("path");
    if path.is_empty() {
        return Err(
            Error::invalid("The root of all artifacts is not listed. Name a folder in 'path'.").into()
        );
    }
    let entries = cases::list(&app.cx, &ArtifactKey::parse_folder(path)?).await?;
    let files = entries
        .into_iter()
        .map(|entry| FileInfo { path: entry.name, is_dir: entry.size.is_none(), file_size: entry.size })
        .collect();
    Ok(Pretty(FilesResponse { root_uri: None, files }))
}

pub(crate) async fn delete(State(app): State<App>, uri: Uri) -> MlflowResult<Empty> {
    let key = ArtifactKey::parse_folder(after(&uri, "/artifacts/"))?;
    cases::delete(&app.cx, &key).await?;
    Ok(Pretty(Empty {}))
}

pub(crate) async fn presigned(State(app): State<App>, uri: Uri) -> MlflowResult<PresignedResponse> {
    let key = ArtifactKey::parse(after(&uri, "/presigned/"))?;
    let signed = cases::sign_download(&app.cx, &key, DOWNLOAD_FOR).await;
    let (url, file_size) = signed.map_err(|error| match error.code {
        // The client asks here in order to download in parts.
        ErrorCode::NotImplemented => Error::new(error.code, MULTIPART_UNSUPPORTED),
        _ => error,
    })?;
    Ok(Pretty(PresignedResponse { url, headers: std::collections::BTreeMap::new(), file_size }))
}
