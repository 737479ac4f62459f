//! A model version as `/api/v1` tells it, and the transition with its explained decision.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Lineage, Tag, VersionBrief};

/// A version of a registered model.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ModelVersion {
    /// The model's name.
    pub model: String,
    /// 1, 2, 3 ...; never reused within a model.
    pub version: i64,
    /// The stage it is in.
    pub stage: String,
    /// When it entered that stage (Unix milliseconds).
    pub stage_since: i64,
    /// Who moved it there; empty when the server did not know.
    pub stage_by: String,
    /// Markdown; absent when null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the artifacts are, as the client named it.
    pub source: String,
    /// The run that made it; empty when it has none.
    pub run_id: String,
    /// A link to that run on another server; free text, not validated.
    pub run_link: String,
    /// `READY`, `PENDING_REGISTRATION` or `FAILED_REGISTRATION`.
    pub status: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
    /// Who registered it; empty when the server did not know.
    pub created_by: String,
    /// Ordered.
    pub aliases: Vec<String>,
    /// Ordered by key.
    pub tags: Vec<Tag>,
    /// What is known of its bytes: `none` (this server does not keep its artifacts, or found none), `pending` (not looked
    /// at yet), `recorded`, or `mismatch` (the bytes are no longer those of the digest). Absent right after a transition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_state: Option<String>,
    /// The digest of its artifacts when it was registered, `files-sha256-v1:` and 64 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// When its bytes were looked at last (Unix milliseconds).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_checked_at: Option<i64>,
    /// Where it comes from; only where one version is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineage: Option<Lineage>,
}

/// A page of versions, highest number first.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ModelVersionPage {
    /// The versions.
    pub versions: Vec<ModelVersion>,
    /// Give it back as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// What to do with a version.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionRequest {
    /// The target stage; case does not matter.
    pub stage: String,
    /// Move every other version in the target stage to the archive stage.
    #[serde(default)]
    pub archive_existing_versions: bool,
    /// The stage the version was in when the caller decided; if it is in another one by now, the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_stage: Option<String>,
    /// Why; kept in the history. At most 5,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// How to copy a version.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyRequest {
    /// The registered model that is to have the copy; made if it is missing.
    pub to: String,
    /// Whether the copy has files of its own, in a new logged model; else it points to the source's.
    #[serde(default)]
    pub with_artifacts: bool,
    /// The experiment for that logged model, made if it is missing; default `greenroom-copies`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
    /// Take the files as they are now, even when they are no longer those of the digest that was recorded.
    #[serde(default)]
    pub force: bool,
}

/// The version after the transition, and the decision that allowed it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TransitionResponse {
    /// The version as it is now.
    pub version: ModelVersion,
    /// Every rule that was looked at.
    pub decision: Decision,
}

/// One rule that a decision looked at.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleOutcome {
    /// Which rule: `from`, `capacity`, `soak`, `protected`, `archive`.
    pub rule: String,
    /// Whether it was satisfied.
    pub passed: bool,
    /// Why, in a sentence.
    pub message: String,
}

/// A version that the transition moves out of the way.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct DisplacedVersion {
    /// Which version.
    pub version: i64,
    /// The stage it goes to.
    pub to: String,
}

/// The answer to "may I?": the same for a dry run and for the transition itself.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Decision {
    /// Whether every rule passed.
    pub allowed: bool,
    /// The stage the version is in.
    pub from: String,
    /// The stage it would go to, in its defined spelling.
    pub to: String,
    /// The revision of the stage definitions this was judged under; 0 = the built-in ones.
    pub revision: i64,
    /// Every rule that was looked at, passed or not.
    pub rules: Vec<RuleOutcome>,
    /// The other versions in the target stage now: the highest-numbered, at most three.
    pub occupants: Vec<VersionBrief>,
    /// How many other versions are in the target stage.
    pub occupant_count: i64,
    /// The versions this transition would move out of the way (at most 100 are named).
    pub displaced: Vec<DisplacedVersion>,
    /// How many that are.
    pub displaced_count: i64,
    /// Whether `archive_existing_versions` can be asked for with this target stage.
    pub can_archive_existing: bool,
}

impl From<greenroom_core::model_version::ModelVersionDetail> for ModelVersion {
    fn from(detail: greenroom_core::model_version::ModelVersionDetail) -> Self {
        let greenroom_core::model_version::ModelVersionDetail { version: v, tags, aliases } = detail;
        Self {
            model: v.name,
            version: v.version,
            stage: v.stage,
            stage_since: v.stage_since,
            stage_by: v.stage_by,
            description: v.description,
            source: v.source,
            run_id: v.run_id.unwrap_or_default(),
            run_link: v.run_link.unwrap_or_default(),
            status: "READY".to_owned(),
            created_at: v.created_at,
            updated_at: v.updated_at,
            created_by: v.created_by,
            aliases,
            tags: tags.into_iter().map(Tag::from).collect(),
            digest_state: None,
            digest: None,
            digest_checked_at: None,
            lineage: None,
        }
    }
}

impl From<greenroom_core::model_version::VersionView> for ModelVersion {
    fn from(view: greenroom_core::model_version::VersionView) -> Self {
        Self {
            digest_state: Some(view.digest.state.as_str().to_owned()),
            digest: view.digest.digest,
            digest_checked_at: view.digest.checked_at,
            lineage: view.lineage.map(Into::into),
            ..view.detail.into()
        }
    }
}
