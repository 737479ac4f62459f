//! Artifacts named by the run or version they belong to: the entry points through which other registries gave away files.

use http::StatusCode;
use serde_json::json;

use crate::support::{Server, request};

const AJAX: &str = "/ajax-api/2.0/mlflow";

impl Server {
    /// A run in an experiment whose artifacts are there; its id.
    async fn run_at(&self, location: &str) -> String {
        let body = json!({"name": format!("at {location}"), "artifact_location": location}).to_string();
        let experiment = self.done("POST", "experiments/create", &body).await;
        let body = json!({"experiment_id": experiment["experiment_id"], "start_time": 1}).to_string();
        let run = self.done("POST", "runs/create", &body).await;
        run["run"]["info"]["run_id"].as_str().unwrap().to_owned()
    }

    /// A run with a file.
    async fn run_with(&self, path: &str, bytes: &str) -> String {
        let run = self.run_at("mlflow-artifacts:/team").await;
        let uri = format!("{AJAX}/upload-artifact?run_uuid={run}&path={path}");
        let answer = self.send(request("POST", &uri, bytes)).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
        assert_eq!(answer.headers["content-type"], "application/json");
        run
    }
}

#[tokio::test]
async fn a_run_shows_and_sends_what_it_logged() {
    let server = Server::new().await;
    let run = server.run_with("plots/a.svg", "<svg/>").await;
    let root = format!("mlflow-artifacts:/team/{run}/artifacts");
    let listed = server.done("GET", &format!("artifacts/list?run_id={run}"), "").await;
    assert_eq!(listed, json!({"root_uri": root, "files": [{"path": "plots", "is_dir": true}]}));
    for path in ["plots", "plots/", "%70lots"] {
        let listed = server.done("GET", &format!("artifacts/list?run_uuid={run}&path={path}"), "").await;
        assert_eq!(
            listed["files"],
            json!([{"path": "plots/a.svg", "is_dir": false, "file_size": 6}]),
            "{path}"
        );
    }
    let listed = server.done("GET", &format!("artifacts/list?run_id={run}&path=none"), "").await;
    assert_eq!(listed, json!({"root_uri": root}));

    for query in [format!("run_uuid={run}"), format!("run_id={run}")] {
        let answer = server.get(&format!("/get-artifact?{query}&path=plots%2Fa.svg")).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "<svg/>"));
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"a.svg\"");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox"));
    }
    let missing = server.get(&format!("/get-artifact?run_uuid={run}&path=none")).await;
    assert_eq!(missing.status, 404);
    let unknown = server.get("/get-artifact?run_uuid=none&path=f").await;
    assert_eq!((unknown.status.as_u16(), unknown.message().as_str()), (404, "Run with id=none not found"));
}

#[tokio::test]
async fn no_path_leads_out_of_a_run() {
    let server = Server::new().await;
    let run = server.run_with("f", "mine").await;
    let other = server.run_with_other().await;
    for path in [
        "..",
        "../..",
        "../../x",
        "../../../../etc/passwd",
        "%2e%2e%2fetc%2fpasswd",
        "%252e%252e%252fetc",
        "/etc/passwd",
        "C:/x",
        "a%00b",
        "\\..\\..\\x",
        "a?/a",
        "a%3f/a",
        "a%23b",
        "a%3bb",
        "./f",
        "f//g",
        &format!("../../{other}/artifacts/f"),
    ] {
        let path = path.replace('\\', "%5c").replace('#', "%23");
        for (method, uri) in [
            ("GET", format!("/get-artifact?run_uuid={run}&path={path}")),
            ("GET", format!("/api/2.0/mlflow/artifacts/list?run_id={run}&path={path}")),
            ("POST", format!("{AJAX}/upload-artifact?run_uuid={run}&path={path}")),
        ] {
            let answer = server.send(request(method, &uri, if method == "POST" { "x" } else { "" })).await;
            assert_eq!(
                (answer.status, answer.message().as_str()),
                (StatusCode::BAD_REQUEST, "Invalid path"),
                "{uri}"
            );
        }
    }
    for (method, uri, body) in [
        ("GET", format!("/get-artifact?run_uuid={run}"), ""),
        ("GET", "/get-artifact?path=f".to_owned(), ""),
        ("GET", format!("/get-artifact?run_uuid={run}&run_id={other}&path=f"), ""),
        ("GET", format!("/get-artifact?run_uuid={run}&path=f&path=../x"), ""),
        ("POST", format!("{AJAX}/upload-artifact?run_uuid={run}&path=g"), ""),
        ("POST", format!("{AJAX}/upload-artifact?path=g"), "x"),
    ] {
        assert_eq!(server.send(request(method, &uri, body)).await.status, 400, "{uri}");
    }
    let large = "x".repeat(10 * 1024 * 1024 + 1);
    let answer =
        server.send(request("POST", &format!("{AJAX}/upload-artifact?run_uuid={run}&path=g"), &large)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.message().as_str()),
        (400, "Artifact size is too large. Max size is 10MB.")
    );
}

