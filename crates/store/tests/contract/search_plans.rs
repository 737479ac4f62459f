//! Searches stay on the right side, with statistics and without: what few rows meet is collected from its index,
//! what many rows meet is found on the way along the order, and no engine reads a table whole or sorts it.

use std::fmt::Write as _;

use futures_util::FutureExt;
use greenroom_store::model_version_search::{self, VersionSearch};
use greenroom_store::registered_model_search::{self, ModelSearch};
use greenroom_store::{Db, Param};

use crate::harness::{Database, Engine};
use crate::listener::{Heard, Listener};
use crate::plans::{models, plan, versions};

enum Search {
    Versions(VersionSearch),
    Models(ModelSearch),
}

/// How an engine goes about one statement: index by index, and where it sorts.
type Ways = &'static [&'static str];

struct Case {
    what: &'static str,
    search: Search,
    found: usize,
    sqlite: Ways,
    postgres: Ways,
}

/// 1,000 models of ten versions. Every fifth version is team 3's, five are canaries, five are of run `r7` and all
/// others of none; every second model is team 1's.
pub(crate) async fn fill(database: &Database) {
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)";
    let model = "CAST(i / 10 + 1000 AS TEXT)";
    for sql in [
        format!(
            "INSERT INTO registered_models {numbers} SELECT {model}, 'model-' || {model}, '', '', 0, i % 50, FALSE, FALSE, 10,
             NULL, 0, '', 0 FROM n WHERE i % 10 = 0"
        ),
        format!(
            "INSERT INTO registered_model_tags {numbers} SELECT {model}, 'team', CAST(i / 10 % 2 AS TEXT) FROM n WHERE i % 10 = 0"
        ),
        format!(
            "INSERT INTO model_versions {numbers} SELECT {model}, i % 10 + 1, 'model-' || {model},
             CASE WHEN i % 9 = 0 THEN 'Production' ELSE 'None' END, 0, '', '', 's3://b/' || CAST(i AS TEXT), 's3://b/p',
             CASE WHEN i % 2000 = 7 THEN 'r7' ELSE '' END, '', NULL, '', i, i, 's3://b/p' FROM n"
        ),
        format!(
            "INSERT INTO model_version_tags {numbers} SELECT {model}, i % 10 + 1, 'owner', 'team-' || CAST(i % 5 AS TEXT) FROM n"
        ),
        format!(
            "INSERT INTO model_version_tags {numbers} SELECT {model}, i % 10 + 1, 'canary', 'yes' FROM n WHERE i % 2000 = 0"
        ),
    ] {
        database.sql(&sql).await;
    }
}

