//! The artifacts of a run, a logged model or a version, named by it: what pages show and download, with the same checks as the proxy.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use greenroom_app::artifact::{self as cases, Owner};
use greenroom_app::model_version::VersionKey;
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::{Error, Result};
use greenroom_wire::mlflow::artifact::{FileInfo, FilesResponse};
use greenroom_wire::mlflow::{logged_model_schema, tracking_schema as schema};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::file;
use crate::request::{MlflowPath, MlflowRequest};
use crate::respond::{MlflowError, MlflowResult, Pretty};
use crate::router::App;

/// Bytes that a page may upload (MLflow's limit).
const MAX_UPLOAD: usize = 10 * 1024 * 1024;

/// `artifacts/list`: what a run has logged, one folder at a time.
pub(crate) async fn list(State(app): State<App>, request: MlflowRequest) -> MlflowResult<FilesResponse> {
    let fields = request.fields(schema::LIST_ARTIFACTS)?;
    let owner = Owner::Run(fields.text_or_empty("run_id").to_owned());
    list_of(&app, owner, fields.text_or_empty("path")).await
}

/// `logged-models/{id}/artifacts/directories`: the same for a logged model.
pub(crate) async fn list_of_model(
    State(app): State<App>,
    MlflowPath(id): MlflowPath<String>,
    request: MlflowRequest,
) -> MlflowResult<FilesResponse> {
    let fields = request.fields(logged_model_schema::LIST_MODEL_ARTIFACTS)?;
    list_of(&app, Owner::LoggedModel(id), fields.text_or_empty("artifact_directory_path")).await
}

async fn list_of(app: &App, owner: Owner, path: &str) -> MlflowResult<FilesResponse> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let found = cases::belongings(&app.cx, owner).await?;
    let entries = cases::list(&app.cx, &found.key(&app.cx, path)?).await?;
    let path = if path.is_empty() { String::new() } else { format!("{}/", ArtifactKey::parse(path)?) };
    let files = entries
        .into_iter()
        .map(|entry| FileInfo {
            path: format!("{path}{}", entry.name),
            is_dir: entry.size.is_none(),
            file_size: entry.size,
        })
        .collect();
    Ok(Pretty(FilesResponse { root_uri: Some(found.location), files }))
}

/// `/get-artifact`: a file of a run.
pub(crate) async fn of_run(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, MlflowError> {
    let query = Query::read(&uri)?;
    let owner = Owner::Run(query.run()?);
    send(&app, owner, query.get("path")?, &method, &headers).await
}

/// `logged-models/{id}/artifacts/files`: a file of a logged model, for pages.
pub(crate) async fn of_model(
    State(app): State<App>,
    MlflowPath(id): MlflowPath<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, MlflowError> {
    let query = Query::read(&uri)?;
    send(&app, Owner::LoggedModel(id), query.get("artifact_file_path")?, &method, &headers).await
}

/// `/model-versions/get-artifact`: a file of a version.
pub(crate) async fn of_version(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, MlflowError> {
    let query = Query::read(&uri)?;
    let owner = Owner::Version(VersionKey::new(query.get("name")?, query.get("version")?)?);
    send(&app, owner, query.get("path")?, &method, &headers).await
}

async fn send(
    app: &App,
    owner: Owner,
    path: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, MlflowError> {
    let key = cases::belongings(&app.cx, owner).await?.key(&app.cx, path)?;
    let got = cases::get(&app.cx, &key, file::wish(method, headers)).await?;
    Ok(file::response(&key, got))
}

/// `upload-artifact`: a small file that a page adds to a run.
pub(crate) async fn upload(State(app): State<App>, uri: Uri, body: Body) -> Result<Response, MlflowError> {
    let query = Query::read(&uri)?;
    let (run, path) = (query.get("run_uuid")?, query.get("path")?);
    ArtifactKey::parse(path)?;
    let body = match Limited::new(body, MAX_UPLOAD).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Err(Error::invalid("Artifact size is too large. Max size is 10MB.").into());
        }
        Err(_) => return Err(Error::invalid("The request body ended early or came too slowly.").into()),
    };
    if body.is_empty() {
        return Err(Error::invalid("Request must specify data.").into());
    }
    let key = cases::belongings(&app.cx, Owner::Run(run.to_owned())).await?.key(&app.cx, path)?;
    let length = body.len() as u64;
    let body = futures_util::stream::iter([Ok(body)]);
    cases::put(&app.cx, &key, Some(length), body).await?;
    let mut response = ().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The query of these routes, each key at most once: whoever checks one value and uses another would be fooled.
struct Query(Vec<(String, String)>);

impl Query {
    fn read(uri: &Uri) -> Result<Self> {
        let query = uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (index, (key, _)) in pairs.iter().enumerate() {
            if pairs[..index].iter().any(|(earlier, _)| earlier == key) {
                return Err(Error::invalid(format!("Request specifies '{key}' twice; provide it once.")));
            }
        }
        Ok(Self(pairs))
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    fn get(&self, name: &str) -> Result<&str> {
        self.find(name).ok_or_else(|| Error::invalid(format!("Request must specify {name}.")))
    }

    /// The run, under either of its names.
    fn run(&self) -> Result<String> {
        match (self.find("run_id"), self.find("run_uuid")) {
            (Some(id), Some(uuid)) if id != uuid => Err(Error::invalid(
                "Request specifies different values for 'run_id' and 'run_uuid'; provide only one of them.",
            )),
            (Some(id), _) | (None, Some(id)) => Ok(id.to_owned()),
            (None, None) => Err(Error::invalid("Request must specify run_uuid.")),
        }
    }
}
