//! The `logged_models` table, and the tags, parameters and metrics that hang on its rows.

use std::collections::HashMap;

use greenroom_core::Result;
use greenroom_core::logged_model::{LoggedModel, LoggedModelDetail, ModelMetric, Registration, Status};
use greenroom_core::metric::Metric;
use greenroom_core::run::Param;
use greenroom_core::tag::Tag;

use crate::db::{Row, Statement, Tx};
use crate::page::in_list;
use crate::tag::group;

/// Registered versions that are told of a logged model, on average over a page.
const REGISTRATIONS: i64 = 1000;

/// What `from_row` reads, in its order.
pub const COLUMNS: &str = "l.id, l.experiment_id, l.name, l.model_type, l.source_run_id, l.status, l.status_message, \
     l.artifact_uri, l.created_at, l.updated_at, l.deleted_at";

pub(crate) fn from_row(row: &Row<'_>) -> Result<LoggedModel> {
    Ok(LoggedModel {
        id: row.get(0)?,
        experiment_id: row.get(1)?,
        name: row.get(2)?,
        model_type: row.get(3)?,
        source_run_id: row.get(4)?,
        status: Status::parse(&row.get::<String>(5)?)?,
        status_message: row.get(6)?,
        artifact_uri: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        deleted_at: row.get(10)?,
    })
}

const BY_ID: &str =
    "SELECT l.id, l.experiment_id, l.name, l.model_type, l.source_run_id, l.status, l.status_message, \
     l.artifact_uri, l.created_at, l.updated_at, l.deleted_at
     FROM logged_models l
     WHERE l.id = $1";

/// A logged model by its id, also when it was deleted.
pub async fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<LoggedModel>> {
    tx.opt(BY_ID, &[id.into()], from_row).await
}

/// A logged model by its id, to be changed, also when it was deleted.
pub async fn lock_by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<LoggedModel>> {
    tx.opt_locked(BY_ID, &[id.into()], from_row).await
}

const OF_RUN: &str =
    "SELECT l.id, l.experiment_id, l.name, l.model_type, l.source_run_id, l.status, l.status_message, \
     l.artifact_uri, l.created_at, l.updated_at, l.deleted_at
     FROM logged_models l
     LEFT JOIN run_models o ON o.run_id = l.source_run_id AND o.is_output AND o.model_id = l.id
     WHERE l.source_run_id = $1 AND l.name = $2 AND l.deleted_at IS NULL
     ORDER BY COALESCE(o.step, -1) DESC, l.created_at DESC, l.id
     LIMIT 1";

/// The logged model of this name that a run brought forth last: at its greatest step, then the newest.
pub async fn last_of_run(tx: &mut Tx<'_>, run_id: &str, name: &str) -> Result<Option<LoggedModel>> {
    tx.opt(OF_RUN, &[run_id.into(), name.into()], from_row).await
}

/// Adds a logged model.
pub fn insert(model: &LoggedModel) -> Statement<'_> {
    Statement {
        sql: "INSERT INTO logged_models
              (id, experiment_id, name, model_type, source_run_id, status, artifact_uri, created_at, updated_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params: vec![
            (&model.id).into(),
            model.experiment_id.into(),
            (&model.name).into(),
            (&model.model_type).into(),
            (&model.source_run_id).into(),
            model.status.as_str().into(),
            (&model.artifact_uri).into(),
            model.created_at.into(),
            model.updated_at.into(),
        ],
    }
}

/// Writes how far a model is, and whether it is deleted.
pub fn save(model: &LoggedModel) -> Statement<'_> {
    Statement {
        sql: "UPDATE logged_models SET status = $1, updated_at = $2, deleted_at = $3 WHERE id = $4",
        params: vec![
            model.status.as_str().into(),
            model.updated_at.into(),
            model.deleted_at.into(),
            (&model.id).into(),
        ],
    }
}

/// Sets a tag.
pub fn set_tag<'a>(id: &'a str, tag: &'a Tag) -> Statement<'a> {
    Statement {
        sql: "INSERT INTO logged_model_tags (model_id, key, value) VALUES ($1, $2, $3)
              ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value",
        params: vec![id.into(), (&tag.key).into(), (&tag.value).into()],
    }
}

const DELETE_TAG: &str = "DELETE FROM logged_model_tags WHERE model_id = $1 AND key = $2";

/// Removes a tag; whether it was there.
pub async fn delete_tag(tx: &mut Tx<'_>, id: &str, key: &str) -> Result<bool> {
    Ok(tx.exec(DELETE_TAG, &[id.into(), key.into()]).await? == 1)
}

const TAG: &str = "SELECT key, value FROM logged_model_tags WHERE model_id = $1 AND key = $2";

/// One tag.
pub async fn tag(tx: &mut Tx<'_>, id: &str, key: &str) -> Result<Option<Tag>> {
    tx.opt(TAG, &[id.into(), key.into()], |row| Ok(Tag { key: row.get(0)?, value: row.get(1)? })).await
}

