//! Tags of a logged model. They never change its `updated_at` (MLflow's behaviour).

use futures_util::FutureExt;
use greenroom_core::logged_model::check_tags;
use greenroom_core::{Error, Result};
use greenroom_store::db::Statement;
use greenroom_store::logged_model;

use super::find_locked;
use crate::Context;

/// Sets tags; of two with one key the later wins.
pub async fn set_tags(cx: &Context, id: String, tags: &[(String, String)]) -> Result<()> {
    let tags = check_tags(tags)?;
    cx.db
        .write((id, tags), |tx, (id, tags)| {
            async move {
                find_locked(tx, id).await?;
                let statements: Vec<Statement<'_>> =
                    tags.iter().map(|tag| logged_model::set_tag(id, tag)).collect();
                tx.batch(&statements).await
            }
            .boxed()
        })
        .await
}

/// Removes a tag; one that is not there is an error, other than with registered models (MLflow's behaviour).
pub async fn delete_tag(cx: &Context, id: String, key: String) -> Result<()> {
    cx.db
        .write((id, key), |tx, (id, key)| {
            async move {
                find_locked(tx, id).await?;
                if logged_model::delete_tag(tx, id, key).await? {
                    return Ok(());
                }
                Err(Error::not_found(format!("No tag with key '{key}' found for model with ID '{id}'.")))
            }
            .boxed()
        })
        .await
}
