//! Whoever receives an answer. What it does not take fills the system's buffers, and then nothing can be written.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// A connection that fails when nothing could be written to it for so long.
pub(crate) struct Watched<S> {
    stream: S,
    silence: Duration,
    /// Kept once it was needed; means nothing unless `stuck`.
    timer: Option<Pin<Box<Sleep>>>,
    stuck: bool,
}

impl<S> Watched<S> {
    pub(crate) fn new(stream: S, silence: Duration) -> Self {
        Self { stream, silence, timer: None, stuck: false }
    }

    /// Passes on what came of writing; an error once nothing has for too long.
    fn judge<T>(&mut self, outcome: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stuck = false;
            return outcome;
        }
        let silence = self.silence;
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(silence)));
        if !self.stuck {
            self.stuck = true;
            timer.as_mut().reset(Instant::now() + silence);
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the receiver takes nothing any more")))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(outcome, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.judge(outcome, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const SILENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up() {
        let (ours, _theirs) = duplex(1000);
        let begun = Instant::now();
        let error = Watched::new(ours, SILENCE).write_all(&[0; 1001]).await.expect_err("nobody reads");
        assert_eq!((error.kind(), begun.elapsed()), (io::ErrorKind::TimedOut, SILENCE));
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_on_taking_gets_it_all() {
        let (ours, mut theirs) = duplex(1000);
        let reader = async move {
            let mut taken = 0;
            while taken < 10_000 {
                tokio::time::sleep(Duration::from_secs(29)).await;
                taken += theirs.read(&mut [0; 500]).await.expect("more");
            }
        };
        let mut ours = Watched::new(ours, SILENCE);
        let (written, ()) = tokio::join!(ours.write_all(&[0; 10_000]), reader);
        written.expect("somebody reads");
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_there_is_nothing_to_write_does_not_count() {
        let (ours, mut theirs) = duplex(1000);
        let mut ours = Watched::new(ours, SILENCE);
        for _ in 0..3 {
            ours.write_all(&[0; 1000]).await.expect("there is room");
            tokio::time::sleep(Duration::from_secs(100)).await;
            let late = async {
                tokio::time::sleep(Duration::from_secs(20)).await;
                theirs.read_exact(&mut [0; 1001]).await.expect("more");
            };
            let (written, ()) = tokio::join!(ours.write_all(&[0; 1]), late);
            written.expect("read in time");
        }
    }
}
