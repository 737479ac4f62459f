//! `copy`.

use std::pin::pin;

use greenroom_client::v1::{CopyRequest, ModelVersion};
use greenroom_client::{Client, Copied, CopyBetween, copy_between, resolve};
use greenroom_core::source::ModelUri;
use serde_json::json as object;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Session, text};
use crate::arguments::CopyOptions;
use crate::output::{cell, json, print};

pub(super) async fn run(session: &Session, options: &CopyOptions) -> Result<(), String> {
    let uri = ModelUri::parse(&options.source).map_err(|error| error.message)?;
    let other = options.to.as_deref().map(Client::new).transpose().map_err(text)?;
    let (here, other) = (session.client.address(), other.filter(|o| o.address() != session.client.address()));
    match other {
        None => within(session, &uri, options).await,
        Some(other) if options.with_artifacts => between(session, &other, &uri, options).await,
        Some(other) => Err(format!(
            "without --with-artifacts a copy only points to the files of its source, and nobody who asks {} would find files of \
             {here} there. Add --with-artifacts to copy the files too.",
            other.address()
        )),
    }
}

async fn within(session: &Session, uri: &ModelUri, options: &CopyOptions) -> Result<(), String> {
    let (name, version) = resolve(&session.client, uri).await.map_err(text)?;
    let asked = CopyRequest {
        to: options.model.clone(),
        with_artifacts: options.with_artifacts,
        experiment: options.with_artifacts.then(|| options.experiment.clone()),
        force: options.force,
    };
    let made = session.client.copy_model_version(&name, version, &asked).await.map_err(text)?;
    if session.json { json(&made) } else { print(&line(&name, version, &made)) }
}

async fn between(
    session: &Session,
    other: &Client,
    uri: &ModelUri,
    options: &CopyOptions,
) -> Result<(), String> {
    let (name, version) = resolve(&session.client, uri).await.map_err(text)?;
    let asked = CopyBetween {
        name,
        version,
        to: options.model.clone(),
        experiment: options.experiment.clone(),
        force: options.force,
    };
    let made = unless_interrupted(&session.client, other, &asked).await?;
    if session.json {
        return json(&object!({
            "version": made.version, "files": made.files, "bytes": made.bytes, "digest": made.digest,
            "digest_was_recorded": made.recorded,
        }));
    }
    let why = if made.recorded { "as recorded at the source" } else { "the source had recorded none" };
    print(&format!(
        "{} at {}\n{} file(s), {} bytes, {} ({why})",
        line(&asked.name, asked.version, &made.version),
        other.address(),
        made.files,
        made.bytes,
        made.digest
    ))
}

/// The first signal has the copy taken back, the second waits for nobody.
async fn unless_interrupted(from: &Client, to: &Client, asked: &CopyBetween) -> Result<Copied, String> {
    let handled = |kind| signal(kind).map_err(|e| format!("signals cannot be handled: {e}"));
    let (mut interrupt, mut terminate) =
        (handled(SignalKind::interrupt())?, handled(SignalKind::terminate())?);
    let stop = CancellationToken::new();
    let mut copying = pin!(copy_between(from, to, asked, &stop));
    loop {
        tokio::select! {
            done = &mut copying => return done.map_err(text),
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if stop.is_cancelled() {
            return Err(format!(
                "stopped at once, what was copied so far is left in a logged model at {}",
                to.address()
            ));
        }
        stop.cancel();
    }
}

/// `Unicorn 3 -> Unicorn 1`
fn line(name: &str, version: i64, made: &ModelVersion) -> String {
    format!("{} {version} -> {} {}", cell(name), cell(&made.model), made.version)
}
