//! The `version_digests` table: what versions' artifacts were, and which are to be looked at.

use std::collections::HashMap;

use greenroom_core::Result;
use greenroom_core::digest::{DigestState, VersionDigest};
use greenroom_core::model_version::{ModelVersionDetail, VersionView};

use crate::db::{Row, Statement, Tx};
use crate::page::in_list;

/// A version whose artifacts this server keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestRow {
    /// The model's id.
    pub model_id: String,
    /// The version.
    pub version: i64,
    /// Where its artifacts lie below the artifact root.
    pub path: String,
    /// What is known of them.
    pub known: VersionDigest,
    /// When to look (again), Unix milliseconds; `None` = no need to.
    pub due_at: Option<i64>,
}

fn known(row: &Row<'_>, first: usize) -> Result<VersionDigest> {
    Ok(VersionDigest {
        state: DigestState::parse(&row.get::<String>(first)?)?,
        digest: row.get(first + 1)?,
        checked_at: row.get(first + 2)?,
    })
}

fn from_row(row: &Row<'_>) -> Result<DigestRow> {
    Ok(DigestRow {
        model_id: row.get(0)?,
        version: row.get(1)?,
        path: row.get(2)?,
        known: known(row, 3)?,
        due_at: row.get(6)?,
    })
}

const GET: &str = "SELECT model_id, version, path, state, digest, checked_at, due_at
     FROM version_digests
     WHERE model_id = $1 AND version = $2";

/// What is known of one version; `None` when this server does not keep its artifacts.
pub async fn get(tx: &mut Tx<'_>, model_id: &str, version: i64) -> Result<Option<DigestRow>> {
    tx.opt(GET, &[model_id.into(), version.into()], from_row).await
}

/// Adds what is known of the bytes of a page of versions.
pub async fn join(tx: &mut Tx<'_>, details: Vec<ModelVersionDetail>) -> Result<Vec<VersionView>> {
    let mut known = HashMap::new();
    for details in details.chunks(crate::page::CHILDREN) {
        let keys: Vec<(&str, i64)> =
            details.iter().map(|d| (d.version.model_id.as_str(), d.version.version)).collect();
        let (list, params) = crate::page::in_pairs(&keys);
        let sql = format!(
            "SELECT model_id, version, state, digest, checked_at FROM version_digests
             WHERE (model_id, version) IN ({list})
             ORDER BY model_id, version"
        );
        known.extend(tx.all(&sql, &params, keyed).await?);
    }
    let view = |detail: ModelVersionDetail| {
        let digest = known.remove(&(detail.version.model_id.clone(), detail.version.version));
        VersionView { detail, digest: digest.unwrap_or(VersionDigest::NONE), lineage: None }
    };
    Ok(details.into_iter().map(view).collect())
}

fn keyed(row: &Row<'_>) -> Result<((String, i64), VersionDigest)> {
    Ok(((row.get(0)?, row.get(1)?), known(row, 2)?))
}

/// Notes a new version, to be looked at.
pub fn insert(row: &DigestRow) -> Statement<'_> {
    Statement {
        sql: "INSERT INTO version_digests (model_id, version, path, state, due_at) VALUES ($1, $2, $3, $4, $5)",
        params: vec![
            (&row.model_id).into(),
            row.version.into(),
            (&row.path).into(),
            row.known.state.as_str().into(),
            row.due_at.into(),
        ],
    }
}

/// Writes what is known.
pub fn save(row: &DigestRow) -> Statement<'_> {
    Statement {
        sql: "UPDATE version_digests SET state = $1, digest = $2, checked_at = $3, due_at = $4
              WHERE model_id = $5 AND version = $6",
        params: vec![
            row.known.state.as_str().into(),
            row.known.digest.as_deref().into(),
            row.known.checked_at.into(),
            row.due_at.into(),
            (&row.model_id).into(),
            row.version.into(),
        ],
    }
}

/// Forgets a version.
pub fn delete(model_id: &str, version: i64) -> Statement<'_> {
    Statement {
        sql: "DELETE FROM version_digests WHERE model_id = $1 AND version = $2",
        params: vec![model_id.into(), version.into()],
    }
}

const DUE: &str = "SELECT model_id, version, path, state, digest, checked_at, due_at
     FROM version_digests
     WHERE due_at <= $1
     ORDER BY due_at, model_id, version
     LIMIT $2";

/// What is to be looked at now, longest due first.
pub async fn due(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<Vec<DigestRow>> {
    tx.all(DUE, &[now.into(), limit.into()], from_row).await
}

const NEXT_DUE: &str = "SELECT MIN(due_at) FROM version_digests WHERE due_at IS NOT NULL";

/// When the next one is to be looked at.
pub async fn next_due(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    Ok(tx.opt(NEXT_DUE, &[], |row| row.get::<Option<i64>>(0)).await?.flatten())
}

const PUT_OFF: &str = "UPDATE version_digests SET due_at = $1
     WHERE model_id = $2 AND version = $3 AND due_at = $4";

/// Moves a row that is due to a later time, unless somebody else has: who succeeds has taken it on.
pub async fn put_off(tx: &mut Tx<'_>, row: &DigestRow, until: i64) -> Result<bool> {
    let params = [until.into(), (&row.model_id).into(), row.version.into(), row.due_at.into()];
    Ok(tx.exec(PUT_OFF, &params).await? == 1)
}

/// The versions whose artifacts lie in one of these folders, or are in the last of them.
pub async fn around(tx: &mut Tx<'_>, folders: &[&str]) -> Result<Vec<DigestRow>> {
    let (list, mut params) = in_list(folders, 1);
    let key = folders.last().copied().unwrap_or_default();
    let n = params.len();
    // What is below a folder sorts between `folder/` and `folder0`: `0` follows `/`.
    params.extend([format!("{key}/").into(), format!("{key}0").into()]);
    let sql = format!(
        "SELECT model_id, version, path, state, digest, checked_at, due_at
         FROM version_digests
         WHERE path IN ({list}) OR (path > ${} AND path < ${})
         ORDER BY model_id, version",
        n + 1,
        n + 2
    );
    tx.all(&sql, &params, from_row).await
}

const SCHEDULE: &str = "UPDATE version_digests SET due_at = $1 WHERE model_id = $2 AND version = $3";

/// Has a version looked at at that time, whoever looks at it now.
pub async fn schedule(tx: &mut Tx<'_>, row: &DigestRow, at: i64) -> Result<()> {
    tx.exec(SCHEDULE, &[at.into(), (&row.model_id).into(), row.version.into()]).await.map(|_| ())
}
