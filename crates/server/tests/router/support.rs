//! A server in memory: the real router over a database of its own.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use greenroom_app::artifact::ArtifactStore;
use greenroom_app::{Clock, Context, Ids, Policy};
use greenroom_server::{App, ArtifactConfig, ServerConfig, build};
use greenroom_store::{Db, DbConfig};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A server under test.
pub(crate) struct Server {
    router: Router,
    pub(crate) folder: tempfile::TempDir,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.text))
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }
}

impl Server {
    pub(crate) async fn new() -> Self {
        Self::with_prefix("").await
    }

    pub(crate) async fn with_prefix(prefix: &str) -> Self {
        Self::with(prefix, |_| {}).await
    }

    pub(crate) async fn with(prefix: &str, change: impl FnOnce(&mut Policy)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = DbConfig { uri: format!("sqlite:///{}/g.db", folder.path().display()), pool_size: 1 };
        let (time, ids) = (AtomicI64::new(1_700_000_000_000), AtomicI64::new(0));
        let clock = Clock::new(move || time.fetch_add(1, Ordering::SeqCst));
        let ids = Ids::new(move || format!("id{}", ids.fetch_add(1, Ordering::SeqCst)));
        let opened = Db::open(&db).await.unwrap();
        // As a server does when it starts, before the first tick of the clock that the tests look at.
        let starting =
            Context::new(opened.clone(), Clock::new(|| 1_600_000_000_000), Ids::random(), Policy::default());
        greenroom_app::experiment::ensure_default(&starting).await.unwrap();
        let artifacts = ArtifactConfig {
            uri: folder.path().join("artifacts").to_str().unwrap().to_owned(),
            ..ArtifactConfig::default()
        };
        let mut policy = Policy::default();
        policy.artifacts.destination.clone_from(&artifacts.uri);
        change(&mut policy);
        let store = ArtifactStore::open(&artifacts, || "server".to_owned(), 0).unwrap();
        let cx =
            Context::new(opened, clock, ids, policy.clone()).with_artifacts(policy.artifacts.clone(), store);
        let config = ServerConfig {
            listen: ([127, 0, 0, 1], 5000).into(),
            db,
            static_prefix: prefix.to_owned(),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            idle_timeout: Duration::from_secs(30),
            artifacts,
            policy,
        };
        Self { router: build(App::new(cx, CancellationToken::new()), &config), folder }
    }

    pub(crate) async fn response(&self, request: Request<Body>) -> http::Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.response(request).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// A request as MLflow's client sends it: JSON, to the registry's path.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(request(method, &format!("/api/2.0/mlflow/{path}"), body)).await
    }

    /// A call that has to succeed.
    pub(crate) async fn done(&self, method: &str, path: &str, body: &str) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path} {body}: {}", answer.text);
        answer.json()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path, "")).await
    }

    /// Unicorn with three versions.
    pub(crate) async fn seeded() -> Self {
        let server = Self::new().await;
        server.done("POST", "registered-models/create", r#"{"name":"Unicorn"}"#).await;
        for n in 1..=3 {
            let body = format!(r#"{{"name":"Unicorn","source":"s3://b/{n}"}}"#);
            server.done("POST", "model-versions/create", &body).await;
        }
        server
    }
}

pub(crate) fn request(method: &str, path: &str, body: &str) -> Request<Body> {
    let builder = Request::builder().method(method).uri(path).header("host", "127.0.0.1:5000");
    let builder = if body.is_empty() && method == "GET" {
        builder
    } else {
        builder.header("content-type", "application/json")
    };
    builder.header("user-agent", "mlflow-python-client/3.17.2").body(Body::from(body.to_owned())).unwrap()
}
