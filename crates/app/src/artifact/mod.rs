//! Artifacts: what can be done with them. The server opens pairs of its own root and a checked key, nothing else.

mod folder;
mod guard;
mod local;
mod multipart;
mod object;
mod owner;
mod store;

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use greenroom_core::artifact::{ArtifactKey, Wish};
use greenroom_core::{Error, Result};

pub use folder::{FolderPage, folder};
pub(crate) use guard::holder;
pub use multipart::{MAX_PARTS, Parts, abort_parts, complete_parts, create_parts, put_part};
pub use object::ArtifactConfig;
pub use owner::{Belongings, Owner, belongings};
pub use store::{ArtifactStore, ByteStream, Entry, Got, Part, Signed, Size};

use crate::{Context, digest};

/// Stores an artifact of `length` bytes, if that is known; replaces what has the key.
pub async fn put(
    cx: &Context,
    key: &ArtifactKey,
    length: Option<u64>,
    mut body: impl Stream<Item = Result<Bytes>> + Unpin,
) -> Result<()> {
    guard::may_write(cx, key).await?;
    let mut upload = cx.artifact_store()?.upload(key, length)?;

    while let Some(bytes) = body.next().await {
        upload.write(bytes?).await?;
    }

    // An upload takes its time: a version may have come to hold the place meanwhile.
    guard::may_write(cx, key).await?;
    upload.commit().await?;
    tracing::debug!(%key, "artifact stored");
    digest::artifact_changed(cx, key).await
}

/// What a reader gets of an artifact.
pub async fn get(cx: &Context, key: &ArtifactKey, wish: Wish) -> Result<Got> {
    cx.artifact_store()?.get(key, wish).await
}

/// What is in a folder, by name; nothing when there is no such folder.
pub async fn list(cx: &Context, key: &ArtifactKey) -> Result<Vec<Entry>> {
    cx.artifact_store()?.list(key).await
}

/// Removes an artifact, or a folder with all that is in it; what is not there is removed already.
pub async fn delete(cx: &Context, key: &ArtifactKey) -> Result<()> {
    guard::may_delete(cx, key).await?;
    cx.artifact_store()?.delete(key).await?;
    tracing::info!(%key, "artifact deleted");
    Ok(())
}

/// How much lies at a key, and in the folder there.
pub(crate) async fn measure(cx: &Context, key: &ArtifactKey) -> Result<Size> {
    cx.artifact_store()?.measure(key).await
}

/// Removes a folder if nothing is in it.
pub(crate) async fn prune(cx: &Context, key: &ArtifactKey) -> Result<()> {
    cx.artifact_store()?.prune(key).await
}

/// A URL to read an artifact from the object store itself, and its size.
pub async fn sign_download(cx: &Context, key: &ArtifactKey, good_for: Duration) -> Result<(String, u64)> {
    cx.artifact_store()?.sign_download(key, good_for).await
}

/// A URL to write an artifact to the object store itself.
pub async fn sign_upload(cx: &Context, key: &ArtifactKey, good_for: Duration) -> Result<Signed> {
    guard::may_write(cx, key).await?;
    cx.artifact_store()?.sign_upload(key, good_for).await
}

/// Whether clients should upload large files in parts: they know what to do when a file cannot be.
pub fn prefers_parts(cx: &Context) -> bool {
    matches!(cx.artifact_store, Some(ArtifactStore::Objects(_)))
}

/// Whether clients should download by signed URLs: they fail when a file has none.
pub fn prefers_signed_downloads(cx: &Context) -> bool {
    matches!(&cx.artifact_store, Some(ArtifactStore::Objects(objects)) if objects.signs_all())
}

impl Context {
    /// The one place where artifacts are kept.
    fn artifact_store(&self) -> Result<&ArtifactStore> {
        self.artifact_store.as_ref().ok_or_else(|| Error::internal("This server keeps no artifacts."))
    }
}
