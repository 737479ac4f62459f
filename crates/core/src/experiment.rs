//! Experiments: what runs belong to. Limits and messages are MLflow's.

use crate::artifact::ArtifactPolicy;
use crate::name::{invalid_value, too_long};
use crate::source::SourcePolicy;
use crate::tag::{Tag, check_key};
use crate::{Error, Result, uri};

/// The experiment that always exists.
pub const DEFAULT_ID: i64 = 0;
/// Its name until somebody renames it.
pub const DEFAULT_NAME: &str = "Default";
/// Characters in a name (MLflow: `MAX_EXPERIMENT_NAME_LENGTH`).
pub const MAX_NAME: usize = 500;
/// Characters in a tag's key and value (MLflow: `MAX_EXPERIMENT_TAG_KEY_LENGTH`, `..._VAL_LENGTH`).
const MAX_TAG_KEY: usize = 250;
const MAX_TAG_VALUE: usize = 20_000;
/// Characters in a location (MLflow: `MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH`).
const MAX_LOCATION: usize = 2048;

/// The state of an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// Counts 1, 2, 3; never reused.
    pub id: i64,
    /// Unique, among the deleted ones also.
    pub name: String,
    /// Where its runs put their artifacts.
    pub artifact_location: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
    /// When it was deleted, if it is.
    pub deleted_at: Option<i64>,
}

/// An experiment with its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentDetail {
    /// The experiment itself.
    pub experiment: Experiment,
    /// Ordered by key.
    pub tags: Vec<Tag>,
}

/// MLflow's word for whether something is deleted.
pub fn lifecycle_stage(deleted_at: Option<i64>) -> &'static str {
    if deleted_at.is_some() { "deleted" } else { "active" }
}

impl Experiment {
    /// Refuses to add to a deleted experiment.
    pub fn check_active(&self) -> Result<()> {
        match self.deleted_at {
            None => Ok(()),
            Some(_) => Err(Error::invalid(format!(
                "The experiment {} must be in the 'active' state. Current state is deleted.",
                self.id
            ))),
        }
    }

    /// Refuses to rename a deleted experiment.
    pub fn check_renamable(&self) -> Result<()> {
        match self.deleted_at {
            None => Ok(()),
            // MLflow answers 500 INVALID_STATE, which its client tries again and again.
            Some(_) => Err(Error::invalid("Cannot rename a non-active experiment.")),
        }
    }
}

/// MLflow's sentence for an experiment that is not there.
pub fn not_found(id: &str) -> Error {
    Error::not_found(format!("No Experiment with id={id} exists"))
}

/// MLflow's sentence for a name that is taken, also by a deleted experiment.
pub fn already_exists(name: &str) -> Error {
    Error::already_exists(format!("Experiment(name={name}) already exists."))
}

/// Reads an id as Python's `int()` does; empty is the default experiment. What does not fit 64 bits is not found.
pub fn parse_id(text: &str) -> Result<i64> {
    if text.is_empty() {
        return Ok(DEFAULT_ID);
    }
    match crate::name::parse_int(text) {
        Some(number) if number.abs() == i64::MAX => Err(not_found(text.trim())),
        Some(number) => Ok(number),
        None => Err(Error::invalid(format!(
            "Invalid experiment ID '{text}'. Experiment ID must be a valid integer."
        ))),
    }
}

/// Checks a name.
pub fn check_name(name: &str) -> Result<()> {
    if name.chars().count() > MAX_NAME {
        return Err(too_long("name", MAX_NAME));
    }
    if name.contains('\0') {
        return Err(invalid_value("name", name, "Names cannot contain NUL characters."));
    }
    Ok(())
}

/// Checks a tag.
pub fn check_tag(key: &str, value: &str) -> Result<Tag> {
    check_key(key)?;
    if key.chars().count() > MAX_TAG_KEY {
        return Err(too_long("key", MAX_TAG_KEY));
    }
    if value.chars().count() > MAX_TAG_VALUE {
        return Err(too_long("value", MAX_TAG_VALUE));
    }
    if value.contains('\0') {
        return Err(invalid_value("value", value, "Tag values cannot contain NUL characters."));
    }
    Ok(Tag { key: key.to_owned(), value: value.to_owned() })
}

/// Checks a list of tags; of two with one key the later wins.
pub fn check_tags(pairs: &[(String, String)]) -> Result<Vec<Tag>> {
    let mut tags = std::collections::BTreeMap::new();
    for (key, value) in pairs {
        tags.insert(key.clone(), check_tag(key, value)?);
    }
    Ok(tags.into_values().collect())
}

