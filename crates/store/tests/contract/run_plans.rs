//! Searches of runs walk indexes on both engines: what few runs meet is collected, an
//! order that a metric or a param leads is walked in that order, and nobody reads a table whole.

use std::fmt::Write as _;

use futures_util::FutureExt;
use greenroom_core::search::{parse_run_filter, parse_run_order};
use greenroom_store::run_search::{self, RunSearch, View};

use crate::harness::{Database, Engine};
use crate::listener::Listener;
use crate::search_plans::way;

struct Case {
    what: &'static str,
    search: RunSearch,
    found: usize,
    /// Statement by statement: index by index, and where it sorts.
    sqlite: &'static [&'static str],
    postgres: &'static [&'static str],
}

/// base64 of `{"search":"runs:Time(Started)-,Text(Id)+","after":[4000,"r"]}`.
const BY_START: &str = "eyJzZWFyY2giOiJydW5zOlRpbWUoU3RhcnRlZCktLFRleHQoSWQpKyIsImFmdGVyIjpbNDAwMCwiciJdfQ==";
/// base64 of `{"search":"runs:Metric(\"loss\")-,Time(Started)-,Text(Id)+","after":[0,"0.25",4000,"r"]}`.
const BY_LOSS: &str = "eyJzZWFyY2giOiJydW5zOk1ldHJpYyhcImxvc3NcIiktLFRpbWUoU3RhcnRlZCktLFRleHQoSWQpKyIsImFmdGVyIjpbMCwiMC4yNSIsNDAwMCwiciJdfQ==";

fn search(experiments: &[i64], filter: &str, order: &[&str], token: Option<&str>) -> RunSearch {
    let order: Vec<String> = order.iter().map(|key| (*key).to_owned()).collect();
    RunSearch {
        experiments: experiments.to_vec(),
        view: View::Active,
        filter: parse_run_filter(Some(filter)).expect("a valid filter"),
        order: parse_run_order(&order).expect("a valid order"),
        limit: 100,
        token: token.map(str::to_owned),
    }
}

/// 10,000 runs, every fourth in another experiment; all have a loss, a param and a tag, a few are canaries.
async fn fill(database: &Database) {
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)";
    let (id, experiment) = ("'r' || CAST(i + 10000 AS TEXT)", "CASE WHEN i % 4 = 3 THEN 2 ELSE 1 END");
    for sql in [
        format!(
            "INSERT INTO runs (id, experiment_id, name, user_id, status, started_at, ended_at, artifact_uri)
             {numbers} SELECT {id}, {experiment}, 'n' || CAST(i % 500 AS TEXT), '', 'FINISHED', i, i, '' FROM n"
        ),
        format!(
            "INSERT INTO run_metrics (run_id, key, value, is_nan, timestamp, step, experiment_id)
             {numbers} SELECT {id}, 'loss', i * 7919 % 10000 / 10000.0, FALSE, 0, 0, {experiment} FROM n"
        ),
        format!(
            "INSERT INTO run_params (run_id, key, value, experiment_id, started_at, value_start)
             {numbers} SELECT {id}, 'lr', CAST(i % 10 AS TEXT), {experiment}, i, CAST(i % 10 AS TEXT) FROM n"
        ),
        format!(
            "INSERT INTO run_tags (run_id, key, value, experiment_id, started_at, value_start)
             {numbers} SELECT {id}, 'team', 'red', {experiment}, i, 'red' FROM n"
        ),
        format!(
            "INSERT INTO run_tags (run_id, key, value, experiment_id, started_at, value_start)
             {numbers} SELECT {id}, 'canary', 'yes', {experiment}, i, 'yes' FROM n WHERE i % 1000 = 1"
        ),
        format!(
            "INSERT INTO run_metric_points (metric, timestamp, step, value, is_nan)
             {numbers} SELECT i % 3, i, i, i, FALSE FROM n"
        ),
    ] {
        database.sql(&sql).await;
    }
}

