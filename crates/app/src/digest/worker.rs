//! Looks at what is due, one version after the other. Each look is leased, so that of several servers on one database
//! one does it, and taken up again by another when its server dies.

use std::time::Duration;

use futures_util::FutureExt;
use greenroom_core::{Actor, Result};
use greenroom_store::version_digest::{self, DigestRow};

use super::check::look;
use crate::Context;

/// How long a look may take before others believe its server dead. Reading 100 GB takes minutes.
const LEASE: i64 = 30 * 60 * 1000;
/// How long to leave a version alone whose bytes could not be read.
const AFTER_A_FAILURE: i64 = 5 * 60 * 1000;
/// Busy registries commit all the time; there is no hurry.
const BREATH: Duration = Duration::from_millis(200);
/// How long to sleep at most: what other servers leave behind tells nobody.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Works for ever.
pub async fn work(cx: Context) {
    loop {
        let changed = cx.db.changed();
        let mut changed = std::pin::pin!(changed);
        changed.as_mut().enable();
        let sleep = match look_at_due(&cx).await {
            Ok(next) => until(next, cx.clock.now()),
            Err(error) => {
                tracing::warn!(%error, "digests could not be recorded");
                LONGEST_SLEEP
            }
        };
        if tokio::time::timeout(sleep, changed).await.is_ok() {
            tokio::time::sleep(BREATH).await;
        }
    }
}

fn until(next: Option<i64>, now: i64) -> Duration {
    let wait = next.map_or(LONGEST_SLEEP, |at| Duration::from_millis(u64::try_from(at - now).unwrap_or(0)));
    wait.min(LONGEST_SLEEP)
}

/// Looks at everything that is due; when the next one will be.
pub async fn look_at_due(cx: &Context) -> Result<Option<i64>> {
    loop {
        let Some(row) = next(cx).await? else {
            return cx.db.read((), |tx, ()| version_digest::next_due(tx).boxed()).await;
        };
        let Some(row) = take_on(cx, row, LEASE).await? else { continue };
        if let Err(error) = look(cx, Actor::anonymous("greenroom"), row.clone()).await {
            tracing::warn!(%error, path = row.path, "the artifacts of a version could not be read");
            take_on(cx, row, AFTER_A_FAILURE).await?;
        }
    }
}

async fn next(cx: &Context) -> Result<Option<DigestRow>> {
    let now = cx.clock.now();
    cx.db
        .read(now, |tx, now| {
            async move { Ok(version_digest::due(tx, *now, 1).await?.into_iter().next()) }.boxed()
        })
        .await
}

/// Puts a row off, so that nobody else takes it; `None` when somebody else has.
async fn take_on(cx: &Context, row: DigestRow, lease: i64) -> Result<Option<DigestRow>> {
    let until = cx.clock.now() + lease;
    cx.db
        .write((row, until), |tx, (row, until)| {
            async move {
                let mine = version_digest::put_off(tx, row, *until).await?;
                Ok(mine.then(|| DigestRow { due_at: Some(*until), ..row.clone() }))
            }
            .boxed()
        })
        .await
}
