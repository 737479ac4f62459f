//! The filter of `runs/search`. Errors come in MLflow's order: what is no clause, then bad keys and values
//! from left to right, then comparators that do not fit their key.

use super::ast::{NumberComparison, TextComparison};
use super::clause::{Clause, Operand, Shape, clauses};
use super::lex::{Kind, tokens};
use super::list;
use super::text::{MAX_CONDITIONS, check_count, check_text, python_set, strip_key};
use super::value::{
    EntryTest, Number, list_comparison, number, number_comparison, quoted_text, text_comparison,
};
use crate::{Error, Result};

/// One clause of the filter; all of them hold.
#[derive(Clone, Debug, PartialEq)]
pub enum RunCondition {
    /// A text attribute against text.
    Text {
        /// The attribute.
        column: RunText,
        /// How, and with what. Lists on `run_id` only.
        comparison: TextComparison,
    },
    /// A time against a number. A run without that time does not match.
    Time {
        /// The attribute.
        column: RunTime,
        /// How.
        comparison: NumberComparison,
        /// Unix milliseconds.
        value: Number,
    },
    /// The latest value of a metric. NaN differs from every number, and is neither less nor greater.
    Metric {
        /// The metric's key.
        key: String,
        /// How.
        comparison: NumberComparison,
        /// With what; finite.
        value: f64,
    },
    /// A param.
    Param {
        /// The param's key.
        key: String,
        /// What is asked of it.
        test: EntryTest,
    },
    /// A tag.
    Tag {
        /// The tag's key.
        key: String,
        /// What is asked of it.
        test: EntryTest,
    },
    /// A dataset that the run took in.
    Dataset {
        /// What of it.
        field: DatasetField,
        /// How, and with what.
        comparison: TextComparison,
    },
}

/// The text attributes of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunText {
    /// `run_id`
    Id,
    /// `run_name`
    Name,
    /// `status`
    Status,
    /// `user_id`
    User,
    /// `artifact_uri`
    ArtifactUri,
}

/// The times of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunTime {
    /// `start_time`
    Started,
    /// `end_time`
    Ended,
}

/// What can be asked of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatasetField {
    /// Its name.
    Name,
    /// Its digest.
    Digest,
    /// What the run used it for: the tag `mlflow.data.context`.
    Context,
}

/// The keys that a filter knows; an order knows fewer names for them.
pub(super) const FILTER_KEYS: [&str; 12] = [
    "artifact_uri",
    "end_time",
    "run_id",
    "run_name",
    "start_time",
    "status",
    "user_id",
    "created",
    "Created",
    "run name",
    "Run name",
    "Run Name",
];
const METRIC_COMPARATORS: [&str; 6] = [">", ">=", "!=", "=", "<", "<="];
const ENTRY_COMPARATORS: [&str; 6] = ["!=", "=", "LIKE", "ILIKE", "IS NULL", "IS NOT NULL"];
const TEXT_COMPARATORS: [&str; 6] = ["!=", "=", "LIKE", "ILIKE", "IN", "NOT IN"];

/// Understands a filter as MLflow does; absent or empty text asks for everything.
pub fn parse_run_filter(text: Option<&str>) -> Result<Vec<RunCondition>> {
    let text = text.unwrap_or_default();
    check_text("filter", text)?;
    let tokens = tokens(text);
    let clauses = clauses(text, &tokens).map_err(|flaw| flaw.error(text, "'"))?;
    check_count("conditions", MAX_CONDITIONS, clauses.len())?;

    let read = clauses.iter().map(read).collect::<Result<Vec<_>>>()?;
    read.into_iter().map(|(subject, comparator, value)| check(subject, comparator, value)).collect()
}

/// What a key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Text(RunText),
    Time(RunTime),
    Metric(String),
    Param(String),
    Tag(String),
    Dataset(DatasetField),
}

#[derive(Debug)]
enum Value<'a> {
    Text(&'a str),
    List { values: Vec<String>, source: &'a str },
    Number(Number),
    Nothing,
}

fn read<'a>(clause: &'a Clause<'a>) -> Result<(Subject, &'a str, Value<'a>)> {
    let (left, right, comparator) = (&clause.left, &clause.right, clause.comparator.as_str());
    if !matches!(left.shape, Shape::Single(Kind::Word | Kind::Path | Kind::Backticked | Kind::DoubleQuoted)) {
        return Err(Error::invalid(format!(
            "Invalid comparison clause. Expected 'Identifier' found '{}'",
            left.text
        )));
    }
    let subject = subject(left.text, &FILTER_KEYS)?;
    if matches!(comparator, "IS NULL" | "IS NOT NULL") {
        let named = match subject {
            Subject::Param(_) | Subject::Tag(_) => return Ok((subject, comparator, Value::Nothing)),
            Subject::Text(_) | Subject::Time(_) => "attribute",
            Subject::Metric(_) => "metric",
            Subject::Dataset(_) => "dataset",
        };
        return Err(Error::invalid(format!(
            "IS NULL / IS NOT NULL is only supported for tags and params, not for '{named}' '{}'",
            key(left.text)
        )));
    }
    let value = value(&subject, key(left.text), right)?;
    Ok((subject, comparator, value))
}

/// The key of an identifier, without its prefix.
fn key(written: &str) -> &str {
    strip_key(written.split_once('.').map_or(written, |(_, key)| key))
}

