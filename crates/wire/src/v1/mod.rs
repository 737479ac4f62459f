//! Shapes of `/api/v1`. Times are Unix milliseconds (UTC); lists are pages with an opaque cursor.

pub mod artifact;
pub mod event;
pub mod lineage;
pub mod model_version;
pub mod problem;
pub mod registered_model;
pub mod run;
pub mod stage;

pub use artifact::{FileDigest, FileDigests, VersionFile, VersionFiles};
pub use event::{ChainHead, Event, EventPage};
pub use lineage::{Lineage, LineageDataset, LineageMetric, LineageRun};
pub use model_version::{
    CopyRequest, Decision, DisplacedVersion, ModelVersion, ModelVersionPage, RuleOutcome, TransitionRequest,
    TransitionResponse,
};
pub use problem::Problem;
pub use registered_model::{Alias, RegisteredModel, RegisteredModelPage, StageHolding, Tag, VersionBrief};
pub use run::{RunSummary, RunSummaryPage, RunVersion, RunView};
pub use stage::{
    ApplyResponse, StageDefinition, StageDefinitions, StageOccupancy, StageOverride, StagesAsOf,
};
