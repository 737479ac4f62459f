//! Deleting a registered model: everything that hangs on it goes, its history stays.

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::{Actor, Result, name};
use greenroom_store::{Tx, registered_model};
use serde_json::json;

use super::{find_locked, read};
use crate::{Context, record, stage};

/// Deletes a model, unless a version of it is in a protected stage.
pub async fn delete(cx: &Context, actor: Actor, name: String) -> Result<()> {
    name::check_model_name(&name)?;
    cx.db.write((cx.clone(), actor, name), |tx, (cx, actor, name)| run(tx, cx, actor, name).boxed()).await
}

async fn run(tx: &mut Tx<'_>, cx: &Context, actor: &Actor, name: &str) -> Result<()> {
    let mut row = find_locked(tx, name).await?;
    stage::refuse_if_protected(tx, cx, &row, "deleted").await?;
    let now = cx.clock.now().max(row.head.at);

    let was = read::detail(tx, row.clone()).await?;
    let tags: serde_json::Map<_, _> = was.tags.iter().map(|t| (t.key.clone(), json!(t.value))).collect();
    let aliases: serde_json::Map<_, _> =
        was.aliases.iter().map(|a| (a.alias.clone(), json!(a.version))).collect();
    let stages: serde_json::Map<_, _> =
        was.latest_versions.iter().map(|v| (v.version.stage.clone(), json!(v.version.version))).collect();
    let change = Change::new(EventKind::ModelDeleted).before(json!({
        "name": name, "description": row.model.description, "tags": tags, "aliases": aliases, "latest_versions": stages,
    }));

    registered_model::delete_children(tx, &row.model.id).await?;
    row.deleted_at = Some(now);
    record::save(tx, &mut row, Vec::new(), &[change], actor, now).await
}
