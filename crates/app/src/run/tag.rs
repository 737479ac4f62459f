//! Tags of a run.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::run::{self as rules, NAME_TAG, Run};
use greenroom_core::tag::Tag;
use greenroom_store::{Tx, run, run_tag};

use super::{change, find_active};
use crate::Context;

/// Sets a tag; the one that holds the name renames the run.
pub async fn set_tag(cx: &Context, run_id: String, key: &str, value: &str) -> Result<()> {
    let tag = rules::check_tag("", key, value, cx.long_values)?;
    cx.db.write((run_id, tag), |tx, (run_id, tag)| set_one(tx, run_id, tag).boxed()).await
}

async fn set_one(tx: &mut Tx<'_>, run_id: &str, tag: &Tag) -> Result<()> {
    let mut run = find_active(tx, run_id).await?;

    set(tx, &mut run, std::slice::from_ref(tag)).await
}

/// Sets tags of a run that is locked; of two with one key the later wins.
pub(super) async fn set(tx: &mut Tx<'_>, run: &mut Run, tags: &[Tag]) -> Result<()> {
    let mut by_key: BTreeMap<&str, &str> = tags.iter().map(|t| (t.key.as_str(), t.value.as_str())).collect();
    if let Some(name) = by_key.remove(NAME_TAG) {
        change::rename(tx, run, name).await?;
        tx.batch(&[run::save(run)]).await?;
    }
    run_tag::set(tx, run, by_key).await
}

/// Removes a tag, which must be there. Without its name's tag a run keeps its name.
pub async fn delete_tag(cx: &Context, run_id: String, key: String) -> Result<()> {
    cx.db.write((run_id, key), |tx, (run_id, key)| delete(tx, run_id, key).boxed()).await
}

async fn delete(tx: &mut Tx<'_>, run_id: &str, key: &str) -> Result<()> {
    find_active(tx, run_id).await?;
    // No key holds a NUL, and not every database could be asked for one.
    if key.contains('\0') || run_tag::get(tx, run_id, key).await?.is_none() {
        return Err(rules::no_tag(run_id, key));
    }

    tx.batch(&[run_tag::delete(run_id, key)]).await
}
