//! How a file is sent: in ranges, with what caches need, and never so that a browser would run it.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use greenroom_app::artifact::Got;
use greenroom_core::artifact::{ArtifactKey, Delivery, Facts, Wish};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::respond::Verbatim;

/// What stands for itself in `filename*` (RFC 5987).
const IN_A_NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a reader asks for.
pub(super) fn wish(method: &Method, headers: &HeaderMap) -> Wish {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Wish {
        range: text(header::RANGE).filter(|_| *method == Method::GET),
        if_range: text(header::IF_RANGE),
        if_none_match: text(header::IF_NONE_MATCH),
        head: *method == Method::HEAD,
    }
}

/// The answer.
pub(super) fn response(key: &ArtifactKey, got: Got) -> Response {
    let Got { facts, delivery, bytes } = got;
    let size = facts.size;
    let (status, range, length) = match &delivery {
        Delivery::Whole => (StatusCode::OK, None, Some(size)),
        Delivery::Part(part) => (
            StatusCode::PARTIAL_CONTENT,
            Some(format!("bytes {}-{}/{size}", part.start, part.end - 1)),
            Some(part.end - part.start),
        ),
        Delivery::NotModified => (StatusCode::NOT_MODIFIED, None, None),
        Delivery::Unsatisfiable => {
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(format!("bytes */{size}")), Some(0))
        }
    };
    let mut response = Body::from_stream(bytes).into_response();
    *response.status_mut() = status;
    // Compressing would take the ranges, the tag and the processor's time away.
    response.extensions_mut().insert(Verbatim);
    let headers = response.headers_mut();
    describe(headers, key, &facts);
    let mut set = |name, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    };
    if let Some(range) = range {
        set(header::CONTENT_RANGE, range);
    }
    if let Some(length) = length {
        set(header::CONTENT_LENGTH, length.to_string());
    }
    response
}

fn describe(headers: &mut HeaderMap, key: &ArtifactKey, facts: &Facts) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(key.name())));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    for (name, value) in [
        (header::CONTENT_DISPOSITION, Some(attachment(key.name()))),
        (header::ETAG, Some(facts.etag.clone())),
        (header::LAST_MODIFIED, http_date(facts.modified)),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
}

/// A name for the downloaded file; where it is not plain, a plain one is given besides.
fn attachment(name: &str) -> String {
    let plain: String = name.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
    let plain = if plain.is_empty() { "download".to_owned() } else { plain.replace('"', "\\\"") };
    if name.is_ascii() {
        return format!("attachment; filename=\"{plain}\"");
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, IN_A_NAME))
}

fn http_date(millis: i64) -> Option<String> {
    let time = chrono::DateTime::from_timestamp_millis(millis)?;
    Some(time.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// By the name's ending, as MLflow's server guesses it: what people read is plain text.
fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or(name, |(_, ending)| ending);
    match ending {
        "txt" | "log" | "err" | "cfg" | "conf" | "cnf" | "cf" | "ini" | "properties" | "prop" | "hocon"
        | "toml" | "yaml" | "yml" | "xml" | "json" | "js" | "py" | "py3" | "csv" | "tsv" | "md" | "rst"
        | "ipynb" | "MLmodel" | "MLproject" => "text/plain; charset=utf-8",
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        "mp4" => "video/mp4",
        "mp3" => "audio/mpeg",
        "wav" => "audio/x-wav",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "tar" => "application/x-tar",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_headers() {
        for (name, header) in [
            ("model.pkl", "attachment; filename=\"model.pkl\""),
            ("a \"b\".txt", "attachment; filename=\"a \\\"b\\\".txt\""),
            ("模型.bin", "attachment; filename=\".bin\"; filename*=UTF-8''%E6%A8%A1%E5%9E%8B.bin"),
            ("模", "attachment; filename=\"download\"; filename*=UTF-8''%E6%A8%A1"),
        ] {
            assert_eq!(attachment(name), header);
        }
    }

    #[test]
    fn times_are_told_as_http_tells_them() {
        assert_eq!(http_date(1_700_000_000_999).as_deref(), Some("Tue, 14 Nov 2023 22:13:20 GMT"));
    }
}