impl Server {
    async fn run_with_other(&self) -> String {
        let run = self.run_at("mlflow-artifacts:/other").await;
        self.send(request("POST", &format!("{AJAX}/upload-artifact?run_uuid={run}&path=f"), "theirs")).await;
        run
    }
}

#[tokio::test]
async fn what_lies_elsewhere_is_never_opened() {
    let server = Server::new().await;
    for location in [
        "/etc",
        "file:///",
        "http:///?/../../etc",
        "http://h/#/../..",
        "s3://b/x?y=1#f",
        "mlflow-artifacts:/../x",
    ] {
        let body = json!({"name": location, "artifact_location": location}).to_string();
        let answer = server.call("POST", "experiments/create", &body).await;
        assert_eq!(answer.status, 400, "{location}: {}", answer.text);
    }
    let run = server.run_at("s3://elsewhere/p").await;
    for uri in [
        format!("/get-artifact?run_uuid={run}&path=f"),
        format!("/api/2.0/mlflow/artifacts/list?run_id={run}"),
    ] {
        let answer = server.get(&uri).await;
        assert_eq!(answer.status, 400, "{uri}");
        assert!(answer.message().contains("outside the storage that this server opens"), "{}", answer.text);
    }
    server.done("POST", "registered-models/create", r#"{"name":"Unicorn"}"#).await;
    server.done("POST", "model-versions/create", r#"{"name":"Unicorn","source":"s3://elsewhere/m"}"#).await;
    let version = "/model-versions/get-artifact?name=Unicorn&version=1";
    let answer = server.get(&format!("{version}&path=etc%2fpasswd")).await;
    assert!(answer.message().contains("outside the storage"), "{}", answer.text);
    assert_eq!(server.get(&format!("{version}&path=..%2f..%2fetc")).await.message(), "Invalid path");
    assert_eq!(server.get("/model-versions/get-artifact?name=Unicorn&version=2&path=f").await.status, 404);
}

#[tokio::test]
async fn a_version_sends_what_it_holds_and_keeps_it() {
    let server = Server::with("", |policy| policy.artifacts.destination = "s3://kept/here".into()).await;
    let put = request("PUT", "/api/2.0/mlflow-artifacts/artifacts/1/m/MLmodel", "flavors");
    assert_eq!(server.send(put).await.status, 200);
    server.done("POST", "registered-models/create", r#"{"name":"Unicorn"}"#).await;
    server.done("POST", "model-versions/create", r#"{"name":"Unicorn","source":"s3://kept/here/1/m"}"#).await;
    let answer = server.get("/model-versions/get-artifact?name=Unicorn&version=1&path=MLmodel").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "flavors"));
    let gone = server.send(request("DELETE", "/api/2.0/mlflow-artifacts/artifacts/1/m", "")).await;
    assert_eq!((gone.status.as_u16(), gone.json()["error_code"].as_str()), (409, Some("RESOURCE_CONFLICT")));
}

#[tokio::test]
async fn urls_are_signed_only_for_what_is_not_handed_through() {
    let server = Server::new().await;
    let (proxied, direct) = (server.run_with("f", "x").await, server.run_at("s3://elsewhere/p").await);
    let ask = |which: &'static str, body: serde_json::Value| {
        let server = &server;
        async move { server.call("POST", &format!("artifacts/presigned-{which}-url"), &body.to_string()).await }
    };
    for (which, words) in [
        (
            "upload",
            "Presigned upload is not supported for proxied artifact storage (artifact URI scheme: mlflow-artifacts). \
                    This endpoint requires a direct cloud storage artifact URI.",
        ),
        (
            "download",
            "Presigned download is not supported for runs with proxied artifact storage (artifact URI scheme: \
                      mlflow-artifacts). This endpoint requires a run with a direct cloud storage artifact URI.",
        ),
    ] {
        let answer = ask(which, json!({"run_id": proxied, "path": "f"})).await;
        assert_eq!((answer.status.as_u16(), answer.message().as_str()), (400, words));
        let answer = ask(which, json!({"run_id": direct, "path": "f"})).await;
        assert!(answer.status == 400 && answer.message().contains("outside the storage"), "{}", answer.text);
        for body in [
            json!({"path": "f"}),
            json!({"run_id": proxied}),
            json!({"run_id": proxied, "path": "f", "expiration": 0}),
            json!({"run_id": proxied, "path": "f", "expiration": 604_801}),
        ] {
            assert_eq!(ask(which, body.clone()).await.status, 400, "{which} {body}");
        }
    }
    assert_eq!(ask("upload", json!({"run_id": proxied, "model_id": "m-1", "path": "f"})).await.status, 400);
    assert_eq!(ask("upload", json!({"model_id": "m-1", "path": "f"})).await.status, 404);
}

#[tokio::test]
async fn a_logged_model_shows_and_sends_its_files_and_its_version_keeps_them() {
    let server = Server::new().await;
    let created = server.done("POST", "logged-models", r#"{"experiment_id":"0","name":"unicorn"}"#).await;
    let info = &created["model"]["info"];
    let (id, root) = (info["model_id"].as_str().unwrap(), info["artifact_uri"].as_str().unwrap());
    let folder = root.strip_prefix("mlflow-artifacts:/").unwrap();
    let file = format!("/api/2.0/mlflow-artifacts/artifacts/{folder}/data/model.pkl");
    assert_eq!(server.send(request("PUT", &file, "bytes")).await.status, 200);

    let list = format!("logged-models/{id}/artifacts/directories");
    let listed = server.done("GET", &list, "").await;
    assert_eq!(listed, json!({"root_uri": root, "files": [{"path": "data", "is_dir": true}]}));
    let listed = server.done("GET", &format!("{list}?artifact_directory_path=data"), "").await;
    assert_eq!(listed["files"], json!([{"path": "data/model.pkl", "is_dir": false, "file_size": 5}]));
    let files = format!("{AJAX}/logged-models/{id}/artifacts/files?artifact_file_path=");
    assert_eq!(server.get(&format!("{files}data%2Fmodel.pkl")).await.text, "bytes");
    for uri in [
        format!("{files}..%2f..%2fetc"),
        format!("{files}%252e%252e/x"),
        format!("/api/2.0/mlflow/{list}?artifact_directory_path=../.."),
    ] {
        let answer = server.get(&uri).await;
        assert_eq!((answer.status.as_u16(), answer.message().as_str()), (400, "Invalid path"), "{uri}");
    }
    assert_eq!(
        server.get(&format!("{AJAX}/logged-models/m-none/artifacts/files?artifact_file_path=f")).await.status,
        404
    );
    let signed = json!({"model_id": id, "path": "f"}).to_string();
    assert_eq!(server.call("POST", "artifacts/presigned-upload-url", &signed).await.status, 400);

    server.done("POST", "registered-models/create", r#"{"name":"Unicorn"}"#).await;
    let version = json!({"name": "Unicorn", "source": format!("models:/{id}"), "model_id": id}).to_string();
    server.done("POST", "model-versions/create", &version).await;
    let answer =
        server.get("/model-versions/get-artifact?name=Unicorn&version=1&path=data%2Fmodel.pkl").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "bytes"));
    for uri in [
        &file,
        &format!("/api/2.0/mlflow-artifacts/artifacts/{folder}"),
        &"/api/2.0/mlflow-artifacts/artifacts/0".to_owned(),
    ] {
        assert_eq!(server.send(request("DELETE", uri, "")).await.status, 409, "{uri}");
    }
    let protected = "[[stages]]\nname = \"None\"\nprotected = true\n";
    let mut apply = request("PUT", "/api/v1/stages", protected);
    apply.headers_mut().insert("content-type", "application/toml".parse().unwrap());
    assert_eq!(server.send(apply).await.status, 200);
    let refused = server.send(request("PUT", &file, "other")).await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()["error_code"].as_str()),
        (409, Some("RESOURCE_CONFLICT"))
    );
    assert_eq!(server.get(&format!("{files}data%2Fmodel.pkl")).await.text, "bytes");
}
