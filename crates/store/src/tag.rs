//! Tags of models and of versions: two tables, the same four things to do with each.

use std::collections::HashMap;

use greenroom_core::Result;
use greenroom_core::tag::Tag;

use crate::db::{Row, Statement, Tx};
use crate::page::in_list;

fn from_row(row: &Row<'_>) -> Result<Tag> {
    Ok(Tag { key: row.get(0)?, value: row.get(1)? })
}

const OF_MODEL: &str = "SELECT key, value FROM registered_model_tags WHERE model_id = $1 ORDER BY key";

/// A model's tags, by key.
pub async fn of_model(tx: &mut Tx<'_>, model_id: &str) -> Result<Vec<Tag>> {
    tx.all(OF_MODEL, &[model_id.into()], from_row).await
}

/// The tags of a page of models, by model id.
pub async fn of_models(tx: &mut Tx<'_>, ids: &[&str]) -> Result<HashMap<String, Vec<Tag>>> {
    let (list, params) = in_list(ids, 1);
    let sql = format!(
        "SELECT model_id, key, value FROM registered_model_tags WHERE model_id IN ({list}) ORDER BY model_id, key"
    );
    let rows = tx
        .all(&sql, &params, |row| Ok((row.get::<String>(0)?, Tag { key: row.get(1)?, value: row.get(2)? })))
        .await?;
    Ok(group(rows))
}

const OF_MODEL_VERSION: &str =
    "SELECT key, value FROM model_version_tags WHERE model_id = $1 AND version = $2 ORDER BY key";

/// A version's tags, by key.
pub async fn of_version(tx: &mut Tx<'_>, model_id: &str, version: i64) -> Result<Vec<Tag>> {
    tx.all(OF_MODEL_VERSION, &[model_id.into(), version.into()], from_row).await
}

/// The tags of a page of versions, by model id and version.
pub async fn of_versions(tx: &mut Tx<'_>, keys: &[(&str, i64)]) -> Result<HashMap<(String, i64), Vec<Tag>>> {
    let (list, params) = crate::page::in_pairs(keys);
    let sql = format!(
        "SELECT model_id, version, key, value FROM model_version_tags WHERE (model_id, version) IN ({list})
         ORDER BY model_id, version, key"
    );
    let rows = tx
        .all(&sql, &params, |row| {
            Ok(((row.get::<String>(0)?, row.get::<i64>(1)?), Tag { key: row.get(2)?, value: row.get(3)? }))
        })
        .await?;
    Ok(group(rows))
}

pub(crate) fn group<K: std::hash::Hash + Eq, V>(rows: Vec<(K, V)>) -> HashMap<K, Vec<V>> {
    let mut grouped: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in rows {
        grouped.entry(key).or_default().push(value);
    }
    grouped
}

const GET_OF_MODEL: &str = "SELECT key, value FROM registered_model_tags WHERE model_id = $1 AND key = $2";

/// One tag of a model.
pub async fn get_of_model(tx: &mut Tx<'_>, model_id: &str, key: &str) -> Result<Option<Tag>> {
    tx.opt(GET_OF_MODEL, &[model_id.into(), key.into()], from_row).await
}

const GET_OF_VERSION: &str =
    "SELECT key, value FROM model_version_tags WHERE model_id = $1 AND version = $2 AND key = $3";

/// One tag of a version.
pub async fn get_of_version(tx: &mut Tx<'_>, model_id: &str, version: i64, key: &str) -> Result<Option<Tag>> {
    tx.opt(GET_OF_VERSION, &[model_id.into(), version.into(), key.into()], from_row).await
}

/// Sets a tag of a model.
pub fn set_on_model<'a>(model_id: &'a str, tag: &'a Tag) -> Statement<'a> {
    Statement {
        sql: "INSERT INTO registered_model_tags (model_id, key, value) VALUES ($1, $2, $3)
              ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value",
        params: vec![model_id.into(), (&tag.key).into(), (&tag.value).into()],
    }
}

/// Sets a tag of a version.
pub fn set_on_version<'a>(model_id: &'a str, version: i64, tag: &'a Tag) -> Statement<'a> {
    Statement {
        sql: "INSERT INTO model_version_tags (model_id, version, key, value) VALUES ($1, $2, $3, $4)
              ON CONFLICT (model_id, version, key) DO UPDATE SET value = excluded.value",
        params: vec![model_id.into(), version.into(), (&tag.key).into(), (&tag.value).into()],
    }
}

/// Removes a tag of a model.
pub fn delete_from_model<'a>(model_id: &'a str, key: &'a str) -> Statement<'a> {
    Statement {
        sql: "DELETE FROM registered_model_tags WHERE model_id = $1 AND key = $2",
        params: vec![model_id.into(), key.into()],
    }
}

/// Removes a tag of a version.
pub fn delete_from_version<'a>(model_id: &'a str, version: i64, key: &'a str) -> Statement<'a> {
    Statement {
        sql: "DELETE FROM model_version_tags WHERE model_id = $1 AND version = $2 AND key = $3",
        params: vec![model_id.into(), version.into(), key.into()],
    }
}
