//! The hot reads walk indexes: `SQLite` is asked for its plan of the very texts that the store runs.
//!
//! The texts are private to the store. It logs the one that failed, so here every query is run once over a
//! database whose tables are gone, and overheard.

use std::fmt::Write as _;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use greenroom_core::Result;
use greenroom_core::dataset::Dataset;
use greenroom_core::event::Position;
use greenroom_core::run::{Param as RunParam, Run, RunStatus};
use greenroom_core::search::{
    LoggedModelOrderItem, Target, parse_filter, parse_logged_model_filter, parse_logged_model_order,
    parse_order_by,
};
use greenroom_store::logged_model_search::{self, LoggedModelSearch};
use greenroom_store::metric_sample::{self, Steps};
use greenroom_store::model_version_search::{self, VersionSearch};
use greenroom_store::model_version_storage;
use greenroom_store::registered_model_search::{self, ModelSearch};
use greenroom_store::{
    Db, Param, Tx, alias, dataset, event, experiment, logged_model, metric_history, model_version,
    model_version_detail, registered_model, run, run_metric, run_model, run_param, run_tag,
    stage_definitions, tag, version_digest,
};

use crate::harness::{Database, Engine};
use crate::listener::Listener;

type Query = for<'a> fn(&'a mut Tx<'_>) -> BoxFuture<'a, Result<()>>;

macro_rules! query {
    ($tx:ident => $call:expr) => {
        |$tx| async move { $call.await.map(|_| ()) }.boxed()
    };
}

pub(crate) fn versions(filter: Option<&str>, order: &[&str], token: Option<&str>) -> VersionSearch {
    let order: Vec<String> = order.iter().map(|&key| key.to_owned()).collect();
    VersionSearch {
        filter: parse_filter(Target::ModelVersions, filter).expect("a valid filter"),
        order: parse_order_by(Target::ModelVersions, &order).expect("a valid order"),
        limit: 100,
        token: token.map(str::to_owned),
    }
}

pub(crate) fn models(filter: Option<&str>, order: &[&str]) -> ModelSearch {
    let order: Vec<String> = order.iter().map(|&key| key.to_owned()).collect();
    ModelSearch {
        filter: parse_filter(Target::RegisteredModels, filter).expect("a valid filter"),
        order: parse_order_by(Target::RegisteredModels, &order).expect("a valid order"),
        limit: 100,
        token: None,
    }
}

/// base64 of `{"search":"versions:UpdatedAt-,Name+,Version-","after":[5,"m",1]}`.
const TOKEN: &str =
    "eyJzZWFyY2giOiJ2ZXJzaW9uczpVcGRhdGVkQXQtLE5hbWUrLFZlcnNpb24tIiwiYWZ0ZXIiOls1LCJtIiwxXX0=";

/// base64 of `{"search":"history:7","after":[5,1,"0.5",false]}`.
const POINT: &str = "eyJzZWFyY2giOiJoaXN0b3J5OjciLCJhZnRlciI6WzUsMSwiMC41IixmYWxzZV19";

