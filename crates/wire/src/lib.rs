//! JSON shapes: what travels between Greenroom and its clients, and nothing else.
//!
//! `mlflow` holds the shapes of MLflow's own API, `v1` those of Greenroom's, `openapi` the document
//! that describes `v1` and from which the UI's typed client is generated.

pub mod mlflow;
pub mod openapi;
pub mod v1;
