//! The `model_versions` table.

use greenroom_core::model_version::{ModelVersion, ModelVersionDetail, Occupant};
use greenroom_core::{Result, artifact};

use crate::db::{Row, Statement, Tx};
use crate::page::in_list;
use crate::{alias, tag};

/// What [`from_row`] reads, in its order.
pub(crate) const COLUMNS: &str = "v.model_id, v.version, v.name, v.stage, v.stage_since, v.stage_by, v.description, \
     v.source, v.storage_location, v.run_id, v.run_link, v.logged_model_id, v.created_by, v.created_at, v.updated_at";

pub(crate) fn from_row(row: &Row<'_>) -> Result<ModelVersion> {
    Ok(ModelVersion {
        model_id: row.get(0)?,
        version: row.get(1)?,
        name: row.get(2)?,
        stage: row.get(3)?,
        stage_since: row.get(4)?,
        stage_by: row.get(5)?,
        description: row.get(6)?,
        source: row.get(7)?,
        storage_location: row.get(8)?,
        run_id: row.get(9)?,
        run_link: row.get(10)?,
        logged_model_id: row.get(11)?,
        created_by: row.get(12)?,
        created_at: row.get(13)?,
        updated_at: row.get(14)?,
    })
}

const BY_NAME: &str = "SELECT v.model_id, v.version, v.name, v.stage, v.stage_since, v.stage_by, v.description, \
     v.source, v.storage_location, v.run_id, v.run_link, v.logged_model_id, v.created_by, v.created_at, v.updated_at
     FROM model_versions v
     WHERE v.name = $1 AND v.version = $2";

/// A version by its model's name.
pub async fn by_name(tx: &mut Tx<'_>, name: &str, version: i64) -> Result<Option<ModelVersion>> {
    tx.opt(BY_NAME, &[name.into(), version.into()], from_row).await
}

const STORAGE_LOCATION: &str =
    "SELECT v.storage_location FROM model_versions v WHERE v.name = $1 AND v.version = $2";

/// Where a version's artifacts are.
pub async fn storage_location(tx: &mut Tx<'_>, name: &str, version: i64) -> Result<Option<String>> {
    tx.opt(STORAGE_LOCATION, &[name.into(), version.into()], |row| row.get(0)).await
}

/// Loads what hangs on one version.
pub async fn with_children(tx: &mut Tx<'_>, version: ModelVersion) -> Result<ModelVersionDetail> {
    let tags = tag::of_version(tx, &version.model_id, version.version).await?;
    let aliases = alias::of_version(tx, &version.model_id, version.version).await?;
    Ok(ModelVersionDetail { version, tags, aliases })
}

/// Loads what hangs on a page of versions, in two queries.
pub async fn all_with_children(
    tx: &mut Tx<'_>,
    versions: Vec<ModelVersion>,
) -> Result<Vec<ModelVersionDetail>> {
    let mut details = Vec::with_capacity(versions.len());
    let mut rest = versions.into_iter().peekable();
    while rest.peek().is_some() {
        let page: Vec<ModelVersion> = rest.by_ref().take(crate::page::CHILDREN).collect();
        let keys: Vec<(&str, i64)> = page.iter().map(|v| (v.model_id.as_str(), v.version)).collect();
        let mut tags = tag::of_versions(tx, &keys).await?;
        let mut aliases = alias::of_versions(tx, &keys).await?;
        for version in page {
            let key = (version.model_id.clone(), version.version);
            let tags = tags.remove(&key).unwrap_or_default();
            let aliases = aliases.remove(&key).unwrap_or_default();
            details.push(ModelVersionDetail { version, tags, aliases });
        }
    }
    Ok(details)
}

const MAX_VERSION: &str = "SELECT MAX(version) FROM model_versions WHERE model_id = $1";

/// The highest version number that exists.
pub async fn highest(tx: &mut Tx<'_>, model_id: &str) -> Result<Option<i64>> {
    Ok(tx.opt(MAX_VERSION, &[model_id.into()], |row| row.get::<Option<i64>>(0)).await?.flatten())
}

/// Adds a version.
pub fn insert(version: &ModelVersion) -> Statement<'_> {
    Statement {
        sql: "INSERT INTO model_versions
              (model_id, version, name, stage, stage_since, stage_by, description, source, storage_location,
               storage_place, run_id, run_link, logged_model_id, created_by, created_at, updated_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params: vec![
            (&version.model_id).into(),
            version.version.into(),
            (&version.name).into(),
            (&version.stage).into(),
            version.stage_since.into(),
            (&version.stage_by).into(),
            version.description.as_deref().into(),
            (&version.source).into(),
            (&version.storage_location).into(),
            artifact::place_of(&version.storage_location).into(),
            version.run_id.as_deref().into(),
            version.run_link.as_deref().into(),
            version.logged_model_id.as_deref().into(),
            (&version.created_by).into(),
            version.created_at.into(),
            version.updated_at.into(),
        ],
    }
}

