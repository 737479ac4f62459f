//! A transaction's face: run one SQL text, get rows or a count. The same calls on both engines.

use deadpool_postgres::ClientWrapper;
use futures_util::future::{join3, try_join_all};
use greenroom_core::{Error, ErrorCode, Result};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};

use super::{Param, Row, Rows, hide, unavailable};

/// One statement of a batch.
#[derive(Debug)]
pub struct Statement<'a> {
    /// The text, `$1`-style.
    pub sql: &'static str,
    /// What is bound.
    pub params: Vec<Param<'a>>,
}

/// A transaction (or, for reads, a snapshot) on one connection.
#[derive(Debug)]
pub struct Tx<'c> {
    engine: Engine<'c>,
    /// Set when PostgreSQL asked for the whole closure to be run again.
    pub(super) retry: bool,
    /// Set when a statement failed: PostgreSQL then answers COMMIT with a rollback.
    pub(super) failed: bool,
    /// How many statements ran, on `SQLite`.
    pub(super) statements: usize,
}

#[derive(Debug)]
enum Engine<'c> {
    Sqlite(&'c mut rusqlite::Connection),
    Postgres(&'c ClientWrapper),
}

impl<'c> Tx<'c> {
    pub(super) fn sqlite(connection: &'c mut rusqlite::Connection) -> Self {
        Self { engine: Engine::Sqlite(connection), retry: false, failed: false, statements: 0 }
    }

    pub(super) fn postgres(client: &'c ClientWrapper) -> Self {
        Self { engine: Engine::Postgres(client), retry: false, failed: false, statements: 0 }
    }

    /// All rows.
    pub async fn all<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                self.statements += 1;
                let mut statement = connection.prepare_cached(sql).map_err(|e| sqlite_error(sql, &e))?;
                sqlite_rows(&mut statement, sql, params, map)
            }
            Engine::Postgres(client) => {
                let outcome = async {
                    let statement = client.prepare_cached(sql).await?;
                    client.query(&statement, &refs(params)).await
                };
                match outcome.await {
                    Ok(rows) => rows.iter().map(|row| map(&Row::Postgres(row))).collect(),
                    Err(e) => Err(self.postgres_error(sql, &e)),
                }
            }
        }
    }

    /// All rows of a text whose shape varies: planned with its values, not kept.
    pub async fn search<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        tracing::trace!(?params, "search: {sql}");
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                self.statements += 1;
                let mut statement = connection.prepare(sql).map_err(|e| sqlite_error(sql, &e))?;
                sqlite_rows(&mut statement, sql, params, map)
            }
            Engine::Postgres(client) => match client.query_typed(sql, &typed(params)).await {
                Ok(rows) => rows.iter().map(|row| map(&Row::Postgres(row))).collect(),
                Err(e) => Err(self.postgres_error(sql, &e)),
            },
        }
    }

    /// As [`Tx::search`], for rows that an index holds in the order asked for, or nearly. PostgreSQL decides by what it
    /// expects whether to walk that index or to sort everything, and without statistics it expects a dozen rows where
    /// there are a hundred thousand: for this statement it is kept from sorting.
    pub async fn walk<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let Engine::Postgres(client) = &self.engine else { return self.search(sql, params, map).await };
        tracing::trace!(?params, "walk: {sql}");
        let typed = typed(params);
        // Sent in this order without waiting in between, and all of it even if nobody waits for the answers.
        let answers = join3(
            client.batch_execute("SET enable_sort = off"),
            client.query_typed(sql, &typed),
            client.batch_execute("RESET enable_sort"),
        );
        let outcome = match answers.await {
            (Ok(()), Ok(rows), Ok(())) => Ok(rows),
            (_, Err(e), _) | (Err(e), ..) | (.., Err(e)) => Err(e),
        };
        match outcome {
            Ok(rows) => rows.iter().map(|row| map(&Row::Postgres(row))).collect(),
            Err(e) => Err(self.postgres_error(sql, &e)),
        }
    }

    /// The first row, if there is one.
    pub async fn opt<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.all(sql, params, map).await?.into_iter().next())
    }

    /// As [`Tx::opt`], and nobody else can change the row until this transaction ends.
    pub async fn opt_locked<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        match &self.engine {
            Engine::Sqlite(_) => self.opt(sql, params, map).await,
            Engine::Postgres(_) => self.opt(&format!("{sql} FOR UPDATE"), params, map).await,
        }
    }

    /// As [`Tx::opt`], and nobody can change the row until this transaction ends; others may hold it like this too.
    pub async fn opt_shared<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        match &self.engine {
            Engine::Sqlite(_) => self.opt(sql, params, map).await,
            Engine::Postgres(_) => self.opt(&format!("{sql} FOR SHARE"), params, map).await,
        }
    }

    /// Changes rows; how many.
    pub async fn exec(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                self.statements += 1;
                debug_assert_ascending(sql);
                let mut statement = connection.prepare_cached(sql).map_err(|e| sqlite_error(sql, &e))?;
                let changed = statement
                    .execute(rusqlite::params_from_iter(params))
                    .map_err(|e| sqlite_error(sql, &e))?;
                Ok(changed as u64)
            }
            Engine::Postgres(client) => {
                let outcome = async {
                    let statement = client.prepare_cached(sql).await?;
                    client.execute(&statement, &refs(params)).await
                };
                match outcome.await {
                    Ok(changed) => Ok(changed),
                    Err(e) => Err(self.postgres_error(sql, &e)),
                }
            }
        }
    }

    /// Runs statements in order, in one round trip on PostgreSQL.
    pub async fn batch(&mut self, statements: &[Statement<'_>]) -> Result<()> {
        if let Engine::Postgres(client) = &self.engine {
            let outcome = async {
                // Prepared one after the other (each is cached after its first use) ...
                let mut prepared = Vec::with_capacity(statements.len());
                for statement in statements {
                    prepared.push((client.prepare_cached(statement.sql).await?, refs(&statement.params)));
                }
                // ... and executed without waiting in between: the server keeps the order.
                try_join_all(prepared.iter().map(|(statement, params)| client.execute(statement, params)))
                    .await
            };
            return match outcome.await {
                Ok(_) => Ok(()),
                Err(e) => Err(self.postgres_error(statements.first().map_or("", |s| s.sql), &e)),
            };
        }
        for statement in statements {
            self.exec(statement.sql, &statement.params).await?;
        }
        Ok(())
    }

    /// Adds many rows, `values` row after row, in few statements and one round trip on PostgreSQL.
    pub async fn insert(&mut self, rows: Rows, values: &[Param<'_>]) -> Result<()> {
        let pieces = rows.pieces(values);
        if let Engine::Postgres(client) = &self.engine {
            let outcome = async {
                let mut prepared = Vec::with_capacity(pieces.len());
                for (sql, values) in &pieces {
                    prepared.push((client.prepare_cached(sql).await?, refs(values)));
                }
                try_join_all(prepared.iter().map(|(statement, values)| client.execute(statement, values)))
                    .await
            };
            return match outcome.await {
                Ok(_) => Ok(()),
                Err(e) => Err(self.postgres_error(rows.before, &e)),
            };
        }
        for (sql, values) in &pieces {
            self.exec(sql, values).await?;
        }
        Ok(())
    }

    /// As [`Tx::insert`], for a text that returns a row for each.
    pub async fn insert_returning<T>(
        &mut self,
        rows: Rows,
        values: &[Param<'_>],
        map: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut returned = Vec::with_capacity(values.len() / rows.columns);
        for (sql, values) in rows.pieces(values) {
            returned.extend(self.all(&sql, values, map).await?);
        }
        Ok(returned)
    }

    /// Keeps every other writer out until this transaction ends; waits for those at work.
    pub async fn lock_registry(&mut self) -> Result<()> {
        if let Engine::Postgres(client) = &self.engine
            && let Err(e) = client.batch_execute("LOCK TABLE registered_models IN EXCLUSIVE MODE").await
        {
            return Err(self.postgres_error("LOCK TABLE", &e));
        }
        Ok(())
    }

    /// A condition that holds for events whose place in the feed is settled: no transaction that is still
    /// open can come before them.
    pub fn settled(&self) -> &'static str {
        match &self.engine {
            // One writer: what is visible is settled.
            Engine::Sqlite(_) => "TRUE",
            Engine::Postgres(_) => "commit_order < event_horizon()",
        }
    }

    fn postgres_error(&mut self, sql: &str, error: &tokio_postgres::Error) -> Error {
        self.failed = true;
        match error.code() {
            Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => {
                self.retry = true;
                unavailable(error)
            }
            Some(&SqlState::UNIQUE_VIOLATION) => Error::already_exists("The name is already taken."),
            Some(
                &SqlState::ADMIN_SHUTDOWN
                | &SqlState::CRASH_SHUTDOWN
                | &SqlState::CANNOT_CONNECT_NOW
                | &SqlState::READ_ONLY_SQL_TRANSACTION
                | &SqlState::TOO_MANY_CONNECTIONS,
            ) => unavailable(error),
            None if error.is_closed() => unavailable(error),
            _ => hide(&format!("statement failed: {sql}"), &Causes(error)),
        }
    }
}

/// An error with what caused it, on one line, for the log.
pub(super) struct Causes<'a>(pub(super) &'a dyn std::error::Error);

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

