//! Reading logged models.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::logged_model::LoggedModelDetail;
use greenroom_store::logged_model;
use greenroom_store::logged_model_search::{self, LoggedModelSearch};

use super::not_found;
use crate::Context;

/// One logged model with what hangs on it; a deleted one only if asked for.
pub async fn get(cx: &Context, id: String, allow_deleted: bool) -> Result<LoggedModelDetail> {
    cx.db
        .read((id, allow_deleted), |tx, (id, allow_deleted)| {
            async move {
                let found = logged_model::by_id(tx, id).await?;
                let model = found
                    .filter(|model| *allow_deleted || model.deleted_at.is_none())
                    .ok_or_else(|| not_found(id))?;
                logged_model::with_children(tx, model).await
            }
            .boxed()
        })
        .await
}

/// A page of logged models.
pub async fn search(
    cx: &Context,
    search: LoggedModelSearch,
) -> Result<(Vec<LoggedModelDetail>, Option<String>)> {
    cx.db
        .scan(search, |tx, search| {
            async move {
                let (models, token) = logged_model_search::run(tx, search).await?;
                Ok((logged_model::all_with_children(tx, models).await?, token))
            }
            .boxed()
        })
        .await
}
