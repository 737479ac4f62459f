//! Artifacts in a local folder.
//!
//! An upload is seen whole or not at all, and is on the disk before it is acknowledged. Nothing follows a symbolic
//! link below the root. Why this is not `object_store`'s local file system: docs/adr/0005-artifacts.md.

mod parts;
mod read;
mod staging;
mod tree;
mod upload;

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use greenroom_core::artifact::{ArtifactKey, Delivery, Facts, Wish};
use greenroom_core::{Error, Result};
use rustix::fs::{AtFlags, Mode, OFlags};

use self::staging::{Draft, Staging};
use self::tree::{Fault, Kind, Step};
pub(super) use self::upload::LocalUpload;
use self::upload::Target;
use super::store::{Entry, Got, MAX_ENTRIES, Size, is_a_folder, too_many_entries};

/// A folder with artifacts.
#[derive(Debug)]
pub struct Local {
    root: OwnedFd,
    staging: Arc<Staging>,
}

impl Local {
    /// Opens the folder, making it if it is missing, and clears up after servers that were killed; `id` gives names
    /// that no other server has, `now` is the time.
    pub fn open(path: &Path, id: impl Fn() -> String, now: i64) -> Result<Arc<Self>> {
        let unusable = |why: &dyn std::fmt::Debug| {
            Error::invalid(format!("The artifact folder {} cannot be used: {why:?}", path.display()))
        };
        std::fs::create_dir_all(path).map_err(|e| unusable(&e))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(path, flags, Mode::empty()).map_err(|e| unusable(&e))?;
        let staging = Arc::new(Staging::open(&root, id).map_err(|e| unusable(&e))?);
        let store = Self { root, staging };
        store.collect(now);
        Ok(Arc::new(store))
    }

    /// Begins an upload.
    pub(super) fn upload(self: &Arc<Self>, key: ArtifactKey) -> LocalUpload {
        LocalUpload::new(Arc::clone(self), Target::Artifact(key))
    }

    /// What a reader gets of an artifact.
    pub(super) async fn get(self: &Arc<Self>, key: ArtifactKey, wish: Wish) -> Result<Got> {
        let store = Arc::clone(self);
        tree::blocking(move || {
            let found = store.open_file(&key).map_err(|fault| match fault {
                Fault::InTheWay => Fault::Missing.told(key.as_str()),
                other => other.told(key.as_str()),
            })?;
            let Some((file, facts)) = found else { return Err(is_a_folder(&key)) };
            let delivery = wish.decide(&facts);
            let range = match &delivery {
                Delivery::Whole if !wish.head => 0..facts.size,
                Delivery::Part(range) if !wish.head => range.clone(),
                _ => 0..0,
            };
            let bytes = read::stream(file, range).map_err(|e| Fault::from(e).told(key.as_str()))?;
            Ok(Got { facts, delivery, bytes })
        })
        .await
    }

    /// What is in a folder, by name; nothing when there is no such folder.
    pub(super) async fn list(self: &Arc<Self>, key: ArtifactKey) -> Result<Vec<Entry>> {
        let store = Arc::clone(self);
        tree::blocking(move || match store.entries(&key) {
            Ok(mut entries) if entries.len() <= MAX_ENTRIES => {
                entries.sort_by(|a, b| a.name.cmp(&b.name));
                Ok(entries)
            }
            Ok(_) => Err(too_many_entries(&key)),
            Err(Fault::Missing | Fault::InTheWay) => Ok(Vec::new()),
            Err(fault) => Err(fault.told(key.as_str())),
        })
        .await
    }

