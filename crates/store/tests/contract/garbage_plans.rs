//! Removing for good goes through 100,000 runs page by page, and asks who needs each in a few seeks: no statement reads a
//! table whole or sorts more than a page, on either engine.

use std::borrow::Cow;
use std::fmt::Write as _;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use greenroom_core::Result;
use greenroom_core::garbage::Kind;
use greenroom_store::garbage_search::{self, Candidate, Walk};
use greenroom_store::{Db, Param, Tx, garbage, garbage_removal, lineage, model_version_storage};

use crate::harness::{Database, Engine};
use crate::listener::Listener;
use crate::plans::plan;
use crate::search_plans::steps;

type Query = for<'a> fn(&'a mut Tx<'_>) -> BoxFuture<'a, Result<()>>;

macro_rules! query {
    ($tx:ident => $call:expr) => {
        |$tx| async move { $call.await.map(|_| ()) }.boxed()
    };
}

struct Case {
    what: &'static str,
    query: Query,
    params: &'static [Param<'static>],
    sqlite: &'static str,
    postgres: &'static str,
}

const HERE: &str = "s3://b/p/7/r100007/";
const AFTER: &str = "s3://b/p/7/r1000070";

const fn int(value: i64) -> Param<'static> {
    Param::Int(value)
}

const fn text(value: &'static str) -> Param<'static> {
    Param::Text(Cow::Borrowed(value))
}

/// 100,000 runs in 100 experiments, of which every twentieth is deleted, and a logged model for every tenth; 20,000
/// versions, each in a run's folder; some garbage.
async fn fill(database: &Database) {
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)";
    let (id, experiment) = ("'r' || CAST(i + 100000 AS TEXT)", "i % 100");
    let deleted = "CASE WHEN i % 20 = 3 THEN i ELSE NULL END";
    for sql in [
        format!(
            "INSERT INTO experiments (id, name, artifact_location, artifact_place, created_at, updated_at, deleted_at)
             {numbers} SELECT i, CAST(i AS TEXT), '', 's3://b/p/' || CAST(i AS TEXT), 0, 0, CASE WHEN i % 10 = 0 THEN 5 ELSE NULL END
             FROM n WHERE i < 2000"
        ),
        format!(
            "INSERT INTO runs (id, experiment_id, name, user_id, status, started_at, ended_at, artifact_uri, deleted_at)
             {numbers} SELECT {id}, {experiment}, 'n', '', 'FINISHED', i, i, 's3://b/p', {deleted} FROM n"
        ),
        format!(
            "INSERT INTO logged_models (id, experiment_id, name, model_type, source_run_id, status, artifact_uri, created_at,
                 updated_at, deleted_at)
             {numbers} SELECT 'm-' || {id}, {experiment}, 'n', '', {id}, 'READY', 's3://b/p', i, i, {deleted} FROM n WHERE i % 10 = 3"
        ),
        format!(
            "INSERT INTO model_versions (model_id, version, name, stage, stage_since, stage_by, description, source,
                 storage_location, storage_place, run_id, run_link, created_by, created_at, updated_at)
             {numbers} SELECT 'm', i + 1, 'm', 'None', 0, '', '', '', 's3://b/p', 's3://b/p/' || CAST(i % 2000 AS TEXT) || '/' || {id},
             {id}, '', '', i, i FROM n WHERE i < 20000"
        ),
        format!(
            "INSERT INTO garbage (kind, id, path, place)
             {numbers} SELECT 'run', {id}, CAST(i AS TEXT), 's3://b/p/' || CAST(i AS TEXT) FROM n WHERE i < 2000"
        ),
        format!(
            "INSERT INTO run_metrics (run_id, key, value, is_nan, timestamp, step, experiment_id)
             {numbers} SELECT {id}, 'loss', 0.5, FALSE, 0, 0, {experiment} FROM n WHERE i < 20000"
        ),
        "ANALYZE".to_owned(),
    ] {
        database.sql(&sql).await;
    }
}

fn last(kind: Kind, id: &str, place: i64) -> Candidate {
    let location = String::new();
    Candidate { kind, id: id.to_owned(), experiment_id: 3, location, deleted_at: Some(5), place }
}

