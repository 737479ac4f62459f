//! What Greenroom does: one function per use-case, each to be read aloud: validate, load, decide, write,
//! record the event, commit. One transaction each; the event is part of it.

pub mod artifact;
pub mod context;
pub mod digest;
pub mod event;
pub mod experiment;
pub mod garbage;
pub mod logged_model;
pub mod model_version;
pub mod registered_model;
pub mod run;
pub mod stage;

mod record;

pub use context::{Clock, Context, Ids, Policy};
