//! The registry's state in SQL: one file per noun, each query one text for both engines beside its
//! row mapper. `db` alone knows which engine is underneath.
//!
//! Nothing here decides anything: use-cases in the app crate call these functions inside a transaction.

pub mod alias;
pub mod dataset;
pub mod db;
pub mod event;
pub mod experiment;
pub mod experiment_search;
pub mod garbage;
pub mod garbage_removal;
pub mod garbage_search;
mod keyset;
pub mod lineage;
pub mod logged_model;
pub mod logged_model_search;
mod logged_model_walk;
pub mod metric_history;
pub mod metric_sample;
pub mod model_version;
pub mod model_version_detail;
pub mod model_version_search;
pub mod model_version_storage;
pub mod page;
mod place;
pub mod registered_model;
pub mod registered_model_search;
pub mod run;
mod run_condition;
mod run_edge;
mod run_entries;
pub mod run_metric;
pub mod run_model;
mod run_order;
mod run_page;
pub mod run_param;
pub mod run_search;
pub mod run_tag;
mod run_walk;
pub mod search;
mod search_page;
pub mod stage_definitions;
pub mod tag;
pub mod version_digest;

pub use db::{Db, DbConfig, Param, Tx};
