//! Where a version may come from, against what this server knows of runs and logged models.

use greenroom_app::{logged_model, model_version};
use greenroom_core::model_version::ModelVersionDetail;
use greenroom_core::{ErrorCode, Result};

use crate::logged_models::{ROOT, experiments, new};
use crate::support::{World, actor, contract, key, new_version, run_sql};

/// Runs r1 and r2 in experiment 7, and one in a folder that clients share.
async fn runs(world: &World) {
    experiments(world).await;
    for (run, root) in [
        ("r1", format!("{ROOT}/r1/artifacts")),
        ("r2", format!("{ROOT}/r2/artifacts")),
        ("shared", "/data/shared/artifacts".to_owned()),
        ("s3", "s3://b/s3/artifacts?region=eu".to_owned()),
    ] {
        run_sql(
            &world.uri,
            &format!(
                "INSERT INTO runs (id, experiment_id, name, user_id, status, started_at, artifact_uri)
                 VALUES ('{run}', 7, '{run}', '', 'RUNNING', 0, '{root}')"
            ),
        )
        .await;
    }
    world.model("m").await;
}

async fn create(
    world: &World,
    source: &str,
    run: Option<&str>,
    model: Option<&str>,
) -> Result<ModelVersionDetail> {
    let mut asked = new_version("m");
    asked.source = source.into();
    (asked.run_id, asked.model_id) = (run.map(str::to_owned), model.map(str::to_owned));
    model_version::create(&world.cx, actor(), asked).await
}

async fn logged(world: &World, name: &str, run: &str) -> String {
    logged_model::create(&world.cx, new(name, run)).await.unwrap().model.id
}

