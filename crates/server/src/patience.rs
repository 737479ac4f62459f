//! Patience with whoever sends a body: one who falls silent is given up.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

/// Silence of a sender after which its request is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// Gives a body a limit on silence. Most requests have no body, or one that came with their head: they need no timer.
pub(crate) fn limit(body: Body) -> Body {
    if body.is_end_stream() { body } else { Body::new(Limited { body, waiting: None }) }
}

struct Limited {
    body: Body,
    /// Runs while the sender is silent.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(SILENCE)));
        waiting.as_mut().poll(cx).map(|()| Some(Err("the sender fell silent".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{StreamExt as _, stream};
    use http_body_util::{BodyExt as _, StreamBody};
    use tokio::time::Instant;

    use super::*;

    fn parts(pauses: &'static [u64]) -> Body {
        let parts = stream::iter(pauses).then(|pause| async move {
            tokio::time::sleep(Duration::from_secs(*pause)).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"part")))
        });
        Body::new(StreamBody::new(Box::pin(parts)))
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_on_sending_is_heard_to_the_end() {
        let all = limit(parts(&[0, 29, 29, 0, 29])).collect().await.expect("nobody was silent for long");
        assert_eq!(all.to_bytes().len(), 20);
    }

    #[tokio::test(start_paused = true)]
    async fn who_falls_silent_is_given_up() {
        let begun = Instant::now();
        limit(parts(&[0, 29, 31])).collect().await.expect_err("silent for too long");
        assert_eq!(begun.elapsed(), Duration::from_secs(59));
    }

    #[tokio::test]
    async fn an_empty_body_stays_as_it_is() {
        assert!(limit(Body::empty()).is_end_stream());
    }
}
