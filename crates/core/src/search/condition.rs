//! From one clause to one [`Condition`]: which key, which value, and whether they go together.
//! The two steps are apart because MLflow reads all clauses before it looks at any comparator.

use super::ast::{Condition, NumberColumn, Target, TextColumn};
use super::clause::{Clause, Operand, Shape};
use super::lex::Kind;
use super::list;
use super::text::{python_set, python_string, strip_key};
use super::value::{list_comparison, number_comparison, quoted_text, text_comparison};
use crate::{Error, Result};

/// A clause whose key and value are known, but not yet whether the comparator suits them.
#[derive(Clone, Debug)]
pub(super) struct Compared<'a> {
    subject: Subject,
    comparator: &'a str,
    value: Value<'a>,
}

#[derive(Clone, Debug)]
enum Subject {
    Text(TextColumn),
    Number(NumberColumn),
    Tag(String),
}

#[derive(Clone, Debug)]
enum Value<'a> {
    Text(&'a str),
    List { values: Vec<String>, source: &'a str },
    Integer(&'a str),
    Float(&'a str),
}

/// Reads key and value of a clause.
pub(super) fn read<'a>(target: Target, clause: &'a Clause<'a>) -> Result<Compared<'a>> {
    let subject = subject(target, &clause.left)?;
    let comparator = clause.comparator.as_str();
    // MLflow crashes on these; here they are comparators like any other that does not fit.
    if comparator.starts_with("IS ") {
        return Err(unfit(&subject, comparator));
    }
    let value = match &subject {
        Subject::Tag(_) => tag_value(&clause.right)?,
        column => attribute_value(target, column, &clause.right)?,
    };

    Ok(Compared { subject, comparator, value })
}

/// Joins key, comparator and value, if they fit.
pub(super) fn check(compared: Compared<'_>) -> Result<Condition> {
    let Compared { subject, comparator, value } = compared;
    match subject {
        Subject::Text(column) => {
            let comparison = match value {
                Value::List { values, source } => list_comparison(comparator, values, source)?,
                Value::Text(text) => text_comparison(comparator, text),
                Value::Integer(_) | Value::Float(_) => None,
            };
            let comparison = comparison.ok_or_else(|| unfit(&subject, comparator))?;
            Ok(Condition::Text { column, comparison })
        }
        Subject::Number(column) => {
            let comparison = number_comparison(comparator).ok_or_else(|| unfit(&subject, comparator))?;
            Ok(Condition::Number { column, comparison, value: number(column, &value)? })
        }
        Subject::Tag(key) => {
            let comparison = match value {
                Value::Text(text) => text_comparison(comparator, text),
                _ => None,
            };
            match comparison {
                Some(comparison) => Ok(Condition::Tag { key, comparison }),
                None => Err(unfit(&Subject::Tag(key), comparator)),
            }
        }
    }
}

/// What the left side names.
fn subject(target: Target, left: &Operand<'_>) -> Result<Subject> {
    let path = match left.shape {
        Shape::Single(Kind::Word | Kind::Backticked | Kind::DoubleQuoted) => None,
        Shape::Single(Kind::Path) => left.text.split_once('.'),
        _ => {
            return Err(Error::invalid(format!(
                "Invalid comparison clause. Expected 'Identifier' found '{}'{}",
                left.text,
                advice(left)
            )));
        }
    };

    match path {
        None => column(target, left.text),
        Some(("attribute", key)) => column(target, key),
        Some(("tag" | "tags", key)) => Ok(Subject::Tag(strip_key(key).to_owned())),
        Some((entity, _)) => Err(Error::invalid(format!(
            "Invalid entity type '{entity}'. Valid entity types are ('attribute', 'tag', 'tags')"
        ))),
    }
}

/// A tag key with a hyphen or slash looks like arithmetic; MLflow leaves people alone with that.
fn advice(left: &Operand<'_>) -> &'static str {
    let tag = left.text.starts_with("tag.") || left.text.starts_with("tags.");
    if tag && left.shape == Shape::Expression {
        ". Put a tag key with special characters in backticks: tag.`my-key`"
    } else {
        ""
    }
}

/// A column by its key. The key may be in backticks or double quotes.
fn column(target: Target, written: &str) -> Result<Subject> {
    let subject = match (target, strip_key(written)) {
        (_, "name") => Some(Subject::Text(TextColumn::Name)),
        (Target::ModelVersions, "run_id") => Some(Subject::Text(TextColumn::RunId)),
        (Target::ModelVersions, "source_path") => Some(Subject::Text(TextColumn::Source)),
        (Target::ModelVersions, "version_number") => Some(Subject::Number(NumberColumn::Version)),
        _ => None,
    };

    let keys: &[&str] = match target {
        Target::RegisteredModels => &["name"],
        Target::ModelVersions => &["name", "version_number", "run_id", "source_path"],
    };
    subject.ok_or_else(|| {
        Error::invalid(format!(
            "Invalid attribute key '{written}' specified. Valid keys are '{}'",
            python_set(keys)
        ))
    })
}

fn tag_value<'a>(right: &Operand<'a>) -> Result<Value<'a>> {
    quoted_text(right)?.map(Value::Text).ok_or_else(|| {
        Error::invalid(format!(
            "Expected a quoted string value for tag (e.g. 'my-value'). Got value {}",
            right.text
        ))
    })
}

fn attribute_value<'a>(target: Target, column: &Subject, right: &Operand<'a>) -> Result<Value<'a>> {
    if let Some(text) = quoted_text(right)? {
        return Ok(Value::Text(text));
    }

    match (target, column, right.shape) {
        (_, Subject::Text(TextColumn::Name | TextColumn::RunId), Shape::Group) => {
            Ok(Value::List { values: list::values(right.inside)?, source: right.text })
        }
        (_, _, Shape::Group) => Err(Error::invalid(
            "Only ['name', 'run_id'] attributes support comparison with a list of quoted string values.",
        )),
        (_, Subject::Number(_), Shape::Single(Kind::Integer)) => Ok(Value::Integer(right.text)),
        (_, Subject::Number(_), Shape::Single(Kind::Float)) => Ok(Value::Float(right.text)),
        (Target::ModelVersions, _, Shape::Single(Kind::Integer | Kind::Float)) => {
            let numbers = python_set(&["version_number", "creation_timestamp", "last_updated_timestamp"]);
            Err(Error::invalid(format!(
                "Only the '{numbers}' attributes support comparison with numeric values."
            )))
        }
        _ => Err(Error::invalid(format!(
            "Expected a quoted string value or a list of quoted string values for attributes. Got value {}",
            right.text
        ))),
    }
}

