//! `/api/v1`: the whole way of a version, problems, the document, and the live stream.

use http_body_util::BodyExt;
use serde_json::Value;

use crate::support::{Server, request};

#[tokio::test]
async fn a_version_moves_and_the_history_tells() {
    let server = Server::seeded().await;
    server
        .done(
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"2","stage":"Production"}"#,
        )
        .await;
    let told = server
        .get("/api/v1/models/Unicorn/versions/3/decision?stage=production&archive_existing_versions=true")
        .await
        .json();
    assert_eq!((told["allowed"].as_bool(), told["displaced"][0]["version"].as_i64()), (Some(true), Some(2)));

    let path = "/api/v1/models/Unicorn/versions/3/transition";
    let body = r#"{"stage":"Production","archive_existing_versions":true,"expected_stage":"None","comment":"beats v2"}"#;
    let moved = server.send(request("POST", path, body)).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(moved.json()["version"]["stage"], "Production");
    let late = server.send(request("POST", path, body)).await;
    assert_eq!((late.status.as_u16(), late.json()["error_code"].as_str()), (409, Some("RESOURCE_CONFLICT")));

    let history = server.get("/api/v1/models/Unicorn/history?limit=2").await.json();
    let (effect, cause) = (&history["events"][0], &history["events"][1]);
    assert_eq!(
        (cause["comment"].as_str(), effect["cause"].as_i64()),
        (Some("beats v2"), cause["sequence"].as_i64())
    );
    let model = server.get("/api/v1/models/Unicorn").await.json();
    let production = model["stages"].as_array().unwrap().iter().find(|s| s["stage"] == "Production").unwrap();
    assert_eq!(production["versions"][0]["version"], 3);
    let then = server.get("/api/v1/models/Unicorn/stages?at=2023-11-14T22:13:20.005Z").await.json();
    assert_eq!(then["stages"][1]["versions"][0]["version"], 2, "{then}");
}

#[tokio::test]
async fn problems_name_what_is_wrong() {
    let server = Server::seeded().await;
    for (path, status, part) in [
        ("/api/v1/models/nobody", 404, "Registered Model with name=nobody not found"),
        ("/api/v1/models?limit=0", 400, "Parameter 'limit' must be a whole number from 1 to 1000, got '0'."),
        ("/api/v1/models?fliter=x", 400, "Unknown parameter 'fliter'."),
        ("/api/v1/models?limit=1&limit=2", 400, "Parameter 'limit' is given twice"),
        ("/api/v1/models/Unicorn/versions/9", 404, "version=9"),
        ("/api/v1/models/Unicorn/versions/1/decision?stage=x", 400, "Invalid Model Version stage: x."),
        ("/api/v1/models/Unicorn/stages?at=yesterday", 400, "got 'yesterday'"),
        ("/api/v1/events?after=x", 400, "Invalid cursor 'x'."),
        ("/api/v1/models/%FF", 400, ""),
        ("/api/v1/runs/none", 404, "Run with id=none not found"),
        ("/api/v1/runs/a%00b", 404, "not found"),
        ("/api/v1/experiments/4711/runs", 404, "id=4711"),
        ("/api/v1/experiments/x/runs", 400, "'x'"),
        ("/api/v1/experiments/0/runs?filter=x", 400, "Unknown parameter 'filter'."),
        ("/api/v1/experiments/0/runs?cursor=x", 400, ""),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(part), "{path}: {}", answer.text);
    }
    let unknown = server
        .send(request(
            "POST",
            "/api/v1/models/Unicorn/versions/1/transition",
            r#"{"stage":"None","force":true}"#,
        ))
        .await;
    assert!(unknown.status == 400 && unknown.text.contains("force"), "{}", unknown.text);
}

