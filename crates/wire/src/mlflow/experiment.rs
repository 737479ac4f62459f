//! An experiment as MLflow's clients read it.

use greenroom_core::experiment::{ExperimentDetail, lifecycle_stage};
use serde::{Deserialize, Serialize};

use super::registered_model::Tag;

/// An experiment; empty lists are left out.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Experiment {
    /// The number, as text.
    pub experiment_id: String,
    /// The name.
    pub name: String,
    /// Where its runs put their artifacts.
    pub artifact_location: String,
    /// `active` or `deleted`.
    pub lifecycle_stage: String,
    /// Unix milliseconds.
    pub last_update_time: i64,
    /// Unix milliseconds.
    pub creation_time: i64,
    /// By key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Always `default`: MLflow's servers without workspaces say so.
    #[serde(default)]
    pub workspace: String,
}

impl From<ExperimentDetail> for Experiment {
    fn from(detail: ExperimentDetail) -> Self {
        let ExperimentDetail { experiment: e, tags } = detail;
        Self {
            experiment_id: e.id.to_string(),
            name: e.name,
            artifact_location: e.artifact_location,
            lifecycle_stage: lifecycle_stage(e.deleted_at).to_owned(),
            last_update_time: e.updated_at,
            creation_time: e.created_at,
            tags: tags.into_iter().map(Tag::from).collect(),
            workspace: "default".to_owned(),
        }
    }
}

/// One experiment.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ExperimentResponse {
    /// The experiment.
    pub experiment: Experiment,
}

/// A new experiment's id.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CreateExperimentResponse {
    /// The number, as text.
    pub experiment_id: String,
}

/// A page of experiments.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ExperimentsResponse {
    /// The experiments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experiments: Vec<Experiment>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}