/// Every hot read, and the plan it has.
const HOT: &[(&str, Query, &str)] = &[
    (
        "a model by name",
        query!(tx => registered_model::by_name(tx, "m")),
        "SEARCH m USING INDEX registered_models_name (name=?)",
    ),
    (
        "a model by id",
        query!(tx => registered_model::by_id(tx, "m")),
        "SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?)",
    ),
    (
        "a version",
        query!(tx => model_version::by_name(tx, "m", 1)),
        "SEARCH v USING INDEX model_versions_name_version (name=? AND version=?)",
    ),
    (
        "where a version's artifacts are",
        query!(tx => model_version::storage_location(tx, "m", 1)),
        "SEARCH v USING INDEX model_versions_name_version (name=? AND version=?)",
    ),
    (
        "a version with its tags and aliases",
        query!(tx => model_version_detail::by_name(tx, "m", 1)),
        "SEARCH v USING INDEX model_versions_name_version (name=? AND version=?) | SEARCH t USING PRIMARY KEY (model_id=? AND version=?) | SEARCH a USING COVERING INDEX registered_model_aliases_version (model_id=? AND version=?)",
    ),
    (
        "a version by an alias",
        query!(tx => model_version_detail::by_alias(tx, "m", "a")),
        "SEARCH m USING INDEX registered_models_name (name=?) | SEARCH k USING PRIMARY KEY (model_id=? AND alias=?) | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SEARCH t USING PRIMARY KEY (model_id=? AND version=?) | SEARCH a USING COVERING INDEX registered_model_aliases_version (model_id=? AND version=?)",
    ),
    (
        "the latest version in a stage, at once",
        query!(tx => model_version_detail::latest_in(tx, "m", "s", 0)),
        "SEARCH m USING INDEX registered_models_name (name=?) | SEARCH r USING INDEX sqlite_autoindex_registry_1 (id=?) | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SEARCH h USING COVERING INDEX model_versions_stage (model_id=? AND stage=?) | SEARCH t USING PRIMARY KEY (model_id=? AND version=?) | SEARCH a USING COVERING INDEX registered_model_aliases_version (model_id=? AND version=?)",
    ),
    (
        "the tags of a version",
        query!(tx => tag::of_version(tx, "m", 1)),
        "SEARCH model_version_tags USING PRIMARY KEY (model_id=? AND version=?)",
    ),
    (
        "the tags of versions",
        query!(tx => tag::of_versions(tx, &[("m", 1), ("m", 2)])),
        "SEARCH model_version_tags USING PRIMARY KEY (model_id=? AND version=?) | USE TEMP B-TREE FOR ORDER BY",
    ),
    (
        "the aliases of a version",
        query!(tx => alias::of_version(tx, "m", 1)),
        "SEARCH registered_model_aliases USING COVERING INDEX registered_model_aliases_version (model_id=? AND version=?)",
    ),
    (
        "the aliases of versions",
        query!(tx => alias::of_versions(tx, &[("m", 1), ("m", 2)])),
        "SEARCH registered_model_aliases USING PRIMARY KEY (model_id=?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
    ),
    (
        "the aliases of models",
        query!(tx => alias::of_models(tx, &["m", "n"])),
        "SEARCH registered_model_aliases USING PRIMARY KEY (model_id=?)",
    ),
    (
        "the tags of models",
        query!(tx => tag::of_models(tx, &["m", "n"])),
        "SEARCH registered_model_tags USING PRIMARY KEY (model_id=?)",
    ),
    (
        "an alias",
        query!(tx => alias::version_of(tx, "m", "a")),
        "SEARCH registered_model_aliases USING PRIMARY KEY (model_id=? AND alias=?)",
    ),
    (
        "the highest version",
        query!(tx => model_version::highest(tx, "m")),
        "SEARCH model_versions USING PRIMARY KEY (model_id=?)",
    ),
    (
        "the latest version in a stage",
        query!(tx => model_version::latest_in(tx, "m", "s")),
        "SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SEARCH h USING COVERING INDEX model_versions_stage (model_id=? AND stage=?)",
    ),
    (
        "the latest version in every stage",
        query!(tx => model_version::latest_of(tx, &["m"])),
        "SEARCH m USING COVERING INDEX sqlite_autoindex_registered_models_1 (id=?) | SEARCH f USING COVERING INDEX model_versions_stage (model_id=?) | SCAN p | SEARCH n USING COVERING INDEX model_versions_stage (model_id=? AND stage>?) | SCAN p | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SEARCH h USING COVERING INDEX model_versions_stage (model_id=? AND stage=?) | SEARCH l USING COVERING INDEX model_versions_stage (model_id=? AND stage=?) | USE TEMP B-TREE FOR ORDER BY",
    ),
    (
        "the latest versions of a page of models",
        query!(tx => model_version::latest_of(tx, &["m", "n"])),
        "SEARCH m USING COVERING INDEX sqlite_autoindex_registered_models_1 (id=?) | SEARCH f USING COVERING INDEX model_versions_stage (model_id=?) | SCAN p | SEARCH n USING COVERING INDEX model_versions_stage (model_id=? AND stage>?) | SCAN p | SEARCH v USING PRIMARY KEY (model_id=? AND version=?) | SEARCH h USING COVERING INDEX model_versions_stage (model_id=? AND stage=?) | SEARCH l USING COVERING INDEX model_versions_stage (model_id=? AND stage=?) | USE TEMP B-TREE FOR ORDER BY",
    ),
    (
        "the stages in use",
        query!(tx => model_version::held_stages(tx, "m")),
        "SEARCH f USING COVERING INDEX model_versions_stage (model_id=?) | SCAN p | SEARCH n USING COVERING INDEX model_versions_stage (model_id=? AND stage>?) | SCAN p",
    ),
    (
        "others in a stage, counted",
        query!(tx => model_version::count_others(tx, "m", "s", 1)),
        "SEARCH model_versions USING COVERING INDEX model_versions_stage (model_id=? AND stage=?)",
    ),
    (
        "who holds the artifacts at locations",
        query!(tx => model_version_storage::at(tx, &["s3://b/a", "s3://b"])),
        "SEARCH v USING INDEX model_versions_storage (<expr>=?) | USE TEMP B-TREE FOR GROUP BY",
    ),
    (
        "who holds artifacts in a folder",
        query!(tx => model_version_storage::below(tx, "s3://b")),
        "SEARCH v USING INDEX model_versions_storage (<expr>>? AND <expr><?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
    ),
    (
        "a model's versions",
        query!(tx => model_version::list(tx, "m", 9, None, 100)),
        "SEARCH v USING PRIMARY KEY (model_id=? AND version<?)",
    ),
    (
        "versions, unfiltered",
        query!(tx => model_version_search::run(tx, &versions(None, &[], None))),
        "SCAN v USING INDEX model_versions_updated | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?)",
    ),
    (
        "versions, unfiltered, a later page",
        query!(tx => model_version_search::run(tx, &versions(None, &[], Some(TOKEN)))),
        "SEARCH v USING INDEX model_versions_updated (updated_at<?) | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?)",
    ),
    (
        "versions of a model",
        query!(tx => model_version_search::run(tx, &versions(Some("name = 'm'"), &[], None))),
        "SEARCH v USING INDEX model_versions_name_updated (name=?) | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?)",
    ),
    (
        "versions of a model, by number",
        query!(tx => model_version_search::run(tx, &versions(Some("name = 'm'"), &["version_number DESC"], None))),
        "SEARCH v USING INDEX model_versions_name_version (name=?) | SEARCH m USING INDEX sqlite_autoindex_registered_models_1 (id=?)",
    ),
    (
        "models, unfiltered",
        query!(tx => registered_model_search::run(tx, &models(None, &[]))),
        "SCAN m USING INDEX registered_models_name",
    ),
    (
        "models, last updated first",
        query!(tx => registered_model_search::run(tx, &models(None, &["last_updated_timestamp DESC"]))),
        "SCAN m USING INDEX registered_models_updated",
    ),
    (
        "the feed",
        query!(tx => event::feed(tx, Position { commit: 0, number: 5 }, 100)),
        "SEARCH e USING INDEX events_feed (commit_order>?)",
    ),
    ("the feed's end", query!(tx => event::newest(tx)), "SCAN e USING COVERING INDEX events_feed"),
    (
        "a history",
        query!(tx => event::history(tx, "m", 9, None, 100)),
        "SEARCH e USING INDEX events_chain (chain=? AND sequence<?)",
    ),
    (
        "a version's history",
        query!(tx => event::history(tx, "m", 9, Some(1), 100)),
        "SEARCH e USING INDEX events_version (chain=? AND version=? AND sequence<?)",
    ),
    (
        "what moved versions",
        query!(tx => event::moves(tx, "m", 9)),
        "SEARCH e USING INDEX events_moves (chain=?)",
    ),
    (
        "a name at a time",
        query!(tx => event::name_at(tx, "m", 9)),
        "SEARCH e USING INDEX events_chain (chain=?)",
    ),
    (
        "a metric's number",
        query!(tx => metric_history::number(tx, "r", "k")),
        "SEARCH run_metrics USING COVERING INDEX run_metrics_run (run_id=? AND key=?)",
    ),
    (
        "a metric's points",
        query!(tx => metric_history::page(tx, 7, 100, None)),
        "SEARCH run_metric_points USING PRIMARY KEY (metric=?)",
    ),
    (
        "a metric's points, a later page",
        query!(tx => metric_history::page(tx, 7, 100, Some(POINT))),
        "SEARCH run_metric_points USING PRIMARY KEY (metric=? AND (timestamp,step,value,is_nan)>(?,?,?,?))",
    ),
    (
        "a metric's points, counted for a sample",
        query!(tx => metric_sample::sample(tx, 7, Steps::default(), 100)),
        "SEARCH run_metric_points USING COVERING INDEX run_metric_points_step (metric=? AND step>? AND step<?) | SCAN p",
    ),
    (
        "the revision in force",
        query!(tx => stage_definitions::revision(tx)),
        "SEARCH registry USING INDEX sqlite_autoindex_registry_1 (id=?)",
    ),
    (
        "an experiment",
        query!(tx => experiment::by_id(tx, 1)),
        "SEARCH e USING INDEX sqlite_autoindex_experiments_1 (id=?)",
    ),
    (
        "an experiment by name",
        query!(tx => experiment::by_name(tx, "e")),
        "SEARCH e USING INDEX experiments_name (name=?)",
    ),
    (
        "a tag of an experiment",
        query!(tx => experiment::tag(tx, 1, "k")),
        "SEARCH experiment_tags USING PRIMARY KEY (experiment_id=? AND key=?)",
    ),
    ("a run", query!(tx => run::by_id(tx, "r")), "SEARCH r USING PRIMARY KEY (id=?)"),
    (
        "the latest points of runs",
        query!(tx => run_metric::latest_of(tx, &["r", "s"])),
        "SEARCH run_metrics USING INDEX run_metrics_run (run_id=?)",
    ),
    (
        "the params of runs",
        query!(tx => run_param::of_runs(tx, &["r", "s"])),
        "SEARCH run_params USING PRIMARY KEY (run_id=?)",
    ),
    (
        "params that are asked for",
        query!(tx => run_param::known(tx, &a_run(), &[a_param()])),
        "SEARCH run_params USING PRIMARY KEY (run_id=? AND key=?)",
    ),
    (
        "the tags of runs",
        query!(tx => run_tag::of_runs(tx, &["r", "s"])),
        "SEARCH run_tags USING PRIMARY KEY (run_id=?)",
    ),
    (
        "a tag of a run",
        query!(tx => run_tag::get(tx, "r", "k")),
        "SEARCH run_tags USING PRIMARY KEY (run_id=? AND key=?)",
    ),
    (
        "the models of runs",
        query!(tx => run_model::of_runs(tx, &["r", "s"])),
        "SEARCH run_models USING PRIMARY KEY (run_id=?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
    ),
    (
        "the datasets of runs",
        query!(tx => dataset::of_runs(tx, &["r", "s"])),
        "SEARCH u USING PRIMARY KEY (run_id=?) | SEARCH d USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
    ),
    (
        "what a run took in",
        query!(tx => dataset::taken_in(tx, &a_run())),
        "SEARCH run_datasets USING PRIMARY KEY (run_id=?) | USE TEMP B-TREE FOR ORDER BY",
    ),
    (
        "datasets by name and digest",
        query!(tx => dataset::ids(tx, &a_run(), &[&a_dataset()])),
        "SEARCH datasets USING COVERING INDEX datasets_digest (experiment_id=? AND name=? AND digest=?)",
    ),
    (
        "logged models that exist",
        query!(tx => run_metric::known_models(tx, &["m", "n"])),
        "SEARCH logged_models USING PRIMARY KEY (id=?)",
    ),
    ("a logged model", query!(tx => logged_model::by_id(tx, "m")), "SEARCH l USING PRIMARY KEY (id=?)"),
    (
        "the logged model of a run",
        query!(tx => logged_model::last_of_run(tx, "r", "n")),
        "SEARCH l USING INDEX logged_models_run (source_run_id=?) | SEARCH o USING INDEX run_models_model (model_id=? AND run_id=?) LEFT-JOIN | USE TEMP B-TREE FOR ORDER BY",
    ),
    (
        "a tag of a logged model",
        query!(tx => logged_model::tag(tx, "m", "k")),
        "SEARCH logged_model_tags USING PRIMARY KEY (model_id=? AND key=?)",
    ),
    (
        "the params of a logged model",
        query!(tx => logged_model::params(tx, "m")),
        "SEARCH logged_model_params USING PRIMARY KEY (model_id=?)",
    ),
    (
        "the versions of logged models",
        query!(tx => logged_model::registrations(tx, &["m", "n"])),
        "SEARCH v USING COVERING INDEX model_versions_logged_model (logged_model_id=?)",
    ),
    (
        "logged models of an experiment, newest first",
        query!(tx => logged_model_search::run(tx, &logged_models(None))),
        "SEARCH l USING INDEX logged_models_created (experiment_id=?)",
    ),
    (
        "logged models of a name, as MLflow's client looks for one",
        query!(tx => logged_model_search::run(tx, &logged_models(Some("name = 'model'")))),
        "SEARCH l USING INDEX logged_models_name (experiment_id=? AND name=?)",
    ),
    (
        "logged models by a metric",
        query!(tx => logged_model_search::run(tx, &logged_models_by_auc())),
        "SEARCH m0 USING INDEX logged_model_metrics_value (experiment_id=? AND key=? AND is_nan=?) | SEARCH z USING PRIMARY KEY (model_id=? AND key=?) | SEARCH l USING PRIMARY KEY (id=?) | USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY",
    ),
    (
        "the digest of a version",
        query!(tx => version_digest::get(tx, "m", 1)),
        "SEARCH version_digests USING PRIMARY KEY (model_id=? AND version=?)",
    ),
    (
        "the digest that is due next",
        query!(tx => version_digest::next_due(tx)),
        "SEARCH version_digests USING COVERING INDEX version_digests_due (due_at>?)",
    ),
    (
        "the digests that are due",
        query!(tx => version_digest::due(tx, 5, 1)),
        "SEARCH version_digests USING INDEX version_digests_due (due_at<?)",
    ),
    (
        "the digests around an artifact",
        query!(tx => version_digest::around(tx, &["a", "a/b"])),
        "SEARCH version_digests USING INDEX version_digests_path (path=?) | SEARCH version_digests USING INDEX version_digests_path (path>? AND path<?) | USE TEMP B-TREE FOR ORDER BY",
    ),
];