/// The integer compared with a number column; quoted digits count too (MLflow's behaviour).
fn number(column: NumberColumn, value: &Value<'_>) -> Result<i64> {
    let (digits, shown) = match value {
        Value::Integer(digits) => (*digits, (*digits).to_owned()),
        Value::Text(text) => (text.trim(), python_string(text)),
        Value::Float(digits) => ("", (*digits).to_owned()),
        Value::List { source, .. } => ("", (*source).to_owned()),
    };

    digits.parse().map_err(|_| {
        let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        let too_big = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
        let reason = if too_big { " (it does not fit into 64 bits)" } else { "" };
        Error::invalid(format!("Invalid value for numeric attribute '{}': {shown}{reason}", key(column)))
    })
}

fn key(column: NumberColumn) -> &'static str {
    match column {
        NumberColumn::Version => "version_number",
    }
}

/// The error for a comparator that its key does not have.
fn unfit(subject: &Subject, comparator: &str) -> Error {
    match subject {
        Subject::Text(_) => Error::invalid(format!("Invalid comparator for attribute: {comparator}")),
        Subject::Number(column) => {
            Error::invalid(format!("Invalid comparator for attribute {}: {comparator}", key(*column)))
        }
        Subject::Tag(_) => Error::invalid(format!("Invalid comparator for tag: {comparator}")),
    }
}
