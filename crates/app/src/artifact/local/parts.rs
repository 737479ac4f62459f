//! Multipart uploads: a folder each, with the key they are for and one file per part. They outlive a restart; what
//! nobody went on with is collected.

use std::io::{Read, Seek, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use greenroom_core::artifact::{ArtifactKey, Facts};
use greenroom_core::{Error, Result};
use rustix::fs::{Mode, OFlags};

use super::Local;
use super::staging::Draft;
use super::tree::{self, Fault, Kind, Step};
use super::upload::{LocalUpload, Target};
use crate::artifact::store::{Part, no_upload};

/// The file that says which key an upload is for.
const KEY: &str = "key";
/// How long an upload may lie untouched, in milliseconds.
const ABANDONED: i64 = 24 * 60 * 60 * 1000;

impl Local {
    /// Begins a multipart upload under this id.
    pub(in crate::artifact) async fn create_parts(
        self: &Arc<Self>,
        key: ArtifactKey,
        id: String,
        now: i64,
    ) -> Result<()> {
        let store = Arc::clone(self);
        tree::blocking(move || {
            store.collect(now);
            let begin = || {
                store.look_ahead(&Target::Artifact(key.clone()))?;
                let mut draft = Draft::new(&store.staging)?;
                draft.file.write_all(key.as_str().as_bytes())?;
                let multipart = store.staging.multipart()?;
                rustix::fs::mkdirat(&multipart, &id, Mode::from_raw_mode(0o700))?;
                draft.place(&tree::enter(multipart.as_fd(), &id)?, KEY)
            };
            begin().map(|_| ()).map_err(|fault| fault.told(key.as_str()))
        })
        .await
    }

    /// Begins to take a part.
    pub(in crate::artifact) fn upload_part(
        self: &Arc<Self>,
        upload: String,
        number: u32,
    ) -> Result<LocalUpload> {
        check_id(&upload)?;
        Ok(LocalUpload::new(Arc::clone(self), Target::Part { upload, number }))
    }

    /// Makes the artifact out of its parts.
    pub(in crate::artifact) async fn complete_parts(
        self: &Arc<Self>,
        key: ArtifactKey,
        upload: String,
        parts: Vec<Part>,
    ) -> Result<Facts> {
        check_id(&upload)?;
        let store = Arc::clone(self);
        tree::blocking(move || {
            let folder = store.upload_for(&key, &upload)?;
            let mut draft = Draft::new(&store.staging).map_err(|fault| fault.told(key.as_str()))?;
            for part in &parts {
                let (mut file, etag) = open_part(&folder, part.number).map_err(|fault| match fault {
                    Fault::Missing => {
                        Error::invalid(format!("Part {} of the upload was not received.", part.number))
                    }
                    other => other.told(key.as_str()),
                })?;
                if etag != part.etag {
                    return Err(Error::invalid(format!(
                        "Part {} of the upload is not the one that was acknowledged as {}: it is {etag} now.",
                        part.number, part.etag
                    )));
                }
                std::io::copy(&mut file, &mut draft.file).map_err(|e| Fault::from(e).told(key.as_str()))?;
            }
            let facts = store
                .place(draft, &Target::Artifact(key.clone()))
                .map_err(|fault| fault.told(key.as_str()))?;
            store.drop_upload(&upload);
            Ok(facts)
        })
        .await
    }

    /// Gives an upload up.
    pub(in crate::artifact) async fn abort_parts(
        self: &Arc<Self>,
        key: ArtifactKey,
        upload: String,
    ) -> Result<()> {
        check_id(&upload)?;
        let store = Arc::clone(self);
        tree::blocking(move || {
            store.upload_for(&key, &upload)?;
            store.drop_upload(&upload);
            Ok(())
        })
        .await
    }

    /// The folder of an upload, if it is for this key.
    fn upload_for(&self, key: &ArtifactKey, upload: &str) -> Result<OwnedFd> {
        let find = || {
            let folder = tree::enter(self.staging.multipart()?.as_fd(), upload)?;
            let mut text = String::new();
            open(&folder, KEY)?.read_to_string(&mut text)?;
            Ok((folder, text))
        };
        match find() {
            Ok((folder, text)) if text == key.as_str() => Ok(folder),
            Ok(_) | Err(Fault::Missing) => Err(no_upload()),
            Err(fault) => Err(fault.told(key.as_str())),
        }
    }

    fn drop_upload(&self, upload: &str) {
        let dropped = self.staging.multipart().and_then(|multipart| self.staging.discard(&multipart, upload));
        if let Err(fault) = dropped {
            tracing::warn!(?fault, upload, "a multipart upload could not be removed");
        }
    }

    /// Removes uploads that nobody went on with.
    pub(super) fn collect(&self, now: i64) {
        let old = || {
            let multipart = self.staging.multipart()?;
            let mut old = Vec::new();
            for name in tree::names(multipart.as_fd())? {
                let touched = tree::facts(&rustix::fs::statat(
                    &multipart,
                    &name,
                    rustix::fs::AtFlags::SYMLINK_NOFOLLOW,
                )?);
                if now - touched.modified > ABANDONED {
                    old.extend(name.into_string());
                }
            }
            Step::Ok(old)
        };
        match old() {
            Ok(old) => old.iter().for_each(|upload| self.drop_upload(upload)),
            Err(fault) => tracing::warn!(?fault, "abandoned multipart uploads could not be looked for"),
        }
    }
}

/// Ids are ours; whatever else comes is nobody's upload.
fn check_id(upload: &str) -> Result<()> {
    let plain = (1..=64).contains(&upload.len()) && upload.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { Ok(()) } else { Err(no_upload()) }
}

fn open(folder: &OwnedFd, name: &str) -> Step<std::fs::File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(folder, name, flags, Mode::empty())?.into())
}

fn open_part(folder: &OwnedFd, number: u32) -> Step<(std::fs::File, String)> {
    let mut file = open(folder, &number.to_string())?;
    file.rewind()?;
    match tree::kind_of(rustix::fs::fstat(&file)?) {
        Kind::File(stat) => Ok((file, tree::facts(&stat).etag)),
        _ => Err(Fault::InTheWay),
    }
}
