//! `/api/v1`: the same use-cases and those that MLflow has no word for.

pub(crate) mod artifact;
pub(crate) mod event;
pub(crate) mod logged_model;
pub(crate) mod model_version;
pub(crate) mod registered_model;
pub(crate) mod run;
pub(crate) mod stage;
