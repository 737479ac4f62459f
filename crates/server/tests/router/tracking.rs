//! Experiments and runs from outside: what hostile or clumsy clients send is their fault, never a 5xx, and leaves
//! nothing behind.

use serde_json::{Value, json};

use crate::support::Server;

async fn server_with_a_run() -> (Server, String) {
    let server = Server::new().await;
    let run = server.done("POST", "runs/create", r#"{"experiment_id":"0","run_name":"r"}"#).await;
    let id = run["run"]["info"]["run_id"].as_str().unwrap().to_owned();
    (server, id)
}

/// Every endpoint that writes to a run or an experiment, with a request that is good but for one thing to put in.
fn writes(run: &str) -> Vec<(&'static str, Value)> {
    vec![
        (
            "experiments/create",
            json!({ "name": "e", "artifact_location": "s3://b/x", "tags": [{ "key": "k", "value": "v" }] }),
        ),
        ("experiments/update", json!({ "experiment_id": "0", "new_name": "n" })),
        ("experiments/delete", json!({ "experiment_id": "0" })),
        ("experiments/restore", json!({ "experiment_id": "0" })),
        ("experiments/set-experiment-tag", json!({ "experiment_id": "0", "key": "k", "value": "v" })),
        ("experiments/delete-experiment-tag", json!({ "experiment_id": "0", "key": "k" })),
        (
            "runs/create",
            json!({ "experiment_id": "0", "user_id": "u", "run_name": "n", "start_time": 1, "tags": [{ "key": "k", "value": "v" }] }),
        ),
        ("runs/update", json!({ "run_id": run, "status": "FAILED", "end_time": 1, "run_name": "n" })),
        ("runs/delete", json!({ "run_id": run })),
        ("runs/restore", json!({ "run_id": run })),
        (
            "runs/log-metric",
            json!({ "run_id": run, "key": "m", "value": 1, "timestamp": 1, "step": 1, "model_id": "", "dataset_name": "", "dataset_digest": "" }),
        ),
        ("runs/log-parameter", json!({ "run_id": run, "key": "k", "value": "v" })),
        ("runs/set-tag", json!({ "run_id": run, "key": "k", "value": "v" })),
        ("runs/delete-tag", json!({ "run_id": run, "key": "k" })),
        (
            "runs/log-batch",
            json!({ "run_id": run, "metrics": [{ "key": "m", "value": 1, "timestamp": 1, "step": 1 }],
            "params": [{ "key": "k", "value": "v" }], "tags": [{ "key": "k", "value": "v" }] }),
        ),
        (
            "runs/log-model",
            json!({ "run_id": run, "model_json": "{\"artifact_path\":\"p\",\"flavors\":{},\"utc_time_created\":\"t\",\"run_id\":\"r\"}" }),
        ),
        (
            "runs/log-inputs",
            json!({ "run_id": run, "models": [{ "model_id": "m" }], "datasets": [{ "tags": [{ "key": "k", "value": "v" }],
            "dataset": { "name": "d", "digest": "g", "source_type": "s", "source": "s", "schema": "s", "profile": "p" } }] }),
        ),
        ("runs/outputs", json!({ "run_id": run, "models": [{ "model_id": "m", "step": 1 }] })),
    ]
}

/// The same of the searches that take a body.
fn searches() -> Vec<(&'static str, Value)> {
    vec![
        (
            "runs/search",
            json!({ "experiment_ids": ["0"], "filter": "metrics.m > 0 AND params.`k` != 'v'", "run_view_type": "ALL",
            "max_results": 1, "order_by": ["metrics.m DESC"], "page_token": "" }),
        ),
        (
            "experiments/search",
            json!({ "filter": "tags.k IS NOT NULL", "view_type": "ALL", "max_results": 1, "order_by": ["name"], "page_token": "" }),
        ),
    ]
}

/// The pointers to every value inside, the innermost included.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    if !at.is_empty() {
        found.push(at.to_owned());
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                places(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (n, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{n}"), found);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn whatever_is_put_in_a_request_no_answer_is_a_5xx() {
    let nonsense = [
        json!(null),
        json!(""),
        json!("a\0b"),
        json!("\u{202e}\n"),
        json!("x".repeat(70_000)),
        json!(5),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!(0.5),
        json!("NaN"),
        json!("99999999999999999999"),
        json!(true),
        json!([]),
        json!(["x"]),
        json!([null]),
        json!([[]]),
        json!({}),
        json!({ "key": {} }),
    ];
    let (server, run) = server_with_a_run().await;
    for (path, body) in writes(&run).into_iter().chain(searches()) {
        let mut all = Vec::new();
        places(&body, "", &mut all);
        for place in all {
            for value in &nonsense {
                let mut body = body.clone();
                *body.pointer_mut(&place).unwrap() = value.clone();
                let answer = server.call("POST", path, &body.to_string()).await;
                let shown: String = format!("{path} {place} {value}").chars().take(200).collect();
                assert!(answer.status.as_u16() < 500, "{shown}: {}", answer.text);
                answer.json();
                assert!(!answer.text.contains("SQL"), "{shown}: {}", answer.text);
                // Whatever that did, the next one starts from a run and an experiment that are there.
                server.call("POST", "experiments/restore", r#"{"experiment_id":"0"}"#).await;
                server.call("POST", "runs/restore", &json!({ "run_id": run }).to_string()).await;
            }
        }
    }
    for query in ["run_id=%00", "run_id=", "run_uuid=%ff", "run_id=a&run_id=b"] {
        assert!(
            server.call("GET", &format!("runs/get?{query}"), "").await.status.is_client_error(),
            "{query}"
        );
    }
    for query in ["experiment_id=%00", "experiment_id=-9223372036854775808", "experiment_id=1e5"] {
        let answer = server.call("GET", &format!("experiments/get?{query}"), "").await;
        assert!(answer.status.is_client_error(), "{query}");
    }
    assert_eq!(server.call("GET", "experiments/get-by-name?experiment_name=%00", "").await.status, 404);
}

#[tokio::test]
async fn every_good_request_is_good() {
    let (server, run) = server_with_a_run().await;
    for (path, body) in writes(&run) {
        server.done("POST", path, &body.to_string()).await;
    }
}

#[tokio::test]
async fn artifacts_of_an_experiment_go_nowhere_else() {
    let (server, _) = server_with_a_run().await;
    for location in [
        "/etc",
        "file:///",
        "file:/etc",
        "FILE:///etc",
        "file://localhost/etc",
        "//proc/self/root",
        "./../../etc",
        "..\\..\\etc",
        "C:\\Windows",
        "C:/Windows",
        "\\\\host\\share",
        "http:///?/../../etc",
        "http://h/#/../..",
        "https://h/x",
        "s3://b/x?y=1#f",
        "s3://b/x?y=../..",
        "s3://b/p;x=../../etc",
        "s3://b/%252e%252e/x",
        "s3://b/a\u{0}b",
        "mlflow-artifacts:/../x",
        "mlflow-artifacts:/%2e%2e/%2e%2e/etc",
        "mlflow-artifacts:/%c0%ae%c0%ae/x",
        "mlflow-artifacts:/",
        "mlflow-artifacts://host/x",
        "runs:/r/x",
        "models:/m/1",
    ] {
        for tags in [json!([]), json!([{ "key": "mlflow.prompt.is_prompt", "value": "true" }])] {
            let body = json!({ "name": "e", "artifact_location": location, "tags": tags });
            let answer = server.call("POST", "experiments/create", &body.to_string()).await;
            assert_eq!(answer.status, 400, "{location}: {}", answer.text);
            assert_eq!(answer.json()["error_code"], "INVALID_PARAMETER_VALUE");
        }
    }
    let both = r#"{"name":"e","artifactLocation":"/etc","artifact_location":"s3://b/x"}"#;
    assert_eq!(server.call("POST", "experiments/create", both).await.status, 400);
    assert_eq!(server.call("GET", "experiments/get-by-name?experiment_name=e", "").await.status, 404);
}

#[tokio::test]
async fn writes_want_post() {
    let (server, run) = server_with_a_run().await;
    for (path, body) in writes(&run) {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            assert_eq!(server.call(method, path, &body.to_string()).await.status, 405, "{method} {path}");
        }
    }
    let untouched = server.done("GET", &format!("runs/get?run_id={run}"), "").await;
    assert_eq!(untouched["run"]["data"]["tags"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_batch_may_be_as_large_as_mlflow_lets_it_be() {
    let (server, run) = server_with_a_run().await;
    let metrics: Vec<Value> = (0..1000)
        .map(|n| json!({ "key": format!("{n:0250}"), "value": 0.123_456_789, "timestamp": 1_700_000_000_000_i64, "step": n }))
        .collect();
    server.done("POST", "runs/log-batch", &json!({ "run_id": run, "metrics": metrics }).to_string()).await;
    let shown = server.done("GET", &format!("runs/get?run_id={run}"), "").await;
    assert_eq!(shown["run"]["data"]["metrics"].as_array().unwrap().len(), 1000);
    let too_large = json!({ "run_id": run, "tags": [{ "key": "k", "value": "x".repeat(1_100_000) }] });
    assert_eq!(server.call("POST", "runs/log-batch", &too_large.to_string()).await.status, 413);
}
