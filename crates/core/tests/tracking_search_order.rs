//! `order_by` of runs, experiments and logged models from outside. The expectations were taken from MLflow
//! 3.17.2 itself, except where a test says that we differ.

use greenroom_core::search::{
    ExperimentOrder, ExperimentSort, ExperimentTime, LoggedModelOrder, LoggedModelOrderItem, LoggedModelSort,
    LoggedModelText, LoggedModelTime, RunOrder, RunSort, RunText, RunTime, parse_experiment_order,
    parse_logged_model_order, parse_run_order,
};

fn many(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn runs(items: &[&str]) -> Result<Vec<RunOrder>, String> {
    parse_run_order(&many(items)).map_err(|error| error.message)
}

fn experiments(items: &[&str]) -> Result<Vec<ExperimentOrder>, String> {
    parse_experiment_order(&many(items)).map_err(|error| error.message)
}

fn key(by: RunSort, descending: bool) -> RunOrder {
    RunOrder { by, descending }
}

#[test]
fn every_run_gets_its_own_place() {
    let latest = key(RunSort::Time(RunTime::Started), true);
    let id = key(RunSort::Text(RunText::Id), false);
    assert_eq!(runs(&[]), Ok(vec![latest.clone(), id.clone()]));
    let metric = |key: &str| RunSort::Metric(key.to_owned());
    for (item, by, descending) in [
        ("metrics.a", metric("a"), false),
        ("metric.a DESC", metric("a"), true),
        ("metrics.`a b` desc", metric("a b"), true),
        ("metrics.\"a b\" ASC", metric("a b"), false),
        ("`metrics.a` DESC", metric("a"), true),
        ("metrics.desc", metric("desc"), false),
        ("params.a", RunSort::Param("a".to_owned()), false),
        ("tags.`x`", RunSort::Tag("x".to_owned()), false),
        ("attributes.status", RunSort::Text(RunText::Status), false),
        ("end_time", RunSort::Time(RunTime::Ended), false),
    ] {
        let expected = vec![key(by, descending), latest.clone(), id.clone()];
        assert_eq!(runs(&[item]), Ok(expected), "{item}");
    }
    for item in ["start_time ASC", "created", "attribute.Created asc"] {
        assert_eq!(
            runs(&[item]),
            Ok(vec![key(RunSort::Time(RunTime::Started), false), id.clone()]),
            "{item}"
        );
    }
    assert_eq!(runs(&["run_id DESC"]), Ok(vec![key(RunSort::Text(RunText::Id), true), latest]));
}

#[test]
fn an_order_of_runs_is_refused_in_mlflows_words() {
    for item in
        ["", " ", "  start_time", "metrics.a, metrics.b", "metrics.a-b", "'status'", "status desc desc"]
    {
        assert_eq!(runs(&[item]), Err(format!("Invalid order_by clause '{item}'. Could not be parsed.")));
    }
    for item in ["metrics.a nonsense", "Run Name"] {
        assert_eq!(runs(&[item]), Err(format!("Invalid ordering key in order_by clause '{item}'.")));
    }
    for item in ["foo", "experiment_id", "`run name`", "timestamp"] {
        let shown = item.trim_matches('`');
        let expected = format!(
            "Invalid attribute key '{shown}' specified. Valid keys are '{{'artifact_uri', 'end_time', 'run_id', \
             'run_name', 'start_time', 'status', 'user_id', 'created', 'Created'}}'"
        );
        assert_eq!(runs(&[item]), Err(expected));
    }
    assert_eq!(runs(&["dataset.name"]), Err("Invalid identifier type 'dataset'".to_owned()));
    assert_eq!(
        runs(&["metrics.a", "metric.a DESC"]),
        Err("`order_by` contains duplicate fields: ['metrics.a', 'metric.a DESC']".to_owned())
    );
}

#[test]
fn experiments_are_ordered_newest_first() {
    let key = |by, descending| ExperimentOrder { by, descending };
    let created = ExperimentSort::Time(ExperimentTime::Created);
    assert_eq!(experiments(&[]), Ok(vec![key(created, true), key(ExperimentSort::Id, false)]));
    assert_eq!(
        experiments(&["name", "name DESC"]),
        Ok(vec![key(ExperimentSort::Name, false), key(ExperimentSort::Id, true)])
    );
    assert_eq!(experiments(&["experiment_id"]), Ok(vec![key(ExperimentSort::Id, false)]));
    assert_eq!(
        experiments(&["attribute.last_update_time DESC"]),
        Ok(vec![key(ExperimentSort::Time(ExperimentTime::Updated), true), key(ExperimentSort::Id, true)])
    );
    assert_eq!(experiments(&["tags.a"]), Err("Invalid order_by entity: tag".to_owned()));
    assert_eq!(
        experiments(&["metrics.a"]),
        Err("Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')".to_owned())
    );
}

#[test]
fn logged_models_are_ordered_by_objects() {
    let item = |field: &str| LoggedModelOrderItem { field_name: field.to_owned(), ..Default::default() };
    let order =
        |items: &[LoggedModelOrderItem]| parse_logged_model_order(items).map_err(|error| error.message);
    let key = |by, descending| LoggedModelOrder { by, descending };
    let newest = key(LoggedModelSort::Time(LoggedModelTime::Created), true);
    let id = key(LoggedModelSort::Text(LoggedModelText::Id), false);

    assert_eq!(order(&[]), Ok(vec![newest.clone(), id.clone()]));
    let metric =
        LoggedModelOrderItem { ascending: Some(false), dataset_name: "d".to_owned(), ..item("metrics.a.b") };
    let by = LoggedModelSort::Metric {
        key: "a.b".to_owned(),
        dataset_name: Some("d".to_owned()),
        dataset_digest: None,
    };
    assert_eq!(order(&[metric]), Ok(vec![key(by, true), newest, id.clone()]));
    for alias in ["creation_time", "creation_timestamp"] {
        assert_eq!(
            order(&[item(alias)]),
            Ok(vec![key(LoggedModelSort::Time(LoggedModelTime::Created), false), id.clone()])
        );
    }
    assert_eq!(
        order(&[item("params.a")]),
        Err("Invalid order by field name: params.a. Only metrics are supported.".to_owned())
    );
    assert_eq!(order(&[item("foo")]), Err("Invalid order by field name: foo".to_owned()));
}
