//! `POST /api/v1/models/{name}/versions/{version}/copy`, and what a logged model's files are.

use serde_json::{Value, json};

use crate::support::{Answer, Server, request};

/// Version 1 of Unicorn, with two files in a run.
async fn trained() -> Server {
    let server = Server::new().await;
    let run = server.done("POST", "runs/create", r#"{"experiment_id":"0"}"#).await;
    let run = run["run"]["info"]["run_id"].as_str().unwrap().to_owned();
    for (path, bytes) in [("MLmodel", "flavors: {}"), ("data/%C3%BC%20b.csv", "a,b")] {
        let uri = format!("/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model/{path}");
        assert_eq!(server.send(request("PUT", &uri, bytes)).await.status, 200, "{path}");
    }
    server.done("POST", "registered-models/create", r#"{"name":"Unicorn"}"#).await;
    let version = json!({
        "name": "Unicorn", "source": format!("runs:/{run}/model"), "run_id": run, "tags": [{"key": "team", "value": "x"}],
    });
    server.done("POST", "model-versions/create", &version.to_string()).await;
    server
}

async fn copy(server: &Server, version: &str, body: &Value) -> Answer {
    server.send(request("POST", &format!("/api/v1/models/{version}/copy"), &body.to_string())).await
}

#[tokio::test]
async fn a_copy_with_artifacts_is_a_version_of_a_logged_model_of_its_own() {
    let server = trained().await;
    let answer = copy(&server, "Unicorn/versions/1", &json!({"to": "Copy", "with_artifacts": true})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let made = answer.json();
    assert_eq!(
        (&made["model"], &made["version"], &made["stage"]),
        (&json!("Copy"), &json!(1), &json!("None"))
    );
    let tags: Vec<&str> =
        made["tags"].as_array().unwrap().iter().map(|t| t["key"].as_str().unwrap()).collect();
    assert_eq!(
        tags,
        [
            "greenroom.copied_from.digest",
            "greenroom.copied_from.model",
            "greenroom.copied_from.run_id",
            "greenroom.copied_from.version",
            "team",
        ]
    );
    let id = made["source"].as_str().unwrap().strip_prefix("models:/").unwrap();
    let told = server.get(&format!("/api/v1/logged-models/{id}/digest")).await.json();
    assert_eq!(told["digest"], made["tags"][0]["value"]);
    let files: Vec<(&str, u64)> = told["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["path"].as_str().unwrap(), f["size"].as_u64().unwrap()))
        .collect();
    assert_eq!(files, [("MLmodel", 11), ("data/ü b.csv", 3)]);
    let listed = server.get("/api/v1/models/Copy/versions/1/files?path=data").await.json();
    assert_eq!(listed["files"], json!([{"name": "ü b.csv", "path": "data/ü b.csv", "size": 3}]));
    let experiment = server.call("GET", "experiments/get-by-name?experiment_name=greenroom-copies", "").await;
    let home = server.call("GET", &format!("logged-models/{id}"), "").await.json();
    assert_eq!(home["model"]["info"]["experiment_id"], experiment.json()["experiment"]["experiment_id"]);
}

#[tokio::test]
async fn a_copy_without_artifacts_points_to_its_source() {
    let server = trained().await;
    let made = copy(&server, "Unicorn/versions/1", &json!({"to": "Copy"})).await.json();
    assert_eq!((&made["source"], &made["version"]), (&json!("models:/Unicorn/1"), &json!(1)));
    let again = copy(&server, "Unicorn/versions/1", &json!({"to": "Copy"})).await.json();
    assert_eq!(again["version"], 2);
}

#[tokio::test]
async fn problems_of_copies_name_what_is_wrong() {
    let server = trained().await;
    server.done("POST", "model-versions/create", r#"{"name":"Unicorn","source":"s3://elsewhere/m"}"#).await;
    for (version, body, status, part) in [
        ("Unicorn/versions/9", json!({"to": "C"}), 404, "version=9"),
        ("Unicorn/versions/1", json!({"to": "C/D"}), 400, "'C/D'"),
        ("Unicorn/versions/1", json!({}), 400, "missing field `to`"),
        (
            "Unicorn/versions/1",
            json!({"to": "C", "with_artefacts": true}),
            400,
            "unknown field `with_artefacts`",
        ),
        (
            "Unicorn/versions/2",
            json!({"to": "C", "with_artifacts": true}),
            400,
            "'s3://elsewhere/m' are outside the storage",
        ),
        ("Unicorn/versions/1", json!({"to": "C", "with_artifacts": true, "experiment": "a\0b"}), 400, "NUL"),
    ] {
        let answer = copy(&server, version, &body).await;
        assert_eq!(answer.status, status, "{version} {body}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(
            answer.json()["detail"].as_str().unwrap().contains(part),
            "{version} {body}: {}",
            answer.text
        );
    }
    assert_eq!(server.get("/api/v1/models/C").await.status, 404, "nothing came of them");
    assert_eq!(server.get("/api/v1/logged-models/m-none/digest").await.status, 404);
}
