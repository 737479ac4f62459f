//! What a model version's `source` may be. A source is data: the server never opens it. Still, what a
//! client could mistake for a place on this server, or on a host of somebody's choice, is refused here.
//!
//! Source of the rules: MLflow 3.17's checks on model version creation and the advisories that led to them.
//! They look at the source alone, never at tags: a prompt's source must be one of two fixed words.

mod model_uri;
mod place;

pub use model_uri::{ModelUri, Which};
pub use place::Place;

use crate::artifact::ArtifactKey;
use crate::uri::{self, authority};
use crate::{Error, Result};

/// Characters in a source (the width of MLflow's column).
pub const MAX_SOURCE: usize = 500;
/// What a prompt's source may be: words that stand for "no artifacts".
const PROMPT_SOURCES: [&str; 2] = ["prompt-template", "dummy-source"];
/// The path below which every MLflow server hands its artifacts through.
pub(crate) const PROXY_ROUTE: &str = "/api/2.0/mlflow-artifacts/artifacts";

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
    /// What lies at this path in the run that `run_id` names; all of it when there is no path.
    OfRun(Option<ArtifactKey>),
    /// A place that must lie in the artifact root of what `run_id` or `model_id` names; `None` when it can lie in none.
    Contained(Option<Place>),
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
        "" | "file" if run_id.is_empty() && model_id.is_empty() => Err(outside(source, naming(model_id))),
        "" | "file" => Ok(Source::Contained(Place::parse(source))),
        _ => {
            check_path(source)?;
            let nobody = run_id.is_empty() && model_id.is_empty();
            match scheme.as_str() {
                "runs" => check_runs_uri(source, run_id, model_id),
                "mlflow-artifacts" if nobody => Err(not_contained(source, naming(model_id))),
                "mlflow-artifacts" => Ok(Source::Contained(Place::parse(source))),
                // A server's own artifacts, asked for from outside: they would be nobody's.
                "http" | "https" if uri::decoded(source).contains(PROXY_ROUTE) => {
                    Err(not_contained(source, naming(model_id)))
                }
                _ => Ok(Source::Opaque),
            }
        }
    }
}

/// Where to look for a source that must lie in `root`, the artifact location of what the request names; `None` when
/// there is no such thing.
pub fn locate(source: &str, place: Option<&Place>, root: Option<&str>, model_id: &str) -> Result<String> {
    let root = root.ok_or_else(|| not_contained(source, naming(model_id)))?;
    let root = Place::parse(root);
    match (place, root) {
        (Some(place), Some(root)) if place.is_within(&root) => Ok(place.location()),
        _ if uri::scheme(source) == "mlflow-artifacts" => Err(not_contained(source, naming(model_id))),
        _ => Err(outside(source, naming(model_id))),
    }
}

/// Which field has to name what holds the source.
fn naming(model_id: &str) -> &'static str {
    if model_id.is_empty() { "run_id" } else { "model_id" }
}

fn not_contained(source: &str, named: &str) -> Error {
    Error::invalid(format!(
        "Invalid model version source: '{source}'. The {named} request parameter must identify the resource that contains \
         the source."
    ))
}

/// A local path has to lie in the artifact directory of a run (or logged model) of this server.
fn outside(source: &str, named: &str) -> Error {
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
    let (run, path) = path.split_once('/').unwrap_or((path, ""));
    if !authority(source).is_empty() || run_id.is_empty() || run != run_id {
        return Err(not_contained(source, "run_id"));
    }
    let path = path.trim_matches('/');
    if path.is_empty() {
        return Ok(Source::OfRun(None));
    }
    let key = ArtifactKey::parse(path).map_err(|_| not_contained(source, "run_id"))?;
    Ok(Source::OfRun(Some(key)))
}