fn logged_models(filter: Option<&str>) -> LoggedModelSearch {
    LoggedModelSearch {
        experiments: vec![7],
        filter: parse_logged_model_filter(filter).expect("a valid filter"),
        datasets: Vec::new(),
        order: parse_logged_model_order(&[]).expect("a valid order"),
        limit: 50,
        token: None,
    }
}

fn logged_models_by_auc() -> LoggedModelSearch {
    let item = LoggedModelOrderItem { field_name: "metrics.auc".into(), ..LoggedModelOrderItem::default() };
    LoggedModelSearch {
        order: parse_logged_model_order(&[item]).expect("a valid order"),
        ..logged_models(None)
    }
}

fn a_run() -> Run {
    Run {
        id: "r".into(),
        experiment_id: 1,
        name: String::new(),
        user_id: String::new(),
        status: RunStatus::Running,
        started_at: 0,
        ended_at: None,
        artifact_uri: String::new(),
        deleted_at: None,
    }
}

fn a_param() -> RunParam {
    RunParam { key: "k".into(), value: String::new() }
}

fn a_dataset() -> Dataset {
    Dataset {
        name: "d".into(),
        digest: "g".into(),
        source_type: String::new(),
        source: String::new(),
        schema: None,
        profile: None,
    }
}

/// What the store logs when a query's tables are gone: its text.
async fn overhear(broken: &Db, listener: &Listener, query: Query) -> String {
    let outcome = broken.read((), move |tx, ()| query(tx)).await;
    assert!(outcome.is_err(), "the tables are gone");
    let heard = listener.take();
    let text = heard.iter().find_map(|event| event.message.strip_prefix("statement failed: "));
    text.unwrap_or_else(|| panic!("no statement in {heard:?}")).to_owned()
}

