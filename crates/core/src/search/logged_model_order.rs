//! The `order_by` of `logged-models/search`: objects, completed so that every model has one place.

use super::logged_model::{LoggedModelText, LoggedModelTime, Subject, column};
use super::text::{MAX_ORDER_ITEMS, check_count, check_text};
use crate::{Error, Result};

/// What logged models can be ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoggedModelSort {
    /// A text attribute.
    Text(LoggedModelText),
    /// A time.
    Time(LoggedModelTime),
    /// The latest value of a metric; models without it, or with NaN, come last.
    Metric {
        /// The metric's key.
        key: String,
        /// Only values on a dataset of this name.
        dataset_name: Option<String>,
        /// Only values on a dataset of this digest.
        dataset_digest: Option<String>,
    },
}

/// One key of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedModelOrder {
    /// By what.
    pub by: LoggedModelSort,
    /// Greatest first? What is missing comes last all the same.
    pub descending: bool,
}

/// One object of the request's `order_by`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoggedModelOrderItem {
    /// An attribute, or `metrics.K`.
    pub field_name: String,
    /// Smallest first unless `false`.
    pub ascending: Option<bool>,
    /// Which dataset the metric was measured on; empty = any.
    pub dataset_name: String,
    /// Which state of that dataset; empty = any.
    pub dataset_digest: String,
}

/// Understands the objects of `order_by` as MLflow does. The answer is always complete: newest first and the
/// model's id are appended unless given. A key that comes again decides nothing.
pub fn parse_logged_model_order(items: &[LoggedModelOrderItem]) -> Result<Vec<LoggedModelOrder>> {
    check_count("order_by items", MAX_ORDER_ITEMS, items.len())?;

    let mut order: Vec<LoggedModelOrder> = Vec::with_capacity(items.len() + 2);
    for item in items {
        let key = LoggedModelOrder { by: sort(item)?, descending: item.ascending == Some(false) };
        if order.iter().all(|earlier| earlier.by != key.by) {
            order.push(key);
        }
    }

    let tail = [
        LoggedModelOrder { by: LoggedModelSort::Time(LoggedModelTime::Created), descending: true },
        LoggedModelOrder { by: LoggedModelSort::Text(LoggedModelText::Id), descending: false },
    ];
    for key in tail {
        if order.iter().all(|earlier| earlier.by != key.by) {
            order.push(key);
        }
    }
    Ok(order)
}

fn sort(item: &LoggedModelOrderItem) -> Result<LoggedModelSort> {
    let field = item.field_name.as_str();
    check_text("order_by item", field)?;
    check_text("dataset_name", &item.dataset_name)?;
    check_text("dataset_digest", &item.dataset_digest)?;
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    match field.split_once('.') {
        Some(("metrics", key)) => Ok(LoggedModelSort::Metric {
            key: key.to_owned(),
            dataset_name: given(&item.dataset_name),
            dataset_digest: given(&item.dataset_digest),
        }),
        Some(_) => {
            Err(Error::invalid(format!("Invalid order by field name: {field}. Only metrics are supported.")))
        }
        None => match column(field) {
            Some(Subject::Text(column)) => Ok(LoggedModelSort::Text(column)),
            Some(Subject::Time(column)) => Ok(LoggedModelSort::Time(column)),
            _ => Err(Error::invalid(format!("Invalid order by field name: {field}"))),
        },
    }
}
