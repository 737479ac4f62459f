//! The domain, pure: names, stage definitions and the decision, the search grammar, events, errors.
//!
//! Nothing here knows a database, a clock, a socket or a thread. What comes in is data; what goes
//! out is data. Every other crate leans on this one.

pub mod actor;
pub mod artifact;
pub mod copy;
pub mod dataset;
pub mod digest;
pub mod error;
pub mod event;
pub mod experiment;
pub mod garbage;
pub mod lineage;
pub mod logged_model;
pub mod metric;
pub mod model_history;
pub mod model_version;
pub mod name;
pub mod registered_model;
pub mod run;
pub mod run_name;
pub mod search;
pub mod source;
pub mod stage;
pub mod tag;

mod python;
mod uri;

pub use actor::Actor;
pub use error::{Error, ErrorCode, Result};
