//! A registry as clients see it: the requests that fill it and those that are measured.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::Result;
use crate::bench::Server;
use crate::connection::Connection;
use crate::load::Pool;

/// Where MLflow's API is.
pub(crate) const API: &str = "/api/2.0/mlflow";
/// What a refused write is tried again: MLflow's server over `SQLite` gives up on a busy database.
const ATTEMPTS: usize = 10;

/// The bytes of a GET.
pub(crate) fn get(path_and_query: &str) -> Vec<u8> {
    format!("GET {path_and_query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: greenroom-bench\r\n\r\n")
        .into_bytes()
}

/// The bytes of a POST.
pub(crate) fn post(path: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: greenroom-bench\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A model's name.
pub(crate) fn model(number: usize) -> String {
    format!("model-{number:06}")
}

/// A registry of so many models with so many versions each, numbered from 0 and from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registry {
    pub(crate) models: usize,
    pub(crate) versions: usize,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Get,
    ByAlias,
    Latest,
    DownloadUri,
    Create,
    Transition,
    SetTag,
}

impl Call {
    /// Those that change nothing.
    pub(crate) const READS: [Self; 4] = [Self::Get, Self::ByAlias, Self::Latest, Self::DownloadUri];
    /// Those that do.
    pub(crate) const WRITES: [Self; 3] = [Self::Create, Self::Transition, Self::SetTag];

    /// Its path below the API.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Get => "model-versions/get",
            Self::ByAlias => "registered-models/alias",
            Self::Latest => "registered-models/get-latest-versions",
            Self::DownloadUri => "model-versions/get-download-uri",
            Self::Create => "model-versions/create",
            Self::Transition => "model-versions/transition-stage",
            Self::SetTag => "model-versions/set-tag",
        }
    }

    /// The request about one version; `turn` varies what is written.
    pub(crate) fn request(self, model: &str, version: usize, turn: usize) -> Vec<u8> {
        let path = format!("{API}/{}", self.path());
        match self {
            Self::Get | Self::DownloadUri => get(&format!("{path}?name={model}&version={version}")),
            Self::ByAlias => get(&format!("{path}?name={model}&alias=champion")),
            Self::Latest => post(&path, &json!({ "name": model, "stages": ["Production"] })),
            Self::Create => {
                let tags = json!([{ "key": "owner", "value": "team-1" }]);
                post(
                    &path,
                    &json!({ "name": model, "source": format!("s3://models/{model}/next"), "tags": tags }),
                )
            }
            Self::Transition => {
                let stage = ["Staging", "Production", "None"][turn % 3];
                post(&path, &json!({ "name": model, "version": version.to_string(), "stage": stage }))
            }
            Self::SetTag => {
                let value = format!("value-{turn}");
                let version = version.to_string();
                post(&path, &json!({ "name": model, "version": version, "key": "reviewed", "value": value }))
            }
        }
    }
}

impl Registry {
    /// Requests about all its versions, so that no two clients ask the same at the same time for long.
    pub(crate) fn pool(self, call: Call) -> Pool {
        let turns = if matches!(call, Call::Transition | Call::SetTag) { 6 } else { 1 };
        self.requests(call, 0..self.models, turns)
    }

    /// Requests about one model only.
    pub(crate) fn pool_of_one(self, call: Call, number: usize) -> Pool {
        self.requests(call, number..number + 1, 100)
    }

    fn requests(self, call: Call, models: std::ops::Range<usize>, turns: usize) -> Pool {
        let mut pool = Vec::new();
        for number in models {
            for version in 1..=self.versions {
                pool.extend((0..turns).map(|turn| call.request(&model(number), version, turn)));
            }
        }
        Arc::new(pool)
    }

    /// Fills a server through its API: three tags a version, an alias, a version in Staging and one in Production.
    pub(crate) async fn fill(self, server: &Server) -> Result<()> {
        let mut connection = Connection::open(server.address).await?;
        for number in 0..self.models {
            let name = model(number);
            write(&mut connection, "registered-models/create", json!({ "name": name })).await?;
            for version in 1..=self.versions {
                let tag = |key: &str, value: String| json!({ "key": key, "value": value });
                let tags = json!([
                    tag("owner", format!("team-{}", number % 10)),
                    tag("commit", format!("{:08x}", number * 1000 + version)),
                    tag("validated", "yes".to_owned()),
                ]);
                let source = format!("s3://models/{name}/{version}");
                let new =
                    json!({ "name": name, "source": source, "tags": tags, "description": "A version." });
                write(&mut connection, "model-versions/create", new).await?;
            }
            let middle = self.versions.div_ceil(2).to_string();
            let alias = json!({ "name": name, "alias": "champion", "version": middle });
            write(&mut connection, "registered-models/alias", alias).await?;
            for (version, stage) in [(middle, "Production"), (self.versions.to_string(), "Staging")] {
                let moved = json!({ "name": name, "version": version, "stage": stage });
                write(&mut connection, "model-versions/transition-stage", moved).await?;
            }
        }
        Ok(())
    }
}

async fn write(connection: &mut Connection, path: &str, body: Value) -> Result<()> {
    let request = post(&format!("{API}/{path}"), &body);
    let mut said = String::new();
    for _ in 0..ATTEMPTS {
        let answer = connection.ask(&request).await?;
        if answer.status == 200 {
            return Ok(());
        }
        said = format!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body()));
    }
    Err(format!("{path} was refused with {said}").into())
}

/// One answer's body, also of a server that refuses at first.
pub(crate) async fn insist(server: &Server, request: &[u8]) -> Result<Vec<u8>> {
    let mut answer = ask(server, request).await;
    for _ in 1..ATTEMPTS {
        if answer.is_ok() {
            break;
        }
        answer = ask(server, request).await;
    }
    answer
}

/// One answer's body.
pub(crate) async fn ask(server: &Server, request: &[u8]) -> Result<Vec<u8>> {
    let mut connection = Connection::open(server.address).await?;
    let answer = connection.ask(request).await?;
    let (status, body) = (answer.status, answer.body());
    if status == 200 { Ok(body) } else { Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into()) }
}
