//! Content digests of versions: recorded in the background after a version is registered, and compared with the bytes
//! whenever something below its folder is written, or somebody asks. Why and how: docs/adr/0005-version-digests.md.

mod check;
mod files;
mod worker;

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::digest::{DigestState, FileDigest, VersionDigest};
use greenroom_core::model_version::ModelVersion;
use greenroom_store::version_digest::{self, DigestRow};

pub use check::check;
pub(crate) use files::{path_in, walk};
pub use worker::{look_at_due, work};

use crate::Context;
use crate::artifact::{Owner, belongings};

/// How long a folder has to be quiet before it is looked at again: files of one upload come one after the other.
const QUIET: i64 = 10_000;

/// The files of a logged model, every byte read.
pub async fn of_logged_model(cx: &Context, id: String) -> Result<Vec<FileDigest>> {
    let folder = belongings(cx, Owner::LoggedModel(id)).await?.key(cx, "")?;
    files::read(cx, &folder).await
}

/// What is to be looked at for a new version; `None` when its artifacts are not below this server's root.
pub(crate) fn of_new_version(cx: &Context, version: &ModelVersion, now: i64) -> Option<DigestRow> {
    let key = cx.artifacts.key_of(&version.storage_location).ok()?;
    Some(DigestRow {
        model_id: version.model_id.clone(),
        version: version.version,
        path: key.to_string(),
        known: VersionDigest { state: DigestState::Pending, ..VersionDigest::NONE },
        due_at: Some(now),
    })
}

/// Has the versions looked at again whose folders this artifact is in, or that are in it.
pub(crate) async fn artifact_changed(cx: &Context, key: &ArtifactKey) -> Result<()> {
    let due = cx.clock.now() + QUIET;
    // Most writes concern no version, and those of one upload need to be noted once in a while only.
    let affected = cx
        .db
        .read((key.clone(), due), |tx, (key, due)| {
            async move {
                let folders: Vec<&str> = key.lineage().collect();
                let mut rows = version_digest::around(tx, &folders).await?;
                rows.retain(|row| row.due_at.is_none_or(|at| at < due - QUIET / 2));
                Ok(rows)
            }
            .boxed()
        })
        .await?;
    if affected.is_empty() {
        return Ok(());
    }
    cx.db
        .write((affected, due), |tx, (affected, due)| {
            async move {
                for row in affected {
                    version_digest::schedule(tx, row, *due).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
}
