//! The filter and the `order_by` of `experiments/search`.

use super::ast::{NumberComparison, TextComparison};
use super::clause::{Clause, Operand, Shape, clauses};
use super::lex::{Kind, tokens};
use super::list;
use super::order::key_and_direction;
use super::text::{
    MAX_CONDITIONS, MAX_ORDER_ITEMS, check_count, check_text, python_set, python_string, strip_key,
};
use super::value::{EntryTest, Number, number, number_comparison, quoted_text, text_comparison};
use crate::{Error, Result};

/// One clause of the filter; all of them hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExperimentCondition {
    /// The name; never `In` or `NotIn`.
    Name(TextComparison),
    /// The experiment is one of these.
    Among(Vec<i64>),
    /// The experiment is none of these.
    NotAmong(Vec<i64>),
    /// A time against Unix milliseconds.
    Time {
        /// Which.
        column: ExperimentTime,
        /// How.
        comparison: NumberComparison,
        /// With what.
        value: i64,
    },
    /// A tag.
    Tag {
        /// The tag's key.
        key: String,
        /// What is asked of it.
        test: EntryTest,
    },
}

/// The times of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExperimentTime {
    /// `creation_time`
    Created,
    /// `last_update_time`
    Updated,
}

/// What experiments can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExperimentSort {
    /// `name`
    Name,
    /// `experiment_id`
    Id,
    /// A time.
    Time(ExperimentTime),
}

/// One key of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExperimentOrder {
    /// By what.
    pub by: ExperimentSort,
    /// Greatest first?
    pub descending: bool,
}

/// Understands a filter as MLflow does; absent or empty text asks for everything.
pub fn parse_experiment_filter(text: Option<&str>) -> Result<Vec<ExperimentCondition>> {
    let text = text.unwrap_or_default();
    check_text("filter", text)?;
    let tokens = tokens(text);
    let clauses = clauses(text, &tokens).map_err(|flaw| flaw.error(text, ""))?;
    check_count("conditions", MAX_CONDITIONS, clauses.len())?;

    let read = clauses.iter().map(read).collect::<Result<Vec<_>>>()?;
    read.into_iter().map(|(subject, comparator, value)| check(subject, comparator, value)).collect()
}

/// Understands `order_by` as MLflow does: newest first without items, and complete by the id, the greatest
/// first if there are items. A key that comes again decides nothing.
pub fn parse_experiment_order(items: &[String]) -> Result<Vec<ExperimentOrder>> {
    check_count("order_by items", MAX_ORDER_ITEMS, items.len())?;

    let mut order: Vec<ExperimentOrder> = Vec::with_capacity(items.len() + 1);
    for item in items {
        let tokens = tokens(item);
        let (key, descending) = key_and_direction(item, &tokens)?;
        let by = match subject(key.text)? {
            Subject::Name => ExperimentSort::Name,
            Subject::Id => ExperimentSort::Id,
            Subject::Time(column) => ExperimentSort::Time(column),
            Subject::Tag(_) => return Err(Error::invalid("Invalid order_by entity: tag")),
        };
        if order.iter().all(|earlier| earlier.by != by) {
            order.push(ExperimentOrder { by, descending });
        }
    }

    if order.is_empty() {
        let newest = ExperimentSort::Time(ExperimentTime::Created);
        order.push(ExperimentOrder { by: newest, descending: true });
        order.push(ExperimentOrder { by: ExperimentSort::Id, descending: false });
    } else if order.iter().all(|key| key.by != ExperimentSort::Id) {
        order.push(ExperimentOrder { by: ExperimentSort::Id, descending: true });
    }
    Ok(order)
}

#[derive(Debug)]
enum Subject {
    Name,
    Id,
    Time(ExperimentTime),
    Tag(String),
}

#[derive(Debug)]
enum Value<'a> {
    Text(&'a str),
    List(Vec<String>),
    Number { number: Number, source: &'a str },
    Nothing,
}

fn read<'a>(clause: &'a Clause<'a>) -> Result<(Subject, &'a str, Value<'a>)> {
    let (left, comparator) = (&clause.left, clause.comparator.as_str());
    if !matches!(left.shape, Shape::Single(Kind::Word | Kind::Path | Kind::Backticked | Kind::DoubleQuoted)) {
        return Err(Error::invalid(format!(
            "Invalid comparison clause. Expected 'Identifier' found '{}'",
            left.text
        )));
    }
    let subject = subject(left.text)?;
    if matches!(comparator, "IS NULL" | "IS NOT NULL") {
        if let Subject::Tag(_) = subject {
            return Ok((subject, comparator, Value::Nothing));
        }
        return Err(Error::invalid(format!(
            "IS NULL / IS NOT NULL is only supported for tags, not for attribute '{}'",
            key(left.text)
        )));
    }
    let value = value(&subject, key(left.text), &clause.right)?;
    Ok((subject, comparator, value))
}

fn key(written: &str) -> &str {
    strip_key(written.split_once('.').map_or(written, |(_, key)| key))
}