/// Changes a version's description.
pub fn set_description<'a>(
    model_id: &'a str,
    version: i64,
    description: Option<&'a str>,
    now: i64,
) -> Statement<'a> {
    Statement {
        sql: "UPDATE model_versions SET description = $1, updated_at = $2 WHERE model_id = $3 AND version = $4",
        params: vec![description.into(), now.into(), model_id.into(), version.into()],
    }
}

/// Where a version goes.
#[derive(Clone, Copy, Debug)]
pub struct Placement<'a> {
    /// The stage.
    pub stage: &'a str,
    /// Since when it is there.
    pub since: i64,
    /// Who put it there.
    pub by: &'a str,
}

/// Puts a version into a stage.
pub fn place<'a>(model_id: &'a str, version: i64, to: Placement<'a>, now: i64) -> Statement<'a> {
    Statement {
        sql: "UPDATE model_versions SET stage = $1, stage_since = $2, stage_by = $3, updated_at = $4
              WHERE model_id = $5 AND version = $6",
        params: vec![
            to.stage.into(),
            to.since.into(),
            to.by.into(),
            now.into(),
            model_id.into(),
            version.into(),
        ],
    }
}

/// Follows a model's new name; MLflow counts it as an update of every version.
pub fn rename_all<'a>(model_id: &'a str, name: &'a str, now: i64) -> Statement<'a> {
    Statement {
        sql: "UPDATE model_versions SET name = $1, updated_at = $2 WHERE model_id = $3",
        params: vec![name.into(), now.into(), model_id.into()],
    }
}

/// Removes a version and its tags.
pub fn delete(model_id: &str, version: i64) -> [Statement<'_>; 2] {
    [
        "DELETE FROM model_version_tags WHERE model_id = $1 AND version = $2",
        "DELETE FROM model_versions WHERE model_id = $1 AND version = $2",
    ]
    .map(|sql| Statement { sql, params: vec![model_id.into(), version.into()] })
}

const COUNT_OTHERS: &str =
    "SELECT COUNT(*) FROM model_versions WHERE model_id = $1 AND stage = $2 AND version <> $3";

