//! One upload to an object store: small ones in one request, large ones in parts. Memory holds the part that fills and
//! those on their way.

use std::sync::Arc;

use bytes::Bytes;
use greenroom_core::Result;
use greenroom_core::artifact::ArtifactKey;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};
use tokio::task::JoinSet;

use super::{Objects, told};

/// Bytes in a part, at least.
const PART: u64 = 8 * 1024 * 1024;
/// Bytes in a part of an upload whose length nobody told, at most.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Parts that an upload may have: S3 ends at 10,000.
const PARTS: u64 = 9_000;
/// Parts on their way at once.
const AT_ONCE: usize = 2;

/// An upload under way; nothing of it is seen before it is committed, nothing is left when it is dropped.
#[derive(Debug)]
pub(in crate::artifact) struct ObjectUpload {
    objects: Arc<Objects>,
    key: ArtifactKey,
    path: Path,
    length: Option<u64>,
    pending: Vec<Bytes>,
    pending_length: u64,
    /// Parts that were sent off.
    sent: u64,
    large: Option<Box<dyn MultipartUpload>>,
    sending: JoinSet<object_store::Result<()>>,
}

impl ObjectUpload {
    pub(super) fn new(objects: Arc<Objects>, key: ArtifactKey, path: Path, length: Option<u64>) -> Self {
        Self {
            objects,
            key,
            path,
            length,
            pending: Vec::new(),
            pending_length: 0,
            sent: 0,
            large: None,
            sending: JoinSet::new(),
        }
    }

    /// Takes the next bytes.
    pub(in crate::artifact) async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.pending_length += bytes.len() as u64;
        self.pending.push(bytes);
        if self.pending_length >= part_size(self.length, self.sent) {
            self.send().await.map_err(|error| told(&error, self.key.as_str()))?;
        }
        Ok(())
    }

    /// Puts the artifact in its place; durable when this returns.
    pub(in crate::artifact) async fn commit(mut self) -> Result<()> {
        let done = self.finish().await;
        if done.is_ok() {
            self.large = None;
        }
        done.map_err(|error| told(&error, self.key.as_str()))
    }

    async fn finish(&mut self) -> object_store::Result<()> {
        if self.large.is_none() {
            let payload = self.take();
            self.objects.store.put(&self.path, payload).await?;
            return Ok(());
        }
        if self.pending_length > 0 {
            self.send().await?;
        }
        while self.arrived().await? {}
        if let Some(large) = &mut self.large {
            large.complete().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> object_store::Result<()> {
        if self.large.is_none() {
            self.large = Some(self.objects.store.put_multipart(&self.path).await?);
        }
        while self.sending.len() >= AT_ONCE {
            self.arrived().await?;
        }
        let payload = self.take();
        if let Some(large) = &mut self.large {
            self.sending.spawn(large.put_part(payload));
            self.sent += 1;
        }
        Ok(())
    }

    /// Waits for a part; false when none is on its way.
    async fn arrived(&mut self) -> object_store::Result<bool> {
        match self.sending.join_next().await {
            Some(outcome) => outcome?.map(|()| true),
            None => Ok(false),
        }
    }

    fn take(&mut self) -> PutPayload {
        self.pending_length = 0;
        std::mem::take(&mut self.pending).into_iter().collect()
    }
}

impl Drop for ObjectUpload {
    fn drop(&mut self) {
        let Some(mut large) = self.large.take() else { return };
        if tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        // Parts that are still on their way would arrive after the upload is given up, and be kept and paid for.
        let mut sending = std::mem::take(&mut self.sending);
        let key = self.key.clone();
        self.objects.tidying.spawn(async move {
            sending.shutdown().await;
            if let Err(error) = large.abort().await {
                tracing::warn!(%error, %key, "an upload that was cut off could not be removed from the object store");
            }
        });
    }
}

/// Bytes in the next part, so that an upload of any length has no more parts than a store allows.
fn part_size(length: Option<u64>, sent: u64) -> u64 {
    match length {
        Some(length) => length.div_ceil(PARTS).max(PART),
        None => (PART << (sent / 1000).min(8)).min(LARGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_upload_has_too_many_parts() {
        let (gib, tib) = (1u64 << 30, 1u64 << 40);
        assert_eq!(part_size(Some(10 * gib), 0), PART);
        for length in [gib, tib, 5 * tib] {
            assert!(length.div_ceil(part_size(Some(length), 0)) <= PARTS, "{length}");
        }
        let unknown: u64 = (0..10_000).map(|sent| part_size(None, sent)).sum();
        assert!(unknown > 400 * gib, "{unknown}");
        assert_eq!((part_size(None, 0), part_size(None, 9_999)), (PART, LARGEST));
    }
}
