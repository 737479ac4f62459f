//! The artifact proxy from outside: what it stores and sends, and every request by which others were broken into.

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Request, StatusCode};
use serde_json::json;

use crate::support::{Answer, Server, request};

const PROXY: &str = "/api/2.0/mlflow-artifacts";

fn put(path: &str, body: impl Into<Body>) -> Request<Body> {
    let builder = Request::builder().method("PUT").uri(format!("{PROXY}/artifacts/{path}"));
    builder.header("host", "127.0.0.1:5000").body(body.into()).unwrap()
}

impl Server {
    async fn stored(&self, path: &str, bytes: &'static str) {
        let answer = self.send(put(path, bytes)).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""), "{path}");
    }

    async fn fetch(&self, path: &str, headers: &[(&'static str, &str)]) -> Answer {
        let mut request = request("GET", &format!("{PROXY}/artifacts/{path}"), "");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        self.send(request).await
    }

    async fn multipart(&self, verb: &str, folder: &str, body: serde_json::Value) -> Answer {
        self.send(request("POST", &format!("{PROXY}/mpu/{verb}/{folder}"), &body.to_string())).await
    }

    /// Everything that lies in the artifact folder, with its bytes.
    fn disk(&self) -> Vec<(String, Vec<u8>)> {
        let root = self.folder.path();
        let mut found = Vec::new();
        let mut folders = vec![root.join("artifacts")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    let name = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                    found.push((name, std::fs::read(entry.path()).unwrap()));
                }
            }
        }
        found.sort();
        found
    }
}

#[tokio::test]
async fn files_go_in_and_come_out() {
    let server = Server::new().await;
    server.stored("1/r/artifacts/model/MLmodel", "flavors: {}").await;
    server.stored("1/r/artifacts/a%20b/%C3%BC.bin", "bytes").await;
    let answer = server.fetch("1/r/artifacts/model/MLmodel", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "flavors: {}"));
    for (name, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", "11"),
        ("content-disposition", "attachment; filename=\"MLmodel\""),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(answer.headers[name], value, "{name}");
    }
    let answer = server
        .fetch("1/r/artifacts/a b/ü.bin".replace(' ', "%2520").replace('ü', "%c3%bc").as_str(), &[])
        .await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "bytes"));

    let list = |path: &str| request("GET", &format!("{PROXY}/artifacts?path={path}"), "");
    let listed = server.send(list("1/r/artifacts")).await.json();
    assert_eq!(
        listed,
        json!({"files": [{"path": "a b", "is_dir": true}, {"path": "model", "is_dir": true}]})
    );
    let listed = server.send(list("1%2Fr%2Fartifacts%2Fmodel/")).await.json();
    assert_eq!(listed, json!({"files": [{"path": "MLmodel", "is_dir": false, "file_size": 11}]}));
    for nothing in ["1/r/artifacts/none", "1/r/artifacts/model/MLmodel"] {
        let answer = server.send(list(nothing)).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "{}"), "{nothing}");
    }

    let missing = server.fetch("1/r/artifacts/none", &[]).await;
    assert_eq!(
        (missing.status.as_u16(), missing.message().as_str()),
        (404, "No such artifact: '1/r/artifacts/none'")
    );
    let folder = server.fetch("1/r/artifacts/model", &[]).await;
    assert_eq!(folder.status, 400);
    for _ in 0..2 {
        let path = "/ajax-api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/model";
        let answer = server.send(request("DELETE", path, "")).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "{}"));
    }
    assert_eq!(server.disk(), [("artifacts/1/r/artifacts/a b/ü.bin".to_owned(), b"bytes".to_vec())]);
}

