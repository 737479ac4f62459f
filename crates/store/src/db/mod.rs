//! Two thin engines behind one small face: [`Db`] runs re-runnable closures over a [`Tx`].
//!
//! `SQLite` answers reads on the calling thread and sends writes to one writer that commits them in
//! groups; PostgreSQL gives each closure a pooled connection. Only this folder matches on the engine.

mod migrate;
mod postgres;
mod rows;
mod sqlite;
mod tls;
mod tx;
mod value;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use greenroom_core::{Error, Result};
use tokio::sync::Notify;

use crate::place;

pub use rows::Rows;
pub use tx::{Statement, Tx};
pub use value::{FromColumn, Param, Row};

/// Where the state is kept.
#[derive(Clone, Debug)]
pub struct DbConfig {
    /// `sqlite:///relative.db`, `sqlite:////absolute.db` (SQLAlchemy's spelling, as in MLflow) or `postgresql://...`.
    pub uri: String,
    /// Connections to PostgreSQL at most.
    pub pool_size: usize,
}

/// A handle to the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    engine: Engine,
    /// Woken after every commit of this process: followers of the event feed look again.
    changed: Arc<Notify>,
}

#[derive(Clone, Debug)]
enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Db {
    /// Opens the database, creating and migrating it as needed.
    pub async fn open(config: &DbConfig) -> Result<Self> {
        let engine = match parse_uri(&config.uri)? {
            Location::Sqlite(path) => Engine::Sqlite(sqlite::Sqlite::open(&path)?),
            Location::Postgres => Engine::Postgres(postgres::Postgres::open(config).await?),
        };
        let db = Self { engine, changed: Arc::new(Notify::new()) };
        place::fill(&db).await?;
        Ok(db)
    }

    /// Which engine, for people.
    pub fn engine_name(&self) -> &'static str {
        match &self.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgresql",
        }
    }

    /// Whether other processes may write to this database, so that waiting for [`Db::changed`] is not enough.
    pub fn has_other_writers(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Runs a short read (a handful of index seeks). On `SQLite` it sees one snapshot.
    pub async fn read<P, T, F>(&self, params: P, job: F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
        P: Send + Sync + 'static,
        T: Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(db) => db.read(&params, &job),
            Engine::Postgres(db) => db.read(&params, &job).await,
        }
    }

    /// Runs a read of one statement: that sees one state by itself, and needs no snapshot opened and closed around it.
    pub async fn read_one<P, T, F>(&self, params: P, job: F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
        P: Send + Sync + 'static,
        T: Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(db) => db.read_one(&params, &job),
            Engine::Postgres(db) => db.read(&params, &job).await,
        }
    }

    /// Runs a read that may take long (a search, a history): on `SQLite` away from the caller's thread.
    pub async fn scan<P, T, F>(&self, params: P, job: F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
        P: Send + Sync + 'static,
        T: Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(db) => db.scan(params, job).await,
            Engine::Postgres(db) => db.read(&params, &job).await,
        }
    }

    /// Runs a write; it is durable when this returns `Ok`, and has left no trace when it returns `Err`.
    /// The closure may run more than once and awaits nothing but the `Tx`.
    pub async fn write<P, T, F>(&self, params: P, job: F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>> + Send + Sync + 'static,
        P: Send + Sync + 'static,
        T: Send + 'static,
    {
        let outcome = match &self.engine {
            Engine::Sqlite(db) => db.write(params, job).await,
            Engine::Postgres(db) => db.write(&params, &job).await,
        };
        if outcome.is_ok() {
            self.changed.notify_waiters();
        }
        outcome
    }

    /// A future that resolves after the next commit of this process; enable it before looking at the state.
    pub fn changed(&self) -> tokio::sync::futures::Notified<'_> {
        self.changed.notified()
    }

    /// Finishes queued writes and closes; later calls fail.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(db) => db.close().await,
            Engine::Postgres(db) => db.close(),
        }
    }
}

enum Location {
    Sqlite(std::path::PathBuf),
    Postgres,
}

fn parse_uri(uri: &str) -> Result<Location> {
    if let Some(path) = uri.strip_prefix("sqlite:///") {
        if path.is_empty() {
            return Err(Error::invalid(
                "The database URI 'sqlite:///' names no file; write sqlite:///greenroom.db.",
            ));
        }
        return Ok(Location::Sqlite(path.into()));
    }
    let scheme = uri.split_once("://").map(|(scheme, _)| scheme);
    if matches!(scheme, Some("postgresql" | "postgres" | "postgresql+psycopg2" | "postgresql+psycopg")) {
        return Ok(Location::Postgres);
    }
    // The URI may hold a password: only its scheme is repeated.
    Err(Error::invalid(format!(
        "The database URI starts with '{}', which is not supported. Use sqlite:///path/to/file.db or postgresql://user@host/database.",
        scheme.map_or_else(|| uri.chars().take(12).collect(), |s| format!("{s}://"))
    )))
}

/// Logs what the caller must not see, and gives what they may.
pub(crate) fn hide(context: &str, cause: &dyn std::fmt::Display) -> Error {
    tracing::error!(error = %cause, "{context}");
    Error::internal("The database could not carry out the request. The server's log has the details.")
}

/// As [`hide`], for a database that is not there right now; clients retry a 503.
pub(crate) fn unavailable(cause: &dyn std::fmt::Display) -> Error {
    tracing::warn!(error = %cause, "database unavailable");
    Error::new(
        greenroom_core::ErrorCode::TemporarilyUnavailable,
        "The database is not available right now. Try again.",
    )
}
