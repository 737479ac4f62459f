//! Searching logged models: filters, orders, pages.

use greenroom_app::logged_model as cases;
use greenroom_core::Result;
use greenroom_core::logged_model::Status;
use greenroom_core::search::{LoggedModelOrderItem, parse_logged_model_filter, parse_logged_model_order};
use greenroom_store::logged_model_search::{DatasetFilter, LoggedModelSearch};

use crate::logged_models::{experiments, new};
use crate::support::{World, contract, run_sql};

/// Six models in experiment 7, one a tick: their names, and what was measured of some of them.
async fn six(world: &World) -> Vec<String> {
    experiments(world).await;
    let mut ids = Vec::new();
    for (name, lr) in [("a", "0.1"), ("b", "0.2"), ("a", "0.3"), ("c", "0.1"), ("d", "0.1"), ("e", "0.1")] {
        let mut asked = new(name, if name == "a" { "r1" } else { "" });
        asked.params = vec![("lr".into(), lr.into())];
        asked.tags = vec![("team".into(), format!("team {name}"))];
        ids.push(cases::create(&world.cx, asked).await.unwrap().model.id);
        world.tick(1);
    }
    // 0: 0.9 on train, later 0.5 on test; 1: 0.7; 2: NaN; 3: 0.5 as the first; 4 and 5: nothing.
    run_sql(
        &world.uri,
        &format!(
            "INSERT INTO logged_model_metrics
                 (model_id, key, run_id, dataset_name, dataset_digest, value, is_nan, timestamp, step, experiment_id)
             VALUES ('{0}', 'auc', 'r1', 'train', 'x', 0.9, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{0}')), ('{0}', 'auc', 'r1', 'test', 'y', 0.5, FALSE, 20, 1, (SELECT experiment_id FROM logged_models WHERE id = '{0}')),
                    ('{1}', 'auc', 'r1', '', '', 0.7, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{1}')), ('{2}', 'auc', 'r1', '', '', 0, TRUE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{2}')),
                    ('{3}', 'auc', 'r1', 'test', 'z', 0.5, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{3}')), ('{3}', 'loss', 'r1', '', '', 0.1, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{3}'))",
            ids[0], ids[1], ids[2], ids[3]
        ),
    )
    .await;
    ids
}

fn search(filter: &str, order: &[(&str, bool)]) -> LoggedModelSearch {
    let items: Vec<LoggedModelOrderItem> = order
        .iter()
        .map(|(field, ascending)| LoggedModelOrderItem {
            field_name: (*field).into(),
            ascending: Some(*ascending),
            ..LoggedModelOrderItem::default()
        })
        .collect();
    LoggedModelSearch {
        experiments: vec![7, 8],
        filter: parse_logged_model_filter(Some(filter)).unwrap(),
        datasets: Vec::new(),
        order: parse_logged_model_order(&items).unwrap(),
        limit: 50,
        token: None,
    }
}

fn on(name: &str, digest: Option<&str>) -> DatasetFilter {
    DatasetFilter { name: name.into(), digest: digest.map(str::to_owned) }
}

/// Which of the six are found, page by page of this size; no page is longer, none but the last shorter.
async fn found(
    world: &World,
    ids: &[String],
    mut search: LoggedModelSearch,
    size: i64,
) -> Result<Vec<usize>> {
    let mut all = Vec::new();
    search.limit = size;
    loop {
        let (page, token) = cases::search(&world.cx, search.clone()).await?;
        let length = i64::try_from(page.len()).unwrap();
        assert!(length == size || (token.is_none() && length < size), "{length} of {size}");
        all.extend(page.iter().map(|m| ids.iter().position(|id| *id == m.model.id).unwrap()));
        let Some(token) = token else { return Ok(all) };
        search.token = Some(token);
    }
}

