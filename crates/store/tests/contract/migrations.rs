//! Opening a database: it is created, migrated, shared, and refused when a newer program wrote it.

use std::sync::Arc;

use greenroom_store::Db;

use crate::harness::{Database, Engine, Outcome, contract, refusal};

contract!(
    opening_twice_changes_nothing,
    two_processes_may_open_an_empty_database_at_once,
    a_newer_schema_is_refused_and_left_alone,
);

async fn opening_twice_changes_nothing(database: Arc<Database>) -> Outcome {
    let first = database.open().await;
    first.close().await;
    database
        .sql("INSERT INTO stage_definitions (revision, document, applied_by, applied_at) VALUES (1, 'd', '', 0)")
        .await;

    let second = database.open().await;
    second.close().await;

    assert_eq!(database.number("SELECT COUNT(*) FROM registry").await, 1);
    assert_eq!(database.number("SELECT COUNT(*) FROM stage_definitions").await, 1);
    Ok(())
}

async fn two_processes_may_open_an_empty_database_at_once(database: Arc<Database>) -> Outcome {
    let config = database.config();
    let opened =
        futures_util::future::try_join_all((0..4).map(|_| on_a_thread_of_its_own(config.clone()))).await?;
    for db in opened {
        db.close().await;
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM registry").await, 1);
    Ok(())
}

async fn on_a_thread_of_its_own(config: greenroom_store::DbConfig) -> greenroom_core::Result<Db> {
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move { Db::open(&config).await });
    tasks.join_next().await.expect("one task").expect("no panic")
}

async fn a_newer_schema_is_refused_and_left_alone(database: Arc<Database>) -> Outcome {
    database.open().await.close().await;
    let (from_the_future, version) = match database.engine {
        Engine::Sqlite => ("PRAGMA user_version = 99", "PRAGMA user_version"),
        Engine::Postgres => (
            "INSERT INTO greenroom_schema (version) VALUES (99)",
            "SELECT MAX(version) FROM greenroom_schema",
        ),
    };
    database.sql(from_the_future).await;

    let message = refusal(Db::open(&database.config()).await);

    assert!(
        message.contains("The database has schema version 99, this program knows ")
            && message.ends_with(". Start the newer program that wrote it."),
        "{message}"
    );
    assert_eq!(database.number(version).await, 99);
    Ok(())
}
