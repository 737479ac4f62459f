//! Files from one server to another, a few at a time and piece by piece: memory does not grow with their size.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use greenroom_core::digest::{FileDigest, Reading};
use reqwest::{Body, Response};
use tokio_util::sync::CancellationToken;

use super::source::{Source, SourceFile};
use super::target::Home;
use super::{given_up, named};
use crate::http::root_cause;
use crate::{Error, Result};

/// Files on their way at once.
const AT_ONCE: usize = 4;
/// How long nothing may move.
const SILENCE: Duration = Duration::from_mins(5);

/// Sends files; what was read of them. When this returns, none is on its way any more.
pub(super) async fn send(
    source: &Source,
    home: &Home,
    files: Vec<SourceFile>,
    stop: &CancellationToken,
) -> Result<Vec<FileDigest>> {
    // Once one failed, the others end as soon as they can. None is dropped: what the other server is putting in its
    // place would come after everything was removed.
    let halt = stop.child_token();
    let mut transfers = stream::iter(files)
        .map(|file| {
            let halt = halt.clone();
            async move { one(source, home, file, halt).await }
        })
        .buffer_unordered(AT_ONCE);
    let mut done = Ok(Vec::new());
    while let Some(sent) = transfers.next().await {
        match (sent, &mut done) {
            (Ok(file), Ok(files)) => files.push(file),
            (Err(error), Ok(_)) => {
                halt.cancel();
                done = Err(error);
            }
            (_, Err(_)) => {}
        }
    }
    done
}

async fn one(source: &Source, home: &Home, file: SourceFile, halt: CancellationToken) -> Result<FileDigest> {
    if halt.is_cancelled() {
        return Err(given_up());
    }
    let opened = halt.run_until_cancelled(source.open(&file)).await;
    let opened = opened.unwrap_or_else(|| Err(given_up()));
    let response = opened.map_err(|error| named(source.client(), error))?;
    let passing = Arc::new(Passing::default());
    let body = through(response, Arc::clone(&passing), file.size, halt);

    let stored = watched(home.put(&file.path, file.size, Body::wrap_stream(body)), &passing).await;

    match (passing.end(), stored) {
        // What went wrong on the way in is why it went wrong on the way out.
        (Err(fault), _) => Err(fault.told(source, &file)),
        (_, Err(error)) => Err(named(home.client(), error)),
        (Ok(reading), Ok(())) => {
            let read = reading.end(&file.path);
            if read.size == file.size { Ok(read) } else { Err(Fault::Short(read.size).told(source, &file)) }
        }
    }
}

/// What is known of a file that passes through.
#[derive(Default)]
struct Passing {
    moved: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    reading: Reading,
    fault: Option<Fault>,
}

/// Why a file did not come in whole.
enum Fault {
    Stopped,
    Broken(String),
    Short(u64),
    Long,
}

impl Fault {
    fn told(self, source: &Source, file: &SourceFile) -> Error {
        let (path, size) = (&file.path, file.size);
        match self {
            Self::Stopped => given_up(),
            Self::Broken(why) => source.unsound(&format!("its file '{path}' broke off: {why}")),
            Self::Short(sent) => {
                source.unsound(&format!("its file '{path}' has {size} bytes, of which {sent} were sent"))
            }
            Self::Long => source.unsound(&format!("its file '{path}' has {size} bytes, and more were sent")),
        }
    }
}

impl Passing {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a piece on its way.
    fn take(
        &self,
        piece: std::result::Result<Option<Bytes>, Fault>,
        size: u64,
    ) -> std::io::Result<Option<Bytes>> {
        let moved = self.moved.load(Ordering::Relaxed);
        let piece = match piece {
            Ok(Some(bytes)) if moved + bytes.len() as u64 > size => Err(Fault::Long),
            Ok(None) if moved < size => Err(Fault::Short(moved)),
            piece => piece,
        };
        let mut state = self.state();
        match piece {
            Ok(Some(bytes)) => {
                self.moved.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                state.reading.take(&bytes);
                Ok(Some(bytes))
            }
            Ok(None) => Ok(None),
            Err(fault) => {
                state.fault = Some(fault);
                Err(std::io::Error::other("the file did not come in whole"))
            }
        }
    }

    fn end(&self) -> std::result::Result<Reading, Fault> {
        let mut state = self.state();
        match state.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(std::mem::take(&mut state.reading)),
        }
    }
}

/// The bytes of a file as they come in. Where they are not what was listed, the stream ends in an error, so that the
/// other server does not take what was sent for the whole.
fn through(
    response: Response,
    passing: Arc<Passing>,
    size: u64,
    halt: CancellationToken,
) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    stream::try_unfold((response, passing, halt), move |(mut response, passing, halt)| async move {
        let piece = match halt.run_until_cancelled(response.chunk()).await {
            None => Err(Fault::Stopped),
            Some(piece) => piece.map_err(|error| Fault::Broken(root_cause(&error))),
        };
        let piece = passing.take(piece, size)?;
        Ok(piece.map(|bytes| (bytes, (response, passing, halt))))
    })
}

/// Waits for a file to be stored, as long as something moves.
async fn watched(stored: impl Future<Output = Result<()>>, passing: &Passing) -> Result<()> {
    let mut stored = std::pin::pin!(stored);
    let mut seen = None;
    loop {
        if let Ok(done) = tokio::time::timeout(SILENCE, &mut stored).await {
            return done;
        }
        let moved = Some(passing.moved.load(Ordering::Relaxed));
        if moved == seen {
            return Err(Error::Transport(
                "The copy stands still: neither server moves any bytes.".to_owned(),
            ));
        }
        seen = moved;
    }
}
