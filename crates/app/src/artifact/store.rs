//! The one place where artifacts are kept, whichever kind it is.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use greenroom_core::artifact::{ArtifactKey, Delivery, Facts, Wish};
use greenroom_core::{Error, ErrorCode, Result};

use super::local::{Local, LocalUpload};
use super::object::{ArtifactConfig, ObjectUpload, Objects};

/// Bytes on their way.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// Entries of a folder that are listed; a folder with more is refused, because half a list would pass for a whole one.
pub(super) const MAX_ENTRIES: usize = 100_000;

/// The beginning of a message by which MLflow's client knows to upload in one piece.
pub(super) const MULTIPART_UNSUPPORTED: &str =
    "Multipart upload is not supported for the current artifact repository";

/// A place for artifacts; cheap to clone.
#[derive(Clone, Debug)]
pub enum ArtifactStore {
    /// A folder.
    Local(Arc<Local>),
    /// A place in an object store.
    Objects(Arc<Objects>),
}

/// What a folder holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The last segment of its key.
    pub name: String,
    /// Bytes; `None` for a folder.
    pub size: Option<u64>,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Size {
    /// With one more file.
    pub(super) fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// What a reader gets.
pub struct Got {
    /// What is known of the artifact.
    pub facts: Facts,
    /// Which of its bytes these are.
    pub delivery: Delivery,
    /// The bytes.
    pub bytes: ByteStream,
}

/// A part of a multipart upload, as its sender acknowledges it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub number: u32,
    /// What the server answered when it took the part.
    pub etag: String,
}

/// Where a client may write an artifact itself, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Where to.
    pub url: String,
    /// What must be sent along.
    pub headers: BTreeMap<String, String>,
}

/// An upload under way: nothing of it is seen before it is committed, nothing is left when it is dropped.
#[derive(Debug)]
pub(super) enum Upload {
    Local(LocalUpload),
    Objects(ObjectUpload),
}

impl ArtifactStore {
    /// Opens the place that the operator chose: a folder, or the URI of an object store; `id` gives names that no
    /// other server has, `now` is the time.
    pub fn open(config: &ArtifactConfig, id: impl Fn() -> String, now: i64) -> Result<Self> {
        if config.uri.contains("://") {
            return Ok(Self::Objects(Objects::open(config)?));
        }
        Ok(Self::Local(Local::open(Path::new(&config.uri), id, now)?))
    }

    /// Waits for what must still be tidied up.
    pub async fn close(&self) {
        if let Self::Objects(objects) = self {
            objects.close().await;
        }
    }

    pub(super) async fn get(&self, key: &ArtifactKey, wish: Wish) -> Result<Got> {
        match self {
            Self::Local(local) => local.get(key.clone(), wish).await,
            Self::Objects(objects) => objects.get(key, &wish).await,
        }
    }

    pub(super) async fn list(&self, key: &ArtifactKey) -> Result<Vec<Entry>> {
        match self {
            Self::Local(local) => local.list(key.clone()).await,
            Self::Objects(objects) => objects.list(key).await,
        }
    }

    pub(super) async fn delete(&self, key: &ArtifactKey) -> Result<()> {
        match self {
            Self::Local(local) => local.delete(key.clone()).await,
            Self::Objects(objects) => objects.delete(key).await,
        }
    }

    pub(super) async fn measure(&self, key: &ArtifactKey) -> Result<Size> {
        match self {
            Self::Local(local) => local.measure(key.clone()).await,
            Self::Objects(objects) => objects.measure(key).await,
        }
    }

    pub(super) async fn prune(&self, key: &ArtifactKey) -> Result<()> {
        match self {
            Self::Local(local) => local.prune(key.clone()).await,
            // Object stores have no folders.
            Self::Objects(_) => Ok(()),
        }
    }

    pub(super) fn upload(&self, key: &ArtifactKey, length: Option<u64>) -> Result<Upload> {
        match self {
            Self::Local(local) => Ok(Upload::Local(local.upload(key.clone()))),
            Self::Objects(objects) => objects.upload(key, length).map(Upload::Objects),
        }
    }

    pub(super) async fn sign_download(&self, key: &ArtifactKey, good_for: Duration) -> Result<(String, u64)> {
        match self {
            Self::Local(_) => {
                Err(unsupported("Presigned download is not supported for the current artifact repository"))
            }
            Self::Objects(objects) => objects.sign_download(key, good_for).await,
        }
    }

    pub(super) async fn sign_upload(&self, key: &ArtifactKey, good_for: Duration) -> Result<Signed> {
        match self {
            Self::Local(_) => {
                Err(unsupported("Presigned upload is not supported for the current artifact repository"))
            }
            Self::Objects(objects) => objects.sign_upload(key, good_for).await,
        }
    }
}

impl Upload {
    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<()> {
        match self {
            Self::Local(upload) => upload.write(bytes).await,
            Self::Objects(upload) => upload.write(bytes).await,
        }
    }

    pub(super) async fn commit(self) -> Result<()> {
        match self {
            Self::Local(upload) => upload.commit().await.map(|_| ()),
            Self::Objects(upload) => upload.commit().await,
        }
    }
}

/// What everybody is told who does not hold the id of an upload for this very key.
pub(super) fn no_upload() -> Error {
    Error::not_found(
        "There is no such multipart upload for this path. It may have been completed, aborted or given up.",
    )
}

/// 501, in the words by which MLflow's client falls back to the plain way.
pub(super) fn unsupported(message: &str) -> Error {
    Error::new(ErrorCode::NotImplemented, message)
}

pub(super) fn is_a_folder(key: &ArtifactKey) -> Error {
    Error::invalid(format!("Artifact path refers to a directory, not a file: '{key}'"))
}

pub(super) fn too_many_entries(key: &ArtifactKey) -> Error {
    Error::invalid(format!(
        "The folder '{key}' holds more than {MAX_ENTRIES} entries and cannot be listed. Use folders in it."
    ))
}
