//! Giving an experiment another name.

use futures_util::FutureExt;
use greenroom_core::experiment as rules;
use greenroom_core::{ErrorCode, Result};
use greenroom_store::{Tx, experiment};

use super::find_locked;
use crate::Context;

/// Renames an experiment.
pub async fn rename(cx: &Context, id: i64, new_name: String) -> Result<()> {
    rules::check_name(&new_name)?;
    let now = cx.clock.now();
    cx.db.write((id, new_name, now), |tx, (id, new_name, now)| run(tx, *id, new_name, *now).boxed()).await
}

async fn run(tx: &mut Tx<'_>, id: i64, new_name: &str, now: i64) -> Result<()> {
    let mut found = find_locked(tx, id).await?;
    found.check_renamable()?;

    new_name.clone_into(&mut found.name);
    found.updated_at = now;
    let taken = || rules::already_exists(new_name);
    tx.batch(&[experiment::save(&found)])
        .await
        .map_err(|e| if e.code == ErrorCode::ResourceAlreadyExists { taken() } else { e })
}
