//! A logged model as MLflow's clients read it.

use greenroom_core::logged_model::{self, LoggedModelDetail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::registered_model::Tag;

/// A logged model: what it is, and what was logged for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LoggedModel {
    /// What it is.
    pub info: LoggedModelInfo,
    /// What was logged for it.
    pub data: LoggedModelData,
}

/// What a logged model is; empty lists are left out.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LoggedModelInfo {
    /// `m-` and 32 hexadecimal digits.
    pub model_id: String,
    /// The number, as text.
    pub experiment_id: String,
    /// Not unique.
    pub name: String,
    /// Unix milliseconds.
    pub creation_timestamp_ms: i64,
    /// Unix milliseconds.
    pub last_updated_timestamp_ms: i64,
    /// Where its artifacts are.
    pub artifact_uri: String,
    /// `LOGGED_MODEL_PENDING`, `LOGGED_MODEL_READY`, ...
    pub status: String,
    /// Empty when not given.
    pub model_type: String,
    /// Empty when it has none.
    pub source_run_id: String,
    /// What went wrong, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// By key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// By name and number (never set by MLflow's own server).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registrations: Vec<Registration>,
}

/// What was logged for a model; empty lists are left out.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct LoggedModelData {
    /// By key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Tag>,
    /// The latest point per key, run and dataset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<ModelMetric>,
}

/// A version of a registered model that came from a logged model.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Registration {
    /// The registered model's name.
    pub name: String,
    /// The number, as text.
    pub version: String,
}

/// What a run measured of a logged model.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ModelMetric {
    /// The metric's name.
    pub key: String,
    /// A number, or `"NaN"`.
    pub value: Value,
    /// Unix milliseconds.
    pub timestamp: i64,
    /// Counts as the run counts.
    pub step: i64,
    /// The dataset it was measured on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dataset_name: String,
    /// That dataset's digest.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dataset_digest: String,
    /// The logged model.
    pub model_id: String,
    /// The run that measured.
    pub run_id: String,
}

impl ModelMetric {
    fn of(model_id: &str, measured: logged_model::ModelMetric) -> Self {
        let metric = measured.metric;
        Self {
            key: metric.key,
            value: if metric.value.is_nan() { "NaN".into() } else { metric.value.into() },
            timestamp: metric.timestamp,
            step: metric.step,
            dataset_name: measured.dataset_name,
            dataset_digest: measured.dataset_digest,
            model_id: model_id.to_owned(),
            run_id: measured.run_id,
        }
    }
}

impl From<LoggedModelDetail> for LoggedModel {
    fn from(detail: LoggedModelDetail) -> Self {
        let LoggedModelDetail { model, tags, params, metrics, registrations } = detail;
        let data = LoggedModelData {
            params: params.into_iter().map(|p| Tag { key: p.key, value: p.value }).collect(),
            metrics: metrics.into_iter().map(|m| ModelMetric::of(&model.id, m)).collect(),
        };
        let registration =
            |r: logged_model::Registration| Registration { name: r.name, version: r.version.to_string() };
        let info = LoggedModelInfo {
            model_id: model.id,
            experiment_id: model.experiment_id.to_string(),
            name: model.name,
            creation_timestamp_ms: model.created_at,
            last_updated_timestamp_ms: model.updated_at,
            artifact_uri: model.artifact_uri,
            status: model.status.as_str().to_owned(),
            model_type: model.model_type,
            source_run_id: model.source_run_id,
            status_message: model.status_message,
            tags: tags.into_iter().map(Tag::from).collect(),
            registrations: registrations.into_iter().map(registration).collect(),
        };
        Self { info, data }
    }
}

/// One logged model.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LoggedModelResponse {
    /// The model.
    pub model: LoggedModel,
}

/// A page of logged models.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct LoggedModelsResponse {
    /// The models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<LoggedModel>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}