contract! {
    async fn a_logged_model_lends_its_place_and_its_run(world) {
        runs(world).await;
        let id = logged(world, "model", "r1").await;
        let source = format!("models:/{id}");
        for (run, expected) in [(None, "r1"), (Some(""), "r1"), (Some("r2"), "r2")] {
            let made = create(world, &source, run, Some(&id)).await.unwrap().version;
            assert_eq!((made.source.as_str(), made.run_id.as_deref()), (source.as_str(), Some(expected)));
            assert_eq!(made.storage_location, format!("{ROOT}/models/{id}/artifacts"));
            assert_eq!(made.logged_model_id.as_deref(), Some(id.as_str()));
        }
        let other = logged(world, "model", "r1").await;
        for model in [None, Some(""), Some(other.as_str())] {
            let refused = create(world, &source, None, model).await.unwrap_err();
            assert!(refused.message.ends_with("The model_id request parameter must identify the resource that contains the source."));
        }
        logged_model::delete(&world.cx, id.clone()).await.unwrap();
        let gone = create(world, &source, None, Some(&id)).await.unwrap_err();
        assert_eq!((gone.code, gone.message), (ErrorCode::ResourceDoesNotExist, format!("Logged model with ID '{id}' not found.")));
    }

    async fn a_run_lends_what_lies_in_it(world) {
        runs(world).await;
        for (source, run, place) in [
            ("runs:/r1/old/model", "r1", format!("{ROOT}/r1/artifacts/old/model")),
            ("runs:/r1/", "r1", format!("{ROOT}/r1/artifacts")),
            ("runs:/s3/model", "s3", "s3://b/s3/artifacts/model?region=eu".to_owned()),
            // Another tracking server's run: that server's and the client's business.
            ("runs:/elsewhere/model", "elsewhere", "runs:/elsewhere/model".to_owned()),
        ] {
            let made = create(world, source, Some(run), None).await.unwrap().version;
            assert_eq!((made.source.as_str(), made.run_id.as_deref()), (source, Some(run)));
            assert_eq!(made.storage_location, place);
            assert_eq!(model_version::download_uri(&world.cx, key("m", made.version)).await.unwrap(), place);
        }
        for (source, run, model) in [
            ("runs:/r1/model", Some("r2"), None),
            ("runs:/r1/model", None, None),
            ("runs:/r1/../r2/artifacts", Some("r1"), None),
            ("runs:/r1/%2e%2e/%2e%2e/etc", Some("r1"), None),
            ("runs:/r1/model", Some("r1"), Some("m-1")),
            ("runs://r1/model", Some("r1"), None),
        ] {
            let refused = create(world, source, run, model).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidParameterValue, "{source}");
        }
    }

    /// MLflow's client looks for a logged model of that name behind `runs:/R/name`, and takes the one of the last step.
    async fn a_run_lends_the_model_that_was_logged_under_a_name(world) {
        runs(world).await;
        let first = logged(world, "model", "r1").await;
        world.tick(1);
        let best = logged(world, "model", "r1").await;
        world.tick(1);
        let last = logged(world, "model", "r1").await;
        logged(world, "model", "r2").await;
        let made = create(world, "runs:/r1/model/data", Some("r1"), None).await.unwrap().version;
        assert_eq!(made.storage_location, format!("{ROOT}/models/{last}/artifacts/data"), "the newest");
        run_sql(
            &world.uri,
            &format!(
                "INSERT INTO run_models (run_id, model_id, is_output, step)
                 VALUES ('r1', '{first}', TRUE, 1), ('r1', '{best}', TRUE, 2), ('r1', '{last}', TRUE, 0)"
            ),
        )
        .await;
        let made = create(world, "runs:/r1/model", Some("r1"), None).await.unwrap().version;
        assert_eq!((made.logged_model_id, made.run_id), (Some(best.clone()), Some("r1".into())));
        assert_eq!(made.storage_location, format!("{ROOT}/models/{best}/artifacts"));
    }

    async fn a_place_must_lie_in_the_artifacts_of_what_is_named(world) {
        runs(world).await;
        let (id, own) = (logged(world, "model", "r1").await, format!("{ROOT}/r1/artifacts"));
        let model_root = format!("{ROOT}/models/{id}/artifacts");
        for (source, run, model, place) in [
            (format!("{own}/model"), Some("r1"), None, format!("{own}/model")),
            (own.clone(), Some("r1"), None, own.clone()),
            ("mlflow-artifacts:///7/r1/artifacts/%6dodel/".into(), Some("r1"), None, format!("{own}/model")),
            (model_root.clone(), None, Some(id.as_str()), model_root.clone()),
            (format!("{model_root}/data"), Some("r2"), Some(id.as_str()), format!("{model_root}/data")),
            ("/data/shared/artifacts/model".into(), Some("shared"), None, "/data/shared/artifacts/model".into()),
            ("file:///data/shared/artifacts".into(), Some("shared"), None, "/data/shared/artifacts".into()),
        ] {
            let made = create(world, &source, run, model).await.unwrap().version;
            assert_eq!((made.source, made.storage_location), (source, place));
        }
        for (source, run, model) in [
            (format!("{own}/model"), Some("r2"), None),
            (format!("{own}/model"), None, None),
            (format!("{own}/model"), Some("nobody"), None),
            (format!("{own}/model"), Some("r1"), Some(id.as_str())),
            (format!("{own}x"), Some("r1"), None),
            (format!("{own}/a/../../../r2"), Some("r1"), None),
            (format!("{own}/%252e%252e/x"), Some("r1"), None),
            (format!("{own}?x=../../etc"), Some("r1"), None),
            (ROOT.into(), Some("r1"), None),
            ("mlflow-artifacts:/".into(), Some("r1"), None),
            ("mlflow-artifacts://host/7/r1/artifacts".into(), Some("r1"), None),
            (model_root.clone(), Some("r1"), None),
            (model_root.clone(), None, Some("m-nobody")),
            // A proxied root holds no local paths, and a local root no proxied ones.
            ("/7/r1/artifacts/model".into(), Some("r1"), None),
            ("mlflow-artifacts:/data/shared/artifacts".into(), Some("shared"), None),
            ("/etc".into(), Some("shared"), None),
            ("/etc".into(), Some("nobody"), None),
            ("/data/shared/artifactsx".into(), Some("shared"), None),
            ("/data/shared/artifacts/../../etc".into(), Some("shared"), None),
            ("file://host/data/shared/artifacts".into(), Some("shared"), None),
            ("//data/shared/artifacts".into(), Some("shared"), None),
            ("data/shared/artifacts".into(), Some("shared"), None),
        ] {
            for prompt in [false, true] {
                let mut asked = new_version("m");
                asked.source = source.clone();
                (asked.run_id, asked.model_id) = (run.map(str::to_owned), model.map(str::to_owned));
                if prompt {
                    asked.tags = vec![("mlflow.prompt.is_prompt".into(), "true".into())];
                }
                let refused = model_version::create(&world.cx, actor(), asked).await.unwrap_err();
                assert_eq!(refused.code, ErrorCode::InvalidParameterValue, "{source}: {refused}");
            }
        }
    }

    async fn a_copy_keeps_place_run_and_logged_model(world) {
        runs(world).await;
        let id = logged(world, "model", "r1").await;
        create(world, &format!("models:/{id}"), None, Some(&id)).await.unwrap();
        let copy = create(world, "models:/m/1", None, None).await.unwrap().version;
        assert_eq!(copy.storage_location, format!("{ROOT}/models/{id}/artifacts"));
        assert_eq!((copy.source.as_str(), copy.run_id.as_deref()), ("models:/m/1", Some("r1")));
        assert_eq!(copy.logged_model_id.as_deref(), Some(id.as_str()));
        create(world, "models:/m/1", Some("r1"), Some(&id)).await.unwrap();
        create(world, "models:/m/1", Some("r2"), None).await.unwrap_err();
        create(world, "models:/m/1", None, Some("m-other")).await.unwrap_err();
    }

    async fn an_opaque_source_may_name_a_logged_model_that_is_there(world) {
        runs(world).await;
        let id = logged(world, "model", "r1").await;
        let made = create(world, "s3://b/x", None, Some(&id)).await.unwrap().version;
        assert_eq!((made.run_id.as_deref(), made.logged_model_id.as_deref()), (Some("r1"), Some(id.as_str())));
        assert_eq!(made.storage_location, "s3://b/x");
        let gone = create(world, "s3://b/x", None, Some("m-nobody")).await.unwrap_err();
        assert_eq!(gone.code, ErrorCode::ResourceDoesNotExist);
        create(world, "s3://b/x", Some("nobody"), None).await.unwrap();
    }
}
