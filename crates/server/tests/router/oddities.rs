//! The same things asked in odd ways: other spellings of a path, of a method, of a body, text that would be markup
//! elsewhere. Nothing gets through that would not have got through plainly, nothing answers 5xx, and nothing
//! is told as HTML.

use axum::body::Body;
use http::Request;

use crate::support::{Server, request};

/// Whatever the registry holds, in one text.
async fn state(server: &Server) -> String {
    server.get("/api/v1/models").await.text + &server.get("/api/v1/events?limit=1000").await.text
}

fn with(mut request: Request<Body>, header: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().insert(header, value.parse().unwrap());
    request
}

#[tokio::test]
async fn no_other_spelling_of_a_path_reaches_an_endpoint() {
    let server = Server::seeded().await;
    let before = state(&server).await;
    let body = r#"{"name":"Unicorn"}"#;
    for path in [
        "//api/2.0/mlflow/registered-models/delete",
        "/api//2.0/mlflow/registered-models/delete",
        "/api/2.0/../2.0/mlflow/registered-models/delete",
        "/api/2.0/mlflow/registered-models%2fdelete",
        "/API/2.0/mlflow/registered-models/delete",
        "/api/2.0/mlflow/registered-models/delete/",
        "/api/2.0/mlflow/registered-models/delete;x=1",
        "/api/2.0/preview/mlflow/registered-models/delete",
        "/api/3.0/mlflow/registered-models/delete",
        "/mlflow/registered-models/delete",
        "/ajax-api/v1/models",
    ] {
        let answer = server.send(request("DELETE", path, body)).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        answer.json();
    }
    for override_header in ["x-http-method-override", "x-method-override", "x-http-method"] {
        let get = request("GET", "/api/2.0/mlflow/registered-models/get?name=Unicorn", "");
        let answer = server.send(with(get, override_header, "DELETE")).await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(state(&server).await, before);
}

#[tokio::test]
async fn writes_want_their_own_method() {
    let server = Server::seeded().await;
    let before = state(&server).await;
    for (path, allowed) in [
        ("registered-models/create", "POST"),
        ("registered-models/rename", "POST"),
        ("registered-models/update", "PATCH"),
        ("registered-models/delete", "DELETE"),
        ("registered-models/set-tag", "POST"),
        ("registered-models/delete-tag", "DELETE"),
        ("model-versions/create", "POST"),
        ("model-versions/update", "PATCH"),
        ("model-versions/transition-stage", "POST"),
        ("model-versions/delete", "DELETE"),
        ("model-versions/set-tag", "POST"),
        ("model-versions/delete-tag", "DELETE"),
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].into_iter().filter(|m| *m != allowed)
        {
            let answer =
                server.call(method, path, r#"{"name":"Unicorn","version":"1","stage":"Production"}"#).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert!(answer.headers["allow"].to_str().unwrap().contains(allowed), "{method} {path}");
            if method != "HEAD" {
                assert_eq!(answer.json()["error_code"], "BAD_REQUEST", "{method} {path}");
            }
        }
    }
    assert_eq!(state(&server).await, before);
}

#[tokio::test]
async fn what_a_page_can_send_without_asking_is_no_write() {
    let server = Server::seeded().await;
    let before = state(&server).await;
    for content_type in [
        "text/plain",
        "text/plain;application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json-patch+json",
        "text/html",
        "",
    ] {
        for (method, path, body) in [
            ("POST", "/api/2.0/mlflow/registered-models/create", r#"{"name":"evil"}"#),
            (
                "POST",
                "/api/2.0/mlflow/model-versions/transition-stage",
                r#"{"name":"Unicorn","version":"1","stage":"Production"}"#,
            ),
            ("POST", "/api/v1/models/Unicorn/versions/1/transition", r#"{"stage":"Production"}"#),
            ("PUT", "/api/v1/stages", "[[stages]]\nname = 'None'"),
        ] {
            let answer = server.send(with(request(method, path, body), "content-type", content_type)).await;
            assert_eq!(answer.status, 400, "{content_type} {path}: {}", answer.text);
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            answer.json();
        }
    }
    for origin in
        ["http://evil.com", "null", "https://localhost.evil.com", "file://", "http://127.0.0.1.nip.io"]
    {
        for (method, path) in [
            ("POST", "/api/2.0/mlflow/registered-models/create"),
            ("PATCH", "/ajax-api/2.0/mlflow/registered-models/update"),
            ("DELETE", "/ajax-api/2.0/mlflow/registered-models/delete"),
            ("POST", "/api/v1/models/Unicorn/versions/1/transition"),
            ("PUT", "/api/v1/stages"),
        ] {
            let answer =
                server.send(with(request(method, path, r#"{"name":"Unicorn"}"#), "origin", origin)).await;
            assert_eq!((answer.status.as_u16(), answer.text.as_str()), (403, "Cross-origin request blocked"));
            let preflight = with(request("OPTIONS", path, ""), "origin", origin);
            let answer = server.send(with(preflight, "access-control-request-method", method)).await;
            assert_eq!((answer.status.as_u16(), answer.text.as_str()), (400, "Disallowed CORS origin"));
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
        let read = server.send(with(request("GET", "/api/v1/models", ""), "origin", origin)).await;
        assert!(!read.headers.contains_key("access-control-allow-origin"), "a foreign page cannot read");
    }
    assert_eq!(state(&server).await, before);
}

#[tokio::test]
async fn a_host_that_is_not_ours_reaches_nothing_but_the_probes() {
    let server = Server::seeded().await;
    for host in
        ["evil.com", "localhost.evil.com", "127.0.0.1.nip.io", "evil.com:5000", "127.0.0.1@evil.com", "a b"]
    {
        for path in [
            "/",
            "/api/v1/models",
            "/api/2.0/mlflow/registered-models/search",
            "/api/3.0/mlflow/server-info",
            "/nothing",
            "/api/v1/events/stream",
        ] {
            let answer = server.send(with(request("GET", path, ""), "host", host)).await;
            assert_eq!(answer.status, 403, "{host} {path}");
            assert_eq!(answer.text, "Invalid Host header - possible DNS rebinding attack detected");
            assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
        }
        for path in ["/health", "/version", "/livez", "/readyz"] {
            assert_eq!(
                server.send(with(request("GET", path, ""), "host", host)).await.status,
                200,
                "{host} {path}"
            );
        }
    }
    let mut two = request("GET", "/api/v1/models", "");
    two.headers_mut().append("host", "127.0.0.1".parse().unwrap());
    assert_eq!(server.send(two).await.status, 403, "two hosts are none");
    let mut none = request("GET", "/api/v1/models", "");
    none.headers_mut().remove("host");
    assert_eq!(server.send(none).await.status, 403);
    let forwarded = with(request("GET", "/api/v1/models", ""), "host", "evil.com");
    assert_eq!(server.send(with(forwarded, "x-forwarded-host", "127.0.0.1")).await.status, 403);
}

#[tokio::test]
async fn markup_comes_back_as_json_and_nothing_else() {
    let server = Server::new().await;
    for (n, text) in [
        "<img src=x onerror=alert(1)>",
        "\\\"><svg onload=alert(1)>",
        "[x](javascript:alert(1))",
        "![](https:\\\\tracker\\\\x)",
        "{{7*7}}",
        "\\u202evil",
        "a\\u200bb",
        "\\u0008\\u001f",
    ]
    .into_iter()
    .enumerate()
    {
        let name = if text.contains([':', '/']) { format!("m{n}") } else { text.to_owned() };
        let body =
            format!(r#"{{"name":"{name}","description":"{text}","tags":[{{"key":"k","value":"{text}"}}]}}"#);
        let made = server.call("POST", "registered-models/create", &body).await;
        assert_eq!(made.status, 200, "{body}: {}", made.text);
        let refused = server.call("POST", "registered-models/create", &body).await;
        let missing = server.call("GET", &format!("registered-models/get?name=%3Cscript%3E{n}"), "").await;
        let unknown = server.get(&format!("/%3Cscript%3E{n}")).await;
        for answer in [made, refused, missing, unknown] {
            assert_eq!(answer.headers["content-type"], "application/json");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            answer.json();
        }
    }
    for alias in ["<b>", "a b", "javascript:x", "\\u202e"] {
        let body = format!(r#"{{"name":"{{{{7*7}}}}","alias":"{alias}","version":"1"}}"#);
        assert_eq!(server.call("POST", "registered-models/alias", &body).await.status, 400, "{alias}");
    }
}

#[tokio::test]
async fn nonsense_is_the_callers_fault() {
    let server = Server::seeded().await;
    let before = state(&server).await;
    let stages = "&stages=None".repeat(3_000);
    for path in [
        "/api/v1/models/%00",
        "/api/v1/models/%00/history",
        "/api/v1/models/%00/stages",
        "/api/v1/models/Unicorn/versions?cursor=x",
        "/api/v1/models/Unicorn/versions?stage=%00",
        "/api/v1/models/Unicorn/versions/1%00",
        "/api/v1/models/Unicorn/versions/999999999999999999999",
        "/api/v1/models/Unicorn/versions/1/decision",
        "/api/v1/models/Unicorn/versions/1/decision?stage=Staging&archive_existing_versions=maybe",
        "/api/v1/models/Unicorn/stages?at=-9223372036854775808",
        "/api/v1/models/Unicorn/stages?at=9223372036854775808",
        "/api/v1/models/Unicorn/stages?at=0000-00-00T00:00:00Z",
        "/api/v1/models/Unicorn/stages?at=%00",
        "/api/v1/models/Unicorn/history?version=x",
        "/api/v1/models/Unicorn/history?cursor=%00",
        "/api/v1/models?cursor=%00",
        "/api/v1/models?filter=%00",
        "/api/v1/models?order_by=creation_timestamp",
        "/api/v1/models?limit=1001",
        "/api/v1/models?limit=99999999999999999999",
        "/api/v1/events?after=-1--1-",
        "/api/v1/events?after=1-",
        "/api/v1/chains?after=%00",
        "/api/v1/events/stream?after=x",
        "/api/2.0/mlflow/registered-models/get?name=%00",
        "/api/2.0/mlflow/registered-models/get?name=%ff%fe",
        "/api/2.0/mlflow/registered-models/search?max_results=-1",
        "/api/2.0/mlflow/registered-models/search?max_results=2147483648",
        "/api/2.0/mlflow/registered-models/search?filter=name%20LIKE%20'%00'",
        "/api/2.0/mlflow/registered-models/search?order_by=name&order_by=name",
        "/api/2.0/mlflow/model-versions/search?max_results=200001",
        "/api/2.0/mlflow/model-versions/search?filter=version_number%20%3D%20'1'%20OR%201%3D1",
        "/api/2.0/mlflow/model-versions/search?page_token=%00",
        &format!("/api/2.0/mlflow/registered-models/get-latest-versions?name=nobody{stages}"),
    ] {
        let answer = server.get(path).await;
        let shown: String = path.chars().take(100).collect();
        assert!(answer.status.is_client_error(), "{shown}: {} {}", answer.status, answer.text);
        answer.json();
    }
    let resumed = with(request("GET", "/api/v1/events/stream", ""), "last-event-id", "x");
    assert_eq!(server.send(resumed).await.status, 400);
    let many = format!("/api/2.0/mlflow/registered-models/get-latest-versions?name=Unicorn{stages}");
    assert_eq!(server.get(&many).await.json()["model_versions"].as_array().unwrap().len(), 1);
    assert_eq!(state(&server).await, before);
}

#[tokio::test]
async fn nonsense_in_bodies_changes_nothing() {
    let server = Server::seeded().await;
    let before = state(&server).await;
    let (deep, tag) =
        (format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)), r#"{"key":"k","value":"v"},"#);
    let tags = format!(r#"{{"name":"t","tags":[{}{{}}]}}"#, tag.repeat(60_000));
    for (method, path, body) in [
        ("POST", "registered-models/create", ""),
        ("POST", "registered-models/create", "{"),
        ("POST", "registered-models/create", "[]"),
        ("POST", "registered-models/create", "\"{}\""),
        ("POST", "registered-models/create", "5"),
        ("POST", "registered-models/create", "\u{0}"),
        ("POST", "registered-models/create", r#"{"name":null}"#),
        ("POST", "registered-models/create", r#"{"name":["x"]}"#),
        ("POST", "registered-models/create", r#"{"name":"x","tags":{"key":"k"}}"#),
        ("POST", "registered-models/create", r#"{"name":"x","tags":[null]}"#),
        ("POST", "registered-models/create", r#"{"name":"x","tags":[{"value":"v"}]}"#),
        ("POST", "registered-models/create", r#"{"name":"a\u0000b"}"#),
        ("POST", "registered-models/create", r#"{"name":"\ud800"}"#),
        ("POST", "registered-models/create", r#"{"name":"x","description":"\u0000"}"#),
        ("POST", "registered-models/create", r#"{"name":"x","tags":[{"key":"k","value":"\u0000"}]}"#),
        ("POST", "registered-models/create", deep.as_str()),
        ("POST", "registered-models/create", tags.as_str()),
        ("POST", "registered-models/rename", r#"{"name":"Unicorn","new_name":".."}"#),
        ("POST", "registered-models/rename", r#"{"name":"Unicorn","newName":"a","new_name":"b"}"#),
        ("POST", "registered-models/alias", r#"{"name":"Unicorn","alias":"latest","version":"1"}"#),
        ("POST", "registered-models/alias", r#"{"name":"Unicorn","alias":"v1","version":"1"}"#),
        ("POST", "registered-models/alias", r#"{"name":"Unicorn","alias":"a","version":"1e0"}"#),
        ("POST", "model-versions/create", r#"{"name":"Unicorn","source":"s3://b/\u0000"}"#),
        ("POST", "model-versions/create", r#"{"name":"Unicorn","source":"s3://b/x","run_id":"\u0000"}"#),
        ("POST", "model-versions/create", r#"{"name":"Unicorn","source":"s3://b/x","run_link":"\u0000"}"#),
        (
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"1","stage":"Production\u0000"}"#,
        ),
        (
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"1","stage":"Pr\u043eduction"}"#,
        ),
        (
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"1","stage":"Staging","archive_existing_versions":"true"}"#,
        ),
        (
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"1","stage":"Staging","archiveExistingVersions":true,"archive_existing_versions":false}"#,
        ),
        (
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"1","stage":"Deleted_Internal"}"#,
        ),
        ("DELETE", "registered-models/delete", ""),
        ("DELETE", "registered-models/delete?name=Other", r#"{"name":"Unicorn"}"#),
        (
            "DELETE",
            "model-versions/delete?name=Unicorn&name=Other&version=1",
            r#"{"name":"Unicorn","version":"1"}"#,
        ),
    ] {
        let answer = server.call(method, path, body).await;
        let shown: String = body.chars().take(100).collect();
        assert!(answer.status.is_client_error(), "{path} {shown}: {} {}", answer.status, answer.text);
        answer.json();
    }
    for body in [
        "",
        "{}",
        r#"{"stage":5}"#,
        r#"{"stage":"Staging","stage":"Production"}"#,
        r#"{"stage":"Staging","comment":"\u0000"}"#,
        r#"{"stage":"Staging","expected_stage":"\u0000"}"#,
        r#"{"stage":"Staging","archive_existing_versions":"true"}"#,
        r#"{"stage":"Staging","archiveExistingVersions":true}"#,
    ] {
        let answer = server.send(request("POST", "/api/v1/models/Unicorn/versions/1/transition", body)).await;
        assert!(answer.status.is_client_error(), "{body}: {} {}", answer.status, answer.text);
    }
    let bomb = with(
        request("POST", "/api/2.0/mlflow/registered-models/create", "\u{1f}\u{8b}"),
        "content-encoding",
        "gzip",
    );
    assert!(server.send(bomb).await.status.is_client_error(), "packed bodies are not unpacked");
    assert_eq!(state(&server).await, before);
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let server = Server::seeded().await;
    for path in ["/", "/health", "/api/v1/models", "/api/2.0/mlflow/registered-models/get?name=Unicorn"] {
        let answer = server.send(request("HEAD", path, "")).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""), "{path}");
    }
}
