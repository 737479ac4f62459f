//! One upload to the folder. Memory holds two blocks at most: one that fills while the other is written.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use greenroom_core::Result;
use greenroom_core::artifact::{ArtifactKey, Facts};
use tokio::task::JoinHandle;

use super::Local;
use super::staging::Draft;
use super::tree::{self, Step};
use crate::artifact::store::no_upload;

/// Bytes that are written at once.
const BLOCK: usize = 1024 * 1024;

/// Where an upload goes.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Artifact(ArtifactKey),
    /// A part of a multipart upload.
    Part {
        upload: String,
        number: u32,
    },
}

/// An upload under way; nothing of it is seen before it is committed, nothing is left when it is dropped.
#[derive(Debug)]
pub(in crate::artifact) struct LocalUpload {
    store: Arc<Local>,
    target: Target,
    pending: Vec<Bytes>,
    length: usize,
    writing: Option<JoinHandle<Result<Draft>>>,
}

impl LocalUpload {
    pub(super) fn new(store: Arc<Local>, target: Target) -> Self {
        Self { store, target, pending: Vec::new(), length: 0, writing: None }
    }

    /// Takes the next bytes.
    pub(in crate::artifact) async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.length += bytes.len();
        self.pending.push(bytes);
        if self.length < BLOCK {
            return Ok(());
        }
        let draft = self.draft().await?;
        let (store, target, pending) = (Arc::clone(&self.store), self.target.clone(), self.take());
        self.writing = Some(tokio::task::spawn_blocking(move || {
            let began = match draft {
                Some(draft) => Ok(draft),
                // What can never be placed is refused before gigabytes have arrived.
                None => store.look_ahead(&target).and_then(|()| Draft::new(&store.staging)),
            };
            began.and_then(|draft| append(draft, &pending)).map_err(|fault| target.told(fault))
        }));
        Ok(())
    }

    /// Puts the artifact in its place; durable when this returns.
    pub(in crate::artifact) async fn commit(mut self) -> Result<Facts> {
        let draft = self.draft().await?;
        let (store, target, pending) = (Arc::clone(&self.store), self.target.clone(), self.take());
        tree::blocking(move || {
            let began = draft.map_or_else(|| Draft::new(&store.staging), Ok);
            let placed =
                began.and_then(|draft| append(draft, &pending)).and_then(|draft| store.place(draft, &target));
            placed.map_err(|fault| target.told(fault))
        })
        .await
    }

    fn take(&mut self) -> Vec<Bytes> {
        self.length = 0;
        std::mem::take(&mut self.pending)
    }

    /// The file so far, once the block before is written.
    async fn draft(&mut self) -> Result<Option<Draft>> {
        let Some(writing) = self.writing.take() else { return Ok(None) };
        tree::joined(writing.await).map(Some)
    }
}

fn append(mut draft: Draft, blocks: &[Bytes]) -> Step<Draft> {
    for block in blocks {
        draft.file.write_all(block)?;
    }
    Ok(draft)
}

impl Target {
    fn told(&self, fault: tree::Fault) -> greenroom_core::Error {
        match (self, fault) {
            // The folder for uploads itself is gone.
            (Self::Artifact(key), tree::Fault::Missing) => {
                tree::Fault::Disk(std::io::ErrorKind::NotFound.into()).told(key.as_str())
            }
            (Self::Artifact(key), fault) => fault.told(key.as_str()),
            (Self::Part { .. }, tree::Fault::Missing) => no_upload(),
            (Self::Part { upload, .. }, fault) => fault.told(upload),
        }
    }
}
