//! A run as MLflow's clients read it.

use greenroom_core::dataset::DatasetInput as Input;
use greenroom_core::experiment::lifecycle_stage;
use greenroom_core::run::{Param, Run as CoreRun, RunDetail};
use serde::{Deserialize, Serialize};

use super::metric::Metric;
use super::registered_model::Tag;

/// What is told of a run wherever it is named.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RunInfo {
    /// The id, as MLflow's first clients call it.
    #[serde(default)]
    pub run_uuid: String,
    /// The experiment's number, as text.
    pub experiment_id: String,
    /// The name.
    #[serde(default)]
    pub run_name: String,
    /// Whose it is; may be empty.
    #[serde(default)]
    pub user_id: String,
    /// `RUNNING`, `SCHEDULED`, `FINISHED`, `FAILED` or `KILLED`.
    pub status: String,
    /// Unix milliseconds.
    #[serde(default)]
    pub start_time: i64,
    /// Unix milliseconds; absent before the end, and also when it is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<i64>,
    /// Where its artifacts are.
    #[serde(default)]
    pub artifact_uri: String,
    /// `active` or `deleted`.
    pub lifecycle_stage: String,
    /// The id.
    pub run_id: String,
}

impl From<CoreRun> for RunInfo {
    fn from(run: CoreRun) -> Self {
        Self {
            run_uuid: run.id.clone(),
            experiment_id: run.experiment_id.to_string(),
            run_name: run.name,
            user_id: run.user_id,
            status: run.status.as_str().to_owned(),
            start_time: run.started_at,
            end_time: run.ended_at.filter(|at| *at != 0),
            artifact_uri: run.artifact_uri,
            lifecycle_stage: lifecycle_stage(run.deleted_at).to_owned(),
            run_id: run.id,
        }
    }
}

/// What a run logged.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct RunData {
    /// The latest point of each metric, by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// By key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Tag>,
    /// By key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// A dataset.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// Tells its content from another of the same name.
    pub digest: String,
    /// How to read `source`.
    pub source_type: String,
    /// Where it is.
    pub source: String,
    /// Its columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

/// A dataset that a run took in.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct DatasetInput {
    /// What for; by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// The dataset.
    pub dataset: Dataset,
}

impl From<Input> for DatasetInput {
    fn from(input: Input) -> Self {
        let Input { dataset: d, tags } = input;
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let dataset = Dataset {
            name: d.name,
            digest: d.digest,
            source_type: d.source_type,
            source: d.source,
            schema: given(d.schema),
            profile: given(d.profile),
        };
        Self { tags: tags.into_iter().map(Tag::from).collect(), dataset }
    }
}

/// A logged model that a run took in.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ModelInput {
    /// The logged model's id.
    pub model_id: String,
}

/// What a run took in.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct RunInputs {
    /// In the order in which it took them in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dataset_inputs: Vec<DatasetInput>,
    /// By id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub model_inputs: Vec<ModelInput>,
}

/// A logged model that a run brought forth.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ModelOutput {
    /// The logged model's id.
    pub model_id: String,
    /// At which step.
    pub step: i64,
}

/// What a run brought forth.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct RunOutputs {
    /// By step, then id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub model_outputs: Vec<ModelOutput>,
}

/// A run; empty lists are left out, the objects around them are not.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Run {
    /// The run itself.
    pub info: RunInfo,
    /// What it logged.
    #[serde(default)]
    pub data: RunData,
    /// What it took in.
    #[serde(default)]
    pub inputs: RunInputs,
    /// What it brought forth; absent in the answer to its creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outputs: Option<RunOutputs>,
}

impl From<RunDetail> for Run {
    fn from(detail: RunDetail) -> Self {
        let param = |param: Param| Tag { key: param.key, value: param.value };
        Self {
            info: detail.run.into(),
            data: RunData {
                metrics: detail.metrics.into_iter().map(Metric::from).collect(),
                params: detail.params.into_iter().map(param).collect(),
                tags: detail.tags.into_iter().map(Tag::from).collect(),
            },
            inputs: RunInputs {
                dataset_inputs: detail.datasets.into_iter().map(DatasetInput::from).collect(),
                model_inputs: detail
                    .model_inputs
                    .into_iter()
                    .map(|model_id| ModelInput { model_id })
                    .collect(),
            },
            outputs: Some(RunOutputs {
                model_outputs: detail
                    .model_outputs
                    .into_iter()
                    .map(|m| ModelOutput { model_id: m.model_id, step: m.step })
                    .collect(),
            }),
        }
    }
}

/// One run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RunResponse {
    /// The run.
    pub run: Run,
}

/// One run, without what it logged.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RunInfoResponse {
    /// The run.
    pub run_info: RunInfo,
}

/// A page of runs.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct RunsResponse {
    /// The runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Run>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}
