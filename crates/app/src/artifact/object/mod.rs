//! Artifacts in an object store: S3 and what speaks its protocol, Google Cloud Storage, Azure.

mod block;
mod destination;
mod direct;
mod upload;

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use greenroom_core::artifact::{ArtifactKey, Delivery, Facts, Wish};
use greenroom_core::{Error, Result};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio_util::task::TaskTracker;

pub use self::destination::ArtifactConfig;
use self::direct::Direct;
pub(super) use self::upload::ObjectUpload;
use super::store::{ByteStream, Entry, Got, MAX_ENTRIES, Size, is_a_folder, too_many_entries};

/// A place in an object store.
#[derive(Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    direct: Direct,
    /// In front of every key.
    prefix: Path,
    /// What must still be done for uploads that were cut off.
    tidying: TaskTracker,
}

impl Objects {
    /// The place that a URI names; nothing is asked of it yet.
    pub fn open(config: &ArtifactConfig) -> Result<Arc<Self>> {
        let (store, direct, prefix) = destination::connect(config)?;
        Ok(Arc::new(Self { store, direct, prefix, tidying: TaskTracker::new() }))
    }

    /// What a reader gets of an artifact.
    pub(super) async fn get(&self, key: &ArtifactKey, wish: &Wish) -> Result<Got> {
        let path = self.path(key)?;
        if wish.is_plain() {
            let whole = match self.store.get(&path).await {
                Ok(whole) => whole,
                Err(error) => return Err(self.not_read(key, &path, error).await),
            };
            let facts = facts(&whole.meta);
            return Ok(Got { facts, delivery: Delivery::Whole, bytes: bytes(whole, key) });
        }
        let meta = match self.store.head(&path).await {
            Ok(meta) => meta,
            Err(error) => return Err(self.not_read(key, &path, error).await),
        };
        let facts = facts(&meta);
        let delivery = wish.decide(&facts);
        let range = match &delivery {
            Delivery::Whole => 0..facts.size,
            Delivery::Part(range) => range.clone(),
            Delivery::NotModified | Delivery::Unsatisfiable => 0..0,
        };
        if wish.head || range.is_empty() {
            return Ok(Got { facts, delivery, bytes: stream::empty().boxed() });
        }
        // The object may be replaced in between: then the range would be one of another.
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            if_match: meta.e_tag,
            ..GetOptions::default()
        };
        let part = self.store.get_opts(&path, options).await.map_err(|error| told(&error, key.as_str()))?;
        Ok(Got { facts, delivery, bytes: bytes(part, key) })
    }

    /// What is in a folder, by name; nothing when there is no such folder.
    pub(super) async fn list(&self, key: &ArtifactKey) -> Result<Vec<Entry>> {
        let path = self.path(key)?;
        let listed =
            self.store.list_with_delimiter(Some(&path)).await.map_err(|error| told(&error, key.as_str()))?;
        if listed.objects.len() + listed.common_prefixes.len() > MAX_ENTRIES {
            return Err(too_many_entries(key));
        }
        let name = |path: &Path| path.filename().map(str::to_owned);
        let files = listed.objects.iter().filter(|object| object.location != path);
        let files = files.filter_map(|o| Some(Entry { name: name(&o.location)?, size: Some(o.size) }));
        let folders =
            listed.common_prefixes.iter().filter_map(|p| Some(Entry { name: name(p)?, size: None }));
        let mut entries: Vec<Entry> = files.chain(folders).collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Removes an artifact, and a folder of the name with all that is in it; what is not there is removed already.
    pub(super) async fn delete(&self, key: &ArtifactKey) -> Result<()> {
        let path = self.path(key)?;
        let below = self.store.list(Some(&path)).map_ok(|object| object.location);
        let all = stream::once(std::future::ready(Ok(path))).chain(below).boxed();
        let mut deleted = self.store.delete_stream(all);
        while let Some(outcome) = deleted.next().await {
            match outcome {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(told(&error, key.as_str())),
            }
        }
        Ok(())
    }

    /// How much lies at a key, and below it.
    pub(super) async fn measure(&self, key: &ArtifactKey) -> Result<Size> {
        let path = self.path(key)?;
        let mut size = Size::default();
        match self.store.head(&path).await {
            Ok(meta) => size.add(meta.size),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(told(&error, key.as_str())),
        }
        let mut below = self.store.list(Some(&path));
        while let Some(meta) = below.next().await {
            let meta = meta.map_err(|error| told(&error, key.as_str()))?;
            if meta.location != path {
                size.add(meta.size);
            }
        }
        Ok(size)
    }

    /// Begins an upload of this many bytes, if that is known.
    pub(super) fn upload(self: &Arc<Self>, key: &ArtifactKey, length: Option<u64>) -> Result<ObjectUpload> {
        Ok(ObjectUpload::new(Arc::clone(self), key.clone(), self.path(key)?, length))
    }

    /// Waits for what must still be tidied up.
    pub(super) async fn close(&self) {
        self.tidying.close();
        self.tidying.wait().await;
    }

    /// The object of a key.
    fn path(&self, key: &ArtifactKey) -> Result<Path> {
        let text = format!("{}/{key}", self.prefix);
        Path::parse(&text).map_err(|_| Error::invalid("Invalid path"))
    }

    /// Why nothing could be read: a folder has no object of its own.
    async fn not_read(&self, key: &ArtifactKey, path: &Path, error: object_store::Error) -> Error {
        let missing = matches!(error, object_store::Error::NotFound { .. });
        if missing && matches!(self.store.list(Some(path)).next().await, Some(Ok(_))) {
            return is_a_folder(key);
        }
        told(&error, key.as_str())
    }
}

fn facts(meta: &ObjectMeta) -> Facts {
    let modified = meta.last_modified.timestamp_millis();
    let etag = meta.e_tag.clone().unwrap_or_else(|| format!("\"{:x}-{modified:x}\"", meta.size));
    Facts { size: meta.size, modified, etag }
}

fn bytes(result: object_store::GetResult, key: &ArtifactKey) -> ByteStream {
    let key = key.clone();
    result.into_stream().map_err(move |error| told(&error, key.as_str())).boxed()
}

/// As the caller may read it; the cause, with names of buckets and hosts, goes to the log.
fn told(error: &object_store::Error, what: &str) -> Error {
    if matches!(error, object_store::Error::NotFound { .. }) {
        return Error::not_found(format!("No such artifact: '{what}'"));
    }
    tracing::error!(%error, artifact = what, "the object store");
    Error::internal("The artifact storage could not carry out the request. The server's log has the details.")
}
