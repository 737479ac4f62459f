//! `greenroom server`: reads the options, starts, and stops when asked to.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::arguments::ServerOptions;
use crate::config::{self, LogConfig};

pub(crate) async fn run(options: Box<ServerOptions>) -> Result<(), String> {
    let (config, log) = config::read(&options, |name| std::env::var(name).ok())?;
    start_logging(&log)?;
    let stop = CancellationToken::new();
    let mut interrupt =
        signal(SignalKind::interrupt()).map_err(|e| format!("SIGINT cannot be handled: {e}"))?;
    let mut terminate =
        signal(SignalKind::terminate()).map_err(|e| format!("SIGTERM cannot be handled: {e}"))?;
    let prefix = config.static_prefix.clone();
    let serving = greenroom_server::serve(config, stop.clone(), |address| {
        tracing::info!(
            "the UI is at http://{address}{prefix}/, the tracking URI is http://{address}{prefix}"
        );
    });
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        ended = &mut serving => return ended.map_err(|e| e.message),
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    stop.cancel();
    // A second signal does not wait for anybody.
    tokio::select! {
        ended = serving => ended.map_err(|e| e.message),
        _ = interrupt.recv() => Err("stopped at once, open requests were cut off".to_owned()),
        _ = terminate.recv() => Err("stopped at once, open requests were cut off".to_owned()),
    }
}

pub(crate) fn start_logging(log: &LogConfig) -> Result<(), String> {
    let filter = EnvFilter::try_new(&log.filter)
        .map_err(|e| format!("The log filter '{}' cannot be read: {e}", log.filter))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if log.json {
        lines.json().init();
    } else {
        lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init();
    }
    Ok(())
}