const CASES: &[Case] = &[
    Case {
        what: "runs that were deleted",
        query: query!(tx => garbage_search::page(tx, Walk::Runs, 70_000, Some(&last(Kind::Run, "r150003", 50_003)), 32)),
        params: &[int(70_000), int(50_003), text("r150003"), int(32)],
        sqlite: "SEARCH r USING INDEX runs_deleted ((deleted_at,id)>(?,?) AND deleted_at<?)",
        postgres: "Index Scan using runs_deleted on runs r",
    },
    Case {
        what: "runs of an experiment",
        query: query!(tx => garbage_search::page(tx, Walk::RunsOf(3), 70_000, Some(&last(Kind::Run, "r150003", 50_003)), 32)),
        params: &[int(3), int(50_003), text("r150003"), int(70_000), int(32)],
        sqlite: "SEARCH r USING INDEX runs_started (experiment_id=? AND started_at<?)",
        postgres: "Index Scan using runs_started on runs r",
    },
    Case {
        what: "logged models that were deleted",
        query: query!(tx => garbage_search::page(tx, Walk::LoggedModels, 70_000, Some(&last(Kind::LoggedModel, "m-r150003", 50_003)), 32)),
        params: &[int(70_000), int(50_003), text("m-r150003"), int(32)],
        sqlite: "SEARCH l USING INDEX logged_models_deleted ((deleted_at,id)>(?,?) AND deleted_at<?)",
        postgres: "Index Scan using logged_models_deleted on logged_models l",
    },
    Case {
        what: "deleted logged models of an experiment",
        query: query!(tx => garbage_search::page(tx, Walk::LoggedModelsOf(3), 70_000, Some(&last(Kind::LoggedModel, "m-r150003", 50_003)), 32)),
        params: &[int(3), int(50_003), text("m-r150003"), int(70_000), int(32)],
        sqlite: "SEARCH l USING INDEX logged_models_created (experiment_id=? AND created_at<?)",
        postgres: "Index Scan using logged_models_created on logged_models l",
    },
    Case {
        what: "other logged models of an experiment",
        query: query!(tx => garbage_search::page(tx, Walk::OtherLoggedModelsOf(3), 70_000, Some(&last(Kind::LoggedModel, "m-r150003", 50_003)), 32)),
        params: &[int(3), int(50_003), text("m-r150003"), int(70_000), int(32)],
        sqlite: "SEARCH l USING INDEX logged_models_created (experiment_id=? AND created_at<?)",
        postgres: "Index Scan using logged_models_created on logged_models l",
    },
    Case {
        what: "experiments that were deleted",
        query: query!(tx => garbage_search::page(tx, Walk::Experiments, 70_000, Some(&last(Kind::Experiment, "700", 700)), 32)),
        params: &[int(70_000), int(700), int(32)],
        sqlite: "SEARCH e USING INDEX sqlite_autoindex_experiments_1 (id>?)",
        postgres: "Index Scan using experiments_pkey on experiments e",
    },
    Case {
        what: "a run in an experiment",
        query: query!(tx => garbage_search::run_in(tx, 3)),
        params: &[int(3)],
        sqlite: "SEARCH r USING COVERING INDEX runs_started (experiment_id=?)",
        postgres: "Index Only Scan using runs_started on runs r",
    },
    Case {
        what: "a run in an experiment that stays",
        query: query!(tx => garbage_search::staying_run_in(tx, 3, 70_000)),
        params: &[int(3), int(70_000)],
        sqlite: "SEARCH r USING COVERING INDEX runs_started (experiment_id=?)",
        postgres: "Index Only Scan using runs_started on runs r",
    },
    Case {
        what: "a logged model in an experiment",
        query: query!(tx => garbage_search::logged_model_in(tx, 3)),
        params: &[int(3)],
        sqlite: "SEARCH l USING COVERING INDEX logged_models_created (experiment_id=?)",
        postgres: "Index Only Scan using logged_models_created on logged_models l",
    },
    Case {
        what: "an experiment at a place",
        query: query!(tx => garbage_search::experiment_at(tx, "s3://b/p/7")),
        params: &[text(HERE), text(HERE)],
        sqlite: "SEARCH e USING INDEX experiments_place (<expr>=?) | USE TEMP B-TREE FOR ORDER BY",
        postgres: "Sort | Index Scan using experiments_place on experiments e",
    },
    Case {
        what: "an experiment below a place",
        query: query!(tx => garbage_search::experiment_below(tx, "s3://b/p/7/r")),
        params: &[text(HERE), text(AFTER), text(HERE), text(AFTER)],
        sqlite: "SEARCH e USING INDEX experiments_place (<expr>>? AND <expr><?) | USE TEMP B-TREE FOR LAST TERM OF ORDER BY",
        postgres: "Sort | Index Scan using experiments_place on experiments e",
    },
    Case {
        what: "who holds what is at or around a place",
        query: query!(tx => model_version_storage::at(tx, &["s3://b", "s3://b/p", "s3://b/p/7", "s3://b/p/7/r100007"])),
        params: &[const { text(HERE) }; 16],
        sqlite: "SEARCH v USING INDEX model_versions_storage (<expr>=?) | USE TEMP B-TREE FOR GROUP BY",
        postgres: "Sort | Index Scan using model_versions_storage on model_versions v",
    },
    Case {
        what: "who holds what is below a place",
        query: query!(tx => model_version_storage::below(tx, "s3://b/p/7/r100007")),
        params: &[text(HERE), text(AFTER), text(HERE), text(AFTER)],
        sqlite: "SEARCH v USING INDEX model_versions_storage (<expr>>? AND <expr><?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
        postgres: "Sort | Index Scan using model_versions_storage on model_versions v",
    },
    Case {
        what: "which version comes from a run",
        query: query!(tx => lineage::versions_of_run(tx, "r100007", 1)),
        params: &[text("r100007"), int(1)],
        sqlite: "SEARCH model_versions USING INDEX model_versions_run (run_id=?) | USE TEMP B-TREE FOR ORDER BY",
        postgres: "Sort | Index Scan using model_versions_run on model_versions",
    },
    Case {
        what: "what is condemned at, in or around a place",
        query: query!(tx => garbage::touching(tx, "s3://b/p/7/r100007/artifacts/model")),
        params: &[const { text(HERE) }; 10],
        sqlite: "SEARCH garbage USING INDEX garbage_place (place=?) | SEARCH garbage USING INDEX garbage_place (place>? AND place<?) | USE TEMP B-TREE FOR ORDER BY",
        postgres: "Incremental Sort | Index Scan using garbage_place on garbage",
    },
    Case {
        what: "what is condemned behind the artifact proxy",
        query: query!(tx => garbage::touching(tx, "mlflow-artifacts:/7/r100007/artifacts/model")),
        params: &[const { text(HERE) }; 10],
        sqlite: "SEARCH garbage USING INDEX garbage_path (path=?) | SEARCH garbage USING INDEX garbage_path (path>? AND path<?) | USE TEMP B-TREE FOR ORDER BY",
        postgres: "Incremental Sort | Index Scan using garbage_path on garbage",
    },
    Case {
        what: "what is left",
        query: query!(tx => garbage::left(tx, None, 32)),
        params: &[text(""), text(""), int(32)],
        sqlite: "SEARCH garbage USING PRIMARY KEY ((kind,id)>(?,?))",
        postgres: "Index Scan using garbage_pkey on garbage",
    },
    Case {
        what: "metrics of runs that go",
        query: query!(tx => garbage_removal::clear(tx, Kind::Run, &["r100001", "r100002"], 100)),
        params: &[
            text("r100001"),
            text("r100002"),
            text("r100002"),
            text("r100002"),
            text("r100002"),
            text("r100002"),
            text("r100002"),
            text("r100002"),
            int(1000),
        ],
        sqlite: "SEARCH run_metrics USING COVERING INDEX run_metrics_run (run_id=?)",
        postgres: "Index Scan using run_metrics_run on run_metrics",
    },
];

