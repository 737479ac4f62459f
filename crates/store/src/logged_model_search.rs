//! `logged-models/search`: a page of the logged models of some experiments.

use greenroom_core::Result;
use greenroom_core::logged_model::LoggedModel;
use greenroom_core::search::{
    LoggedModelCondition, LoggedModelOrder, LoggedModelSort, LoggedModelText, LoggedModelTime, Number,
};
use serde_json::{Value, json};

use crate::db::Tx;
use crate::keyset::{self, Kind, Term};
use crate::logged_model_walk::{find, join_metrics};
use crate::page;
use crate::search::{FENCE, Sql, compare_text, number_operator};

/// What to look for.
#[derive(Clone, Debug)]
pub struct LoggedModelSearch {
    /// The experiments to search; none hold nothing.
    pub experiments: Vec<i64>,
    /// All of these hold.
    pub filter: Vec<LoggedModelCondition>,
    /// Metrics count only when measured on one of these; without metrics in the filter, models that were measured on
    /// one of them at all. None = any, and none needed.
    pub datasets: Vec<DatasetFilter>,
    /// In which order; complete.
    pub order: Vec<LoggedModelOrder>,
    /// How many at most.
    pub limit: i64,
    /// Where to go on.
    pub token: Option<String>,
}

/// A dataset, in any of its states or in one.
#[derive(Clone, Debug)]
pub struct DatasetFilter {
    /// Its name.
    pub name: String,
    /// Its digest; `None` = any.
    pub digest: Option<String>,
}

/// A page of logged models, and the token of the next page if there is one. Deleted ones are never found.
pub async fn run(tx: &mut Tx<'_>, search: &LoggedModelSearch) -> Result<(Vec<LoggedModel>, Option<String>)> {
    if search.experiments.is_empty() {
        return Ok((Vec::new(), None));
    }
    let name = search_name(&search.order);
    let terms: Vec<Term> = search.order.iter().enumerate().flat_map(|(n, key)| terms(n, key)).collect();
    let place =
        search.token.as_deref().map(|token| page::read_token(token, &name, terms.len())).transpose()?;

    let mut models = find(tx, search, &terms, place.as_deref(), search.limit.saturating_add(1)).await?;
    let more = page::cut(&mut models, search.limit);
    let token = match models.last().filter(|_| more) {
        Some(last) => Some(page::token(&name, &values(tx, search, &terms, &last.id).await?)),
        None => None,
    };
    Ok((models, token))
}

/// What a page token is bound to.
fn search_name(order: &[LoggedModelOrder]) -> String {
    let keys: Vec<String> =
        order.iter().map(|k| format!("{:?}{}", k.by, if k.descending { "-" } else { "+" })).collect();
    format!("logged-models:{}", keys.join(","))
}

fn text_column(column: LoggedModelText) -> &'static str {
    match column {
        LoggedModelText::Name => "l.name",
        LoggedModelText::Id => "l.id",
        LoggedModelText::ModelType => "l.model_type",
        LoggedModelText::Status => "l.status",
        LoggedModelText::SourceRun => "l.source_run_id",
    }
}

fn time_column(column: LoggedModelTime) -> &'static str {
    match column {
        LoggedModelTime::Created => "l.created_at",
        LoggedModelTime::Updated => "l.updated_at",
    }
}

/// The terms of the `n`th key. A metric is two: whether there is a number, then the number.
fn terms(n: usize, key: &LoggedModelOrder) -> Vec<Term> {
    match &key.by {
        LoggedModelSort::Text(column) => {
            vec![Term::new(text_column(*column), key.descending, Kind::Text)]
        }
        LoggedModelSort::Time(column) => vec![Term::new(time_column(*column), key.descending, Kind::Int)],
        LoggedModelSort::Metric { .. } => {
            let missing = format!("CAST(CASE WHEN m{n}.is_nan = FALSE THEN 0 ELSE 1 END AS BIGINT)");
            vec![
                Term::new(missing, false, Kind::Int),
                Term::new(format!("COALESCE(m{n}.value, 0.0)"), key.descending, Kind::Float),
            ]
        }
    }
}

/// Adds ` AND the logged model l meets the condition`.
pub(crate) fn meets(sql: &mut Sql, condition: &LoggedModelCondition, datasets: &[DatasetFilter]) {
    sql.push("\n  AND ");
    match condition {
        LoggedModelCondition::Text { column, comparison } => {
            compare_text(sql, text_column(*column), comparison);
        }
        LoggedModelCondition::Time { column, comparison, value } => {
            sql.push(time_column(*column)).push(number_operator(*comparison));
            match value {
                Number::Integer(whole) => sql.bind(*whole),
                Number::Float(float) => sql.bind(*float),
            };
        }
        LoggedModelCondition::Metric { key, comparison, value } => {
            sql.push("EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model_id = l.id AND x.key = ")
                .bind(key.clone())
                .push(" AND x.is_nan = FALSE AND x.value")
                .push(number_operator(*comparison))
                .bind(*value);
            on_datasets(sql, datasets);
            sql.push(FENCE).push(")");
        }
        LoggedModelCondition::Param { key, comparison } => {
            entry(sql, "logged_model_params", key);
            compare_text(sql, "x.value", comparison);
            sql.push(FENCE).push(")");
        }
        LoggedModelCondition::Tag { key, comparison } => {
            entry(sql, "logged_model_tags", key);
            compare_text(sql, "x.value", comparison);
            sql.push(FENCE).push(")");
        }
    }
}

fn entry(sql: &mut Sql, table: &str, key: &str) {
    sql.push(&format!("EXISTS (SELECT 1 FROM {table} x WHERE x.model_id = l.id AND x.key = "))
        .bind(key.to_owned())
        .push(" AND ");
}

/// Adds ` AND the metric x was measured on one of these`; nothing when there are none.
pub(crate) fn on_datasets(sql: &mut Sql, datasets: &[DatasetFilter]) {
    for (index, dataset) in datasets.iter().enumerate() {
        sql.push(if index == 0 { " AND (" } else { " OR " });
        sql.push("(x.dataset_name = ").bind(dataset.name.clone());
        if let Some(digest) = &dataset.digest {
            sql.push(" AND x.dataset_digest = ").bind(digest.clone());
        }
        sql.push(")");
    }
    if !datasets.is_empty() {
        sql.push(")");
    }
}

/// The sort values of a model that was found.
async fn values(tx: &mut Tx<'_>, search: &LoggedModelSearch, terms: &[Term], id: &str) -> Result<Vec<Value>> {
    let mut values = Vec::with_capacity(terms.len());
    for term in terms {
        let mut sql = Sql::default();
        keyset::select_value(&mut sql, values.len(), term);
        sql.push("\nFROM logged_models l");
        join_metrics(&mut sql, search, 0);
        sql.push("\nWHERE l.id = ").bind(id.to_owned());
        values.push(tx.search(&sql.text, &sql.params, keyset::value).await?.pop().unwrap_or(json!(null)));
    }
    Ok(values)
}
