//! Where a copy goes: a logged model of its own, then the version.

use greenroom_core::artifact::{ArtifactKey, proxied_key};
use greenroom_core::digest::FileDigest;
use greenroom_wire::mlflow::experiment::{CreateExperimentResponse, ExperimentResponse};
use greenroom_wire::mlflow::logged_model::{LoggedModel, LoggedModelResponse};
use greenroom_wire::mlflow::model_version::ModelVersionResponse;
use reqwest::{Body, Method, header};
use serde_json::{Value, json};

use crate::http::UNHURRIED;
use crate::{Client, Error, Result};

const TAKEN: &str = "RESOURCE_ALREADY_EXISTS";
const ARTIFACTS: &str = "/api/2.0/mlflow-artifacts/artifacts/";

/// The logged model of a copy under way.
pub(super) struct Home {
    client: Client,
    id: String,
    folder: ArtifactKey,
}

impl Home {
    /// A new logged model in this experiment, with what is known of the one that the source came from.
    pub(super) async fn make(
        client: &Client,
        experiment: &str,
        like: Option<LoggedModel>,
        to: &str,
    ) -> Result<Self> {
        // It belongs to no run: this server does not know the run that made the source.
        let mut new = json!({
            "experiment_id": experiment_named(client, experiment).await?,
            "name": to.replace(['/', ':', '.', '%', '"', '\''], "-"),
        });
        if let Some(like) = like {
            new["name"] = json!(like.info.name);
            new["model_type"] = json!(like.info.model_type);
            new["params"] = json!(like.data.params);
        }
        let request = client.mlflow(Method::POST, &["logged-models"]).json(&new);
        let made = client.send::<LoggedModelResponse>(request).await?.model.info;
        if let Some(folder) = proxied_key(&made.artifact_uri) {
            return Ok(Self { client: client.clone(), id: made.model_id, folder });
        }
        client.done(client.mlflow(Method::DELETE, &["logged-models", &made.model_id])).await?;
        Err(Error::Unsound(format!(
            "The artifacts of experiment '{experiment}' at {} are kept at '{}', where only clients of that storage can put \
             them. Name an experiment whose artifacts go through the server (--experiment).",
            client.address(),
            made.artifact_uri
        )))
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Stores a file of this many bytes.
    pub(super) async fn put(&self, path: &str, size: u64, body: Body) -> Result<()> {
        let key = format!("{}/{path}", self.folder);
        let segments: Vec<&str> = key.split('/').collect();
        let request = self.client.request_at(Method::PUT, ARTIFACTS, &segments);
        let request = request
            .timeout(UNHURRIED)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_LENGTH, size)
            .body(body);
        self.client.done(request).await.map(|_| ())
    }

    /// What has arrived, every byte of it read by the server.
    pub(super) async fn arrived(&self) -> Result<Vec<FileDigest>> {
        Ok(self.client.read_logged_model(&self.id).await?.files.into_iter().map(Into::into).collect())
    }

    /// Creates the version, and its model if it is missing; its number.
    pub(super) async fn register(&self, name: &str, mut version: Value) -> Result<i64> {
        let ready = json!({ "model_id": self.id, "status": "LOGGED_MODEL_READY" });
        let finalize = self.client.mlflow(Method::PATCH, &["logged-models", &self.id]).json(&ready);
        self.client.done(finalize).await?;

        let model = self.client.mlflow(Method::POST, &["registered-models", "create"]);
        unless_taken(self.client.done(model.json(&json!({ "name": name }))).await)?;

        (version["name"], version["model_id"]) = (json!(name), json!(self.id));
        version["source"] = json!(self.source());
        let create = self.client.mlflow(Method::POST, &["model-versions", "create"]).json(&version);
        let answer = self.client.send::<ModelVersionResponse>(create).await;
        match answer {
            Ok(made) => made.model_version.version.parse().map_err(|_| {
                Error::Transport(format!("The answer of {} is not Greenroom's.", self.client.address()))
            }),
            // The answer may have been lost, not the version.
            Err(Error::Transport(why)) => match self.registered(name).await {
                Ok(Some(version)) => Ok(version),
                _ => Err(Error::Transport(why)),
            },
            Err(refused) => Err(refused),
        }
    }

    /// The version that has come of this logged model, if one has.
    async fn registered(&self, name: &str) -> Result<Option<i64>> {
        let page = self.client.list_model_versions(name, None, None).await?;
        Ok(page.versions.into_iter().find(|v| v.source == self.source()).map(|v| v.version))
    }

    fn source(&self) -> String {
        format!("models:/{}", self.id)
    }

    /// Removes what is there of a copy that was not finished; what is left, in words, when that did not succeed.
    pub(super) async fn remove(&self, name: &str) -> Option<String> {
        match self.registered(name).await {
            Ok(None) => {}
            Err(Error::Refused(problem)) if problem.status == 404 => {}
            Ok(Some(version)) => return Some(format!("version {version} of '{name}' was made after all")),
            Err(error) => return Some(format!("{} is left as it is: {error}", self.told())),
        }
        let model = self.client.mlflow(Method::DELETE, &["logged-models", &self.id]);
        let segments: Vec<&str> = self.folder.segments().collect();
        let files = self.client.request_at(Method::DELETE, ARTIFACTS, &segments);
        for removal in [model, files] {
            if let Err(error) = self.client.done(removal).await {
                return Some(format!("{} could not be removed: {error}", self.told()));
            }
        }
        None
    }

    fn told(&self) -> String {
        format!("logged model {} at {}, with what it holds,", self.id, self.client.address())
    }
}

/// The experiment's id; it is made if it is missing.
async fn experiment_named(client: &Client, name: &str) -> Result<String> {
    let create = client.mlflow(Method::POST, &["experiments", "create"]).json(&json!({ "name": name }));
    match client.send::<CreateExperimentResponse>(create).await {
        Err(Error::Refused(problem)) if problem.error_code == TAKEN => {
            let get = client.mlflow(Method::GET, &["experiments", "get-by-name"]);
            let found = client.send::<ExperimentResponse>(get.query(&[("experiment_name", name)])).await?;
            Ok(found.experiment.experiment_id)
        }
        made => made.map(|made| made.experiment_id),
    }
}

fn unless_taken(made: Result<Vec<u8>>) -> Result<()> {
    match made {
        Err(Error::Refused(problem)) if problem.error_code == TAKEN => Ok(()),
        made => made.map(|_| ()),
    }
}
