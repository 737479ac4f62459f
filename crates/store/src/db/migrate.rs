//! Brings a database to the newest schema when it is opened, under a lock: several processes may start at once.
//! Migrations are plain SQL, append-only, the same names for both engines.

use greenroom_core::{Error, Result};
use rusqlite::Connection;

use super::hide;
use super::tx::sqlite_error;

struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($name:literal) => {
        Migration {
            name: $name,
            sqlite: include_str!(concat!("../../../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../../../migrations/postgres/", $name, ".sql")),
        }
    };
}

const MIGRATIONS: &[Migration] = &[
    migration!("0001_registry"),
    migration!("0002_tracking"),
    migration!("0003_search_indexes"),
    migration!("0004_version_storage"),
    migration!("0005_version_digest"),
    migration!("0006_garbage"),
    migration!("0007_places"),
    migration!("0008_run_entries"),
    migration!("0009_logged_model_metrics"),
];

/// An arbitrary number that stands for "Greenroom migrates" among PostgreSQL's advisory locks.
const LOCK: i64 = 0x67_72_65_65_6e;

pub(super) fn sqlite(connection: &mut Connection) -> Result<()> {
    let applied = |connection: &Connection| -> rusqlite::Result<i64> {
        connection.query_row("PRAGMA user_version", [], |row| row.get(0))
    };
    let failed = |e: rusqlite::Error| sqlite_error("migration", &e);
    if usize::try_from(applied(connection).map_err(failed)?).is_ok_and(|n| n == MIGRATIONS.len()) {
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive).map_err(failed)?;
    let done = check(applied(&transaction).map_err(failed)?)?;
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        transaction.execute_batch(migration.sqlite).map_err(failed)?;
        transaction.execute_batch(&format!("PRAGMA user_version = {}", index + 1)).map_err(failed)?;
        tracing::info!(migration = migration.name, "migrated");
    }
    transaction.commit().map_err(failed)
}

pub(super) async fn postgres(client: &mut deadpool_postgres::Object) -> Result<()> {
    let failed = |e: tokio_postgres::Error| hide("migration failed", &e);
    let version = client.query_one("SHOW server_version_num", &[]).await.map_err(failed)?;
    let number: i64 = version.get::<_, &str>(0).parse().unwrap_or(0);
    if number < 150_000 {
        return Err(Error::invalid(format!(
            "PostgreSQL 15 or newer is needed, the server is {number} (as server_version_num)."
        )));
    }
    let transaction = client.transaction().await.map_err(failed)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(failed)?;
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS greenroom_schema (version BIGINT NOT NULL)")
        .await
        .map_err(failed)?;
    let row = transaction
        .query_one("SELECT COALESCE(MAX(version), 0) FROM greenroom_schema", &[])
        .await
        .map_err(failed)?;
    let done = check(row.get(0))?;
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        transaction.batch_execute(migration.postgres).await.map_err(failed)?;
        let version = i64::try_from(index + 1).unwrap_or(i64::MAX);
        transaction
            .execute("INSERT INTO greenroom_schema (version) VALUES ($1)", &[&version])
            .await
            .map_err(failed)?;
        tracing::info!(migration = migration.name, "migrated");
    }
    // A dump restored into a new cluster finds transaction numbers below those that its events carry:
    // the offset lifts new events above the old ones, so that cursors stay good.
    transaction.batch_execute("SELECT lift_event_commit_order()").await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

fn check(applied: i64) -> Result<usize> {
    let done = usize::try_from(applied).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        return Err(Error::invalid(format!(
            "The database has schema version {applied}, this program knows {}. Start the newer program that wrote it.",
            MIGRATIONS.len()
        )));
    }
    Ok(done)
}
