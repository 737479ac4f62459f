//! The fields of every request about experiments and runs, in the order in which MLflow checks them.

use greenroom_core::run::RunStatus;

use super::{Field, Kind};

const EXPERIMENT_ID: Field = Field::required("experiment_id", Kind::Text);
/// MLflow's first clients called it `run_uuid`.
const RUN_ID: Field = Field::required("run_id", Kind::Text).once("run_uuid");
const KEY: Field = Field::required("key", Kind::Text);
const VALUE: Field = Field::optional("value", Kind::Text);
const STEP: Field = Field::optional("step", Kind::Long);
const TAGS: Field = Field::optional("tags", Kind::PAIRS);

const RUN_STATUS: Kind = {
    let [(_, a, m), (_, b, n), (_, c, o), (_, d, p), (_, e, q)] = RunStatus::ALL;
    Kind::Enum(&[(a, m), (b, n), (c, o), (d, p), (e, q)])
};

/// Only an experiment.
pub const EXPERIMENT: &[Field] = &[EXPERIMENT_ID];
/// `experiments/get-by-name`.
pub const EXPERIMENT_BY_NAME: &[Field] = &[Field::required("experiment_name", Kind::Text)];
/// `experiments/create`.
pub const CREATE_EXPERIMENT: &[Field] =
    &[Field::required("name", Kind::Text), Field::optional("artifact_location", Kind::Text), TAGS];
/// `experiments/update`.
pub const UPDATE_EXPERIMENT: &[Field] = &[EXPERIMENT_ID, Field::required("new_name", Kind::Text)];
/// `experiments/set-experiment-tag`.
pub const SET_EXPERIMENT_TAG: &[Field] = &[EXPERIMENT_ID, KEY, VALUE];
/// `experiments/delete-experiment-tag`.
pub const DELETE_EXPERIMENT_TAG: &[Field] = &[EXPERIMENT_ID, KEY];

/// Only a run.
pub const RUN: &[Field] = &[RUN_ID];
/// `artifacts/list`.
pub const LIST_ARTIFACTS: &[Field] =
    &[RUN_ID, Field::optional("path", Kind::Text), Field::optional("page_token", Kind::Text)];
/// `artifacts/presigned-upload-url`.
pub const SIGN_UPLOAD: &[Field] = &[
    Field::optional("run_id", Kind::Text),
    Field::optional("model_id", Kind::Text),
    Field::required("path", Kind::Text),
    Field::optional("expiration", Kind::Long),
];
/// `artifacts/presigned-download-url`.
pub const SIGN_DOWNLOAD: &[Field] = &[
    Field::required("run_id", Kind::Text),
    Field::required("path", Kind::Text),
    Field::optional("expiration", Kind::Long),
];
/// `runs/create`.
pub const CREATE_RUN: &[Field] = &[
    Field::optional("experiment_id", Kind::Text),
    Field::optional("user_id", Kind::Text),
    Field::optional("start_time", Kind::Long),
    Field::optional("run_name", Kind::Text),
    TAGS,
];
/// `runs/update`.
pub const UPDATE_RUN: &[Field] = &[
    RUN_ID,
    Field::optional("end_time", Kind::Long),
    Field::optional("status", RUN_STATUS),
    Field::optional("run_name", Kind::Text),
];
/// `runs/set-tag`.
pub const SET_RUN_TAG: &[Field] = &[RUN_ID, KEY, VALUE];
/// `runs/delete-tag`.
pub const DELETE_RUN_TAG: &[Field] = &[RUN_ID, KEY];
/// `runs/log-parameter`.
pub const LOG_PARAM: &[Field] = &[RUN_ID, KEY, VALUE];
/// `runs/log-metric`.
pub const LOG_METRIC: &[Field] =
    &[RUN_ID, KEY, METRIC_VALUE, TIMESTAMP, STEP, METRIC_MODEL, METRIC_DATASET_NAME, METRIC_DATASET_DIGEST];
const METRIC_VALUE: Field = Field::required("value", Kind::Float);
const TIMESTAMP: Field = Field::required("timestamp", Kind::Long);
const METRIC_MODEL: Field = Field::optional("model_id", Kind::Text);
const METRIC_DATASET_NAME: Field = Field::optional("dataset_name", Kind::Text);
const METRIC_DATASET_DIGEST: Field = Field::optional("dataset_digest", Kind::Text);
const METRIC: &[Field] =
    &[KEY, METRIC_VALUE, TIMESTAMP, STEP, METRIC_MODEL, METRIC_DATASET_NAME, METRIC_DATASET_DIGEST];
/// `runs/log-batch`.
pub const LOG_BATCH: &[Field] = &[
    RUN_ID,
    Field::optional("metrics", Kind::Objects(METRIC)),
    Field::optional("params", Kind::Objects(&[KEY, VALUE])),
    Field::optional("tags", Kind::Objects(&[KEY, VALUE])),
];
const DATASET: &[Field] = &[
    Field::optional("name", Kind::Text),
    Field::optional("digest", Kind::Text),
    Field::optional("source_type", Kind::Text),
    Field::optional("source", Kind::Text),
    Field::optional("schema", Kind::Text),
    Field::optional("profile", Kind::Text),
];
const MODEL_ID: Field = Field::required("model_id", Kind::Text);
/// `runs/log-inputs`.
pub const LOG_INPUTS: &[Field] = &[
    RUN_ID,
    Field::optional("datasets", Kind::Objects(&[TAGS, Field::required("dataset", Kind::Object(DATASET))])),
    Field::optional("models", Kind::Objects(&[MODEL_ID])),
];
/// `runs/outputs`.
pub const LOG_OUTPUTS: &[Field] = &[RUN_ID, Field::required("models", Kind::Objects(&[MODEL_ID, STEP]))];
/// `runs/log-model`.
pub const LOG_MODEL: &[Field] = &[RUN_ID, Field::required("model_json", Kind::Text)];