/// How many versions other than this one are in a stage.
pub async fn count_others(tx: &mut Tx<'_>, model_id: &str, stage: &str, version: i64) -> Result<i64> {
    Ok(tx
        .opt(COUNT_OTHERS, &[model_id.into(), stage.into(), version.into()], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

fn occupant(row: &Row<'_>) -> Result<Occupant> {
    Ok(Occupant { version: row.get(0)?, since: row.get(1)?, by: row.get(2)? })
}

// The versions of a stage are found in an inner query of their own: ordered or limited together with the columns, SQLite
// walks all versions of the model instead of the stage's.

const OTHERS_NEWEST: &str = "SELECT version, stage_since, stage_by FROM model_versions
     WHERE model_id = $1 AND version IN (
         SELECT h.version FROM model_versions h
         WHERE h.model_id = $1 AND h.stage = $2 AND h.version <> $3
         ORDER BY h.version DESC
         LIMIT $4)
     ORDER BY version DESC";

/// The highest-numbered versions other than this one in a stage.
pub async fn others_newest(
    tx: &mut Tx<'_>,
    model_id: &str,
    stage: &str,
    version: i64,
    limit: i64,
) -> Result<Vec<Occupant>> {
    tx.all(OTHERS_NEWEST, &[model_id.into(), stage.into(), version.into(), limit.into()], occupant).await
}

const OTHERS_OLDEST: &str = "SELECT version, stage_since, stage_by FROM model_versions
     WHERE model_id = $1 AND version IN (
         SELECT h.version FROM model_versions h
         WHERE h.model_id = $1 AND h.stage = $2 AND h.version <> $3)
     ORDER BY stage_since, version
     LIMIT $4";

/// Those versions other than this one in a stage that entered it first.
pub async fn others_oldest(
    tx: &mut Tx<'_>,
    model_id: &str,
    stage: &str,
    version: i64,
    limit: i64,
) -> Result<Vec<Occupant>> {
    tx.all(OTHERS_OLDEST, &[model_id.into(), stage.into(), version.into(), limit.into()], occupant).await
}

const LATEST_IN: &str = "SELECT v.model_id, v.version, v.name, v.stage, v.stage_since, v.stage_by, v.description, \
     v.source, v.storage_location, v.run_id, v.run_link, v.logged_model_id, v.created_by, v.created_at, v.updated_at
     FROM model_versions v
     WHERE v.model_id = $1
       AND v.version = (SELECT MAX(h.version) FROM model_versions h WHERE h.model_id = $1 AND h.stage = $2)";

/// The highest-numbered version in a stage: one index seek.
pub async fn latest_in(tx: &mut Tx<'_>, model_id: &str, stage: &str) -> Result<Option<ModelVersion>> {
    tx.opt(LATEST_IN, &[model_id.into(), stage.into()], from_row).await
}

/// For each of these models (at most [`crate::page::CHILDREN`]) and each stage that holds a version of it, the
/// highest-numbered one; a model's stages come in the order of their lowest version number, as MLflow lists them.
///
/// A loose index scan: for each stage a handful of seeks, however many versions there are.
pub async fn latest_of(tx: &mut Tx<'_>, model_ids: &[&str]) -> Result<Vec<ModelVersion>> {
    let (list, params) = in_list(model_ids, 1);
    let sql = format!(
        "WITH RECURSIVE present (model_id, stage) AS (
             SELECT m.id, (SELECT MIN(f.stage) FROM model_versions f WHERE f.model_id = m.id)
             FROM registered_models m
             WHERE m.id IN ({list})
             UNION ALL
             SELECT p.model_id,
                    (SELECT MIN(n.stage) FROM model_versions n WHERE n.model_id = p.model_id AND n.stage > p.stage)
             FROM present p
             WHERE p.stage IS NOT NULL
         )
         SELECT {COLUMNS}
         FROM present p
         JOIN model_versions v ON v.model_id = p.model_id AND v.version =
             (SELECT MAX(h.version) FROM model_versions h WHERE h.model_id = p.model_id AND h.stage = p.stage)
         WHERE p.stage IS NOT NULL
         ORDER BY p.model_id,
             (SELECT MIN(l.version) FROM model_versions l WHERE l.model_id = p.model_id AND l.stage = p.stage)"
    );
    tx.all(&sql, &params, from_row).await
}

const HELD_STAGES: &str = "WITH RECURSIVE present (stage) AS (
         SELECT MIN(f.stage) FROM model_versions f WHERE f.model_id = $1
         UNION ALL
         SELECT (SELECT MIN(n.stage) FROM model_versions n WHERE n.model_id = $1 AND n.stage > p.stage)
         FROM present p
         WHERE p.stage IS NOT NULL
     )
     SELECT p.stage FROM present p WHERE p.stage IS NOT NULL";

/// The stages that hold a version of a model.
pub async fn held_stages(tx: &mut Tx<'_>, model_id: &str) -> Result<Vec<String>> {
    tx.all(HELD_STAGES, &[model_id.into()], |row| row.get(0)).await
}

const STAGES_IN_USE: &str =
    "SELECT v.name, v.stage, MAX(v.version) FROM model_versions v GROUP BY v.name, v.stage";

/// For every model the stages that hold a version of it, each with the highest such version. A full scan:
/// for a change of the stage definitions, not for requests.
pub async fn stages_in_use(tx: &mut Tx<'_>) -> Result<Vec<(String, String, i64)>> {
    tx.all(STAGES_IN_USE, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).await
}

const LIST: &str = "SELECT v.model_id, v.version, v.name, v.stage, v.stage_since, v.stage_by, v.description, \
     v.source, v.storage_location, v.run_id, v.run_link, v.logged_model_id, v.created_by, v.created_at, v.updated_at
     FROM model_versions v
     WHERE v.model_id = $1 AND v.version < $2
     ORDER BY v.version DESC
     LIMIT $3";

const LIST_IN_STAGE: &str = "SELECT v.model_id, v.version, v.name, v.stage, v.stage_since, v.stage_by, v.description, \
     v.source, v.storage_location, v.run_id, v.run_link, v.logged_model_id, v.created_by, v.created_at, v.updated_at
     FROM model_versions v
     WHERE v.model_id = $1 AND v.version IN (
         SELECT h.version FROM model_versions h
         WHERE h.model_id = $1 AND h.version < $2 AND h.stage = $3
         ORDER BY h.version DESC
         LIMIT $4)
     ORDER BY v.version DESC";

/// A model's versions below a number, highest first; only those in `stage` if given.
pub async fn list(
    tx: &mut Tx<'_>,
    model_id: &str,
    below: i64,
    stage: Option<&str>,
    limit: i64,
) -> Result<Vec<ModelVersion>> {
    match stage {
        Some(stage) => {
            tx.all(LIST_IN_STAGE, &[model_id.into(), below.into(), stage.into(), limit.into()], from_row)
                .await
        }
        None => tx.all(LIST, &[model_id.into(), below.into(), limit.into()], from_row).await,
    }
}