#[tokio::test]
async fn the_document_is_the_one_on_file_and_every_path_in_it_is_served() {
    let server = Server::seeded().await;
    let begun = server.done("POST", "runs/create", r#"{"experiment_id":"0"}"#).await;
    let run = begun["run"]["info"]["run_id"].as_str().unwrap();
    let logged = server.done("POST", "logged-models", r#"{"experiment_id":"0"}"#).await;
    let model = logged["model"]["info"]["model_id"].as_str().unwrap();
    let document = server.get("/api/v1/openapi.json").await;
    let on_file = include_str!("../../../../docs/openapi.json");
    assert_eq!(document.text.trim(), on_file.trim(), "docs/openapi.json is stale: run `make gen`");
    for (path, methods) in document.json()["paths"].as_object().unwrap() {
        let concrete = path
            .replace("{name}", "Unicorn")
            .replace("{version}", "1")
            .replace("{run_id}", run)
            .replace("{id}", model)
            .replace("{experiment_id}", "0");
        for method in methods.as_object().unwrap().keys().filter(|_| !path.ends_with("/stream")) {
            let answer = server.send(request(&method.to_uppercase(), &concrete, "")).await;
            assert!(
                answer.status != 404 && answer.status != 405 && answer.status.as_u16() < 500,
                "{method} {concrete}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn stage_definitions_are_applied_and_told() {
    let server = Server::new().await;
    let put = |text: &'static str, content_type: &'static str| {
        let mut request = request("PUT", "/api/v1/stages", text);
        request.headers_mut().insert("content-type", content_type.parse().unwrap());
        request
    };
    assert_eq!(server.send(put("[[stages]]\nname = 'New'", "text/plain")).await.status, 400);
    let applied = server
        .send(put(
            "[[stages]]\nname = 'New'\n[[stages]]\nname = 'Shadow'\ncapacity = 2\nfull = 'refuse'",
            "application/toml",
        ))
        .await;
    assert_eq!(applied.text, r#"{"revision":1,"changed":true}"#);
    let told = server.get("/api/v1/stages").await.json();
    assert_eq!(
        (told["stages"][0]["initial"].as_bool(), told["stages"][1]["capacity"].as_i64()),
        (Some(true), Some(2))
    );
}

/// Reads the stream until it has this many events; each as (id, data).
async fn follow(
    server: &Server,
    resume: Option<&str>,
    count: usize,
    meanwhile: impl Future<Output = ()>,
) -> Vec<(String, Value)> {
    let mut request = request("GET", "/api/v1/events/stream", "");
    if let Some(id) = resume {
        request.headers_mut().insert("last-event-id", id.parse().unwrap());
    }
    let response = server.response(request).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    meanwhile.await;
    let mut body = response.into_body();
    let mut text = String::new();
    loop {
        let events: Vec<(String, Value)> = text
            .split("\n\n")
            .filter_map(|block| {
                let id = block.lines().find_map(|l| l.strip_prefix("id: "))?;
                let data = block.lines().find_map(|l| l.strip_prefix("data: "))?;
                Some((id.to_owned(), serde_json::from_str(data).ok()?))
            })
            .collect();
        if events.len() >= count {
            return events;
        }
        let frame = body.frame().await.expect("the stream goes on").unwrap();
        text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
}

#[tokio::test]
async fn the_stream_tells_what_happens_and_resumes_where_it_was_cut() {
    let server = Server::seeded().await;
    let tag = async |value: &str| {
        let body = format!(r#"{{"name":"Unicorn","key":"k","value":"{value}"}}"#);
        server.done("POST", "registered-models/set-tag", &body).await;
    };
    let first = follow(&server, None, 1, tag("1")).await;
    assert_eq!(first[0].1["after"]["value"], "1", "from now on, not from the beginning");
    tag("2").await;
    tag("3").await;
    let missed = follow(&server, Some(&first[0].0), 2, async {}).await;
    assert_eq!(
        missed.iter().map(|(_, e)| e["after"]["value"].as_str().unwrap()).collect::<Vec<_>>(),
        ["2", "3"]
    );
}

#[tokio::test]
async fn a_check_tells_what_is_known_of_the_bytes() {
    let server = Server::seeded().await;
    let told = server.send(request("POST", "/api/v1/models/Unicorn/versions/1/check", "")).await;
    assert_eq!((told.status.as_u16(), told.json()["digest_state"].as_str()), (200, Some("none")));
    let gone = server.send(request("POST", "/api/v1/models/Unicorn/versions/9/check", "")).await;
    assert_eq!(
        (gone.status.as_u16(), gone.headers["content-type"].to_str().unwrap()),
        (404, "application/problem+json")
    );
}
