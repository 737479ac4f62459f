//! What the operator decided about artifacts, and which stored locations that lets this server open.

use super::key::ArtifactKey;
use super::location::below;
use super::place::{PROXIED, place_of};
use crate::{Error, Result};

/// The scheme of what clients reach through a server.
const THROUGH: &str = "mlflow-artifacts:";

/// What the operator decided about artifacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactPolicy {
    /// A new experiment's artifacts go below it, in a folder named by the experiment's id.
    /// `mlflow-artifacts:/` = this server hands them through.
    pub default_root: String,
    /// The one root that this server opens: an absolute folder, or the URI of a place in an object store.
    pub destination: String,
    /// Whether the proxy answers.
    pub serve: bool,
    /// Whether nothing but the proxy answers.
    pub only: bool,
}

impl Default for ArtifactPolicy {
    fn default() -> Self {
        Self {
            default_root: "mlflow-artifacts:/".to_owned(),
            destination: "./greenroom-data/artifacts".to_owned(),
            serve: true,
            only: false,
        }
    }
}

impl ArtifactPolicy {
    /// The location of an experiment that asked for none.
    pub fn of_experiment(&self, experiment_id: i64) -> String {
        below(&self.default_root, &experiment_id.to_string())
    }

    /// The key under which this server opens a stored location, or why it does not open it: only what lies below
    /// its own root is ever opened.
    pub fn key_of(&self, location: &str) -> Result<ArtifactKey> {
        let key = if location.starts_with(THROUGH) {
            proxied_key(location).filter(|_| self.serve)
        } else {
            // Clients take such locations literally, so decoding would name something else.
            let path = self.below_destination(location).filter(|path| !path.contains('%'));
            path.and_then(|path| ArtifactKey::parse_folder(path).ok())
        };
        key.ok_or_else(|| {
            Error::invalid(format!(
                "The artifacts at '{location}' are outside the storage that this server opens. Read and write them with a client \
                 that reaches that storage itself."
            ))
        })
    }

    /// The places that are this key, as [`place_of`] tells them: behind the artifact proxy, and where the root is.
    pub fn places(&self, key: &str) -> [String; 2] {
        let root = place_of(&self.destination);
        [format!("{PROXIED}{key}"), format!("{}/{key}", root.trim_end_matches('/'))]
    }

    fn below_destination<'a>(&self, location: &'a str) -> Option<&'a str> {
        let root = self.destination.trim_end_matches('/');
        let location = if root.contains("://") {
            location
        } else {
            location.strip_prefix("file://").unwrap_or(location)
        };
        location.strip_prefix(root)?.strip_prefix('/')
    }
}

/// The key under which a server hands through what is at this location; `None` when it is elsewhere, or names a host.
pub fn proxied_key(location: &str) -> Option<ArtifactKey> {
    let path = location.strip_prefix(THROUGH).and_then(path_without_host)?;
    ArtifactKey::parse_folder(path).ok()
}

/// The path of what follows a scheme; `None` when a host is named, which is another server then.
fn path_without_host(rest: &str) -> Option<&str> {
    let path = match rest.strip_prefix("//") {
        Some(after) => after.strip_prefix('/')?,
        None => rest.strip_prefix('/')?,
    };
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(destination: &str) -> ArtifactPolicy {
        ArtifactPolicy { destination: destination.to_owned(), ..ArtifactPolicy::default() }
    }

    #[test]
    fn only_what_lies_below_the_root_has_a_key() {
        for (destination, location, key) in [
            ("/data", "mlflow-artifacts:/1/r/artifacts", "1/r/artifacts"),
            ("/data", "mlflow-artifacts:///1/r", "1/r"),
            ("/data", "mlflow-artifacts:/1/a%20b", "1/a b"),
            ("/data", "/data/1/r", "1/r"),
            ("/data/", "file:///data/1/r/", "1/r"),
            ("s3://b/p", "s3://b/p/1/r", "1/r"),
            ("s3://b", "s3://b/1", "1"),
        ] {
            assert_eq!(policy(destination).key_of(location).expect(location).as_str(), key);
        }
        for (destination, location) in [
            ("/data", "/etc/passwd"),
            ("/data", "/database/1"),
            ("/data", "/data/../etc"),
            ("/data", "/data"),
            ("/data", "file://host/data/1"),
            ("/data", "mlflow-artifacts:/"),
            ("/data", "mlflow-artifacts://host/1"),
            ("/data", "mlflow-artifacts:1"),
            ("/data", "mlflow-artifacts:/../x"),
            ("/data", "mlflow-artifacts:/%2e%2e/x"),
            ("s3://b/p", "s3://b/private/1"),
            ("s3://b/p", "s3://other/p/1"),
            ("s3://b/p", "s3://b/p/a%20b"),
            ("s3://b/p", "S3://b/p/1"),
            ("s3://b/p", "http://h/x"),
            ("s3://b/p", ""),
        ] {
            let refused = policy(destination).key_of(location).expect_err(location);
            assert!(refused.message.contains("outside the storage"), "{refused}");
        }
    }

    #[test]
    fn a_server_that_hands_nothing_through_knows_no_proxied_locations() {
        let policy = ArtifactPolicy { serve: false, ..policy("/data") };
        policy.key_of("mlflow-artifacts:/1/r").expect_err("not served");
        assert_eq!(policy.key_of("/data/1/r").expect("direct").as_str(), "1/r");
    }

    #[test]
    fn whatever_has_a_key_is_at_one_of_its_places() {
        for (destination, locations) in [
            (
                "/data",
                &[
                    "/data/1/a b",
                    "file:///data/1/a b/",
                    "mlflow-artifacts:/1/a%20b",
                    "mlflow-artifacts:///1/a b",
                ][..],
            ),
            ("s3://b/p/", &["s3://b/p/1/a b", "mlflow-artifacts:/%31/a%2520b"]),
            ("s3a://b/p", &["s3a://b/p/1/a b"]),
            ("abfss://c@a.dfs.core.windows.net/p", &["abfss://c@a.dfs.core.windows.net/p/1/a b/"]),
        ] {
            let policy = policy(destination);
            for location in locations {
                let key = policy.key_of(location).expect(location);
                assert_eq!(key.as_str(), "1/a b");
                assert!(policy.places(key.as_str()).contains(&place_of(location)), "{location}");
            }
        }
        assert_eq!(policy("/").places("1"), ["mlflow-artifacts:/1", "/1"]);
        assert_eq!(
            policy("wasbs://c@a.blob.core.windows.net").places("1"),
            ["mlflow-artifacts:/1", "azure://c/1"]
        );
    }
}
