//! `experiments/search`: a page of experiments.

use greenroom_core::Result;
use greenroom_core::experiment::Experiment;
use greenroom_core::search::{
    EntryTest, ExperimentCondition, ExperimentOrder, ExperimentSort, ExperimentTime,
};
use serde_json::{Value, json};

use crate::db::Tx;
use crate::experiment::{COLUMNS, from_row};
use crate::keyset::{Kind, Term, after, order_by};
use crate::page;
use crate::run_condition::among;
use crate::run_search::View;
use crate::search::{FENCE, Sql, compare_text, number_operator};

/// What to look for.
#[derive(Clone, Debug)]
pub struct ExperimentSearch {
    /// Which experiments exist.
    pub view: View,
    /// All of these hold.
    pub filter: Vec<ExperimentCondition>,
    /// In which order; complete.
    pub order: Vec<ExperimentOrder>,
    /// How many at most.
    pub limit: i64,
    /// Where to go on.
    pub token: Option<String>,
}

/// A page of experiments, and the token of the next page if there is one.
pub async fn run(tx: &mut Tx<'_>, search: &ExperimentSearch) -> Result<(Vec<Experiment>, Option<String>)> {
    let name = search_name(&search.order);
    let terms: Vec<Term> = search.order.iter().copied().map(term).collect();
    let place =
        search.token.as_deref().map(|token| page::read_token(token, &name, terms.len())).transpose()?;

    let mut sql = Sql::default();
    sql.push("SELECT ").push(COLUMNS).push("\nFROM experiments e\nWHERE TRUE");
    sql.push(&search.view.condition("e.deleted_at"));
    for condition in &search.filter {
        meets(&mut sql, condition);
    }
    if let Some(values) = place {
        after(&mut sql, &terms, &values)?;
    }
    order_by(&mut sql, &terms);
    sql.push("\nLIMIT ").bind(search.limit.saturating_add(1));

    let mut experiments = tx.search(&sql.text, &sql.params, from_row).await?;
    let more = page::cut(&mut experiments, search.limit);
    let token = experiments.last().filter(|_| more).map(|last| {
        let values: Vec<Value> = search.order.iter().map(|key| value(last, key.by)).collect();
        page::token(&name, &values)
    });
    Ok((experiments, token))
}

/// What a page token is bound to.
fn search_name(order: &[ExperimentOrder]) -> String {
    let keys: Vec<String> =
        order.iter().map(|k| format!("{:?}{}", k.by, if k.descending { "-" } else { "+" })).collect();
    format!("experiments:{}", keys.join(","))
}

fn time_column(column: ExperimentTime) -> &'static str {
    match column {
        ExperimentTime::Created => "e.created_at",
        ExperimentTime::Updated => "e.updated_at",
    }
}

fn term(key: ExperimentOrder) -> Term {
    match key.by {
        ExperimentSort::Name => Term::new("e.name", key.descending, Kind::Text),
        ExperimentSort::Id => Term::new("e.id", key.descending, Kind::Int),
        ExperimentSort::Time(column) => Term::new(time_column(column), key.descending, Kind::Int),
    }
}

fn value(experiment: &Experiment, by: ExperimentSort) -> Value {
    match by {
        ExperimentSort::Name => json!(experiment.name),
        ExperimentSort::Id => json!(experiment.id),
        ExperimentSort::Time(ExperimentTime::Created) => json!(experiment.created_at),
        ExperimentSort::Time(ExperimentTime::Updated) => json!(experiment.updated_at),
    }
}

/// Adds ` AND the experiment e meets the condition`.
fn meets(sql: &mut Sql, condition: &ExperimentCondition) {
    sql.push("\n  AND ");
    match condition {
        ExperimentCondition::Name(comparison) => compare_text(sql, "e.name", comparison),
        ExperimentCondition::Among(ids) => among(sql, "e.id", ids),
        ExperimentCondition::NotAmong(ids) => {
            sql.push("NOT (");
            among(sql, "e.id", ids);
            sql.push(")");
        }
        ExperimentCondition::Time { column, comparison, value } => {
            sql.push(time_column(*column)).push(number_operator(*comparison)).bind(*value);
        }
        ExperimentCondition::Tag { key, test } => {
            if *test == EntryTest::Absent {
                sql.push("NOT ");
            }
            sql.push("EXISTS (SELECT 1 FROM experiment_tags x WHERE x.experiment_id = e.id AND x.key = ")
                .bind(key.clone());
            if let EntryTest::Is(comparison) = test {
                sql.push(" AND ");
                compare_text(sql, "x.value", comparison);
            }
            sql.push(FENCE).push(")");
        }
    }
}
