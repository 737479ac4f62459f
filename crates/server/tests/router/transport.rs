//! What surrounds every call: content types, sizes, hosts, origins, headers, prefixes, unknown paths.

use axum::body::Body;
use http::Request;

use crate::support::{Server, request};

#[tokio::test]
async fn unknown_paths_and_methods_are_json() {
    let server = Server::new().await;
    for path in [
        "/api/2.0/mlflow/experiments/list",
        "/api/2.0/preview/mlflow/experiments/list",
        "/graphql",
        "/nothing",
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error_code"].as_str()),
            (404, Some("ENDPOINT_NOT_FOUND")),
            "{path}"
        );
    }
    let answer = server.get("/api/v1/nothing").await;
    assert_eq!(
        (answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()),
        (404, "application/problem+json")
    );
    let answer = server.call("PUT", "registered-models/create", "{}").await;
    assert_eq!(answer.status, 405);
    answer.json();
}

#[tokio::test]
async fn bodies_must_say_that_they_are_json() {
    let server = Server::new().await;
    for (content_type, message) in [
        (Some("text/plain"), "Bad Request. Content-Type must be one of ['application/json']."),
        (Some("<script>alert(1)</script>"), "Bad Request. Content-Type must be one of ['application/json']."),
        (None, "Bad Request. Content-Type header is missing."),
    ] {
        let mut request = request("POST", "/api/2.0/mlflow/registered-models/create", r#"{"name":"m"}"#);
        request.headers_mut().remove("content-type");
        if let Some(content_type) = content_type {
            request.headers_mut().insert("content-type", content_type.parse().unwrap());
        }
        let answer = server.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.message().as_str()), (400, message));
    }
    let mut charset = request("POST", "/api/2.0/mlflow/registered-models/create", r#"{"name":"m"}"#);
    charset.headers_mut().insert("content-type", "application/json; charset=utf-8".parse().unwrap());
    assert_eq!(server.send(charset).await.status, 200);
}

#[tokio::test]
async fn a_body_ends_at_one_mebibyte() {
    let server = Server::new().await;
    let padded = |length: usize| {
        format!(r#"{{"name":"m","x":"{}"}}"#, "a".repeat(length - r#"{"name":"m","x":""}"#.len()))
    };
    let answer = server.call("POST", "registered-models/create", &padded(1024 * 1024)).await;
    assert_eq!(answer.status, 200);
    let answer = server.call("POST", "registered-models/create", &padded(1024 * 1024 + 1)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.message().contains("1048576 bytes"), "{}", answer.text);
    let answer = server.call("POST", "registered-models/create", &"[".repeat(200_000)).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn delete_reads_the_body_first_then_the_query_and_never_both() {
    let server = Server::seeded().await;
    let path = "/api/2.0/mlflow/model-versions/delete?name=Unicorn&version=2";
    let refused = server.send(request("DELETE", path, r#"{"name":"Unicorn","version":"1"}"#)).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("different values for 'version'"), "{}", refused.text);
    assert_eq!(server.send(request("DELETE", path, "")).await.status, 200);
    assert_eq!(
        server.call("DELETE", "model-versions/delete", r#"{"name":"Unicorn","version":"1"}"#).await.status,
        200
    );
}

#[tokio::test]
async fn foreign_hosts_and_origins_are_refused() {
    let server = Server::new().await;
    let with = |method: &str, path: &str, header: &str, value: &str| {
        let mut request: Request<Body> = request(method, path, r#"{"name":"m"}"#);
        request.headers_mut().insert(http::HeaderName::try_from(header).unwrap(), value.parse().unwrap());
        request
    };
    let create = "/api/2.0/mlflow/registered-models/create";
    let answer =
        server.send(with("GET", "/api/2.0/mlflow/registered-models/search", "host", "evil.com")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text.as_str()),
        (403, "Invalid Host header - possible DNS rebinding attack detected")
    );
    assert_eq!(server.send(with("GET", "/health", "host", "evil.com")).await.status, 200);
    let answer = server.send(with("POST", create, "origin", "http://evil.com")).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (403, "Cross-origin request blocked"));
    assert_eq!(server.send(with("OPTIONS", create, "origin", "http://evil.com")).await.status, 400);
    assert_eq!(server.send(with("POST", create, "origin", "http://127.0.0.1:5000")).await.status, 200);
}

#[tokio::test]
async fn every_answer_carries_its_headers() {
    let server = Server::new().await;
    for path in ["/", "/health", "/api/2.0/mlflow/registered-models/search", "/nothing"] {
        let answer = server.get(path).await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["x-frame-options"], "SAMEORIGIN", "{path}");
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
    }
    let index = server.get("/").await;
    let policy = index.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert!(index.text.contains("<title>"), "the UI is built in: {}", index.text);
}

#[tokio::test]
async fn the_ui_is_served_compressed_and_cached() {
    let server = Server::new().await;
    let index = server.get("/").await;
    let script = index
        .text
        .split(['"', '\''])
        .find(|part| part.contains("assets/") && part.to_lowercase().ends_with("js"))
        .unwrap();
    let mut wanted = request("GET", &format!("/{}", script.trim_start_matches("./")), "");
    wanted.headers_mut().insert("accept-encoding", "gzip, br".parse().unwrap());
    let answer = server.response(wanted).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-encoding"], "br");
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    let mut again = request("GET", "/", "");
    again.headers_mut().insert("if-none-match", index.headers["etag"].clone());
    assert_eq!(server.send(again).await.status, 304);
    assert_eq!(server.get("/assets/..%2f..%2fetc%2fpasswd").await.status, 404);
}

#[tokio::test]
async fn a_static_prefix_stands_in_front_of_everything() {
    let server = Server::with_prefix("/mlflow").await;
    for path in [
        "/mlflow/health",
        "/mlflow/api/2.0/mlflow/registered-models/search",
        "/mlflow/ajax-api/2.0/mlflow/registered-models/search",
        "/mlflow/api/v1/models",
    ] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    assert_eq!(server.get("/health").await.status, 404);
}

#[tokio::test]
async fn probes_and_versions_answer() {
    let server = Server::new().await;
    for (path, text) in [("/health", "OK"), ("/livez", "OK"), ("/readyz", "OK"), ("/version", "3.17.2")] {
        let answer = server.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, text));
    }
    let info = server.get("/api/3.0/mlflow/server-info").await.json();
    assert_eq!(
        (info["store_type"].as_str(), info["workspaces_enabled"].as_bool()),
        (Some("SqlStore"), Some(false))
    );
}
