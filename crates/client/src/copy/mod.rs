//! Copying a version with its files from one server to another.
//!
//! Every byte is hashed while it passes, held against the digest that the source has recorded, and read again by the
//! server that stored it, before there is a version. Whatever fails before leaves none.

mod source;
mod target;
mod transfer;

use greenroom_core::copy::{self as rules, Provenance};
use greenroom_core::digest::{DigestState, VersionDigest, of_files};
use greenroom_wire::v1::ModelVersion;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::source::Source;
pub use self::source::resolve;
use self::target::Home;
use crate::{Client, Error, Result};

/// What to copy, and where to.
#[derive(Clone, Debug)]
pub struct CopyBetween {
    /// The registered model at the source.
    pub name: String,
    /// The version there.
    pub version: i64,
    /// The registered model that is to have the copy; made if it is missing.
    pub to: String,
    /// The experiment for the copy's logged model; made if it is missing.
    pub experiment: String,
    /// Take the files as they are now, even when they are no longer those that were registered.
    pub force: bool,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The copy.
    pub version: ModelVersion,
    /// How many files it has.
    pub files: usize,
    /// How many bytes.
    pub bytes: u64,
    /// The digest of what was copied.
    pub digest: String,
    /// Whether the source had recorded that digest.
    pub recorded: bool,
}

/// Copies a version from one server to another. Given up once `stop` is cancelled; what cannot be removed of a copy that
/// was not finished is named in the error.
pub async fn copy_between(
    from: &Client,
    to: &Client,
    asked: &CopyBetween,
    stop: &CancellationToken,
) -> Result<Copied> {
    let at_source = |error| named(from, error);
    let source = Source::new(from, &asked.name, asked.version);
    let version = within(stop, source.version()).await.map_err(at_source)?;
    let known = known(&version)?;
    let digest = rules::reference(&asked.name, asked.version, &known, asked.force)
        .map_err(|error| named(source.client(), Error::Unsound(error.message)))?;
    let files = within(stop, source.files()).await.map_err(at_source)?;
    let like = match version.lineage.as_ref().and_then(|lineage| lineage.logged_model_id.as_deref()) {
        Some(id) => source.logged_model(id).await.map_err(at_source)?,
        None => None,
    };

    let home = Home::make(to, &asked.experiment, like, &asked.to).await.map_err(|e| named(to, e))?;
    let outcome: Result<_> = async {
        let read = transfer::send(&source, &home, files, stop).await?;
        rules::check_read(digest.as_deref(), &read).map_err(|error| source.unsound(&error.message))?;
        let arrived = within(stop, home.arrived()).await.map_err(|e| named(to, e))?;
        rules::check_arrived(&read, &arrived).map_err(|error| named(to, Error::Unsound(error.message)))?;

        let provenance = Provenance {
            server: Some(from.address().to_owned()),
            model: asked.name.clone(),
            version: asked.version,
            run_id: version.run_id.clone(),
            digest: digest.clone(),
        };
        let tags = version.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
        let tags: Vec<_> = provenance
            .tags(tags)
            .into_iter()
            .map(|(key, value)| json!({ "key": key, "value": value }))
            .collect();
        let new = json!({ "description": version.description, "run_link": version.run_link, "tags": tags });
        Ok((home.register(&asked.to, new).await.map_err(|e| named(to, e))?, read))
    }
    .await;

    let (number, read) = match outcome {
        Ok(made) => made,
        Err(error) => {
            let left = home.remove(&asked.to).await;
            return Err(match left {
                Some(left) => Error::Unsound(format!("{error} Left behind: {left}")),
                None => error,
            });
        }
    };
    let made = to.get_model_version(&asked.to, number).await.map_err(|error| {
        Error::Transport(format!(
            "Version {number} of '{}' was made, but could not be read: {error}",
            asked.to
        ))
    })?;
    Ok(Copied {
        version: made,
        files: read.len(),
        bytes: read.iter().map(|file| file.size).sum(),
        digest: of_files(read).unwrap_or_default(),
        recorded: digest.is_some(),
    })
}

/// What the source knows of the version's bytes.
fn known(version: &ModelVersion) -> Result<VersionDigest> {
    let state = DigestState::parse(version.digest_state.as_deref().unwrap_or("none"));
    let state = state.map_err(|error| Error::Unsound(error.message))?;
    Ok(VersionDigest { state, digest: version.digest.clone(), checked_at: version.digest_checked_at })
}

async fn within<T>(stop: &CancellationToken, work: impl Future<Output = Result<T>>) -> Result<T> {
    stop.run_until_cancelled(work).await.unwrap_or_else(|| Err(given_up()))
}

fn given_up() -> Error {
    Error::Transport("The copy was given up.".to_owned())
}

/// With two servers in the game, an error says whose it is.
fn named(client: &Client, error: Error) -> Error {
    match error {
        Error::Refused(mut problem) => {
            problem.detail = format!("{} says: {}", client.address(), problem.detail);
            Error::Refused(problem)
        }
        other => other,
    }
}
