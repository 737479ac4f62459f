//! Tags of an experiment. They never change its `updated_at` (MLflow's behaviour).

use futures_util::FutureExt;
use greenroom_core::experiment as rules;
use greenroom_core::tag::Tag;
use greenroom_core::{Error, Result};
use greenroom_store::{Tx, experiment};

use super::find_locked;
use crate::Context;

/// Sets a tag.
pub async fn set_tag(cx: &Context, id: i64, key: &str, value: &str) -> Result<()> {
    let tag = rules::check_tag(key, value)?;
    cx.db.write((id, tag), |tx, (id, tag)| set(tx, *id, tag).boxed()).await
}

async fn set(tx: &mut Tx<'_>, id: i64, tag: &Tag) -> Result<()> {
    find_locked(tx, id).await?.check_active()?;

    experiment::set_tags(tx, id, std::slice::from_ref(tag)).await
}

/// Removes a tag, which must be there.
pub async fn delete_tag(cx: &Context, id: i64, key: String) -> Result<()> {
    cx.db.write((id, key), |tx, (id, key)| delete(tx, *id, key).boxed()).await
}

async fn delete(tx: &mut Tx<'_>, id: i64, key: &str) -> Result<()> {
    find_locked(tx, id).await?.check_active()?;
    // No key holds a NUL, and not every database could be asked for one.
    if key.contains('\0') || experiment::tag(tx, id, key).await?.is_none() {
        return Err(Error::not_found(format!("No tag with name: {key} in experiment with id {id}")));
    }

    tx.batch(&[experiment::delete_tag(id, key)]).await
}
