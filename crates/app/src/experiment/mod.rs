//! Experiments: what can be done with them.

mod create;
mod delete;
mod read;
mod rename;
mod search;
mod tag;

use greenroom_core::Result;
use greenroom_core::experiment::{self as rules, Experiment};
use greenroom_store::{Tx, experiment};

pub use create::{NewExperiment, create, ensure_default};
pub use delete::{delete, restore};
pub use read::{get, get_by_name};
pub use rename::rename;
pub use search::search;
pub use tag::{delete_tag, set_tag};

/// The experiment, to be changed, or the named error.
async fn find_locked(tx: &mut Tx<'_>, id: i64) -> Result<Experiment> {
    experiment::lock_by_id(tx, id).await?.ok_or_else(|| rules::not_found(&id.to_string()))
}