/// The texts are private to the store: it logs the one that failed, so each is run once where its tables are gone.
async fn overhear(gone: &Db, listener: &Listener, query: Query) -> String {
    listener.take();
    gone.read((), move |tx, ()| query(tx)).await.expect_err("the tables are gone");
    let heard = listener.take();
    let told = heard.iter().find_map(|one| one.message.strip_prefix("statement failed: "));
    told.unwrap_or_else(|| panic!("no statement in {heard:?}")).to_owned()
}

async fn check(engine: Engine) {
    let listener = Listener::default();
    let _listening = tracing::subscriber::set_default(listener.clone());
    let broken = Database::create(Engine::Sqlite).await;
    let gone = broken.open().await;
    for row in
        broken.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").await
    {
        broken.sql(&format!("DROP TABLE {}", row[0].as_deref().expect("a name"))).await;
    }
    let database = Database::create(engine).await;
    database.open().await.close().await;
    fill(&database).await;
    let db = database.open().await;

    let mut changed = String::new();
    for Case { what, query, params, sqlite, postgres } in CASES {
        let text = overhear(&gone, &listener, *query).await;
        let (way, expected) = match engine {
            Engine::Sqlite => (plan(&db, &text).await, sqlite),
            Engine::Postgres => (steps(&db, &text, params.to_vec()).await, postgres),
        };
        if way != *expected {
            writeln!(changed, "{what}: {way}").expect("a string takes everything");
        }
    }
    db.close().await;
    gone.close().await;
    database.dispose().await;
    assert!(changed.is_empty(), "plans that changed:\n{changed}");
}

#[tokio::test]
async fn sqlite_seeks_what_goes_and_who_needs_it() {
    check(Engine::Sqlite).await;
}

#[tokio::test]
async fn postgres_seeks_what_goes_and_who_needs_it() {
    check(Engine::Postgres).await;
}
