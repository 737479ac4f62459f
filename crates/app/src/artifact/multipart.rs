//! Uploads in parts: begun for one key, completed or given up for that same key.

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::{Error, ErrorCode, Result};

use super::guard;
use super::store::{ArtifactStore, MULTIPART_UNSUPPORTED, Part, unsupported};
use crate::{Context, digest};

/// Parts that an upload may have (S3's limit).
pub const MAX_PARTS: u32 = 10_000;
/// Bytes that a part may have (S3's limit).
const MAX_PART: u64 = 5 * 1024 * 1024 * 1024;

/// A multipart upload that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Names it from now on.
    pub upload: String,
    /// Where to send each part; `None` = to this server.
    pub urls: Option<Vec<String>>,
}

/// Begins an upload of so many parts.
pub async fn create_parts(cx: &Context, key: &ArtifactKey, count: i64) -> Result<Parts> {
    let count = u32::try_from(count).ok().filter(|n| (1..=MAX_PARTS).contains(n)).ok_or_else(|| {
        Error::invalid(format!("Invalid value for num_parts: {count}. It must be from 1 to {MAX_PARTS}."))
    })?;
    guard::may_write(cx, key).await?;
    match cx.artifact_store()? {
        ArtifactStore::Local(local) => {
            let upload = cx.ids.next();
            local.create_parts(key.clone(), upload.clone(), cx.clock.now()).await?;
            Ok(Parts { upload, urls: None })
        }
        ArtifactStore::Objects(objects) => {
            let (upload, urls) = objects.create_parts(key, count, &cx.ids.next()).await?;
            Ok(Parts { upload, urls: Some(urls) })
        }
    }
}

/// Takes a part; the tag by which its sender acknowledges it. Whoever knows the upload's id may send: the client sends
/// parts without its credentials.
pub async fn put_part(
    cx: &Context,
    upload: &str,
    number: &str,
    mut body: impl Stream<Item = Result<Bytes>> + Unpin,
) -> Result<String> {
    let ArtifactStore::Local(local) = cx.artifact_store()? else {
        return Err(unsupported(MULTIPART_UNSUPPORTED));
    };
    let mut taken = local.upload_part(upload.to_owned(), part_number(number)?)?;
    let mut size = 0;
    while let Some(bytes) = body.next().await {
        let bytes = bytes?;
        size += bytes.len() as u64;
        if size > MAX_PART {
            return Err(Error::new(
                ErrorCode::PayloadTooLarge,
                format!("The part is larger than {MAX_PART} bytes. Use more and smaller parts."),
            ));
        }
        taken.write(bytes).await?;
    }
    Ok(taken.commit().await?.etag)
}

/// Makes the artifact out of its parts.
pub async fn complete_parts(
    cx: &Context,
    key: &ArtifactKey,
    upload: &str,
    mut parts: Vec<Part>,
) -> Result<()> {
    parts.sort_by_key(|part| part.number);
    let numbered = parts.iter().zip(1..).all(|(part, number)| part.number == number);
    if parts.is_empty() || parts.len() > MAX_PARTS as usize || !numbered {
        return Err(Error::invalid(format!(
            "Invalid value for parts: they must be numbered from 1 to at most {MAX_PARTS}, each number once."
        )));
    }
    guard::may_write(cx, key).await?;
    match cx.artifact_store()? {
        ArtifactStore::Local(local) => {
            local.complete_parts(key.clone(), upload.to_owned(), parts).await?;
        }
        ArtifactStore::Objects(objects) => objects.complete_parts(key, upload, parts).await?,
    }
    digest::artifact_changed(cx, key).await
}

/// Gives an upload up.
pub async fn abort_parts(cx: &Context, key: &ArtifactKey, upload: &str) -> Result<()> {
    match cx.artifact_store()? {
        ArtifactStore::Local(local) => local.abort_parts(key.clone(), upload.to_owned()).await,
        ArtifactStore::Objects(objects) => objects.abort_parts(key, upload).await,
    }
}

fn part_number(text: &str) -> Result<u32> {
    text.parse().ok().filter(|n| (1..=MAX_PARTS).contains(n)).ok_or_else(|| {
        Error::invalid(format!("Invalid part number '{text}'. It must be from 1 to {MAX_PARTS}."))
    })
}
