//! A search answers the same whichever way its pages are found: page by page, where walks give up and indexes are
//! asked for more, as in one page that holds everything.

use std::sync::Arc;

use futures_util::FutureExt;
use greenroom_core::search::{Target, parse_filter, parse_order_by};
use greenroom_store::Db;
use greenroom_store::model_version_search::{self, VersionSearch};
use greenroom_store::registered_model_search::{self, ModelSearch};

use crate::harness::{Database, Outcome, contract};
use crate::search_plans::fill;

contract!(pages_of_versions_add_up_to_the_whole, pages_of_models_add_up_to_the_whole);

/// More than there is.
const ALL: i64 = 20_000;
/// A page for which `few` and `looks` are small beside the registry.
const PAGE: i64 = 7;

async fn versions(db: &Db, filter: &str, order: &[&str], limit: i64) -> Vec<(String, i64)> {
    let order: Vec<String> = order.iter().map(|&key| key.to_owned()).collect();
    let mut search = VersionSearch {
        filter: parse_filter(Target::ModelVersions, Some(filter)).expect("a valid filter"),
        order: parse_order_by(Target::ModelVersions, &order).expect("a valid order"),
        limit,
        token: None,
    };
    let mut found = Vec::new();
    loop {
        let page = db.read(search.clone(), |tx, search| model_version_search::run(tx, search).boxed()).await;
        let (rows, token) = page.expect("a page");
        found.extend(rows.into_iter().map(|v| (v.name, v.version)));
        search.token = token;
        // Fifty rows are enough to see.
        if search.token.is_none() || found.len() > 50 {
            return found;
        }
    }
}

async fn pages_of_versions_add_up_to_the_whole(database: Arc<Database>) -> Outcome {
    database.open().await.close().await;
    fill(&database).await;
    // Many rows, all of them at the far end of the default order; and a value longer than its index entry.
    for sql in [
        "INSERT INTO model_version_tags SELECT model_id, version, 'era', 'old' FROM model_versions WHERE updated_at < 3000",
        "INSERT INTO model_version_tags SELECT model_id, version, 'note',
             substr('0123456789012345678901234567890123456789012345678901234567890123456789', 1, 68) || CAST(version AS TEXT)
         FROM model_versions WHERE version < 4",
    ] {
        database.sql(sql).await;
    }
    let db = database.open().await;

    let note = "01234567890123456789012345678901234567890123456789012345678901234567";
    for (filter, count) in [
        ("tags.era = 'old'", 3000),
        ("tags.era != 'old'", 0),
        ("tags.era LIKE 'o%'", 3000),
        ("tags.era = 'old' AND tags.owner = 'team-3'", 600),
        ("tags.canary = 'yes' AND tags.era = 'old'", 2),
        ("tags.owner = 'team-3' AND version_number > 8", 1000),
        ("tags.owner ILIKE 'TEAM-4' AND name ILIKE '%99%'", 38),
        (&format!("tags.note = '{note}2'"), 1000),
        (&format!("tags.note LIKE '{note}_' AND run_id = ''"), 3000),
        (&format!("tags.note = '{note}'"), 0),
        ("name = 'model-1005' AND tags.era = 'old'", 10),
        ("name LIKE 'model-10%' AND tags.era = 'old'", 1000),
        ("name IN ('model-1005', 'model-1995', 'nobody')", 20),
        ("run_id = 'r7'", 5),
        ("run_id IN ('', 'r7') AND source_path LIKE 's3://b/77%'", 111),
        ("source_path = 's3://b/77'", 1),
        ("version_number = 3", 1000),
    ] {
        for order in [
            &[][..],
            &["name DESC"],
            &["version_number ASC"],
            &["creation_timestamp ASC", "version_number ASC"],
            &["last_updated_timestamp ASC"],
        ] {
            let whole = versions(&db, filter, order, ALL).await;
            assert_eq!(whole.len(), count, "{filter}");
            let pages = versions(&db, filter, order, PAGE).await;
            assert_eq!(pages.as_slice(), &whole[..pages.len()], "{filter} {order:?}");
            assert!(pages.len() == whole.len() || pages.len() > 50, "{filter} {order:?}: {}", pages.len());
        }
    }
    db.close().await;
    Ok(())
}

async fn models(db: &Db, filter: &str, order: &[&str], limit: i64) -> Vec<String> {
    let order: Vec<String> = order.iter().map(|&key| key.to_owned()).collect();
    let mut search = ModelSearch {
        filter: parse_filter(Target::RegisteredModels, Some(filter)).expect("a valid filter"),
        order: parse_order_by(Target::RegisteredModels, &order).expect("a valid order"),
        limit,
        token: None,
    };
    let mut found = Vec::new();
    loop {
        let page =
            db.read(search.clone(), |tx, search| registered_model_search::run(tx, search).boxed()).await;
        let (rows, token) = page.expect("a page");
        found.extend(rows.into_iter().map(|row| row.model.name));
        search.token = token;
        if search.token.is_none() {
            return found;
        }
    }
}

async fn pages_of_models_add_up_to_the_whole(database: Arc<Database>) -> Outcome {
    database.open().await.close().await;
    fill(&database).await;
    database.sql("UPDATE registered_models SET deleted_at = 1 WHERE id = '1003'").await;
    let db = database.open().await;

    for (filter, count) in [
        ("tags.team = '1'", 499),
        ("tags.team = '1' AND name LIKE 'model-199%'", 5),
        ("tags.team LIKE '%'", 999),
        ("name LIKE 'model-1%'", 999),
        ("name ILIKE '%99%'", 19),
        ("name = 'model-1005'", 1),
        ("name = 'model-1003'", 0),
        ("name != 'model-1005'", 998),
    ] {
        for order in [&[][..], &["name DESC"], &["last_updated_timestamp DESC"], &["timestamp ASC"]] {
            let whole = models(&db, filter, order, ALL).await;
            assert_eq!(whole.len(), count, "{filter}");
            assert_eq!(models(&db, filter, order, PAGE).await, whole, "{filter} {order:?}");
        }
    }
    db.close().await;
    Ok(())
}
