//! The limit: an HTTP server of the same kind that answers the same bytes, or moves them to and from the same
//! disk, and does nothing else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as InPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, put};
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use futures_util::stream;
use http_body_util::BodyExt as _;
use tokio::task::spawn_blocking;

use crate::Result;

/// What is written or read at once.
const PIECE: usize = 512 * 1024;
/// Where files are taken and given. What is put there stays in the kernel's cache.
pub(crate) const FILES: &str = "/files";
/// Where files are taken that are on the disk when the answer comes.
pub(crate) const DURABLE: &str = "/durable";

/// Serves the answers of a file (path to body, JSON), and files of a folder, until it is killed.
pub(crate) fn serve(port: u16, answers: &Path, folder: &Path) -> Result<()> {
    let answers: BTreeMap<String, String> = serde_json::from_slice(&std::fs::read(answers)?)?;
    std::fs::create_dir_all(folder)?;
    let mut router = Router::new()
        .route(&format!("{FILES}/{{name}}"), get(give).put(|s, n, b| take(s, n, b, false)))
        .route(&format!("{DURABLE}/{{name}}"), put(|s, n, b| take(s, n, b, true)))
        .with_state(folder.to_owned());
    for (path, body) in answers {
        let body = Bytes::from(body);
        // The request's body is read, as any handler has to.
        let answer = move |_: Bytes| {
            let body = body.clone();
            async move { ([("content-type", "application/json")], body) }
        };
        router = router.route(&path, any(answer));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|stream| {
            let _slower_then = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router).await?)
    })
}

/// What a handler of files returns: its failure is a plain 500.
type Outcome = std::result::Result<Response, (StatusCode, String)>;

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn failed(error: impl ToString) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

async fn take(
    State(folder): State<PathBuf>,
    InPath(name): InPath<String>,
    mut body: Body,
    durable: bool,
) -> Outcome {
    let mut file = File::create(folder.join(name)).map_err(failed)?;
    let mut piece = Vec::with_capacity(PIECE);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(failed)?.into_data() else { continue };
        piece.extend_from_slice(&data);
        if piece.len() >= PIECE {
            (file, piece) = written(file, piece).await.map_err(failed)?;
        }
    }
    (file, _) = written(file, piece).await.map_err(failed)?;
    if durable {
        spawn_blocking(move || file.sync_data()).await.map_err(failed)?.map_err(failed)?;
    }
    Ok(StatusCode::OK.into_response())
}

async fn written(mut file: File, mut piece: Vec<u8>) -> std::io::Result<(File, Vec<u8>)> {
    let write = move || {
        file.write_all(&piece)?;
        piece.clear();
        Ok((file, piece))
    };
    spawn_blocking(write).await?
}

async fn give(State(folder): State<PathBuf>, InPath(name): InPath<String>) -> Outcome {
    let file = File::open(folder.join(name)).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let pieces = stream::try_unfold((Arc::new(file), 0_u64), |(file, at)| async move {
        let reading = Arc::clone(&file);
        let read = move || {
            let mut piece = vec![0; PIECE];
            let count = reading.read_at(&mut piece, at)?;
            piece.truncate(count);
            std::io::Result::Ok(piece)
        };
        let piece = spawn_blocking(read).await??;
        let next = at + piece.len() as u64;
        Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), (file, next))))
    });
    Ok(([("content-length", length.to_string())], Body::from_stream(pieces)).into_response())
}
