//! What the operator decides, already read and checked.

use std::net::SocketAddr;
use std::time::Duration;

use greenroom_app::Policy;
use greenroom_app::artifact::ArtifactConfig;
use greenroom_core::{Error, Result};
use greenroom_store::DbConfig;

/// Everything a server needs to know.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the state is.
    pub db: DbConfig,
    /// A path in front of everything, like `/mlflow`; empty for none.
    pub static_prefix: String,
    /// Names that the `Host` header may have besides loopback names and IP addresses; `*` = any, `*.x` = below x.
    pub allowed_hosts: Vec<String>,
    /// Origins of web pages that may write, besides our own and loopback ones.
    pub allowed_origins: Vec<String>,
    /// How long a client may neither send what it announced nor take what it asked for.
    pub idle_timeout: Duration,
    /// Where artifacts are kept.
    pub artifacts: ArtifactConfig,
    /// What is allowed: sources of versions, places of artifacts.
    pub policy: Policy,
}

impl ServerConfig {
    /// Checks a static prefix: it starts with one slash and does not end with one.
    pub fn check_prefix(prefix: &str) -> Result<()> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
        let good = prefix.is_empty()
            || (prefix.starts_with('/')
                && !prefix.ends_with('/')
                && !prefix.contains("//")
                && prefix.chars().all(plain));
        if good {
            return Ok(());
        }
        Err(Error::invalid(format!("The static prefix must look like /mlflow, got '{prefix}'.")))
    }
}
