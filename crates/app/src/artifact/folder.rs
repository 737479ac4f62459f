//! What a version holds, folder by folder, a page at a time.

use greenroom_core::artifact::ArtifactKey;
use greenroom_core::{Error, Result};
use greenroom_store::page;

use super::{Entry, Owner, belongings, list};
use crate::Context;
use crate::model_version::VersionKey;

/// A page of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderPage {
    /// Where the version's artifacts are, as it is stored.
    pub location: String,
    /// Why this server does not open that place; `None` when it does.
    pub unavailable: Option<String>,
    /// The folder, below the version's own; empty for that one.
    pub path: String,
    /// Folders first, then files, each by name.
    pub entries: Vec<Entry>,
    /// `None` on the last page.
    pub next_cursor: Option<String>,
}

/// A page of what a version has in a folder; nothing when there is no such folder.
pub async fn folder(
    cx: &Context,
    version: VersionKey,
    path: &str,
    limit: i64,
    cursor: Option<&str>,
) -> Result<FolderPage> {
    // A path that leads out is refused wherever the artifacts are.
    let path =
        if path.is_empty() { String::new() } else { ArtifactKey::parse_folder(path)?.as_str().to_owned() };
    let after = cursor.map(Rank::parse).transpose()?;
    let location = belongings(cx, Owner::Version(version)).await?.location;
    let mut told = FolderPage { location, unavailable: None, path, entries: Vec::new(), next_cursor: None };

    let key = match cx.artifacts.key_of(&told.location) {
        Ok(root) => root.join(&told.path)?,
        Err(refused) => return Ok(FolderPage { unavailable: Some(refused.message), ..told }),
    };
    told.entries = list(cx, &key).await?;
    told.entries.sort_by(|a, b| Rank::of(a).cmp(&Rank::of(b)));
    if let Some(after) = after {
        told.entries.retain(|entry| Rank::of(entry) > after);
    }

    let more = page::cut(&mut told.entries, limit);
    told.next_cursor = told.entries.last().filter(|_| more).map(|entry| Rank::of(entry).cursor());
    Ok(told)
}

/// The place of an entry in its folder.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'a> {
    is_file: bool,
    name: &'a str,
}

impl<'a> Rank<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self { is_file: entry.size.is_some(), name: &entry.name }
    }

    fn cursor(&self) -> String {
        format!("{}/{}", if self.is_file { "file" } else { "folder" }, self.name)
    }

    fn parse(cursor: &'a str) -> Result<Self> {
        match cursor.split_once('/') {
            Some(("folder", name)) => Ok(Self { is_file: false, name }),
            Some(("file", name)) => Ok(Self { is_file: true, name }),
            _ => Err(Error::invalid(format!(
                "Invalid cursor '{cursor}'. Give back a cursor exactly as the server gave it."
            ))),
        }
    }
}
