//! Opening a database: it is created, migrated, shared, and refused when a newer program wrote it.

use std::sync::Arc;

use greenroom_store::Db;

use crate::harness::{Database, Engine, Outcome, contract, refusal};

contract!(
    opening_twice_changes_nothing,
    two_processes_may_open_an_empty_database_at_once,
    a_newer_schema_is_refused_and_left_alone,
    places_that_are_missing_are_filled_in,
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

/// More than a page of them: as a program of before left them, or somebody who writes SQL.
async fn places_that_are_missing_are_filled_in(database: Arc<Database>) -> Outcome {
    database.open().await.close().await;
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)";
    for sql in [
        format!(
            "INSERT INTO model_versions (model_id, version, name, stage, stage_since, stage_by, source, storage_location,
                 created_by, created_at, updated_at)
             {numbers} SELECT 'm', i, 'm', 'None', 0, '', '', 's3a://b/%61/' || CAST(i AS TEXT) || '/', '', 0, 0 FROM n"
        ),
        "INSERT INTO model_versions (model_id, version, name, stage, stage_since, stage_by, source, storage_location,
             created_by, created_at, updated_at)
         VALUES ('x', 1, 'x', 'None', 0, '', '', 'mlflow-artifacts:///%31/r', '', 0, 0), ('x', 2, 'x', 'None', 0, '', '', '', '', 0, 0)"
            .to_owned(),
        "INSERT INTO experiments (id, name, artifact_location, created_at, updated_at) VALUES (7, 'e', 'file:///data/7', 0, 0)"
            .to_owned(),
    ] {
        database.sql(&sql).await;
    }

    database.open().await.close().await;

    let filled = "SELECT COUNT(*) FROM model_versions
         WHERE model_id = 'm' AND storage_place = 's3://b/%61/' || CAST(version AS TEXT)";
    assert_eq!(database.number(filled).await, 1200);
    let text = |place: &str| vec![Some(place.to_owned())];
    assert_eq!(
        database.sql("SELECT storage_place FROM model_versions WHERE model_id = 'x' ORDER BY version").await,
        [text("mlflow-artifacts:/1/r"), text("/")]
    );
    assert_eq!(database.sql("SELECT artifact_place FROM experiments").await, [text("/data/7")]);
    Ok(())
}
