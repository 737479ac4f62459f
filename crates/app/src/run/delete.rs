//! Deleting and restoring a run, whatever state it is in (MLflow's behaviour).

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_store::{Tx, run};

use super::find_locked;
use crate::Context;

/// Deletes a run. It can be restored.
pub async fn delete(cx: &Context, id: String) -> Result<()> {
    let now = cx.clock.now();
    cx.db.write((id, now), |tx, (id, now)| set_deleted(tx, id, Some(*now)).boxed()).await
}

/// Restores a run.
pub async fn restore(cx: &Context, id: String) -> Result<()> {
    cx.db.write(id, |tx, id| set_deleted(tx, id, None).boxed()).await
}

async fn set_deleted(tx: &mut Tx<'_>, id: &str, deleted_at: Option<i64>) -> Result<()> {
    let mut run = find_locked(tx, id).await?;

    run.deleted_at = deleted_at;
    tx.batch(&[run::save(&run)]).await
}
