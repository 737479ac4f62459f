//! Changing a version's description.

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::model_version::ModelVersionDetail;
use greenroom_core::{Actor, Result, name};
use greenroom_store::{Tx, model_version};
use serde_json::json;

use super::{VersionKey, find_locked};
use crate::{Context, record};

/// Sets or (with `None`) clears a version's description. The model's own timestamp stays (MLflow's behaviour).
pub async fn update(
    cx: &Context,
    actor: Actor,
    key: VersionKey,
    description: Option<String>,
) -> Result<ModelVersionDetail> {
    if let Some(text) = &description {
        name::check_description(text)?;
    }
    cx.db
        .write((cx.clone(), actor, key, description), |tx, (cx, actor, key, description)| {
            run(tx, cx, actor, key, description.as_deref()).boxed()
        })
        .await
}

async fn run(
    tx: &mut Tx<'_>,
    cx: &Context,
    actor: &Actor,
    key: &VersionKey,
    description: Option<&str>,
) -> Result<ModelVersionDetail> {
    let (mut row, mut version) = find_locked(tx, key).await?;
    let now = cx.clock.now();

    let change = Change::new(EventKind::VersionUpdated)
        .version(version.version)
        .before(json!({ "description": version.description }))
        .after(json!({ "description": description }));
    let statements =
        vec![model_version::set_description(&version.model_id, version.version, description, now)];
    record::save(tx, &mut row, statements, &[change], actor, now).await?;

    version.description = description.map(str::to_owned);
    version.updated_at = now;
    model_version::with_children(tx, version).await
}
