//! Which place a location names. Many spellings lead to one place, and whoever asks whether a version needs these files
//! must not be fooled by any of them.
//!
//! For comparing only: nothing is ever opened by what this says. Where it cannot tell two places apart (the accounts of
//! Azure, the hosts in front of an artifact proxy) it takes them for one: then something is kept that could go, never the
//! other way round.

use super::key::decoded;
use crate::source::PROXY_ROUTE;
use crate::uri::{authority, scheme};

/// What places behind the artifact proxy begin with.
pub const PROXIED: &str = "mlflow-artifacts:/";

/// One text for all locations that name the same place: plain, without a slash at its end. What lies below a place has
/// a text that goes on with a slash.
pub fn place_of(location: &str) -> String {
    let scheme = scheme(location);
    // A single letter is a drive of Windows.
    if scheme.len() < 2 {
        return format!("/{}", plain(location));
    }
    let rest = location.split_once(':').map_or("", |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let host = authority(location);
    let path = rest.strip_prefix("//").map_or(rest, |rest| &rest[host.len()..]);
    // `container@account...` names a container, `bucket@account...` a bucket.
    let bucket = host.split('@').next().unwrap_or_default();
    match scheme.as_str() {
        // Clients decode them, unlike paths.
        "file" => format!("/{}", plain(&unescaped(path))),
        "mlflow-artifacts" => proxied(path),
        "http" | "https" => match unescaped(path).split_once(PROXY_ROUTE) {
            Some((_, path)) => proxied(path),
            None => joined(&scheme, host, path),
        },
        "s3" | "s3a" | "s3n" | "r2" => joined("s3", bucket, path),
        "gs" | "gcs" => joined("gs", bucket, path),
        "wasb" | "wasbs" | "abfs" | "abfss" | "az" | "azure" => joined("azure", bucket, path),
        _ => joined(&scheme, host, path),
    }
}

/// A place and the folders around it, outermost first.
pub fn places_around(place: &str) -> Vec<&str> {
    let around = place.match_indices('/').map(|(at, _)| &place[..at]).filter(|folder| !folder.is_empty());
    around.chain([place]).collect()
}

fn proxied(path: &str) -> String {
    format!("{PROXIED}{}", plain(&unescaped(path)))
}

fn joined(scheme: &str, host: &str, path: &str) -> String {
    format!("{scheme}://{host}/{}", plain(path)).trim_end_matches('/').to_owned()
}

fn unescaped(path: &str) -> String {
    decoded(path).unwrap_or_else(|| path.to_owned())
}

/// The names in a path, joined by single slashes.
fn plain(path: &str) -> String {
    let names: Vec<&str> = path.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_place_have_one_text() {
        for (place, spellings) in [
            (
                "/data/1/r",
                &["/data/1/r", "/data/1/r/", "/data//1/./r", "file:/data/1/r", "file:///data/1/%72"][..],
            ),
            ("/data/1/r", &["FILE://localhost/data/1/r", "file:///data/1/r?x=1#y"]),
            ("/data/a%20b", &["/data/a%20b"]),
            (
                "mlflow-artifacts:/1/a b",
                &[
                    "mlflow-artifacts:/1/a b",
                    "mlflow-artifacts:///1/a%20b/",
                    "MLFLOW-ARTIFACTS:/%31/a%2520b",
                    "mlflow-artifacts://host:5000/1/a b",
                    "http://host:5000/api/2.0/mlflow-artifacts/artifacts/1/a%20b",
                    "https://host/behind/api/2.0/mlflow%2Dartifacts/artifacts/1/a b",
                ],
            ),
            (
                "s3://b/p/1/r",
                &[
                    "s3://b/p/1/r",
                    "s3a://b/p/1/r",
                    "s3n://b/p/1/r/",
                    "S3A://b/p//1/r",
                    "s3://b/p/1/r?region=eu",
                    "s3://b/p/1/r/?region=eu",
                    "r2://b@account.r2.cloudflarestorage.com/p/1/r",
                ],
            ),
            ("s3://b/a%20b", &["s3a://b/a%20b"]),
            ("gs://b/p", &["gs://b/p", "gcs://b/p/", "GS://b/p"]),
            (
                "azure://c/p/1",
                &[
                    "wasb://c@a.blob.core.windows.net/p/1",
                    "wasbs://c@a.blob.core.windows.net/p/1/",
                    "abfs://c@a.dfs.core.windows.net/p/1",
                    "abfss://c@a.dfs.core.windows.net/p/1",
                    "abfss://c@a.dfs.core.chinacloudapi.cn/p/1",
                    "abfs://c/p/1",
                    "az://c/p/1",
                    "azure://c/p/1",
                ],
            ),
            ("dbfs:///models/x", &["dbfs:/models/x", "DBFS:/models/x/"]),
            ("hdfs://h/x", &["hdfs://h/x"]),
        ] {
            for spelling in spellings {
                assert_eq!(place_of(spelling), place, "{spelling}");
                assert_eq!(place_of(&place_of(spelling)), place, "what is read again stays");
            }
        }
    }

    #[test]
    fn other_places_have_other_texts() {
        for (one, other) in [
            ("s3://b/p", "s3://b/p2"),
            ("s3://b/p", "s3://c/p"),
            ("s3://b/p", "gs://b/p"),
            ("s3://b/p", "mlflow-artifacts:/b/p"),
            ("s3://b/a%20b", "s3://b/a b"),
            ("mlflow-artifacts:/1/r", "/1/r"),
            ("http://h/x", "https://h/x"),
            ("az://c/p", "az://d/p"),
        ] {
            assert_ne!(place_of(one), place_of(other), "{one} {other}");
        }
    }

    #[test]
    fn a_place_has_folders_around_it() {
        assert_eq!(places_around("/a/b"), ["/a", "/a/b"]);
        assert!(places_around("s3://b/p/1").starts_with(&["s3:", "s3:/", "s3://b", "s3://b/p"]));
    }
}
