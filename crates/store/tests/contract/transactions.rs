//! Writes: all or nothing, each for itself even when many share a commit, and a panic in one harms no other.

use std::sync::Arc;

use futures_util::FutureExt;
use greenroom_core::{Error, Result};
use greenroom_store::{Db, Tx};
use tokio::task::JoinSet;

use crate::harness::{Database, Engine, Outcome, contract, refusal};
use crate::listener::Listener;

contract!(
    a_write_that_fails_leaves_no_trace,
    a_write_that_fails_takes_none_of_its_neighbours_with_it,
    a_panic_in_a_write_harms_no_other,
    a_failed_statement_cannot_be_committed_over,
    a_statement_that_breaks_a_rule_tells_no_sql,
    a_caller_who_goes_away_leaves_a_whole_write_or_none,
    a_batch_keeps_its_order,
    a_closed_database_says_so,
);

const ADD: &str =
    "INSERT INTO stage_definitions (revision, document, applied_by, applied_at) VALUES ($1, $2, $3, $4)";
const COUNT: &str = "SELECT COUNT(*) FROM stage_definitions";

async fn add(tx: &mut Tx<'_>, number: i64) -> Result<()> {
    tx.exec(ADD, &[number.into(), "d".into(), "".into(), 0.into()]).await.map(|_| ())
}

async fn count(db: &Db) -> Result<i64> {
    let found = db.read((), |tx, ()| async move { tx.opt(COUNT, &[], |row| row.get(0)).await }.boxed()).await;
    found.map(Option::unwrap_or_default)
}

async fn a_write_that_fails_leaves_no_trace(database: Arc<Database>) -> Outcome {
    let db = database.open().await;

    let outcome: Result<()> = db
        .write((), |tx, ()| {
            async move {
                add(tx, 1).await?;
                add(tx, 2).await?;
                Err(Error::conflict("changed my mind"))
            }
            .boxed()
        })
        .await;

    assert_eq!(refusal(outcome), "RESOURCE_CONFLICT: changed my mind");
    assert_eq!(count(&db).await?, 0);
    db.close().await;
    Ok(())
}

async fn a_write_that_fails_takes_none_of_its_neighbours_with_it(database: Arc<Database>) -> Outcome {
    let db = database.open().await;

    let mut writes = JoinSet::new();
    for number in 0..60 {
        let db = db.clone();
        writes.spawn(async move {
            db.write(number, |tx, number| {
                let number = *number;
                async move {
                    add(tx, number).await?;
                    if number % 3 == 0 { Err(Error::conflict("refused")) } else { Ok(number) }
                }
                .boxed()
            })
            .await
        });
    }
    let kept = writes.join_all().await.into_iter().flatten().count();

    assert_eq!(kept, 40);
    assert_eq!(count(&db).await?, 40);
    db.close().await;
    Ok(())
}

async fn a_panic_in_a_write_harms_no_other(database: Arc<Database>) -> Outcome {
    let db = database.open().await;

    let panicking = {
        let db = db.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            db.write((), |tx, ()| {
                async move {
                    add(tx, 1).await?;
                    assert_eq!(std::hint::black_box(1), 2, "a panic on purpose");
                    add(tx, 2).await
                }
                .boxed()
            })
            .await
        });
        task.join_next().await.expect("one task")
    };

    match database.engine {
        // The writer thread catches it: the caller gets an answer.
        Engine::Sqlite => {
            let message = refusal(panicking.expect("the caller does not panic"));
            assert!(message.starts_with("INTERNAL_ERROR: "), "{message}");
        }
        // The caller's own task panics; its connection is given up, and PostgreSQL rolls back.
        Engine::Postgres => assert!(panicking.expect_err("the caller panics").is_panic()),
    }
    db.write((), |tx, ()| add(tx, 2).boxed()).await?;
    assert_eq!(count(&db).await?, 1);
    db.close().await;
    Ok(())
}

async fn a_failed_statement_cannot_be_committed_over(database: Arc<Database>) -> Outcome {
    let db = database.open().await;

    let outcome = db
        .write((), |tx, ()| {
            async move {
                add(tx, 1).await?;
                let ignored = add(tx, 1).await;
                assert!(ignored.is_err());
                Ok(())
            }
            .boxed()
        })
        .await;

    // SQLite undoes the statement alone, PostgreSQL the transaction: either way the caller is told what holds.
    assert_eq!(count(&db).await?, i64::from(outcome.is_ok()));
    db.close().await;
    Ok(())
}

