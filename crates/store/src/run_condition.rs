//! The conditions of `runs/search` as SQL: asked of a run at hand, or collected from an index.

use greenroom_core::search::{
    DatasetField, EntryTest, Number, NumberComparison, RunCondition, RunText, RunTime,
};

use crate::search::{FENCE, Sql, compare_text, number_operator};

/// The tag of a dataset that tells what a run used it for.
pub(crate) const CONTEXT: &str = "mlflow.data.context";

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

/// Adds ` AND the run r meets the condition`; `id` is its id, as another table may have it.
pub(crate) fn of_run(sql: &mut Sql, condition: &RunCondition, id: &str) {
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
            sql.push(&format!("EXISTS (SELECT 1 FROM run_metrics x WHERE x.run_id = {id} AND x.key = "))
                .bind(key.clone());
            metric(sql, "x", *comparison, *value);
            sql.push(FENCE).push(")");
        }
        RunCondition::Param { key, test } => entry(sql, "run_params", id, key, test),
        RunCondition::Tag { key, test } => entry(sql, "run_tags", id, key, test),
        RunCondition::Dataset { field, comparison } => {
            sql.push("EXISTS (SELECT 1 FROM run_datasets i ");
            dataset(sql, *field);
            sql.push(&format!("WHERE i.run_id = {id} AND "));
            compare_text(sql, dataset_column(*field), comparison);
            sql.push(FENCE).push(")");
        }
    }
}

fn entry(sql: &mut Sql, table: &str, id: &str, key: &str, test: &EntryTest) {
    if *test == EntryTest::Absent {
        sql.push("NOT ");
    }
    sql.push(&format!("EXISTS (SELECT 1 FROM {table} x WHERE x.run_id = {id} AND x.key = "))
        .bind(key.to_owned());
    if let EntryTest::Is(comparison) = test {
        sql.push(" AND ");
        compare_text(sql, "x.value", comparison);
    }
    sql.push(FENCE).push(")");
}

/// Adds ` AND the metric x compares so`. NaN is kept as 0 beside a mark; it only differs.
pub(crate) fn metric(sql: &mut Sql, x: &str, comparison: NumberComparison, value: f64) {
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

pub(crate) fn dataset_column(field: DatasetField) -> &'static str {
    match field {
        DatasetField::Name => "s.name",
        DatasetField::Digest => "s.digest",
        DatasetField::Context => "s.value",
    }
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
