//! Where a version comes from, as far as this server knows: the run, the logged model, the data.

use crate::metric::Metric;
use crate::run::{Param, Run};

/// Params, metrics and datasets that are told, each.
pub const MAX_TOLD: i64 = 1000;

/// Where a version comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineage {
    /// The run that made it; `None` when it has none, or one of another server.
    pub run: Option<LineageRun>,
    /// The logged model it was registered from.
    pub logged_model_id: Option<String>,
    /// What the run took in, in its order; then what the logged model was measured on besides, by name and digest.
    pub datasets: Vec<LineageDataset>,
}

/// A run, in brief.
#[derive(Clone, Debug, PartialEq)]
pub struct LineageRun {
    /// The run.
    pub run: Run,
    /// Its experiment's name.
    pub experiment_name: String,
    /// By key.
    pub params: Vec<Param>,
    /// The latest point of each metric, by key.
    pub metrics: Vec<Metric>,
}

/// A run by itself: what it took in, and what became of it in the registry.
#[derive(Clone, Debug, PartialEq)]
pub struct RunView {
    /// The run.
    pub run: LineageRun,
    /// What it took in, in its order.
    pub datasets: Vec<LineageDataset>,
    /// The versions that were registered from it, by model and number.
    pub versions: Vec<RegisteredFrom>,
}

/// A version that was registered from a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredFrom {
    /// The registered model.
    pub model: String,
    /// The version number.
    pub version: i64,
    /// The stage it is in.
    pub stage: String,
}

/// A dataset, in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineageDataset {
    /// Its name.
    pub name: String,
    /// Tells its content from another of the same name.
    pub digest: String,
    /// What the run took it in for (`training`, `eval`, ...); empty when not said.
    pub context: String,
}
