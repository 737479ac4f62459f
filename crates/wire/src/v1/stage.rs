//! Stage definitions, and what the stages held at a moment.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::registered_model::VersionBrief;

/// One stage and its rules.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
pub struct StageDefinition {
    /// Its name as clients write it.
    pub name: String,
    /// What it means here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Whether new versions start here.
    pub initial: bool,
    /// Whether displaced versions go here.
    pub archive: bool,
    /// The stages it may be entered from; absent = any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Vec<String>>,
    /// At most this many versions of a model at once; absent = any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<i64>,
    /// What happens when it is full: `archive` (the versions there make room) or `refuse`.
    pub full: String,
    /// Whether its versions are safe from deletion, and their models from deletion and renaming.
    pub protected: bool,
    /// How long a version must have been in the stage it comes from (milliseconds).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soak: Option<i64>,
}

/// Rules that differ for the models whose name matches a pattern.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
pub struct StageOverride {
    /// A pattern where `*` stands for any characters.
    pub models: String,
    /// The stages as they are for these models, whole.
    pub stages: Vec<StageDefinition>,
}

/// The stage definitions in force.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
pub struct StageDefinitions {
    /// 0 = MLflow's four, built in; each apply adds one.
    pub revision: i64,
    /// In order.
    pub stages: Vec<StageDefinition>,
    /// The most specific matching pattern wins.
    pub overrides: Vec<StageOverride>,
    /// The document as it was applied (TOML).
    pub document: String,
}

/// The answer to an apply.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ApplyResponse {
    /// The revision now in force.
    pub revision: i64,
    /// False when the document is the one in force already.
    pub changed: bool,
}

/// What one stage held.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageOccupancy {
    /// The stage's name.
    pub stage: String,
    /// The versions in it, highest first, each with since when and by whom.
    pub versions: Vec<VersionBrief>,
}

/// What every stage of a model held at a moment, told from the history.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct StagesAsOf {
    /// The model's name at that moment.
    pub model: String,
    /// The moment asked for (Unix milliseconds).
    pub at: i64,
    /// The stages that held a version then.
    pub stages: Vec<StageOccupancy>,
}

impl StageDefinition {
    /// The stages of a checked list.
    fn list(stages: &greenroom_core::stage::Stages) -> Vec<Self> {
        let initial = &stages.initial().name;
        let one = |stage: &greenroom_core::stage::StageDefinition| Self {
            name: stage.name.clone(),
            description: stage.description.clone(),
            color: stage.color.clone(),
            initial: stage.name == *initial,
            archive: stage.archive,
            from: stage.from.clone(),
            capacity: stage.capacity,
            full: match stage.full {
                greenroom_core::stage::Full::Archive => "archive",
                greenroom_core::stage::Full::Refuse => "refuse",
            }
            .to_owned(),
            protected: stage.protected,
            soak: stage.soak,
        };
        stages.list().iter().map(one).collect()
    }
}

impl From<&greenroom_core::stage::StageDefinitions> for StageDefinitions {
    fn from(definitions: &greenroom_core::stage::StageDefinitions) -> Self {
        let overrides = definitions.overrides.iter();
        Self {
            revision: definitions.revision,
            stages: StageDefinition::list(&definitions.stages),
            overrides: overrides
                .map(|o| StageOverride { models: o.models.clone(), stages: StageDefinition::list(&o.stages) })
                .collect(),
            document: definitions.document.clone(),
        }
    }
}
