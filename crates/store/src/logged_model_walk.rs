//! `logged-models/search`: the models in their order.
//!
//! An order that a metric leads has two parts, one after the other: the models with a number, walked by the metric's
//! index, and those without.

use greenroom_core::Result;
use greenroom_core::logged_model::LoggedModel;
use greenroom_core::search::{LoggedModelCondition, LoggedModelSort};
use serde_json::Value;

use crate::db::Tx;
use crate::keyset::{Term, after, order_by};
use crate::logged_model::{COLUMNS, from_row};
use crate::logged_model_search::{LoggedModelSearch, meets, on_datasets};
use crate::run_condition::among;
use crate::search::{FENCE, Sql, bad_token};

/// A part of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The order is led by an attribute: it has one part.
    Whole,
    /// The latest value of the leading metric is a number.
    With,
    /// It is none, or there is none.
    Without,
}

/// A metric as the order asks for it.
#[derive(Clone, Copy)]
struct Measure<'m> {
    key: &'m str,
    /// On a dataset of this name, and in this state; none = on any, or on none.
    dataset: [Option<&'m str>; 2],
}

fn measure(by: &LoggedModelSort) -> Option<Measure<'_>> {
    match by {
        LoggedModelSort::Metric { key, dataset_name, dataset_digest } => {
            Some(Measure { key, dataset: [dataset_name.as_deref(), dataset_digest.as_deref()] })
        }
        LoggedModelSort::Text(_) | LoggedModelSort::Time(_) => None,
    }
}

/// The models in order, from this place on, until there are enough.
pub(crate) async fn find(
    tx: &mut Tx<'_>,
    search: &LoggedModelSearch,
    terms: &[Term],
    place: Option<&[Value]>,
    rows: i64,
) -> Result<Vec<LoggedModel>> {
    let leading = search.order.first().and_then(|key| measure(&key.by));
    let parts: &[Part] = if leading.is_some() { &[Part::With, Part::Without] } else { &[Part::Whole] };
    // Whether the model before the page had a number: as its first term counts.
    let reached = match (leading, place) {
        (None, _) | (_, None) => 0,
        (Some(_), Some(values)) => values.first().and_then(Value::as_u64).ok_or_else(bad_token)?,
    };
    let reached = usize::try_from(reached).map_err(|_| bad_token())?;

    let mut models = Vec::new();
    for (index, part) in parts.iter().enumerate().skip(reached) {
        let missing = rows - i64::try_from(models.len()).unwrap_or(rows);
        if missing <= 0 {
            break;
        }
        let mut sql = Sql::default();
        add_part(&mut sql, search, *part, leading, terms, place.filter(|_| index == reached))?;
        sql.push("\nLIMIT ").bind(missing);
        models.extend(match part {
            Part::Whole => tx.search(&sql.text, &sql.params, from_row).await?,
            Part::With | Part::Without => tx.walk(&sql.text, &sql.params, from_row).await?,
        });
    }
    Ok(models)
}

/// Adds the query for a part of the order.
fn add_part(
    sql: &mut Sql,
    search: &LoggedModelSearch,
    part: Part,
    leading: Option<Measure<'_>>,
    terms: &[Term],
    place: Option<&[Value]>,
) -> Result<()> {
    // The first term is the part itself; in the part without a number the value is always the same.
    let skipped = match part {
        Part::Whole => 0,
        Part::With => 1,
        Part::Without => 2,
    };
    let mut terms = terms[skipped..].to_vec();

    sql.push("SELECT ").push(COLUMNS);
    match (part, leading) {
        (Part::With, Some(measure)) => {
            "m0.value".clone_into(&mut terms[0].expression);
            sql.push("\nFROM logged_model_metrics m0 CROSS JOIN logged_models l");
            join_metrics(sql, search, 1);
            sql.push("\nWHERE ");
            among(sql, "m0.experiment_id", &search.experiments);
            latest(sql, "m0", measure);
            sql.push(" AND m0.is_nan = FALSE AND l.id = m0.model_id");
        }
        (Part::Without, Some(measure)) => {
            sql.push("\nFROM logged_models l");
            join_metrics(sql, search, 1);
            sql.push("\nWHERE ");
            among(sql, "l.experiment_id", &search.experiments);
            sql.push("\n  AND NOT EXISTS (SELECT 1 FROM logged_model_metrics y WHERE y.model_id = l.id");
            latest(sql, "y", measure);
            sql.push(" AND y.is_nan = FALSE").push(FENCE).push(")");
        }
        _ => {
            sql.push("\nFROM logged_models l");
            join_metrics(sql, search, 0);
            sql.push("\nWHERE ");
            among(sql, "l.experiment_id", &search.experiments);
        }
    }
    sql.push("\n  AND l.deleted_at IS NULL");
    let mut measured = false;
    for condition in &search.filter {
        measured |= matches!(condition, LoggedModelCondition::Metric { .. });
        meets(sql, condition, &search.datasets);
    }
    if !measured && !search.datasets.is_empty() {
        sql.push("\n  AND EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model_id = l.id");
        on_datasets(sql, &search.datasets);
        sql.push(FENCE).push(")");
    }
    if let Some(values) = place {
        after(sql, &terms, &values[skipped..])?;
    }
    order_by(sql, &terms);
    Ok(())
}

/// Joins the latest value of each metric that the order asks for, from this key on, as `m` and the place of its key.
pub(crate) fn join_metrics(sql: &mut Sql, search: &LoggedModelSearch, from: usize) {
    for (n, key) in search.order.iter().enumerate().skip(from) {
        if let Some(measure) = measure(&key.by) {
            let m = format!("m{n}");
            sql.push(&format!("\n  LEFT JOIN logged_model_metrics {m} ON {m}.model_id = l.id"));
            latest(sql, &m, measure);
        }
    }
}

/// Adds ` AND m is the latest value of this metric`: of several at one time and step, that of the first run and dataset.
fn latest(sql: &mut Sql, m: &str, measure: Measure<'_>) {
    of(sql, m, measure);
    sql.push(&format!(
        "\n  AND NOT EXISTS (SELECT 1 FROM logged_model_metrics z WHERE z.model_id = {m}.model_id"
    ));
    of(sql, "z", measure);
    sql.push(&format!(
        "
        AND ((z.timestamp, z.step) > ({m}.timestamp, {m}.step)
            OR (z.timestamp = {m}.timestamp AND z.step = {m}.step
                AND (z.run_id, z.dataset_name, z.dataset_digest)
                    < ({m}.run_id, {m}.dataset_name, {m}.dataset_digest)))"
    ))
    .push(FENCE)
    .push(")");
}

/// Adds ` AND m is a value of this metric`.
fn of(sql: &mut Sql, m: &str, measure: Measure<'_>) {
    sql.push(&format!(" AND {m}.key = ")).bind(measure.key.to_owned());
    for (column, value) in ["dataset_name", "dataset_digest"].into_iter().zip(measure.dataset) {
        if let Some(value) = value {
            sql.push(&format!(" AND {m}.{column} = ")).bind(value.to_owned());
        }
    }
}
