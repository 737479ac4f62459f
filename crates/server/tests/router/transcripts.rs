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

async fn play(server: &Server, prefix: &str, calls: &[(&str, &str, &str)]) -> String {
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
