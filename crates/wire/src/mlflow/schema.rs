//! The fields of every registry request, in the order in which MLflow checks them.

use super::{Field, Kind};

const NAME: Field = Field::required("name", Kind::Text);
const VERSION: Field = Field::required("version", Kind::Text);
const KEY: Field = Field::required("key", Kind::Text);
const VALUE: Field = Field::optional("value", Kind::Text);
const ALIAS: Field = Field::required("alias", Kind::Text);
const TAGS: Field = Field::optional("tags", Kind::PAIRS);
const DESCRIPTION: Field = Field::optional("description", Kind::Text);
const FILTER: Field = Field::optional("filter", Kind::Text);
const ORDER_BY: Field = Field::optional("order_by", Kind::TextList);
const PAGE_TOKEN: Field = Field::optional("page_token", Kind::Text);

/// Only a model's name.
pub const MODEL: &[Field] = &[NAME];
/// A model's name and a version.
pub const MODEL_VERSION: &[Field] = &[NAME, VERSION];
/// `model-versions/get-download-uri`: MLflow leaves it to the checks of names and numbers.
pub const DOWNLOAD_URI: &[Field] =
    &[Field::optional("name", Kind::Text), Field::optional("version", Kind::Text)];
/// `registered-models/create`.
pub const CREATE_MODEL: &[Field] = &[NAME, TAGS, DESCRIPTION];
/// `registered-models/update`.
pub const UPDATE_MODEL: &[Field] = &[NAME, DESCRIPTION];
/// `registered-models/rename`.
pub const RENAME_MODEL: &[Field] = &[NAME, Field::required("new_name", Kind::Text)];
/// `registered-models/search`.
pub const SEARCH_MODELS: &[Field] =
    &[FILTER, Field::optional("max_results", Kind::Int(1000)), ORDER_BY, PAGE_TOKEN];
/// `registered-models/get-latest-versions`.
pub const LATEST_VERSIONS: &[Field] = &[NAME, Field::optional("stages", Kind::TextList)];
/// `registered-models/set-tag`.
pub const SET_MODEL_TAG: &[Field] = &[NAME, KEY, VALUE];
/// `registered-models/delete-tag`.
pub const DELETE_MODEL_TAG: &[Field] = &[NAME, KEY];
/// `registered-models/alias`, POST.
pub const SET_ALIAS: &[Field] = &[NAME, ALIAS, VERSION];
/// `registered-models/alias`, GET and DELETE.
pub const MODEL_ALIAS: &[Field] = &[NAME, ALIAS];
/// `model-versions/create`.
pub const CREATE_VERSION: &[Field] = &[
    NAME,
    Field::required("source", Kind::Text),
    Field::optional("run_id", Kind::Text),
    TAGS,
    Field::optional("run_link", Kind::Text),
    DESCRIPTION,
    Field::optional("model_id", Kind::Text),
];
/// `model-versions/update`.
pub const UPDATE_VERSION: &[Field] = &[NAME, VERSION, DESCRIPTION];
/// `model-versions/transition-stage`.
pub const TRANSITION: &[Field] = &[
    NAME,
    VERSION,
    Field::required("stage", Kind::Text),
    Field::optional("archive_existing_versions", Kind::Bool),
];
/// `model-versions/search`.
pub const SEARCH_VERSIONS: &[Field] =
    &[FILTER, Field::optional("max_results", Kind::Int(200_000)), ORDER_BY, PAGE_TOKEN];
/// `model-versions/set-tag`.
pub const SET_VERSION_TAG: &[Field] = &[NAME, VERSION, KEY, VALUE];
/// `model-versions/delete-tag`.
pub const DELETE_VERSION_TAG: &[Field] = &[NAME, VERSION, KEY];
/// `mlflow-artifacts/artifacts`, GET.
pub const LIST_PROXIED: &[Field] = &[Field::optional("path", Kind::Text)];
/// `mlflow-artifacts/mpu/create`.
pub const CREATE_MULTIPART: &[Field] =
    &[Field::required("path", Kind::Text), Field::optional("num_parts", Kind::Int(i64::MAX))];
/// `mlflow-artifacts/mpu/complete` and `mpu/abort`; parts are read apart.
pub const END_MULTIPART: &[Field] =
    &[Field::required("path", Kind::Text), Field::required("upload_id", Kind::Text)];