/// Which thing an identifier names; `keys` are the attributes that may be named here.
pub(super) fn subject(written: &str, keys: &[&str]) -> Result<Subject> {
    let key = key(written);
    let entity = written.split_once('.').map_or("attribute", |(entity, _)| entity);
    match entity.strip_prefix('`').and_then(|e| e.strip_suffix('`')).unwrap_or(entity) {
        "metric" | "metrics" => Ok(Subject::Metric(key.to_owned())),
        "parameter" | "parameters" | "param" | "params" => Ok(Subject::Param(key.to_owned())),
        "tag" | "tags" => Ok(Subject::Tag(key.to_owned())),
        "attribute" | "attributes" | "attr" | "run" => attribute(key, keys),
        "dataset" | "datasets" => match key {
            "name" => Ok(Subject::Dataset(DatasetField::Name)),
            "digest" => Ok(Subject::Dataset(DatasetField::Digest)),
            "context" => Ok(Subject::Dataset(DatasetField::Context)),
            _ => Err(Error::invalid(format!(
                "Invalid dataset key '{key}' specified. Valid keys are '{}'",
                python_set(&["name", "digest", "context"])
            ))),
        },
        entity => Err(Error::invalid(format!(
            "Invalid entity type '{entity}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"
        ))),
    }
}

fn attribute(key: &str, keys: &[&str]) -> Result<Subject> {
    let subject = match key {
        "run_id" => Subject::Text(RunText::Id),
        "run_name" | "run name" | "Run name" | "Run Name" => Subject::Text(RunText::Name),
        "status" => Subject::Text(RunText::Status),
        "user_id" => Subject::Text(RunText::User),
        "artifact_uri" => Subject::Text(RunText::ArtifactUri),
        "start_time" | "created" | "Created" => Subject::Time(RunTime::Started),
        _ => Subject::Time(RunTime::Ended),
    };
    if keys.contains(&key) {
        return Ok(subject);
    }
    Err(Error::invalid(format!(
        "Invalid attribute key '{key}' specified. Valid keys are '{}'",
        python_set(keys)
    )))
}

fn value<'a>(subject: &Subject, key: &str, right: &Operand<'a>) -> Result<Value<'a>> {
    let found = right.text;
    let list = || Ok(Value::List { values: list::values(right.inside)?, source: found });
    let expected = match subject {
        Subject::Metric(_) | Subject::Time(_) => {
            let what = match subject {
                Subject::Time(_) => format!("numeric attribute: {key}"),
                _ => "metric".to_owned(),
            };
            return number(right).map(Value::Number).ok_or_else(|| {
                Error::invalid(format!("Expected numeric value type for {what}. Found {found}"))
            });
        }
        Subject::Text(RunText::Id) | Subject::Dataset(_) if right.shape == Shape::Group => return list(),
        Subject::Text(_) if right.shape == Shape::Group => {
            return Err(Error::invalid(
                "Only ['run_id'] attributes support comparison with a list of quoted string values.",
            ));
        }
        Subject::Text(_) => "attributes",
        Subject::Dataset(_) => "dataset attributes",
        Subject::Param(_) => "parameter (e.g. 'my-value')",
        Subject::Tag(_) => "tag (e.g. 'my-value')",
    };
    quoted_text(right)?.map(Value::Text).ok_or_else(|| {
        Error::invalid(format!("Expected a quoted string value for {expected}. Got value {found}"))
    })
}

/// Joins key, comparator and value, if they fit.
fn check(subject: Subject, comparator: &str, value: Value<'_>) -> Result<RunCondition> {
    let comparison = match value {
        Value::Number(value) => {
            let comparison = number_comparison(comparator).ok_or_else(|| unfit(&subject, comparator))?;
            return Ok(match subject {
                Subject::Metric(key) => RunCondition::Metric { key, comparison, value: value.as_float() },
                Subject::Time(column) => RunCondition::Time { column, comparison, value },
                other => return Err(unfit(&other, comparator)),
            });
        }
        Value::Nothing => {
            let test = if comparator == "IS NULL" { EntryTest::Absent } else { EntryTest::Present };
            return Ok(match subject {
                Subject::Param(key) => RunCondition::Param { key, test },
                Subject::Tag(key) => RunCondition::Tag { key, test },
                other => return Err(unfit(&other, comparator)),
            });
        }
        Value::List { values, source } => list_comparison(comparator, values, source)?,
        Value::Text(text) => text_comparison(comparator, text),
    };
    match (subject, comparison) {
        (Subject::Text(column), Some(comparison)) => Ok(RunCondition::Text { column, comparison }),
        (Subject::Dataset(field), Some(comparison)) => Ok(RunCondition::Dataset { field, comparison }),
        (Subject::Param(key), Some(comparison)) => {
            Ok(RunCondition::Param { key, test: EntryTest::Is(comparison) })
        }
        (Subject::Tag(key), Some(comparison)) => {
            Ok(RunCondition::Tag { key, test: EntryTest::Is(comparison) })
        }
        (subject, _) => Err(unfit(&subject, comparator)),
    }
}

/// The error for a comparator that its key does not have; MLflow forgets to close most of its quotes.
fn unfit(subject: &Subject, comparator: &str) -> Error {
    let (comparators, end) = match subject {
        Subject::Metric(_) => (METRIC_COMPARATORS, ""),
        Subject::Param(_) => (ENTRY_COMPARATORS, "'"),
        Subject::Tag(_) => (ENTRY_COMPARATORS, ""),
        Subject::Text(_) => (TEXT_COMPARATORS, "'"),
        Subject::Time(_) | Subject::Dataset(_) => (TEXT_COMPARATORS, ""),
    };
    Error::invalid(format!("Invalid comparator '{comparator}' not one of '{}{end}", python_set(&comparators)))
}
