//! RFC 9457 problem details: how `/api/v1` says no.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error answer, `application/problem+json`.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code tells the kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong, with which value, and what to do.
    pub detail: String,
    /// MLflow's error code, e.g. `RESOURCE_DOES_NOT_EXIST`.
    pub error_code: String,
}
