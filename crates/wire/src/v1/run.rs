//! Runs, as `/api/v1` tells them.

use greenroom_core::lineage;
use greenroom_core::run::Run;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LineageDataset, LineageRun};

/// A run, and what became of it in the registry.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RunView {
    /// What it was, what it was given, what it measured.
    pub run: LineageRun,
    /// Who ran it, as the client said; may be empty.
    pub user: String,
    /// Where its artifacts are, as clients open it.
    pub artifact_uri: String,
    /// What it took in, in its order; at most 1,000.
    pub datasets: Vec<LineageDataset>,
    /// The versions that were registered from it, by model and number; at most 1,000.
    pub versions: Vec<RunVersion>,
}

/// A version that was registered from a run.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RunVersion {
    /// The registered model.
    pub model: String,
    /// The version number.
    pub version: i64,
    /// The stage it is in.
    pub stage: String,
}

/// A page of the runs of an experiment, the newest first.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RunSummaryPage {
    /// The experiment's id.
    pub experiment_id: String,
    /// Its name.
    pub experiment_name: String,
    /// `active` or `deleted`: the experiment.
    pub lifecycle_stage: String,
    /// Its active runs.
    pub runs: Vec<RunSummary>,
    /// Give it back as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A run in a list.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RunSummary {
    /// 32 hexadecimal digits.
    pub run_id: String,
    /// Its name.
    pub name: String,
    /// Who ran it, as the client said; may be empty.
    pub user: String,
    /// `RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED` or `KILLED`.
    pub status: String,
    /// Unix milliseconds, as the client said.
    pub started_at: i64,
    /// Unix milliseconds, as the client said; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
}

impl From<lineage::RunView> for RunView {
    fn from(view: lineage::RunView) -> Self {
        let version =
            |v: lineage::RegisteredFrom| RunVersion { model: v.model, version: v.version, stage: v.stage };
        Self {
            user: view.run.run.user_id.clone(),
            artifact_uri: view.run.run.artifact_uri.clone(),
            run: view.run.into(),
            datasets: view.datasets.into_iter().map(Into::into).collect(),
            versions: view.versions.into_iter().map(version).collect(),
        }
    }
}

impl From<Run> for RunSummary {
    fn from(run: Run) -> Self {
        Self {
            run_id: run.id,
            name: run.name,
            user: run.user_id,
            status: run.status.as_str().to_owned(),
            started_at: run.started_at,
            ended_at: run.ended_at,
        }
    }
}
