//! The conditions of `runs/search` as SQL: asked of a run at hand, or collected from an index.

use greenroom_core::search::{
    DatasetField, EntryTest, Number, NumberComparison, RunCondition, RunText, RunTime, TextComparison,
};

use crate::search::{FENCE, Sql, compare_text, number_operator};

/// The tag of a dataset that tells what a run used it for.
const CONTEXT: &str = "mlflow.data.context";
/// Characters of a value that an index holds.
const INDEXED: usize = 64;

/// The column of an attribute.
pub(crate) fn text_column(column: RunText) -> &'static str {
    match column {
        RunText::Id => "r.id",
        RunText::Name => "r.name",
        RunText::Status => "r.status",
        RunText::User => "r.user_id",
        RunText::ArtifactUri => "r.artifact_uri",
    }
}

/// Adds ` AND the run r meets the condition`.
pub(crate) fn of_run(sql: &mut Sql, condition: &RunCondition) {
    sql.push("\n  AND ");
    match condition {
        RunCondition::Text { column, comparison } => {
            compare_text(sql, text_column(*column), comparison);
        }
        RunCondition::Time { column, comparison, value } => {
            let column = match column {
                RunTime::Started => "r.started_at",
                RunTime::Ended => "r.ended_at",
            };
            sql.push(column).push(number_operator(*comparison));
            match value {
                Number::Integer(whole) => sql.bind(*whole),
                Number::Float(float) => sql.bind(*float),
            };
        }
        RunCondition::Metric { key, comparison, value } => {
            sql.push("EXISTS (SELECT 1 FROM run_metrics x WHERE x.run_id = r.id AND x.key = ")
                .bind(key.clone());
            metric(sql, "x", *comparison, *value);
            sql.push(FENCE).push(")");
        }
        RunCondition::Param { key, test } => entry(sql, "run_params", key, test),
        RunCondition::Tag { key, test } => entry(sql, "run_tags", key, test),
        RunCondition::Dataset { field, comparison } => {
            sql.push("EXISTS (SELECT 1 FROM run_datasets i ");
            dataset(sql, *field);
            sql.push("WHERE i.run_id = r.id AND ");
            compare_text(sql, dataset_column(*field), comparison);
            sql.push(FENCE).push(")");
        }
    }
}

fn entry(sql: &mut Sql, table: &str, key: &str, test: &EntryTest) {
    if *test == EntryTest::Absent {
        sql.push("NOT ");
    }
    sql.push(&format!("EXISTS (SELECT 1 FROM {table} x WHERE x.run_id = r.id AND x.key = "))
        .bind(key.to_owned());
    if let EntryTest::Is(comparison) = test {
        sql.push(" AND ");
        compare_text(sql, "x.value", comparison);
    }
    sql.push(FENCE).push(")");
}

/// Adds ` AND the metric x compares so`. NaN is kept as 0 beside a mark; it only differs.
fn metric(sql: &mut Sql, x: &str, comparison: NumberComparison, value: f64) {
    if comparison == NumberComparison::NotEqual {
        sql.push(&format!(" AND ({x}.is_nan OR {x}.value <> ")).bind(value).push(")");
    } else {
        sql.push(&format!(" AND {x}.is_nan = FALSE AND {x}.value{}", number_operator(comparison)))
            .bind(value);
    }
}

fn dataset(sql: &mut Sql, field: DatasetField) {
    match field {
        DatasetField::Name | DatasetField::Digest => {
            sql.push("JOIN datasets s ON s.id = i.dataset_id ");
        }
        DatasetField::Context => {
            sql.push(
                "JOIN run_dataset_tags s ON s.run_id = i.run_id AND s.dataset_id = i.dataset_id AND s.key = ",
            )
            .bind(CONTEXT)
            .push(" ");
        }
    }
}

fn dataset_column(field: DatasetField) -> &'static str {
    match field {
        DatasetField::Name => "s.name",
        DatasetField::Digest => "s.digest",
        DatasetField::Context => "s.value",
    }
}

