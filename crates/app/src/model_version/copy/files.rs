//! Files from one folder to another, through this process: a few at a time, piece by piece.

use futures_util::{StreamExt, stream};
use greenroom_core::artifact::{ArtifactKey, Wish};
use greenroom_core::digest::{FileDigest, Reading};
use greenroom_core::{Error, Result};
use tokio_util::sync::CancellationToken;

use super::given_up;
use crate::digest::path_in;
use crate::{Context, artifact};

/// Files on their way at once: small ones hide each other's waiting.
const AT_ONCE: usize = 4;

/// Copies files from `folder` to `to`; what was read of them. When this returns, nothing is on its way any more: what
/// is there can be removed, and nothing comes after.
pub(super) async fn copy(
    cx: &Context,
    folder: &ArtifactKey,
    files: Vec<(ArtifactKey, u64)>,
    to: &ArtifactKey,
    stop: &CancellationToken,
) -> Result<Vec<FileDigest>> {
    // Once one failed, the others end as soon as they can; none is dropped while it is being put in its place.
    let halt = stop.child_token();
    let mut copies = stream::iter(files)
        .map(|(key, size)| {
            let halt = &halt;
            async move { one(cx, &key, size, path_in(folder, &key), to, halt).await }
        })
        .buffer_unordered(AT_ONCE);
    let mut done = Ok(Vec::new());
    while let Some(copied) = copies.next().await {
        match (copied, &mut done) {
            (Ok(file), Ok(files)) => files.push(file),
            (Err(error), Ok(_)) => {
                halt.cancel();
                done = Err(error);
            }
            (_, Err(_)) => {}
        }
    }
    done
}

async fn one(
    cx: &Context,
    key: &ArtifactKey,
    size: u64,
    path: &str,
    to: &ArtifactKey,
    halt: &CancellationToken,
) -> Result<FileDigest> {
    if halt.is_cancelled() {
        return Err(given_up());
    }
    let got = artifact::get(cx, key, Wish::default()).await?;
    let mut reading = Reading::default();
    let bytes = got.bytes.map(|piece| {
        let bytes = piece?;
        if halt.is_cancelled() {
            return Err(given_up());
        }
        reading.take(&bytes);
        Ok(bytes)
    });
    artifact::put(cx, &to.join(path)?, Some(size), bytes).await?;

    let read = reading.end(path);
    if read.size == size {
        return Ok(read);
    }
    Err(Error::conflict(format!(
        "'{path}' was changed while it was copied: it had {size} bytes, and {} were read.",
        read.size
    )))
}
