//! A registered model, as the store keeps it.

use crate::tag::Tag;

/// The state of a registered model, without its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredModel {
    /// Made by the application; survives renames, never reused.
    pub id: String,
    /// Unique among the models that exist.
    pub name: String,
    /// `None` once cleared; MLflow keeps `""` apart from it.
    pub description: Option<String>,
    /// Who created it; empty when not known.
    pub created_by: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
    /// Whether its tags mark it as a prompt.
    pub is_prompt: bool,
    /// The highest version number it ever had; 0 before the first.
    pub last_version: i64,
}

/// A registered model with what hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredModelDetail {
    /// The model itself.
    pub model: RegisteredModel,
    /// Ordered by key.
    pub tags: Vec<Tag>,
    /// Ordered by alias.
    pub aliases: Vec<Alias>,
    /// For each stage that holds a version the highest-numbered one; ordered by the stage's lowest version number.
    pub latest_versions: Vec<crate::model_version::ModelVersionDetail>,
}

/// A name that points at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Case-sensitive.
    pub alias: String,
    /// The version it points at.
    pub version: i64,
}