/// Checks where a client wants an experiment's artifacts. This server opens its own root only, so of places in object
/// stores it is enough that they are plain; places on this machine, or on hosts of the client's choice, are refused.
pub fn check_location(sources: &SourcePolicy, artifacts: &ArtifactPolicy, location: &str) -> Result<()> {
    let (before_query, query) = location.split_once('?').unwrap_or((location, ""));
    if location.contains('#') || before_query.contains(';') {
        return Err(Error::invalid("'artifact_location' URL can't include fragments or params."));
    }
    if uri::decoded(query).contains("..") {
        return Err(Error::invalid("Invalid query string"));
    }
    uri::check_host(&sources.allowed_schemes, location, "artifact_location")?;
    let scheme = uri::scheme(location);
    if scheme == "runs" {
        return Err(Error::invalid(format!("Artifact location cannot be a runs:/ URI. Given: '{location}'")));
    }
    if location.chars().count() > MAX_LOCATION {
        return Err(Error::invalid(format!(
            "Invalid artifact path length. The length of the artifact path cannot be greater than {MAX_LOCATION} characters. \
             To configure this limit, please set the MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable."
        )));
    }
    let path = uri::plain_path(location);
    let good = match (scheme.as_str(), path.as_deref()) {
        ("" | "file" | "models", _) | (_, None) => false,
        // The root itself would hold everybody's.
        ("mlflow-artifacts", Some(path)) => path.len() > 1 && path.starts_with('/'),
        (_, Some(path)) => path.starts_with('/') || (path.is_empty() && !uri::authority(location).is_empty()),
    };
    if good {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Invalid artifact location: '{location}'. Artifacts go below '{}', or to an absolute URI in an object store, like \
         s3://bucket/path, without relative parts.",
        artifacts.default_root
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(location: &str) -> Result<()> {
        check_location(&SourcePolicy::default(), &ArtifactPolicy::default(), location)
    }

    #[test]
    fn ids_read_like_pythons_int() {
        for (text, id) in [("", 0), ("7", 7), (" 0 ", 0), ("01", 1), ("1_0", 10), ("-1", -1)] {
            assert_eq!(parse_id(text), Ok(id), "{text:?}");
        }
        assert_eq!(
            parse_id("x").expect_err("no number").message,
            "Invalid experiment ID 'x'. Experiment ID must be a valid integer."
        );
        assert_eq!(
            parse_id("99999999999999999999").expect_err("no such").message,
            "No Experiment with id=99999999999999999999 exists"
        );
    }

    #[test]
    fn artifacts_go_to_object_stores_or_below_our_root() {
        for good in [
            "s3://bucket",
            "s3://bucket/x/",
            "s3://b/x?region=eu",
            "gs://b/p",
            "wasbs://c@a.blob.core.windows.net/p",
            "abfss://c@a.dfs.core.windows.net/p",
            "dbfs:/x",
            "mlflow-artifacts:/teams/red",
        ] {
            assert_eq!(location(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn artifacts_go_nowhere_else() {
        for bad in [
            "/etc",
            "etc",
            "file:///",
            "file:/etc",
            "FILE:///etc",
            "//proc/self/root",
            "C:/x",
            "C:\\x",
            "\\\\host\\share",
            "http:///?/../../etc",
            "http://h/#/../..",
            "http://h/x",
            "https://h/x",
            "hdfs://h/x",
            "ftp://h/x",
            "s3://b/x?y=1#f",
            "s3://b/x?y=../..",
            "s3://b/x?y=%2e%2e/",
            "s3://b/x;y",
            "s3://b/../x",
            "s3://b/%252e%252e/x",
            "s3://b/a%00b",
            "s3://b/a%0d%0ab",
            "s3://b/./x",
            "s3:b/x",
            "s3:",
            "mlflow-artifacts:/",
            "mlflow-artifacts:/../x",
            "mlflow-artifacts:/%2e%2e/x",
            "mlflow-artifacts:x",
            "mlflow-artifacts://host/x",
            "runs:/r/x",
            "models:/m/1",
        ] {
            location(bad).expect_err(bad);
        }
        location(&format!("s3://b/{}", "x".repeat(MAX_LOCATION))).expect_err("too long");
    }

    #[test]
    fn messages_are_mlflows() {
        for (bad, message) in [
            ("http://h/#/../..", "'artifact_location' URL can't include fragments or params."),
            ("http:///?/../../etc", "Invalid query string"),
            ("runs:/x/y", "Artifact location cannot be a runs:/ URI. Given: 'runs:/x/y'"),
        ] {
            assert_eq!(location(bad).expect_err(bad).message, message);
        }
        let hdfs = location("hdfs://h/x").expect_err("a host").message;
        assert!(hdfs.starts_with("'artifact_location' cannot use the 'hdfs' scheme: "), "{hdfs}");
        let widened = SourcePolicy { pattern: None, allowed_schemes: vec!["hdfs".into()] };
        assert_eq!(check_location(&widened, &ArtifactPolicy::default(), "hdfs://h/x"), Ok(()));
    }

    #[test]
    fn what_is_deleted_takes_nothing_in() {
        let mut experiment = Experiment {
            id: 3,
            name: "e".into(),
            artifact_location: String::new(),
            created_at: 0,
            updated_at: 0,
            deleted_at: None,
        };
        assert_eq!((experiment.check_active(), experiment.check_renamable()), (Ok(()), Ok(())));
        experiment.deleted_at = Some(1);
        assert_eq!(
            experiment.check_active().expect_err("deleted").message,
            "The experiment 3 must be in the 'active' state. Current state is deleted."
        );
        experiment.check_renamable().expect_err("deleted");
    }
}
