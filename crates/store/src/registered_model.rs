//! The `registered_models` table: one row per model that exists or existed, with the head of its event chain.

use greenroom_core::Result;
use greenroom_core::event::ChainHead;
use greenroom_core::registered_model::RegisteredModel;

use crate::db::{Param, Row, Statement, Tx};

/// A model and where its event chain ends.
#[derive(Clone, Debug)]
pub struct ModelRow {
    /// The model.
    pub model: RegisteredModel,
    /// Its chain's end.
    pub head: ChainHead,
    /// When it was deleted, if it was.
    pub deleted_at: Option<i64>,
}

/// What [`from_row`] reads, in its order.
pub(crate) const COLUMNS: &str = "m.id, m.name, m.description, m.created_by, m.created_at, m.updated_at, m.is_prompt, \
     m.last_version, m.head_sequence, m.head_hash, m.head_at, m.deleted_at";

pub(crate) fn from_row(row: &Row<'_>) -> Result<ModelRow> {
    let id: String = row.get(0)?;
    let name: String = row.get(1)?;
    let head = ChainHead {
        chain: id.clone(),
        model: Some(name.clone()),
        sequence: row.get(8)?,
        hash: row.get(9)?,
        at: row.get(10)?,
    };
    let model = RegisteredModel {
        id,
        name,
        description: row.get(2)?,
        created_by: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
        is_prompt: row.get(6)?,
        last_version: row.get(7)?,
    };
    Ok(ModelRow { model, head, deleted_at: row.get(11)? })
}

const BY_NAME: &str =
    "SELECT m.id, m.name, m.description, m.created_by, m.created_at, m.updated_at, m.is_prompt, \
     m.last_version, m.head_sequence, m.head_hash, m.head_at, m.deleted_at
     FROM registered_models m
     WHERE m.name = $1 AND m.deleted_at IS NULL";

/// The model of this name.
pub async fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<ModelRow>> {
    tx.opt(BY_NAME, &[name.into()], from_row).await
}

/// The model of this name, to be changed: it is the unit of consistency, so nobody else changes it or
/// anything that hangs on it until the transaction ends.
pub async fn lock_by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<ModelRow>> {
    tx.opt_locked(BY_NAME, &[name.into()], from_row).await
}

const BY_ID: &str =
    "SELECT m.id, m.name, m.description, m.created_by, m.created_at, m.updated_at, m.is_prompt, \
     m.last_version, m.head_sequence, m.head_hash, m.head_at, m.deleted_at
     FROM registered_models m
     WHERE m.id = $1";

/// The model of this id, also when it was deleted.
pub async fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<ModelRow>> {
    tx.opt(BY_ID, &[id.into()], from_row).await
}

/// The model of this id, to be changed, also when it was deleted.
pub async fn lock_by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<ModelRow>> {
    tx.opt_locked(BY_ID, &[id.into()], from_row).await
}

const INSERT: &str = "INSERT INTO registered_models
     (id, name, description, created_by, created_at, updated_at, is_prompt, holds_prompts, last_version,
      head_sequence, head_hash, head_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8, $9, $10, $11)
     ON CONFLICT DO NOTHING";

/// Adds a model; false when its name is taken.
pub async fn insert(tx: &mut Tx<'_>, row: &ModelRow) -> Result<bool> {
    let ModelRow { model, head, .. } = row;
    let params = [
        (&model.id).into(),
        (&model.name).into(),
        model.description.as_deref().into(),
        (&model.created_by).into(),
        model.created_at.into(),
        model.updated_at.into(),
        model.is_prompt.into(),
        model.last_version.into(),
        head.sequence.into(),
        (&head.hash).into(),
        head.at.into(),
    ];
    Ok(tx.exec(INSERT, &params).await? == 1)
}

const SAVE: &str = "UPDATE registered_models
     SET name = $1, description = $2, updated_at = $3, is_prompt = $4, last_version = $5,
         head_sequence = $6, head_hash = $7, head_at = $8, deleted_at = $9
     WHERE id = $10";

/// The statement that writes a model back after a change, with its chain's new end.
pub fn save(row: &ModelRow) -> Statement<'_> {
    let ModelRow { model, head, deleted_at } = row;
    let params = vec![
        (&model.name).into(),
        model.description.as_deref().into(),
        model.updated_at.into(),
        model.is_prompt.into(),
        model.last_version.into(),
        head.sequence.into(),
        (&head.hash).into(),
        head.at.into(),
        (*deleted_at).into(),
        (&model.id).into(),
    ];
    Statement { sql: SAVE, params }
}

const MARK_PROMPTS: &str = "UPDATE registered_models
     SET holds_prompts = EXISTS (
         SELECT 1 FROM model_version_tags t
         WHERE t.model_id = $1 AND t.key = 'mlflow.prompt.is_prompt' AND t.value = 'true')
     WHERE id = $1";

/// Notes whether one of the model's versions is marked as a prompt (searches leave such models out).
pub async fn mark_prompts(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    tx.exec(MARK_PROMPTS, &[id.into()]).await.map(|_| ())
}

const DELETE_CHILDREN: [&str; 5] = [
    "DELETE FROM registered_model_tags WHERE model_id = $1",
    "DELETE FROM registered_model_aliases WHERE model_id = $1",
    "DELETE FROM model_version_tags WHERE model_id = $1",
    "DELETE FROM version_digests WHERE model_id = $1",
    "DELETE FROM model_versions WHERE model_id = $1",
];

/// Removes everything that hangs on a model; its row and its events stay.
pub async fn delete_children(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    let statements = DELETE_CHILDREN.map(|sql| Statement { sql, params: vec![id.into()] });
    tx.batch(&statements).await
}

const HEADS: &str = "SELECT m.id, m.name, m.head_sequence, m.head_hash, m.head_at
     FROM registered_models m
     WHERE m.id > $1
     ORDER BY m.id
     LIMIT $2";

/// The ends of the models' chains, ordered by id, deleted models included.
pub async fn heads(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Vec<ChainHead>> {
    tx.all(HEADS, &[Param::from(after), limit.into()], |row| {
        Ok(ChainHead {
            chain: row.get(0)?,
            model: Some(row.get(1)?),
            sequence: row.get(2)?,
            hash: row.get(3)?,
            at: row.get(4)?,
        })
    })
    .await
}
