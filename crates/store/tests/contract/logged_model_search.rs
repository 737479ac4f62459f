//! `logged-models/search` beside a model of it: orders that metrics lead, page by page, give what sorting all logged
//! models in memory gives.

use std::cmp::Ordering;
use std::sync::Arc;

use futures_util::FutureExt;
use greenroom_core::search::{
    LoggedModelOrderItem, LoggedModelSort, LoggedModelText, LoggedModelTime, parse_logged_model_filter,
    parse_logged_model_order,
};
use greenroom_store::Db;
use greenroom_store::logged_model_search::{self, DatasetFilter, LoggedModelSearch};

use crate::harness::{Database, Outcome, contract};

contract!(orders_by_metrics_agree_with_the_model);

const MODELS: i64 = 600;

/// One value; the same formulas stand in [`filled`] as SQL.
struct Measured {
    run: String,
    dataset: (&'static str, &'static str),
    value: f64,
    at: (i64, i64),
}

struct Model {
    id: String,
    experiment: i64,
    name: &'static str,
    created: i64,
    deleted: bool,
    auc: Vec<Measured>,
    loss: Vec<Measured>,
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn model(i: i64) -> Model {
    let auc = (0..3).filter(|j| (i * 3 + j) % 4 != 0).map(|j| Measured {
        run: format!("r{j}"),
        dataset: if j % 2 == 0 { ("train", "x") } else { ("test", if i % 2 == 0 { "x" } else { "y" }) },
        value: if (i + j) % 9 == 0 { f64::NAN } else { ((i * 13 + j * 7) % 40) as f64 / 8.0 },
        at: (i * j % 3, (i + j) % 2),
    });
    let loss = (i % 3 == 0).then(|| Measured {
        run: "r0".into(),
        dataset: ("", ""),
        value: (i % 5) as f64,
        at: (0, 0),
    });
    Model {
        id: format!("m{}", 1000 + i * 7 % MODELS),
        experiment: if i % 10 == 9 { 2 } else { 1 },
        name: if i % 2 == 0 { "a" } else { "b" },
        created: i % 50,
        deleted: i % 11 == 0,
        auc: auc.collect(),
        loss: loss.into_iter().collect(),
    }
}

async fn filled(database: &Database) -> Db {
    let db = database.open().await;
    let id = format!("'m' || (1000 + i * 7 % {MODELS})");
    let experiment = "CASE WHEN i % 10 = 9 THEN 2 ELSE 1 END";
    let from = format!(
        "FROM (WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {MODELS}) SELECT i FROM n) n"
    );
    let metrics = "INSERT INTO logged_model_metrics
        (model_id, key, run_id, dataset_name, dataset_digest, value, is_nan, timestamp, step, experiment_id)";
    let mut texts = vec![
        format!(
            "INSERT INTO logged_models (id, experiment_id, name, model_type, source_run_id, status, artifact_uri,
                 created_at, updated_at, deleted_at)
             SELECT {id}, {experiment}, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, '', '', 'LOGGED_MODEL_READY', '', i % 50, 0,
                 CASE WHEN i % 11 = 0 THEN 5 END {from}"
        ),
        format!("{metrics} SELECT {id}, 'loss', 'r0', '', '', i % 5, FALSE, 0, 0, {experiment} {from} WHERE i % 3 = 0"),
    ];
    for j in 0..3 {
        let (name, digest) =
            if j % 2 == 0 { ("train", "'x'") } else { ("test", "CASE WHEN i % 2 = 0 THEN 'x' ELSE 'y' END") };
        texts.push(format!(
            "{metrics} SELECT {id}, 'auc', 'r{j}', '{name}', {digest},
                 CASE WHEN (i + {j}) % 9 = 0 THEN 0 ELSE (i * 13 + {j} * 7) % 40 / 8.0 END, (i + {j}) % 9 = 0,
                 i * {j} % 3, (i + {j}) % 2, {experiment} {from} WHERE (i * 3 + {j}) % 4 <> 0"
        ));
    }
    for text in texts {
        database.sql(&text).await;
    }
    db
}