fn cases() -> Vec<Case> {
    let version = |filter| Search::Versions(versions(filter, &[], None));
    vec![
        Case {
            what: "no filter",
            search: version(None),
            found: 100,
            sqlite: &[
                "SCAN v USING INDEX model_versions_updated | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?)",
            ],
            postgres: &[
                "Index Scan using model_versions_updated on model_versions v | Index Scan using registered_models_pkey on registered_models m",
            ],
        },
        Case {
            what: "a rare tag",
            search: version(Some("tags.canary = 'yes'")),
            found: 5,
            sqlite: &[
                "SEARCH t USING COVERING INDEX model_version_tags_value (key=? AND <expr>=?) | SCAN entries",
                "SEARCH t USING COVERING INDEX model_version_tags_value (key=? AND <expr>=?) | SCAN h | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SCAN v | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Scan using model_version_tags_value on model_version_tags t",
                "Index Scan using model_version_tags_value on model_version_tags t | CTE Scan on hits h | Index Scan using model_versions_pkey on model_versions v_1 | Sort | CTE Scan on v | Index Scan using registered_models_pkey on registered_models m",
            ],
        },
        Case {
            what: "a common tag",
            search: version(Some("tags.owner = 'team-3'")),
            found: 100,
            sqlite: &[
                "SEARCH t USING COVERING INDEX model_version_tags_value (key=? AND <expr>=?) | SCAN entries",
                "SCAN v USING COVERING INDEX model_versions_updated",
                "SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SEARCH v USING COVERING INDEX model_versions_updated (updated_at>?) | SEARCH t USING PRIMARY KEY (model_id=? AND version=?) | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Scan using model_version_tags_value on model_version_tags t",
                "Index Only Scan using model_versions_updated on model_versions v",
                "Sort | Index Scan using model_versions_updated on model_versions v_1 | Index Scan using registered_models_pkey on registered_models m | Index Scan using model_version_tags_pkey on model_version_tags t | Index Scan using model_versions_pkey on model_versions v",
            ],
        },
        Case {
            what: "a common tag and a rare one",
            search: version(Some("tags.owner = 'team-0' AND tags.canary = 'yes'")),
            found: 5,
            sqlite: &[
                "SEARCH t USING COVERING INDEX model_version_tags_value (key=? AND <expr>=?) | SCAN entries",
                "SEARCH t USING COVERING INDEX model_version_tags_value (key=? AND <expr>=?) | SCAN entries",
                "SEARCH t USING COVERING INDEX model_version_tags_value (key=? AND <expr>=?) | SCAN h | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SCAN v | SEARCH t USING PRIMARY KEY (model_id=? AND version=?) | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Scan using model_version_tags_value on model_version_tags t",
                "Index Scan using model_version_tags_value on model_version_tags t",
                "Index Scan using model_version_tags_value on model_version_tags t | CTE Scan on hits h | Index Scan using model_versions_pkey on model_versions v_1 | Sort | CTE Scan on v | Index Scan using registered_models_pkey on registered_models m | Index Scan using model_version_tags_pkey on model_version_tags t_1",
            ],
        },
        Case {
            what: "a tag within a model",
            search: version(Some("name = 'model-1005' AND tags.owner = 'team-3'")),
            found: 2,
            sqlite: &[
                "SEARCH t USING COVERING INDEX model_version_tags_value (key=? AND <expr>=?) | SCAN entries",
                "SEARCH v USING COVERING INDEX model_versions_name_updated (name=?)",
                "SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SEARCH v USING COVERING INDEX model_versions_name_updated (name=?) | SEARCH t USING PRIMARY KEY (model_id=? AND version=?) | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Scan using model_version_tags_value on model_version_tags t",
                "Index Only Scan Backward using model_versions_name_updated on model_versions v",
                "Sort | Index Scan Backward using model_versions_name_updated on model_versions v_1 | Index Scan using registered_models_pkey on registered_models m | Index Scan using model_version_tags_pkey on model_version_tags t | Index Scan using model_versions_pkey on model_versions v",
            ],
        },
        Case {
            what: "a run",
            search: version(Some("run_id = 'r7'")),
            found: 5,
            sqlite: &[
                "SEARCH v USING COVERING INDEX model_versions_run (run_id=?) | SCAN entries",
                "SEARCH v USING COVERING INDEX model_versions_run (run_id=?) | SCAN h | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SCAN v | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using model_versions_run on model_versions v",
                "Index Scan using model_versions_run on model_versions v_1 | CTE Scan on hits h | Index Scan using model_versions_pkey on model_versions v_2 | Sort | CTE Scan on v | Index Scan using registered_models_pkey on registered_models m",
            ],
        },
        Case {
            what: "no run",
            search: version(Some("run_id = ''")),
            found: 100,
            sqlite: &[
                "SEARCH v USING COVERING INDEX model_versions_run (run_id=?) | SCAN entries",
                "SCAN v USING COVERING INDEX model_versions_updated",
                "SEARCH v USING INDEX model_versions_updated (updated_at>?) | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?)",
            ],
            postgres: &[
                "Index Only Scan using model_versions_run on model_versions v",
                "Index Only Scan using model_versions_updated on model_versions v",
                "Index Scan using model_versions_updated on model_versions v | Index Scan using registered_models_pkey on registered_models m",
            ],
        },
        Case {
            what: "a source",
            search: version(Some("source_path = 's3://b/77'")),
            found: 1,
            sqlite: &[
                "SEARCH v USING COVERING INDEX model_versions_source (source=?) | SCAN entries",
                "SEARCH v USING COVERING INDEX model_versions_source (source=?) | SCAN h | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SCAN v | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using model_versions_source on model_versions v",
                "Index Scan using model_versions_source on model_versions v_1 | CTE Scan on hits h | Index Scan using model_versions_pkey on model_versions v_2 | Sort | CTE Scan on v | Index Scan using registered_models_pkey on registered_models m",
            ],
        },
        Case {
            what: "names that start so",
            search: version(Some("name LIKE 'model-101%'")),
            found: 100,
            sqlite: &[
                "SEARCH v USING COVERING INDEX model_versions_name_version (name>? AND name<?) | SCAN entries",
                "SEARCH v USING COVERING INDEX model_versions_name_version (name>? AND name<?) | SCAN h | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SCAN v | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using model_versions_name_version on model_versions v",
                "Index Scan using model_versions_name_version on model_versions v_1 | CTE Scan on hits h | Index Scan using model_versions_pkey on model_versions v_2 | Sort | CTE Scan on v | Index Scan using registered_models_pkey on registered_models m",
            ],
        },
        Case {
            what: "a part of a name",
            search: version(Some("name ILIKE '%1007%'")),
            found: 10,
            sqlite: &[
                "SCAN v USING INDEX model_versions_updated | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?)",
            ],
            postgres: &[
                "Index Scan using model_versions_updated on model_versions v | Index Scan using registered_models_pkey on registered_models m",
            ],
        },
        Case {
            what: "names, by time of creation",
            search: Search::Versions(versions(
                Some("name = 'model-1005'"),
                &["creation_timestamp DESC"],
                None,
            )),
            found: 10,
            sqlite: &[
                "SEARCH v USING COVERING INDEX model_versions_name_version (name=?) | SCAN entries",
                "SEARCH v USING COVERING INDEX model_versions_name_version (name=?) | SCAN h | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SCAN v | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using model_versions_name_version on model_versions v",
                "Index Scan using model_versions_name_version on model_versions v_1 | CTE Scan on hits h | Index Scan using model_versions_pkey on model_versions v_2 | Sort | CTE Scan on v | Index Scan using registered_models_pkey on registered_models m",
            ],
        },
        Case {
            what: "models with a common tag",
            search: Search::Models(models(Some("tags.team = '1'"), &[])),
            found: 100,
            sqlite: &[
                "SEARCH t USING COVERING INDEX registered_model_tags_value (key=? AND <expr>=?) | SCAN entries",
                "SEARCH t USING COVERING INDEX registered_model_tags_value (key=? AND <expr>=?) | SCAN h | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | SCAN m | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Scan using registered_model_tags_value on registered_model_tags t",
                "Index Scan using registered_model_tags_value on registered_model_tags t | CTE Scan on hits h | Index Scan using registered_models_pkey on registered_models m_1 | Sort | CTE Scan on m",
            ],
        },
        Case {
            what: "models whose name starts so",
            search: Search::Models(models(Some("name LIKE 'model-101%'"), &[])),
            found: 10,
            sqlite: &[
                "SEARCH m USING INDEX registered_models_name (name>? AND name<?) | SCAN entries",
                "SEARCH m USING INDEX registered_models_name (name>? AND name<?) | SCAN h | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?) | SCAN m | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using registered_models_name on registered_models m",
                "Index Scan using registered_models_name on registered_models m_1 | CTE Scan on hits h | Index Scan using registered_models_pkey on registered_models m_2 | Sort | CTE Scan on m",
            ],
        },
        Case {
            what: "models, last updated first",
            search: Search::Models(models(None, &["last_updated_timestamp DESC"])),
            found: 100,
            sqlite: &["SCAN m USING INDEX registered_models_updated"],
            postgres: &["Index Scan using registered_models_updated on registered_models m"],
        },
    ]
}

