//! What follows a decision: the artifacts go, then the rows that hung on what is gone, then the note of it.

use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use greenroom_core::Result;
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::garbage::Kind;
use greenroom_store::garbage::Garbage;
use greenroom_store::garbage_search::Candidate;
use greenroom_store::{garbage, garbage_removal};

use crate::artifact::Size;
use crate::{Context, artifact};

/// Rows that are removed in one transaction, about.
const BUDGET: i64 = 20_000;
/// Folders that are measured or removed at once: an object store is far away.
const AT_ONCE: usize = 8;

/// Removes what is left of a few (all of one kind); how much lay where each had its artifacts.
pub(super) async fn remove(cx: &Context, condemned: Vec<Garbage>) -> Result<Vec<Size>> {
    let sizes = measure(cx, &condemned).await?;
    stream::iter(&condemned)
        .map(Ok)
        .try_for_each_concurrent(AT_ONCE, |one| remove_artifacts(cx, one))
        .await?;
    while !clear(cx, condemned.clone()).await? {}
    Ok(sizes)
}

/// How much lies where each of these had its artifacts.
pub(super) async fn measure(cx: &Context, condemned: &[Garbage]) -> Result<Vec<Size>> {
    let sizes = condemned.iter().map(|garbage| async move {
        match &garbage.path {
            Some(path) => artifact::measure(cx, &ArtifactKey::parse(path)?).await,
            None => Ok(Size::default()),
        }
    });
    stream::iter(sizes).buffered(AT_ONCE).try_collect().await
}

/// Removes the folders of an experiment that is gone, if they are empty: others may share them.
pub(super) async fn tidy(cx: &Context, experiment: &Candidate) -> Result<()> {
    let Ok(key) = cx.artifacts.key_of(&experiment.location) else { return Ok(()) };
    artifact::prune(cx, &key.join("models")?).await?;
    artifact::prune(cx, &key).await
}

async fn remove_artifacts(cx: &Context, garbage: &Garbage) -> Result<()> {
    let Some(path) = &garbage.path else { return Ok(()) };
    let key = ArtifactKey::parse(path)?;
    // Asks once more whether a version holds them: it costs little, and programs of another age may be at work.
    artifact::delete(cx, &key).await?;
    match key.split().0 {
        Some(own) if own.rsplit('/').next() == Some(garbage.id.as_str()) => {
            artifact::prune(cx, &ArtifactKey::parse(own)?).await
        }
        _ => Ok(()),
    }
}

/// Removes a bounded number of rows; whether those were the last.
async fn clear(cx: &Context, condemned: Vec<Garbage>) -> Result<bool> {
    cx.db
        .write(condemned, |tx, condemned| {
            async move {
                let kind = condemned.first().map_or(Kind::Run, |garbage| garbage.kind);
                let ids: Vec<&str> = condemned.iter().map(|garbage| garbage.id.as_str()).collect();
                if !garbage_removal::clear(tx, kind, &ids, BUDGET).await? {
                    return Ok(false);
                }
                let forgotten: Vec<_> = condemned.iter().map(garbage::delete).collect();
                tx.batch(&forgotten).await?;
                Ok(true)
            }
            .boxed()
        })
        .await
}
