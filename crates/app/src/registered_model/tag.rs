//! Tags of a registered model. They never change its `updated_at`: clients cache on it (MLflow's behaviour).

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::tag::{IS_PROMPT, Tag, check_key};
use greenroom_core::{Actor, Result, name};
use greenroom_store::{Tx, tag};
use serde_json::json;

use super::find_locked;
use crate::{Context, record};

/// Sets a tag.
pub async fn set_tag(cx: &Context, actor: Actor, name: String, key: &str, value: &str) -> Result<()> {
    name::check_model_name(&name)?;
    let tag = Tag::new(key, value)?;
    cx.db
        .write((cx.clone(), actor, name, tag), |tx, (cx, actor, name, tag)| {
            set(tx, cx, actor, name, tag).boxed()
        })
        .await
}

async fn set(tx: &mut Tx<'_>, cx: &Context, actor: &Actor, name: &str, new: &Tag) -> Result<()> {
    let mut row = find_locked(tx, name).await?;
    let id = row.model.id.clone();
    let old = tag::get_of_model(tx, &id, &new.key).await?;
    if old.as_ref() == Some(new) {
        return Ok(());
    }

    let mut change = Change::new(EventKind::ModelTagSet).after(json!({ "key": new.key, "value": new.value }));
    change.before = old.map(|t| json!({ "key": t.key, "value": t.value }));
    if new.key == IS_PROMPT {
        row.model.is_prompt = new.marks_prompt();
    }
    record::save(tx, &mut row, vec![tag::set_on_model(&id, new)], &[change], actor, cx.clock.now()).await
}

/// Removes a tag; one that is not there is no error.
pub async fn delete_tag(cx: &Context, actor: Actor, name: String, key: String) -> Result<()> {
    name::check_model_name(&name)?;
    check_key(&key)?;
    cx.db
        .write((cx.clone(), actor, name, key), |tx, (cx, actor, name, key)| {
            delete(tx, cx, actor, name, key).boxed()
        })
        .await
}

async fn delete(tx: &mut Tx<'_>, cx: &Context, actor: &Actor, name: &str, key: &str) -> Result<()> {
    let mut row = find_locked(tx, name).await?;
    let id = row.model.id.clone();
    let Some(old) = tag::get_of_model(tx, &id, key).await? else { return Ok(()) };

    let change =
        Change::new(EventKind::ModelTagDeleted).before(json!({ "key": old.key, "value": old.value }));
    if key == IS_PROMPT {
        row.model.is_prompt = false;
    }
    record::save(tx, &mut row, vec![tag::delete_from_model(&id, key)], &[change], actor, cx.clock.now()).await
}
