//! Where the files of a copy live: a logged model of its own.

use futures_util::FutureExt;
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::logged_model::{LoggedModelDetail, Status};
use greenroom_core::model_version::ModelVersion;
use greenroom_core::{Error, ErrorCode, Result};
use greenroom_store::logged_model as store;

use crate::experiment::{self, NewExperiment};
use crate::logged_model::{self, NewLoggedModel};
use crate::{Context, artifact};

/// The logged model of a copy under way.
pub(super) struct Home {
    pub(super) id: String,
    pub(super) folder: ArtifactKey,
}

impl Home {
    /// A new logged model in this experiment, with what is known of the one that the source came from.
    pub(super) async fn make(
        cx: &Context,
        experiment: &str,
        source: &ModelVersion,
        to: &str,
    ) -> Result<Self> {
        let like = origin(cx, source).await?;
        let experiment_id = experiment_named(cx, experiment).await?.to_string();
        let made = logged_model::create(cx, new(experiment_id, like, to)).await?.model;
        if let Ok(folder) = cx.artifacts.key_of(&made.artifact_uri) {
            return Ok(Self { id: made.id, folder });
        }
        withdraw(cx, made.id).await?;
        Err(Error::invalid(format!(
            "The artifacts of experiment '{experiment}' are at '{}', which this server does not open. Name another experiment \
             for the copy.",
            made.artifact_uri
        )))
    }

    /// Removes what is there of a copy that was not finished, unless a version has come to hold it after all. What
    /// cannot be removed is named in the log.
    pub(super) async fn remove(self, cx: &Context) {
        let Self { id, folder } = self;
        let removed = match withdraw(cx, id.clone()).await {
            Ok(true) => artifact::delete(cx, &folder).await,
            other => other.map(|_| ()),
        };
        if let Err(error) = removed {
            tracing::warn!(%error, %folder, id, "what is there of an unfinished copy could not be removed");
        }
    }
}

/// The logged model that the source came from, if it is still known.
async fn origin(cx: &Context, source: &ModelVersion) -> Result<Option<LoggedModelDetail>> {
    let Some(id) = &source.logged_model_id else { return Ok(None) };
    match logged_model::get(cx, id.clone(), true).await {
        Err(error) if error.code == ErrorCode::ResourceDoesNotExist => Ok(None),
        found => found.map(Some),
    }
}

/// The copy's logged model belongs to no run: among that run's artifacts it would pass for what the run has logged.
fn new(experiment_id: String, like: Option<LoggedModelDetail>, to: &str) -> NewLoggedModel {
    let fit = |name: &str| name.replace(['/', ':', '.', '%', '"', '\''], "-");
    let bare = NewLoggedModel {
        experiment_id,
        name: fit(to),
        model_type: String::new(),
        source_run_id: String::new(),
        params: Vec::new(),
        tags: Vec::new(),
    };
    match like {
        None => bare,
        Some(like) => NewLoggedModel {
            name: like.model.name,
            model_type: like.model.model_type,
            params: like.params.into_iter().map(|param| (param.key, param.value)).collect(),
            ..bare
        },
    }
}

/// The experiment's id; it is made if it is missing.
async fn experiment_named(cx: &Context, name: &str) -> Result<i64> {
    let new = NewExperiment { name: name.to_owned(), artifact_location: String::new(), tags: Vec::new() };
    match experiment::create(cx, new).await {
        Err(error) if error.code == ErrorCode::ResourceAlreadyExists => {
            Ok(experiment::get_by_name(cx, name.to_owned()).await?.experiment.id)
        }
        made => made,
    }
}

/// Gives a logged model up, unless a version came of it; whether it did.
async fn withdraw(cx: &Context, id: String) -> Result<bool> {
    cx.db
        .write((cx.clone(), id), |tx, (cx, id)| {
            async move {
                // Locked, as by whoever creates a version of it: one of the two sees what the other did.
                let Some(mut model) = store::lock_by_id(tx, id).await? else { return Ok(false) };
                if !store::registrations(tx, &[id.as_str()]).await?.is_empty() {
                    return Ok(false);
                }
                let now = cx.clock.now();
                (model.status, model.updated_at, model.deleted_at) = (Status::UploadFailed, now, Some(now));
                tx.batch(&[store::save(&model)]).await?;
                Ok(true)
            }
            .boxed()
        })
        .await
}
