//! What indexes tell about the conditions of `runs/search`: how many runs meet one at most, and which.

use greenroom_core::search::{
    DatasetField, EntryTest, NumberComparison, RunCondition, RunText, TextComparison,
};

use crate::run_condition::{CONTEXT, among, dataset_column, metric, text_column};
use crate::search::{FENCE, Sql, compare_text, in_prefix, prefix_range};

/// Characters of a value that an index holds.
const INDEXED: usize = 64;

/// The start of a value that its index holds: not all of what may be long.
pub(crate) fn value_start(value: &str) -> &str {
    value.char_indices().nth(INDEXED).map_or(value, |(end, _)| &value[..end])
}

/// What to ask an index for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The runs that meet the condition, each once.
    Runs,
    /// The entries that are read to find them: no fewer, and some twice. In the order of that index: PostgreSQL would
    /// else walk another one.
    Entries,
}

/// The conditions that an index tells, each once: those about one metric are one range of its values.
pub(crate) fn told(filter: &[RunCondition]) -> Vec<&RunCondition> {
    let mut told: Vec<&RunCondition> = Vec::with_capacity(filter.len());
    for condition in filter {
        let by_index = match condition {
            RunCondition::Text { column: RunText::Name | RunText::Id, comparison } => narrows(comparison),
            RunCondition::Text { .. } | RunCondition::Time { .. } => false,
            RunCondition::Param { test, .. } | RunCondition::Tag { test, .. } => *test != EntryTest::Absent,
            RunCondition::Metric { .. } | RunCondition::Dataset { .. } => true,
        };
        if by_index && !told.iter().any(|other| says(other, condition)) {
            told.push(condition);
        }
    }
    told
}

/// Whether the index tells hardly any but those that meet the condition, not all that have the entry.
pub(crate) fn precise(condition: &RunCondition) -> bool {
    match condition {
        RunCondition::Metric { comparison, .. } => *comparison != NumberComparison::NotEqual,
        RunCondition::Param { test, .. } | RunCondition::Tag { test, .. } => match test {
            EntryTest::Is(comparison) => narrows(comparison),
            EntryTest::Present | EntryTest::Absent => true,
        },
        RunCondition::Dataset { field, comparison } => *field == DatasetField::Name && narrows(comparison),
        RunCondition::Text { .. } | RunCondition::Time { .. } => true,
    }
}

fn narrows(comparison: &TextComparison) -> bool {
    match comparison {
        TextComparison::Equal(_) | TextComparison::In(_) => true,
        TextComparison::Like(pattern) => prefix_range(pattern).is_some(),
        TextComparison::NotEqual(_) | TextComparison::Ilike(_) | TextComparison::NotIn(_) => false,
    }
}

/// Whether the runs that an index tells of the one condition all meet the other.
pub(crate) fn says(one: &RunCondition, other: &RunCondition) -> bool {
    match (one, other) {
        (RunCondition::Metric { key, .. }, RunCondition::Metric { key: other, .. }) => key == other,
        _ => one == other,
    }
}

/// The value that a param or tag is to have: its table, its key and the value.
pub(crate) fn equality(condition: &RunCondition) -> Option<(&'static str, &str, &str)> {
    match condition {
        RunCondition::Param { key, test: EntryTest::Is(TextComparison::Equal(value)) } => {
            Some(("run_params", key, value))
        }
        RunCondition::Tag { key, test: EntryTest::Is(TextComparison::Equal(value)) } => {
            Some(("run_tags", key, value))
        }
        _ => None,
    }
}

