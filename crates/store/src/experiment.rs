//! The `experiments` table, its tags, and the counter that gives the ids.

use std::collections::HashMap;

use greenroom_core::experiment::{Experiment, ExperimentDetail};
use greenroom_core::tag::Tag;
use greenroom_core::{Result, artifact};

use crate::db::{Param, Row, Rows, Statement, Tx, hide};
use crate::page::in_list;
use crate::tag::group;

/// What [`from_row`] reads, in its order.
pub const COLUMNS: &str = "e.id, e.name, e.artifact_location, e.created_at, e.updated_at, e.deleted_at";

/// Reads a row of [`COLUMNS`].
pub fn from_row(row: &Row<'_>) -> Result<Experiment> {
    Ok(Experiment {
        id: row.get(0)?,
        name: row.get(1)?,
        artifact_location: row.get(2)?,
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
        deleted_at: row.get(5)?,
    })
}

const BY_ID: &str = "SELECT e.id, e.name, e.artifact_location, e.created_at, e.updated_at, e.deleted_at
     FROM experiments e
     WHERE e.id = $1";

/// The experiment of this id, also when it is deleted.
pub async fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Experiment>> {
    tx.opt(BY_ID, &[id.into()], from_row).await
}

/// The experiment of this id, to be changed.
pub async fn lock_by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Experiment>> {
    tx.opt_locked(BY_ID, &[id.into()], from_row).await
}

/// The experiment of this id, to which something is to be added: until the transaction ends nobody deletes it, and
/// others may add to it also.
pub async fn hold_by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Experiment>> {
    tx.opt_shared(BY_ID, &[id.into()], from_row).await
}

const BY_NAME: &str = "SELECT e.id, e.name, e.artifact_location, e.created_at, e.updated_at, e.deleted_at
     FROM experiments e
     WHERE e.name = $1";

/// The experiment of this name, also when it is deleted.
pub async fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Experiment>> {
    tx.opt(BY_NAME, &[name.into()], from_row).await
}

const NEXT_ID: &str =
    "UPDATE tracking SET last_experiment = last_experiment + 1 WHERE id = 1 RETURNING last_experiment";

/// A new id. Whoever takes one keeps others waiting until its transaction ends.
pub async fn next_id(tx: &mut Tx<'_>) -> Result<i64> {
    let next = tx.opt(NEXT_ID, &[], |row| row.get(0)).await?;
    next.ok_or_else(|| hide("the counter of experiments is gone", &"no row in tracking"))
}

const INSERT: &str =
    "INSERT INTO experiments (id, name, artifact_location, artifact_place, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING";

/// Adds an experiment; false when its id or name is taken.
pub async fn insert(tx: &mut Tx<'_>, experiment: &Experiment) -> Result<bool> {
    let params = [
        experiment.id.into(),
        (&experiment.name).into(),
        (&experiment.artifact_location).into(),
        artifact::place_of(&experiment.artifact_location).into(),
        experiment.created_at.into(),
        experiment.updated_at.into(),
    ];
    Ok(tx.exec(INSERT, &params).await? == 1)
}

/// Writes an experiment back after a change; the unique index has the last word on its name.
pub fn save(experiment: &Experiment) -> Statement<'_> {
    Statement {
        sql: "UPDATE experiments SET name = $1, updated_at = $2, deleted_at = $3 WHERE id = $4",
        params: vec![
            (&experiment.name).into(),
            experiment.updated_at.into(),
            experiment.deleted_at.into(),
            experiment.id.into(),
        ],
    }
}

/// Loads the tags of a page of experiments.
pub async fn all_with_tags(tx: &mut Tx<'_>, experiments: Vec<Experiment>) -> Result<Vec<ExperimentDetail>> {
    let mut details = Vec::with_capacity(experiments.len());
    let mut rest = experiments.into_iter().peekable();
    while rest.peek().is_some() {
        let page: Vec<Experiment> = rest.by_ref().take(crate::page::CHILDREN).collect();
        let ids: Vec<i64> = page.iter().map(|experiment| experiment.id).collect();
        let mut tags = tags_of(tx, &ids).await?;
        for experiment in page {
            let tags = tags.remove(&experiment.id).unwrap_or_default();
            details.push(ExperimentDetail { experiment, tags });
        }
    }
    Ok(details)
}

async fn tags_of(tx: &mut Tx<'_>, ids: &[i64]) -> Result<HashMap<i64, Vec<Tag>>> {
    let (list, params) = in_list(ids, 1);
    let sql = format!(
        "SELECT experiment_id, key, value FROM experiment_tags WHERE experiment_id IN ({list})
         ORDER BY experiment_id, key"
    );
    let rows = tx
        .all(&sql, &params, |row| Ok((row.get::<i64>(0)?, Tag { key: row.get(1)?, value: row.get(2)? })))
        .await?;
    Ok(group(rows))
}

const GET_TAG: &str = "SELECT key, value FROM experiment_tags WHERE experiment_id = $1 AND key = $2";

/// One tag of an experiment.
pub async fn tag(tx: &mut Tx<'_>, id: i64, key: &str) -> Result<Option<Tag>> {
    tx.opt(GET_TAG, &[id.into(), key.into()], |row| Ok(Tag { key: row.get(0)?, value: row.get(1)? })).await
}

const SET_TAGS: Rows = Rows {
    before: "INSERT INTO experiment_tags (experiment_id, key, value)",
    columns: 3,
    after: "ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value",
};

/// Sets tags, no key twice.
pub async fn set_tags(tx: &mut Tx<'_>, id: i64, tags: &[Tag]) -> Result<()> {
    let values: Vec<Param<'_>> =
        tags.iter().flat_map(|tag| [id.into(), (&tag.key).into(), (&tag.value).into()]).collect();
    tx.insert(SET_TAGS, &values).await
}

/// Removes a tag.
pub fn delete_tag(id: i64, key: &str) -> Statement<'_> {
    Statement {
        sql: "DELETE FROM experiment_tags WHERE experiment_id = $1 AND key = $2",
        params: vec![id.into(), key.into()],
    }
}
