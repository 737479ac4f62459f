//! The filter of `logged-models/search`, a grammar of its own in MLflow: no aliases of the
//! prefixes, values need no quotes, and errors come clause by clause.

use super::ast::{NumberComparison, TextComparison};
use super::clause::{Clause, Flaw, Operand, Shape, clauses};
use super::lex::{Kind, tokens};
use super::list;
use super::text::{
    MAX_CONDITIONS, check_count, check_text, python_set, python_string, strip_key, strip_quotes,
};
use super::value::{Number, list_comparison, number, number_comparison, text_comparison};
use crate::{Error, Result};

/// One clause of the filter; all of them hold.
#[derive(Clone, Debug, PartialEq)]
pub enum LoggedModelCondition {
    /// A text attribute against text.
    Text {
        /// The attribute.
        column: LoggedModelText,
        /// How, and with what.
        comparison: TextComparison,
    },
    /// A time against Unix milliseconds.
    Time {
        /// The attribute.
        column: LoggedModelTime,
        /// How.
        comparison: NumberComparison,
        /// With what.
        value: Number,
    },
    /// Some value of a metric, on any dataset or on those that the search names. NaN never matches.
    Metric {
        /// The metric's key.
        key: String,
        /// How.
        comparison: NumberComparison,
        /// With what; finite.
        value: f64,
    },
    /// The param exists and its value compares so.
    Param {
        /// The param's key.
        key: String,
        /// How, and with what.
        comparison: TextComparison,
    },
    /// The tag exists and its value compares so.
    Tag {
        /// The tag's key.
        key: String,
        /// How, and with what.
        comparison: TextComparison,
    },
}

/// The text attributes of a logged model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedModelText {
    /// `name`
    Name,
    /// `model_id`
    Id,
    /// `model_type`
    ModelType,
    /// `status`
    Status,
    /// `source_run_id`
    SourceRun,
}

/// The times of a logged model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedModelTime {
    /// `creation_timestamp`, `creation_time`
    Created,
    /// `last_updated_timestamp`, `last_updated_time`
    Updated,
}

const TIMES: &str = "('<', '<=', '>', '>=', '=', '!=')";
const TEXTS: &str = "('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')";

/// Understands a filter as MLflow does; absent or empty text asks for everything.
pub fn parse_logged_model_filter(text: Option<&str>) -> Result<Vec<LoggedModelCondition>> {
    let text = text.unwrap_or_default();
    check_text("filter", text)?;
    let tokens = tokens(text);
    let clauses = clauses(text, &tokens).map_err(|flaw| {
        let expected = match flaw {
            Flaw::Blank | Flaw::Several => "Expected a single SQL expression.",
            Flaw::NotClauses(_) => {
                "Expected a list of comparisons separated by 'AND' \
                 (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01')."
            }
        };
        Error::invalid(format!("Invalid filter string: {}. {expected}", python_string(text)))
    })?;
    check_count("conditions", MAX_CONDITIONS, clauses.len())?;
    clauses.iter().map(condition).collect()
}

/// What a key names.
pub(super) enum Subject<'a> {
    Text(LoggedModelText),
    Time(LoggedModelTime),
    Metric(&'a str),
    Param(&'a str),
    Tag(&'a str),
}

fn condition(clause: &Clause<'_>) -> Result<LoggedModelCondition> {
    let (right, comparator) = (&clause.right, clause.comparator.as_str());
    if matches!(comparator, "IS NULL" | "IS NOT NULL") {
        return Err(Error::invalid(format!(
            "Invalid comparison: {} {comparator}. Expected a comparison with 3 tokens.",
            clause.left.text
        )));
    }
    let subject = subject(clause.left.text)?;
    if let Subject::Time(_) | Subject::Metric(_) = subject {
        let comparison = number_comparison(comparator).ok_or_else(|| unfit(&subject, comparator))?;
        let number = number(right).ok_or_else(|| {
            Error::invalid(format!(
                "Expected a numeric value for {}. Got value {}",
                shown(&subject),
                right.text
            ))
        })?;
        return Ok(match subject {
            Subject::Time(column) => LoggedModelCondition::Time { column, comparison, value: number },
            Subject::Metric(key) | Subject::Param(key) | Subject::Tag(key) => {
                LoggedModelCondition::Metric { key: key.to_owned(), comparison, value: number.as_float() }
            }
            Subject::Text(_) => return Err(unfit(&subject, comparator)),
        });
    }

    // The comparator is looked at before the value.
    if !["=", "!=", "LIKE", "ILIKE", "IN", "NOT IN"].contains(&comparator) {
        return Err(unfit(&subject, comparator));
    }
    let comparison = if right.shape == Shape::Group {
        list_comparison(comparator, list::values(right.inside)?, right.text)?
    } else {
        text_comparison(comparator, text(right))
    };
    let comparison = comparison.ok_or_else(|| unfit(&subject, comparator))?;
    Ok(match subject {
        Subject::Text(column @ LoggedModelText::Status) => {
            LoggedModelCondition::Text { column, comparison: statuses(comparison) }
        }
        Subject::Text(column) => LoggedModelCondition::Text { column, comparison },
        Subject::Param(key) => LoggedModelCondition::Param { key: key.to_owned(), comparison },
        Subject::Tag(key) => LoggedModelCondition::Tag { key: key.to_owned(), comparison },
        Subject::Time(_) | Subject::Metric(_) => return Err(unfit(&subject, comparator)),
    })
}

/// The wire says `LOGGED_MODEL_READY`, MLflow's Python says `READY`; both are understood, and so is the number
/// of protobuf's enum. (MLflow's own filter understands the number only.)
fn statuses(comparison: TextComparison) -> TextComparison {
    let full = |status: String| match status.as_str() {
        "UNSPECIFIED" | "0" => "LOGGED_MODEL_STATUS_UNSPECIFIED".to_owned(),
        "PENDING" | "1" => "LOGGED_MODEL_PENDING".to_owned(),
        "READY" | "2" => "LOGGED_MODEL_READY".to_owned(),
        "FAILED" | "UPLOAD_FAILED" | "3" => "LOGGED_MODEL_UPLOAD_FAILED".to_owned(),
        _ => status,
    };
    match comparison {
        TextComparison::Equal(status) => TextComparison::Equal(full(status)),
        TextComparison::NotEqual(status) => TextComparison::NotEqual(full(status)),
        TextComparison::In(statuses) => TextComparison::In(statuses.into_iter().map(full).collect()),
        TextComparison::NotIn(statuses) => TextComparison::NotIn(statuses.into_iter().map(full).collect()),
        pattern => pattern,
    }
}

/// A value without its quotes, if it has some. (MLflow knows single quotes only.)
fn text<'a>(right: &Operand<'a>) -> &'a str {
    match right.shape {
        Shape::Single(Kind::SingleQuoted | Kind::DoubleQuoted) => strip_quotes(right.text),
        _ => right.text,
    }
}

