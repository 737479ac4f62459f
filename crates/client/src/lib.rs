//! A typed client of `/api/v1`.
//!
//! ```no_run
//! # async fn example() -> greenroom_client::Result<()> {
//! let client = greenroom_client::Client::new("http://127.0.0.1:5000")?;
//! let moved = client.transition_model_version_stage("Unicorn", 3, "Staging", false, Some("beats v2")).await?;
//! assert_eq!(moved.version.stage, "Staging");
//! # Ok(())
//! # }
//! ```

mod chain;
mod copy;
mod http;

use std::fmt;

use greenroom_wire::v1::{
    ApplyResponse, ChainHead, CopyRequest, Decision, EventPage, FileDigests, ModelVersion, ModelVersionPage,
    Problem, RegisteredModel, RegisteredModelPage, StageDefinitions, StagesAsOf, TransitionRequest,
    TransitionResponse, VersionFiles,
};
use reqwest::Method;

pub use chain::{Verified, verify};
pub use copy::{Copied, CopyBetween, copy_between, resolve};
pub use greenroom_wire::v1;
pub use http::Client;

/// Why a call failed.
#[derive(Debug)]
pub enum Error {
    /// The server said no; its words.
    Refused(Problem),
    /// It could not be asked, or its answer not be read.
    Transport(String),
    /// What it holds or sent is not what it should be.
    Unsound(String),
}

/// What calls return.
pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(problem) => write!(f, "{}: {}", problem.error_code, problem.detail),
            Self::Transport(message) | Self::Unsound(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

impl Client {
    /// A page of registered models; `filter` in MLflow's search syntax.
    pub async fn search_registered_models(
        &self,
        filter: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<RegisteredModelPage> {
        let query = [("filter", filter), ("cursor", cursor)];
        self.send(self.request(Method::GET, &["models"]).query(&given(&query))).await
    }

    /// One registered model.
    pub async fn get_registered_model(&self, name: &str) -> Result<RegisteredModel> {
        self.send(self.request(Method::GET, &["models", name])).await
    }

    /// A page of a model's versions, highest first; only those in `stage` if given.
    pub async fn list_model_versions(
        &self,
        name: &str,
        stage: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<ModelVersionPage> {
        let query = [("stage", stage), ("cursor", cursor)];
        self.send(self.request(Method::GET, &["models", name, "versions"]).query(&given(&query))).await
    }

    /// One version.
    pub async fn get_model_version(&self, name: &str, version: i64) -> Result<ModelVersion> {
        self.send(self.request(Method::GET, &["models", name, "versions", &version.to_string()])).await
    }

    /// Has a version's bytes looked at; the version with what is known then.
    pub async fn check_model_version(&self, name: &str, version: i64) -> Result<ModelVersion> {
        let request =
            self.request(Method::POST, &["models", name, "versions", &version.to_string(), "check"]);
        self.send(request.timeout(http::UNHURRIED)).await
    }

    /// A page of what a version holds in a folder: folders first, then files.
    pub async fn list_version_files(
        &self,
        name: &str,
        version: i64,
        path: &str,
        cursor: Option<&str>,
    ) -> Result<VersionFiles> {
        let query = [("path", Some(path)), ("limit", Some("1000")), ("cursor", cursor)];
        let request = self.request(Method::GET, &["models", name, "versions", &version.to_string(), "files"]);
        self.send(request.query(&given(&query))).await
    }

    /// Copies a version within the server; the copy. Whoever drops the call gives the copy up.
    pub async fn copy_model_version(
        &self,
        name: &str,
        version: i64,
        asked: &CopyRequest,
    ) -> Result<ModelVersion> {
        let request = self.request(Method::POST, &["models", name, "versions", &version.to_string(), "copy"]);
        self.send(request.json(asked).timeout(http::UNHURRIED)).await
    }

    /// The files of a logged model, every byte of them read by the server.
    pub async fn read_logged_model(&self, id: &str) -> Result<FileDigests> {
        let request = self.request(Method::GET, &["logged-models", id, "digest"]);
        self.send(request.timeout(http::UNHURRIED)).await
    }

    /// "May I?": the decision about a transition, changing nothing.
    pub async fn decide_transition(
        &self,
        name: &str,
        version: i64,
        stage: &str,
        archive_existing_versions: bool,
    ) -> Result<Decision> {
        let archive = archive_existing_versions.to_string();
        let request =
            self.request(Method::GET, &["models", name, "versions", &version.to_string(), "decision"]);
        self.send(request.query(&[("stage", stage), ("archive_existing_versions", &archive)])).await
    }

    /// Moves a version to a stage. A refusal (409) carries every failed rule in its detail.
    pub async fn transition_model_version_stage(
        &self,
        name: &str,
        version: i64,
        stage: &str,
        archive_existing_versions: bool,
        comment: Option<&str>,
    ) -> Result<TransitionResponse> {
        let body = TransitionRequest {
            stage: stage.to_owned(),
            archive_existing_versions,
            expected_stage: None,
            comment: comment.map(str::to_owned),
        };
        let request =
            self.request(Method::POST, &["models", name, "versions", &version.to_string(), "transition"]);
        self.send(request.json(&body)).await
    }

    /// A page of a model's events, newest first.
    pub async fn history(&self, name: &str, version: Option<i64>, cursor: Option<&str>) -> Result<EventPage> {
        let version = version.map(|v| v.to_string());
        let query = [("version", version.as_deref()), ("cursor", cursor)];
        self.send(self.request(Method::GET, &["models", name, "history"]).query(&given(&query))).await
    }

    /// What the stages of a model held at a time (Unix milliseconds or RFC 3339; `None` = now).
    pub async fn stages_as_of(&self, name: &str, at: Option<&str>) -> Result<StagesAsOf> {
        self.send(self.request(Method::GET, &["models", name, "stages"]).query(&given(&[("at", at)]))).await
    }

    /// Events after a cursor, oldest first.
    pub async fn events(&self, after: Option<&str>, limit: u32) -> Result<EventPage> {
        let limit = limit.to_string();
        let query = [("after", after), ("limit", Some(limit.as_str()))];
        self.send(self.request(Method::GET, &["events"]).query(&given(&query))).await
    }

    /// Where chains end, ordered by chain.
    pub async fn chains(&self, after: Option<&str>) -> Result<Vec<ChainHead>> {
        self.send(
            self.request(Method::GET, &["chains"])
                .query(&given(&[("after", after), ("limit", Some("1000"))])),
        )
        .await
    }

    /// The stage definitions in force.
    pub async fn stage_definitions(&self) -> Result<StageDefinitions> {
        self.send(self.request(Method::GET, &["stages"])).await
    }

    /// Puts a stage document (TOML) in force.
    pub async fn apply_stage_definitions(&self, document: String) -> Result<ApplyResponse> {
        let request =
            self.request(Method::PUT, &["stages"]).header("content-type", "application/toml").body(document);
        self.send(request).await
    }
}

fn given<'a>(query: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, &'a str)> {
    query.iter().filter_map(|(key, value)| Some((*key, (*value)?))).collect()
}