#[tokio::test]
async fn one_range_is_sent_and_many_are_not() {
    let server = Server::new().await;
    server.stored("f.bin", "0123456789").await;
    for (range, status, text, told) in [
        ("bytes=2-4", 206, "234", Some("bytes 2-4/10")),
        ("bytes=7-", 206, "789", Some("bytes 7-9/10")),
        ("bytes=-1", 206, "9", Some("bytes 9-9/10")),
        ("bytes=10-", 416, "", Some("bytes */10")),
        ("bytes=0-0,1-1", 200, "0123456789", None),
    ] {
        let answer = server.fetch("f.bin", &[("range", range)]).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (status, text), "{range}");
        assert_eq!(answer.headers.get("content-range").map(|r| r.to_str().unwrap()), told, "{range}");
        assert_eq!(answer.headers["content-length"], text.len().to_string().as_str(), "{range}");
    }
    let many = format!("bytes={}", (0..10_000).map(|n| format!("{n}-{n}")).collect::<Vec<_>>().join(","));
    assert_eq!(server.fetch("f.bin", &[("range", &many)]).await.text, "0123456789");

    let whole = server.fetch("f.bin", &[]).await;
    let etag = whole.headers["etag"].to_str().unwrap();
    let same = server.fetch("f.bin", &[("if-none-match", etag)]).await;
    assert_eq!((same.status.as_u16(), same.text.as_str()), (304, ""));
    let head = server.send(request("HEAD", &format!("{PROXY}/artifacts/f.bin"), "")).await;
    assert_eq!(
        (head.status.as_u16(), head.text.as_str(), &head.headers["content-length"]),
        (200, "", &"10".parse().unwrap())
    );
    server.stored("f.bin", "abcdefghij").await;
    let resumed = server.fetch("f.bin", &[("range", "bytes=5-"), ("if-range", etag)]).await;
    assert_eq!((resumed.status.as_u16(), resumed.text.as_str()), (200, "abcdefghij"));
}

#[tokio::test]
async fn no_browser_runs_what_somebody_uploaded() {
    let server = Server::new().await;
    for name in ["x.html", "x.svg", "x.js"] {
        server.stored(name, "<script>alert(1)</script>").await;
        let answer = server.fetch(name, &[]).await;
        assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment;"), "{name}");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox"), "{name}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{name}");
    }
}

#[tokio::test]
async fn files_are_sent_as_they_are_and_may_be_large() {
    let server = Server::new().await;
    let block = Bytes::from(vec![b'x'; 100_000]);
    let body = Body::from_stream(stream::repeat(block).take(40).map(Ok::<_, std::convert::Infallible>));
    assert_eq!(server.send(put("large.txt", body)).await.status, 200);
    let answer = server.fetch("large.txt", &[("accept-encoding", "gzip, deflate")]).await;
    assert_eq!((answer.text.len(), answer.headers.get("content-encoding")), (4_000_000, None));
    assert_eq!(answer.headers["content-length"], "4000000");

    let broken = stream::iter([Ok(Bytes::from_static(b"half")), Err(std::io::Error::other("gone"))]);
    let answer = server.send(put("broken.txt", Body::from_stream(broken))).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error_code"].as_str()), (400, Some("BAD_REQUEST")));
    assert_eq!(server.disk().len(), 1);
}

