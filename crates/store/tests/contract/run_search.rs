//! `runs/search` beside a model of it: every filter and order, page by page, gives what sorting all runs in memory
//! gives, whichever way the store takes.

use std::cmp::Ordering;
use std::sync::Arc;

use futures_util::FutureExt;
use greenroom_core::search::{
    DatasetField, EntryTest, NumberComparison, RunCondition, RunOrder, RunSort, RunText, RunTime,
    TextComparison, parse_run_filter, parse_run_order,
};
use greenroom_store::Db;
use greenroom_store::run_search::{self, RunSearch, View};

use crate::harness::{Database, Outcome, contract};

contract!(
    every_filter_and_order_agrees_with_the_model,
    small_pages_join_without_seam,
    several_experiments_and_every_view,
    a_token_of_another_order_or_a_forged_one_is_refused,
);

const RUNS: i64 = 5000;

/// A run as the model knows it; the same formulas stand in [`filled`] as SQL.
struct Run {
    id: String,
    experiment: i64,
    name: String,
    status: &'static str,
    started: i64,
    ended: Option<i64>,
    deleted: bool,
    acc: Option<f64>,
    rare: Option<f64>,
    lr: Option<String>,
    team: &'static str,
    seldom: bool,
    dataset: bool,
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn run(i: i64) -> Run {
    let started = i * 37 % 500;
    Run {
        id: format!("r{}", 10_000 + i * 7919 % RUNS),
        experiment: if i % 10 == 9 { 2 } else { 1 },
        name: format!("n{}", i % 50),
        status: if i % 2 == 0 { "RUNNING" } else { "FINISHED" },
        started,
        ended: (i % 3 != 0).then_some(started + i % 7),
        deleted: i % 11 == 0,
        acc: match i % 15 {
            0 | 5 | 10 => None,
            6 => Some(f64::NAN),
            _ => Some((i * 13 % 200) as f64 / 8.0 - 5.0),
        },
        rare: (i % 500 == 3).then_some(i as f64),
        lr: match i % 40 {
            n if n % 4 == 0 => None,
            7 => Some(format!("{}{}", "x".repeat(70), i % 3)),
            n => Some(format!("v{n}")),
        },
        team: if i % 2 == 0 { "red" } else { "blue" },
        seldom: i % 400 == 1,
        dataset: i % 250 == 0,
    }
}

async fn filled(database: &Database) -> Db {
    let db = database.open().await;
    let id = format!("'r' || (10000 + i * 7919 % {RUNS})");
    let experiment = "CASE WHEN i % 10 = 9 THEN 2 ELSE 1 END";
    let from = format!(
        "FROM (WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {RUNS}) SELECT i FROM n) n"
    );
    for sql in [
        format!(
            "INSERT INTO runs (id, experiment_id, name, user_id, status, started_at, ended_at, artifact_uri, deleted_at)
             SELECT {id}, {experiment}, 'n' || (i % 50), 'me',
             CASE WHEN i % 2 = 0 THEN 'RUNNING' ELSE 'FINISHED' END, i * 37 % 500,
             CASE WHEN i % 3 <> 0 THEN i * 37 % 500 + i % 7 END, 'mlflow-artifacts:/1', CASE WHEN i % 11 = 0 THEN 5 END {from}"
        ),
        format!(
            "INSERT INTO run_metrics (run_id, key, value, is_nan, timestamp, step, experiment_id)
             SELECT {id}, 'acc', CASE WHEN i % 15 = 6 THEN 0 ELSE (i * 13 % 200) / 8.0 - 5.0 END, i % 15 = 6, 0, 0, {experiment}
             {from} WHERE i % 5 <> 0"
        ),
        format!(
            "INSERT INTO run_metrics (run_id, key, value, is_nan, timestamp, step, experiment_id)
             SELECT {id}, 'rare', i, FALSE, 0, 0, {experiment} {from} WHERE i % 500 = 3"
        ),
        format!(
            "INSERT INTO run_params (run_id, key, value, experiment_id, started_at, value_start)
             SELECT {id}, 'lr', CASE WHEN i % 40 = 7 THEN '{}' || (i % 3) ELSE 'v' || (i % 40) END, {experiment}, i * 37 % 500,
             CASE WHEN i % 40 = 7 THEN '{}' ELSE 'v' || (i % 40) END {from} WHERE i % 4 <> 0",
            "x".repeat(70),
            "x".repeat(64)
        ),
        format!(
            "INSERT INTO run_tags (run_id, key, value, experiment_id, started_at, value_start)
             SELECT {id}, 'team', CASE WHEN i % 2 = 0 THEN 'red' ELSE 'blue' END, {experiment}, i * 37 % 500,
             CASE WHEN i % 2 = 0 THEN 'red' ELSE 'blue' END {from}"
        ),
        format!(
            "INSERT INTO run_tags (run_id, key, value, experiment_id, started_at, value_start)
             SELECT {id}, 'seldom', 'yes', {experiment}, i * 37 % 500, 'yes' {from} WHERE i % 400 = 1"
        ),
        "INSERT INTO datasets (id, experiment_id, name, digest, source_type, source) VALUES ('d', 1, 'd1', 'x', '', '')"
            .to_owned(),
        format!("INSERT INTO run_datasets SELECT {id}, 'd', 0 {from} WHERE i % 250 = 0"),
        format!(
            "INSERT INTO run_dataset_tags SELECT {id}, 'd', 'mlflow.data.context', 'train' {from} WHERE i % 250 = 0"
        ),
    ] {
        database.sql(&sql).await;
    }
    db
}

fn compares<T: PartialOrd + Copy>(a: T, comparison: NumberComparison, b: T) -> bool {
    match comparison {
        NumberComparison::Equal => a == b,
        NumberComparison::NotEqual => a != b,
        NumberComparison::Less => a < b,
        NumberComparison::LessOrEqual => a <= b,
        NumberComparison::Greater => a > b,
        NumberComparison::GreaterOrEqual => a >= b,
    }
}

/// Patterns of the tests begin or end in their only wildcard.
fn reads(value: &str, comparison: &TextComparison) -> bool {
    match comparison {
        TextComparison::Equal(wanted) => value == wanted,
        TextComparison::NotEqual(other) => value != other,
        TextComparison::Like(pattern) => match pattern.strip_prefix('%') {
            Some(end) => value.ends_with(end),
            None => value.starts_with(pattern.trim_end_matches('%')),
        },
        TextComparison::Ilike(pattern) => value.starts_with(pattern.to_lowercase().trim_end_matches('%')),
        TextComparison::In(wanted) => wanted.iter().any(|w| w == value),
        TextComparison::NotIn(others) => others.iter().all(|w| w != value),
    }
}

impl Run {
    fn metric(&self, key: &str) -> Option<f64> {
        if key == "acc" { self.acc } else { self.rare.filter(|_| key == "rare") }
    }

