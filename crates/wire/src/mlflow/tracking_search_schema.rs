//! The fields of tracking's searches and of the histories of metrics, in the order in which MLflow checks them.

use super::{Field, Kind};

const FILTER: Field = Field::optional("filter", Kind::Text);
const ORDER_BY: Field = Field::optional("order_by", Kind::TextList);
const PAGE_TOKEN: Field = Field::optional("page_token", Kind::Text);
const METRIC_KEY: Field = Field::required("metric_key", Kind::Text);
const VIEW: Kind = Kind::Enum(&[("ACTIVE_ONLY", 1), ("DELETED_ONLY", 2), ("ALL", 3)]);
/// A size whose limit has a message of its own.
const MAX_RESULTS: Field = Field::optional("max_results", Kind::Int(i32::MAX as i64));

/// `experiments/search`.
pub const SEARCH_EXPERIMENTS: &[Field] =
    &[Field::optional("view_type", VIEW), MAX_RESULTS, ORDER_BY, FILTER, PAGE_TOKEN];
/// `runs/search`.
pub const SEARCH_RUNS: &[Field] = &[
    Field::optional("experiment_ids", Kind::TextList),
    FILTER,
    Field::optional("max_results", Kind::Int(50_000)),
    ORDER_BY,
    Field::optional("run_view_type", VIEW),
    PAGE_TOKEN,
];
/// `metrics/get-history`.
pub const METRIC_HISTORY: &[Field] =
    &[Field::required("run_id", Kind::Text).once("run_uuid"), METRIC_KEY, PAGE_TOKEN, MAX_RESULTS];
/// `metrics/get-history-bulk`: what is missing has messages of its own.
pub const METRIC_HISTORY_BULK: &[Field] =
    &[Field::optional("run_id", Kind::TextList), Field::optional("metric_key", Kind::Text), MAX_RESULTS];
/// `metrics/get-history-bulk-interval`.
pub const METRIC_HISTORY_SAMPLE: &[Field] = &[
    Field::required("run_ids", Kind::TextList),
    METRIC_KEY,
    Field::optional("start_step", Kind::Long),
    Field::optional("end_step", Kind::Long),
    MAX_RESULTS,
];