    /// Removes an artifact, or a folder with all that is in it; what is not there is removed already.
    pub(super) async fn delete(self: &Arc<Self>, key: ArtifactKey) -> Result<()> {
        let store = Arc::clone(self);
        tree::blocking(move || {
            let (folder, name) = key.split();
            let removed = tree::folder(store.root.as_fd(), folder).and_then(|folder| {
                match tree::kind(folder.as_fd(), name)? {
                    Kind::Folder => store.staging.discard(&folder, name),
                    Kind::File(_) | Kind::Other => {
                        rustix::fs::unlinkat(&folder, name, AtFlags::empty())?;
                        Ok(rustix::fs::fsync(&folder)?)
                    }
                }
            });
            match removed {
                Ok(()) | Err(Fault::Missing | Fault::InTheWay) => Ok(()),
                Err(fault) => Err(fault.told(key.as_str())),
            }
        })
        .await
    }

    /// How much lies at a key, and in the folder there.
    pub(super) async fn measure(self: &Arc<Self>, key: ArtifactKey) -> Result<Size> {
        let store = Arc::clone(self);
        tree::blocking(move || {
            let (folder, name) = key.split();
            let mut size = Size::default();
            let measured = tree::folder(store.root.as_fd(), folder)
                .and_then(|folder| tree::measure(folder.as_fd(), name, &mut size));
            match measured {
                Ok(()) | Err(Fault::Missing | Fault::InTheWay) => Ok(size),
                Err(fault) => Err(fault.told(key.as_str())),
            }
        })
        .await
    }

    /// Removes a folder if nothing is in it.
    pub(super) async fn prune(self: &Arc<Self>, key: ArtifactKey) -> Result<()> {
        let store = Arc::clone(self);
        tree::blocking(move || {
            let (folder, name) = key.split();
            let removed = tree::folder(store.root.as_fd(), folder)
                .and_then(|folder| Ok(rustix::fs::unlinkat(&folder, name, AtFlags::REMOVEDIR)?));
            match removed {
                Ok(()) | Err(Fault::Missing | Fault::InTheWay) => Ok(()),
                Err(fault) => Err(fault.told(key.as_str())),
            }
        })
        .await
    }

    /// The file with what is known of it; `None` for a folder.
    fn open_file(&self, key: &ArtifactKey) -> Step<Option<(std::fs::File, Facts)>> {
        let (folder, name) = key.split();
        let folder = tree::folder(self.root.as_fd(), folder)?;
        // A pipe that somebody planted must not make the opening wait.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&folder, name, flags, Mode::empty())?;
        match tree::kind_of(rustix::fs::fstat(&file)?) {
            Kind::File(stat) => Ok(Some((file.into(), tree::facts(&stat)))),
            Kind::Folder => Ok(None),
            Kind::Other => Err(Fault::Missing),
        }
    }

    fn entries(&self, key: &ArtifactKey) -> Step<Vec<Entry>> {
        let folder = tree::folder(self.root.as_fd(), Some(key.as_str()))?;
        let mut entries = Vec::new();
        for name in tree::names(folder.as_fd())? {
            let size = match tree::kind(folder.as_fd(), &name) {
                Ok(Kind::File(stat)) => Some(tree::facts(&stat).size),
                Ok(Kind::Folder) => None,
                Ok(Kind::Other) | Err(Fault::Missing) => continue,
                Err(fault) => return Err(fault),
            };
            if let Ok(name) = name.into_string() {
                entries.push(Entry { name, size });
            }
        }
        Ok(entries)
    }

    /// Finds out early whether a file could be placed, without making anything.
    fn look_ahead(&self, target: &Target) -> Step<()> {
        let Target::Artifact(key) = target else { return Ok(()) };
        let (folder, name) = key.split();
        match tree::folder(self.root.as_fd(), folder).and_then(|folder| tree::kind(folder.as_fd(), name)) {
            Ok(Kind::Folder) => Err(Fault::InTheWay),
            Ok(_) | Err(Fault::Missing) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    fn place(&self, draft: Draft, target: &Target) -> Step<Facts> {
        match target {
            Target::Artifact(key) => {
                let (folder, name) = key.split();
                draft.place(&tree::make_folder(self.root.as_fd(), folder)?, name)
            }
            Target::Part { upload, number } => {
                let folder = tree::enter(self.staging.multipart()?.as_fd(), upload)?;
                draft.place(&folder, &number.to_string())
            }
        }
    }
}
