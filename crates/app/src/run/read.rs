//! Reading a run.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::lineage::RunView;
use greenroom_core::run::{self as rules, RunDetail};
use greenroom_store::{Tx, lineage, run};

use crate::Context;

/// A run by its id, also a deleted one.
pub async fn get(cx: &Context, id: String) -> Result<RunDetail> {
    cx.db.read(id, |tx, id| by_id(tx, id).boxed()).await
}

async fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<RunDetail> {
    let found = run::by_id(tx, checked(id)?).await?.ok_or_else(|| rules::not_found(id))?;
    run::all_with_children(tx, vec![found]).await?.pop().ok_or_else(|| rules::not_found(id))
}

/// A run with what it took in and what was registered from it, also a deleted one.
pub async fn view(cx: &Context, id: String) -> Result<RunView> {
    cx.db
        .scan(id, |tx, id| {
            async move { lineage::view_of_run(tx, checked(id)?).await?.ok_or_else(|| rules::not_found(id)) }
                .boxed()
        })
        .await
}

/// The id, if there can be such a run: no id holds a NUL, and not every database could be asked for one.
pub(super) fn checked(id: &str) -> Result<&str> {
    if id.contains('\0') { Err(rules::not_found(id)) } else { Ok(id) }
}
