//! MLflow's own shapes: how its requests are read and its answers written.

pub mod artifact;
pub mod experiment;
pub mod fields;
pub mod logged_model;
pub mod logged_model_schema;
pub mod metric;
pub mod metric_history;
pub mod model_version;
pub mod registered_model;
pub mod run;
pub mod schema;
pub mod tracking_schema;
pub mod tracking_search_schema;

pub use fields::{Field, Fields, Kind};

use serde::{Deserialize, Serialize};

/// An error answer: what MLflow's clients read `error_code` and `message` from.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ErrorBody {
    /// An MLflow error code.
    pub error_code: String,
    /// For a person; shown whole.
    pub message: String,
}