impl Model {
    /// The latest value of a metric on such datasets, if it is a number.
    fn latest(&self, key: &str, name: Option<&str>, digest: Option<&str>) -> Option<f64> {
        let values = if key == "auc" { &self.auc } else { &self.loss };
        let on = |m: &&Measured| {
            name.is_none_or(|name| m.dataset.0 == name) && digest.is_none_or(|digest| m.dataset.1 == digest)
        };
        let latest = values
            .iter()
            .filter(on)
            .max_by(|a, b| a.at.cmp(&b.at).then_with(|| (&b.run, b.dataset).cmp(&(&a.run, a.dataset))));
        latest.map(|m| m.value).filter(|value| !value.is_nan())
    }

    fn beside(&self, other: &Self, by: &LoggedModelSort, descending: bool) -> Ordering {
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        match by {
            LoggedModelSort::Text(LoggedModelText::Id) => turned(self.id.cmp(&other.id)),
            LoggedModelSort::Text(LoggedModelText::Name) => turned(self.name.cmp(other.name)),
            LoggedModelSort::Time(LoggedModelTime::Created) => turned(self.created.cmp(&other.created)),
            LoggedModelSort::Metric { key, dataset_name, dataset_digest } => {
                let value = |m: &Self| m.latest(key, dataset_name.as_deref(), dataset_digest.as_deref());
                match (value(self), value(other)) {
                    (Some(a), Some(b)) => turned(a.partial_cmp(&b).expect("numbers")),
                    (a, b) => b.is_some().cmp(&a.is_some()),
                }
            }
            other => panic!("no test orders by {other:?}"),
        }
    }
}

fn item(field: &str, ascending: bool, dataset: (&str, &str)) -> LoggedModelOrderItem {
    LoggedModelOrderItem {
        field_name: field.into(),
        ascending: Some(ascending),
        dataset_name: dataset.0.into(),
        dataset_digest: dataset.1.into(),
    }
}

/// All pages, joined.
async fn pages(db: &Db, mut search: LoggedModelSearch) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let (page, token) = db
            .scan(search.clone(), |tx, search| logged_model_search::run(tx, search).boxed())
            .await
            .unwrap_or_else(|error| panic!("{search:?}: {error:?}"));
        found.extend(page.into_iter().map(|model| model.id));
        search.token = token;
        if search.token.is_none() {
            return found;
        }
    }
}

async fn orders_by_metrics_agree_with_the_model(database: Arc<Database>) -> Outcome {
    let db = filled(&database).await;
    let orders = [
        vec![item("metrics.auc", true, ("", ""))],
        vec![item("metrics.auc", false, ("", ""))],
        vec![item("metrics.auc", false, ("train", ""))],
        vec![item("metrics.auc", true, ("test", "x"))],
        vec![item("metrics.loss", false, ("", "")), item("metrics.auc", true, ("test", ""))],
        vec![item("name", false, ("", "")), item("metrics.auc", true, ("", ""))],
        vec![item("metrics.nothing", true, ("", "")), item("metrics.loss", true, ("", ""))],
    ];
    for (number, items) in orders.into_iter().enumerate() {
        let order = parse_logged_model_order(&items).expect("a valid order");
        for (experiments, filter, limit) in
            [(vec![1], "", 37), (vec![1, 2], "name = 'a'", 100), (vec![2], "", 1000)]
        {
            let search = LoggedModelSearch {
                experiments: experiments.clone(),
                filter: parse_logged_model_filter(Some(filter)).expect("a valid filter"),
                datasets: if number == 0 {
                    vec![DatasetFilter { name: "test".into(), digest: None }]
                } else {
                    Vec::new()
                },
                order: order.clone(),
                limit,
                token: None,
            };
            let mut expected: Vec<Model> = (0..MODELS)
                .map(model)
                .filter(|m| experiments.contains(&m.experiment) && !m.deleted)
                .filter(|m| filter.is_empty() || m.name == "a")
                .filter(|m| number != 0 || m.auc.iter().any(|m| m.dataset.0 == "test"))
                .collect();
            expected.sort_by(|a, b| {
                order.iter().fold(Ordering::Equal, |so_far, key| {
                    so_far.then_with(|| a.beside(b, &key.by, key.descending))
                })
            });
            let expected: Vec<String> = expected.into_iter().map(|model| model.id).collect();
            assert_eq!(pages(&db, search).await, expected, "{items:?} in {experiments:?}, {filter}");
        }
    }
    db.close().await;
    Ok(())
}
