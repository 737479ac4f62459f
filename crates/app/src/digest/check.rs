//! Looking at a version's bytes, and writing down what that means.

use futures_util::FutureExt;
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::digest::{DigestState, VersionDigest};
use greenroom_core::event::{Change, EventKind};
use greenroom_core::{Actor, Result};
use greenroom_store::version_digest::{self, DigestRow};
use greenroom_store::{Tx, model_version, registered_model};
use serde_json::json;

use super::files;
use crate::model_version::VersionKey;
use crate::{Context, record};

/// Looks at a version's bytes now; what is known then.
pub async fn check(cx: &Context, actor: Actor, key: VersionKey) -> Result<VersionDigest> {
    let row = cx
        .db
        .read(key, |tx, key| {
            async move {
                let found = model_version::by_name(tx, &key.name, key.version).await?;
                let version = found.ok_or_else(|| key.not_found())?;
                version_digest::get(tx, &version.model_id, version.version).await
            }
            .boxed()
        })
        .await?;
    match row {
        Some(row) => look(cx, actor, row).await,
        None => Ok(VersionDigest::NONE),
    }
}

/// Reads the bytes of a version, outside any transaction, and writes down what was found.
pub(super) async fn look(cx: &Context, actor: Actor, row: DigestRow) -> Result<VersionDigest> {
    let found = files::digest(cx, &ArtifactKey::parse(&row.path)?).await?;
    cx.db
        .write((cx.clone(), actor, row, found), |tx, (cx, actor, row, found)| {
            note(tx, cx, actor, row, found.as_deref()).boxed()
        })
        .await
}

async fn note(
    tx: &mut Tx<'_>,
    cx: &Context,
    actor: &Actor,
    looked_at: &DigestRow,
    found: Option<&str>,
) -> Result<VersionDigest> {
    let (model_id, version) = (looked_at.model_id.as_str(), looked_at.version);
    let Some(mut model) = registered_model::lock_by_id(tx, model_id).await? else {
        return Ok(VersionDigest::NONE);
    };
    // The version may be gone by now, another look may have been quicker, and files may have come meanwhile.
    let Some(mut row) = version_digest::get(tx, model_id, version).await? else {
        return Ok(VersionDigest::NONE);
    };
    let now = cx.clock.now();
    let recorded = row.known.digest.clone();
    let state = DigestState::after(recorded.as_deref(), found);
    let was = std::mem::replace(&mut row.known.state, state);
    row.known.checked_at = Some(now);
    if row.due_at == looked_at.due_at {
        row.due_at = None;
    }

    let change = if recorded.is_none() && found.is_some() {
        row.known.digest = found.map(str::to_owned);
        Some(Change::new(EventKind::DigestRecorded).after(json!({ "digest": found })))
    } else if recorded.is_some() && was != state {
        let told = |state: DigestState| json!({ "digest_state": state.as_str() });
        Some(Change::new(EventKind::DigestChecked).before(told(was)).after(told(state)))
    } else {
        None
    };
    match change {
        Some(change) => {
            let statements = vec![version_digest::save(&row)];
            record::save(tx, &mut model, statements, &[change.version(version)], actor, now).await?;
        }
        None => tx.batch(&[version_digest::save(&row)]).await?,
    }
    Ok(row.known)
}
