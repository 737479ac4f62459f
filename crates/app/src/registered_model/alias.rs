//! Aliases of a registered model.

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::model_version::ModelVersionDetail;
use greenroom_core::{Actor, Error, Result, name};
use greenroom_store::{Tx, alias, model_version, model_version_detail};
use serde_json::json;

use super::{find, find_locked};
use crate::model_version::{self as version_cases, VersionKey};
use crate::{Context, record};

/// Points an alias at a version, away from whichever it pointed at before.
pub async fn set_alias(cx: &Context, actor: Actor, key: VersionKey, alias: String) -> Result<()> {
    name::check_new_alias(&alias)?;
    cx.db
        .write((cx.clone(), actor, key, alias), |tx, (cx, actor, key, alias)| {
            set(tx, cx, actor, key, alias).boxed()
        })
        .await
}

async fn set(tx: &mut Tx<'_>, cx: &Context, actor: &Actor, key: &VersionKey, alias: &str) -> Result<()> {
    let (mut row, version) = version_cases::find_locked(tx, key).await?;
    let (id, number) = (version.model_id.as_str(), version.version);
    let old = alias::version_of(tx, id, alias).await?;
    if old == Some(number) {
        return Ok(());
    }

    let mut change =
        Change::new(EventKind::AliasSet).version(number).after(json!({ "alias": alias, "version": number }));
    change.before = old.map(|old| json!({ "alias": alias, "version": old }));
    record::save(tx, &mut row, vec![alias::set(id, alias, number)], &[change], actor, cx.clock.now()).await
}

/// Removes an alias; one that is not there is no error.
pub async fn delete_alias(cx: &Context, actor: Actor, name: String, alias: String) -> Result<()> {
    name::check_model_name(&name)?;
    name::check_alias(&alias)?;
    cx.db
        .write((cx.clone(), actor, name, alias), |tx, (cx, actor, name, alias)| {
            delete(tx, cx, actor, name, alias).boxed()
        })
        .await
}

async fn delete(tx: &mut Tx<'_>, cx: &Context, actor: &Actor, name: &str, alias: &str) -> Result<()> {
    let mut row = find_locked(tx, name).await?;
    let id = row.model.id.clone();
    let Some(version) = alias::version_of(tx, &id, alias).await? else { return Ok(()) };

    let change = Change::new(EventKind::AliasDeleted)
        .version(version)
        .before(json!({ "alias": alias, "version": version }));
    record::save(tx, &mut row, vec![alias::delete(&id, alias)], &[change], actor, cx.clock.now()).await
}

/// The version that an alias points at; `latest` (in any case) is the highest-numbered one. What is found at once
/// takes one statement; what is not is looked at step by step, to say what is missing.
pub async fn get_by_alias(cx: &Context, name: String, alias: String) -> Result<ModelVersionDetail> {
    name::check_model_name(&name)?;
    name::check_alias(&alias)?;
    let found = cx
        .db
        .read_one((name.clone(), alias.clone()), |tx, (name, alias)| {
            model_version_detail::by_alias(tx, name, alias).boxed()
        })
        .await?;
    if let Some(detail) = found.filter(|_| !means_latest(&alias)) {
        return Ok(detail);
    }
    cx.db.read((name, alias), |tx, (name, alias)| resolve(tx, name, alias).boxed()).await
}

fn means_latest(alias: &str) -> bool {
    alias.to_lowercase() == "latest"
}

async fn resolve(tx: &mut Tx<'_>, name: &str, alias: &str) -> Result<ModelVersionDetail> {
    let row = find(tx, name).await?;
    let id = row.model.id.as_str();
    let version = if means_latest(alias) {
        let highest = model_version::highest(tx, id).await?;
        highest.ok_or_else(|| Error::not_found(format!("Latest version not found for model {name}.")))?
    } else {
        let found = alias::version_of(tx, id, alias).await?;
        // 400, not 404: MLflow's clients tell an unknown alias from an unknown model by it.
        found.ok_or_else(|| Error::invalid(format!("Registered model alias {alias} not found.")))?
    };
    let detail = model_version_detail::by_name(tx, name, version).await?;
    detail.ok_or_else(|| version_cases::not_found(name, &version.to_string()))
}
