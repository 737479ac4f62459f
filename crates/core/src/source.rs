//! What a model version's `source` may be. A source is data: the server never opens it. Still, what a
//! client could mistake for a place on this server, or on a host of somebody's choice, is refused here.
//!
//! Source of the rules: MLflow 3.17's checks on model version creation and the advisories that led to them.
//! They look at the source alone, never at tags: a prompt's source must be one of two fixed words.

use crate::name::{MAX_NAME, check_model_name};
use crate::uri::{self, authority};
use crate::{Error, Result};

/// Characters in a source (the width of MLflow's column).
pub const MAX_SOURCE: usize = 500;
/// What a prompt's source may be: words that stand for "no artifacts".
const PROMPT_SOURCES: [&str; 2] = ["prompt-template", "dummy-source"];
/// What the operator allows; from the environment variables of MLflow.
#[derive(Clone, Debug, Default)]
pub struct SourcePolicy {
    /// Sources must match it somewhere (`MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX`).
    pub pattern: Option<regex::Regex>,
    /// Host-addressed schemes to let through (`MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES`).
    pub allowed_schemes: Vec<String>,
}

/// What a checked source points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A location that only clients open.
    Opaque,
    /// A version of a registered model, to be resolved now.
    Registered(ModelUri),
    /// A logged model, by its id.
    LoggedModel(String),
}

/// A `models:/` URI that names a registered model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelUri {
    /// The registered model's name.
    pub name: String,
    /// Which of its versions.
    pub which: Which,
}

/// How a `models:/` URI chooses the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// `models:/Name/3`
    Version(i64),
    /// `models:/Name/Production`
    Stage(String),
    /// `models:/Name/latest`
    Latest,
    /// `models:/Name@champion`
    Alias(String),
}

/// Checks a source as a client gave it with `run_id` and `model_id` (empty = not given).
pub fn check(
    policy: &SourcePolicy,
    source: &str,
    run_id: &str,
    model_id: &str,
    prompt: bool,
) -> Result<Source> {
    if let Some(pattern) = &policy.pattern
        && !pattern.is_match(source)
    {
        return Err(Error::invalid(format!("Invalid model version source: '{source}'.")));
    }
    if source.chars().count() > MAX_SOURCE {
        return Err(crate::name::too_long("source", MAX_SOURCE));
    }
    if prompt {
        return if PROMPT_SOURCES.contains(&source) {
            Ok(Source::Opaque)
        } else {
            Err(Error::invalid(format!(
                "Invalid prompt source: '{source}'. Prompt sources must use an MLflow placeholder."
            )))
        };
    }
    uri::check_host(&policy.allowed_schemes, source, "source")?;
    let scheme = uri::scheme(source);
    match scheme.as_str() {
        "models" => check_models_uri(source, model_id),
        "" | "file" => Err(local_path(source, run_id, model_id)),
        _ => {
            check_path(source)?;
            match scheme.as_str() {
                "runs" => check_runs_uri(source, run_id, model_id),
                // No run or logged model of this server holds it.
                "mlflow-artifacts" => {
                    Err(not_contained(source, if model_id.is_empty() { "run_id" } else { "model_id" }))
                }
                _ => Ok(Source::Opaque),
            }
        }
    }
}

fn not_contained(source: &str, parameter: &str) -> Error {
    Error::invalid(format!(
        "Invalid model version source: '{source}'. The {parameter} request parameter must identify the resource that \
         contains the source."
    ))
}

/// A local path would have to lie in the artifact directory of a run (or logged model) of this server.
fn local_path(source: &str, run_id: &str, model_id: &str) -> Error {
    let named = if model_id.is_empty() { "run_id" } else { "model_id" };
    if !run_id.is_empty() || !model_id.is_empty() {
        return not_contained(source, named);
    }
    Error::invalid(format!(
        "Invalid model version source: '{source}'. To use a local path as a model version source, the {named} request \
         parameter has to be specified and the local path has to be contained within the artifact directory of the run \
         specified by the {named}."
    ))
}

/// Refuses what [`uri::plain_path`] refuses, and a missing path.
fn check_path(source: &str) -> Result<()> {
    if uri::plain_path(source).is_some_and(|path| path.starts_with('/')) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Invalid model version source: '{source}'. If supplying a source as an http, https, local file path, ftp, \
         objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references \
         present. Please provide an absolute path."
    )))
}

fn check_runs_uri(source: &str, run_id: &str, model_id: &str) -> Result<Source> {
    if !model_id.is_empty() {
        return Err(not_contained(source, "model_id"));
    }
    let path = source.split_once(':').map_or("", |(_, rest)| rest).trim_start_matches('/');
    let (run, artifact) = path.split_once('/').unwrap_or((path, ""));
    if !authority(source).is_empty() || run_id.is_empty() || run != run_id || artifact.is_empty() {
        return Err(not_contained(source, "run_id"));
    }
    Ok(Source::Opaque)
}

fn check_models_uri(source: &str, model_id: &str) -> Result<Source> {
    if !authority(source).is_empty() {
        return Err(Error::invalid(format!(
            "Invalid model version source: '{source}'. Registered model sources must use the active model registry."
        )));
    }
    let path = source.split_once(':').map_or("", |(_, rest)| rest);
    let parsed = path.strip_prefix('/').and_then(parse_models_path);
    match parsed.ok_or_else(|| not_contained(source, "model_id"))? {
        Source::LoggedModel(id) if model_id != id => Err(not_contained(source, "model_id")),
        other => Ok(other),
    }
}

