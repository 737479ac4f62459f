//! Experiments: made, found, renamed, tagged, deleted and restored.

use futures_util::future::join_all;
use greenroom_app::experiment::{self as cases, NewExperiment};
use greenroom_app::run;
use greenroom_core::experiment::lifecycle_stage;
use greenroom_core::{Error, ErrorCode};

use crate::support::{World, contract, new_experiment, new_run};

fn message<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    outcome.unwrap_err().message
}

async fn stages(world: &World, runs: &[&String]) -> Vec<&'static str> {
    join_all(runs.iter().map(|id| async { lifecycle_stage(world.run_detail(id).await.run.deleted_at) })).await
}

contract! {
    async fn the_default_experiment_is_always_there(world) {
        let default = cases::get(&world.cx, 0).await.unwrap().experiment;
        assert_eq!((default.name.as_str(), default.artifact_location.as_str()), ("Default", "mlflow-artifacts:/0"));

        // However many servers start, at once or later, and whatever became of its name.
        cases::rename(&world.cx, 0, "Ours".into()).await.unwrap();
        let replica = world.replica().await;
        join_all((0..8).map(|n| cases::ensure_default(if n % 2 == 0 { &world.cx } else { &replica }))).await;
        assert_eq!(cases::get(&world.cx, 0).await.unwrap().experiment.name, "Ours");
        assert_eq!(world.experiment("Default").await, 1);
    }

    async fn an_experiment_is_found_by_id_and_by_name(world) {
        let tags = vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())];
        let new = NewExperiment { artifact_location: "s3://b/x".into(), tags, ..new_experiment("e/../1") };
        let id = cases::create(&world.cx, new).await.unwrap();
        let found = cases::get(&world.cx, id).await.unwrap();
        assert_eq!(found.experiment.artifact_location, "s3://b/x");
        assert_eq!((found.experiment.created_at, found.experiment.updated_at), (world.now(), world.now()));
        assert_eq!(found.tags.iter().map(|t| t.value.as_str()).collect::<Vec<_>>(), ["2"]);
        assert_eq!(cases::get_by_name(&world.cx, "e/../1".into()).await.unwrap(), found);
        assert_eq!(world.experiment("e2").await, id + 1);

        assert_eq!(message(cases::get(&world.cx, 99).await), "No Experiment with id=99 exists");
        for name in ["nobody", "\0"] {
            let error = cases::get_by_name(&world.cx, name.into()).await.unwrap_err();
            assert_eq!(error, Error::not_found(format!("Could not find experiment with name '{name}'")));
        }
    }

    async fn a_name_is_taken_also_by_a_deleted_experiment(world) {
        let id = world.experiment("e").await;
        cases::delete(&world.cx, id).await.unwrap();
        let again = cases::create(&world.cx, new_experiment("e")).await.unwrap_err();
        assert_eq!(again, Error::already_exists("Experiment(name=e) already exists."));
        let other = world.experiment("other").await;
        let onto = cases::rename(&world.cx, other, "e".into()).await.unwrap_err();
        assert_eq!(onto, Error::already_exists("Experiment(name=e) already exists."));
        assert_eq!(cases::get(&world.cx, other).await.unwrap().experiment.name, "other");
    }

    async fn refused_experiments_leave_no_trace(world) {
        for new in [
            NewExperiment { artifact_location: "/etc".into(), ..new_experiment("e") },
            NewExperiment { tags: vec![("a#".into(), String::new())], ..new_experiment("e") },
            new_experiment(&"n".repeat(501)),
            new_experiment("a\0"),
        ] {
            let error = cases::create(&world.cx, new).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidParameterValue, "{error}");
        }
        assert_eq!(world.experiment("e").await, 1);
    }

    async fn runs_are_deleted_and_restored_with_their_experiment(world) {
        let id = world.experiment("e").await;
        let (one, two) = (world.run(id).await, world.run(id).await);
        let elsewhere = world.run(0).await;
        run::delete(&world.cx, two.clone()).await.unwrap();

        let at = world.tick(5);
        cases::delete(&world.cx, id).await.unwrap();
        let deleted = cases::get(&world.cx, id).await.unwrap().experiment;
        assert_eq!((deleted.deleted_at, deleted.updated_at), (Some(at), at));
        assert_eq!(stages(world, &[&one, &two, &elsewhere]).await, ["deleted", "deleted", "active"]);
        assert_eq!(message(cases::delete(&world.cx, id).await), format!("No Experiment with id={id} exists"));
        let not_active = format!("The experiment {id} must be in the 'active' state. Current state is deleted.");
        assert_eq!(message(run::create(&world.cx, new_run(id)).await), not_active);
        assert_eq!(message(cases::set_tag(&world.cx, id, "a", "b").await), not_active);
        assert_eq!(message(cases::delete_tag(&world.cx, id, "a".into()).await), not_active);
        let rename = cases::rename(&world.cx, id, "x".into()).await.unwrap_err();
        assert_eq!(rename, Error::invalid("Cannot rename a non-active experiment."));

        let at = world.tick(5);
        cases::restore(&world.cx, id).await.unwrap();
        let restored = cases::get(&world.cx, id).await.unwrap().experiment;
        assert_eq!((restored.deleted_at, restored.updated_at), (None, at));
        assert_eq!(stages(world, &[&one, &two]).await, ["active", "active"]);
        assert_eq!(message(cases::restore(&world.cx, id).await), format!("No Experiment with id={id} exists"));
    }

    async fn tags_are_set_replaced_and_deleted(world) {
        let id = world.experiment("e").await;
        world.tick(5);
        for value in ["1", "2"] {
            cases::set_tag(&world.cx, id, "a", value).await.unwrap();
        }
        cases::set_tag(&world.cx, id, "b", "").await.unwrap();
        let found = cases::get(&world.cx, id).await.unwrap();
        let tags: Vec<_> = found.tags.iter().map(|t| (t.key.as_str(), t.value.as_str())).collect();
        assert_eq!(tags, [("a", "2"), ("b", "")]);
        assert_ne!(found.experiment.updated_at, world.now());

        cases::delete_tag(&world.cx, id, "a".into()).await.unwrap();
        for key in ["a", "a\0", "a#"] {
            let gone = cases::delete_tag(&world.cx, id, key.into()).await.unwrap_err();
            assert_eq!(gone, Error::not_found(format!("No tag with name: {key} in experiment with id {id}")));
        }
        assert_eq!(message(cases::set_tag(&world.cx, 99, "a", "b").await), "No Experiment with id=99 exists");
    }
}
