//! Places that belong to somebody: below the artifact proxy, or in a file system. A source and the root it must lie
//! in are read by the same function, and what was read is what is kept.

use crate::artifact::ArtifactKey;

/// A place, plain: nothing decodes it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    kind: Kind,
    path: ArtifactKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Handed through by this server.
    Proxied,
    /// A folder that the clients of a local registry share.
    Local,
}

impl Place {
    /// Reads a location; `None` when it is elsewhere, names a host, or is not plain.
    pub(super) fn parse(location: &str) -> Option<Self> {
        let (kind, rest) = match location.split_once(':') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mlflow-artifacts") => (Kind::Proxied, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => (Kind::Local, rest),
            _ => (Kind::Local, location),
        };
        let is_path = kind == Kind::Local && rest.len() == location.len();
        let path = match rest.strip_prefix("//") {
            Some(_) if is_path => return None,
            Some(rest) if kind == Kind::Local => rest.strip_prefix("localhost").unwrap_or(rest),
            Some(rest) => rest,
            None => rest,
        };
        // Clients take local paths literally, so decoding would name something else.
        let path = path.strip_prefix('/').filter(|path| kind == Kind::Proxied || !path.contains('%'))?;
        Some(Self { kind, path: ArtifactKey::parse_folder(path).ok()? })
    }

    /// Whether this place is `root` or below it.
    pub(super) fn is_within(&self, root: &Self) -> bool {
        let mut segments = self.path.segments();
        self.kind == root.kind && root.path.segments().all(|segment| segments.next() == Some(segment))
    }

    /// Where to look for it: one spelling for everything that means the same.
    pub(super) fn location(&self) -> String {
        match self.kind {
            Kind::Proxied => format!("mlflow-artifacts:/{}", self.path),
            Kind::Local => format!("/{}", self.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_place_are_one_place() {
        for (location, plain) in [
            ("mlflow-artifacts:/0/r/artifacts", "mlflow-artifacts:/0/r/artifacts"),
            ("mlflow-artifacts:///0/r/artifacts/", "mlflow-artifacts:/0/r/artifacts"),
            ("MLFLOW-ARTIFACTS:/0/r/%61rtifacts", "mlflow-artifacts:/0/r/artifacts"),
            ("mlflow-artifacts:/0/a b", "mlflow-artifacts:/0/a b"),
            ("/data/r", "/data/r"),
            ("file:/data/r", "/data/r"),
            ("file:///data/r/", "/data/r"),
            ("FILE://localhost/data/r", "/data/r"),
        ] {
            assert_eq!(Place::parse(location).expect(location).location(), plain);
        }
    }

    #[test]
    fn what_is_elsewhere_or_crooked_is_no_place() {
        for bad in [
            "",
            "/",
            "x",
            "./x",
            "//proc/self/root",
            "/a/../b",
            "/a/./b",
            "/a//b",
            "/a/%2e%2e/b",
            "file:relative",
            "file://host/x",
            "file://localhostx/x",
            "file:////etc",
            "C:/x",
            "C:\\x",
            "\\\\host\\share",
            "s3://b/x",
            "mlflow-artifacts:",
            "mlflow-artifacts:/",
            "mlflow-artifacts:x",
            "mlflow-artifacts://host/x",
            "mlflow-artifacts:/a/../b",
            "mlflow-artifacts:/a/%252e%252e/b",
            "mlflow-artifacts:/a?x=1",
            "mlflow-artifacts:/a%23b",
            "mlflow-artifacts:/a;b",
        ] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn within_goes_by_whole_segments_and_by_kind() {
        let place = |location: &str| Place::parse(location).expect(location);
        let root = place("mlflow-artifacts:/0/r/artifacts");
        for inside in ["mlflow-artifacts:/0/r/artifacts", "mlflow-artifacts:///0/r/artifacts/model"] {
            assert!(place(inside).is_within(&root), "{inside}");
        }
        for outside in ["mlflow-artifacts:/0/r", "mlflow-artifacts:/0/r/artifactsx", "/0/r/artifacts/model"] {
            assert!(!place(outside).is_within(&root), "{outside}");
        }
    }
}