/// The plan on one line: what it does with tables, and where it sorts.
pub(crate) async fn plan(db: &Db, text: &str) -> String {
    let places = text.split('$').skip(1).filter_map(|piece| {
        piece.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().ok()
    });
    let params = vec![Param::Int(1); places.max().unwrap_or_default()];
    let lines = db
        .read((format!("EXPLAIN QUERY PLAN {text}"), params), |tx, (sql, params)| {
            async move { tx.search(sql, params, |row| row.get::<String>(3)).await }.boxed()
        })
        .await;
    let steps = lines.expect("a plan").into_iter().filter(|step| {
        ["SEARCH ", "SCAN ", "USE TEMP"].iter().any(|start| step.starts_with(start))
            && !step.contains("CONSTANT ROW")
    });
    steps.collect::<Vec<_>>().join(" | ")
}

/// One model of 2,000 versions among 50 of 20, and an event for each; then statistics of it all.
async fn fill(database: &Database) {
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2999)";
    let model = "CASE WHEN i < 2000 THEN 'm' ELSE 'm' || (i % 50) END";
    let version = "CASE WHEN i < 2000 THEN i + 1 ELSE (i - 2000) / 50 + 1 END";
    for sql in [
        format!(
            "INSERT INTO registered_models SELECT DISTINCT {model}, {model}, '', '', 0, i % 50, FALSE, FALSE, 20, NULL, 0, '', 0
             FROM ({numbers} SELECT i FROM n WHERE i >= 1999)"
        ),
        format!(
            "INSERT INTO model_versions SELECT {model}, {version}, {model}, CASE WHEN i % 9 = 0 THEN 'Production' ELSE 'None' END,
             0, '', '', 's3://b/p', 's3://b/p', i, '', NULL, '', i, i, 's3://b/p'
             FROM ({numbers} SELECT i FROM n)"
        ),
        format!(
            "INSERT INTO events (chain, sequence, kind, model, version, at, actor, user_agent, previous_hash, hash)
             SELECT {model}, {version}, 'model_version.created', {model}, {version}, i, '', '', '', ''
             FROM ({numbers} SELECT i FROM n)"
        ),
        "ANALYZE".to_owned(),
    ] {
        database.sql(&sql).await;
    }
}

