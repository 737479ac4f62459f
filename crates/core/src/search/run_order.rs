//! The `order_by` of `runs/search`, completed so that every run has one place.

use super::lex::{Kind, tokens};
use super::order::key_and_direction;
use super::run::{DatasetField, RunText, RunTime, Subject, subject};
use super::text::{MAX_ORDER_ITEMS, check_count, python_list, strip_key};
use crate::{Error, Result};

/// What runs can be ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunSort {
    /// A text attribute.
    Text(RunText),
    /// A time; a run without it comes last.
    Time(RunTime),
    /// The latest value of a metric. After the numbers come NaN, then runs without the metric.
    Metric(String),
    /// A param, by bytes; runs without it come last.
    Param(String),
    /// A tag, by bytes; runs without it come last.
    Tag(String),
}

/// One key of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOrder {
    /// By what.
    pub by: RunSort,
    /// Greatest first? What is missing comes last all the same.
    pub descending: bool,
}

const KEYS: [&str; 9] = [
    "artifact_uri",
    "end_time",
    "run_id",
    "run_name",
    "start_time",
    "status",
    "user_id",
    "created",
    "Created",
];

/// Understands `order_by` as MLflow does. The answer is always complete: latest start first and the run's
/// id are appended unless given.
pub fn parse_run_order(items: &[String]) -> Result<Vec<RunOrder>> {
    check_count("order_by items", MAX_ORDER_ITEMS, items.len())?;

    let mut order: Vec<RunOrder> = Vec::with_capacity(items.len() + 2);
    for item in items {
        let tokens = tokens(item);
        let (key, descending) = key_and_direction(item, &tokens)?;
        // MLflow looks into a key that is quoted as a whole.
        let written = match key.kind {
            Kind::Backticked | Kind::DoubleQuoted => strip_key(key.text),
            _ => key.text,
        };
        let by = match subject(written, &KEYS)? {
            Subject::Text(column) => RunSort::Text(column),
            Subject::Time(column) => RunSort::Time(column),
            Subject::Metric(key) => RunSort::Metric(key),
            Subject::Param(key) => RunSort::Param(key),
            Subject::Tag(key) => RunSort::Tag(key),
            Subject::Dataset(DatasetField::Name | DatasetField::Digest | DatasetField::Context) => {
                return Err(Error::invalid("Invalid identifier type 'dataset'"));
            }
        };
        if order.iter().any(|earlier| earlier.by == by) {
            return Err(Error::invalid(format!(
                "`order_by` contains duplicate fields: {}",
                python_list(items)
            )));
        }
        order.push(RunOrder { by, descending });
    }

    let tail = [
        RunOrder { by: RunSort::Time(RunTime::Started), descending: true },
        RunOrder { by: RunSort::Text(RunText::Id), descending: false },
    ];
    for key in tail {
        if order.iter().all(|earlier| earlier.by != key.by) {
            order.push(key);
        }
    }
    Ok(order)
}