fn subject(written: &str) -> Result<Subject<'_>> {
    // Only small letters before the dot make a prefix (MLflow's behaviour).
    let path = written
        .split_once('.')
        .filter(|(entity, key)| !entity.is_empty() && !key.is_empty())
        .filter(|(entity, _)| entity.bytes().all(|b| b.is_ascii_lowercase()));
    match path {
        None => attribute(strip_key(written)),
        Some(("attributes", key)) => attribute(strip_key(key)),
        Some(("metrics", key)) => Ok(Subject::Metric(strip_key(key))),
        Some(("params", key)) => Ok(Subject::Param(strip_key(key))),
        Some(("tags", key)) => Ok(Subject::Tag(strip_key(key))),
        Some((entity, _)) => Err(Error::invalid(format!(
            "Invalid entity type: '{entity}'. Expected one of ['attributes', 'metrics', 'params', 'tags']."
        ))),
    }
}

/// MLflow fails on a key that it does not have, and on aliases behind `attributes.`; the message is ours.
fn attribute(key: &str) -> Result<Subject<'static>> {
    column(key).ok_or_else(|| {
        Error::invalid(format!(
            "Invalid attribute key '{key}' specified. Valid keys are '{}'",
            python_set(&[
                "name",
                "model_id",
                "model_type",
                "status",
                "source_run_id",
                "creation_timestamp",
                "last_updated_timestamp"
            ])
        ))
    })
}

/// The attribute of this name.
pub(super) fn column(key: &str) -> Option<Subject<'static>> {
    Some(match key {
        "name" => Subject::Text(LoggedModelText::Name),
        "model_id" => Subject::Text(LoggedModelText::Id),
        "model_type" => Subject::Text(LoggedModelText::ModelType),
        "status" => Subject::Text(LoggedModelText::Status),
        "source_run_id" => Subject::Text(LoggedModelText::SourceRun),
        "creation_timestamp" | "creation_time" | "creation_timestamp_ms" => {
            Subject::Time(LoggedModelTime::Created)
        }
        "last_updated_timestamp" | "last_updated_time" | "last_updated_timestamp_ms" => {
            Subject::Time(LoggedModelTime::Updated)
        }
        _ => return None,
    })
}

fn shown(subject: &Subject<'_>) -> String {
    match subject {
        Subject::Metric(key) => format!("metrics.{key}"),
        Subject::Param(key) => format!("params.{key}"),
        Subject::Tag(key) => format!("tags.{key}"),
        Subject::Time(LoggedModelTime::Created) => "attributes.creation_timestamp_ms".to_owned(),
        Subject::Time(LoggedModelTime::Updated) => "attributes.last_updated_timestamp_ms".to_owned(),
        Subject::Text(column) => {
            let key = match column {
                LoggedModelText::Name => "name",
                LoggedModelText::Id => "model_id",
                LoggedModelText::ModelType => "model_type",
                LoggedModelText::Status => "status",
                LoggedModelText::SourceRun => "source_run_id",
            };
            format!("attributes.{key}")
        }
    }
}

fn unfit(subject: &Subject<'_>, comparator: &str) -> Error {
    let comparators = match subject {
        Subject::Time(_) | Subject::Metric(_) => TIMES,
        _ => TEXTS,
    };
    Error::invalid(format!(
        "Invalid comparison operator for {}: '{comparator}'. Expected one of {comparators}.",
        shown(subject)
    ))
}
