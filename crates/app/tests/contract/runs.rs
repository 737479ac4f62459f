//! Runs: made, changed, deleted, restored; their params, tags, datasets and models.

use greenroom_app::run::{self as cases, Batch, NewRun, RunChange};
use greenroom_core::dataset::{Dataset, DatasetInput};
use greenroom_core::run::{LongValues, ModelOutput, RunDetail, RunStatus, check_param, check_tag};
use greenroom_core::{Error, ErrorCode};
use serde_json::{Value, json};

use crate::support::{START, World, contract, new_run, point};

fn message<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    outcome.unwrap_err().message
}

fn tags(run: &RunDetail) -> Vec<(&str, &str)> {
    run.tags.iter().map(|t| (t.key.as_str(), t.value.as_str())).collect()
}

fn params(run: &RunDetail) -> Vec<(&str, &str)> {
    run.params.iter().map(|p| (p.key.as_str(), p.value.as_str())).collect()
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn batch(params: &[(&str, &str)], tags: &[(&str, &str)]) -> Batch {
    Batch {
        metrics: Vec::new(),
        params: params.iter().map(|(k, v)| check_param("", k, v, LongValues::Cut).unwrap()).collect(),
        tags: tags.iter().map(|(k, v)| check_tag("", k, v, LongValues::Cut).unwrap()).collect(),
    }
}

fn dataset(name: &str, source: &str, tags: &[(&str, &str)]) -> DatasetInput {
    let dataset = Dataset {
        name: name.into(),
        digest: "d".into(),
        source_type: "local".into(),
        source: source.into(),
        schema: Some("{}".into()),
        profile: None,
    };
    let tags: Vec<_> = tags.iter().map(|(k, v)| pair(k, v)).collect();
    DatasetInput::new(dataset, &tags).unwrap()
}

async fn history(world: &World, run: &str) -> Value {
    let detail = world.run_detail(run).await;
    let tag = detail.tags.iter().find(|t| t.key == "mlflow.log-model.history").unwrap();
    serde_json::from_str(&tag.value).unwrap()
}

contract! {
    async fn a_new_run_is_running(world) {
        let id = world.experiment("e").await;
        let new = NewRun { name: "first".into(), tags: vec![pair("x", "1"), pair("x", "2")], ..new_run(id) };
        let created = cases::create(&world.cx, new).await.unwrap();
        let run = &created.run;
        assert_eq!((run.status, run.started_at, run.ended_at), (RunStatus::Running, START, None));
        assert_eq!(run.artifact_uri, format!("mlflow-artifacts:/{id}/{}/artifacts", run.id));
        assert_eq!((run.name.as_str(), run.user_id.as_str(), run.experiment_id), ("first", "ada", id));
        assert_eq!(tags(&created), [("mlflow.runName", "first"), ("x", "2")]);
        assert_eq!(world.run_detail(&run.id).await, created);
    }

    async fn a_run_without_a_name_gets_one(world) {
        let created = cases::create(&world.cx, new_run(0)).await.unwrap();
        assert_eq!(created.run.name.split('-').count(), 3);
        assert_eq!(tags(&created), [("mlflow.runName", created.run.name.as_str())]);
        let tagged = NewRun { tags: vec![pair("mlflow.runName", "b")], ..new_run(0) };
        assert_eq!(cases::create(&world.cx, tagged).await.unwrap().run.name, "b");
    }

    async fn runs_need_an_experiment_and_text_that_can_be_kept(world) {
        assert_eq!(message(cases::create(&world.cx, new_run(99)).await), "No Experiment with id=99 exists");
        for new in [
            NewRun { name: "a\0".into(), ..new_run(0) },
            NewRun { user_id: "a\0".into(), ..new_run(0) },
            NewRun { tags: vec![pair("a\0", "")], ..new_run(0) },
            NewRun { tags: vec![pair("a", "\0")], ..new_run(0) },
            NewRun { tags: vec![pair("", "")], ..new_run(0) },
            NewRun { name: "a".into(), tags: vec![pair("mlflow.runName", "b")], ..new_run(0) },
        ] {
            let error = cases::create(&world.cx, new).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidParameterValue, "{error}");
        }
        for id in ["nobody", "a\0", ""] {
            assert_eq!(message(cases::get(&world.cx, id.into()).await), format!("Run with id={id} not found"));
            assert_eq!(message(cases::delete(&world.cx, id.into()).await), format!("Run with id={id} not found"));
        }
    }

    async fn a_run_changes_only_where_it_is_told_to(world) {
        let id = world.run(0).await;
        let change = |change| cases::update(&world.cx, id.clone(), change);
        let ended = change(RunChange { status: Some(RunStatus::Failed), ended_at: Some(7), name: None }).await.unwrap();
        assert_eq!((ended.status, ended.ended_at), (RunStatus::Failed, Some(7)));
        let named = change(RunChange { name: Some("n".into()), ..RunChange::default() }).await.unwrap();
        assert_eq!((named.name.as_str(), named.status, named.ended_at), ("n", RunStatus::Failed, Some(7)));
        assert_eq!(change(RunChange { name: Some(String::new()), ..RunChange::default() }).await.unwrap(), named);
        let detail = world.run_detail(&id).await;
        assert_eq!((&detail.run, tags(&detail)), (&named, vec![("mlflow.runName", "n")]));
    }

    async fn the_tag_of_the_name_renames_and_its_deletion_does_not(world) {
        let id = world.run(0).await;
        let name = || async { world.run_detail(&id).await.run.name };
        cases::set_tag(&world.cx, id.clone(), "mlflow.runName", "one").await.unwrap();
        assert_eq!(name().await, "one");
        cases::set_tag(&world.cx, id.clone(), "mlflow.runName", "").await.unwrap();
        assert_eq!(name().await, "one");
        cases::log_batch(&world.cx, id.clone(), batch(&[], &[("a", "1"), ("a", "2"), ("mlflow.runName", "two")])).await.unwrap();
        assert_eq!(tags(&world.run_detail(&id).await), [("a", "2"), ("mlflow.runName", "two")]);
        cases::delete_tag(&world.cx, id.clone(), "mlflow.runName".into()).await.unwrap();
        assert_eq!((name().await.as_str(), tags(&world.run_detail(&id).await)), ("two", vec![("a", "2")]));
        for key in ["nobody", "a\0"] {
            let gone = cases::delete_tag(&world.cx, id.clone(), key.into()).await.unwrap_err();
            assert_eq!(gone, Error::not_found(format!("No tag with name: {key} in run with id {id}")));
        }
    }

    async fn a_deleted_run_takes_nothing_in(world) {
        let id = world.run(0).await;
        let at = world.tick(5);
        cases::delete(&world.cx, id.clone()).await.unwrap();
        assert_eq!(world.run_detail(&id).await.run.deleted_at, Some(at));
        let before = world.run_detail(&id).await;
        let run = || id.clone();
        let output = vec![ModelOutput { model_id: "m".into(), step: 0 }];
        let model = r#"{"artifact_path":"p","flavors":{},"utc_time_created":"t","run_id":"r"}"#;
        for outcome in [
            cases::log_metric(&world.cx, run(), point("m", 1.0, 1, 1)).await,
            cases::log_param(&world.cx, run(), "p", "1").await,
            cases::log_batch(&world.cx, run(), Batch::default()).await,
            cases::set_tag(&world.cx, run(), "a", "b").await,
            cases::delete_tag(&world.cx, run(), "a".into()).await,
            cases::update(&world.cx, run(), RunChange::default()).await.map(|_| ()),
            cases::log_inputs(&world.cx, run(), vec![dataset("d", "", &[])], Vec::new()).await,
            cases::log_outputs(&world.cx, run(), output).await,
            cases::log_model(&world.cx, run(), model).await,
        ] {
            let expected = format!("The run {id} must be in the 'active' state. Current state is deleted.");
            assert_eq!(message(outcome), expected);
        }
        assert_eq!(world.run_detail(&id).await, before);

        cases::delete(&world.cx, run()).await.unwrap();
        cases::restore(&world.cx, run()).await.unwrap();
        cases::restore(&world.cx, run()).await.unwrap();
        cases::log_param(&world.cx, run(), "p", "1").await.unwrap();
    }

    async fn params_are_written_once(world) {
        let id = world.run(0).await;
        for value in ["1", "1"] {
            cases::log_param(&world.cx, id.clone(), "p", value).await.unwrap();
        }
        let changed = message(cases::log_param(&world.cx, id.clone(), "p", "2").await);
        assert!(changed.contains("was already logged with value='1' for run ID"), "{changed}");
        cases::log_batch(&world.cx, id.clone(), batch(&[("p", "1"), ("q", "")], &[])).await.unwrap();

        // One that cannot be takes the whole batch with it.
        let mut mixed = batch(&[("p", "3"), ("r", "1")], &[("t", "1")]);
        mixed.metrics = vec![point("m", 1.0, 1, 1)];
        let changed = message(cases::log_batch(&world.cx, id.clone(), mixed).await);
        assert!(changed.contains("[{'key': 'p', 'old_value': '1', 'new_value': '3'}]"), "{changed}");
        let run = world.run_detail(&id).await;
        assert_eq!(params(&run), [("p", "1"), ("q", "")]);
        assert_eq!((run.metrics.len(), run.tags.len()), (0, 1));
    }

    async fn batches_are_checked_as_a_whole(world) {
        let id = world.run(0).await;
        let many: Vec<String> = (0..101).map(|n| format!("k{n:03}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), "v")).collect();
        let refused = message(cases::log_batch(&world.cx, id.clone(), batch(&many, &[])).await);
        assert!(refused.starts_with("A batch logging request can contain at most 100 params. Got 101"), "{refused}");
        let refused = message(cases::log_batch(&world.cx, id.clone(), batch(&[("d", "1"), ("d", "1")], &[])).await);
        assert!(refused.starts_with("Duplicate parameter keys have been submitted: ['d']."), "{refused}");
        let refused = message(cases::log_batch(&world.cx, "bad id!".into(), Batch::default()).await);
        assert_eq!(refused, "Invalid value \"bad id!\" for parameter 'run_id' supplied.");

        let full = Batch { metrics: (0..800).map(|n| point("m", 1.0, n, n)).collect(), ..batch(&many[..100], &many[..100]) };
        cases::log_batch(&world.cx, id.clone(), full).await.unwrap();
        let run = world.run_detail(&id).await;
        assert_eq!((run.params.len(), run.tags.len(), run.metrics[0].step), (100, 101, 799));
    }

    async fn datasets_are_taken_in_once_and_in_order(world) {
        let (one, two) = (world.run(0).await, world.run(0).await);
        let first = vec![dataset("z", "1", &[("context", "train"), ("a", "b")]), dataset("a", "1", &[]), dataset("z", "9", &[])];
        cases::log_inputs(&world.cx, one.clone(), first, vec!["m-2".into(), "m-1".into(), "m-2".into()]).await.unwrap();
        // Known by name and digest: neither its source nor the tags of this run change.
        let again = vec![dataset("k", "1", &[]), dataset("z", "2", &[("context", "eval")])];
        cases::log_inputs(&world.cx, one.clone(), again, vec!["m-1".into()]).await.unwrap();
        cases::log_inputs(&world.cx, two.clone(), vec![dataset("z", "3", &[("context", "eval")])], Vec::new()).await.unwrap();

        let run = world.run_detail(&one).await;
        let taken: Vec<_> = run.datasets.iter().map(|d| (d.dataset.name.as_str(), d.dataset.source.as_str())).collect();
        assert_eq!(taken, [("z", "1"), ("a", "1"), ("k", "1")]);
        assert_eq!(run.datasets[0].tags.iter().map(|t| t.key.as_str()).collect::<Vec<_>>(), ["a", "context"]);
        assert_eq!(run.datasets[0].dataset.schema.as_deref(), Some("{}"));
        assert_eq!(run.model_inputs, ["m-1", "m-2"]);
        let other = world.run_detail(&two).await;
        assert_eq!((other.datasets[0].dataset.source.as_str(), other.datasets[0].tags[0].value.as_str()), ("1", "eval"));

        // Another experiment has datasets of its own.
        let elsewhere = world.run(world.experiment("e").await).await;
        cases::log_inputs(&world.cx, elsewhere.clone(), vec![dataset("z", "4", &[])], Vec::new()).await.unwrap();
        assert_eq!(world.run_detail(&elsewhere).await.datasets[0].dataset.source, "4");
        assert_eq!(
            message(cases::log_inputs(&world.cx, "bad id!".into(), Vec::new(), Vec::new()).await),
            "Invalid value \"bad id!\" for parameter 'run_id' supplied."
        );
    }

    async fn many_datasets_at_once_are_kept_in_order(world) {
        let id = world.run(0).await;
        let names: Vec<String> = (0..700).map(|n| format!("d{}", 700 - n)).collect();
        let inputs = names.iter().map(|name| dataset(name, "s", &[("k", name)])).collect();
        cases::log_inputs(&world.cx, id.clone(), inputs, Vec::new()).await.unwrap();
        let run = world.run_detail(&id).await;
        assert_eq!(run.datasets.iter().map(|d| d.dataset.name.clone()).collect::<Vec<_>>(), names);
        assert!(run.datasets.iter().all(|d| d.tags[0].value == d.dataset.name));
        let too_many = (0..1001).map(|n| dataset(&n.to_string(), "", &[])).collect();
        assert!(message(cases::log_inputs(&world.cx, id, too_many, Vec::new()).await).starts_with("A request can name at most 1000"));
    }

    async fn models_are_brought_forth_at_a_step(world) {
        let id = world.run(0).await;
        let output = |model: &str, step| ModelOutput { model_id: model.into(), step };
        let outputs = vec![output("m-2", 1), output("m-1", 3), output("m-2", 2)];
        cases::log_outputs(&world.cx, id.clone(), outputs).await.unwrap();
        cases::log_outputs(&world.cx, id.clone(), vec![output("m-1", 0)]).await.unwrap();
        assert_eq!(world.run_detail(&id).await.model_outputs, [output("m-1", 0), output("m-2", 2)]);
        cases::log_outputs(&world.cx, id.clone(), vec![output("m\0", 0)]).await.unwrap_err();
        cases::log_inputs(&world.cx, id, Vec::new(), vec!["m\0".into()]).await.unwrap_err();
    }

    async fn old_clients_keep_models_in_a_tag(world) {
        let id = world.run(0).await;
        for path in ["p", "q"] {
            let model = json!({ "artifact_path": path, "flavors": {}, "utc_time_created": "t", "run_id": id });
            cases::log_model(&world.cx, id.clone(), &model.to_string()).await.unwrap();
        }
        let paths: Vec<Value> = history(world, &id).await.as_array().unwrap().iter().map(|m| m["artifact_path"].clone()).collect();
        assert_eq!(paths, ["p", "q"]);
        for bad in ["", "[]", "{}", "{"] {
            cases::log_model(&world.cx, id.clone(), bad).await.unwrap_err();
        }
        assert_eq!(history(world, &id).await.as_array().unwrap().len(), 2);
    }
}
