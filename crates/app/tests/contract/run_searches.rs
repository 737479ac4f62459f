//! Searches over what was really logged: runs and experiments are found by it, page by page, and charts get their
//! points. (The store's suite holds the search of runs beside a model of it.)

use greenroom_app::experiment as experiments;
use greenroom_app::run::{self as cases, Batch, MetricKey, MetricOfRuns, NewRun};
use greenroom_core::dataset::{Dataset, DatasetInput};
use greenroom_core::metric::LoggedMetric;
use greenroom_core::run::{LongValues, check_param, check_tag};
use greenroom_core::search::{
    parse_experiment_filter, parse_experiment_order, parse_run_filter, parse_run_order,
};
use greenroom_store::experiment_search::ExperimentSearch;
use greenroom_store::metric_sample::Steps;
use greenroom_store::run_search::{RunSearch, View};

use crate::support::{World, contract, new_experiment, new_run, point};

fn batch(metrics: Vec<LoggedMetric>, params: &[(&str, &str)], tags: &[(&str, &str)]) -> Batch {
    Batch {
        metrics,
        params: params.iter().map(|(k, v)| check_param("", k, v, LongValues::Cut).unwrap()).collect(),
        tags: tags.iter().map(|(k, v)| check_tag("", k, v, LongValues::Cut).unwrap()).collect(),
    }
}

fn input(name: &str, context: &str) -> DatasetInput {
    let dataset = Dataset {
        name: name.into(),
        digest: format!("{name}-digest"),
        source_type: "local".into(),
        source: "{}".into(),
        schema: None,
        profile: None,
    };
    DatasetInput::new(dataset, &[("mlflow.data.context".into(), context.into())]).unwrap()
}

/// The names of the runs that a search finds, page by page.
async fn found(
    world: &World,
    experiments: &[i64],
    view: View,
    filter: &str,
    order: &[&str],
    limit: i64,
) -> Vec<String> {
    let order: Vec<String> = order.iter().map(|key| (*key).to_owned()).collect();
    let mut search = RunSearch {
        experiments: experiments.to_vec(),
        view,
        filter: parse_run_filter(Some(filter)).unwrap(),
        order: parse_run_order(&order).unwrap(),
        limit,
        token: None,
    };
    let mut names = Vec::new();
    loop {
        let (page, token) = cases::search(&world.cx, search.clone()).await.unwrap();
        names.extend(page.into_iter().map(|detail| detail.run.name));
        search.token = token;
        if search.token.is_none() {
            return names;
        }
    }
}

async fn named(world: &World, experiment: i64, name: &str, logged: Batch) -> String {
    let new = NewRun { started_at: world.tick(1000), ..new_run(experiment) };
    let id = cases::create(&world.cx, new).await.unwrap().run.id;
    let change = cases::RunChange { name: Some(name.to_owned()), ..Default::default() };
    cases::update(&world.cx, id.clone(), change).await.unwrap();
    cases::log_batch(&world.cx, id.clone(), logged).await.unwrap();
    id
}

