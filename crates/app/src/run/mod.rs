//! Runs: what can be done with them.

mod batch;
mod change;
mod create;
mod delete;
mod history;
mod inputs;
mod metric;
mod model;
mod param;
mod read;
mod search;
mod tag;

use greenroom_core::Result;
use greenroom_core::run::{self as rules, Run};
use greenroom_store::{Tx, run};

pub use batch::{Batch, log_batch};
pub use change::{RunChange, update};
pub use create::{NewRun, create};
pub use delete::{delete, restore};
pub use history::{MetricKey, MetricOfRuns, RunPoint, history, history_of_runs, sample_of_runs};
pub use inputs::{log_inputs, log_outputs};
pub use metric::log_metric;
pub use model::log_model;
pub use param::log_param;
pub use read::{get, view};
pub use search::{list, search};
pub use tag::{delete_tag, set_tag};

/// The run, to be changed, or the named error.
async fn find_locked(tx: &mut Tx<'_>, id: &str) -> Result<Run> {
    run::lock_by_id(tx, read::checked(id)?).await?.ok_or_else(|| rules::not_found(id))
}

/// The same, for what only active runs take in.
async fn find_active(tx: &mut Tx<'_>, id: &str) -> Result<Run> {
    let run = find_locked(tx, id).await?;
    run.check_active()?;
    Ok(run)
}