fn subject(written: &str) -> Result<Subject> {
    let key = key(written);
    match written.split_once('.') {
        None | Some(("attribute", _)) => {}
        Some(("tag" | "tags", _)) => return Ok(Subject::Tag(key.to_owned())),
        Some((entity, _)) => {
            return Err(Error::invalid(format!(
                "Invalid entity type '{entity}'. Valid entity types are ('attribute', 'tag', 'tags')"
            )));
        }
    }
    match key {
        "name" => Ok(Subject::Name),
        "experiment_id" => Ok(Subject::Id),
        "creation_time" => Ok(Subject::Time(ExperimentTime::Created)),
        "last_update_time" => Ok(Subject::Time(ExperimentTime::Updated)),
        _ => Err(Error::invalid(format!(
            "Invalid attribute key '{key}' specified. Valid keys are '{}'",
            python_set(&["name", "experiment_id", "creation_time", "last_update_time"])
        ))),
    }
}

fn value<'a>(subject: &Subject, key: &str, right: &Operand<'a>) -> Result<Value<'a>> {
    let source = right.text;
    let expected = match subject {
        Subject::Time(_) => {
            let number = number(right).ok_or_else(|| {
                Error::invalid(format!(
                    "Expected numeric value type for numeric attribute: {key}. Found {source}"
                ))
            })?;
            return Ok(Value::Number { number, source });
        }
        Subject::Id if right.shape == Shape::Group => return Ok(Value::List(list::values(right.inside)?)),
        Subject::Name if right.shape == Shape::Group => {
            return Err(Error::invalid(
                "Only ['experiment_id'] attributes support comparison with a list of quoted string values.",
            ));
        }
        Subject::Name | Subject::Id => "attributes",
        Subject::Tag(_) => "tag (e.g. 'my-value')",
    };
    quoted_text(right)?.map(Value::Text).ok_or_else(|| {
        Error::invalid(format!("Expected a quoted string value for {expected}. Got value {source}"))
    })
}

fn check(subject: Subject, comparator: &str, value: Value<'_>) -> Result<ExperimentCondition> {
    match (subject, value) {
        (Subject::Id, Value::Text(text)) => ids(comparator, &[text]),
        (Subject::Id, Value::List(texts)) => ids(comparator, &texts),
        (Subject::Time(column), Value::Number { number, source }) => time(column, comparator, number, source),
        (Subject::Tag(key), Value::Nothing) => {
            let test = if comparator == "IS NULL" { EntryTest::Absent } else { EntryTest::Present };
            Ok(ExperimentCondition::Tag { key, test })
        }
        (Subject::Tag(key), Value::Text(text)) => match text_comparison(comparator, text) {
            Some(comparison) => Ok(ExperimentCondition::Tag { key, test: EntryTest::Is(comparison) }),
            None => Err(Error::invalid(format!("Invalid comparator for tag: {comparator}"))),
        },
        (Subject::Name, Value::Text(text)) => text_comparison(comparator, text)
            .map(ExperimentCondition::Name)
            .ok_or_else(|| unfit(comparator, "'")),
        (_, _) => Err(unfit(comparator, "'")),
    }
}

/// An id is a name made of digits: it is the same or it is not.
fn ids(comparator: &str, texts: &[impl AsRef<str>]) -> Result<ExperimentCondition> {
    let negated = match comparator {
        "=" | "IN" => false,
        "!=" | "NOT IN" => true,
        _ => return Err(Error::invalid(format!("Invalid comparator for experiment_id: {comparator}"))),
    };
    let ids = texts.iter().map(|text| id(text.as_ref())).collect::<Result<Vec<_>>>()?;
    Ok(if negated { ExperimentCondition::NotAmong(ids) } else { ExperimentCondition::Among(ids) })
}

fn id(text: &str) -> Result<i64> {
    text.trim().parse().map_err(|_| {
        Error::invalid(format!(
            "Invalid experiment ID {}. Experiment ID must be a valid integer.",
            python_string(text)
        ))
    })
}

fn time(
    column: ExperimentTime,
    comparator: &str,
    number: Number,
    source: &str,
) -> Result<ExperimentCondition> {
    let comparison = number_comparison(comparator).ok_or_else(|| unfit(comparator, ""))?;
    let Number::Integer(value) = number else {
        let key = match column {
            ExperimentTime::Created => "creation_time",
            ExperimentTime::Updated => "last_update_time",
        };
        return Err(Error::invalid(format!("Invalid value for numeric attribute '{key}': '{source}'")));
    };
    Ok(ExperimentCondition::Time { column, comparison, value })
}

/// MLflow lists the comparators of text for numbers too, and there forgets to close the quote.
fn unfit(comparator: &str, end: &str) -> Error {
    let comparators = python_set(&["!=", "=", "LIKE", "ILIKE", "IN", "NOT IN"]);
    Error::invalid(format!("Invalid comparator '{comparator}' not one of '{comparators}{end}"))
}
