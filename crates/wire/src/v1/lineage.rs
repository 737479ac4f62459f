//! Where a version comes from, as `/api/v1` tells it.

use greenroom_core::experiment::lifecycle_stage;
use greenroom_core::lineage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Tag;

/// The run, the logged model and the data that a version comes from, as far as this server knows.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Lineage {
    /// The run that made it; absent when it has none, or one of another server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<LineageRun>,
    /// The logged model it was registered from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logged_model_id: Option<String>,
    /// What the run took in, then what the logged model was measured on besides; at most 1,000 each.
    pub datasets: Vec<LineageDataset>,
}

/// A run, in brief.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct LineageRun {
    /// 32 hexadecimal digits.
    pub run_id: String,
    /// Its name.
    pub name: String,
    /// The experiment it belongs to.
    pub experiment_id: String,
    /// That experiment's name.
    pub experiment_name: String,
    /// `RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED` or `KILLED`.
    pub status: String,
    /// `active` or `deleted`.
    pub lifecycle_stage: String,
    /// Unix milliseconds, as the client said.
    pub started_at: i64,
    /// Unix milliseconds, as the client said; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// By key; at most 1,000.
    pub params: Vec<Tag>,
    /// The last point of each metric, by key; at most 1,000.
    pub metrics: Vec<LineageMetric>,
}

/// The last point of a metric.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct LineageMetric {
    /// The metric's name.
    pub key: String,
    /// Null when it is not a number.
    pub value: Option<f64>,
    /// The step it was logged at.
    pub step: i64,
    /// When (Unix milliseconds).
    pub timestamp: i64,
}

/// A dataset, in brief.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct LineageDataset {
    /// Its name.
    pub name: String,
    /// Tells its content from another of the same name.
    pub digest: String,
    /// What it was used for (`training`, `eval`, ...); empty when not said.
    pub context: String,
}

impl From<lineage::Lineage> for Lineage {
    fn from(lineage: lineage::Lineage) -> Self {
        Self {
            run: lineage.run.map(LineageRun::from),
            logged_model_id: lineage.logged_model_id,
            datasets: lineage.datasets.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<lineage::LineageDataset> for LineageDataset {
    fn from(from: lineage::LineageDataset) -> Self {
        Self { name: from.name, digest: from.digest, context: from.context }
    }
}

impl From<lineage::LineageRun> for LineageRun {
    fn from(from: lineage::LineageRun) -> Self {
        let lineage::LineageRun { run, experiment_name, params, metrics } = from;
        let metric = |m: greenroom_core::metric::Metric| LineageMetric {
            key: m.key,
            value: Some(m.value).filter(|value| value.is_finite()),
            step: m.step,
            timestamp: m.timestamp,
        };
        Self {
            run_id: run.id,
            name: run.name,
            experiment_id: run.experiment_id.to_string(),
            experiment_name,
            status: run.status.as_str().to_owned(),
            lifecycle_stage: lifecycle_stage(run.deleted_at).to_owned(),
            started_at: run.started_at,
            ended_at: run.ended_at,
            params: params.into_iter().map(|p| Tag { key: p.key, value: p.value }).collect(),
            metrics: metrics.into_iter().map(metric).collect(),
        }
    }
}
