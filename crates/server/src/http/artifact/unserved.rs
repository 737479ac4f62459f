//! What the endpoints say that the operator switched off, in MLflow's words.

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

/// `--no-serve-artifacts`: the proxy is off.
pub(crate) async fn no_proxy(path: MatchedPath, _: Request, _: Next) -> Response {
    disabled(&format!(
        "Endpoint: {} disabled due to the mlflow server running with `--no-serve-artifacts`. To enable artifacts server \
         functionality, run `mlflow server` with `--serve-artifacts`",
        rule(&path)
    ))
}

/// `--artifacts-only`: everything else is off.
pub(crate) async fn only_proxy(path: MatchedPath, _: Request, _: Next) -> Response {
    disabled(&format!(
        "Endpoint: {} disabled due to the mlflow server running in `--artifacts-only` mode. To enable tracking server \
         functionality, run `mlflow server` without `--artifacts-only`",
        rule(&path)
    ))
}

/// The route as MLflow's server writes it.
fn rule(path: &MatchedPath) -> String {
    path.as_str().replace("{*", "<path:").replace('{', "<").replace('}', ">")
}

fn disabled(message: &str) -> Response {
    let mut response = Response::new(Body::from(message.to_owned()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
