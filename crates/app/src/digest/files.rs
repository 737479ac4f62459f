//! Reading every byte of a version once.

use futures_util::StreamExt;
use greenroom_core::artifact::{ArtifactKey, Wish};
use greenroom_core::digest::{FileDigest, MAX_FILES, Reading, of_files};
use greenroom_core::{Error, ErrorCode, Result};

use crate::{Context, artifact};

/// The digest of what lies in a folder; `None` when nothing does.
pub(super) async fn digest(cx: &Context, folder: &ArtifactKey) -> Result<Option<String>> {
    Ok(of_files(read(cx, folder).await?))
}

/// What lies in a folder, every byte of it read; when it is no folder but a file, that one.
pub(super) async fn read(cx: &Context, folder: &ArtifactKey) -> Result<Vec<FileDigest>> {
    let mut files = Vec::new();
    for (key, _) in walk(cx, folder).await? {
        files.extend(file(cx, folder, &key).await?);
    }
    if files.is_empty() {
        files.extend(file(cx, folder, folder).await?);
    }
    Ok(files)
}

/// The files in a folder and in those below it, with their sizes.
pub(crate) async fn walk(cx: &Context, folder: &ArtifactKey) -> Result<Vec<(ArtifactKey, u64)>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in artifact::list(cx, &next).await? {
            let key = next.join(&entry.name)?;
            match entry.size {
                None => folders.push(key),
                Some(size) => files.push((key, size)),
            }
            if files.len() > MAX_FILES {
                return Err(Error::invalid(format!("'{folder}' holds more than {MAX_FILES} files.")));
            }
        }
    }
    Ok(files)
}

/// The path of a file below a folder.
pub(crate) fn path_in<'a>(folder: &ArtifactKey, key: &'a ArtifactKey) -> &'a str {
    let path = key.as_str().strip_prefix(folder.as_str()).unwrap_or_default().trim_start_matches('/');
    if path.is_empty() { key.name() } else { path }
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
    Ok(Some(reading.end(path_in(folder, key))))
}
