//! The fields of every request about logged models, in the order in which MLflow checks them.

use super::{Field, Kind};

const TAGS: Field = Field::optional("tags", Kind::PAIRS);
const MODEL_ID: Field = Field::required("model_id", Kind::Text);
const PARAMS: Field = Field::optional("params", Kind::PAIRS);
const MODEL_STATUS: Kind = Kind::Enum(&[
    ("LOGGED_MODEL_STATUS_UNSPECIFIED", 0),
    ("LOGGED_MODEL_PENDING", 1),
    ("LOGGED_MODEL_READY", 2),
    ("LOGGED_MODEL_UPLOAD_FAILED", 3),
]);

/// `logged-models`, POST.
pub const CREATE_LOGGED_MODEL: &[Field] = &[
    Field::required("experiment_id", Kind::Text),
    Field::optional("name", Kind::Text),
    Field::optional("model_type", Kind::Text),
    Field::optional("source_run_id", Kind::Text),
    PARAMS,
    TAGS,
];
/// `logged-models/{id}`, GET.
pub const GET_LOGGED_MODEL: &[Field] = &[Field::optional("allow_deleted", Kind::Text)];
/// `logged-models/{id}`, PATCH.
pub const FINALIZE_LOGGED_MODEL: &[Field] = &[MODEL_ID, Field::required("status", MODEL_STATUS)];
/// `logged-models/{id}/tags`, PATCH.
pub const SET_LOGGED_MODEL_TAGS: &[Field] = &[Field::optional("model_id", Kind::Text), TAGS];
/// `logged-models/{id}/params`, POST.
pub const LOG_LOGGED_MODEL_PARAMS: &[Field] = &[MODEL_ID, PARAMS];

const DATASET_NAME: Field = Field::optional("dataset_name", Kind::Text);
const DATASET_DIGEST: Field = Field::optional("dataset_digest", Kind::Text);

/// `logged-models/search`.
pub const SEARCH_LOGGED_MODELS: &[Field] = &[
    Field::required("experiment_ids", Kind::TextList),
    Field::optional("filter", Kind::Text),
    Field::optional("datasets", Kind::Objects(&[DATASET_NAME, DATASET_DIGEST])),
    Field::optional("max_results", Kind::Int(50_000)),
    Field::optional(
        "order_by",
        Kind::Objects(&[
            Field::optional("field_name", Kind::Text),
            Field::optional("ascending", Kind::Bool),
            DATASET_NAME,
            DATASET_DIGEST,
        ]),
    ),
    Field::optional("page_token", Kind::Text),
];
/// `logged-models/{id}/artifacts/directories`.
pub const LIST_MODEL_ARTIFACTS: &[Field] =
    &[Field::optional("artifact_directory_path", Kind::Text), Field::optional("page_token", Kind::Text)];
