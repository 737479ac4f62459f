//! The schema and the writer: opened twice, too new, and a write that goes wrong beside others that do not.

use futures_util::FutureExt;
use futures_util::future::join_all;
use greenroom_core::{Error, ErrorCode};
use greenroom_store::{Db, DbConfig, registered_model};

use crate::support::{World, contract, run_sql};

contract! {
    async fn a_database_opens_again_with_what_it_held(world) {
        world.model_with("m", 2).await;
        let replica = world.replica().await;
        assert_eq!(greenroom_app::registered_model::get(&replica, "m".into()).await.unwrap().latest_versions.len(), 1);
    }

    async fn a_newer_schema_is_refused(world) {
        let newer = if world.cx.db.has_other_writers() { "INSERT INTO greenroom_schema VALUES (99)" } else { "PRAGMA user_version = 99" };
        run_sql(&world.uri, newer).await;
        let refused = Db::open(&DbConfig { uri: world.uri.clone(), pool_size: 2 }).await.unwrap_err();
        assert!(refused.message.contains("schema version 99"), "{}", refused.message);
    }

    async fn a_write_that_fails_leaves_its_neighbours_alone(world) {
        let writes = (0..60).map(|n| {
            let db = world.cx.db.clone();
            async move {
                db.write(n, |tx, n| {
                    async move {
                        let name = format!("m{n}");
                        let sql = "INSERT INTO registered_model_tags (model_id, key, value) VALUES ($1, 'k', 'v')";
                        tx.exec(sql, &[name.as_str().into()]).await?;
                        if n % 3 == 0 { Err(Error::conflict("refused")) } else { Ok(()) }
                    }
                    .boxed()
                })
                .await
            }
        });
        let outcomes = join_all(writes).await;
        let kept = world.cx.db.read((), |tx, ()| tx.all("SELECT model_id FROM registered_model_tags ORDER BY model_id", &[], |row| row.get::<String>(0)).boxed()).await.unwrap();
        assert_eq!((outcomes.iter().filter(|o| o.is_ok()).count(), kept.len()), (40, 40));
        assert!(!kept.contains(&"m0".to_owned()) && kept.contains(&"m1".to_owned()));
    }

    async fn a_name_taken_in_the_meantime_says_so(world) {
        world.model("a").await;
        let clash = world.cx.db.write((), |tx, ()| {
            async move {
                let mut row = registered_model::by_name(tx, "a").await?.unwrap();
                row.model.id = "other".into();
                registered_model::insert(tx, &row).await
            }
            .boxed()
        });
        assert_eq!(clash.await, Ok(false));
    }
}

#[tokio::test]
async fn sqlite_answers_a_panic_and_goes_on() {
    let world = World::sqlite().await;
    let panicked = world.cx.db.write((), |_, ()| async move { panic!("on purpose") }.boxed());
    let outcome: Result<(), Error> = panicked.await;
    assert_eq!(outcome.unwrap_err().code, ErrorCode::Internal);
    world.model("still works").await;
    world.end().await;
}

/// Both migrated databases have the same tables, columns and indexes.
#[tokio::test]
async fn the_dialects_agree_on_the_schema() {
    let (sqlite, postgres) = (World::sqlite().await, World::postgres().await);
    let columns = |world: &World, sql: &'static str| {
        let db = world.cx.db.clone();
        async move { db.read(sql, |tx, sql| tx.all(sql, &[], |row| row.get::<String>(0)).boxed()).await.unwrap() }
    };
    let lite = "SELECT m.name || '.' || p.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY c";
    let pg = "SELECT CAST(table_name || '.' || column_name AS TEXT) COLLATE \"C\" AS c FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'greenroom_schema' ORDER BY c";
    assert_eq!(columns(&sqlite, lite).await, columns(&postgres, pg).await);
    let lite =
        "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%' ORDER BY name";
    let pg = "SELECT CAST(indexname AS TEXT) COLLATE \"C\" AS c FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' ORDER BY c";
    assert_eq!(columns(&sqlite, lite).await, columns(&postgres, pg).await);
    sqlite.end().await;
    postgres.end().await;
}
