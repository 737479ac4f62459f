//! Where artifacts are kept and who hands them through, from the same options as `mlflow server` has.

use std::path::Path;

use greenroom_core::artifact::ArtifactPolicy;
use greenroom_server::ArtifactConfig;

use crate::arguments::ArtifactOptions;

/// Where artifacts are kept when nobody says.
const DESTINATION: &str = "./greenroom-data/artifacts";
/// A location that this server hands through.
const PROXIED: &str = "mlflow-artifacts:/";

/// The keys in `greenroom.toml`.
#[derive(Debug, Default)]
pub(crate) struct ArtifactFile {
    pub(crate) artifacts_destination: Option<String>,
    pub(crate) default_artifact_root: Option<String>,
    pub(crate) serve_artifacts: Option<bool>,
    pub(crate) artifacts_only: Option<bool>,
}

/// Decides; `var` looks several variables up, the first counts.
pub(crate) fn read(
    options: &ArtifactOptions,
    file: ArtifactFile,
    var: &impl Fn(&[&str]) -> Option<String>,
) -> Result<(ArtifactConfig, ArtifactPolicy), String> {
    let no_serve = options.no_serve_artifacts.then_some(false);
    let serve = options.serve_artifacts.then_some(true).or(no_serve);
    let serve = match serve {
        Some(serve) => serve,
        None => flag(var(&["GREENROOM_SERVE_ARTIFACTS", "MLFLOW_SERVE_ARTIFACTS"]), "serve_artifacts")?
            .or(file.serve_artifacts)
            .unwrap_or(true),
    };
    let only = options.artifacts_only
        || flag(var(&["GREENROOM_ARTIFACTS_ONLY", "MLFLOW_ARTIFACTS_ONLY"]), "artifacts_only")?
            .or(file.artifacts_only)
            .unwrap_or(false);
    if only && !serve {
        return Err(
            "With --artifacts-only and --no-serve-artifacts together nothing would be left to serve.".into(),
        );
    }
    let root = options.default_artifact_root.clone();
    let root = root.or(var(&["GREENROOM_DEFAULT_ARTIFACT_ROOT", "MLFLOW_DEFAULT_ARTIFACT_ROOT"]));
    let root = root.or(file.default_artifact_root).map(|root| absolute(&root)).transpose()?;
    let destination = options.artifacts_destination.clone();
    let destination =
        destination.or(var(&["GREENROOM_ARTIFACTS_DESTINATION", "MLFLOW_ARTIFACTS_DESTINATION"]));
    let destination = destination.or(file.artifacts_destination).map(|place| absolute(&place)).transpose()?;

    // Where runs write is where this server reads, unless it is told otherwise.
    let direct = root.clone().filter(|root| !is_handed_through(root));
    let destination = match destination.or(direct) {
        Some(destination) => destination,
        None => absolute(DESTINATION)?,
    };
    let default_root = match root {
        Some(root) => root,
        None if serve => PROXIED.to_owned(),
        None => destination.clone(),
    };
    let config = ArtifactConfig {
        uri: destination.clone(),
        s3_endpoint: var(&["MLFLOW_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]),
        s3_ignore_tls: flag(var(&["MLFLOW_S3_IGNORE_TLS"]), "MLFLOW_S3_IGNORE_TLS")?.unwrap_or(false),
    };
    Ok((config, ArtifactPolicy { default_root, destination, serve, only }))
}

/// Whether clients would go through a server for this location.
fn is_handed_through(location: &str) -> bool {
    ["mlflow-artifacts:", "http:", "https:"].iter().any(|scheme| location.starts_with(scheme))
}

/// A folder as an absolute path; what has a scheme stays as it is.
fn absolute(place: &str) -> Result<String, String> {
    let path = match place.split_once(':') {
        Some(("file", rest)) => rest.strip_prefix("//").unwrap_or(rest),
        Some((scheme, _))
            if scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') =>
        {
            return Ok(place.to_owned());
        }
        _ => place,
    };
    let unusable = || format!("The folder '{place}' cannot be used for artifacts.");
    let path = std::path::absolute(Path::new(path)).map_err(|_| unusable())?;
    path.into_os_string().into_string().map_err(|_| unusable())
}

fn flag(text: Option<String>, what: &str) -> Result<Option<bool>, String> {
    let Some(text) = text else { return Ok(None) };
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "t" | "y" => Ok(Some(true)),
        "false" | "0" | "no" | "off" | "f" | "n" => Ok(Some(false)),
        _ => Err(format!("{what} must be true or false, got '{text}'.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(
        options: &ArtifactOptions,
        variables: &[(&str, &str)],
    ) -> Result<(ArtifactConfig, ArtifactPolicy), String> {
        let var = |names: &[&str]| {
            names
                .iter()
                .find_map(|n| variables.iter().find(|(name, _)| name == n))
                .map(|(_, v)| (*v).to_owned())
        };
        read(options, ArtifactFile::default(), &var)
    }

    #[test]
    fn without_options_a_folder_is_handed_through() {
        let (config, policy) = decide(&ArtifactOptions::default(), &[]).expect("valid");
        assert!(
            config.uri.starts_with('/') && config.uri.ends_with("greenroom-data/artifacts"),
            "{config:?}"
        );
        assert_eq!(
            (policy.default_root.as_str(), policy.serve, policy.only),
            ("mlflow-artifacts:/", true, false)
        );
        assert_eq!(policy.destination, config.uri);
    }

    #[test]
    fn the_options_of_mlflow_mean_what_they_mean_there() {
        let no_serve = ArtifactOptions { no_serve_artifacts: true, ..ArtifactOptions::default() };
        let (_, policy) =
            decide(&no_serve, &[("MLFLOW_ARTIFACTS_DESTINATION", "file:///data/a")]).expect("valid");
        assert_eq!((policy.default_root.as_str(), policy.serve), ("/data/a", false));
        let (config, policy) = decide(
            &no_serve,
            &[("MLFLOW_DEFAULT_ARTIFACT_ROOT", "s3://b/p"), ("AWS_ENDPOINT_URL", "http://x")],
        )
        .expect("valid");
        assert_eq!((policy.default_root.as_str(), config.uri.as_str()), ("s3://b/p", "s3://b/p"));
        assert_eq!(config.s3_endpoint.as_deref(), Some("http://x"));
        let (config, policy) = decide(
            &ArtifactOptions::default(),
            &[
                ("GREENROOM_ARTIFACTS_DESTINATION", "gs://b"),
                ("MLFLOW_ARTIFACTS_DESTINATION", "s3://c"),
                ("MLFLOW_DEFAULT_ARTIFACT_ROOT", "mlflow-artifacts:/team"),
                ("MLFLOW_ARTIFACTS_ONLY", "true"),
            ],
        )
        .expect("valid");
        assert_eq!((config.uri.as_str(), policy.only), ("gs://b", true));
        assert_eq!(policy.default_root, "mlflow-artifacts:/team");
    }

    #[test]
    fn nonsense_is_named() {
        let both =
            ArtifactOptions { artifacts_only: true, no_serve_artifacts: true, ..ArtifactOptions::default() };
        assert!(decide(&both, &[]).expect_err("nothing left").contains("nothing would be left"));
        let maybe = decide(&ArtifactOptions::default(), &[("MLFLOW_SERVE_ARTIFACTS", "maybe")]);
        assert!(maybe.expect_err("no truth").contains("maybe"));
    }
}
