//! The files of a version, folder by folder: what is there, page by page, and what is never opened.

use serde_json::{Value, json};

use crate::support::{Server, request};

const FILES: &str = "/api/v1/models/Unicorn/versions/1/files";

impl Server {
    /// A version over this source, where these files have been put.
    async fn with_version(source: &str, files: &[(&str, &str)]) -> Self {
        let server = Self::with("", |policy| policy.artifacts.destination = "s3://kept/here".into()).await;
        for (path, bytes) in files {
            let uri = format!("/api/2.0/mlflow-artifacts/artifacts/{path}");
            assert_eq!(server.send(request("PUT", &uri, bytes)).await.status, 200, "{path}");
        }
        server.done("POST", "registered-models/create", r#"{"name":"Unicorn"}"#).await;
        let body = json!({"name": "Unicorn", "source": source}).to_string();
        server.done("POST", "model-versions/create", &body).await;
        server
    }
}

async fn model() -> Server {
    let files = [
        ("1/m/requirements.txt", "mlflow\n"),
        ("1/m/MLmodel", "flavors: {}"),
        ("1/m/zoo/empty", ""),
        ("1/m/data/%C3%BC%20b.csv", "a,b"),
        ("1/m/data/deep/x", "x"),
        ("1/mine/secret", "s"),
    ];
    Server::with_version("s3://kept/here/1/m", &files).await
}

#[tokio::test]
async fn folders_come_first_and_files_have_sizes() {
    let server = model().await;
    let listed = server.get(FILES).await.json();
    let files = json!([
        {"name": "data", "path": "data"},
        {"name": "zoo", "path": "zoo"},
        {"name": "MLmodel", "path": "MLmodel", "size": 11},
        {"name": "requirements.txt", "path": "requirements.txt", "size": 7},
    ]);
    assert_eq!(listed, json!({"location": "s3://kept/here/1/m", "files": files}));
    for (path, files) in [
        (
            "data",
            json!([{"name": "deep", "path": "data/deep"}, {"name": "ü b.csv", "path": "data/ü b.csv", "size": 3}]),
        ),
        (
            "data/",
            json!([{"name": "deep", "path": "data/deep"}, {"name": "ü b.csv", "path": "data/ü b.csv", "size": 3}]),
        ),
        ("data%2Fdeep", json!([{"name": "x", "path": "data/deep/x", "size": 1}])),
        ("zoo", json!([{"name": "empty", "path": "zoo/empty", "size": 0}])),
        ("none", json!([])),
    ] {
        assert_eq!(server.get(&format!("{FILES}?path={path}")).await.json()["files"], files, "{path}");
    }
}

#[tokio::test]
async fn what_is_listed_can_be_read() {
    let server = model().await;
    let listed = server.get(&format!("{FILES}?path=data")).await.json();
    let path = listed["files"][1]["path"].as_str().unwrap();
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("path", path).finish();
    let sent = server.get(&format!("/model-versions/get-artifact?name=Unicorn&version=1&{query}")).await;
    assert_eq!((sent.status.as_u16(), sent.text.as_str()), (200, "a,b"));
}

#[tokio::test]
async fn pages_add_up_to_the_whole() {
    let server = model().await;
    let whole = server.get(FILES).await.json()["files"].as_array().unwrap().clone();
    for limit in 1..=4 {
        let (mut seen, mut cursor) = (Vec::<Value>::new(), String::new());
        loop {
            let page = server.get(&format!("{FILES}?limit={limit}&cursor={cursor}")).await.json();
            let files = page["files"].as_array().unwrap();
            assert!(!files.is_empty() && files.len() <= limit, "{page}");
            seen.extend(files.iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        }
        assert_eq!(seen, whole, "in pages of {limit}");
    }
}

#[tokio::test]
async fn files_elsewhere_are_told_with_their_place_and_the_reason() {
    for source in ["s3://elsewhere/m", "s3://kept/hereafter/m", "gs://bucket/m"] {
        let server = Server::with_version(source, &[]).await;
        let listed = server.get(&format!("{FILES}?path=data")).await;
        assert_eq!(listed.status, 200, "{source}");
        let told = listed.json();
        assert_eq!((&told["location"], &told["files"]), (&json!(source), &json!([])));
        let reason = told["unavailable"].as_str().unwrap();
        assert!(reason.contains("outside the storage that this server opens"), "{reason}");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_a_version() {
    for server in [model().await, Server::with_version("s3://elsewhere/m", &[]).await] {
        for path in [
            "..",
            "../mine",
            "%2e%2e%2fmine",
            "%252e%252e%252fmine",
            "data/../../mine",
            "/etc",
            "%2Fetc",
            ".",
            "data//deep",
            "a%00b",
            "..%5cmine",
            "C:/x",
            "a%3Bb",
        ] {
            let refused = server.get(&format!("{FILES}?path={path}")).await;
            assert_eq!(
                (refused.status.as_u16(), refused.json()["detail"].as_str()),
                (400, Some("Invalid path")),
                "{path}"
            );
            assert_eq!(refused.headers["content-type"], "application/problem+json");
        }
    }
}

#[tokio::test]
async fn problems_name_what_is_wrong() {
    let server = model().await;
    for (path, status, part) in [
        ("/api/v1/models/Nobody/versions/1/files", 404, "name=Nobody"),
        ("/api/v1/models/Unicorn/versions/9/files", 404, "version=9"),
        ("/api/v1/models/Unicorn/versions/1/files?cursor=x", 400, "Invalid cursor 'x'."),
        ("/api/v1/models/Unicorn/versions/1/files?cursor=link%2Fx", 400, "Invalid cursor 'link/x'."),
        ("/api/v1/models/Unicorn/versions/1/files?limit=1001", 400, "from 1 to 1000, got '1001'"),
        ("/api/v1/models/Unicorn/versions/1/files?folder=data", 400, "Unknown parameter 'folder'."),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(part), "{path}: {}", answer.text);
    }
}