#[tokio::test]
async fn no_path_leads_out() {
    let server = Server::new().await;
    server.stored("file", "x").await;
    std::fs::write(server.folder.path().join("outside"), "secret").unwrap();
    let before = server.disk();
    let (name, deep) = ("n".repeat(5000), vec!["d"; 300].join("/"));
    for path in [
        "%2e%2e/x",
        "%2e%2e/outside",
        "%252e%252e%252fx",
        "%252E%252E%252F%252E%252E%252Fetc%252fpasswd",
        "..%2f..%2fetc%2fpasswd",
        "../outside",
        "../x",
        "/etc/passwd",
        "./.././x",
        "..%5c..%5cx",
        "a%00b",
        "%ff%fe",
        "a%0d%0ab",
        "",
        "CON",
        "C:/x",
        "a%3f/a",
        "a%3b/b",
        "a%23b",
        "a//b",
        ".greenroom/x",
        "%2egreenroom/server-server/0",
        &name,
        &deep,
    ] {
        let artifacts = format!("{PROXY}/artifacts/{path}");
        for (method, uri, body) in [
            ("PUT", artifacts.clone(), "x"),
            ("GET", artifacts.clone(), ""),
            ("HEAD", artifacts.clone(), ""),
            ("DELETE", artifacts, ""),
            ("GET", format!("{PROXY}/presigned/{path}"), ""),
            ("POST", format!("{PROXY}/mpu/create/{path}"), r#"{"path":"f","num_parts":1}"#),
            ("POST", format!("{PROXY}/mpu/abort/{path}"), r#"{"path":"f","upload_id":"u"}"#),
            (
                "POST",
                format!("{PROXY}/mpu/complete/{path}"),
                r#"{"path":"f","upload_id":"u","parts":[{"part_number":1}]}"#,
            ),
        ] {
            let answer = server.send(request(method, &uri, body)).await;
            let expected = if path.is_empty() { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
            assert_eq!(answer.status, expected, "{method} {uri}: {}", answer.text);
            if !path.is_empty() && method != "HEAD" {
                assert_eq!(answer.message(), "Invalid path", "{method} {uri}");
            }
        }
    }
    for query in [
        "path=../..",
        "path=%2e%2e",
        "path=%252e%252e",
        "path=/etc",
        "path=",
        "",
        "path=.",
        "path=.greenroom",
    ] {
        let answer = server.send(request("GET", &format!("{PROXY}/artifacts?{query}"), "")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
    }
    assert_eq!(server.send(put("file/sub", "x")).await.status, 409);
    assert_eq!(server.disk(), before);
    assert_eq!(std::fs::read(server.folder.path().join("outside")).unwrap(), b"secret");
}

#[tokio::test]
async fn large_files_may_come_in_parts() {
    let server = Server::with_prefix("/mlflow").await;
    let post = |verb: &str, body: serde_json::Value| {
        request("POST", &format!("/mlflow{PROXY}/mpu/{verb}/1/r/artifacts"), &body.to_string())
    };
    // The client sends the path of its local file.
    let mut create = post("create", json!({"path": "/home/ada/big.bin", "num_parts": 2}));
    create.headers_mut().insert("x-forwarded-proto", "https".parse().unwrap());
    let begun = server.send(create).await.json();
    let upload = begun["upload_id"].as_str().unwrap();
    let mut parts = Vec::new();
    for (credential, bytes) in begun["credentials"].as_array().unwrap().iter().zip(["first ", "second"]) {
        let number = credential["part_number"].as_i64().unwrap();
        let url = credential["url"].as_str().unwrap();
        assert_eq!(url, format!("https://127.0.0.1:5000/mlflow{PROXY}/mpu/part/{upload}/{number}"));
        let answer =
            server.send(request("PUT", url.strip_prefix("https://127.0.0.1:5000").unwrap(), bytes)).await;
        assert_eq!(answer.status, 200);
        let etag = answer.headers["etag"].to_str().unwrap();
        parts.push(json!({"part_number": number, "etag": etag, "url": url}));
    }
    let other = json!({"path": "other.bin", "upload_id": upload, "parts": parts});
    assert_eq!(server.send(post("complete", other)).await.status, 404);
    let body = json!({"path": "C:\\Users\\ada\\big.bin", "upload_id": upload, "parts": parts});
    assert_eq!(server.send(post("complete", body.clone())).await.text, "{}");
    assert_eq!(server.disk(), [("artifacts/1/r/artifacts/big.bin".to_owned(), b"first second".to_vec())]);
    assert_eq!(server.send(post("complete", body)).await.status, 404);

    let begun = server.send(post("create", json!({"path": "big.bin", "num_parts": 2}))).await.json();
    let abort = json!({"path": "big.bin", "upload_id": begun["upload_id"]});
    assert_eq!(server.send(post("abort", abort.clone())).await.text, "{}");
    assert_eq!(server.send(post("abort", abort)).await.status, 404);
}

#[tokio::test]
async fn a_part_goes_into_its_own_upload_and_nowhere_else() {
    let server = Server::new().await;
    let begun = server.multipart("create", "m", json!({"path": "f", "num_parts": 1})).await.json();
    let upload = begun["upload_id"].as_str().unwrap();
    let before = server.disk();
    for (path, status) in [
        (format!("{upload}/0"), 400),
        (format!("{upload}/-1"), 400),
        (format!("{upload}/10001"), 400),
        (format!("{upload}/key"), 400),
        (format!("{upload}/..%2f1"), 400),
        (format!("{upload}/1/../../x"), 400),
        ("none/1".to_owned(), 404),
        ("../1".to_owned(), 404),
        ("%2e%2e/1".to_owned(), 404),
        (format!("..%2f{upload}/1"), 404),
        (format!("{upload}%00/1"), 404),
    ] {
        let answer = server.send(request("PUT", &format!("{PROXY}/mpu/part/{path}"), "part")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
    assert_eq!(server.disk(), before);
}

#[tokio::test]
async fn parts_are_counted() {
    let server = Server::new().await;
    for count in [json!(10_000_000), json!(-1), json!(0), json!("x")] {
        let answer = server.multipart("create", "m", json!({"path": "f", "num_parts": count})).await;
        assert_eq!(answer.status, 400, "{count}: {}", answer.text);
    }
    for path in ["", "a/", "..", "a/..", "x/%2e%2e"] {
        let answer = server.multipart("create", "m", json!({"path": path, "num_parts": 1})).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text);
    }
    let begun = server.multipart("create", "m", json!({"path": "f", "num_parts": 1})).await.json();
    for parts in [
        json!(null),
        json!([]),
        json!([{"part_number": 1}]),
        json!([{"part_number": 2, "etag": "x"}]),
        json!("x"),
    ] {
        let body = json!({"path": "f", "upload_id": begun["upload_id"], "parts": parts});
        let answer = server.multipart("complete", "m", body).await;
        assert_eq!(answer.status, 400, "{parts}: {}", answer.text);
    }
    assert_eq!(
        server
            .multipart(
                "complete",
                "m",
                json!({"path": "f", "upload_id": "..", "parts": [{"part_number": 1}]})
            )
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_folder_signs_no_urls_and_says_so() {
    let server = Server::new().await;
    server.stored("f", "x").await;
    let answer = server.send(request("GET", &format!("{PROXY}/presigned/f"), "")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["error_code"].as_str()),
        (501, Some("NOT_IMPLEMENTED"))
    );
    assert_eq!(answer.message(), "Multipart download is not supported for the current artifact repository");
    let info = server.get("/api/3.0/mlflow/server-info").await.json();
    assert_eq!(
        (&info["multipart_uploads_enabled"], &info["multipart_downloads_enabled"]),
        (&json!(false), &json!(false))
    );
}

#[tokio::test]
async fn what_is_switched_off_says_so() {
    let server = Server::with("", |policy| policy.artifacts.serve = false).await;
    let answer = server.fetch("1/r/f", &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text.as_str()),
        (
            503,
            "Endpoint: /api/2.0/mlflow-artifacts/artifacts/<path:artifact_path> disabled due to the mlflow server running with \
             `--no-serve-artifacts`. To enable artifacts server functionality, run `mlflow server` with `--serve-artifacts`"
        )
    );
    assert_eq!(server.send(put("f", "x")).await.status, 503);
    assert_eq!(server.get("/api/2.0/mlflow/registered-models/search").await.status, 200);

    let server = Server::with("", |policy| policy.artifacts.only = true).await;
    server.stored("f", "x").await;
    let answer = server.get("/api/2.0/mlflow/registered-models/search").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text.as_str()),
        (
            503,
            "Endpoint: /api/2.0/mlflow/registered-models/search disabled due to the mlflow server running in `--artifacts-only` \
             mode. To enable tracking server functionality, run `mlflow server` without `--artifacts-only`"
        )
    );
    for (path, status) in
        [("/api/v1/models", 503), ("/", 503), ("/health", 200), ("/version", 200), ("/readyz", 200)]
    {
        assert_eq!(server.get(path).await.status, status, "{path}");
    }
    assert_eq!(server.get("/api/3.0/mlflow/server-info").await.status, 200);
}

#[tokio::test]
async fn foreign_pages_store_nothing() {
    let server = Server::new().await;
    let mut foreign = put("f", "x");
    foreign.headers_mut().insert("origin", "http://evil.com".parse().unwrap());
    assert_eq!(server.send(foreign).await.status, 403);
    let mut partial = put("f", "x");
    partial.headers_mut().insert("content-range", "bytes 0-0/10".parse().unwrap());
    assert_eq!(server.send(partial).await.status, 400);
    assert_eq!(server.disk(), []);
}
