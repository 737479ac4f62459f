//! What a registered version holds does not change under it.
//!
//! `log_model` uploads every file before the version is registered, so nothing legitimate is in the way: from then on
//! its files cannot be removed, and while it is in a protected stage none can be replaced or added either.

use futures_util::FutureExt;
use greenroom_core::artifact::{self, ArtifactKey};
use greenroom_core::{Error, Result, stage};
use greenroom_store::Tx;
use greenroom_store::model_version_storage::{self, Holder};

use crate::Context;

/// Refuses to write what a version in a protected stage holds.
pub(super) async fn may_write(cx: &Context, key: &ArtifactKey) -> Result<()> {
    let around: Vec<String> = key.lineage().flat_map(|folder| cx.artifacts.places(folder)).collect();
    cx.db
        .read((cx.clone(), key.clone(), around), |tx, (cx, key, around)| {
            async move {
                let around: Vec<&str> = around.iter().map(String::as_str).collect();
                let holders = model_version_storage::at(tx, &around).await?;
                if holders.is_empty() {
                    return Ok(());
                }
                let definitions = cx.definitions(tx).await?;
                let protects = |h: &&Holder| !stage::may_delete(definitions.for_model(&h.name), &h.stage);
                match holders.iter().find(protects) {
                    Some(holder) => Err(Error::conflict(format!(
                        "'{key}' cannot be written: version {} of registered model '{}' holds it and is in stage '{}', which is \
                         protected. Log a new model and register it as a new version.",
                        holder.version, holder.name, holder.stage
                    ))),
                    None => Ok(()),
                }
            }
            .boxed()
        })
        .await
}

/// Refuses to remove what any version holds, and folders with such in them.
pub(super) async fn may_delete(cx: &Context, key: &ArtifactKey) -> Result<()> {
    cx.db
        .read((cx.clone(), key.clone()), |tx, (cx, key)| {
            async move {
                match holder(tx, cx, key).await? {
                    Some(holder) => Err(Error::conflict(format!(
                        "'{key}' cannot be deleted: version {} of registered model '{}' (stage '{}') holds it. Delete the version \
                         first.",
                        holder.version, holder.name, holder.stage
                    ))),
                    None => Ok(()),
                }
            }
            .boxed()
        })
        .await
}

/// A version that holds this artifact, one of the folders around it (the root and what is above it also), or something
/// in it, however its location is spelt.
pub(crate) async fn holder(tx: &mut Tx<'_>, cx: &Context, key: &ArtifactKey) -> Result<Option<Holder>> {
    let places = cx.artifacts.places(key.as_str());
    let around: Vec<&str> = places.iter().flat_map(|place| artifact::places_around(place)).collect();
    let mut holder = model_version_storage::at(tx, &around).await?.into_iter().next();
    for place in &places {
        if holder.is_none() {
            holder = model_version_storage::below(tx, place).await?;
        }
    }
    Ok(holder)
}