/// Adds a parameter.
pub fn insert_param<'a>(id: &'a str, param: &'a Param) -> Statement<'a> {
    Statement {
        sql: "INSERT INTO logged_model_params (model_id, key, value) VALUES ($1, $2, $3)",
        params: vec![id.into(), (&param.key).into(), (&param.value).into()],
    }
}

const PARAMS: &str = "SELECT key, value FROM logged_model_params WHERE model_id = $1 ORDER BY key";

/// A model's parameters, by key.
pub async fn params(tx: &mut Tx<'_>, id: &str) -> Result<Vec<Param>> {
    tx.all(PARAMS, &[id.into()], |row| Ok(Param { key: row.get(0)?, value: row.get(1)? })).await
}

/// Loads what hangs on one model.
pub async fn with_children(tx: &mut Tx<'_>, model: LoggedModel) -> Result<LoggedModelDetail> {
    let id = model.id.clone();
    let mut children = Children::of(tx, &[&id]).await?;
    Ok(children.join(model))
}

/// Loads what hangs on a page of models, in four queries for each [`crate::page::CHILDREN`] of them.
pub async fn all_with_children(tx: &mut Tx<'_>, models: Vec<LoggedModel>) -> Result<Vec<LoggedModelDetail>> {
    let mut details = Vec::with_capacity(models.len());
    let mut rest = models.into_iter().peekable();
    while rest.peek().is_some() {
        let page: Vec<LoggedModel> = rest.by_ref().take(crate::page::CHILDREN).collect();
        let ids: Vec<&str> = page.iter().map(|m| m.id.as_str()).collect();
        let mut children = Children::of(tx, &ids).await?;
        details.extend(page.into_iter().map(|model| children.join(model)));
    }
    Ok(details)
}

/// The registered versions that came from some models, each with the id of its model.
pub async fn registrations(tx: &mut Tx<'_>, ids: &[&str]) -> Result<Vec<(String, Registration)>> {
    let (list, mut bound) = in_list(ids, 1);
    let at_most = REGISTRATIONS.saturating_mul(i64::try_from(ids.len()).unwrap_or(i64::MAX));
    bound.push(at_most.into());
    let sql = format!(
        "SELECT v.logged_model_id, v.name, v.version
         FROM model_versions v
         WHERE v.logged_model_id IN ({list})
         ORDER BY v.logged_model_id, v.name, v.version
         LIMIT ${}",
        bound.len()
    );
    tx.all(&sql, &bound, |row| Ok((row.get(0)?, Registration { name: row.get(1)?, version: row.get(2)? })))
        .await
}

/// What hangs on some models, by their ids.
struct Children {
    tags: HashMap<String, Vec<Tag>>,
    params: HashMap<String, Vec<Param>>,
    metrics: HashMap<String, Vec<ModelMetric>>,
    registrations: HashMap<String, Vec<Registration>>,
}

impl Children {
    async fn of(tx: &mut Tx<'_>, ids: &[&str]) -> Result<Self> {
        let (list, bound) = in_list(ids, 1);

        let sql = format!(
            "SELECT model_id, key, value FROM logged_model_tags WHERE model_id IN ({list}) ORDER BY model_id, key"
        );
        let tags = tx
            .all(&sql, &bound, |row| Ok((row.get(0)?, Tag { key: row.get(1)?, value: row.get(2)? })))
            .await?;

        let sql = format!(
            "SELECT model_id, key, value FROM logged_model_params WHERE model_id IN ({list}) ORDER BY model_id, key"
        );
        let params = tx
            .all(&sql, &bound, |row| Ok((row.get(0)?, Param { key: row.get(1)?, value: row.get(2)? })))
            .await?;

        let sql = format!(
            "SELECT model_id, key, run_id, dataset_name, dataset_digest, value, is_nan, timestamp, step
             FROM logged_model_metrics
             WHERE model_id IN ({list})
             ORDER BY model_id, key, run_id, dataset_name, dataset_digest"
        );
        let metrics = tx.all(&sql, &bound, metric).await?;

        let registrations = registrations(tx, ids).await?;

        Ok(Self {
            tags: group(tags),
            params: group(params),
            metrics: group(metrics),
            registrations: group(registrations),
        })
    }

    fn join(&mut self, model: LoggedModel) -> LoggedModelDetail {
        LoggedModelDetail {
            tags: self.tags.remove(&model.id).unwrap_or_default(),
            params: self.params.remove(&model.id).unwrap_or_default(),
            metrics: self.metrics.remove(&model.id).unwrap_or_default(),
            registrations: self.registrations.remove(&model.id).unwrap_or_default(),
            model,
        }
    }
}

fn metric(row: &Row<'_>) -> Result<(String, ModelMetric)> {
    let metric = Metric {
        key: row.get(1)?,
        value: if row.get(6)? { f64::NAN } else { row.get(5)? },
        timestamp: row.get(7)?,
        step: row.get(8)?,
    };
    let measured =
        ModelMetric { metric, run_id: row.get(2)?, dataset_name: row.get(3)?, dataset_digest: row.get(4)? };
    Ok((row.get(0)?, measured))
}
