//! Listening: connections with time limits on silence, and a stop that finishes what was begun.

use std::time::Duration;

use axum::Router;
use greenroom_app::artifact::ArtifactStore;
use greenroom_app::{Clock, Context, Ids, digest};
use greenroom_core::{Error, Result};
use greenroom_store::Db;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::patience::Watched;
use crate::{App, ServerConfig, build};

/// How long a connection may take to send a request's head, or stay idle between requests.
const HEAD_SILENCE: Duration = Duration::from_secs(75);
/// How long requests may take to finish once the server stops.
const GRACE: Duration = Duration::from_secs(25);
/// Bytes that the system holds ready for a client beyond what it is sending: little enough for the timeout to notice that
/// the client goes on, however slowly.
const READY: u32 = 1024 * 1024;
/// Pause when the system has no more sockets to give.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until `stop` is cancelled; requests that were begun are finished. `ready` is told the address.
pub async fn serve(
    config: ServerConfig,
    stop: CancellationToken,
    ready: impl FnOnce(std::net::SocketAddr),
) -> Result<()> {
    let listener = TcpListener::bind(config.listen).await.map_err(|e| {
        Error::invalid(format!(
            "Cannot listen on {}: {e}. Is another server running there? Choose another --port.",
            config.listen
        ))
    })?;
    let address = listener.local_addr().map_err(|e| Error::internal(format!("no local address: {e}")))?;
    let db = Db::open(&config.db).await?;
    let (clock, ids) = (Clock::system(), Ids::random());
    let artifacts = ArtifactStore::open(&config.artifacts, || ids.next(), clock.now())?;
    let cx = Context::new(db.clone(), clock, ids, config.policy.clone())
        .with_artifacts(config.policy.artifacts.clone(), artifacts.clone());
    // Definitions that this program cannot read must stop it now, not at the first transition.
    greenroom_app::stage::definitions(&cx).await?;
    greenroom_app::experiment::ensure_default(&cx).await?;
    tracing::info!(%address, engine = db.engine_name(), "listening");
    let workers = TaskTracker::new();
    workers.spawn(stop.clone().run_until_cancelled_owned(digest::work(cx.clone())));
    let app = App::new(cx, stop.clone());
    let router = build(app.clone(), &config);
    ready(address);

    let graceful = GracefulShutdown::new();
    let tasks = TaskTracker::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tasks.spawn(connection(stream, config.idle_timeout, router.clone(), graceful.watcher()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(BREATH).await;
                }
            },
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    tracing::info!("stopping: finishing open requests");
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    tasks.close();
    workers.close();
    workers.wait().await;
    app.copying.close();
    if tokio::time::timeout(GRACE, app.copying.wait()).await.is_err() {
        tracing::warn!("what is there of some unfinished copies could not be removed");
    }
    db.close().await;
    if tokio::time::timeout(GRACE, artifacts.close()).await.is_err() {
        tracing::warn!("some uploads that were cut off could not be removed from the object store");
    }
    tracing::info!("stopped");
    Ok(())
}

async fn connection(stream: TcpStream, idle_timeout: Duration, router: Router, watcher: Watcher) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY not set");
    }
    if let Err(error) = SockRef::from(&stream).set_tcp_notsent_lowat(READY) {
        tracing::debug!(%error, "TCP_NOTSENT_LOWAT not set");
    }
    let stream = TokioIo::new(Watched::new(stream, idle_timeout));
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_SILENCE)
        .max_headers(100)
        .serve_connection(stream, TowerToHyperService::new(router));
    if let Err(error) = watcher.watch(served).await {
        tracing::debug!(%error, "connection ended");
    }
}