/// The path of a `models:/` URI, read as MLflow's client reads it; `None` when it is not one.
fn parse_models_path(path: &str) -> Option<Source> {
    let path = path.trim_start_matches('/');
    let (name, suffix) = path.split_once('/').map_or((path, None), |(name, suffix)| (name, Some(suffix)));
    if name.trim().is_empty() || name.chars().count() > MAX_NAME {
        return None;
    }
    let which = match suffix {
        Some(suffix) if suffix.contains('/') || suffix.trim().is_empty() => return None,
        Some(suffix) if suffix.bytes().all(|b| b.is_ascii_digit()) => {
            Which::Version(suffix.parse().unwrap_or(i64::MAX))
        }
        Some(suffix) if suffix.eq_ignore_ascii_case("latest") => Which::Latest,
        Some(suffix) => Which::Stage(suffix.to_owned()),
        None => match name.rsplit_once('@') {
            Some((name, alias)) if !alias.trim().is_empty() => {
                check_model_name(name).ok()?;
                let which = Which::Alias(alias.to_owned());
                return Some(Source::Registered(ModelUri { name: name.to_owned(), which }));
            }
            Some(_) => return None,
            None => return Some(Source::LoggedModel(name.to_owned())),
        },
    };
    check_model_name(name).ok()?;
    Some(Source::Registered(ModelUri { name: name.to_owned(), which }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(source: &str) -> Result<Source> {
        check(&SourcePolicy::default(), source, "", "", false)
    }

    #[test]
    fn object_stores_are_opaque() {
        for good in [
            "s3://bucket/unicorn/1",
            "gs://b/p",
            "wasbs://c@a.blob.core.windows.net/p",
            "dbfs:/models/x",
            "s3://b/p/",
        ] {
            assert_eq!(plain(good), Ok(Source::Opaque), "{good}");
        }
        assert_eq!(plain("abfss://c@a.dfs.core.windows.net/p"), Ok(Source::Opaque));
    }

    #[test]
    fn attacks_of_the_past_stay_in_the_past() {
        for bad in [
            "/etc",
            "file:///etc",
            "file:/etc",
            "FILE:///etc",
            "file://localhost/etc",
            "//proc/self/root",
            "etc",
            "",
            "./../../../../etc",
            "..\\..\\..\\etc",
            "C:\\Windows",
            "C:/Windows",
            "\\\\host\\share",
            "http://x/#/../../../../../../etc/",
            "http:///?/../../../../etc/",
            "https://h/p",
            "ftp://h/p",
            "hdfs://h/p",
            "dbfs:/run/artifacts/a%3f/../../../../../etc/",
            "mlflow-artifacts:/%2e%2e/%2e%2e/etc",
            "s3://b/%252e%252e/x",
            "s3://b/%c0%ae%c0%ae/x",
            "s3://b/p;x=../../etc",
            "s3://b/a%00b",
            "s3://b/a%0d%0ab",
            "s3://b",
            "s3://b/",
            "s3://b/./x",
            "s3:b/x",
            "mlflow-artifacts:/1/model",
            "mlflow-artifacts://host/1/model",
            "runs:/r1/model",
            "runs://host/x",
            "models://host/m/1",
            "models:/m-123",
            "models:/a/b/c",
            "models:/",
        ] {
            plain(bad).expect_err(bad);
        }
    }

    #[test]
    fn a_tag_does_not_open_a_door() {
        let prompt = |source: &str| check(&SourcePolicy::default(), source, "", "", true);
        assert_eq!(prompt("dummy-source"), Ok(Source::Opaque));
        prompt("/etc").expect_err("a prompt has no files");
        prompt("s3://b/x").expect_err("a prompt has no files");
    }

    #[test]
    fn a_run_must_be_the_one_that_is_named() {
        let with_run = |source: &str, run: &str| check(&SourcePolicy::default(), source, run, "", false);
        assert_eq!(with_run("runs:/r1/model", "r1"), Ok(Source::Opaque));
        for (source, run) in
            [("runs:/r1/model", "r2"), ("runs:/r1/../../etc", "r1"), ("runs:/r1", "r1"), ("/tmp/x", "r1")]
        {
            with_run(source, run).expect_err(source);
        }
    }

    #[test]
    fn registered_models_are_to_be_resolved() {
        let uri = |name: &str, which| Ok(Source::Registered(ModelUri { name: name.into(), which }));
        assert_eq!(plain("models:/U/3"), uri("U", Which::Version(3)));
        assert_eq!(plain("models:/U/Canary EU"), uri("U", Which::Stage("Canary EU".into())));
        assert_eq!(plain("models:/U/LATEST"), uri("U", Which::Latest));
        assert_eq!(plain("models:/a@b@champ"), uri("a@b", Which::Alias("champ".into())));
        let logged = check(&SourcePolicy::default(), "models:/m-1", "", "m-1", false);
        assert_eq!(logged, Ok(Source::LoggedModel("m-1".into())));
        check(&SourcePolicy::default(), "models:/m-2", "", "m-1", false).expect_err("another model's");
    }

    #[test]
    fn the_operator_can_narrow_and_widen() {
        let pattern = regex::Regex::new("^s3://ours/").ok();
        let policy = SourcePolicy { pattern, allowed_schemes: vec!["HTTPS".into()] };
        assert_eq!(check(&policy, "s3://ours/x", "", "", false), Ok(Source::Opaque));
        let message = check(&policy, "s3://theirs/x", "", "", false).expect_err("narrowed").message;
        assert_eq!(message, "Invalid model version source: 's3://theirs/x'.");
        let widened = SourcePolicy { pattern: None, ..policy };
        assert_eq!(check(&widened, "https://h/p", "", "", false), Ok(Source::Opaque));
    }
}