contract! {
    async fn filters_find_what_they_say(world) {
        let ids = six(world).await;
        cases::finalize(&world.cx, ids[4].clone(), Status::Ready).await.unwrap();
        cases::delete(&world.cx, ids[5].clone()).await.unwrap();
        for (filter, expected) in [
            ("", vec![4, 3, 2, 1, 0]),
            ("name = 'a'", vec![2, 0]),
            ("name = 'a' AND source_run_id = 'r1'", vec![2, 0]),
            ("name IN ('b', 'c')", vec![3, 1]),
            ("name LIKE '%A%'", vec![]),
            ("name ILIKE '%A%'", vec![2, 0]),
            ("status = 'LOGGED_MODEL_READY'", vec![4]),
            ("params.lr = '0.1'", vec![4, 3, 0]),
            ("params.lr != '0.1'", vec![2, 1]),
            ("tags.team = 'team b'", vec![1]),
            ("metrics.auc > 0.6", vec![1, 0]),
            ("metrics.auc <= 0.5", vec![3, 0]),
            ("metrics.auc != 0.7", vec![3, 0]),
            ("metrics.auc >= 0.5 AND metrics.loss < 1", vec![3]),
            ("creation_timestamp > 1700000000002", vec![4, 3]),
        ] {
            assert_eq!(found(world, &ids, search(filter, &[]), 2).await.unwrap(), expected, "{filter}");
        }
        let id = format!("model_id = '{}'", ids[3]);
        assert_eq!(found(world, &ids, search(&id, &[]), 2).await.unwrap(), [3]);
        let elsewhere = LoggedModelSearch { experiments: vec![8], ..search("", &[]) };
        assert_eq!(found(world, &ids, elsewhere, 2).await.unwrap(), [0; 0]);
        let nowhere = LoggedModelSearch { experiments: Vec::new(), ..search("", &[]) };
        assert_eq!(found(world, &ids, nowhere, 2).await.unwrap(), [0; 0]);
    }

    async fn datasets_narrow_metrics_or_stand_alone(world) {
        let ids = six(world).await;
        for (filter, datasets, expected) in [
            ("", vec![on("test", None)], vec![3, 0]),
            ("", vec![on("test", Some("z"))], vec![3]),
            ("", vec![on("train", None), on("test", Some("z"))], vec![3, 0]),
            ("metrics.auc > 0.6", vec![on("test", None)], vec![]),
            ("metrics.auc > 0.6", vec![on("train", Some("x"))], vec![0]),
            ("metrics.auc > 0.6 AND name = 'b'", vec![on("train", None)], vec![]),
        ] {
            let asked = LoggedModelSearch { datasets, ..search(filter, &[]) };
            assert_eq!(found(world, &ids, asked, 1).await.unwrap(), expected, "{filter}");
        }
    }

    async fn orders_are_complete_and_pages_join_without_gap_or_double(world) {
        let ids = six(world).await;
        for (order, expected) in [
            (vec![("creation_timestamp", true)], [0, 1, 2, 3, 4, 5]),
            (vec![("name", true)], [2, 0, 1, 3, 4, 5]),
            (vec![("name", false), ("creation_timestamp", true)], [5, 4, 3, 1, 0, 2]),
            (vec![("model_id", false)], [5, 4, 3, 2, 1, 0]),
            // The latest value counts; what has none, or no number, comes last either way.
            (vec![("metrics.auc", true)], [3, 0, 1, 5, 4, 2]),
            (vec![("metrics.auc", false)], [1, 3, 0, 5, 4, 2]),
            (vec![("metrics.loss", true), ("metrics.auc", false)], [3, 1, 0, 5, 4, 2]),
        ] {
            for size in 1..=7 {
                assert_eq!(found(world, &ids, search("", &order), size).await.unwrap(), expected, "{order:?} by {size}");
            }
        }
        let item = LoggedModelOrderItem {
            field_name: "metrics.auc".into(),
            ascending: Some(false),
            dataset_name: "train".into(),
            dataset_digest: String::new(),
        };
        let asked = LoggedModelSearch { order: parse_logged_model_order(&[item]).unwrap(), ..search("", &[]) };
        assert_eq!(found(world, &ids, asked, 2).await.unwrap(), [0, 5, 4, 3, 2, 1]);
    }

    async fn a_token_of_another_search_is_refused(world) {
        six(world).await;
        let (_, token) = cases::search(&world.cx, LoggedModelSearch { limit: 1, ..search("", &[]) }).await.unwrap();
        for order in [vec![("name", true)], vec![("metrics.auc", true)]] {
            let asked = LoggedModelSearch { token: token.clone(), ..search("", &order) };
            cases::search(&world.cx, asked).await.unwrap_err();
        }
        let forged = LoggedModelSearch { token: Some("AAAA".into()), ..search("", &[]) };
        cases::search(&world.cx, forged).await.unwrap_err();
    }
}
