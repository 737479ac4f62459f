//! A model version, as the store keeps it.

use crate::digest::VersionDigest;
use crate::lineage::Lineage;
use crate::tag::Tag;

/// The state of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelVersion {
    /// The model's id.
    pub model_id: String,
    /// The model's name now.
    pub name: String,
    /// Counts 1, 2, 3 per model, never reused.
    pub version: i64,
    /// The stage it is in, in its defined spelling.
    pub stage: String,
    /// When it entered that stage, Unix milliseconds.
    pub stage_since: i64,
    /// Who moved it there; empty when not known.
    pub stage_by: String,
    /// `None` once cleared.
    pub description: Option<String>,
    /// Where the client said its artifacts are.
    pub source: String,
    /// Where they really are, when `source` points at something else (another version, a run).
    pub storage_location: String,
    /// The run that made it; `""` or `None` when it has none (MLflow tells the two apart on the wire).
    pub run_id: Option<String>,
    /// A free URL.
    pub run_link: Option<String>,
    /// The logged model it came from.
    pub logged_model_id: Option<String>,
    /// Who registered it; empty when not known.
    pub created_by: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
}

/// A version with what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelVersionDetail {
    /// The version itself.
    pub version: ModelVersion,
    /// Ordered by key.
    pub tags: Vec<Tag>,
    /// Ordered; empty where MLflow leaves aliases out.
    pub aliases: Vec<String>,
}

/// A version with what is known of its bytes and, where it is looked at alone, of its making.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionView {
    /// The version.
    pub detail: ModelVersionDetail,
    /// What is known of its bytes.
    pub digest: VersionDigest,
    /// Where it comes from; `None` in lists.
    pub lineage: Option<Lineage>,
}

/// A version in a stage, in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// The version number.
    pub version: i64,
    /// When it entered the stage, Unix milliseconds.
    pub since: i64,
    /// Who moved it there; empty when not known.
    pub by: String,
}