async fn run(db: &Db, search: &Search) -> usize {
    match search {
        Search::Versions(search) => db
            .read(search.clone(), |tx, search| model_version_search::run(tx, search).boxed())
            .await
            .expect("a page")
            .0
            .len(),
        Search::Models(search) => db
            .read(search.clone(), |tx, search| registered_model_search::run(tx, search).boxed())
            .await
            .expect("a page")
            .0
            .len(),
    }
}

/// What was bound, read back from the log.
fn bound(params: &str) -> Vec<Param<'static>> {
    let list = params.trim_start_matches('[').trim_end_matches(']');
    let param = |written: &str| match written.trim_end_matches(')').split_once('(') {
        Some(("Int", number)) => Param::Int(number.parse().expect("a number")),
        Some(("Float", number)) => Param::Float(number.parse().expect("a number")),
        Some(("Text", text)) => Param::Text(text.trim_matches('"').to_owned().into()),
        other => panic!("{other:?} in {params}"),
    };
    list.split(", ").map(param).collect()
}

/// How the engine goes about a statement that was overheard.
pub(crate) async fn way(db: &Db, engine: Engine, heard: &Heard) -> Option<String> {
    let (how, text) = heard.message.split_once(": ").filter(|(how, _)| ["search", "walk"].contains(how))?;
    if engine == Engine::Sqlite {
        return Some(plan(db, text).await);
    }
    Some(explained(db, how == "walk", text, bound(&heard.params)).await)
}

