//! Histories, the event feed and its live stream, and where the chains end.

use std::collections::VecDeque;
use std::pin::pin;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use greenroom_app::event as cases;
use greenroom_core::event::{Event, Position};
use greenroom_core::{Error, ErrorCode, name};
use greenroom_wire::v1::{self, ChainHead, EventPage};
use http::HeaderMap;
use tokio::sync::OwnedSemaphorePermit;

use crate::request::{V1Path, V1Query};
use crate::respond::{Json, V1Error, V1Result};
use crate::router::App;

/// Events read from the store at once.
const AT_ONCE: i64 = 500;
/// How often a follower looks for what other processes wrote.
const POLL: Duration = Duration::from_millis(200);
/// How often it looks when only this process writes: a belt beside the braces.
const IDLE_POLL: Duration = Duration::from_secs(15);

pub(crate) async fn history(
    State(app): State<App>,
    V1Path(model): V1Path<String>,
    query: V1Query,
) -> V1Result<EventPage> {
    query.allow(&["version", "limit", "cursor"])?;
    let version = query.text("version").map(name::parse_version).transpose()?;
    let (events, next_cursor) =
        cases::history(&app.cx, model, version, query.limit()?, query.text("cursor")).await?;
    Ok(Json(EventPage { events: events.into_iter().map(Into::into).collect(), next_cursor }))
}

pub(crate) async fn feed(State(app): State<App>, query: V1Query) -> V1Result<EventPage> {
    query.allow(&["after", "limit"])?;
    let after = query.text("after").map(Position::from_cursor).transpose()?.unwrap_or_default();
    let events = cases::feed(&app.cx, after, query.limit()?).await?;
    let next = events.last().map_or(after, |e| e.position);
    let next_cursor = Some(next.to_cursor());
    Ok(Json(EventPage { events: events.into_iter().map(Into::into).collect(), next_cursor }))
}

pub(crate) async fn chains(State(app): State<App>, query: V1Query) -> V1Result<Vec<ChainHead>> {
    query.allow(&["after", "limit"])?;
    let after = query.text("after").unwrap_or_default().to_owned();
    let heads = cases::chains(&app.cx, after, query.limit()?).await?;
    Ok(Json(heads.into_iter().map(Into::into).collect()))
}

pub(crate) async fn stream(
    State(app): State<App>,
    headers: HeaderMap,
    query: V1Query,
) -> Result<Response, V1Error> {
    query.allow(&["after"])?;
    let resume = headers.get("last-event-id").and_then(|id| id.to_str().ok()).or(query.text("after"));
    let position = match resume {
        Some(cursor) => Position::from_cursor(cursor)?,
        None => cases::newest(&app.cx).await?,
    };
    let Ok(permit) = app.followers.clone().try_acquire_owned() else {
        let message =
            "Too many followers of the event stream. Poll /api/v1/events instead, or try again later.";
        return Err(V1Error(Error::new(ErrorCode::TemporarilyUnavailable, message)));
    };
    let follower = Follower { app, position, ready: VecDeque::new(), _permit: permit };
    // A dropped connection is taken up again after a second, not after the browser's three.
    let hello = sse::Event::default().retry(Duration::from_secs(1)).comment("greenroom");
    let hello = stream::once(std::future::ready(Ok(hello)));
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        let cursor = event.position.to_cursor();
        let data = serde_json::to_string(&v1::Event::from(event)).ok()?;
        let message = sse::Event::default().id(cursor).data(data);
        Some((Ok::<_, std::convert::Infallible>(message), follower))
    });
    Ok(Sse::new(hello.chain(events))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response())
}

/// One reader of the live stream.
struct Follower {
    app: App,
    position: Position,
    ready: VecDeque<Event>,
    _permit: OwnedSemaphorePermit,
}

impl Follower {
    /// The next event, as soon as there is one; `None` when the server stops.
    async fn next(&mut self) -> Option<Event> {
        let poll = if self.app.cx.db.has_other_writers() { POLL } else { IDLE_POLL };
        while self.ready.is_empty() {
            // Listening begins before looking: what is committed in between is not slept through.
            let mut changed = pin!(self.app.cx.db.changed());
            changed.as_mut().enable();
            match cases::feed(&self.app.cx, self.position, AT_ONCE).await {
                Ok(events) if !events.is_empty() => self.ready.extend(events),
                // Nothing new, or the database is away: the follower stays and looks again.
                Ok(_) | Err(_) => {
                    tokio::select! {
                        () = changed => {}
                        () = tokio::time::sleep(poll) => {}
                        () = self.app.stopping.cancelled() => return None,
                    }
                }
            }
        }
        let event = self.ready.pop_front()?;
        self.position = event.position;
        Some(event)
    }
}
