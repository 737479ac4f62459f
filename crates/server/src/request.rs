//! Extractors: a request of MLflow's API as its server reads it, and the pieces of a `/api/v1` request.

use axum::body::HttpBody as _;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use greenroom_core::{Actor, Error, ErrorCode, Result};
use greenroom_wire::mlflow::{Field, Fields};
use http::{HeaderMap, Method, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::respond::{MlflowError, V1Error};

/// Bytes in a JSON body.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// Who asks, as far as headers tell.
pub(crate) fn actor(headers: &HeaderMap) -> Actor {
    let agent = headers.get(header::USER_AGENT).map(http::HeaderValue::as_bytes).unwrap_or_default();
    Actor::anonymous(&String::from_utf8_lossy(agent))
}

/// A request of MLflow's API before its schema is known.
pub(crate) struct MlflowRequest {
    /// Who asks.
    pub(crate) actor: Actor,
    method: Method,
    query: Vec<(String, String)>,
    body: Bytes,
}

impl MlflowRequest {
    /// Reads the fields. GET takes them from the query, or from the body when there is no query; DELETE from
    /// the body, or from the query when there is no body (the `databricks` SDK sends them there).
    pub(crate) fn fields(&self, schema: &[Field]) -> Result<Fields> {
        let from_query = match self.method {
            Method::GET | Method::HEAD => !self.query.is_empty(),
            Method::DELETE => self.body.is_empty() && !self.query.is_empty(),
            _ => false,
        };
        if from_query {
            return Fields::from_query(schema, &self.query);
        }
        let fields = Fields::from_body(schema, &self.body)?;
        if self.method == Method::DELETE {
            self.refuse_two_answers(schema, &fields)?;
        }
        Ok(fields)
    }

    /// The body in a shape that has no fields of the schema's kinds.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body)
            .map_err(|e| Error::invalid(format!("The request body cannot be read: {e}.")))
    }

    /// Whoever checks one place and acts on the other would be fooled.
    fn refuse_two_answers(&self, schema: &[Field], fields: &Fields) -> Result<()> {
        for field in schema {
            let mut in_query =
                self.query.iter().filter(|(key, _)| key == field.name).map(|(_, value)| value.as_str());
            if in_query.any(|value| Some(value) != fields.text(field.name)) {
                return Err(Error::invalid(format!(
                    "Request specifies different values for '{}' in query and body; provide only one of them.",
                    field.name
                )));
            }
        }
        Ok(())
    }
}

impl<S: Send + Sync> FromRequest<S> for MlflowRequest {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let refuse = |error| MlflowError(error).into_response();
        check_content_type(&parts).map_err(refuse)?;
        let body = read_body(body).await.map_err(refuse)?;
        let query = parts.uri.query().map(|q| form_urlencoded::parse(q.as_bytes()).into_owned().collect());
        Ok(Self {
            actor: actor(&parts.headers),
            method: parts.method,
            query: query.unwrap_or_default(),
            body,
        })
    }
}

fn check_content_type(parts: &Parts) -> Result<()> {
    if !matches!(parts.method, Method::POST | Method::PUT) {
        return Ok(());
    }
    let Some(value) = parts.headers.get(header::CONTENT_TYPE) else {
        return Err(Error::invalid("Bad Request. Content-Type header is missing."));
    };
    let kind = value.as_bytes().split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
    if kind != b"application/json" {
        return Err(Error::invalid("Bad Request. Content-Type must be one of ['application/json']."));
    }
    Ok(())
}

async fn read_body(body: axum::body::Body) -> Result<Bytes> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Error::new(
            ErrorCode::PayloadTooLarge,
            format!("The request body is larger than {MAX_BODY} bytes. Send less at once."),
        )),
        Err(_) => Err(Error::new(ErrorCode::BadRequest, "The request body ended early or came too slowly.")),
    }
}

/// The pieces of a path of MLflow's API.
pub(crate) struct MlflowPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for MlflowPath<T> {
    type Rejection = MlflowError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, MlflowError> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(pieces)) => Ok(Self(pieces)),
            Err(rejection) => Err(MlflowError(Error::invalid(rejection.body_text()))),
        }
    }
}

/// The pieces of a `/api/v1` path.
pub(crate) struct V1Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for V1Path<T> {
    type Rejection = V1Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, V1Error> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(pieces)) => Ok(Self(pieces)),
            Err(rejection) => Err(V1Error(Error::invalid(rejection.body_text()))),
        }
    }
}

/// The query of a `/api/v1` request: each key at most once.
pub(crate) struct V1Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for V1Query {
    type Rejection = V1Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, V1Error> {
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        for (index, (key, _)) in pairs.iter().enumerate() {
            if pairs[..index].iter().any(|(earlier, _)| earlier == key) {
                return Err(V1Error(Error::invalid(format!(
                    "Parameter '{key}' is given twice; give it once."
                ))));
            }
        }
        Ok(Self(pairs))
    }
}

impl V1Query {
    /// Refuses keys that mean nothing here: a misspelt filter must not read as "everything".
    pub(crate) fn allow(&self, known: &[&str]) -> Result<()> {
        match self.0.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            Some((key, _)) => {
                Err(Error::invalid(format!("Unknown parameter '{key}'. Known are: {}.", known.join(", "))))
            }
            None => Ok(()),
        }
    }

    /// A parameter, `None` when absent or empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A number within bounds.
    pub(crate) fn int(&self, name: &str, least: i64, most: i64) -> Result<Option<i64>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse::<i64>().ok().filter(|n| (least..=most).contains(n));
        let wrong = || {
            Error::invalid(format!(
                "Parameter '{name}' must be a whole number from {least} to {most}, got '{text}'."
            ))
        };
        number.map(Some).ok_or_else(wrong)
    }

    /// How many items a page may have: 1 to 1000, default 100.
    pub(crate) fn limit(&self) -> Result<i64> {
        Ok(self.int("limit", 1, 1000)?.unwrap_or(100))
    }

    /// A truth.
    pub(crate) fn flag(&self, name: &str) -> Result<bool> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => {
                Err(Error::invalid(format!("Parameter '{name}' must be true or false, got '{other}'.")))
            }
        }
    }
}

/// The body of a `/api/v1` request, of the content type that the endpoint takes, and who asks.
pub(crate) struct V1Body {
    pub(crate) actor: Actor,
    content_type: String,
    bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for V1Body {
    type Rejection = V1Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, V1Error> {
        let (parts, body) = request.into_parts();
        let content_type =
            parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Ok(Self { actor: actor(&parts.headers), content_type, bytes: read_body(body).await? })
    }
}

impl V1Body {
    fn expect(&self, content_type: &str) -> Result<()> {
        if self.content_type == content_type {
            return Ok(());
        }
        Err(Error::invalid(format!("Content-Type must be {content_type}, got '{}'.", self.content_type)))
    }

    /// As JSON of a known shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.expect("application/json")?;
        serde_json::from_slice(&self.bytes)
            .map_err(|e| Error::invalid(format!("The request body cannot be read: {e}.")))
    }

    /// As a TOML document.
    pub(crate) fn toml(&self) -> Result<&str> {
        self.expect("application/toml")?;
        std::str::from_utf8(&self.bytes).map_err(|_| Error::invalid("The document is not UTF-8."))
    }
}