    fn param(&self, key: &str) -> Option<&str> {
        self.lr.as_deref().filter(|_| key == "lr")
    }

    fn tag(&self, key: &str) -> Option<&str> {
        match key {
            "team" => Some(self.team),
            "seldom" => self.seldom.then_some("yes"),
            _ => None,
        }
    }

    fn text(&self, column: RunText) -> &str {
        match column {
            RunText::Id => &self.id,
            RunText::Name => &self.name,
            RunText::Status => self.status,
            RunText::User => "me",
            RunText::ArtifactUri => "mlflow-artifacts:/1",
        }
    }

    fn time(&self, column: RunTime) -> Option<i64> {
        if column == RunTime::Started { Some(self.started) } else { self.ended }
    }

    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn meets(&self, condition: &RunCondition) -> bool {
        let entry = |value: Option<&str>, test: &EntryTest| match test {
            EntryTest::Is(comparison) => value.is_some_and(|value| reads(value, comparison)),
            EntryTest::Present => value.is_some(),
            EntryTest::Absent => value.is_none(),
        };
        match condition {
            RunCondition::Text { column, comparison } => reads(self.text(*column), comparison),
            RunCondition::Time { column, comparison, value } => {
                self.time(*column).is_some_and(|time| compares(time as f64, *comparison, value.as_float()))
            }
            RunCondition::Metric { key, comparison, value } => {
                self.metric(key).is_some_and(|metric| compares(metric, *comparison, *value))
            }
            RunCondition::Param { key, test } => entry(self.param(key), test),
            RunCondition::Tag { key, test } => entry(self.tag(key), test),
            RunCondition::Dataset { field, comparison } => {
                let value = match field {
                    DatasetField::Name => "d1",
                    DatasetField::Digest => "x",
                    DatasetField::Context => "train",
                };
                self.dataset && reads(value, comparison)
            }
        }
    }

    /// Where the run stands beside another: what is missing comes last, NaN before that, whatever the direction.
    fn beside(&self, other: &Self, key: &RunOrder) -> Ordering {
        fn place<T: PartialOrd>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
            match (a, b) {
                (Some(a), Some(b)) => {
                    let order = a.partial_cmp(&b).expect("comparable");
                    if descending { order.reverse() } else { order }
                }
                (a, b) => b.is_some().cmp(&a.is_some()),
            }
        }
        let down = key.descending;
        match &key.by {
            RunSort::Text(column) => place(Some(self.text(*column)), Some(other.text(*column)), down),
            RunSort::Time(column) => place(self.time(*column), other.time(*column), down),
            RunSort::Metric(key) => {
                let (a, b) = (self.metric(key), other.metric(key));
                let class = |m: Option<f64>| m.map_or(2, |m| i32::from(m.is_nan()));
                let number = |m: Option<f64>| m.filter(|m| !m.is_nan());
                class(a).cmp(&class(b)).then_with(|| place(number(a), number(b), down))
            }
            RunSort::Param(key) => place(self.param(key), other.param(key), down),
            RunSort::Tag(key) => place(self.tag(key), other.tag(key), down),
        }
    }
}

