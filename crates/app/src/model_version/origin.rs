//! Where a new version comes from: what its source means now, who made it, and where its artifacts lie.

use greenroom_core::artifact::{self, ArtifactKey};
use greenroom_core::logged_model::LoggedModel;
use greenroom_core::model_version::ModelVersion;
use greenroom_core::source::{self, ModelUri, Place, Source, Which};
use greenroom_core::{Error, Result};
use greenroom_store::registered_model::ModelRow;
use greenroom_store::{Tx, alias, logged_model, model_version, registered_model, run};

use super::create::NewVersion;
use super::not_found;
use crate::Context;

/// Where a version comes from, after its source was resolved.
pub(super) struct Origin {
    pub(super) source: String,
    pub(super) storage_location: String,
    pub(super) run_id: Option<String>,
    pub(super) model_id: Option<String>,
    /// The logged model that the request names, locked: it is to list the new version.
    pub(super) listed_by: Option<LoggedModel>,
}

impl Origin {
    /// Resolves a checked source.
    pub(super) async fn find(
        tx: &mut Tx<'_>,
        cx: &Context,
        new: &NewVersion,
        source: &Source,
    ) -> Result<Self> {
        let id = new.model_id.as_deref().unwrap_or_default();
        match source {
            Source::Registered(uri) => Self::of_version(resolve(tx, cx, uri, &new.source).await?, new),
            Source::Opaque if id.is_empty() => Ok(Self::of_nobody(new)),
            Source::Opaque => {
                let model = crate::logged_model::find_locked(tx, id).await?;
                Ok(Self::of_logged_model(new, new.source.clone(), model))
            }
            Source::LoggedModel(id) => {
                let model = crate::logged_model::find_locked(tx, id).await?;
                Ok(Self::of_logged_model(new, model.artifact_uri.clone(), model))
            }
            Source::OfRun(path) => Self::of_run(tx, new, path.as_ref()).await,
            Source::Contained(place) => Self::contained(tx, new, place.as_ref()).await,
        }
    }

    /// As the client said: this server knows no better.
    fn of_nobody(new: &NewVersion) -> Self {
        Self {
            source: new.source.clone(),
            storage_location: new.source.clone(),
            run_id: Some(new.run_id.clone().unwrap_or_default()),
            model_id: None,
            listed_by: None,
        }
    }

    /// A logged model is told to have come from the run that the client names; else from its own.
    fn of_logged_model(new: &NewVersion, storage_location: String, model: LoggedModel) -> Self {
        let run_id = new.run_id.clone().filter(|id| !id.is_empty());
        Self {
            source: new.source.clone(),
            storage_location,
            run_id: Some(run_id.unwrap_or_else(|| model.source_run_id.clone())),
            model_id: Some(model.id.clone()),
            listed_by: Some(model),
        }
    }

    /// What lies at a path in a run. A run of another tracking server is that server's and the client's business
    /// (MLflow's behaviour).
    async fn of_run(tx: &mut Tx<'_>, new: &NewVersion, path: Option<&ArtifactKey>) -> Result<Self> {
        let mut origin = Self::of_nobody(new);
        let run_id = new.run_id.as_deref().unwrap_or_default();
        let Some(run) = run::by_id(tx, run_id).await? else { return Ok(origin) };
        let Some(path) = path else {
            origin.storage_location = run.artifact_uri;
            return Ok(origin);
        };

        // MLflow's client finds logged models by their names among a run's artifacts, and so do we.
        let (name, rest) = path.as_str().split_once('/').unwrap_or((path.as_str(), ""));
        origin.storage_location = match logged_model::last_of_run(tx, run_id, name).await? {
            Some(model) => {
                let location = artifact::of_path(&model.artifact_uri, rest);
                origin.model_id = Some(model.id);
                location
            }
            None => artifact::of_path(&run.artifact_uri, path.as_str()),
        };
        Ok(origin)
    }

    /// A place in the artifacts of the run or the logged model that the request names, deleted runs included.
    async fn contained(tx: &mut Tx<'_>, new: &NewVersion, place: Option<&Place>) -> Result<Self> {
        let id = new.model_id.as_deref().unwrap_or_default();
        if id.is_empty() {
            let run_id = new.run_id.as_deref().unwrap_or_default();
            let run = run::by_id(tx, run_id).await?;
            let root = run.as_ref().map(|run| run.artifact_uri.as_str());
            let storage_location = source::locate(&new.source, place, root, id)?;
            return Ok(Self { storage_location, ..Self::of_nobody(new) });
        }
        let model = logged_model::lock_by_id(tx, id).await?.filter(|model| model.deleted_at.is_none());
        let root = model.as_ref().map(|model| model.artifact_uri.as_str());
        let storage_location = source::locate(&new.source, place, root, id)?;
        let model = model.ok_or_else(|| crate::logged_model::not_found(id))?;
        Ok(Self::of_logged_model(new, storage_location, model))
    }

    /// A pointer to another version: no bytes are copied (MLflow's behaviour).
    fn of_version(from: ModelVersion, new: &NewVersion) -> Result<Self> {
        let same = |given: &Option<String>, theirs: &Option<String>| {
            given.as_deref().is_none_or(|given| given == theirs.as_deref().unwrap_or_default())
        };
        if !same(&new.run_id, &from.run_id) || !same(&new.model_id, &from.logged_model_id) {
            return Err(Error::invalid(format!(
                "Invalid model version source: '{}'. The run_id and model_id request parameters must match the referenced \
                 model version.",
                new.source
            )));
        }
        Ok(Self {
            source: format!("models:/{}/{}", from.name, from.version),
            storage_location: from.storage_location,
            run_id: from.run_id,
            model_id: from.logged_model_id,
            listed_by: None,
        })
    }
}

/// The version that a `models:/` URI names now.
async fn resolve(tx: &mut Tx<'_>, cx: &Context, uri: &ModelUri, source: &str) -> Result<ModelVersion> {
    let name = uri.name.as_str();
    let row =
        registered_model::by_name(tx, name).await?.ok_or_else(|| crate::registered_model::not_found(name))?;
    let id = row.model.id.as_str();
    if crate::registered_model::is_prompt(tx, &row).await? {
        return Err(Error::invalid(format!(
            "Invalid model version source: '{source}'. Prompt versions cannot be used as model version sources."
        )));
    }
    let number = match &uri.which {
        Which::Version(number) => *number,
        Which::Alias(alias) if alias.to_lowercase() == "latest" => latest(tx, &row, name).await?,
        Which::Latest => latest(tx, &row, name).await?,
        Which::Alias(alias) => alias::version_of(tx, id, alias)
            .await?
            .ok_or_else(|| Error::invalid(format!("Registered model alias {alias} not found.")))?,
        Which::Stage(stage) => {
            let definitions = cx.definitions(tx).await?;
            let stage = &definitions.for_model(name).find(stage)?.name;
            let latest = model_version::latest_in(tx, id, stage).await?;
            let none = || {
                Error::not_found(format!("No versions of model with name '{name}' and stage '{stage}' found"))
            };
            return latest.ok_or_else(none);
        }
    };
    model_version::by_name(tx, name, number).await?.ok_or_else(|| not_found(name, &number.to_string()))
}

async fn latest(tx: &mut Tx<'_>, row: &ModelRow, name: &str) -> Result<i64> {
    let highest = model_version::highest(tx, &row.model.id).await?;
    highest.ok_or_else(|| Error::not_found(format!("No versions of model with name '{name}' found")))
}
