//! Aliases: a name on a model that points at one of its versions.

use std::collections::HashMap;

use greenroom_core::Result;
use greenroom_core::registered_model::Alias;

use crate::db::{Row, Statement, Tx};
use crate::page::{in_list, in_pairs};
use crate::tag::group;

const OF_MODEL: &str =
    "SELECT alias, version FROM registered_model_aliases WHERE model_id = $1 ORDER BY alias";

fn from_row(row: &Row<'_>) -> Result<Alias> {
    Ok(Alias { alias: row.get(0)?, version: row.get(1)? })
}

/// A model's aliases, ordered.
pub async fn of_model(tx: &mut Tx<'_>, model_id: &str) -> Result<Vec<Alias>> {
    tx.all(OF_MODEL, &[model_id.into()], from_row).await
}

/// The aliases of a page of models, by model id.
pub async fn of_models(tx: &mut Tx<'_>, ids: &[&str]) -> Result<HashMap<String, Vec<Alias>>> {
    let (list, params) = in_list(ids, 1);
    let sql = format!(
        "SELECT model_id, alias, version FROM registered_model_aliases WHERE model_id IN ({list}) ORDER BY model_id, alias"
    );
    let rows = tx
        .all(&sql, &params, |row| {
            Ok((row.get::<String>(0)?, Alias { alias: row.get(1)?, version: row.get(2)? }))
        })
        .await?;
    Ok(group(rows))
}

const OF_VERSION: &str =
    "SELECT alias FROM registered_model_aliases WHERE model_id = $1 AND version = $2 ORDER BY alias";

/// The aliases that point at a version, ordered.
pub async fn of_version(tx: &mut Tx<'_>, model_id: &str, version: i64) -> Result<Vec<String>> {
    tx.all(OF_VERSION, &[model_id.into(), version.into()], |row| row.get(0)).await
}

/// The aliases that point at a page of versions, by model id and version.
pub async fn of_versions(
    tx: &mut Tx<'_>,
    keys: &[(&str, i64)],
) -> Result<HashMap<(String, i64), Vec<String>>> {
    let (list, params) = in_pairs(keys);
    let sql = format!(
        "SELECT model_id, version, alias FROM registered_model_aliases WHERE (model_id, version) IN ({list})
         ORDER BY model_id, version, alias"
    );
    let rows = tx
        .all(&sql, &params, |row| Ok(((row.get::<String>(0)?, row.get::<i64>(1)?), row.get::<String>(2)?)))
        .await?;
    Ok(group(rows))
}

const VERSION_OF: &str = "SELECT version FROM registered_model_aliases WHERE model_id = $1 AND alias = $2";

/// The version that an alias points at.
pub async fn version_of(tx: &mut Tx<'_>, model_id: &str, alias: &str) -> Result<Option<i64>> {
    tx.opt(VERSION_OF, &[model_id.into(), alias.into()], |row| row.get(0)).await
}

/// Points an alias at a version, whether it existed or not.
pub fn set<'a>(model_id: &'a str, alias: &'a str, version: i64) -> Statement<'a> {
    Statement {
        sql: "INSERT INTO registered_model_aliases (model_id, alias, version) VALUES ($1, $2, $3)
              ON CONFLICT (model_id, alias) DO UPDATE SET version = excluded.version",
        params: vec![model_id.into(), alias.into(), version.into()],
    }
}

/// Removes an alias.
pub fn delete<'a>(model_id: &'a str, alias: &'a str) -> Statement<'a> {
    Statement {
        sql: "DELETE FROM registered_model_aliases WHERE model_id = $1 AND alias = $2",
        params: vec![model_id.into(), alias.into()],
    }
}

/// Removes every alias that points at a version.
pub fn delete_of_version(model_id: &str, version: i64) -> Statement<'_> {
    Statement {
        sql: "DELETE FROM registered_model_aliases WHERE model_id = $1 AND version = $2",
        params: vec![model_id.into(), version.into()],
    }
}
