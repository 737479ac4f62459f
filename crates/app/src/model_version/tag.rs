//! Tags of a version. They never change its `updated_at` (MLflow's behaviour).

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::tag::{IS_PROMPT, Tag, check_key};
use greenroom_core::{Actor, Result};
use greenroom_store::{Tx, registered_model, tag};
use serde_json::json;

use super::{VersionKey, find_locked};
use crate::{Context, record};

/// Sets a tag.
pub async fn set_tag(cx: &Context, actor: Actor, version: VersionKey, key: &str, value: &str) -> Result<()> {
    let tag = Tag::new(key, value)?;
    cx.db
        .write((cx.clone(), actor, version, tag), |tx, (cx, actor, version, tag)| {
            set(tx, cx, actor, version, tag).boxed()
        })
        .await
}

async fn set(tx: &mut Tx<'_>, cx: &Context, actor: &Actor, key: &VersionKey, new: &Tag) -> Result<()> {
    let (mut row, version) = find_locked(tx, key).await?;
    let (id, number) = (version.model_id.as_str(), version.version);
    let old = tag::get_of_version(tx, id, number, &new.key).await?;
    if old.as_ref() == Some(new) {
        return Ok(());
    }

    let mut change = Change::new(EventKind::VersionTagSet)
        .version(number)
        .after(json!({ "key": new.key, "value": new.value }));
    change.before = old.map(|t| json!({ "key": t.key, "value": t.value }));
    let statements = vec![tag::set_on_version(id, number, new)];
    record::save(tx, &mut row, statements, &[change], actor, cx.clock.now()).await?;
    if new.key == IS_PROMPT {
        registered_model::mark_prompts(tx, id).await?;
    }
    Ok(())
}

/// Removes a tag; one that is not there is no error.
pub async fn delete_tag(cx: &Context, actor: Actor, version: VersionKey, key: String) -> Result<()> {
    check_key(&key)?;
    cx.db
        .write((cx.clone(), actor, version, key), |tx, (cx, actor, version, key)| {
            delete(tx, cx, actor, version, key).boxed()
        })
        .await
}

async fn delete(tx: &mut Tx<'_>, cx: &Context, actor: &Actor, key: &VersionKey, tag_key: &str) -> Result<()> {
    let (mut row, version) = find_locked(tx, key).await?;
    let (id, number) = (version.model_id.as_str(), version.version);
    let Some(old) = tag::get_of_version(tx, id, number, tag_key).await? else { return Ok(()) };

    let change = Change::new(EventKind::VersionTagDeleted)
        .version(number)
        .before(json!({ "key": old.key, "value": old.value }));
    let statements = vec![tag::delete_from_version(id, number, tag_key)];
    record::save(tx, &mut row, statements, &[change], actor, cx.clock.now()).await?;
    if tag_key == IS_PROMPT {
        registered_model::mark_prompts(tx, id).await?;
    }
    Ok(())
}
