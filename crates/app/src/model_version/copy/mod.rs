//! Copying a version to another registered model of this server: as a pointer to it, or with its files.
//!
//! A copy with files gets a logged model of its own, which nothing else refers to. Aliases and the stage stay behind:
//! they say what people have decided about the source.

mod files;
mod home;

use greenroom_core::copy::{self as rules, Provenance};
use greenroom_core::digest::DigestState;
use greenroom_core::logged_model::Status;
use greenroom_core::model_version::{ModelVersion, ModelVersionDetail, VersionView};
use greenroom_core::{Actor, Error, ErrorCode, Result, name};
use tokio_util::sync::CancellationToken;

use self::home::Home;
use super::{NewVersion, VersionKey, create, view};
use crate::registered_model::{self, NewModel};
use crate::{Context, digest, logged_model};

/// What to copy, and where to.
#[derive(Clone, Debug)]
pub struct VersionCopy {
    /// The version.
    pub from: VersionKey,
    /// The registered model that is to have the copy; made if it is missing.
    pub to: String,
    /// Whether the copy has files of its own.
    pub with_artifacts: bool,
    /// The experiment for the logged model of a copy with files; made if it is missing.
    pub experiment: String,
    /// Take the files as they are now, even when they are no longer those that were registered.
    pub force: bool,
}

/// Copies a version. Given up once `stop` is cancelled; nothing is left of a copy that was not finished.
pub async fn copy(
    cx: &Context,
    actor: Actor,
    asked: VersionCopy,
    stop: CancellationToken,
) -> Result<ModelVersionDetail> {
    name::check_model_name(&asked.to)?;
    let from = view(cx, asked.from.clone()).await?;
    if !asked.with_artifacts {
        return point(cx, actor, &asked.to, from).await;
    }
    let from = stop.run_until_cancelled(settled(cx, &actor, &asked.from, from)).await;
    let from = from.ok_or_else(given_up)??;
    let source = &from.detail.version;
    let digest = rules::reference(&source.name, source.version, &from.digest, asked.force)?;
    let folder = cx.artifacts.key_of(&source.storage_location)?;
    let found = digest::walk(cx, &folder).await?;
    if found.is_empty() {
        return Err(nothing(source));
    }

    let home = Home::make(cx, &asked.experiment, source, &asked.to).await?;
    let outcome = async {
        let read = files::copy(cx, &folder, found, &home.folder, &stop).await?;
        rules::check_read(digest.as_deref(), &read)?;
        let arrived = stop.run_until_cancelled(digest::of_logged_model(cx, home.id.clone())).await;
        rules::check_arrived(&read, &arrived.ok_or_else(given_up)??)?;

        logged_model::finalize(cx, home.id.clone(), Status::Ready).await?;
        let provenance = Provenance {
            server: None,
            model: source.name.clone(),
            version: source.version,
            run_id: source.run_id.clone().unwrap_or_default(),
            digest,
        };
        let version = NewVersion {
            name: asked.to.clone(),
            source: format!("models:/{}", home.id),
            model_id: Some(home.id.clone()),
            tags: provenance.tags(tags(&from.detail)),
            ..like(source)
        };
        ensure_model(cx, &actor, &asked.to).await?;
        create(cx, actor, version).await
    }
    .await;

    if outcome.is_err() {
        home.remove(cx).await;
    }
    outcome
}

/// A version whose files are those of the source (what MLflow's `copy_model_version` makes).
async fn point(cx: &Context, actor: Actor, to: &str, from: VersionView) -> Result<ModelVersionDetail> {
    let source = &from.detail.version;
    let version = NewVersion {
        name: to.to_owned(),
        source: format!("models:/{}/{}", source.name, source.version),
        tags: tags(&from.detail),
        ..like(source)
    };
    ensure_model(cx, &actor, to).await?;
    create(cx, actor, version).await
}

/// The version once its digest is known: a look that is due is taken now.
async fn settled(cx: &Context, actor: &Actor, key: &VersionKey, found: VersionView) -> Result<VersionView> {
    if found.digest.state != DigestState::Pending {
        return Ok(found);
    }
    let digest = digest::check(cx, actor.clone(), key.clone()).await?;
    Ok(VersionView { digest, ..found })
}

/// What a copy has of its source, whichever kind it is.
fn like(source: &ModelVersion) -> NewVersion {
    NewVersion {
        name: String::new(),
        source: String::new(),
        run_id: Some(source.run_id.clone().unwrap_or_default()),
        model_id: None,
        run_link: source.run_link.clone().unwrap_or_default(),
        description: source.description.clone().unwrap_or_default(),
        tags: Vec::new(),
    }
}

fn tags(detail: &ModelVersionDetail) -> Vec<(String, String)> {
    detail.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

/// Sees to it that there is a registered model of this name.
async fn ensure_model(cx: &Context, actor: &Actor, name: &str) -> Result<()> {
    let new = NewModel { name: name.to_owned(), description: None, tags: Vec::new() };
    match registered_model::create(cx, actor.clone(), new).await {
        Err(error) if error.code == ErrorCode::ResourceAlreadyExists => Ok(()),
        made => made.map(|_| ()),
    }
}

fn nothing(source: &ModelVersion) -> Error {
    Error::invalid(format!(
        "Version {} of '{}' is not copied: there are no files at '{}'.",
        source.version, source.name, source.storage_location
    ))
}

fn given_up() -> Error {
    Error::new(
        ErrorCode::TemporarilyUnavailable,
        "The copy was given up, because the server stops or nobody waits for it any more.",
    )
}
