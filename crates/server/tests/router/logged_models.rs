//! MLflow's API for logged models: what clients see, and what they are refused.

use insta::assert_snapshot;

use crate::support::Server;
use crate::transcripts::play;

/// A server with one logged model, `m-id0`.
async fn seeded() -> Server {
    let server = Server::new().await;
    server
        .done(
            "POST",
            "logged-models",
            r#"{"experiment_id":"0","name":"model","source_run_id":"r1","params":[{"key":"lr","value":"0.1"}]}"#,
        )
        .await;
    server
}

#[tokio::test]
async fn a_logged_model_from_its_creation_to_its_deletion() {
    let server = Server::new().await;
    let calls = [
        (
            "POST",
            "/logged-models",
            r#"{"experiment_id":"0","name":"model","model_type":"sklearn","source_run_id":"r1","params":[{"key":"b","value":"2"},{"key":"a","value":"1"}],"tags":[{"key":"t","value":"v"}]}"#,
        ),
        ("POST", "/logged-models", r#"{"experiment_id":"0"}"#),
        ("PATCH", "/logged-models/m-id0", r#"{"model_id":"m-id0","status":"LOGGED_MODEL_READY"}"#),
        ("PATCH", "/logged-models/m-id1", r#"{"model_id":"m-id1","status":3}"#),
        (
            "PATCH",
            "/logged-models/m-id0/tags",
            r#"{"tags":[{"key":"a/b","value":"1"},{"key":"t","value":"w"}]}"#,
        ),
        ("POST", "/logged-models/m-id0/params", r#"{"model_id":"m-id0","params":[{"key":"c","value":"3"}]}"#),
        ("DELETE", "/logged-models/m-id0/tags/a%2Fb", ""),
        ("DELETE", "/logged-models/m-id0/tags/a%2Fb", ""),
        ("POST", "/registered-models/create", r#"{"name":"Unicorn"}"#),
        (
            "POST",
            "/model-versions/create",
            r#"{"name":"Unicorn","source":"models:/m-id0","model_id":"m-id0"}"#,
        ),
        ("GET", "/model-versions/get-download-uri?name=Unicorn&version=1", ""),
        ("GET", "/logged-models/m-id0", ""),
        ("DELETE", "/logged-models/m-id0", ""),
        ("DELETE", "/logged-models/m-id0", ""),
        ("GET", "/logged-models/m-id0", ""),
        ("GET", "/logged-models/m-id0?allow_deleted=true", ""),
    ];
    assert_snapshot!("logged_models", play(&server, "/api/2.0/mlflow", &calls).await);
}

#[tokio::test]
async fn what_makes_no_sense_is_named() {
    let server = seeded().await;
    for (method, path, body, status, part) in [
        ("POST", "", "{}", 400, "Missing value for required parameter 'experiment_id'."),
        ("POST", "", r#"{"experimentId":"0"}"#, 400, "Missing value for required parameter 'experiment_id'."),
        ("POST", "", r#"{"experiment_id":"99"}"#, 404, "No Experiment with id=99 exists"),
        ("POST", "", r#"{"experiment_id":"0","name":5}"#, 400, "Invalid value 5 for parameter 'name'"),
        ("POST", "", r#"{"experiment_id":"0","name":"a/b"}"#, 400, "Invalid model name ('a/b') provided."),
        (
            "POST",
            "",
            r#"{"experiment_id":"0","params":"x"}"#,
            400,
            "Invalid value \"x\" for parameter 'params'",
        ),
        ("PATCH", "/m-id0", r#"{"status":2}"#, 400, "Missing value for required parameter 'model_id'."),
        ("PATCH", "/m-id0", r#"{"model_id":"m-id0"}"#, 400, "Missing value for required parameter 'status'."),
        (
            "PATCH",
            "/m-id0",
            r#"{"model_id":"m-id0","status":"READY"}"#,
            400,
            "It must be one of LOGGED_MODEL_STATUS_UNSPECIFIED, LOGGED_MODEL_PENDING",
        ),
        ("PATCH", "/m-id1", r#"{"model_id":"m-id0","status":2}"#, 400, "different values for 'model_id'"),
        (
            "PATCH",
            "/m-id1",
            r#"{"model_id":"m-id1","status":2}"#,
            404,
            "Logged model with ID 'm-id1' not found.",
        ),
        ("PATCH", "/m-id0/tags", r#"{"tags":[{"key":5}]}"#, 400, "tags"),
        (
            "PATCH",
            "/m-id1/tags",
            r#"{"tags":[{"key":"a","value":"1"}]}"#,
            404,
            "Logged model with ID 'm-id1' not found.",
        ),
        (
            "POST",
            "/m-id0/params",
            r#"{"params":[]}"#,
            400,
            "Missing value for required parameter 'model_id'.",
        ),
        (
            "POST",
            "/m-id0/params",
            r#"{"model_id":"m-id0","params":[{"key":"lr","value":"1"}]}"#,
            400,
            "Changing param values",
        ),
        ("GET", "/m-id1", "", 404, "Logged model with ID 'm-id1' not found."),
        ("DELETE", "/m-id1", "", 404, "Logged model with ID 'm-id1' not found."),
        ("DELETE", "/m-id0/tags/x", "", 404, "No tag with key 'x' found for model with ID 'm-id0'."),
    ] {
        let answer = server.call(method, &format!("logged-models{path}"), body).await;
        assert_eq!(answer.status, status, "{method} {path} {body}: {}", answer.text);
        assert!(answer.message().contains(part), "{method} {path} {body}: {}", answer.text);
    }
    let told = server.done("GET", "logged-models/m-id0", "").await;
    assert_eq!(told["model"]["info"]["status"], "LOGGED_MODEL_PENDING", "refusals change nothing");
    assert_eq!(told["model"]["data"]["params"][0]["value"], "0.1");
}

#[tokio::test]
async fn searches_take_filters_orders_and_datasets() {
    let server = seeded().await;
    for name in ["a", "b"] {
        let body = format!(r#"{{"experiment_id":"0","name":"{name}"}}"#);
        server.done("POST", "logged-models", &body).await;
    }
    let found = async |body: &str| {
        let told = server.done("POST", "logged-models/search", body).await;
        let models = told["models"].as_array().cloned().unwrap_or_default();
        let names: Vec<String> =
            models.iter().map(|m| m["info"]["name"].as_str().unwrap().to_owned()).collect();
        (names, told["next_page_token"].as_str().map(str::to_owned))
    };
    assert_eq!(
        found(r#"{"experiment_ids":["0"]}"#).await,
        (vec!["b".into(), "a".into(), "model".into()], None)
    );
    assert_eq!(found(r#"{"experiment_ids":[]}"#).await.0, [""; 0]);
    let filtered = r#"{"experiment_ids":["0","77"],"filter":"name = 'model' AND params.lr = '0.1'"}"#;
    assert_eq!(found(filtered).await.0, ["model"]);
    let by_name =
        r#""experiment_ids":["0"],"max_results":2,"order_by":[{"field_name":"name","ascending":true}]"#;
    let (names, token) = found(&format!("{{{by_name}}}")).await;
    assert_eq!(names, ["a", "b"]);
    let next = format!(r#"{{{by_name},"page_token":"{}"}}"#, token.unwrap());
    assert_eq!(found(&next).await, (vec!["model".into()], None));

    for (body, part) in [
        (r"{}", "Missing value for required parameter 'experiment_ids'."),
        (r#"{"experiment_ids":["x"]}"#, "Invalid experiment ID 'x'."),
        (r#"{"experiment_ids":["0"],"filter":"nonsense"}"#, "Invalid filter string"),
        (
            r#"{"experiment_ids":["0"],"datasets":[{}]}"#,
            "`dataset_name` in the `datasets` clause must be specified.",
        ),
        (
            r#"{"experiment_ids":["0"],"order_by":[{"field_name":"params.lr"}]}"#,
            "Only metrics are supported.",
        ),
        (r#"{"experiment_ids":["0"],"max_results":-1}"#, "max_results"),
        (r#"{"experiment_ids":["0"],"page_token":"AAAA"}"#, "Invalid page token"),
    ] {
        let answer = server.call("POST", "logged-models/search", body).await;
        assert!(answer.status == 400 && answer.message().contains(part), "{body}: {}", answer.text);
    }
}