/// Adds `SELECT run ids FROM ... WHERE ...` of what an index tells about the condition in these experiments;
/// `false`, and nothing added, if none does. Whether a run exists for the search is not looked at.
pub(crate) fn from_index(sql: &mut Sql, condition: &RunCondition, experiments: &[i64]) -> bool {
    match condition {
        RunCondition::Metric { comparison: NumberComparison::NotEqual, .. } => false,
        RunCondition::Metric { key, comparison, value } => {
            sql.push("SELECT x.run_id FROM run_metrics x WHERE ");
            among(sql, "x.experiment_id", experiments);
            sql.push(" AND x.key = ").bind(key.clone());
            metric(sql, "x", *comparison, *value);
            true
        }
        RunCondition::Param { key, test: EntryTest::Is(TextComparison::Equal(value)) } => {
            equal(sql, "run_params", experiments, key, value);
            true
        }
        RunCondition::Tag { key, test: EntryTest::Is(TextComparison::Equal(value)) } => {
            equal(sql, "run_tags", experiments, key, value);
            true
        }
        RunCondition::Dataset { field: DatasetField::Name, comparison } => match comparison {
            TextComparison::Equal(_) | TextComparison::In(_) => {
                // One run may have taken in several of them.
                sql.push("SELECT DISTINCT i.run_id FROM datasets s CROSS JOIN run_datasets i WHERE ");
                among(sql, "s.experiment_id", experiments);
                sql.push(" AND ");
                compare_text(sql, "s.name", comparison);
                sql.push(" AND i.dataset_id = s.id");
                true
            }
            _ => false,
        },
        _ => false,
    }
}

fn equal(sql: &mut Sql, table: &str, experiments: &[i64], key: &str, value: &str) {
    sql.push(&format!("SELECT x.run_id FROM {table} x WHERE "));
    among(sql, "x.experiment_id", experiments);
    // The indexed start of the value narrows the search; the whole value decides.
    let start: String = value.chars().take(INDEXED).collect();
    sql.push(" AND x.key = ").bind(key.to_owned());
    sql.push(" AND substr(x.value, 1, 64) = ").bind(start);
    sql.push(" AND x.value = ").bind(value.to_owned());
}

/// Adds `column = one` or `column IN (several)`.
pub(crate) fn among(sql: &mut Sql, column: &str, experiments: &[i64]) {
    if let [one] = experiments {
        sql.push(column).push(" = ").bind(*one);
        return;
    }
    sql.push(column).push(" IN (");
    for (index, experiment) in experiments.iter().enumerate() {
        sql.push(if index == 0 { "" } else { ", " }).bind(*experiment);
    }
    sql.push(")");
}

/// What the runs of a search have to do with the entry that leads its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Led {
    /// The condition says nothing about that entry.
    Unrelated,
    /// The condition is now one about the entry at hand.
    Said,
    /// No run of this part of the order can meet it.
    Never,
}

/// Adds the condition as one about the leading entry `o`, if it is about that; `nan` if `o` is a metric that is
/// not a number.
pub(crate) fn of_leading(
    sql: &mut Sql,
    condition: &RunCondition,
    table: &str,
    leading: &str,
    nan: bool,
) -> Led {
    match (condition, table) {
        (RunCondition::Metric { key, comparison, value }, "run_metrics") if key == leading => {
            if nan {
                let differs = *comparison == NumberComparison::NotEqual;
                return if differs { Led::Said } else { Led::Never };
            }
            sql.push("\n  AND o.value").push(number_operator(*comparison)).bind(*value);
            Led::Said
        }
        (RunCondition::Param { key, test }, "run_params") | (RunCondition::Tag { key, test }, "run_tags")
            if key == leading =>
        {
            match test {
                EntryTest::Absent => return Led::Never,
                EntryTest::Present => {}
                EntryTest::Is(comparison) => {
                    sql.push("\n  AND ");
                    compare_text(sql, "o.value", comparison);
                }
            }
            Led::Said
        }
        _ => Led::Unrelated,
    }
}

/// Whether a run without the leading entry can meet the condition.
pub(crate) fn bears_absence(condition: &RunCondition, table: &str, leading: &str) -> bool {
    match (condition, table) {
        (RunCondition::Metric { key, .. }, "run_metrics") => key != leading,
        (RunCondition::Param { key, test }, "run_params") | (RunCondition::Tag { key, test }, "run_tags") => {
            key != leading || *test == EntryTest::Absent
        }
        _ => true,
    }
}
