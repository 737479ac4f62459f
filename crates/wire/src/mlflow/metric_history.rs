//! The points of metrics as MLflow's clients and charts read them.

use greenroom_core::metric::Metric as Point;
use serde::{Deserialize, Serialize};

use super::metric::Metric;

/// A page of a metric's points.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct MetricHistoryResponse {
    /// By time, then step, then value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// A point, and the run it belongs to.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RunMetric {
    /// The point.
    #[serde(flatten)]
    pub metric: Metric,
    /// The run.
    pub run_id: String,
}

impl RunMetric {
    /// A point of this run.
    pub fn new(run_id: String, point: Point) -> Self {
        Self { metric: point.into(), run_id }
    }
}

/// The points of several runs, one run after the other; the list is there also when it is empty.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct MetricHistoryBulkResponse {
    /// The points.
    pub metrics: Vec<RunMetric>,
}

/// A sample of the points of several runs.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct MetricHistorySampleResponse {
    /// The points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<RunMetric>,
}
