//! A day in the registry, call by call: what each endpoint answers, status and body, as clients read it.

use std::fmt::Write as _;

use http::Request;
use insta::assert_snapshot;

use crate::support::{Answer, Server, request};

/// Writes down a call and its answer.
fn note(transcript: &mut String, call: &str, body: &str, answer: &Answer) {
    let kind = answer.headers.get("content-type").map_or("no content type", |v| v.to_str().unwrap());
    let body = if body.is_empty() { String::new() } else { format!(" {body}") };
    writeln!(transcript, "{call}{body}\n{} {kind}\n{}\n", answer.status.as_u16(), answer.text.trim_end())
        .unwrap();
}

pub(crate) async fn play(server: &Server, prefix: &str, calls: &[(&str, &str, &str)]) -> String {
    let mut transcript = String::new();
    for (method, path, body) in calls {
        let mut request: Request<_> = request(method, &format!("{prefix}{path}"), body);
        if *method == "PUT" {
            request.headers_mut().insert("content-type", "application/toml".parse().unwrap());
        }
        let answer = server.send(request).await;
        note(&mut transcript, &format!("{method} {path}"), body, &answer);
    }
    transcript
}

#[tokio::test]
async fn registered_models() {
    let server = Server::new().await;
    let calls = [
        (
            "POST",
            "/registered-models/create",
            r#"{"name":"Unicorn","description":"horned","tags":[{"key":"team","value":"red"}]}"#,
        ),
        ("POST", "/registered-models/create", r#"{"name":"Unicorn"}"#),
        ("POST", "/model-versions/create", r#"{"name":"Unicorn","source":"s3://b/1"}"#),
        ("POST", "/registered-models/set-tag", r#"{"name":"Unicorn","key":"a","value":"b"}"#),
        ("POST", "/registered-models/alias", r#"{"name":"Unicorn","alias":"champion","version":"1"}"#),
        ("GET", "/registered-models/get?name=Unicorn", ""),
        ("PATCH", "/registered-models/update", r#"{"name":"Unicorn","description":null}"#),
        ("POST", "/registered-models/get-latest-versions", r#"{"name":"Unicorn"}"#),
        ("GET", "/registered-models/get-latest-versions?name=Unicorn&stages=Staging&stages=Production", ""),
        ("GET", "/registered-models/alias?name=Unicorn&alias=champion", ""),
        ("GET", "/registered-models/alias?name=Unicorn&alias=nobody", ""),
        ("DELETE", "/registered-models/alias", r#"{"name":"Unicorn","alias":"champion"}"#),
        ("DELETE", "/registered-models/delete-tag", r#"{"name":"Unicorn","key":"team"}"#),
        ("POST", "/registered-models/rename", r#"{"name":"Unicorn","new_name":"Pegasus"}"#),
        ("POST", "/registered-models/create", r#"{"name":"Zebra"}"#),
        ("GET", "/registered-models/search?max_results=1", ""),
        ("GET", "/registered-models/search?filter=name%20%3D%20'nobody'", ""),
        ("DELETE", "/registered-models/delete", r#"{"name":"Pegasus"}"#),
        ("GET", "/registered-models/get?name=Pegasus", ""),
    ];
    assert_snapshot!("registered_models", play(&server, "/api/2.0/mlflow", &calls).await);
}

#[tokio::test]
async fn model_versions() {
    let server = Server::seeded().await;
    let calls = [
        (
            "POST",
            "/model-versions/create",
            r#"{"name":"Unicorn","source":"s3://b/4","run_id":"r1","run_link":"https://run","description":"d","tags":[{"key":"k","value":"v"}]}"#,
        ),
        ("POST", "/model-versions/create", r#"{"name":"Unicorn","source":"models:/Unicorn/4"}"#),
        ("GET", "/model-versions/get-download-uri?name=Unicorn&version=5", ""),
        ("POST", "/model-versions/create", r#"{"name":"Unicorn","source":"/etc"}"#),
        ("POST", "/model-versions/create", r#"{"name":"nobody","source":"s3://b/1"}"#),
        ("POST", "/registered-models/alias", r#"{"name":"Unicorn","alias":"a","version":"4"}"#),
        ("POST", "/model-versions/set-tag", r#"{"name":"Unicorn","version":"4","key":"k","value":"w"}"#),
        ("GET", "/model-versions/get?name=Unicorn&version=4", ""),
        ("PATCH", "/model-versions/update", r#"{"name":"Unicorn","version":"4"}"#),
        ("DELETE", "/model-versions/delete-tag", r#"{"name":"Unicorn","version":"4","key":"k"}"#),
        (
            "POST",
            "/model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"3","stage":"production"}"#,
        ),
        (
            "POST",
            "/model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"4","stage":"Production","archive_existing_versions":true}"#,
        ),
        (
            "GET",
            "/model-versions/search?filter=name%3D'Unicorn'%20AND%20version_number%20%3E%3D%203&max_results=2",
            "",
        ),
        ("DELETE", "/model-versions/delete", r#"{"name":"Unicorn","version":"4"}"#),
        ("DELETE", "/model-versions/delete", r#"{"name":"Unicorn","version":"4"}"#),
    ];
    assert_snapshot!("model_versions", play(&server, "/ajax-api/2.0/mlflow", &calls).await);
}

#[tokio::test]
async fn stages_and_history() {
    let server = Server::seeded().await;
    let calls = [
        ("GET", "/stages", ""),
        (
            "PUT",
            "/stages",
            "[[stages]]\nname = 'None'\n[[stages]]\nname = 'Live'\nexclusive = true\nprotected = true\ncolor = '#2f9e44'\n[[stages]]\nname = 'Archived'\narchive = true\n[[overrides]]\nmodels = 'x-*'\n[overrides.stages.Live]\nsoak = '1h'",
        ),
        ("PUT", "/stages", "[[stages]]\nname = 'Live'\napprovals = { count = 1 }"),
        ("GET", "/models/Unicorn/versions/2/decision?stage=live", ""),
        ("POST", "/models/Unicorn/versions/2/transition", r#"{"stage":"live","comment":"first"}"#),
        ("POST", "/models/Unicorn/versions/3/transition", r#"{"stage":"Live","expected_stage":"None"}"#),
        ("POST", "/models/Unicorn/versions/3/transition", r#"{"stage":"Live","expected_stage":"None"}"#),
        ("PUT", "/stages", "[[stages]]\nname = 'None'"),
        ("GET", "/models", ""),
        ("GET", "/models/Unicorn", ""),
        ("GET", "/models/Unicorn/versions?stage=Live", ""),
        ("GET", "/models/Unicorn/versions/3", ""),
        ("GET", "/models/Unicorn/history?limit=1", ""),
        ("GET", "/models/Unicorn/stages?at=1700000000005", ""),
        ("GET", "/chains", ""),
        ("GET", "/events?limit=1", ""),
        ("GET", "/models/nobody", ""),
        ("GET", "/stages?x=1", ""),
    ];
    assert_snapshot!("stages_and_history", play(&server, "/api/v1", &calls).await);
}

#[tokio::test]
async fn experiments() {
    let server = Server::new().await;
    let calls = [
        ("GET", "/experiments/get?experiment_id=0", ""),
        (
            "POST",
            "/experiments/create",
            r#"{"name":"e","artifact_location":"s3://b/x","tags":[{"key":"team","value":"red"}]}"#,
        ),
        ("POST", "/experiments/create", r#"{"name":"e"}"#),
        ("POST", "/experiments/create", r#"{"name":"f","artifact_location":"/etc"}"#),
        ("GET", "/experiments/get-by-name?experiment_name=e", ""),
        ("GET", "/experiments/get-by-name?experiment_name=nobody", ""),
        ("GET", "/experiments/get?experiment_id=x", ""),
        ("POST", "/experiments/set-experiment-tag", r#"{"experiment_id":"1","key":"a","value":"b"}"#),
        ("POST", "/experiments/delete-experiment-tag", r#"{"experiment_id":"1","key":"team"}"#),
        ("POST", "/experiments/delete-experiment-tag", r#"{"experiment_id":"1","key":"team"}"#),
        ("POST", "/experiments/update", r#"{"experiment_id":"1","new_name":"g"}"#),
        ("POST", "/experiments/update", r#"{"experiment_id":"1","new_name":"Default"}"#),
        ("POST", "/experiments/delete", r#"{"experiment_id":"1"}"#),
        ("POST", "/experiments/delete", r#"{"experiment_id":"1"}"#),
        ("POST", "/experiments/update", r#"{"experiment_id":"1","new_name":"h"}"#),
        ("GET", "/experiments/get?experiment_id=1", ""),
        ("POST", "/experiments/restore", r#"{"experiment_id":"1"}"#),
        ("POST", "/experiments/restore", r#"{"experiment_id":"9"}"#),
    ];
    assert_snapshot!("experiments", play(&server, "/api/2.0/mlflow", &calls).await);
}

#[tokio::test]
async fn runs() {
    let server = Server::new().await;
    let calls = [
        ("POST", "/runs/create", "{}"),
        (
            "POST",
            "/runs/create",
            r#"{"experiment_id":"0","user_id":"ada","run_name":"r","start_time":5,"tags":[{"key":"a","value":"1"}]}"#,
        ),
        ("POST", "/runs/create", r#"{"experiment_id":"7"}"#),
        ("POST", "/runs/log-parameter", r#"{"run_id":"id1","key":"p","value":"1"}"#),
        ("POST", "/runs/log-parameter", r#"{"run_uuid":"id1","key":"p","value":"2"}"#),
        (
            "POST",
            "/runs/log-metric",
            r#"{"run_id":"id1","key":"m","value":0.5,"timestamp":1700000000000,"step":3}"#,
        ),
        ("POST", "/runs/log-metric", r#"{"run_id":"id1","key":"n","value":"NaN","timestamp":1}"#),
        ("POST", "/runs/log-metric", r#"{"run_id":"id1","key":"n","value":"x","timestamp":1}"#),
        (
            "POST",
            "/runs/log-batch",
            r#"{"run_id":"id1","metrics":[{"key":"m","value":1,"timestamp":2,"step":4},{"key":"i","value":"Infinity","timestamp":1}],"params":[{"key":"q","value":"2"}],"tags":[{"key":"mlflow.runName","value":"s"}]}"#,
        ),
        (
            "POST",
            "/runs/log-batch",
            r#"{"run_id":"id1","metrics":[{"key":"m","value":1,"timestamp":1},{"key":"m","value":true,"timestamp":"x"}]}"#,
        ),
        ("POST", "/runs/log-batch", r#"{"run_id":"id1","params":[{"key":"q","value":"3"},{"key":"r"}]}"#),
        ("POST", "/runs/set-tag", r#"{"run_id":"id1","key":"b","value":"2"}"#),
        ("POST", "/runs/delete-tag", r#"{"run_id":"id1","key":"a"}"#),
        ("POST", "/runs/delete-tag", r#"{"run_id":"id1","key":"a"}"#),
        (
            "POST",
            "/runs/log-inputs",
            r#"{"run_id":"id1","datasets":[{"tags":[{"key":"mlflow.data.context","value":"train"}],"dataset":{"name":"d","digest":"g","source_type":"local","source":"{}","schema":"{}"}}],"models":[{"model_id":"m-1"}]}"#,
        ),
        ("POST", "/runs/log-inputs", r#"{"run_id":"id1","datasets":[{"dataset":{"name":5}}]}"#),
        ("POST", "/runs/outputs", r#"{"run_id":"id1","models":[{"model_id":"m-2","step":1}]}"#),
        ("POST", "/runs/outputs", r#"{"run_id":"id1"}"#),
        ("GET", "/runs/get?run_uuid=id1", ""),
        ("POST", "/runs/update", r#"{"run_id":"id1","status":"FINISHED","end_time":9}"#),
        ("POST", "/runs/update", r#"{"run_id":"id1","status":"LOST"}"#),
        ("POST", "/runs/delete", r#"{"run_id":"id1"}"#),
        ("POST", "/runs/log-metric", r#"{"run_id":"id1","key":"m","value":1,"timestamp":1}"#),
        ("POST", "/runs/restore", r#"{"run_id":"id1"}"#),
        ("GET", "/runs/get?run_id=nobody", ""),
        (
            "POST",
            "/runs/log-model",
            r#"{"run_id":"id0","model_json":"{\"artifact_path\":\"p\",\"flavors\":{},\"utc_time_created\":\"t\",\"run_id\":\"id0\"}"}"#,
        ),
        ("POST", "/runs/log-model", r#"{"run_id":"id0","model_json":"{}"}"#),
        ("GET", "/runs/get?run_id=id0", ""),
    ];
    assert_snapshot!("runs", play(&server, "/ajax-api/2.0/mlflow", &calls).await);
}

#[tokio::test]
async fn tracking_searches() {
    let server = Server::new().await;
    let calls = [
        ("POST", "/experiments/create", r#"{"name":"e","tags":[{"key":"team","value":"red"}]}"#),
        ("GET", "/experiments/search?max_results=1", ""),
        (
            "POST",
            "/experiments/search",
            r#"{"max_results":5,"filter":"tags.team = 'red'","view_type":"ALL"}"#,
        ),
        ("POST", "/experiments/search", r#"{"max_results":5,"view_type":"DELETED_ONLY"}"#),
        ("POST", "/experiments/search", "{}"),
        ("POST", "/experiments/search", r#"{"max_results":5,"filter":"metrics.a > 1"}"#),
        ("POST", "/runs/create", r#"{"experiment_id":"1","run_name":"a","start_time":1}"#),
        ("POST", "/runs/create", r#"{"experiment_id":"1","run_name":"b","start_time":2}"#),
        (
            "POST",
            "/runs/log-batch",
            r#"{"run_id":"id1","metrics":[{"key":"m","value":1,"timestamp":3,"step":1},{"key":"m","value":"NaN","timestamp":3,"step":2},{"key":"m","value":0.5,"timestamp":4,"step":0}]}"#,
        ),
        (
            "POST",
            "/runs/search",
            r#"{"experiment_ids":["1"],"max_results":1,"order_by":["attributes.run_name"]}"#,
        ),
        ("POST", "/runs/search", r#"{"experiment_ids":["1"],"filter":"metrics.m != 7"}"#),
        ("POST", "/runs/search", r#"{"experiment_ids":["1","0"],"filter":"metrics.m > 7"}"#),
        ("POST", "/runs/search", "{}"),
        ("POST", "/runs/search", r#"{"experiment_ids":["1"],"filter":"metrics.m <> 7"}"#),
        ("POST", "/runs/search", r#"{"experiment_ids":["1"],"max_results":0}"#),
        ("POST", "/runs/search", r#"{"experiment_ids":["1"],"max_results":50001}"#),
        ("GET", "/metrics/get-history?run_id=id1&metric_key=m&max_results=2", ""),
        ("GET", "/metrics/get-history?run_uuid=id1&metric_key=m", ""),
        ("GET", "/metrics/get-history?run_id=id1&metric_key=nobody", ""),
        ("GET", "/metrics/get-history?run_id=id1&metric_key=m&max_results=0", ""),
        ("GET", "/metrics/get-history-bulk?run_id=id1&run_id=nobody&metric_key=m&max_results=2", ""),
        ("GET", "/metrics/get-history-bulk?run_id=nobody&metric_key=m", ""),
        ("GET", "/metrics/get-history-bulk?metric_key=m", ""),
        ("GET", "/metrics/get-history-bulk-interval?run_ids=id1&metric_key=m&max_results=2", ""),
        ("GET", "/metrics/get-history-bulk-interval?run_ids=id1&metric_key=m&start_step=2&end_step=9", ""),
        ("GET", "/metrics/get-history-bulk-interval?run_ids=id1&metric_key=m&start_step=2", ""),
        ("GET", "/metrics/get-history-bulk-interval?run_ids=nobody&metric_key=m", ""),
    ];
    assert_snapshot!("tracking_searches", play(&server, "/ajax-api/2.0/mlflow", &calls).await);
}