fn cases() -> Vec<Case> {
    vec![
        Case {
            what: "no filter",
            search: search(&[1], "", &[], None),
            found: 100,
            sqlite: &["SEARCH r USING COVERING INDEX runs_started (experiment_id=?)"],
            postgres: &["Index Only Scan using runs_started on runs r"],
        },
        Case {
            what: "no filter, a late page",
            search: search(&[1], "", &[], Some(BY_START)),
            found: 100,
            sqlite: &["SEARCH r USING COVERING INDEX runs_started (experiment_id=? AND started_at<?)"],
            postgres: &["Index Only Scan using runs_started on runs r"],
        },
        Case {
            what: "oldest first",
            search: search(&[1], "", &["start_time ASC"], None),
            found: 100,
            sqlite: &[
                "SEARCH r USING COVERING INDEX runs_started (experiment_id=?) | USE TEMP B-TREE FOR LAST TERM OF ORDER BY",
            ],
            postgres: &["Incremental Sort | Index Only Scan Backward using runs_started on runs r"],
        },
        Case {
            what: "a rare tag",
            search: search(&[1], "tags.canary = 'yes'", &[], None),
            found: 10,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_tags_value (experiment_id=? AND key=? AND value_start=?) | SCAN entries",
                "SEARCH o USING COVERING INDEX run_tags_value (experiment_id=? AND key=? AND value_start=?) | SEARCH r USING PRIMARY KEY (id=?)",
            ],
            postgres: &[
                "Index Only Scan using run_tags_value on run_tags x",
                "Index Only Scan using run_tags_value on run_tags o | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a common tag",
            search: search(&[1], "tags.team = 'red'", &[], None),
            found: 100,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_tags_value (experiment_id=? AND key=? AND value_start=?) | SCAN entries",
                "SEARCH o USING COVERING INDEX run_tags_value (experiment_id=? AND key=? AND value_start=?) | SCAN arm0",
                "SEARCH o USING COVERING INDEX run_tags_value (experiment_id=? AND key=? AND value_start=? AND started_at>?) | SEARCH r USING PRIMARY KEY (id=?)",
            ],
            postgres: &[
                "Index Only Scan using run_tags_value on run_tags x",
                "Index Only Scan using run_tags_value on run_tags o",
                "Index Only Scan using run_tags_value on run_tags o | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a param",
            search: search(&[1], "params.lr = '4'", &[], None),
            found: 100,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_params_value (experiment_id=? AND key=? AND value_start=?) | SCAN entries",
                "SEARCH o USING COVERING INDEX run_params_value (experiment_id=? AND key=? AND value_start=?) | SEARCH r USING PRIMARY KEY (id=?)",
            ],
            postgres: &[
                "Index Only Scan using run_params_value on run_params x",
                "Index Only Scan using run_params_value on run_params o | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a metric that few runs reach",
            search: search(&[1], "metrics.loss > 0.99", &[], None),
            found: 74,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value>?) | SCAN entries",
                "SEARCH x USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value>?) | SCAN h | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using run_metrics_value on run_metrics x",
                "Index Only Scan using run_metrics_value on run_metrics x | Sort | CTE Scan on hits h | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a metric that most runs reach",
            search: search(&[1], "metrics.loss > 0.1", &[], None),
            found: 100,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value>?) | SCAN entries",
                "SEARCH r USING COVERING INDEX runs_started (experiment_id=?) | SCAN arm0",
                "SEARCH r USING COVERING INDEX runs_started (experiment_id=? AND started_at>?) | SEARCH x USING INDEX run_metrics_run (run_id=? AND key=?)",
            ],
            postgres: &[
                "Index Only Scan using run_metrics_value on run_metrics x",
                "Index Only Scan using runs_started on runs r",
                "Index Only Scan using runs_started on runs r | Index Scan using run_metrics_run on run_metrics x",
            ],
        },
        Case {
            what: "by a metric",
            search: search(&[1], "", &["metrics.loss DESC"], None),
            found: 100,
            sqlite: &[
                "SEARCH o USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=?) | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
            ],
            postgres: &[
                "Incremental Sort | Index Only Scan Backward using run_metrics_value on run_metrics o | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "by a metric, a late page",
            search: search(&[1], "", &["metrics.loss DESC"], Some(BY_LOSS)),
            found: 100,
            sqlite: &[
                "SEARCH o USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value<?) | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
            ],
            postgres: &[
                "Incremental Sort | Index Only Scan Backward using run_metrics_value on run_metrics o | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "by a metric, from a bound on",
            search: search(&[1], "metrics.loss < 0.7", &["metrics.loss DESC"], None),
            found: 100,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value<?) | SCAN entries",
                "SEARCH o USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value<?) | SCAN arm0",
                "SEARCH o USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value>? AND value<?) | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using run_metrics_value on run_metrics x",
                "Index Only Scan Backward using run_metrics_value on run_metrics o",
                "Incremental Sort | Index Only Scan Backward using run_metrics_value on run_metrics o | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "by a metric, with a common tag",
            search: search(&[1], "tags.team = 'red'", &["metrics.loss"], None),
            found: 100,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_tags_value (experiment_id=? AND key=? AND value_start=?) | SCAN entries",
                "SEARCH o USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=?) | SCAN arm0",
                "SEARCH o USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value<?) | SEARCH x USING PRIMARY KEY (run_id=? AND key=?) | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using run_tags_value on run_tags x",
                "Index Only Scan using run_metrics_value on run_metrics o",
                "Incremental Sort | Index Only Scan using run_metrics_value on run_metrics o | Index Scan using run_tags_pkey on run_tags x | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "by a param",
            search: search(&[1], "", &["params.lr DESC"], None),
            found: 100,
            sqlite: &[
                "SEARCH o USING INDEX run_params_value (experiment_id=? AND key=?) | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR LAST 3 TERMS OF ORDER BY",
            ],
            postgres: &[
                "Incremental Sort | Index Scan Backward using run_params_value on run_params o | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "by name",
            search: search(&[1], "", &["run_name"], None),
            found: 100,
            sqlite: &["SEARCH r USING INDEX runs_name (experiment_id=?)"],
            postgres: &["Index Scan using runs_name on runs r"],
        },
        Case {
            what: "a name",
            search: search(&[1], "run_name = 'n77'", &[], None),
            found: 20,
            sqlite: &[
                "SEARCH n USING COVERING INDEX runs_name (experiment_id=? AND name=?) | SCAN entries",
                "SEARCH n USING COVERING INDEX runs_name (experiment_id=? AND name=?) | SCAN h | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using runs_name on runs n",
                "Index Only Scan using runs_name on runs n | Sort | CTE Scan on hits h | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a metric and a param, both of few runs",
            search: search(&[1], "metrics.loss > 0.95 AND params.lr = '4'", &[], None),
            found: 50,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value>?) | SCAN entries",
                "SEARCH x USING COVERING INDEX run_params_value (experiment_id=? AND key=? AND value_start=?) | SCAN entries",
                "SEARCH x USING COVERING INDEX run_metrics_value (experiment_id=? AND key=? AND is_nan=? AND value>?) | USE TEMP B-TREE FOR ORDER BY | SEARCH x USING COVERING INDEX run_params_value (experiment_id=? AND key=? AND value_start=?) | USE TEMP B-TREE FOR ORDER BY | SCAN h | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using run_metrics_value on run_metrics x",
                "Index Only Scan using run_params_value on run_params x",
                "Subquery Scan on \"*SELECT* 1\" | Index Only Scan using run_metrics_value on run_metrics x | Subquery Scan on \"*SELECT* 2\" | Index Only Scan using run_params_value on run_params x_1 | Sort | CTE Scan on hits h | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a common tag and a param",
            search: search(&[1], "tags.team = 'red' AND params.lr = '4'", &[], None),
            found: 100,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_tags_value (experiment_id=? AND key=? AND value_start=?) | SCAN entries",
                "SEARCH x USING COVERING INDEX run_params_value (experiment_id=? AND key=? AND value_start=?) | SCAN entries",
                "SEARCH o USING COVERING INDEX run_params_value (experiment_id=? AND key=? AND value_start=?) | SEARCH x USING PRIMARY KEY (run_id=? AND key=?) | SEARCH r USING PRIMARY KEY (id=?)",
            ],
            postgres: &[
                "Index Only Scan using run_tags_value on run_tags x",
                "Index Only Scan using run_params_value on run_params x",
                "Index Only Scan using run_params_value on run_params o | Index Scan using run_tags_pkey on run_tags x | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a param that begins so",
            search: search(&[1], "params.lr LIKE '4%'", &[], None),
            found: 100,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_params_value (experiment_id=? AND key=? AND value_start>? AND value_start<?) | SCAN entries",
                "SEARCH x USING INDEX run_params_value (experiment_id=? AND key=? AND value_start>? AND value_start<?) | SCAN h | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using run_params_value on run_params x",
                "Index Scan using run_params_value on run_params x | Sort | CTE Scan on hits h | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a param that ends so",
            search: search(&[1], "params.lr LIKE '%4'", &[], None),
            found: 100,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_params_value (experiment_id=? AND key=?) | SCAN entries",
                "SEARCH r USING COVERING INDEX runs_started (experiment_id=?) | SCAN arm0",
                "SEARCH r USING COVERING INDEX runs_started (experiment_id=? AND started_at>?) | SEARCH x USING PRIMARY KEY (run_id=? AND key=?)",
            ],
            postgres: &[
                "Index Only Scan using run_params_value on run_params x",
                "Index Only Scan using runs_started on runs r",
                "Index Only Scan using runs_started on runs r | Index Scan using run_params_pkey on run_params x",
            ],
        },
        Case {
            what: "a tag that few runs have",
            search: search(&[1], "tags.canary IS NOT NULL", &[], None),
            found: 10,
            sqlite: &[
                "SEARCH x USING COVERING INDEX run_tags_value (experiment_id=? AND key=?) | SCAN entries",
                "SEARCH x USING COVERING INDEX run_tags_value (experiment_id=? AND key=?) | SCAN h | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using run_tags_value on run_tags x",
                "Index Only Scan using run_tags_value on run_tags x | Sort | CTE Scan on hits h | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a name that begins so",
            search: search(&[1], "run_name LIKE 'n7%'", &[], None),
            found: 100,
            sqlite: &[
                "SEARCH n USING COVERING INDEX runs_name (experiment_id=? AND name>? AND name<?) | SCAN entries",
                "SEARCH n USING COVERING INDEX runs_name (experiment_id=? AND name>? AND name<?) | SCAN h | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using runs_name on runs n",
                "Index Only Scan using runs_name on runs n | Sort | CTE Scan on hits h | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "a state",
            search: search(&[1], "status = 'RUNNING'", &[], None),
            found: 0,
            sqlite: &["SEARCH r USING COVERING INDEX runs_started (experiment_id=?)"],
            postgres: &["Index Only Scan using runs_started on runs r"],
        },
        Case {
            what: "some runs",
            search: search(&[1], "run_id IN ('r10001', 'r10002', 'r10003')", &[], None),
            found: 2,
            sqlite: &[
                "SEARCH n USING PRIMARY KEY (id=?) | SCAN entries",
                "SEARCH n USING PRIMARY KEY (id=?) | SCAN h | SEARCH r USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using runs_pkey on runs n",
                "Index Only Scan using runs_pkey on runs n | Sort | CTE Scan on hits h | Index Scan using runs_pkey on runs r",
            ],
        },
        Case {
            what: "two experiments",
            search: search(&[1, 2], "", &[], None),
            found: 100,
            sqlite: &[
                "SEARCH r USING COVERING INDEX runs_started (experiment_id=?) | SCAN arm0 | USE TEMP B-TREE FOR ORDER BY | SEARCH r USING COVERING INDEX runs_started (experiment_id=?) | SCAN arm1 | USE TEMP B-TREE FOR ORDER BY",
            ],
            postgres: &[
                "Index Only Scan using runs_started on runs r | Index Only Scan using runs_started on runs r_1",
            ],
        },
    ]
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
            let (ids, token) =
                db.read(search, |tx, search| run_search::ids(tx, search).boxed()).await.expect("a page");
            assert_eq!(ids.len(), found, "{what}");
            let mut ways = Vec::new();
            for heard in listener.take() {
                ways.extend(way(&db, engine, &heard).await);
            }
            // The last statement of a page that another follows reads the sort values of its last run, by its id.
            if token.is_some() {
                ways.pop();
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
async fn sqlite_walks_the_runs_it_needs() {
    check(Engine::Sqlite).await;
}

#[tokio::test]
async fn postgres_walks_the_runs_it_needs() {
    check(Engine::Postgres).await;
}
