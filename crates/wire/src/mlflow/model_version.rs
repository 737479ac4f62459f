//! A model version as MLflow's clients read it.

use greenroom_core::model_version::ModelVersionDetail;
use serde::{Deserialize, Serialize};

use super::registered_model::Tag;

/// A model version; unset fields and empty lists are left out.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ModelVersion {
    /// The model's name.
    pub name: String,
    /// The number, as text.
    pub version: String,
    /// Unix milliseconds.
    pub creation_timestamp: i64,
    /// Unix milliseconds.
    pub last_updated_timestamp: i64,
    /// Who registered it (never set by MLflow's own server; its client shows it).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The stage.
    pub current_stage: String,
    /// Absent once cleared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where its artifacts are.
    pub source: String,
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// `READY`.
    pub status: String,
    /// By key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// A link to the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_link: Option<String>,
    /// Ordered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

impl From<ModelVersionDetail> for ModelVersion {
    fn from(detail: ModelVersionDetail) -> Self {
        let ModelVersionDetail { version: v, tags, aliases } = detail;
        Self {
            name: v.name,
            version: v.version.to_string(),
            creation_timestamp: v.created_at,
            last_updated_timestamp: v.updated_at,
            user_id: Some(v.created_by).filter(|by| !by.is_empty()),
            current_stage: v.stage,
            description: v.description,
            source: v.source,
            run_id: v.run_id,
            status: "READY".to_owned(),
            tags: tags.into_iter().map(Tag::from).collect(),
            run_link: v.run_link,
            aliases,
        }
    }
}

/// One version.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ModelVersionResponse {
    /// The version.
    pub model_version: ModelVersion,
}

/// A page of versions.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ModelVersionsResponse {
    /// The versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub model_versions: Vec<ModelVersion>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// Where a version's artifacts are.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct DownloadUriResponse {
    /// The location.
    pub artifact_uri: String,
}
