//! Changing a registered model's description or name.

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::registered_model::RegisteredModelDetail;
use greenroom_core::{Actor, Error, ErrorCode, Result, name};
use greenroom_store::{Tx, model_version, registered_model};
use serde_json::json;

use super::{find_locked, read};
use crate::{Context, record, stage};

/// Sets a model's description; an empty one clears it, as in MLflow.
pub async fn update(
    cx: &Context,
    actor: Actor,
    name: String,
    description: String,
) -> Result<RegisteredModelDetail> {
    name::check_model_name(&name)?;
    name::check_description(&description)?;
    cx.db
        .write((cx.clone(), actor, name, description), |tx, (cx, actor, name, description)| {
            set_description(tx, cx, actor, name, description).boxed()
        })
        .await
}

async fn set_description(
    tx: &mut Tx<'_>,
    cx: &Context,
    actor: &Actor,
    name: &str,
    description: &str,
) -> Result<RegisteredModelDetail> {
    let mut row = find_locked(tx, name).await?;
    let now = cx.clock.now();

    let change = Change::new(EventKind::ModelUpdated)
        .before(json!({ "description": row.model.description }))
        .after(json!({ "description": description }));
    row.model.description = Some(description.to_owned());
    row.model.updated_at = now;

    record::save(tx, &mut row, Vec::new(), &[change], actor, now).await?;
    read::detail(tx, row).await
}

/// Gives a model another name; its versions, tags, aliases and history follow.
pub async fn rename(
    cx: &Context,
    actor: Actor,
    name: String,
    new_name: String,
) -> Result<RegisteredModelDetail> {
    name::check_new_model_name(&new_name)?;
    name::check_model_name(&name)?;
    cx.db
        .write((cx.clone(), actor, name, new_name), |tx, (cx, actor, name, new_name)| {
            move_to_name(tx, cx, actor, name, new_name).boxed()
        })
        .await
}

async fn move_to_name(
    tx: &mut Tx<'_>,
    cx: &Context,
    actor: &Actor,
    name: &str,
    new_name: &str,
) -> Result<RegisteredModelDetail> {
    let mut row = find_locked(tx, name).await?;
    let taken = || Error::already_exists(format!("Registered Model (name={new_name}) already exists."));
    if new_name != name {
        super::refuse_id_as_name(tx, new_name).await?;
        if registered_model::by_name(tx, new_name).await?.is_some() {
            return Err(taken());
        }
        stage::refuse_if_protected(tx, cx, &row, "renamed").await?;
        stage::refuse_if_stages_differ(tx, cx, &row, new_name).await?;
    }
    let now = cx.clock.now();

    let change = Change::new(EventKind::ModelRenamed)
        .before(json!({ "name": name }))
        .after(json!({ "name": new_name }));
    row.model.name = new_name.to_owned();
    row.head.model = Some(new_name.to_owned());
    row.model.updated_at = now;

    let id = row.model.id.clone();
    let versions = vec![model_version::rename_all(&id, new_name, now)];
    // Somebody else may have taken the name since we looked: the unique index has the last word.
    record::save(tx, &mut row, versions, &[change], actor, now)
        .await
        .map_err(|e| if e.code == ErrorCode::ResourceAlreadyExists { taken() } else { e })?;
    read::detail(tx, row).await
}
