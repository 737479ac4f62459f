//! Reading the event log: a model's history, the registry's feed, and where the chains end.

use futures_util::FutureExt;
use greenroom_core::event::{ChainHead, Event, Position, REGISTRY_CHAIN};
use greenroom_core::{Error, Result, name};
use greenroom_store::registered_model::{self, ModelRow};
use greenroom_store::{Tx, event, page};

use crate::Context;

/// The model of this name, or of this id, which also finds one that was deleted.
pub(crate) async fn find_chain(tx: &mut Tx<'_>, model: &str) -> Result<ModelRow> {
    name::check_model_name(model)?;
    if let Some(row) = registered_model::by_name(tx, model).await? {
        return Ok(row);
    }
    registered_model::by_id(tx, model).await?.ok_or_else(|| crate::registered_model::not_found(model))
}

/// A page of a model's events, newest first, and where the next page begins.
pub async fn history(
    cx: &Context,
    model: String,
    version: Option<i64>,
    limit: i64,
    cursor: Option<&str>,
) -> Result<(Vec<Event>, Option<String>)> {
    let below = match cursor {
        None => i64::MAX,
        Some(text) => text.parse().map_err(|_| {
            Error::invalid(format!(
                "Invalid cursor '{text}'. Give back a cursor exactly as the server gave it."
            ))
        })?,
    };
    cx.db
        .scan((model, version, below, limit), |tx, (model, version, below, limit)| {
            async move {
                let row = find_chain(tx, model).await?;
                let mut events = event::history(tx, &row.model.id, *below, *version, limit + 1).await?;
                let more = page::cut(&mut events, *limit);
                let next = events.last().filter(|_| more).map(|e| e.sequence.to_string());
                Ok((events, next))
            }
            .boxed()
        })
        .await
}

/// Events after a position, oldest first.
pub async fn feed(cx: &Context, after: Position, limit: i64) -> Result<Vec<Event>> {
    cx.db.scan((after, limit), |tx, (after, limit)| event::feed(tx, *after, *limit).boxed()).await
}

/// The position of the newest event that a follower can go on from.
pub async fn newest(cx: &Context) -> Result<Position> {
    cx.db.read((), |tx, ()| event::newest(tx).boxed()).await
}

/// Where the chains end, ordered by chain: the models' first, the registry's own after the last of them.
pub async fn chains(cx: &Context, after: String, limit: i64) -> Result<Vec<ChainHead>> {
    name::check_text("after", &after, name::MAX_NAME)?;
    cx.db
        .scan((after, limit), |tx, (after, limit)| {
            async move {
                let mut heads = if after == REGISTRY_CHAIN {
                    Vec::new()
                } else {
                    registered_model::heads(tx, after, *limit).await?
                };
                if after != REGISTRY_CHAIN && i64::try_from(heads.len()).is_ok_and(|count| count < *limit) {
                    heads.push(event::registry_head(tx).await?);
                }
                Ok(heads)
            }
            .boxed()
        })
        .await
}
