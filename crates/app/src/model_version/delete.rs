//! Deleting a version. Its number is never given away again, and its history stays.

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::{Actor, Error, Result, stage};
use greenroom_store::{Tx, alias, model_version, version_digest};
use serde_json::json;

use super::{VersionKey, find_locked};
use crate::{Context, record};

/// Deletes a version, unless it is in a protected stage.
pub async fn delete(cx: &Context, actor: Actor, key: VersionKey) -> Result<()> {
    cx.db.write((cx.clone(), actor, key), |tx, (cx, actor, key)| run(tx, cx, actor, key).boxed()).await
}

async fn run(tx: &mut Tx<'_>, cx: &Context, actor: &Actor, key: &VersionKey) -> Result<()> {
    let (mut row, version) = find_locked(tx, key).await?;
    let definitions = cx.definitions(tx).await?;
    if !stage::may_delete(definitions.for_model(&version.name), &version.stage) {
        return Err(Error::conflict(format!(
            "Model Version (name={}, version={}) cannot be deleted: it is in stage '{}', which is protected. Move it to \
             another stage first.",
            version.name, version.version, version.stage
        )));
    }
    let was = model_version::with_children(tx, version).await?;
    let version = &was.version;
    let now = cx.clock.now();

    let tags: serde_json::Map<_, _> = was.tags.iter().map(|t| (t.key.clone(), json!(t.value))).collect();
    let change = Change::new(EventKind::VersionDeleted).version(version.version).before(json!({
        "stage": version.stage, "source": version.source, "run_id": version.run_id, "run_link": version.run_link,
        "description": version.description, "tags": tags, "aliases": was.aliases,
    }));
    row.model.updated_at = now;
    let mut statements = vec![alias::delete_of_version(&version.model_id, version.version)];
    statements.extend(model_version::delete(&version.model_id, version.version));
    statements.push(version_digest::delete(&version.model_id, version.version));
    record::save(tx, &mut row, statements, &[change], actor, now).await?;
    if was.tags.iter().any(greenroom_core::tag::Tag::marks_prompt) {
        greenroom_store::registered_model::mark_prompts(tx, &version.model_id).await?;
    }
    Ok(())
}
