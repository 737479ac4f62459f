//! The right side of a clause, and how a comparator takes it: what the grammars of the registry and of
//! tracking have in common.

use super::ast::{NumberComparison, TextComparison};
use super::clause::{Operand, Shape};
use super::lex::Kind;
use super::text::strip_quotes;
use crate::{Error, Result};

/// A number as a filter writes it. One that is whole but does not fit into 64 bits is a float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Whole.
    Integer(i64),
    /// Always finite.
    Float(f64),
}

impl Number {
    /// As a float, for values that are floats.
    #[expect(clippy::cast_precision_loss, reason = "what it is compared with has no more digits")]
    pub fn as_float(self) -> f64 {
        match self {
            Self::Integer(whole) => whole as f64,
            Self::Float(float) => float,
        }
    }
}

/// The number, if the right side is one. What is beyond the greatest float is the greatest float: so MLflow
/// stores infinities.
pub(super) fn number(right: &Operand<'_>) -> Option<Number> {
    if !matches!(right.shape, Shape::Single(Kind::Integer | Kind::Float)) {
        return None;
    }
    if let Ok(whole) = right.text.parse() {
        return Some(Number::Integer(whole));
    }
    let float: f64 = right.text.parse().ok()?;
    Some(Number::Float(float.clamp(f64::MIN, f64::MAX)))
}

/// What a clause asks of something that has a key and a value: a tag or a param.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryTest {
    /// It exists, and its value compares so; never `In` or `NotIn` on runs and experiments.
    Is(TextComparison),
    /// `IS NOT NULL`
    Present,
    /// `IS NULL`
    Absent,
}

/// The text of a quoted value; `None` for what is no string at all; an error for a bare word.
pub(super) fn quoted_text<'a>(right: &Operand<'a>) -> Result<Option<&'a str>> {
    match right.shape {
        Shape::Single(Kind::SingleQuoted | Kind::DoubleQuoted) => Ok(Some(strip_quotes(right.text))),
        Shape::Single(Kind::Word) if right.text.eq_ignore_ascii_case("NULL") => Ok(None),
        Shape::Single(Kind::Word | Kind::Path | Kind::Backticked) => Err(Error::invalid(format!(
            "Parameter value is either not quoted or unidentified quote types used for string value {}. \
             Use either single or double quotes.",
            right.text
        ))),
        _ => Ok(None),
    }
}

pub(super) fn text_comparison(comparator: &str, text: &str) -> Option<TextComparison> {
    let comparison = match comparator {
        "=" => TextComparison::Equal,
        "!=" => TextComparison::NotEqual,
        "LIKE" => TextComparison::Like,
        "ILIKE" => TextComparison::Ilike,
        _ => return None,
    };
    Some(comparison(text.to_owned()))
}

/// MLflow crashes on `name = ('a')`, so the message is ours.
pub(super) fn list_comparison(
    comparator: &str,
    values: Vec<String>,
    source: &str,
) -> Result<Option<TextComparison>> {
    match comparator {
        "IN" => Ok(Some(TextComparison::In(values))),
        "NOT IN" => Ok(Some(TextComparison::NotIn(values))),
        "=" | "!=" | "LIKE" | "ILIKE" => Err(Error::invalid(format!(
            "Expected a quoted string value for comparator {comparator}. Got value {source}"
        ))),
        _ => Ok(None),
    }
}

pub(super) fn number_comparison(comparator: &str) -> Option<NumberComparison> {
    match comparator {
        "=" => Some(NumberComparison::Equal),
        "!=" => Some(NumberComparison::NotEqual),
        "<" => Some(NumberComparison::Less),
        "<=" => Some(NumberComparison::LessOrEqual),
        ">" => Some(NumberComparison::Greater),
        ">=" => Some(NumberComparison::GreaterOrEqual),
        _ => None,
    }
}
