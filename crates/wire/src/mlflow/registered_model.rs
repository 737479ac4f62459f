//! A registered model as MLflow's clients read it.

use greenroom_core::registered_model::RegisteredModelDetail;
use serde::{Deserialize, Serialize};

use super::model_version::ModelVersion;

/// A key and its value.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value.
    #[serde(default)]
    pub value: String,
}

impl From<greenroom_core::tag::Tag> for Tag {
    fn from(tag: greenroom_core::tag::Tag) -> Self {
        Self { key: tag.key, value: tag.value }
    }
}

/// An alias and the version it points at.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Alias {
    /// The alias.
    pub alias: String,
    /// The number, as text.
    pub version: String,
}

/// A registered model; unset fields and empty lists are left out.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RegisteredModel {
    /// The name.
    pub name: String,
    /// Unix milliseconds.
    pub creation_timestamp: i64,
    /// Unix milliseconds.
    pub last_updated_timestamp: i64,
    /// Who created it (never set by MLflow's own server).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Absent when empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The highest-numbered version of each stage that holds one; without aliases (MLflow's behaviour).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latest_versions: Vec<ModelVersion>,
    /// By key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// By alias.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
}

impl From<RegisteredModelDetail> for RegisteredModel {
    fn from(detail: RegisteredModelDetail) -> Self {
        let RegisteredModelDetail { model, tags, aliases, latest_versions } = detail;
        let without_aliases = |version| {
            let mut version = ModelVersion::from(version);
            version.aliases.clear();
            version
        };
        Self {
            name: model.name,
            creation_timestamp: model.created_at,
            last_updated_timestamp: model.updated_at,
            user_id: Some(model.created_by).filter(|by| !by.is_empty()),
            description: model.description.filter(|text| !text.is_empty()),
            latest_versions: latest_versions.into_iter().map(without_aliases).collect(),
            tags: tags.into_iter().map(Tag::from).collect(),
            aliases: aliases
                .into_iter()
                .map(|a| Alias { alias: a.alias, version: a.version.to_string() })
                .collect(),
        }
    }
}

/// One model.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RegisteredModelResponse {
    /// The model.
    pub registered_model: RegisteredModel,
}

/// A page of models.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct RegisteredModelsResponse {
    /// The models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registered_models: Vec<RegisteredModel>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}
