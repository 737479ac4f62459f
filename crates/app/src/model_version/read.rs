//! Reading versions.

use futures_util::FutureExt;
use greenroom_core::model_version::{ModelVersionDetail, VersionView};
use greenroom_core::{Error, Result, name};
use greenroom_store::model_version_search::{self, VersionSearch};
use greenroom_store::{lineage, model_version, model_version_detail, page, version_digest};

use super::VersionKey;
use crate::{Context, registered_model};

/// One version with its tags and aliases.
pub async fn get(cx: &Context, key: VersionKey) -> Result<ModelVersionDetail> {
    cx.db
        .read_one(key, |tx, key| {
            async move {
                let found = model_version_detail::by_name(tx, &key.name, key.version).await?;
                found.ok_or_else(|| key.not_found())
            }
            .boxed()
        })
        .await
}

/// One version with everything that is known of it.
pub async fn view(cx: &Context, key: VersionKey) -> Result<VersionView> {
    cx.db
        .scan(key, |tx, key| {
            async move {
                let found = model_version_detail::by_name(tx, &key.name, key.version).await?;
                let detail = found.ok_or_else(|| key.not_found())?;
                let lineage = lineage::of_version(tx, &detail.version).await?;
                let view = version_digest::join(tx, vec![detail]).await?.pop();
                let view = view.ok_or_else(|| key.not_found())?;
                Ok(VersionView { lineage: Some(lineage), ..view })
            }
            .boxed()
        })
        .await
}

/// Where the artifacts of a version are.
pub async fn download_uri(cx: &Context, key: VersionKey) -> Result<String> {
    cx.db
        .read_one(key, |tx, key| {
            async move {
                let found = model_version::storage_location(tx, &key.name, key.version).await?;
                found.ok_or_else(|| key.not_found())
            }
            .boxed()
        })
        .await
}

/// A page of versions.
pub async fn search(
    cx: &Context,
    search: VersionSearch,
) -> Result<(Vec<ModelVersionDetail>, Option<String>)> {
    cx.db
        .scan(search, |tx, search| {
            async move {
                let (versions, token) = model_version_search::run(tx, search).await?;
                Ok((model_version::all_with_children(tx, versions).await?, token))
            }
            .boxed()
        })
        .await
}

/// A page of one model's versions, highest number first; only those in `stage` if given.
pub async fn list(
    cx: &Context,
    model: String,
    stage: Option<String>,
    limit: i64,
    cursor: Option<&str>,
) -> Result<(Vec<VersionView>, Option<String>)> {
    name::check_model_name(&model)?;
    let below = match cursor {
        None => i64::MAX,
        Some(text) => text.parse().map_err(|_| {
            Error::invalid(format!(
                "Invalid cursor '{text}'. Give back a cursor exactly as the server gave it."
            ))
        })?,
    };
    cx.db
        .scan((cx.clone(), model, stage, below, limit), |tx, (cx, model, stage, below, limit)| {
            async move {
                let row = registered_model::find(tx, model).await?;
                let definitions = cx.definitions(tx).await?;
                let stage = stage.as_deref().map(|s| definitions.for_model(model).find(s)).transpose()?;
                let stage = stage.map(|s| s.name.as_str());
                let mut versions = model_version::list(tx, &row.model.id, *below, stage, limit + 1).await?;
                let more = page::cut(&mut versions, *limit);
                let next = versions.last().filter(|_| more).map(|v| v.version.to_string());
                let details = model_version::all_with_children(tx, versions).await?;
                Ok((version_digest::join(tx, details).await?, next))
            }
            .boxed()
        })
        .await
}
