//! The files of a version or a logged model, as `/api/v1` tells them.

use greenroom_core::digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of a folder of a version: folders first, then files, each by name.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct VersionFiles {
    /// Where the version's files are, as clients open it.
    pub location: String,
    /// Why this server does not show them, when they are in a place that only clients open; absent when it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<String>,
    /// What is in the folder; nothing when there is no such folder.
    pub files: Vec<VersionFile>,
    /// Give it back as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A file or a folder.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct VersionFile {
    /// The last segment of its path.
    pub name: String,
    /// Below the version's folder; `/model-versions/get-artifact` takes a file's.
    pub path: String,
    /// Bytes; absent for a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// The files of a logged model, every byte of them read just now.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct FileDigests {
    /// `files-sha256-v1:` and 64 hexadecimal digits; absent when there are no files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The files, by path.
    pub files: Vec<FileDigest>,
}

/// A file that was read.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct FileDigest {
    /// Below the logged model's folder.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Of the content, hexadecimal.
    pub sha256: String,
}

impl From<Vec<digest::FileDigest>> for FileDigests {
    fn from(mut files: Vec<digest::FileDigest>) -> Self {
        files.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
        let digest = digest::of_files(files.clone());
        let file = |f: digest::FileDigest| FileDigest { path: f.path, size: f.size, sha256: f.sha256 };
        Self { digest, files: files.into_iter().map(file).collect() }
    }
}

impl From<FileDigest> for digest::FileDigest {
    fn from(file: FileDigest) -> Self {
        Self { path: file.path, size: file.size, sha256: file.sha256 }
    }
}
