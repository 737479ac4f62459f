//! The content digest of a version: one text that stands for every byte of its artifacts.
//!
//! Scheme `files-sha256-v1`: for each file, ordered by the bytes of its path below the version's folder, one line
//! `<SHA-256 of the content, hexadecimal> <size in bytes> <path>` and a line feed; the digest is the SHA-256 of these lines,
//! hexadecimal, behind the scheme's name and a colon. Anybody can recompute it from a download (docs/API.md tells how).

use sha2::{Digest, Sha256};

/// Names the scheme in every digest.
pub const SCHEME: &str = "files-sha256-v1";
/// Files of a version at most; more is no model but a data set.
pub const MAX_FILES: usize = 100_000;

/// One file of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDigest {
    /// Below the version's folder, segments joined by `/`; holds no line feed (no artifact key does).
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Of the content, hexadecimal.
    pub sha256: String,
}

/// Reads a file piece by piece.
#[derive(Debug, Default)]
pub struct Reading {
    size: u64,
    sha256: Sha256,
}

impl Reading {
    /// Takes the next piece.
    pub fn take(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.sha256.update(bytes);
    }

    /// The file that was read.
    pub fn end(self, path: &str) -> FileDigest {
        FileDigest { path: path.to_owned(), size: self.size, sha256: hex::encode(self.sha256.finalize()) }
    }
}

/// The digest of these files; `None` when there are none.
pub fn of_files(mut files: Vec<FileDigest>) -> Option<String> {
    if files.is_empty() {
        return None;
    }
    files.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
    let mut lines = Sha256::new();
    for file in &files {
        lines.update(format!("{} {} {}\n", file.sha256, file.size, file.path));
    }
    Some(format!("{SCHEME}:{}", hex::encode(lines.finalize())))
}

/// What is known of a version's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestState {
    /// This server does not keep its artifacts, or there were none to look at.
    None,
    /// Nobody has looked yet.
    Pending,
    /// The bytes were, when they were looked at last, those of the digest.
    Recorded,
    /// The bytes are no longer those of the digest.
    Mismatch,
}

impl DigestState {
    const ALL: [Self; 4] = [Self::None, Self::Pending, Self::Recorded, Self::Mismatch];

    /// The word on the wire, and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Recorded => "recorded",
            Self::Mismatch => "mismatch",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> crate::Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| crate::Error::internal(format!("'{word}' is no state of a digest.")))
    }

    /// What a look at the bytes means: `recorded` is the digest that was recorded before, `found` the one of now.
    /// The first one that is found is recorded; nothing replaces it.
    pub fn after(recorded: Option<&str>, found: Option<&str>) -> Self {
        match (recorded, found) {
            (None, None) => Self::None,
            (None, Some(_)) => Self::Recorded,
            (Some(recorded), Some(found)) if recorded == found => Self::Recorded,
            (Some(_), _) => Self::Mismatch,
        }
    }
}

/// What is known of a version's bytes, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionDigest {
    /// What is known.
    pub state: DigestState,
    /// The digest that was recorded.
    pub digest: Option<String>,
    /// When the bytes were looked at last, Unix milliseconds.
    pub checked_at: Option<i64>,
}

impl VersionDigest {
    /// Of a version whose artifacts this server does not keep.
    pub const NONE: Self = Self { state: DigestState::None, digest: None, checked_at: None };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> FileDigest {
        let mut reading = Reading::default();
        for piece in content.as_bytes().chunks(2) {
            reading.take(piece);
        }
        reading.end(path)
    }

    #[test]
    fn the_scheme_can_be_recomputed_by_hand() {
        // printf 'a' | sha256sum; printf '%s 1 MLmodel\n%s 2 data/x\n' ... | sha256sum
        let digest = of_files(vec![file("data/x", "bc"), file("MLmodel", "a")]);
        let lines = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb 1 MLmodel\n\
             1e0bbd6c686ba050b8eb03ffeedc64fdc9d80947fce821abbe5d6dc8d252c5ac 2 data/x\n";
        assert_eq!(digest, Some(format!("files-sha256-v1:{}", hex::encode(Sha256::digest(lines)))));
        assert_eq!(of_files(Vec::new()), None);
    }

    #[test]
    fn any_difference_changes_it_and_the_order_does_not() {
        let files = [file("a", "1"), file("b/c", "2"), file("ü", "")];
        let digest = of_files(files.to_vec());
        assert_eq!(of_files(files.iter().rev().cloned().collect()), digest);
        for other in [
            vec![file("a", "1"), file("b/c", "2")],
            vec![file("a", "1"), file("b/c", "3"), file("ü", "")],
            vec![file("a", "1"), file("b/d", "2"), file("ü", "")],
            vec![file("a", "2"), file("b/c", "1"), file("ü", "")],
        ] {
            assert_ne!(of_files(other), digest);
        }
    }

    #[test]
    fn the_first_digest_stays_the_measure() {
        for (recorded, found, state) in [
            (None, None, DigestState::None),
            (None, Some("a"), DigestState::Recorded),
            (Some("a"), Some("a"), DigestState::Recorded),
            (Some("a"), Some("b"), DigestState::Mismatch),
            (Some("a"), None, DigestState::Mismatch),
        ] {
            assert_eq!(DigestState::after(recorded, found), state);
        }
        for state in DigestState::ALL {
            assert_eq!(DigestState::parse(state.as_str()), Ok(state));
        }
    }
}
