//! Reading every byte of a version once.

use futures_util::StreamExt;
use greenroom_core::artifact::{ArtifactKey, Wish};
use greenroom_core::digest::{FileDigest, Reading, of_files};
use greenroom_core::{Error, ErrorCode, Result};

use crate::{Context, artifact};

/// Files of a version at most; more is no model but a data set.
const MAX_FILES: usize = 100_000;

/// The digest of what lies in a folder; `None` when nothing does.
pub(super) async fn digest(cx: &Context, folder: &ArtifactKey) -> Result<Option<String>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in artifact::list(cx, &next).await? {
            let key = next.join(&entry.name)?;
            if entry.size.is_none() {
                folders.push(key);
            } else if let Some(file) = file(cx, folder, &key).await? {
                files.push(file);
            }
            if files.len() > MAX_FILES {
                return Err(Error::invalid(format!("'{folder}' holds more than {MAX_FILES} files.")));
            }
        }
    }
    if files.is_empty() {
        files.extend(file(cx, folder, folder).await?);
    }
    Ok(of_files(files))
}

/// One file; `None` when it is gone by now, or no file.
async fn file(cx: &Context, folder: &ArtifactKey, key: &ArtifactKey) -> Result<Option<FileDigest>> {
    let mut got = match artifact::get(cx, key, Wish::default()).await {
        Ok(got) => got,
        Err(error)
            if matches!(error.code, ErrorCode::ResourceDoesNotExist | ErrorCode::InvalidParameterValue) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut reading = Reading::default();
    while let Some(bytes) = got.bytes.next().await {
        reading.take(&bytes?);
    }
    let path = key.as_str().strip_prefix(folder.as_str()).unwrap_or_default().trim_start_matches('/');
    Ok(Some(reading.end(if path.is_empty() { key.name() } else { path })))
}
