//! Deleting and restoring experiments. Their runs follow, both ways: also those that were deleted one by one come back
//! (MLflow's behaviour).

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::experiment as rules;
use greenroom_store::{Tx, experiment, run};

use super::find_locked;
use crate::Context;

/// Deletes an experiment and its runs. They can be restored.
pub async fn delete(cx: &Context, id: i64) -> Result<()> {
    cx.db.write((id, cx.clock.now()), |tx, (id, now)| set_deleted(tx, *id, Some(*now), *now).boxed()).await
}

/// Restores an experiment and its runs.
pub async fn restore(cx: &Context, id: i64) -> Result<()> {
    cx.db.write((id, cx.clock.now()), |tx, (id, now)| set_deleted(tx, *id, None, *now).boxed()).await
}

async fn set_deleted(tx: &mut Tx<'_>, id: i64, deleted_at: Option<i64>, now: i64) -> Result<()> {
    let mut found = find_locked(tx, id).await?;
    // MLflow looks for the experiment among those in the other state only.
    if found.deleted_at.is_some() == deleted_at.is_some() {
        return Err(rules::not_found(&id.to_string()));
    }

    found.deleted_at = deleted_at;
    found.updated_at = now;
    tx.batch(&[experiment::save(&found), run::set_deleted_in(id, deleted_at)]).await
}