contract! {
    async fn runs_are_found_by_what_they_logged(world) {
        let e = world.experiment("e").await;
        let a = named(world, e, "a", batch(vec![point("acc", 0.9, 1, 0), point("acc", 0.5, 2, 1)], &[("lr", "0.1")], &[("team", "red")])).await;
        let b = named(world, e, "b", batch(vec![point("acc", f64::NAN, 1, 0)], &[("lr", "0.2")], &[("team", "Red")])).await;
        named(world, e, "c", batch(vec![], &[], &[("team", "blue"), ("my tag", "x")])).await;
        cases::log_inputs(&world.cx, a.clone(), vec![input("iris", "train")], vec![]).await.unwrap();
        cases::log_inputs(&world.cx, b.clone(), vec![input("wine", "train"), input("iris", "eval")], vec![]).await.unwrap();

        for (filter, names) in [
            ("", &["c", "b", "a"][..]),
            // The latest point counts.
            ("metrics.acc > 0.6", &[]),
            ("metrics.acc = 0.5", &["a"]),
            ("metrics.acc != 0.7", &["b", "a"]),
            ("metrics.acc < 1", &["a"]),
            ("params.lr = '0.2'", &["b"]),
            ("params.lr IS NULL", &["c"]),
            ("tags.team = 'red'", &["a"]),
            ("tags.team ILIKE 'RED'", &["b", "a"]),
            ("tags.`my tag` IS NOT NULL AND tags.team LIKE 'bl%'", &["c"]),
            ("datasets.name = 'iris'", &["b", "a"]),
            ("datasets.name = 'iris' AND datasets.context = 'eval'", &["b"]),
            ("datasets.digest LIKE 'wine%'", &["b"]),
            ("attributes.`Run Name` != 'a' AND status = 'RUNNING'", &["c", "b"]),
            ("tags.mlflow.runName = 'a'", &["a"]),
            ("end_time > 0", &[]),
        ] {
            assert_eq!(found(world, &[e], View::Active, filter, &[], 10).await, names, "{filter}");
        }
        for (order, names) in [
            (&["metrics.acc DESC"][..], ["a", "b", "c"]),
            (&["metrics.acc"], ["a", "b", "c"]),
            (&["params.lr DESC"], ["b", "a", "c"]),
            (&["tags.team"], ["b", "c", "a"]),
            (&["attributes.run_name"], ["a", "b", "c"]),
            (&["start_time ASC"], ["a", "b", "c"]),
        ] {
            for limit in [1, 2, 10] {
                assert_eq!(found(world, &[e], View::Active, "", order, limit).await, names, "{order:?} by {limit}");
            }
        }

        // A renamed run and a moved metric are found where they are now.
        let change = cases::RunChange { name: Some("z".into()), ..Default::default() };
        cases::update(&world.cx, a.clone(), change).await.unwrap();
        cases::log_metric(&world.cx, a.clone(), point("acc", 0.7, 3, 2)).await.unwrap();
        assert_eq!(found(world, &[e], View::Active, "metrics.acc > 0.6 AND attributes.run_name = 'z'", &[], 10).await, ["z"]);
        cases::delete(&world.cx, b.clone()).await.unwrap();
        assert_eq!(found(world, &[e], View::Active, "", &[], 10).await, ["c", "z"]);
        assert_eq!(found(world, &[e], View::Deleted, "", &[], 10).await, ["b"]);
        assert_eq!(found(world, &[e], View::All, "", &["metrics.acc"], 10).await, ["z", "b", "c"]);
    }

    async fn runs_of_several_experiments_are_merged(world) {
        let mut all = Vec::new();
        for (name, values) in [("one", [0.1, 0.4]), ("two", [0.2, 0.3])] {
            let e = world.experiment(name).await;
            all.push(e);
            for value in values {
                named(world, e, &value.to_string(), batch(vec![point("acc", value, 1, 0)], &[], &[])).await;
            }
        }
        assert_eq!(found(world, &all, View::Active, "", &["metrics.acc"], 1).await, ["0.1", "0.2", "0.3", "0.4"]);
        let twice = [all[0], all[0], all[1]];
        assert_eq!(found(world, &twice, View::Active, "", &["metrics.acc DESC"], 3).await, ["0.4", "0.3", "0.2", "0.1"]);
        assert_eq!(found(world, &[], View::Active, "", &[], 3).await, Vec::<String>::new());
    }

    async fn experiments_are_found_by_name_time_and_tag(world) {
        for name in ["alpha", "Beta", "gamma"] {
            let new = experiments::NewExperiment { tags: vec![("team".into(), name.to_lowercase())], ..new_experiment(name) };
            experiments::create(&world.cx, new).await.unwrap();
            world.tick(1000);
        }
        let bare = world.experiment("bare").await;
        let second = experiments::get_by_name(&world.cx, "Beta".into()).await.unwrap().experiment;
        let gone = experiments::get_by_name(&world.cx, "gamma".into()).await.unwrap().experiment;
        experiments::delete(&world.cx, gone.id).await.unwrap();

        let search = async |view, filter: &str, order: &[&str], limit| {
            let order: Vec<String> = order.iter().map(|key| (*key).to_owned()).collect();
            let mut search = ExperimentSearch {
                view,
                filter: parse_experiment_filter(Some(filter)).unwrap(),
                order: parse_experiment_order(&order).unwrap(),
                limit,
                token: None,
            };
            let mut names = Vec::new();
            loop {
                let (page, token) = experiments::search(&world.cx, search.clone()).await.unwrap();
                names.extend(page.into_iter().map(|detail| detail.experiment.name));
                search.token = token;
                if search.token.is_none() {
                    return names;
                }
            }
        };
        let before = format!("creation_time < {}", second.created_at);
        let only = format!("experiment_id IN ('{}', '{bare}')", second.id);
        let others = format!("experiment_id NOT IN ('{}') AND tags.team IS NOT NULL", second.id);
        for (filter, names) in [
            ("tags.team LIKE '%a'", &["Beta", "alpha"][..]),
            ("name ILIKE 'b%'", &["bare", "Beta"]),
            ("name LIKE 'b%'", &["bare"]),
            ("tags.team IS NULL AND name != 'Default'", &["bare"]),
            (only.as_str(), &["bare", "Beta"]),
            (others.as_str(), &["alpha"]),
        ] {
            assert_eq!(search(View::Active, filter, &[], 10).await, names, "{filter}");
        }
        assert!(search(View::Active, &before, &[], 10).await.contains(&"alpha".to_owned()));
        assert_eq!(search(View::Deleted, "", &[], 10).await, ["gamma"]);
        for limit in [1, 2, 10] {
            let all = search(View::All, "tags.team != ''", &["name DESC"], limit).await;
            assert_eq!(all, ["gamma", "alpha", "Beta"], "by {limit}");
            let newest = search(View::All, "tags.team != ''", &[], limit).await;
            assert_eq!(newest, ["gamma", "Beta", "alpha"], "by {limit}");
        }
    }

    async fn charts_get_the_points_of_several_runs(world) {
        let e = world.experiment("e").await;
        let points = |n: i32| (0..n).map(|i| point("loss", f64::from(i), i64::from(100 - i), i64::from(i))).collect();
        let a = named(world, e, "a", batch(points(10), &[], &[])).await;
        let b = named(world, e, "b", batch(points(3), &[], &[])).await;
        let metric = MetricKey { run_id: a.clone(), key: "loss".into() };
        let (first, token) = cases::history(&world.cx, metric.clone(), 6, None).await.unwrap();
        let (rest, end) = cases::history(&world.cx, metric, 6, token).await.unwrap();
        let steps: Vec<i64> = first.iter().chain(&rest).map(|point| point.step).collect();
        // By time, which runs the other way here.
        assert_eq!((steps, end), ((0..10).rev().collect(), None));

        let of_both = MetricOfRuns { run_ids: vec![b.clone(), "nobody".into(), a.clone(), "\0".into()], key: "loss".into() };
        let mut order = [a.clone(), b.clone()];
        order.sort();
        let all = cases::history_of_runs(&world.cx, of_both.clone(), 100).await.unwrap();
        assert_eq!(all.len(), 13);
        assert!(all.is_sorted_by_key(|point| &point.run_id));
        let some = cases::history_of_runs(&world.cx, of_both.clone(), 4).await.unwrap();
        assert_eq!(some, all[..4]);

        let sample = cases::sample_of_runs(&world.cx, of_both.clone(), Steps::default(), 4).await.unwrap();
        let seen: Vec<(&str, i64)> = sample.iter().map(|p| (p.run_id.as_str(), p.metric.step)).collect();
        let (a, b) = (a.as_str(), b.as_str());
        assert_eq!(seen, [(b, 0), (b, 1), (b, 2), (a, 0), (a, 3), (a, 6), (a, 9)]);
        let part = cases::sample_of_runs(&world.cx, of_both, Steps { from: 2, to: 4 }, 100).await.unwrap();
        assert_eq!(part.len(), 1 + 3);
    }
}
