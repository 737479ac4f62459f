//! Turning what use-cases return into responses: MLflow's JSON for its API, problem details for ours.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use greenroom_core::{Error, ErrorCode};
use greenroom_wire::mlflow::ErrorBody;
use greenroom_wire::v1::Problem;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// What handlers of MLflow's API return.
pub(crate) type MlflowResult<T> = Result<Pretty<T>, MlflowError>;
/// What handlers of `/api/v1` return.
pub(crate) type V1Result<T> = Result<Json<T>, V1Error>;

/// JSON with two spaces of indentation, as MLflow's server prints it.
pub(crate) struct Pretty<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Pretty<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, "application/json", serde_json::to_vec_pretty(&self.0))
    }
}

/// Compact JSON.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, "application/json", serde_json::to_vec(&self.0))
    }
}

/// Marks a response whose bytes must reach the client as they are.
#[derive(Clone, Copy)]
pub(crate) struct Verbatim;

/// The empty answer of MLflow's API.
#[derive(Serialize)]
pub(crate) struct Empty {}

/// An error as MLflow's clients read it.
pub(crate) struct MlflowError(pub(crate) Error);

impl From<Error> for MlflowError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for MlflowError {
    fn into_response(self) -> Response {
        let body = ErrorBody { error_code: self.0.code.as_str().to_owned(), message: self.0.message };
        json(status(self.0.code), "application/json", serde_json::to_vec_pretty(&body))
    }
}

/// An error as `/api/v1` tells it.
pub(crate) struct V1Error(pub(crate) Error);

impl From<Error> for V1Error {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for V1Error {
    fn into_response(self) -> Response {
        let status = status(self.0.code);
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: self.0.message,
            error_code: self.0.code.as_str().to_owned(),
        };
        json(status, "application/problem+json", serde_json::to_vec(&problem))
    }
}

fn status(code: ErrorCode) -> StatusCode {
    StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn json(status: StatusCode, content_type: &'static str, body: serde_json::Result<Vec<u8>>) -> Response {
    let (status, body) = match body {
        Ok(body) => (status, body),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                br#"{"error_code":"INTERNAL_ERROR","message":"Internal error."}"#.to_vec(),
            )
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Plain text.
pub(crate) fn text(status: StatusCode, body: &'static str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