fn search(experiments: &[i64], view: View, filter: &str, order: &[&str], limit: i64) -> RunSearch {
    let order: Vec<String> = order.iter().map(|key| (*key).to_owned()).collect();
    RunSearch {
        experiments: experiments.to_vec(),
        view,
        filter: parse_run_filter(Some(filter)).expect(filter),
        order: parse_run_order(&order).expect("a valid order"),
        limit,
        token: None,
    }
}

/// All pages, joined.
async fn pages(db: &Db, mut search: RunSearch) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let (page, token) = db
            .scan(search.clone(), |tx, search| run_search::ids(tx, search).boxed())
            .await
            .unwrap_or_else(|error| panic!("{search:?}: {error:?}"));
        assert!(i64::try_from(page.len()).is_ok_and(|n| n == search.limit) || token.is_none(), "{search:?}");
        found.extend(page);
        search.token = token;
        if search.token.is_none() {
            return found;
        }
    }
}

fn expected(search: &RunSearch) -> Vec<String> {
    let mut runs: Vec<Run> = (0..RUNS)
        .map(run)
        .filter(|run| search.experiments.contains(&run.experiment))
        .filter(|run| match search.view {
            View::Active => !run.deleted,
            View::Deleted => run.deleted,
            View::All => true,
        })
        .filter(|run| search.filter.iter().all(|condition| run.meets(condition)))
        .collect();
    runs.sort_by(|a, b| {
        search.order.iter().fold(Ordering::Equal, |order, key| order.then_with(|| a.beside(b, key)))
    });
    runs.into_iter().map(|run| run.id).collect()
}

const FILTERS: &[&str] = &[
    "",
    "metrics.acc > 5.5",
    "metrics.acc <= -2.125",
    "metrics.acc = 0",
    "metrics.acc != 0",
    "metrics.rare >= 1000",
    "metrics.absent < 1",
    "params.lr = 'v3'",
    "params.lr != 'v3'",
    "params.lr LIKE 'xxx%'",
    "params.lr IS NULL",
    "params.lr IS NOT NULL AND metrics.acc > 0",
    "tags.team = 'red'",
    "tags.team = 'red' AND tags.seldom IS NULL",
    "tags.seldom = 'yes'",
    "tags.seldom != 'yes'",
    "tags.team ILIKE 'R%' AND metrics.acc >= 0 AND params.lr = 'v1'",
    "datasets.name = 'd1'",
    "datasets.name IN ('d1', 'd2') AND datasets.context = 'train'",
    "datasets.digest != 'y'",
    "datasets.context LIKE 't%' AND datasets.digest = 'x'",
    "metrics.acc > 19 AND metrics.acc < 19.5",
    "metrics.acc > 19 AND metrics.rare > 100 AND tags.team = 'red'",
    "metrics.acc > 18 AND params.lr = 'v1' AND tags.team != 'red'",
    "params.lr LIKE 'v1%' AND metrics.acc < 0",
    "params.lr LIKE '%1'",
    "params.lr = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1' AND tags.team = 'blue'",
    "tags.seldom IS NOT NULL",
    "run_name LIKE 'n4%' AND metrics.acc >= 10",
    "run_name = 'n7' AND metrics.acc > 0",
    "run_id IN ('r10000', 'r12345', 'nobody')",
    "run_id NOT IN ('r10000') AND status = 'RUNNING'",
    "run_name = 'n7' AND start_time > 100.5",
    "end_time <= 250",
    "user_id = 'me' AND artifact_uri LIKE 'mlflow%'",
];

const ORDERS: &[&[&str]] = &[
    &[],
    &["start_time"],
    &["metrics.acc DESC"],
    &["metrics.acc"],
    &["metrics.rare"],
    &["params.lr"],
    &["params.lr DESC"],
    &["tags.seldom DESC", "metrics.acc"],
    &["end_time DESC"],
    &["status", "metrics.acc DESC", "params.lr"],
    &["run_id DESC"],
];

async fn every_filter_and_order_agrees_with_the_model(database: Arc<Database>) -> Outcome {
    let db = filled(&database).await;
    for (number, filter) in FILTERS.iter().enumerate() {
        // Every filter meets every third order, and with its neighbours all of them.
        for (index, order) in ORDERS.iter().enumerate().filter(|(index, _)| (index + number) % 3 == 0) {
            // Each pair on a page size of its own, so that pages end in all sorts of places.
            let limit = [1500, 801, 2047][index % 3];
            let search = search(&[1], View::Active, filter, order, limit);
            assert_eq!(pages(&db, search.clone()).await, expected(&search), "{filter} by {order:?}");
        }
    }
    db.close().await;
    Ok(())
}

