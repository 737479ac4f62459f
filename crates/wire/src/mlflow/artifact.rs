//! Artifacts as MLflow's clients read and name them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One entry of a folder.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct FileInfo {
    /// The name in the folder, or the path below a run's folder.
    pub path: String,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Bytes; absent for folders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
}

/// What a folder holds; `{}` for nothing.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct FilesResponse {
    /// The location of the run or logged model; absent in the proxy's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_uri: Option<String>,
    /// The entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileInfo>,
}

/// A multipart upload that was begun.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct MultipartResponse {
    /// Names the upload.
    pub upload_id: String,
    /// Where to send each part.
    pub credentials: Vec<PartCredential>,
}

/// Where to send one part.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PartCredential {
    /// By PUT.
    pub url: String,
    /// From 1.
    pub part_number: u32,
    /// To be sent along.
    pub headers: BTreeMap<String, String>,
}

/// The parts in the body of `mpu/complete`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct CompletedParts {
    /// One for each part.
    #[serde(default)]
    pub parts: Vec<CompletedPart>,
}

/// A part that was sent.
#[derive(Clone, Debug, Deserialize)]
pub struct CompletedPart {
    /// From 1.
    #[serde(alias = "partNumber")]
    pub part_number: u32,
    /// The `ETag` of the answer to it.
    #[serde(default)]
    pub etag: String,
}

/// A URL of an object store, in the answer about a run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SignedResponse {
    /// Where to read from, or write to.
    pub presigned_url: String,
    /// To be sent along.
    pub headers: BTreeMap<String, String>,
    /// Bytes, of what can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
}

/// A URL of an object store, from which or to which to go.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PresignedResponse {
    /// Where to read from.
    pub url: String,
    /// To be sent along.
    pub headers: BTreeMap<String, String>,
    /// Bytes.
    pub file_size: u64,
}