/// PostgreSQL's plan on one line: what it does with tables, and where it sorts.
pub(crate) async fn steps(db: &Db, text: &str, params: Vec<Param<'static>>) -> String {
    explained(db, false, text, params).await
}

async fn explained(db: &Db, walk: bool, text: &str, params: Vec<Param<'static>>) -> String {
    let lines = db
        .read((walk, format!("EXPLAIN (COSTS OFF) {text}"), params), |tx, (walk, sql, params)| {
            async move {
                if *walk {
                    return tx.walk(sql, params, |row| row.get::<String>(0)).await;
                }
                tx.search(sql, params, |row| row.get::<String>(0)).await
            }
            .boxed()
        })
        .await
        .expect("a plan");
    let step = |line: &String| {
        let step = line.trim_start_matches([' ', '-', '>']);
        let told = step.contains("Scan") || step.starts_with("Sort") && !step.starts_with("Sort Key");
        (told || step.starts_with("Incremental Sort")).then(|| step.to_owned())
    };
    lines.iter().filter_map(step).collect::<Vec<_>>().join(" | ")
}

async fn check(engine: Engine) {
    let database = Database::create(engine).await;
    database.open().await.close().await;
    fill(&database).await;
    let listener = Listener::default();
    let _listening = tracing::subscriber::set_default(listener.clone());

    let mut changed = String::new();
    for statistics in [false, true] {
        if statistics {
            database.sql("ANALYZE").await;
        }
        let db = database.open().await;
        for Case { what, search, found, sqlite, postgres } in cases() {
            listener.take();
            assert_eq!(run(&db, &search).await, found, "{what}");
            let mut ways = Vec::new();
            for heard in listener.take() {
                ways.extend(way(&db, engine, &heard).await);
            }
            let expected = if engine == Engine::Sqlite { sqlite } else { postgres };
            if ways != expected {
                writeln!(changed, "{what}, statistics {statistics}: {ways:#?}")
                    .expect("a string takes everything");
            }
        }
        db.close().await;
    }
    database.dispose().await;
    assert!(changed.is_empty(), "searches that go another way:\n{changed}");
}

#[tokio::test]
async fn sqlite_searches_from_the_smaller_side() {
    check(Engine::Sqlite).await;
}

#[tokio::test]
async fn postgres_searches_from_the_smaller_side() {
    check(Engine::Postgres).await;
}
