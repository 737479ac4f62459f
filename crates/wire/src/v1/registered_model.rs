//! A registered model as `/api/v1` tells it: with what each stage holds, since when and by whom.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Event;

/// A key and its value.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tag {
    /// At most 250 characters.
    pub key: String,
    /// At most 100,000 characters; may be empty.
    pub value: String,
}

/// A name that points at one version of the model.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alias {
    /// Case-sensitive, at most 255 characters.
    pub alias: String,
    /// The version it points at.
    pub version: i64,
}

/// A version in a stage, in brief.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct VersionBrief {
    /// The version number.
    pub version: i64,
    /// When it entered the stage it is in (Unix milliseconds).
    pub since: i64,
    /// Who moved it there; empty when the server did not know.
    pub by: String,
}

/// What one stage of a model holds now.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageHolding {
    /// The stage's name.
    pub stage: String,
    /// The highest-numbered versions in it, highest first, at most three.
    pub versions: Vec<VersionBrief>,
    /// Whether the stage holds more versions than those listed.
    pub more: bool,
}

/// A registered model.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RegisteredModel {
    /// Stable through renames; a model re-created under an old name has another one.
    pub id: String,
    /// The model's name.
    pub name: String,
    /// Markdown; absent when never given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Ordered by key.
    pub tags: Vec<Tag>,
    /// Ordered by alias.
    pub aliases: Vec<Alias>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds; tags and aliases do not count as updates.
    pub updated_at: i64,
    /// Who created it; empty when the server did not know.
    pub created_by: String,
    /// The highest version number, absent while there is no version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_version: Option<i64>,
    /// What each stage holds, in the order of the stage definitions; empty stages are left out.
    pub stages: Vec<StageHolding>,
    /// The newest event of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event: Option<Event>,
}

/// A page of registered models.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RegisteredModelPage {
    /// The models, in the order asked for.
    pub models: Vec<RegisteredModel>,
    /// Give it back as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<greenroom_core::tag::Tag> for Tag {
    fn from(tag: greenroom_core::tag::Tag) -> Self {
        Self { key: tag.key, value: tag.value }
    }
}

impl From<greenroom_core::registered_model::Alias> for Alias {
    fn from(alias: greenroom_core::registered_model::Alias) -> Self {
        Self { alias: alias.alias, version: alias.version }
    }
}

impl From<greenroom_core::model_version::Occupant> for VersionBrief {
    fn from(occupant: greenroom_core::model_version::Occupant) -> Self {
        Self { version: occupant.version, since: occupant.since, by: occupant.by }
    }
}