/// Adds `SELECT run ids FROM ... WHERE ...` of what an index tells about a condition of this filter. Whether a run
/// exists for the search is not looked at.
pub(crate) fn from_index(
    sql: &mut Sql,
    condition: &RunCondition,
    filter: &[RunCondition],
    experiments: &[i64],
    ask: Ask,
) {
    match condition {
        RunCondition::Metric { key, .. } => {
            sql.push("SELECT x.run_id FROM run_metrics x WHERE ");
            among(sql, "x.experiment_id", experiments);
            sql.push(" AND x.key = ").bind(key.clone());
            for other in filter.iter().filter(|other| says(condition, other)) {
                if let RunCondition::Metric { comparison, value, .. } = other {
                    metric(sql, "x", *comparison, *value);
                }
            }
            if ask == Ask::Entries {
                sql.push(" ORDER BY x.is_nan, x.value");
            }
        }
        RunCondition::Param { key, test } => entries(sql, "run_params", experiments, key, test, ask),
        RunCondition::Tag { key, test } => entries(sql, "run_tags", experiments, key, test, ask),
        RunCondition::Dataset { field, comparison } => {
            datasets(sql, experiments, *field, comparison, ask);
        }
        RunCondition::Text { column, comparison } => {
            sql.push("SELECT n.id AS run_id FROM runs n WHERE ");
            let column = text_column(*column).replace("r.", "n.");
            if column == "n.name" {
                among(sql, "n.experiment_id", experiments);
                sql.push(" AND ");
            }
            if let TextComparison::Like(pattern) = comparison {
                sql.push("TRUE");
                in_prefix(sql, &column, pattern);
                if ask == Ask::Entries {
                    return;
                }
                sql.push(" AND ");
            }
            compare_text(sql, &column, comparison);
        }
        RunCondition::Time { .. } => unreachable!("no index tells the runs of a time"),
    }
}

fn entries(sql: &mut Sql, table: &str, experiments: &[i64], key: &str, test: &EntryTest, ask: Ask) {
    sql.push(&format!("SELECT x.run_id FROM {table} x WHERE "));
    among(sql, "x.experiment_id", experiments);
    sql.push(" AND x.key = ").bind(key.to_owned());
    let (mut whole, mut order) = (None, "x.value_start");
    if let EntryTest::Is(comparison) = test {
        match comparison {
            TextComparison::Equal(value) => {
                equals(sql, "x", value);
                order = "x.started_at DESC, x.run_id";
            }
            TextComparison::Like(pattern) => {
                in_prefix(sql, "x.value_start", value_start(pattern));
                whole = Some(comparison);
            }
            _ => whole = Some(comparison),
        }
    }
    match (ask, whole) {
        (Ask::Entries, _) => {
            sql.push(" ORDER BY ").push(order);
        }
        (Ask::Runs, Some(comparison)) => {
            sql.push(" AND ");
            compare_text(sql, "x.value", comparison);
        }
        (Ask::Runs, None) => {}
    }
}

/// Adds ` AND the entry has this value`: the indexed start narrows the search; where that may not be the whole of it,
/// the value decides.
pub(crate) fn equals(sql: &mut Sql, x: &str, value: &str) {
    let start = value_start(value);
    sql.push(&format!(" AND {x}.value_start = ")).bind(start.to_owned());
    if start.chars().count() == INDEXED {
        sql.push(&format!(" AND {x}.value = ")).bind(value.to_owned());
    }
}

fn datasets(sql: &mut Sql, experiments: &[i64], field: DatasetField, comparison: &TextComparison, ask: Ask) {
    // One run may have taken in several of them.
    sql.push(if ask == Ask::Runs { "SELECT DISTINCT i.run_id" } else { "SELECT i.run_id" });
    sql.push(" FROM datasets d CROSS JOIN run_datasets i WHERE ");
    among(sql, "d.experiment_id", experiments);
    match field {
        DatasetField::Name | DatasetField::Digest => {
            sql.push(" AND ");
            compare_text(sql, &dataset_column(field).replace("s.", "d."), comparison);
        }
        DatasetField::Context if ask == Ask::Runs => {
            sql.push(
                " AND EXISTS (SELECT 1 FROM run_dataset_tags s WHERE s.run_id = i.run_id \
                 AND s.dataset_id = i.dataset_id AND s.key = ",
            )
            .bind(CONTEXT)
            .push(" AND ");
            compare_text(sql, dataset_column(field), comparison);
            sql.push(FENCE).push(")");
        }
        DatasetField::Context => {}
    }
    sql.push(" AND i.dataset_id = d.id");
    if ask == Ask::Entries {
        sql.push(" ORDER BY d.name, d.digest");
    }
}
