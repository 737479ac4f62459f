//! Handlers, one file per noun: read the request, call one use-case, convert its answer.

pub(crate) mod artifact;
pub(crate) mod experiment;
pub(crate) mod experiment_search;
pub(crate) mod logged_model;
pub(crate) mod metric;
pub(crate) mod metric_history;
pub(crate) mod misc;
pub(crate) mod model_version;
pub(crate) mod registered_model;
pub(crate) mod run;
pub(crate) mod run_inputs;
pub(crate) mod run_search;
pub(crate) mod v1;
