//! How far a logged model is, and its deletion.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::logged_model::{LoggedModelDetail, Status};
use greenroom_store::logged_model;

use super::{find_locked, not_found};
use crate::Context;

/// Notes how far a model is.
pub async fn finalize(cx: &Context, id: String, status: Status) -> Result<LoggedModelDetail> {
    cx.db
        .write((cx.clone(), id, status), |tx, (cx, id, status)| {
            async move {
                let mut model = find_locked(tx, id).await?;
                model.status = *status;
                model.updated_at = cx.clock.now();
                tx.batch(&[logged_model::save(&model)]).await?;
                logged_model::with_children(tx, model).await
            }
            .boxed()
        })
        .await
}

/// Deletes a model. Its row and its artifacts stay, and so do the versions that came from it; one that is deleted
/// already is no error (MLflow's behaviour).
pub async fn delete(cx: &Context, id: String) -> Result<()> {
    cx.db
        .write((cx.clone(), id), |tx, (cx, id)| {
            async move {
                let mut model = logged_model::lock_by_id(tx, id).await?.ok_or_else(|| not_found(id))?;
                if model.deleted_at.is_some() {
                    return Ok(());
                }
                let now = cx.clock.now();
                model.deleted_at = Some(now);
                model.updated_at = now;
                tx.batch(&[logged_model::save(&model)]).await
            }
            .boxed()
        })
        .await
}
