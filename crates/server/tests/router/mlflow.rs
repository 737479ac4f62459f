//! MLflow's registry API: every endpoint once, byte for byte, and its refusals.

use insta::assert_snapshot;

use crate::support::Server;

#[tokio::test]
async fn a_model_looks_as_mlflow_prints_it() {
    let server = Server::new().await;
    let body = r#"{"name":"Unicorn","description":"d","tags":[{"key":"k","value":"v"}]}"#;
    let answer = server.call("POST", "registered-models/create", body).await;
    assert_snapshot!(answer.text, @r#"
    {
      "registered_model": {
        "name": "Unicorn",
        "creation_timestamp": 1700000000000,
        "last_updated_timestamp": 1700000000000,
        "description": "d",
        "tags": [
          {
            "key": "k",
            "value": "v"
          }
        ]
      }
    }
    "#);
}

#[tokio::test]
async fn a_version_looks_as_mlflow_prints_it() {
    let server = Server::seeded().await;
    let answer = server
        .call(
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"3","stage":"staging"}"#,
        )
        .await;
    assert_snapshot!(answer.text, @r#"
    {
      "model_version": {
        "name": "Unicorn",
        "version": "3",
        "creation_timestamp": 1700000000003,
        "last_updated_timestamp": 1700000000004,
        "current_stage": "Staging",
        "description": "",
        "source": "s3://b/3",
        "run_id": "",
        "status": "READY",
        "run_link": ""
      }
    }
    "#);
}

#[tokio::test]
async fn every_endpoint_answers_under_both_prefixes() {
    let server = Server::seeded().await;
    let both = r#"{"name":"Unicorn","version":"1"}"#;
    for (method, path, body) in [
        ("GET", "registered-models/get?name=Unicorn", ""),
        ("GET", "registered-models/search?max_results=5", ""),
        ("PATCH", "registered-models/update", r#"{"name":"Unicorn","description":"x"}"#),
        ("POST", "registered-models/rename", r#"{"name":"Unicorn","new_name":"Unicorn"}"#),
        ("POST", "registered-models/get-latest-versions", r#"{"name":"Unicorn"}"#),
        ("GET", "registered-models/get-latest-versions?name=Unicorn&stages=None", ""),
        ("POST", "registered-models/set-tag", r#"{"name":"Unicorn","key":"k","value":"v"}"#),
        ("DELETE", "registered-models/delete-tag", r#"{"name":"Unicorn","key":"k"}"#),
        ("POST", "registered-models/alias", r#"{"name":"Unicorn","alias":"a","version":"1"}"#),
        ("GET", "registered-models/alias?name=Unicorn&alias=a", ""),
        ("DELETE", "registered-models/alias", r#"{"name":"Unicorn","alias":"a"}"#),
        ("GET", "model-versions/get?name=Unicorn&version=1", ""),
        ("PATCH", "model-versions/update", both),
        ("GET", "model-versions/search?filter=name%3D'Unicorn'", ""),
        ("GET", "model-versions/get-download-uri?name=Unicorn&version=1", ""),
        ("POST", "model-versions/set-tag", r#"{"name":"Unicorn","version":"1","key":"k","value":"v"}"#),
        ("DELETE", "model-versions/delete-tag", r#"{"name":"Unicorn","version":"1","key":"k"}"#),
    ] {
        for prefix in ["/api", "/ajax-api"] {
            let answer = server
                .send(crate::support::request(method, &format!("{prefix}/2.0/mlflow/{path}"), body))
                .await;
            assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
            answer.json();
        }
    }
    server.done("DELETE", "model-versions/delete", both).await;
    server.done("DELETE", "registered-models/delete", r#"{"name":"Unicorn"}"#).await;
}

#[tokio::test]
async fn refusals_speak_mlflows_words() {
    let server = Server::seeded().await;
    for (method, path, body, status, code, message) in [
        (
            "GET",
            "registered-models/get",
            "",
            400,
            "INVALID_PARAMETER_VALUE",
            "Missing value for required parameter 'name'. See the API docs for more information about request parameters.",
        ),
        (
            "GET",
            "registered-models/get?name=x",
            "",
            404,
            "RESOURCE_DOES_NOT_EXIST",
            "Registered Model with name=x not found",
        ),
        (
            "GET",
            "model-versions/get?name=Unicorn&version=x",
            "",
            400,
            "INVALID_PARAMETER_VALUE",
            "Parameter 'version' must be an integer, got 'x'.",
        ),
        (
            "GET",
            "model-versions/get?name=Unicorn&version=99999999999999999999",
            "",
            404,
            "RESOURCE_DOES_NOT_EXIST",
            "Model Version (name=Unicorn, version=99999999999999999999) not found",
        ),
        (
            "POST",
            "registered-models/create",
            r#"{"name":"Unicorn"}"#,
            400,
            "RESOURCE_ALREADY_EXISTS",
            "Registered Model (name=Unicorn) already exists.",
        ),
        (
            "POST",
            "registered-models/create",
            r#"{"name":"a/b"}"#,
            400,
            "INVALID_PARAMETER_VALUE",
            "Invalid model name 'a/b'. Names cannot contain '/' or ':'.",
        ),
        (
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"1","stage":"Canary"}"#,
            400,
            "INVALID_PARAMETER_VALUE",
            "Invalid Model Version stage: Canary. Value must be one of None, Staging, Production, Archived.",
        ),
        (
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":"1","stage":"None","archive_existing_versions":true}"#,
            400,
            "INVALID_PARAMETER_VALUE",
            "Model version transition cannot archive existing model versions because 'None' is not an Active stage. Valid stages are ['Staging', 'Production']",
        ),
        (
            "POST",
            "model-versions/transition-stage",
            r#"{"name":"Unicorn","version":1,"stage":"Staging"}"#,
            400,
            "INVALID_PARAMETER_VALUE",
            "Invalid value 1 for parameter 'version' supplied:  Hint: Value was of type 'int'. See the API docs for more information about request parameters.",
        ),
        (
            "GET",
            "registered-models/search?max_results=0",
            "",
            400,
            "INVALID_PARAMETER_VALUE",
            "Invalid value for max_results. It must be a positive integer, but got 0",
        ),
        (
            "GET",
            "registered-models/search?page_token=x",
            "",
            400,
            "INVALID_PARAMETER_VALUE",
            "Invalid page token, could not base64-decode",
        ),
        ("POST", "registered-models/create", r#"{"name":"a","runId":1,"run_id":2}"#, 200, "", ""),
        (
            "POST",
            "model-versions/create",
            r#"{"name":"a","source":"s3://b/x","runId":"1","run_id":"2"}"#,
            400,
            "INVALID_PARAMETER_VALUE",
            "Request specifies both 'run_id' and 'runId'; provide only one of them.",
        ),
    ] {
        let answer = server.call(method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path} {body}: {}", answer.text);
        if status != 200 {
            assert_eq!(
                (answer.json()["error_code"].as_str(), answer.message().as_str()),
                (Some(code), message)
            );
        }
    }
}