async fn small_pages_join_without_seam(database: Arc<Database>) -> Outcome {
    let db = filled(&database).await;
    for (filter, order, limit) in [
        ("metrics.acc > 18.5", &["metrics.acc DESC"][..], 3),
        ("params.lr LIKE 'xxx%'", &["params.lr DESC", "metrics.acc"], 5),
        ("tags.seldom = 'yes'", &["metrics.acc", "end_time"], 1),
        ("start_time < 20", &["metrics.acc"], 7),
        // So many that they are walked, or walked for a while and then collected.
        ("metrics.acc > -4.5 AND tags.team = 'red'", &[], 90),
        ("metrics.acc > -4.5 AND tags.team = 'red' AND end_time < 40", &[], 90),
        ("params.lr != 'v1' AND tags.team = 'blue' AND end_time > 100", &[], 70),
        ("metrics.acc > -4 AND tags.team = 'red' AND params.lr = 'v2'", &[], 20),
        ("metrics.acc > -4 AND params.lr LIKE 'v%' AND start_time < 70", &["metrics.acc DESC"], 60),
        ("metrics.acc > -4 AND params.lr LIKE 'v%' AND start_time < 70", &["params.lr"], 80),
        ("metrics.acc != 4 AND params.lr LIKE 'v%'", &["metrics.rare"], 280),
        ("tags.team = 'blue' AND start_time < 30", &["end_time", "metrics.acc"], 33),
        ("run_name LIKE 'n%' AND tags.team = 'blue' AND start_time < 60", &[], 90),
        ("metrics.acc > -4.5", &["metrics.acc DESC"], 290),
        ("metrics.acc > -4.5 AND tags.team = 'red'", &[], 290),
        ("params.lr IS NOT NULL AND metrics.acc <= 20", &["params.lr"], 290),
        ("datasets.name = 'd1'", &[], 1),
    ] {
        let search = search(&[1, 2], View::All, filter, order, limit);
        let found = pages(&db, search.clone()).await;
        assert!(found.len() > 5, "{filter}");
        assert_eq!(found, expected(&search), "{filter} by {order:?}");
    }
    db.close().await;
    Ok(())
}

async fn several_experiments_and_every_view(database: Arc<Database>) -> Outcome {
    let db = filled(&database).await;
    let many: Vec<i64> = (1..40).collect();
    for experiments in [&[2][..], &[1, 2], &[2, 7, 1], &many, &[9], &[]] {
        for view in [View::Active, View::Deleted, View::All] {
            for order in ORDERS {
                let search = search(experiments, view, "metrics.acc != 1", order, 1999);
                assert_eq!(
                    pages(&db, search.clone()).await,
                    expected(&search),
                    "{experiments:?} {view:?} {order:?}"
                );
            }
        }
    }
    db.close().await;
    Ok(())
}

async fn a_token_of_another_order_or_a_forged_one_is_refused(database: Arc<Database>) -> Outcome {
    let db = filled(&database).await;
    let mut first = search(&[1], View::Active, "", &["metrics.acc"], 10);
    let (_, token) =
        db.scan(first.clone(), |tx, search| run_search::ids(tx, search).boxed()).await.expect("a page");
    let mut other = search(&[1], View::Active, "", &["metrics.acc DESC"], 10);
    other.token = token;
    // base64 of {"search":"runs:Metric(\"acc\")+,Time(Started)-,Text(Id)+","after":[...]} with bad places.
    let forged = |after: &str| {
        let text =
            format!(r#"{{"search":"runs:Metric(\"acc\")+,Time(Started)-,Text(Id)+","after":{after}}}"#);
        Some(base64(text.as_bytes()))
    };
    let mut refused = vec![other];
    for after in [
        r#"[0,"NaN",1,"r"]"#,
        r#"[-1,"0.0",1,"r"]"#,
        r#"[0,0.5,1,"r"]"#,
        r#"[0,"0.0",1]"#,
        r#"[0,"0.0","1","r"]"#,
    ] {
        first.token = forged(after);
        refused.push(first.clone());
    }
    for search in refused {
        let error = db
            .scan(search.clone(), |tx, search| run_search::ids(tx, search).boxed())
            .await
            .expect_err("refused");
        assert!(error.message.starts_with("Invalid page token"), "{search:?}: {}", error.message);
    }
    first.token = forged(r#"[0,"0.0",1,"r"]"#);
    db.scan(first, |tx, search| run_search::ids(tx, search).boxed()).await.expect("a good place");
    db.close().await;
    Ok(())
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
