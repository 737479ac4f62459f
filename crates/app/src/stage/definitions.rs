//! The stage definitions: reading them, and putting new ones in force.

use std::sync::Arc;

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::stage::{StageDefinitions, document};
use greenroom_core::{Actor, Error, Result};
use greenroom_store::{Tx, event, model_version, stage_definitions};
use serde_json::json;

use crate::Context;

/// The definitions in force.
pub async fn definitions(cx: &Context) -> Result<Arc<StageDefinitions>> {
    cx.db.read(cx.clone(), |tx, cx| async move { cx.definitions(tx).await }.boxed()).await
}

/// What an apply did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The revision in force now.
    pub revision: i64,
    /// False when the document was in force already.
    pub changed: bool,
}

/// Puts a document in force, unless a version sits in a stage that it no longer defines.
pub async fn apply(cx: &Context, actor: Actor, text: String) -> Result<Applied> {
    document::parse(&text, 0)?;
    cx.db.write((cx.clone(), actor, text), |tx, (cx, actor, text)| run(tx, cx, actor, text).boxed()).await
}

async fn run(tx: &mut Tx<'_>, cx: &Context, actor: &Actor, text: &str) -> Result<Applied> {
    // Whoever moves a version locks its model first and reads the definitions after: from here on they wait.
    tx.lock_registry().await?;
    let old = cx.definitions(tx).await?;
    if old.document == text {
        return Ok(Applied { revision: old.revision, changed: false });
    }
    let revision = old.revision + 1;
    let new = document::parse(text, revision)?;
    for (name, stage, version) in model_version::stages_in_use(tx).await? {
        if new.for_model(&name).get(&stage).is_none() {
            return Err(Error::conflict(format!(
                "Stage '{stage}' cannot be dropped (or respelled): Model Version (name={name}, version={version}) is in it. Move it \
                 to another stage first, or keep the stage."
            )));
        }
    }

    let mut head = event::registry_head(tx).await?;
    let mut change = Change::new(EventKind::StagesApplied)
        .before(json!({ "revision": old.revision, "document": old.document }))
        .after(json!({ "revision": revision, "document": text }));
    change.revision = Some(revision);
    let recorded = head.append(&change, actor, cx.clock.now());
    tx.batch(&[event::append(&recorded)]).await?;
    stage_definitions::put_in_force(tx, revision, text, &actor.name, &head).await?;
    Ok(Applied { revision, changed: true })
}