async fn a_statement_that_breaks_a_rule_tells_no_sql(database: Arc<Database>) -> Outcome {
    let db = database.open().await;

    let taken = db
        .write((), |tx, ()| {
            async move {
                add(tx, 1).await?;
                add(tx, 1).await
            }
            .boxed()
        })
        .await;
    let nonsense = db
        .write((), |tx, ()| {
            async move { tx.exec("UPDATE no_such_table SET x = 1", &[]).await.map(|_| ()) }.boxed()
        })
        .await;

    assert_eq!(refusal(taken), "RESOURCE_ALREADY_EXISTS: The name is already taken.");
    assert_eq!(
        refusal(nonsense),
        "INTERNAL_ERROR: The database could not carry out the request. The server's log has the details."
    );
    db.close().await;
    Ok(())
}

async fn a_caller_who_goes_away_leaves_a_whole_write_or_none(database: Arc<Database>) -> Outcome {
    let db = database.open().await;

    for number in 0..20 {
        let write = db.write(number, |tx, number| {
            let number = *number;
            async move {
                add(tx, 2 * number).await?;
                add(tx, 2 * number + 1).await
            }
            .boxed()
        });
        let mut write = Box::pin(write);
        // Polled a few times, then dropped in the middle of whatever it was doing.
        for _ in 0..number % 7 {
            if write.as_mut().now_or_never().is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(write);
    }

    db.write((), |tx, ()| add(tx, 1000).boxed()).await?;
    let whole = database.number("SELECT COUNT(*) FROM stage_definitions WHERE revision < 1000").await;
    assert_eq!(whole % 2, 0);
    db.close().await;
    Ok(())
}

async fn a_batch_keeps_its_order(database: Arc<Database>) -> Outcome {
    let db = database.open().await;

    db.write((), |tx, ()| {
        async move {
            add(tx, 1).await?;
            let texts: Vec<String> = (0..200).map(|n| n.to_string()).collect();
            let statements: Vec<_> = texts
                .iter()
                .map(|text| greenroom_store::db::Statement {
                    sql: "UPDATE stage_definitions SET document = document || $1 || ',' WHERE revision = 1",
                    params: vec![text.into()],
                })
                .collect();
            tx.batch(&statements).await
        }
        .boxed()
    })
    .await?;

    let expected: String = (0..200).fold("d".to_owned(), |all, n| format!("{all}{n},"));
    let rows = database.sql("SELECT document FROM stage_definitions").await;
    assert_eq!(rows, [[Some(expected)]]);
    db.close().await;
    Ok(())
}

async fn a_closed_database_says_so(database: Arc<Database>) -> Outcome {
    let db = database.open().await;
    db.write((), |tx, ()| add(tx, 1).boxed()).await?;
    db.close().await;

    let message = refusal(db.write((), |tx, ()| add(tx, 2).boxed()).await);

    assert!(message.starts_with("TEMPORARILY_UNAVAILABLE: "), "{message}");
    Ok(())
}

#[tokio::test]
async fn a_write_that_succeeds_leaves_nothing_in_the_log() {
    let listener = Listener::default();
    let _listening = tracing::subscriber::set_default(listener.clone());
    let database = Database::create(Engine::Sqlite).await;
    let db = database.open().await;
    listener.take();

    db.write((), |tx, ()| add(tx, 1).boxed()).await.expect("a write");

    let heard = listener.take();
    assert!(heard.is_empty(), "{heard:?}");
    db.close().await;
}

/// Else whoever waited for a lock would not see what the one before wrote.
#[tokio::test]
async fn writes_see_what_is_committed_whatever_the_cluster_is_set_to() {
    let database = Database::create(Engine::Postgres).await;
    let name = database.uri.rsplit_once('/').expect("a database").1.to_owned();
    database
        .sql(&format!("ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'"))
        .await;
    let db = database.open().await;

    let level = db.write((), |tx, ()| {
        async move {
            tx.opt("SELECT current_setting('transaction_isolation')", &[], |row| row.get::<String>(0)).await
        }
        .boxed()
    });

    assert_eq!(level.await.expect("a write").as_deref(), Some("read committed"));
    db.close().await;
    database.dispose().await;
}