#[tokio::test]
async fn hot_reads_walk_indexes() {
    let listener = Listener::default();
    let _listening = tracing::subscriber::set_default(listener.clone());
    let (whole, broken) = (Database::create(Engine::Sqlite).await, Database::create(Engine::Sqlite).await);
    let (db, gone) = (whole.open().await, broken.open().await);
    for row in
        broken.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").await
    {
        broken.sql(&format!("DROP TABLE {}", row[0].as_deref().expect("a name"))).await;
    }
    listener.take();

    let mut texts = Vec::new();
    for (what, query, _) in HOT {
        texts.push((*what, overhear(&gone, &listener, *query).await));
    }

    let mut changed = String::new();
    for ((what, text), (.., expected)) in texts.iter().zip(HOT) {
        let plan = plan(&db, text).await;
        if plan != *expected {
            writeln!(changed, "{what}: {plan}").expect("a string takes everything");
        }
    }
    assert!(changed.is_empty(), "plans that changed:\n{changed}");

    // With statistics the planner may choose other indexes; it must never read a whole table.
    db.close().await;
    fill(&whole).await;
    let db = whole.open().await;
    for (what, text) in &texts {
        let plan = plan(&db, text).await;
        let reads_all = |step: &str| step.starts_with("SCAN ") && !step.contains("USING") && step != "SCAN p";
        assert!(!plan.split(" | ").any(reads_all), "{what}: {plan}");
    }
    db.close().await;
    gone.close().await;
}
