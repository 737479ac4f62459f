//! Removing for good what was deleted: runs, logged models and experiments, with their artifacts.
//!
//! Three steps, in this order: under a lock that keeps registrations out, whatever no version needs is condemned: its
//! own row goes and a row of `garbage` comes. Then its artifacts go, then all that hung on it and the row of `garbage`.
//! Whoever is killed in between leaves nothing that anybody sees, and the next one finishes it. As long as something
//! is condemned, no version can be registered from there. Why so: docs/adr/0007-garbage.md.

mod collect;
mod condemn;
mod judge;
mod named;
mod remove;

use greenroom_core::garbage::Kind;
use greenroom_core::{Error, Result, artifact};
use greenroom_store::{Tx, garbage};

pub use collect::collect;
pub use condemn::{Verdict, condemn};

use crate::artifact::Size;

/// What is to be removed.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Only what was deleted so many milliseconds ago at least.
    pub older_than: i64,
    /// Only these; `None` = all that was deleted.
    pub only: Option<Named>,
    /// Only tell what would go.
    pub dry_run: bool,
}

/// Things by their ids, as somebody wrote them.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Runs.
    pub runs: Vec<String>,
    /// Logged models.
    pub logged_models: Vec<String>,
    /// Experiments, with the deleted runs and all logged models in them.
    pub experiments: Vec<String>,
}

/// What became of one thing, or would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// What became of it.
    pub fate: Fate,
}

/// What becomes of something that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes, and so do its artifacts.
    Removed(Size),
    /// It goes; its artifacts are outside this server's storage and are left alone.
    RemovedWithout {
        /// Where they are.
        location: String,
    },
    /// It stays as it is.
    Kept(Reason),
}

/// Why something stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A version needs its artifacts.
    Held {
        /// The registered model.
        name: String,
        /// The version.
        version: i64,
        /// Its stage.
        stage: String,
    },
    /// A version comes from it.
    Origin {
        /// The registered model.
        name: String,
        /// The version.
        version: i64,
        /// Its stage.
        stage: String,
    },
    /// An experiment keeps its artifacts in there.
    Around {
        /// The experiment's id.
        experiment_id: i64,
    },
    /// An experiment that is not empty.
    Contains {
        /// What is in it.
        kind: Kind,
        /// Its id.
        id: String,
    },
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Held { name, version, stage } => {
                write!(
                    f,
                    "version {version} of registered model '{name}' (stage '{stage}') holds its artifacts"
                )
            }
            Self::Origin { name, version, stage } => {
                write!(f, "version {version} of registered model '{name}' (stage '{stage}') comes from it")
            }
            Self::Around { experiment_id } => {
                write!(f, "experiment {experiment_id} keeps its artifacts among its artifacts")
            }
            Self::Contains { kind, id } => write!(f, "{} {id} in it stays", kind.noun()),
        }
    }
}

/// Refuses what is on its way out, however it is spelt: nothing new may come to depend on it. To be asked under the lock
/// of the registered model, if it is for a version.
pub(crate) async fn check_not_condemned(tx: &mut Tx<'_>, location: &str) -> Result<()> {
    match garbage::touching(tx, &artifact::place_of(location)).await? {
        Some(found) => Err(Error::conflict(format!(
            "The artifacts at '{location}' cannot be used: {} {} was deleted and is being removed for good.",
            found.kind.noun(),
            found.id
        ))),
        None => Ok(()),
    }
}
