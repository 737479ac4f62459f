//! The embedded web UI: files built into the program, compressed beforehand, addressed by content hash.

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use greenroom_core::{Error, ErrorCode};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::respond::{MlflowError, text};

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Files;

/// Scripts, styles and data come from this server alone; nothing inline, no frames of others around it.
const POLICY: &str = "default-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'";

pub(crate) async fn index(headers: HeaderMap) -> Response {
    let Some(mut response) = serve("index.html", &headers) else {
        return text(
            StatusCode::OK,
            "Greenroom was built without its web UI. Run `make build` for a program that has it.",
        );
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

pub(crate) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(mut response) = serve(&format!("assets/{path}"), &headers) else { return missing(&path) };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}

/// Files beside the index, such as the icon: their names hold no hash.
pub(crate) async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(mut response) = serve(&path, &headers) else { return missing(&path) };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn missing(path: &str) -> Response {
    MlflowError(Error::new(ErrorCode::EndpointNotFound, format!("No file or endpoint /{path}.")))
        .into_response()
}

/// The file in the best encoding that the browser takes.
fn serve(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Files::get(path)?;
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let encoded = [("br", ".br"), ("gzip", ".gz")].into_iter().find_map(|(encoding, suffix)| {
        let file = Files::get(&format!("{path}{suffix}")).filter(|_| accepted.contains(encoding))?;
        Some((encoding, file))
    });
    let digest = plain.metadata.sha256_hash();
    let [a, b, c, d, ..] = digest;
    let etag = HeaderValue::from_str(&format!("\"{:08x}\"", u32::from_be_bytes([a, b, c, d]))).ok()?;
    if headers.get(header::IF_NONE_MATCH) == Some(&etag) {
        return Some((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let (encoding, file): (Option<&'static str>, EmbeddedFile) = match encoded {
        Some((encoding, file)) => (Some(encoding), file),
        None => (None, plain),
    };
    let mut response = Response::new(Body::from(file.data.into_owned()));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    out.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    out.insert(header::ETAG, etag);
    out.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}
