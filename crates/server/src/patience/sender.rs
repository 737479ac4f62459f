//! Whoever sends a body. Only the time in which we wait for it counts, not that in which it waits for us.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// Bytes that buy a second of waiting. Who sends less than that on average is given up, however regularly it sends.
const RATE: u32 = 1000;

/// Gives a body a limit on silence. Most requests have no body, or one that came with their head: they need no timer.
pub(crate) fn limit(body: Body, silence: Duration) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::new(Limited { body, silence, left: silence, waiting: None })
}

struct Limited {
    body: Body,
    /// What the sender may be silent for at most.
    silence: Duration,
    /// What it may still be silent for: spent by waiting, earned by bytes.
    left: Duration,
    /// Runs while the sender is silent.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Limited {
    fn heard(&mut self, bytes: usize) {
        if let Some(waiting) = self.waiting.take() {
            self.left = waiting.deadline().saturating_duration_since(Instant::now());
        }
        let earned = Duration::from_secs(bytes as u64) / RATE;
        self.left = self.left.saturating_add(earned).min(self.silence);
    }
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
            let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref().map(Bytes::len));
            this.heard(bytes.unwrap_or_default());
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let left = this.left;
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(left)));
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

    use super::*;

    const SILENCE: Duration = Duration::from_secs(30);

    /// A body that comes in parts of this many bytes, each after a pause of so many seconds.
    fn parts(bytes: usize, pauses: impl IntoIterator<Item = u64, IntoIter: Send + 'static>) -> Body {
        let parts = stream::iter(pauses).then(move |pause| async move {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from(vec![b'x'; bytes])))
        });
        limit(Body::new(StreamBody::new(Box::pin(parts))), SILENCE)
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_on_sending_is_heard_to_the_end() {
        let all = parts(29_000, [0, 29, 29, 0, 29]).collect().await.expect("nobody was silent for long");
        assert_eq!(all.to_bytes().len(), 5 * 29_000);
        // As slow as may be, for more than a day.
        let begun = Instant::now();
        let all = parts(10_000, std::iter::repeat_n(10, 10_000)).collect().await.expect("not too slow");
        assert_eq!((all.to_bytes().len(), begun.elapsed()), (100_000_000, Duration::from_secs(100_000)));
    }

    #[tokio::test(start_paused = true)]
    async fn who_falls_silent_is_given_up() {
        let begun = Instant::now();
        parts(29_000, [0, 29, 31]).collect().await.expect_err("silent for too long");
        assert_eq!(begun.elapsed(), Duration::from_secs(59));
        // What was sent before buys no more than this.
        let begun = Instant::now();
        parts(1_000_000_000, [0, 31]).collect().await.expect_err("silent for too long");
        assert_eq!(begun.elapsed(), SILENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_a_byte_now_and_then_is_given_up() {
        let begun = Instant::now();
        parts(1, std::iter::repeat(3)).collect().await.expect_err("too slow");
        assert!(begun.elapsed() < Duration::from_secs(31), "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_us_is_not_counted_as_silent() {
        let mut body = parts(1, [0, 20, 0, 0]);
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_mins(5)).await;
            body.frame().await.expect("more").expect("not silent");
        }
    }

    #[tokio::test]
    async fn an_empty_body_stays_as_it_is() {
        assert!(limit(Body::empty(), SILENCE).is_end_stream());
    }
}
