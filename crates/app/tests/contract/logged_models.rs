//! Logged models: what a run brought forth, and what came of it.

use greenroom_app::logged_model::{self as cases, NewLoggedModel};
use greenroom_app::model_version;
use greenroom_core::ErrorCode;
use greenroom_core::logged_model::{LoggedModelDetail, Status};

use crate::support::{World, actor, contract, key, new_version, run_sql};

pub(crate) const ROOT: &str = "mlflow-artifacts:/7";

/// Experiment 7, which is there, and 8, which is deleted.
pub(crate) async fn experiments(world: &World) {
    run_sql(
        &world.uri,
        &format!(
            "INSERT INTO experiments (id, name, artifact_location, created_at, updated_at, deleted_at)
             VALUES (7, 'seven', '{ROOT}', 0, 0, NULL), (8, 'eight', 'mlflow-artifacts:/8', 0, 0, 1)"
        ),
    )
    .await;
}

pub(crate) fn new(name: &str, run: &str) -> NewLoggedModel {
    NewLoggedModel {
        experiment_id: "7".into(),
        name: name.into(),
        model_type: String::new(),
        source_run_id: run.into(),
        params: Vec::new(),
        tags: Vec::new(),
    }
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

async fn get(world: &World, id: &str) -> LoggedModelDetail {
    cases::get(&world.cx, id.into(), false).await.unwrap()
}

contract! {
    async fn a_model_is_given_a_place_and_waits_for_its_artifacts(world) {
        experiments(world).await;
        let mut asked = new("model", "r1");
        asked.model_type = "sklearn".into();
        asked.params = pairs(&[("b", "2"), ("a", "1")]);
        asked.tags = pairs(&[("t", "1"), ("t", "2")]);

        let made = cases::create(&world.cx, asked).await.unwrap();

        let model = &made.model;
        assert_eq!((model.name.as_str(), model.source_run_id.as_str(), model.status), ("model", "r1", Status::Pending));
        assert!(model.id.starts_with("m-"), "{}", model.id);
        assert_eq!(model.artifact_uri, format!("{ROOT}/models/{}/artifacts", model.id));
        assert_eq!(made.params.iter().map(|p| p.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(made.tags.iter().map(|t| t.value.as_str()).collect::<Vec<_>>(), ["2"], "the later wins");
        assert_eq!(get(world, &model.id).await, made);
    }

    async fn a_model_without_a_name_gets_one(world) {
        experiments(world).await;
        let made = cases::create(&world.cx, new("", "")).await.unwrap();
        assert!(!made.model.name.is_empty());
    }

    async fn what_makes_no_sense_is_refused_and_leaves_nothing(world) {
        experiments(world).await;
        let refused = async |change: fn(&mut NewLoggedModel)| {
            let mut asked = new("model", "");
            change(&mut asked);
            let error = cases::create(&world.cx, asked).await.unwrap_err();
            (error.code, error.message)
        };
        assert_eq!(
            refused(|m| m.experiment_id = "9".into()).await,
            (ErrorCode::ResourceDoesNotExist, "No Experiment with id=9 exists".into())
        );
        assert_eq!(
            refused(|m| m.experiment_id = "x".into()).await,
            (ErrorCode::InvalidParameterValue, "Invalid experiment ID 'x'. Experiment ID must be a valid integer.".into())
        );
        assert_eq!(
            refused(|m| m.experiment_id = "8".into()).await,
            (ErrorCode::InvalidParameterValue, "The experiment 8 must be in the 'active' state. Current state is deleted.".into())
        );
        refused(|m| m.name = "a/b".into()).await;
        refused(|m| m.params = pairs(&[("a", "1"), ("a", "2")])).await;
        refused(|m| m.tags = pairs(&[("", "1")])).await;
        refused(|m| m.model_type = "t".repeat(501)).await;
        let count = world.count("logged_models").await;
        assert_eq!(count, 0);
    }

    async fn a_model_is_finalized_and_deleted(world) {
        experiments(world).await;
        let id = cases::create(&world.cx, new("model", "")).await.unwrap().model.id;
        let time = world.tick(5);
        let ready = cases::finalize(&world.cx, id.clone(), Status::Ready).await.unwrap();
        assert_eq!((ready.model.status, ready.model.updated_at), (Status::Ready, time));

        let time = world.tick(5);
        for _ in 0..2 {
            cases::delete(&world.cx, id.clone()).await.unwrap();
            world.tick(5);
        }

        let gone = cases::get(&world.cx, id.clone(), false).await.unwrap_err();
        assert_eq!((gone.code, gone.message), (ErrorCode::ResourceDoesNotExist, format!("Logged model with ID '{id}' not found.")));
        let kept = cases::get(&world.cx, id.clone(), true).await.unwrap();
        assert_eq!((kept.model.deleted_at, kept.model.updated_at), (Some(time), time), "the second deletion changes nothing");
        cases::finalize(&world.cx, id.clone(), Status::Pending).await.unwrap_err();
        cases::set_tags(&world.cx, id.clone(), &pairs(&[("a", "1")])).await.unwrap_err();
        cases::log_params(&world.cx, id, &pairs(&[("a", "1")])).await.unwrap_err();
        cases::delete(&world.cx, "m-nobody".into()).await.unwrap_err();
    }

    async fn tags_change_and_params_do_not(world) {
        experiments(world).await;
        let made = cases::create(&world.cx, new("model", "")).await.unwrap();
        let id = made.model.id;
        world.tick(5);
        cases::set_tags(&world.cx, id.clone(), &pairs(&[("a/b c", "1"), ("z", "1"), ("z", "2")])).await.unwrap();
        cases::log_params(&world.cx, id.clone(), &pairs(&[("p", "1"), ("q", "1")])).await.unwrap();
        cases::log_params(&world.cx, id.clone(), &pairs(&[("p", "1"), ("r", "1")])).await.unwrap();
        let changed = cases::log_params(&world.cx, id.clone(), &pairs(&[("s", "1"), ("p", "2")])).await.unwrap_err();
        assert!(changed.message.starts_with("Changing param values is not allowed. Param with key='p'"), "{changed}");
        cases::delete_tag(&world.cx, id.clone(), "z".into()).await.unwrap();
        let gone = cases::delete_tag(&world.cx, id.clone(), "z".into()).await.unwrap_err();
        assert_eq!(
            (gone.code, gone.message),
            (ErrorCode::ResourceDoesNotExist, format!("No tag with key 'z' found for model with ID '{id}'."))
        );

        let told = get(world, &id).await;
        assert_eq!(told.tags.iter().map(|t| t.key.as_str()).collect::<Vec<_>>(), ["a/b c"]);
        assert_eq!(told.params.iter().map(|p| p.key.as_str()).collect::<Vec<_>>(), ["p", "q", "r"]);
        assert_eq!(told.model.updated_at, made.model.updated_at, "neither is a change of the model");
    }

    async fn a_model_tells_what_it_scored_and_where_it_is_registered(world) {
        experiments(world).await;
        let id = cases::create(&world.cx, new("model", "r1")).await.unwrap().model.id;
        let other = cases::create(&world.cx, new("model", "r1")).await.unwrap().model.id;
        run_sql(
            &world.uri,
            &format!(
                "INSERT INTO logged_model_metrics
                     (model_id, key, run_id, dataset_name, dataset_digest, value, is_nan, timestamp, step, experiment_id)
                 VALUES ('{id}', 'auc', 'r1', '', '', 0.5, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{id}')), ('{id}', 'auc', 'r1', 'd', 'x', 0, TRUE, 11, 2, (SELECT experiment_id FROM logged_models WHERE id = '{id}')),
                        ('{other}', 'auc', 'r1', '', '', 0.1, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{other}'))"
            ),
        )
        .await;
        for name in ["n", "m"] {
            world.model(name).await;
            let mut version = new_version(name);
            (version.source, version.model_id) = (format!("models:/{id}"), Some(id.clone()));
            model_version::create(&world.cx, actor(), version).await.unwrap();
        }

        let told = get(world, &id).await;

        let metrics: Vec<_> = told.metrics.iter().map(|m| (m.metric.key.as_str(), m.metric.step, m.dataset_name.as_str())).collect();
        assert_eq!(metrics, [("auc", 1, ""), ("auc", 2, "d")]);
        assert!((told.metrics[0].metric.value - 0.5).abs() < f64::EPSILON && told.metrics[1].metric.value.is_nan());
        let registered: Vec<_> = told.registrations.iter().map(|r| (r.name.as_str(), r.version)).collect();
        assert_eq!(registered, [("m", 1), ("n", 1)]);
        assert_eq!(told.tags[0].value, r#"[{"name": "n", "version": 1}, {"name": "m", "version": 1}]"#);
        model_version::delete(&world.cx, actor(), key("n", 1)).await.unwrap();
        assert_eq!(get(world, &id).await.registrations.len(), 1, "what is deleted is registered no more");
        assert!(get(world, &other).await.registrations.is_empty());
    }

    /// Clients append to the tag too; no entry may be lost to a version that is registered at the same time.
    async fn versions_registered_at_once_are_all_listed(world) {
        experiments(world).await;
        let id = cases::create(&world.cx, new("model", "")).await.unwrap().model.id;
        for n in 0..8 {
            world.model(&format!("m{n}")).await;
        }
        let creates = (0..8).map(|n| {
            let (cx, id) = (world.cx.clone(), id.clone());
            async move {
                let mut version = new_version(&format!("m{n}"));
                (version.source, version.model_id) = (format!("models:/{id}"), Some(id));
                model_version::create(&cx, actor(), version).await
            }
        });
        futures_util::future::try_join_all(creates).await.unwrap();
        let told = get(world, &id).await;
        assert_eq!(told.tags[0].value.matches("\"name\"").count(), 8, "{}", told.tags[0].value);
    }
}
