//! Whose artifacts a client means, when it names a run, a logged model or a version instead of a key.

use futures_util::FutureExt;
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::{Result, run as run_rules};
use greenroom_store::{logged_model, model_version, run};

use crate::Context;
use crate::model_version::VersionKey;

/// What artifacts belong to.
#[derive(Clone, Debug)]
pub enum Owner {
    /// A run, by its id.
    Run(String),
    /// A logged model, by its id.
    LoggedModel(String),
    /// A version of a registered model.
    Version(VersionKey),
}

/// A folder of artifacts that belong to something.
#[derive(Clone, Debug)]
pub struct Belongings {
    /// Where they are, as it is stored.
    pub location: String,
}

/// Where its artifacts are.
pub async fn belongings(cx: &Context, owner: Owner) -> Result<Belongings> {
    let location = cx
        .db
        .read(owner, |tx, owner| {
            async move {
                match owner {
                    // No id holds a NUL, and not every database could be asked for one.
                    Owner::Run(id) if id.contains('\0') => Err(run_rules::not_found(id)),
                    Owner::Run(id) => {
                        let found = run::by_id(tx, id).await?;
                        found.map(|run| run.artifact_uri).ok_or_else(|| run_rules::not_found(id))
                    }
                    Owner::LoggedModel(id) if id.contains('\0') => Err(crate::logged_model::not_found(id)),
                    Owner::LoggedModel(id) => {
                        let found = logged_model::by_id(tx, id).await?.filter(|m| m.deleted_at.is_none());
                        let found = found.map(|model| model.artifact_uri);
                        found.ok_or_else(|| crate::logged_model::not_found(id))
                    }
                    Owner::Version(key) => {
                        let found = model_version::by_name(tx, &key.name, key.version).await?;
                        found.map(|version| version.storage_location).ok_or_else(|| key.not_found())
                    }
                }
            }
            .boxed()
        })
        .await?;
    Ok(Belongings { location })
}

impl Belongings {
    /// The key of what a client calls `path` among them; refused when this server does not open their location.
    pub fn key(&self, cx: &Context, path: &str) -> Result<ArtifactKey> {
        // A path that leads out is refused wherever the artifacts are.
        if !path.is_empty() {
            ArtifactKey::parse_folder(path)?;
        }
        cx.artifacts.key_of(&self.location)?.join(path)
    }

    /// Whether clients reach them through a server, not in an object store.
    pub fn are_handed_through(&self) -> Option<&str> {
        let (scheme, _) = self.location.split_once(':')?;
        matches!(scheme, "http" | "https" | "mlflow-artifacts").then_some(scheme)
    }
}