fn refs<'a>(params: &'a [Param<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|p| p as &(dyn ToSql + Sync)).collect()
}

fn typed<'a>(params: &'a [Param<'_>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params.iter().map(|p| (p as &(dyn ToSql + Sync), p.pg_type())).collect()
}

/// `SQLite` numbers `$n` by first use: a text serves both engines only if first uses ascend.
fn debug_assert_ascending(sql: &str) {
    if cfg!(debug_assertions) {
        let mut highest = 0;
        for piece in sql.split('$').skip(1) {
            let digits: String = piece.chars().take_while(char::is_ascii_digit).collect();
            if let Ok(number) = digits.parse::<usize>() {
                assert!(number <= highest + 1, "${number} comes before ${} in: {sql}", highest + 1);
                highest = highest.max(number);
            }
        }
    }
}

fn sqlite_rows<T>(
    statement: &mut rusqlite::Statement<'_>,
    sql: &str,
    params: &[Param<'_>],
    map: fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    debug_assert_ascending(sql);
    let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(|e| sqlite_error(sql, &e))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next().map_err(|e| sqlite_error(sql, &e))? {
        out.push(map(&Row::Sqlite(row))?);
    }
    Ok(out)
}

pub(super) fn sqlite_error(sql: &str, error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(Code::ConstraintViolation) if error.to_string().contains("UNIQUE") => {
            Error::already_exists("The name is already taken.")
        }
        Some(Code::DatabaseBusy | Code::DatabaseLocked | Code::DiskFull | Code::ReadOnly) => {
            tracing::error!(%error, "statement failed: {sql}");
            Error::new(
                ErrorCode::TemporarilyUnavailable,
                "The database cannot be written right now. The server's log has the details.",
            )
        }
        _ => hide(&format!("statement failed: {sql}"), error),
    }
}
