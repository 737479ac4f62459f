//! The files of a version, as `/api/v1` tells them.

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