fn check_models_uri(source: &str, model_id: &str) -> Result<Source> {
    if !authority(source).is_empty() {
        return Err(Error::invalid(format!(
            "Invalid model version source: '{source}'. Registered model sources must use the active model registry."
        )));
    }
    let path = source.split_once(':').map_or("", |(_, rest)| rest);
    let parsed = path.strip_prefix('/').and_then(model_uri::parse_path);
    let wrong = || not_contained(source, "model_id");
    match parsed.ok_or_else(wrong)? {
        Source::LoggedModel(id) if model_id != id => Err(wrong()),
        other => Ok(other),
    }
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
            "runs:/r1/a%00b",
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
        let key = |path: &str| Some(ArtifactKey::parse(path).expect(path));
        for (source, path) in [
            ("runs:/r1/model", key("model")),
            ("runs:/r1/a/b c/", key("a/b c")),
            ("runs:///r1/model", key("model")),
            ("RUNS:/r1/model", key("model")),
            ("runs:/r1", None),
            ("runs:/r1/", None),
        ] {
            assert_eq!(with_run(source, "r1"), Ok(Source::OfRun(path)), "{source}");
        }
        for (source, run) in [
            ("runs:/r1/model", "r2"),
            ("runs:/r1/model", ""),
            ("runs:/r1/../../etc", "r1"),
            ("runs:/r1/%2e%2e/etc", "r1"),
            ("runs:/r1/a?x=1", "r1"),
            ("runs:/r1/a#b", "r1"),
            ("runs:/r1/.greenroom/x", "r1"),
            ("runs://r1/model", "r1"),
        ] {
            with_run(source, run).expect_err(source);
        }
        check(&SourcePolicy::default(), "runs:/r1/model", "r1", "m-1", false).expect_err("whose is it?");
    }

    #[test]
    fn a_place_must_lie_in_what_the_request_names() {
        let policy = SourcePolicy::default();
        let root = "mlflow-artifacts:/0/r1/artifacts";
        let located = |source: &str, root: Option<&str>| {
            let Source::Contained(place) = check(&policy, source, "r1", "", false)? else {
                panic!("{source} is to be contained")
            };
            locate(source, place.as_ref(), root, "")
        };
        assert_eq!(
            located("mlflow-artifacts:///0/r1/artifacts/%6dodel", Some(root)),
            Ok("mlflow-artifacts:/0/r1/artifacts/model".to_owned())
        );
        assert_eq!(located("file:///data/r1/model", Some("/data/r1")), Ok("/data/r1/model".to_owned()));
        for (source, root) in [
            ("mlflow-artifacts:/0/r2/artifacts", root),
            ("mlflow-artifacts:/0/r1/artifactsx", root),
            ("mlflow-artifacts:/0/r1", root),
            ("mlflow-artifacts:/0/r1/artifacts/a?b", root),
            ("/0/r1/artifacts/model", root),
            ("/etc", "/data/r1"),
            ("/data/r1/../r2", "/data/r1"),
            ("/data/r1x", "/data/r1"),
            ("/data/r1/model", "s3://b/data/r1"),
            ("x", "/data/r1"),
            ("C:\\Windows", "/data/r1"),
        ] {
            let message = located(source, Some(root)).expect_err(source).message;
            assert!(message.starts_with("Invalid model version source: '"), "{message}");
        }
        let message = located("/data/r1/model", None).expect_err("no such run").message;
        assert!(
            message.ends_with(
                "The run_id request parameter must identify the resource that contains the source."
            )
        );
    }

    #[test]
    fn another_door_to_the_proxy_stays_shut() {
        let policy = SourcePolicy { pattern: None, allowed_schemes: vec!["http".into(), "https".into()] };
        for url in [
            "http://attacker/api/2.0/mlflow-artifacts/artifacts/",
            "https://h/x/api/2.0/mlflow-artifacts/artifacts/0/r",
            "http://h/api/2.0/mlflow%2dartifacts/artifacts/0",
        ] {
            check(&policy, url, "", "", false).expect_err(url);
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
