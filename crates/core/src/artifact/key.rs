//! The key of an artifact: a path below the one root that this server opens.

use std::fmt;

use percent_encoding::percent_decode_str;

use crate::{Error, Result};

/// Bytes in a key (an object's name on S3 ends there).
pub const MAX_KEY: usize = 1024;
/// Segments in a key.
pub const MAX_SEGMENTS: usize = 64;
/// Bytes in a segment (a file's name on every common disk ends there).
const MAX_SEGMENT: usize = 255;
/// Bytes in what is still encoded.
const MAX_ENCODED: usize = 8192;
/// The first segment of what stores keep for themselves: uploads that are not finished.
pub(super) const RESERVED: &str = ".greenroom";
/// Devices that open in place of a file on a client's Windows, spelt as Windows spells them.
const DEVICES: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
    "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// A checked key: never empty, plain segments joined by `/`. Nothing decodes it again: what was checked is what
/// is authorized, logged and opened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ArtifactKey(String);

impl ArtifactKey {
    /// Reads a key as a client sent it, percent-encoded any number of times. Every verb reads it here.
    pub fn parse(text: &str) -> Result<Self> {
        let plain = decoded(text).ok_or_else(invalid)?;
        let well_formed = plain.len() <= MAX_KEY
            && plain.split('/').count() <= MAX_SEGMENTS
            && plain.split('/').all(is_plain)
            && plain.split('/').next() != Some(RESERVED);
        if well_formed { Ok(Self(plain)) } else { Err(invalid()) }
    }

    /// Reads the key of a folder: one slash may end it.
    pub fn parse_folder(text: &str) -> Result<Self> {
        Self::parse(text.strip_suffix('/').unwrap_or(text))
    }

    /// The key of what a client calls `path` in this folder; the folder itself when the path is empty.
    pub fn join(&self, path: &str) -> Result<Self> {
        if path.is_empty() {
            return Ok(self.clone());
        }
        // Read by itself first: `..` in it must not be able to eat what comes before.
        let path = Self::parse_folder(path)?;
        Self::parse(&format!("{self}/{path}"))
    }

    /// The key, plain.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments, outermost first.
    pub fn segments(&self) -> std::str::Split<'_, char> {
        self.0.split('/')
    }

    /// The folder and the name in it; the folder is `None` at the root.
    pub fn split(&self) -> (Option<&str>, &str) {
        self.0.rsplit_once('/').map_or((None, self.0.as_str()), |(folder, name)| (Some(folder), name))
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.split().1
    }

    /// The folders around it, outermost first, then itself.
    pub fn lineage(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at]).chain([self.0.as_str()])
    }
}

impl fmt::Display for ArtifactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// MLflow's sentence, which says no more: whoever sends such paths needs no help.
fn invalid() -> Error {
    Error::invalid("Invalid path")
}

/// Decodes until nothing changes; each round makes the text shorter. `None` when it is not UTF-8 or too long.
pub(super) fn decoded(text: &str) -> Option<String> {
    if text.len() > MAX_ENCODED {
        return None;
    }
    let mut text = text.to_owned();
    loop {
        let next = percent_decode_str(&text).decode_utf8().ok()?.into_owned();
        if next == text {
            return Some(text);
        }
        text = next;
    }
}

/// Whether a segment is a name and nothing else, here and on the machines of those who download it.
fn is_plain(segment: &str) -> bool {
    let drive = matches!(segment.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let refused = |c: char| c.is_control() || matches!(c, '\\' | '#' | '?' | ';');
    !matches!(segment, "" | "." | "..")
        && segment.len() <= MAX_SEGMENT
        && !drive
        && !segment.contains(refused)
        && !DEVICES.contains(&segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_are_kept_as_they_are() {
        for good in [
            "1/4f2a/artifacts/model/MLmodel",
            "1/models/m-1/artifacts/python_env.yaml",
            "a b/ü/模型.bin",
            "x=1,y=2/(a)+b@c!~$&'*.json",
            "100%",
            "50% off/a%zz",
            "...",
            "..a/b..",
            ".hidden",
            "aux/con.json",
            "ab:c/1:2",
        ] {
            assert_eq!(ArtifactKey::parse(good).map(|k| k.0), Ok(good.to_owned()), "{good}");
        }
        for (encoded, plain) in
            [("a%20b", "a b"), ("a%2Fb", "a/b"), ("a%252Fb%2520c", "a/b c"), ("%C3%BC", "ü")]
        {
            assert_eq!(ArtifactKey::parse(encoded).map(|k| k.0), Ok(plain.to_owned()), "{encoded}");
        }
    }

    #[test]
    fn attacks_of_the_past_stay_in_the_past() {
        let (name, deep) = ("n".repeat(5000), vec!["d"; 300].join("/"));
        let (key, segment) = (vec!["k".repeat(100); 11].join("/"), "s".repeat(256));
        let onion = format!("%{}2e%{}2e/x", "25".repeat(1000), "25".repeat(1000));
        for bad in [
            "",
            "/",
            "//",
            ".",
            "..",
            "../x",
            "a/..",
            "a/../b",
            "./.././x",
            "a/./b",
            "a//b",
            "a/",
            "/etc/passwd",
            "//etc/passwd",
            "%2e%2e/x",
            "%252e%252e%252fx",
            "%252E%252E%252F%252E%252E%252Fetc%252fpasswd",
            "..%2f..%2fetc%2fpasswd",
            "..%5c..%5cx",
            "\\..\\..\\x",
            "a\\b",
            "a%00b",
            "a\0b",
            "%ff%fe",
            "%c0%ae%c0%ae/x",
            "a%0d%0ab",
            "a\u{85}b",
            "a%7fb",
            "C:/x",
            "c:",
            "C%3A/x",
            "x/C:y",
            "a?/a",
            "a%3f/../x",
            "a;b/x",
            "a%3Bx",
            "a#b",
            "#/../..",
            "CON",
            "a/NUL",
            "file:///etc",
            "http://h/x",
            ".greenroom",
            ".greenroom/x",
            "%2egreenroom/x",
            &name,
            &deep,
            &key,
            &segment,
            &onion,
        ] {
            let refused = ArtifactKey::parse(bad).expect_err(bad);
            assert_eq!(refused, Error::invalid("Invalid path"), "{bad}");
        }
    }

    #[test]
    fn a_path_cannot_leave_the_folder_it_is_joined_to() {
        let folder = ArtifactKey::parse("1/r/artifacts").expect("valid");
        assert_eq!(folder.join("model/MLmodel").expect("valid").as_str(), "1/r/artifacts/model/MLmodel");
        assert_eq!(folder.join("model/").expect("valid").as_str(), "1/r/artifacts/model");
        assert_eq!(folder.join("").expect("the folder itself"), folder);
        for bad in
            ["..", "../..", "%2e%2e%2fetc%2fpasswd", "/etc/passwd", "a/../../x", "/", "model//", ".greenroom"]
        {
            folder.join(bad).expect_err(bad);
        }
    }

    #[test]
    fn a_key_knows_the_folders_around_it() {
        let key = ArtifactKey::parse("1/r/model/MLmodel").expect("valid");
        assert_eq!(key.lineage().collect::<Vec<_>>(), ["1", "1/r", "1/r/model", "1/r/model/MLmodel"]);
        assert_eq!(key.split(), (Some("1/r/model"), "MLmodel"));
        assert_eq!(ArtifactKey::parse("x").expect("valid").split(), (None, "x"));
    }
}
