//! Changing how a run goes, when it ended, and its name.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::run::{self as rules, NAME_TAG, Run, RunStatus};
use greenroom_store::{Tx, run, run_tag};

use super::find_active;
use crate::Context;

/// What is to change; `None` = nothing.
#[derive(Clone, Debug, Default)]
pub struct RunChange {
    /// How it goes now.
    pub status: Option<RunStatus>,
    /// When it ended, Unix milliseconds.
    pub ended_at: Option<i64>,
    /// Its new name; an empty one changes nothing (MLflow's behaviour).
    pub name: Option<String>,
}

/// Changes a run.
pub async fn update(cx: &Context, id: String, change: RunChange) -> Result<Run> {
    rules::check_name(change.name.as_deref().unwrap_or_default())?;
    cx.db.write((id, change), |tx, (id, change)| save(tx, id, change).boxed()).await
}

async fn save(tx: &mut Tx<'_>, id: &str, change: &RunChange) -> Result<Run> {
    let mut run = find_active(tx, id).await?;

    run.status = change.status.unwrap_or(run.status);
    run.ended_at = change.ended_at.or(run.ended_at);
    rename(tx, &mut run, change.name.as_deref().unwrap_or_default()).await?;
    tx.batch(&[run::save(&run)]).await?;
    Ok(run)
}

/// Gives a run another name, in its tag also; the caller writes the run. An empty name changes nothing.
pub(super) async fn rename(tx: &mut Tx<'_>, run: &mut Run, name: &str) -> Result<()> {
    if name.is_empty() {
        return Ok(());
    }
    name.clone_into(&mut run.name);
    run_tag::set(tx, run, [(NAME_TAG, name)]).await
}
