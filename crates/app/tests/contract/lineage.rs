//! Where a version comes from, as its page tells it.

use greenroom_app::{logged_model, model_version, run};
use greenroom_core::ErrorCode;
use greenroom_core::search::parse_run_order;
use greenroom_store::run_search::{RunSearch, View};

use crate::logged_models::{experiments, new};
use crate::support::{World, actor, contract, key, new_version, run_sql, transition};

/// Run r1 of experiment 7 with two of everything, besides another run with as much.
async fn runs(world: &World) {
    experiments(world).await;
    for run in ["r1", "r2"] {
        run_sql(
            &world.uri,
            &format!(
                "INSERT INTO runs (id, experiment_id, name, user_id, status, started_at, ended_at, artifact_uri)
                     VALUES ('{run}', 7, 'run {run}', 'ada', 'FINISHED', 10, 20, 'mlflow-artifacts:/7/{run}/artifacts');
                 INSERT INTO run_params (run_id, key, value, experiment_id, started_at, value_start)
                     VALUES ('{run}', 'lr', '0.1', 7, 10, '0.1'), ('{run}', 'depth', '3', 7, 10, '3');
                 INSERT INTO run_metrics (run_id, key, value, is_nan, timestamp, step, experiment_id)
                     VALUES ('{run}', 'loss', 0, TRUE, 15, 4, 7), ('{run}', 'auc', 0.5, FALSE, 15, 3, 7);
                 INSERT INTO datasets (id, experiment_id, name, digest, source_type, source)
                     VALUES ('{run}a', 7, 'train', 'd{run}', 'local', '{{}}'), ('{run}b', 7, 'check', 'd{run}', 'local', '{{}}');
                 INSERT INTO run_datasets (run_id, dataset_id, position) VALUES ('{run}', '{run}a', 0), ('{run}', '{run}b', 1);
                 INSERT INTO run_dataset_tags (run_id, dataset_id, key, value)
                     VALUES ('{run}', '{run}a', 'mlflow.data.context', 'training'), ('{run}', '{run}a', 'other', 'x')"
            ),
        )
        .await;
    }
    world.model("m").await;
}

contract! {
    async fn a_version_knows_its_run_its_logged_model_and_its_data(world) {
        runs(world).await;
        let id = logged_model::create(&world.cx, new("model", "r1")).await.unwrap().model.id;
        run_sql(
            &world.uri,
            &format!(
                "INSERT INTO logged_model_metrics
                     (model_id, key, run_id, dataset_name, dataset_digest, value, is_nan, timestamp, step, experiment_id)
                 VALUES ('{id}', 'auc', 'r1', 'train', 'dr1', 0.5, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{id}')), ('{id}', 'auc', 'r1', 'test', 't', 0.4, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{id}')),
                        ('{id}', 'loss', 'r1', 'test', 't', 0.4, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{id}')), ('{id}', 'loss', 'r1', '', '', 0.4, FALSE, 10, 1, (SELECT experiment_id FROM logged_models WHERE id = '{id}'))"
            ),
        )
        .await;
        let mut version = new_version("m");
        (version.source, version.model_id) = (format!("models:/{id}"), Some(id.clone()));
        model_version::create(&world.cx, actor(), version).await.unwrap();

        let lineage = model_version::view(&world.cx, key("m", 1)).await.unwrap().lineage.unwrap();

        assert_eq!(lineage.logged_model_id, Some(id));
        let run = lineage.run.unwrap();
        assert_eq!((run.run.id.as_str(), run.run.name.as_str(), run.experiment_name.as_str()), ("r1", "run r1", "seven"));
        assert_eq!(run.params.iter().map(|p| (p.key.as_str(), p.value.as_str())).collect::<Vec<_>>(), [("depth", "3"), ("lr", "0.1")]);
        let metrics: Vec<_> = run.metrics.iter().map(|m| (m.key.as_str(), m.step, m.value.is_nan())).collect();
        assert_eq!(metrics, [("auc", 3, false), ("loss", 4, true)]);
        let datasets: Vec<_> =
            lineage.datasets.iter().map(|d| (d.name.as_str(), d.digest.as_str(), d.context.as_str())).collect();
        assert_eq!(datasets, [("train", "dr1", "training"), ("check", "dr1", ""), ("test", "t", "")]);
    }

    async fn a_version_of_another_servers_run_says_what_it_can(world) {
        world.model("m").await;
        let mut version = new_version("m");
        version.run_id = Some("elsewhere".into());
        model_version::create(&world.cx, actor(), version).await.unwrap();
        world.version("m").await;
        for number in [1, 2] {
            let view = model_version::view(&world.cx, key("m", number)).await.unwrap();
            assert_eq!(view.lineage, Some(greenroom_core::lineage::Lineage::default()));
        }
        model_version::view(&world.cx, key("m", 3)).await.unwrap_err();
    }

    async fn a_run_knows_what_was_registered_from_it(world) {
        runs(world).await;
        world.model("a").await;
        for (name, run) in [("m", "r1"), ("m", "r2"), ("m", "r1"), ("a", "r1")] {
            let new = model_version::NewVersion { run_id: Some(run.into()), ..new_version(name) };
            model_version::create(&world.cx, actor(), new).await.unwrap();
        }
        transition(&world.cx, "m", 3, "Production", false).await.unwrap();

        let view = run::view(&world.cx, "r1".into()).await.unwrap();

        assert_eq!((view.run.run.id.as_str(), view.run.experiment_name.as_str()), ("r1", "seven"));
        assert_eq!((view.run.params.len(), view.run.metrics.len(), view.datasets.len()), (2, 2, 2));
        let versions: Vec<_> = view.versions.iter().map(|v| (v.model.as_str(), v.version, v.stage.as_str())).collect();
        assert_eq!(versions, [("a", 1, "None"), ("m", 1, "None"), ("m", 3, "Production")]);
        for id in ["none", "", "r1\0"] {
            assert_eq!(run::view(&world.cx, id.into()).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist, "{id:?}");
        }
    }

    async fn the_runs_of_an_experiment_are_listed_without_what_they_logged(world) {
        runs(world).await;
        let search = |limit, token| RunSearch {
            experiments: Vec::new(),
            view: View::Active,
            filter: Vec::new(),
            order: parse_run_order(&[]).unwrap(),
            limit,
            token,
        };
        let (experiment, first, token) = run::list(&world.cx, 7, search(1, None)).await.unwrap();
        let (_, rest, end) = run::list(&world.cx, 7, search(1, token)).await.unwrap();
        assert_eq!((experiment.name.as_str(), end), ("seven", None));
        let ids: Vec<_> = first.iter().chain(&rest).map(|run| run.id.as_str()).collect();
        assert_eq!(ids, ["r1", "r2"]);
        assert_eq!(run::list(&world.cx, 4711, search(1, None)).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
    }
}
