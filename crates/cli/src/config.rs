//! Where the server's options come from: flag, environment, file, default; the first that is given.

use std::path::{Path, PathBuf};
use std::time::Duration;

use greenroom_core::run::LongValues;
use greenroom_core::source::SourcePolicy;
use greenroom_server::{Policy, ServerConfig};
use greenroom_store::DbConfig;
use serde::Deserialize;

use crate::arguments::ServerOptions;
use crate::artifact_config::{self, ArtifactFile};

/// `greenroom.toml`; unknown keys are errors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    host: Option<String>,
    port: Option<u16>,
    backend_store_uri: Option<String>,
    artifacts_destination: Option<String>,
    default_artifact_root: Option<String>,
    serve_artifacts: Option<bool>,
    artifacts_only: Option<bool>,
    static_prefix: Option<String>,
    allowed_hosts: Option<Vec<String>>,
    cors_allowed_origins: Option<Vec<String>>,
    pool_size: Option<usize>,
    idle_timeout: Option<u64>,
    log_format: Option<String>,
    log: Option<String>,
}

/// How the server logs.
#[derive(Debug)]
pub(crate) struct LogConfig {
    pub(crate) json: bool,
    pub(crate) filter: String,
}

/// Reads the options; `env` looks a variable up.
pub(crate) fn read(
    options: &ServerOptions,
    env: impl Fn(&str) -> Option<String>,
) -> Result<(ServerConfig, LogConfig), String> {
    let file = read_file(options.config.as_deref())?;
    let var = |names: &[&str]| names.iter().find_map(|name| env(name).filter(|value| !value.is_empty()));

    let host = options
        .host
        .clone()
        .or(var(&["GREENROOM_HOST", "MLFLOW_HOST"]))
        .or(file.host)
        .unwrap_or("127.0.0.1".into());
    let port = match options.port {
        Some(port) => port,
        None => number(var(&["GREENROOM_PORT", "MLFLOW_PORT"]), "port")?.or(file.port).unwrap_or(5000),
    };
    let name = if host == "localhost" { "127.0.0.1" } else { host.trim_matches(['[', ']']) };
    let ip =
        name.parse().map_err(|_| format!("The host must be an IP address or localhost, got '{host}'."))?;

    let uri = options.backend_store_uri.clone();
    let uri =
        uri.or(var(&["GREENROOM_BACKEND_STORE_URI", "MLFLOW_BACKEND_STORE_URI"])).or(file.backend_store_uri);
    let pool_size = match options.pool_size {
        Some(size) => size,
        None => number(var(&["GREENROOM_POOL_SIZE"]), "pool size")?.or(file.pool_size).unwrap_or(20),
    };
    if pool_size == 0 {
        return Err("The pool size must be at least 1, got 0.".into());
    }
    let idle_timeout = match options.idle_timeout {
        Some(seconds) => seconds,
        None => number(var(&["GREENROOM_IDLE_TIMEOUT"]), "idle timeout")?.or(file.idle_timeout).unwrap_or(30),
    };
    if idle_timeout == 0 {
        return Err("The idle timeout must be at least 1 second, got 0.".into());
    }
    let static_prefix = options
        .static_prefix
        .clone()
        .or(var(&["GREENROOM_STATIC_PREFIX", "MLFLOW_STATIC_PREFIX"]))
        .or(file.static_prefix);
    let static_prefix = static_prefix.unwrap_or_default();
    ServerConfig::check_prefix(&static_prefix).map_err(|e| e.message)?;

    let hosts =
        options.allowed_hosts.clone().or(var(&["GREENROOM_ALLOWED_HOSTS", "MLFLOW_SERVER_ALLOWED_HOSTS"]));
    let origins = options.cors_allowed_origins.clone();
    let origins = origins.or(var(&["GREENROOM_CORS_ALLOWED_ORIGINS", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"]));
    let log_format = options.log_format.clone().or(var(&["GREENROOM_LOG_FORMAT"])).or(file.log_format);
    let json = match log_format.as_deref() {
        None | Some("text") => false,
        Some("json") => true,
        Some(other) => return Err(format!("The log format must be text or json, got '{other}'.")),
    };
    let filter = options.log.clone().or(var(&["GREENROOM_LOG"])).or(file.log).unwrap_or("info".into());

    let keys = ArtifactFile {
        artifacts_destination: file.artifacts_destination,
        default_artifact_root: file.default_artifact_root,
        serve_artifacts: file.serve_artifacts,
        artifacts_only: file.artifacts_only,
    };
    let (artifacts, policy) = artifact_config::read(&options.artifacts, keys, &var)?;

    let config = ServerConfig {
        listen: std::net::SocketAddr::new(ip, port),
        db: DbConfig { uri: uri.unwrap_or("sqlite:///greenroom-data/greenroom.db".into()), pool_size },
        static_prefix,
        allowed_hosts: hosts.map(|list| split(&list)).or(file.allowed_hosts).unwrap_or_default(),
        allowed_origins: origins.map(|list| split(&list)).or(file.cors_allowed_origins).unwrap_or_default(),
        idle_timeout: Duration::from_secs(idle_timeout),
        artifacts,
        policy: Policy { sources: sources(&env)?, artifacts: policy, long_values: long_values(&env)? },
    };
    Ok((config, LogConfig { json, filter }))
}

fn read_file(path: Option<&Path>) -> Result<File, String> {
    let default = PathBuf::from("greenroom.toml");
    let path = match path {
        Some(path) => path,
        None if default.exists() => &default,
        None => return Ok(File::default()),
    };
    let text = std::fs::read_to_string(path)
        .map_err(|e| format!("The file {} cannot be read: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("The file {} cannot be understood: {e}", path.display()))
}

fn number<T: std::str::FromStr>(text: Option<String>, what: &str) -> Result<Option<T>, String> {
    text.map(|text| text.parse().map_err(|_| format!("The {what} must be a number, got '{text}'.")))
        .transpose()
}

fn split(list: &str) -> Vec<String> {
    list.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// MLflow's own variables for what sources versions may have.
fn sources(env: &impl Fn(&str) -> Option<String>) -> Result<SourcePolicy, String> {
    let pattern = env("MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX").filter(|p| !p.is_empty());
    let pattern = pattern.map(|p| {
        regex::Regex::new(&p).map_err(|e| {
            format!("MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX is not a regular expression: {e}")
        })
    });
    let allowed = env("MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES").unwrap_or_default();
    Ok(SourcePolicy { pattern: pattern.transpose()?, allowed_schemes: split(&allowed) })
}

/// MLflow's own variable for what becomes of params and tags that are too long.
fn long_values(env: &impl Fn(&str) -> Option<String>) -> Result<LongValues, String> {
    match env("MLFLOW_TRUNCATE_LONG_VALUES").map(|value| value.to_lowercase()).as_deref() {
        None | Some("" | "true" | "1") => Ok(LongValues::Cut),
        Some("false" | "0") => Ok(LongValues::Refuse),
        Some(other) => {
            Err(format!("MLFLOW_TRUNCATE_LONG_VALUES must be true, false, 1 or 0, got '{other}'."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_unless_mlflows_variable_says_no() {
        let read = |value: &'static str| long_values(&|_: &str| Some(value.to_owned()));
        assert_eq!(long_values(&|_: &str| None), Ok(LongValues::Cut));
        assert_eq!((read("True"), read("0")), (Ok(LongValues::Cut), Ok(LongValues::Refuse)));
        read("maybe").expect_err("neither");
    }

    #[test]
    fn flags_win_over_variables_and_variables_over_defaults() {
        let env = |name: &str| match name {
            "MLFLOW_BACKEND_STORE_URI" => Some("postgresql://a/b".to_owned()),
            "GREENROOM_PORT" => Some("7000".to_owned()),
            "MLFLOW_PORT" => Some("8000".to_owned()),
            _ => None,
        };
        let (config, log) = read(&ServerOptions::default(), env).expect("valid");
        assert_eq!(
            (config.listen.to_string().as_str(), config.db.uri.as_str()),
            ("127.0.0.1:7000", "postgresql://a/b")
        );
        assert!(!log.json);
        assert_eq!(config.idle_timeout, Duration::from_secs(30));
        let options =
            ServerOptions { port: Some(9000), host: Some("::1".into()), ..ServerOptions::default() };
        let (config, _) = read(&options, env).expect("valid");
        assert_eq!(config.listen.to_string(), "[::1]:9000");
    }

    #[test]
    fn nonsense_is_named() {
        let none = |_: &str| None;
        let options = ServerOptions { host: Some("example.com".into()), ..ServerOptions::default() };
        assert!(read(&options, none).expect_err("no name").contains("example.com"));
        let options = ServerOptions { static_prefix: Some("mlflow/".into()), ..ServerOptions::default() };
        assert!(read(&options, none).expect_err("no slash").contains("mlflow/"));
        let options = ServerOptions { idle_timeout: Some(0), ..ServerOptions::default() };
        assert!(read(&options, none).expect_err("no patience").contains("at least 1 second"));
        let port = |name: &str| (name == "GREENROOM_PORT").then(|| "many".to_owned());
        assert!(read(&ServerOptions::default(), port).expect_err("no number").contains("many"));
    }
}
