//! Copying a version with its files: what a copy tells of its origin, and whether its bytes are the right ones.
//!
//! The server does this within itself and the command line between two servers, by the same rules.

use std::collections::BTreeMap;

use crate::digest::{DigestState, FileDigest, VersionDigest, of_files};
use crate::{Error, Result};

/// What every tag that tells of a copy's origin begins with.
pub const PROVENANCE: &str = "greenroom.copied_from.";
/// The experiment that holds the logged models of copies, unless somebody names another.
pub const EXPERIMENT: &str = "greenroom-copies";

/// Where a copy comes from. When it was made and by whom is the copy's own creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The other server's address, without credentials; `None` for a copy within one server.
    pub server: Option<String>,
    /// The registered model's name there.
    pub model: String,
    /// The version there.
    pub version: i64,
    /// The run that made it there; empty when it has none.
    pub run_id: String,
    /// The digest that was recorded there; `None` when there was none.
    pub digest: Option<String>,
}

impl Provenance {
    /// The tags of a copy: those of its source, and these. What the source tells of its own origin is not passed on.
    pub fn tags(&self, of_source: Vec<(String, String)>) -> Vec<(String, String)> {
        let version = self.version.to_string();
        let told = [
            ("server", self.server.as_deref().unwrap_or_default()),
            ("model", &self.model),
            ("version", &version),
            ("run_id", &self.run_id),
            ("digest", self.digest.as_deref().unwrap_or_default()),
        ];
        let told = told.into_iter().filter(|(_, value)| !value.is_empty());
        let mut tags = of_source;
        tags.retain(|(key, _)| !key.starts_with(PROVENANCE));
        tags.extend(told.map(|(key, value)| (format!("{PROVENANCE}{key}"), value.to_owned())));
        tags
    }
}

/// The digest that the bytes of a version have to match; `None` when nobody has recorded one. A version whose files are
/// no longer those it was registered with is refused, unless they are asked for as they are now (`force`).
pub fn reference(model: &str, version: i64, known: &VersionDigest, force: bool) -> Result<Option<String>> {
    match known.state {
        DigestState::Recorded => Ok(known.digest.clone()),
        DigestState::Mismatch if !force => Err(Error::conflict(format!(
            "Version {version} of '{model}' is not copied: its files are no longer those of the digest that was recorded when \
             it was registered. Force the copy to take the files as they are now."
        ))),
        DigestState::Mismatch | DigestState::None | DigestState::Pending => Ok(None),
    }
}

/// Whether the bytes that were read are those that the source vouches for.
pub fn check_read(reference: Option<&str>, read: &[FileDigest]) -> Result<()> {
    let found = of_files(read.to_vec()).unwrap_or_default();
    match reference {
        Some(recorded) if recorded != found => Err(Error::conflict(format!(
            "What was read of the version's files has the digest {found}, but {recorded} was recorded: they were changed at the \
             source or on the way. Have the source's files checked, and copy again."
        ))),
        _ => Ok(()),
    }
}

/// Whether what arrived is what was sent, file by file.
pub fn check_arrived(sent: &[FileDigest], arrived: &[FileDigest]) -> Result<()> {
    let by_path = |files: &[FileDigest]| -> BTreeMap<String, (u64, String)> {
        files.iter().map(|f| (f.path.clone(), (f.size, f.sha256.clone()))).collect()
    };
    let (sent, mut arrived) = (by_path(sent), by_path(arrived));
    let differs = |path: &str, how: &str| {
        Err(Error::conflict(format!("The copy's file '{path}' is not what was sent: {how}.")))
    };
    for (path, (size, sha256)) in sent {
        match arrived.remove(&path) {
            None => return differs(&path, "it is not there"),
            Some((other, _)) if other != size => {
                return differs(&path, &format!("{size} bytes were sent, {other} are there"));
            }
            Some((_, other)) if other != sha256 => {
                return differs(&path, &format!("its SHA-256 is {other} and should be {sha256}"));
            }
            Some(_) => {}
        }
    }
    match arrived.into_keys().next() {
        Some(path) => differs(&path, "nobody sent it"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Reading;

    fn file(path: &str, content: &str) -> FileDigest {
        let mut reading = Reading::default();
        reading.take(content.as_bytes());
        reading.end(path)
    }

    fn known(state: DigestState, digest: Option<&str>) -> VersionDigest {
        VersionDigest { state, digest: digest.map(str::to_owned), checked_at: None }
    }

    #[test]
    fn a_copy_tells_its_direct_origin_and_keeps_other_tags() {
        let provenance = Provenance {
            server: Some("https://a.example".into()),
            model: "Unicorn".into(),
            version: 3,
            run_id: String::new(),
            digest: Some("files-sha256-v1:ab".into()),
        };
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let tags = vec![
            pair("team", "x"),
            pair("greenroom.copied_from.run_id", "r0"),
            pair("greenroom.copied", "y"),
        ];
        assert_eq!(
            provenance.tags(tags),
            [
                pair("team", "x"),
                pair("greenroom.copied", "y"),
                pair("greenroom.copied_from.server", "https://a.example"),
                pair("greenroom.copied_from.model", "Unicorn"),
                pair("greenroom.copied_from.version", "3"),
                pair("greenroom.copied_from.digest", "files-sha256-v1:ab"),
            ]
        );
    }

    #[test]
    fn changed_files_are_copied_only_by_force() {
        let reference = |known: &VersionDigest, force| reference("U", 1, known, force);
        let recorded = known(DigestState::Recorded, Some("d"));
        assert_eq!(reference(&recorded, true), Ok(Some("d".into())), "force does not let corruption through");
        let mismatch = known(DigestState::Mismatch, Some("d"));
        let refused = reference(&mismatch, false).expect_err("changed").message;
        assert!(refused.contains("Version 1 of 'U' is not copied"), "{refused}");
        assert_eq!(reference(&mismatch, true), Ok(None));
        assert_eq!(reference(&VersionDigest::NONE, false), Ok(None));
    }

    #[test]
    fn what_was_read_must_match_what_was_recorded() {
        let files = [file("MLmodel", "a"), file("data/x", "b")];
        let digest = of_files(files.to_vec());
        assert_eq!(check_read(None, &files), Ok(()));
        assert_eq!(check_read(digest.as_deref(), &files), Ok(()));
        let refused = check_read(digest.as_deref(), &[file("MLmodel", "a"), file("data/x", "B")]);
        assert!(refused.expect_err("altered").message.contains("changed at the source or on the way"));
    }

    #[test]
    fn the_first_file_that_differs_is_named() {
        let sent = [file("a", "1"), file("b", "22")];
        assert_eq!(check_arrived(&sent, &[file("b", "22"), file("a", "1")]), Ok(()));
        for (arrived, part) in [
            (vec![file("a", "1")], "'b' is not what was sent: it is not there"),
            (
                vec![file("a", "1"), file("b", "2")],
                "'b' is not what was sent: 2 bytes were sent, 1 are there",
            ),
            (vec![file("a", "2"), file("b", "22")], "'a' is not what was sent: its SHA-256 is d473"),
            (
                vec![file("a", "1"), file("b", "22"), file("c", "")],
                "'c' is not what was sent: nobody sent it",
            ),
        ] {
            let message = check_arrived(&sent, &arrived).expect_err(part).message;
            assert!(message.contains(part), "{message}");
        }
    }
}
