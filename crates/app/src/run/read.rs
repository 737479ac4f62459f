//! Reading a run.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::run::{self as rules, RunDetail};
use greenroom_store::{Tx, run};

use crate::Context;

/// A run by its id, also a deleted one.
pub async fn get(cx: &Context, id: String) -> Result<RunDetail> {
    cx.db.read(id, |tx, id| by_id(tx, id).boxed()).await
}

async fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<RunDetail> {
    // No id holds a NUL, and not every database could be asked for one.
    if id.contains('\0') {
        return Err(rules::not_found(id));
    }
    let found = run::by_id(tx, id).await?.ok_or_else(|| rules::not_found(id))?;
    run::all_with_children(tx, vec![found]).await?.pop().ok_or_else(|| rules::not_found(id))
}
