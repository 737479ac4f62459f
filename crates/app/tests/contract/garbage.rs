//! What was deleted goes for good, and nothing that a registered version needs does.

use std::path::Path;

use bytes::Bytes;
use futures_util::future::{join, join_all};
use futures_util::{FutureExt, TryStreamExt, stream};
use greenroom_app::artifact::{self, ArtifactConfig, ArtifactStore, Size};
use greenroom_app::garbage::{self, Ask, Fate, Item, Named, Reason, Verdict};
use greenroom_app::logged_model::{self, NewLoggedModel};
use greenroom_app::{Context, experiment, model_version, run};
use greenroom_core::artifact::{ArtifactKey, ArtifactPolicy, Wish};
use greenroom_core::garbage::Kind;
use greenroom_core::{ErrorCode, Result};
use greenroom_store::garbage_search::{self, Candidate, Walk};

use crate::support::{World, actor, contract, key, new_experiment, new_version, point, run_sql};

const DAY: i64 = 86_400_000;

/// A server with a folder for artifacts.
pub(crate) struct Place {
    pub(crate) cx: Context,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn open(cx: &Context, now: i64, root: &Path, server: &'static str) -> Context {
    open_as(cx, now, root, server, root.to_str().unwrap())
}

/// The folder stands for a destination elsewhere.
fn open_as(cx: &Context, now: i64, root: &Path, server: &'static str, destination: &str) -> Context {
    let policy = ArtifactPolicy { destination: destination.to_owned(), ..ArtifactPolicy::default() };
    let config = ArtifactConfig { uri: root.to_str().unwrap().to_owned(), ..ArtifactConfig::default() };
    cx.with_artifacts(policy, ArtifactStore::open(&config, || server.to_owned(), now).unwrap())
}

pub(crate) fn place(world: &World) -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place { cx: open(&world.cx, world.now(), folder.path(), "a"), folder }
}

pub(crate) fn place_at(world: &World, destination: &str) -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place { cx: open_as(&world.cx, world.now(), folder.path(), "a", destination), folder }
}

impl Place {
    pub(crate) async fn put(&self, path: &str, bytes: &'static [u8]) {
        let key = ArtifactKey::parse(path).unwrap();
        artifact::put(&self.cx, &key, None, stream::iter([Ok(Bytes::from_static(bytes))])).await.unwrap();
    }

    pub(crate) async fn read(&self, path: &str) -> Result<Vec<u8>> {
        let got = artifact::get(&self.cx, &ArtifactKey::parse(path)?, Wish::default()).await?;
        Ok(got.bytes.try_collect::<Vec<Bytes>>().await?.concat())
    }

    /// What is in the folder of the artifacts, below this path.
    pub(crate) fn there(&self, path: &str) -> bool {
        self.folder.path().join(path).exists()
    }

    /// A deleted run with a file in it.
    pub(crate) async fn deleted_run(&self, world: &World, experiment: i64) -> String {
        let id = world.run(experiment).await;
        self.put(&format!("{experiment}/{id}/artifacts/model/MLmodel"), b"flavors").await;
        run::delete(&self.cx, id.clone()).await.unwrap();
        id
    }

    pub(crate) async fn logged_model(&self, experiment: i64) -> String {
        let new = NewLoggedModel {
            experiment_id: experiment.to_string(),
            name: "model".into(),
            model_type: String::new(),
            source_run_id: String::new(),
            params: vec![("depth".into(), "3".into())],
            tags: vec![("team".into(), "red".into())],
        };
        let id = logged_model::create(&self.cx, new).await.unwrap().model.id;
        self.put(&format!("{experiment}/models/{id}/artifacts/MLmodel"), b"v1").await;
        id
    }

    pub(crate) async fn register(
        &self,
        model: &str,
        source: &str,
        run_id: &str,
        model_id: &str,
    ) -> Result<i64> {
        let some = |id: &str| (!id.is_empty()).then(|| id.to_owned());
        let (run_id, model_id) = (some(run_id), some(model_id));
        let new = model_version::NewVersion { source: source.into(), run_id, model_id, ..new_version(model) };
        model_version::create(&self.cx, actor(), new).await.map(|v| v.version.version)
    }

    pub(crate) async fn collect(&self, ask: Ask) -> Vec<Item> {
        collect(&self.cx, ask).await.unwrap()
    }
}

pub(crate) async fn collect(cx: &Context, ask: Ask) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    garbage::collect(cx, ask, |item| {
        items.push(item);
        Ok(())
    })
    .await?;
    Ok(items)
}

pub(crate) fn all() -> Ask {
    Ask::default()
}

pub(crate) fn dry(ask: Ask) -> Ask {
    Ask { dry_run: true, ..ask }
}

fn runs(ids: &[&str]) -> Ask {
    let runs = ids.iter().map(|id| (*id).to_owned()).collect();
    Ask { only: Some(Named { runs, ..Named::default() }), ..Ask::default() }
}

fn experiments(ids: &[&str]) -> Ask {
    let experiments = ids.iter().map(|id| (*id).to_owned()).collect();
    Ask { only: Some(Named { experiments, ..Named::default() }), ..Ask::default() }
}

pub(crate) fn removed(kind: Kind, id: &str, files: u64, bytes: u64) -> Item {
    Item { kind, id: id.to_string(), fate: Fate::Removed(Size { files, bytes }) }
}

pub(crate) fn kept(kind: Kind, id: &str, reason: Reason) -> Item {
    Item { kind, id: id.to_string(), fate: Fate::Kept(reason) }
}

pub(crate) fn held(name: &str, version: i64) -> Reason {
    Reason::Held { name: name.into(), version, stage: "None".into() }
}

async fn candidates(cx: &Context, walk: Walk, now: i64) -> Vec<Candidate> {
    cx.db.read(walk, move |tx, walk| garbage_search::page(tx, *walk, now, None, 100).boxed()).await.unwrap()
}

/// Every table in which a run or a logged model leaves rows.
const TRACES: [&str; 13] = [
    "runs",
    "run_tags",
    "run_params",
    "run_metrics",
    "run_metric_points",
    "run_datasets",
    "run_dataset_tags",
    "run_models",
    "logged_models",
    "logged_model_tags",
    "logged_model_params",
    "logged_model_metrics",
    "garbage",
];

async fn traces(world: &World) -> Vec<(&'static str, i64)> {
    let mut left = Vec::new();
    for table in TRACES {
        left.push((table, world.count(table).await));
    }
    left.retain(|(_, count)| *count > 0);
    left
}

contract! {
    /// Rows, points, inputs, files and folders: nothing is left, and what was not deleted stays.
    async fn what_was_deleted_leaves_nothing(world) {
        let place = place(world);
        let experiment = world.experiment("e").await;
        let staying = world.run(experiment).await;
        place.put(&format!("{experiment}/{staying}/artifacts/f"), b"kept").await;
        let id = world.run(experiment).await;
        place.put(&format!("{experiment}/{id}/artifacts/model/MLmodel"), b"flavors").await;
        place.put(&format!("{experiment}/{id}/artifacts/a b/ü"), b"12345").await;
        let model = place.logged_model(experiment).await;
        for run in [&staying, &id] {
            run::log_param(&place.cx, run.clone(), "lr", "0.1").await.unwrap();
            run::log_metric(&place.cx, run.clone(), point("loss", 0.5, 1, 1)).await.unwrap();
            run::log_metric(&place.cx, run.clone(), point("loss", f64::NAN, 2, 2)).await.unwrap();
        }
        let output = greenroom_core::run::ModelOutput { model_id: model.clone(), step: 0 };
        run::log_outputs(&place.cx, id.clone(), vec![output]).await.unwrap();
        run_sql(&world.uri, &format!(
            "INSERT INTO run_datasets (run_id, dataset_id, position) VALUES ('{id}', 'd', 0);
             INSERT INTO run_dataset_tags (run_id, dataset_id, key, value) VALUES ('{id}', 'd', 'k', 'v')"
        )).await;
        run::delete(&place.cx, id.clone()).await.unwrap();
        logged_model::delete(&place.cx, model.clone()).await.unwrap();

        let would = place.collect(dry(all())).await;
        assert_eq!(would, [removed(Kind::Run, &id, 2, 12), removed(Kind::LoggedModel, &model, 1, 2)]);
        assert!(place.there(&format!("{experiment}/{id}/artifacts/a b/ü")), "a dry run changes nothing");
        run::restore(&place.cx, id.clone()).await.unwrap();
        assert_eq!(place.collect(dry(all())).await.len(), 1, "what was restored is not deleted");
        run::delete(&place.cx, id.clone()).await.unwrap();

        assert_eq!(place.collect(all()).await, would);

        assert_eq!(traces(world).await, [
            ("runs", 1), ("run_tags", 1), ("run_params", 1), ("run_metrics", 1), ("run_metric_points", 2),
        ]);
        assert_eq!(world.run_detail(&staying).await.params.len(), 1);
        assert_eq!(place.read(&format!("{experiment}/{staying}/artifacts/f")).await.unwrap(), b"kept");
        assert!(!place.there(&format!("{experiment}/{id}")) && !place.there(&format!("{experiment}/models/{model}")));
        assert_eq!(run::restore(&place.cx, id).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
        assert_eq!(place.collect(all()).await, []);
    }

    /// A version at, inside or above the root of a run or a logged model keeps it whole, however its place is spelt.
    async fn what_a_version_needs_stays_whole(world) {
        let place = place(world);
        world.model("U").await;
        let experiment = world.experiment("e").await;
        let mut held_by = Vec::new();
        for spelling in ["", "/model", "/model/", "/a%20b"] {
            let id = place.deleted_run(world, experiment).await;
            let source = format!("mlflow-artifacts:/{experiment}/{id}/artifacts{spelling}");
            held_by.push((id.clone(), place.register("U", &source, &id, "").await.unwrap()));
        }
        for spelling in ["", "/model"] {
            let id = place.deleted_run(world, experiment).await;
            held_by.push((id.clone(), place.register("U", &format!("runs:/{id}{spelling}"), &id, "").await.unwrap()));
        }
        let model = place.logged_model(experiment).await;
        let of_model = place.register("U", &format!("models:/{model}"), "", &model).await.unwrap();
        logged_model::delete(&place.cx, model.clone()).await.unwrap();
        let copy = place.register("U", &format!("models:/U/{of_model}"), "", "").await.unwrap();
        let free = place.deleted_run(world, experiment).await;

        for ask in [dry(all()), all()] {
            let mut expected: Vec<Item> =
                held_by.iter().map(|(id, version)| kept(Kind::Run, id, held("U", *version))).collect();
            expected.push(removed(Kind::Run, &free, 1, 7));
            // The highest of those that hold it.
            expected.push(kept(Kind::LoggedModel, &model, held("U", copy)));
            assert_eq!(place.collect(ask).await, expected);
        }
        for (id, _) in &held_by {
            assert_eq!(place.read(&format!("{experiment}/{id}/artifacts/model/MLmodel")).await.unwrap(), b"flavors");
            world.run_detail(id).await;
        }
        assert!(!place.there(&format!("{experiment}/{free}")));

        // Once nobody needs it, it goes.
        for version in [of_model, copy] {
            model_version::delete(&place.cx, actor(), key("U", version)).await.unwrap();
        }
        assert!(place.collect(all()).await.contains(&removed(Kind::LoggedModel, &model, 1, 2)));

        // A version that holds a whole folder holds everything in it.
        let above = place.deleted_run(world, experiment).await;
        world.model("Above").await;
        place.register("Above", "s3://b/x", "", "").await.unwrap();
        run_sql(&world.uri, &format!(
            "UPDATE model_versions SET storage_place = '{}/{experiment}' WHERE name = 'Above'", place.folder.path().display()
        )).await;
        assert!(place.collect(all()).await.contains(&kept(Kind::Run, &above, held("Above", 1))));
    }

    /// Artifacts of another experiment are not removed with the run in whose folder they lie.
    async fn an_experiment_inside_a_run_is_not_lost(world) {
        let place = place(world);
        let outer = world.experiment("outer").await;
        let id = place.deleted_run(world, outer).await;
        let inside = experiment::NewExperiment {
            artifact_location: format!("mlflow-artifacts:/{outer}/{id}/artifacts/more"),
            ..new_experiment("inside")
        };
        let inside = experiment::create(&place.cx, inside).await.unwrap();
        let neighbour = place.deleted_run(world, outer).await;
        let beside = experiment::NewExperiment {
            artifact_location: format!("mlflow-artifacts:/{outer}/{neighbour}/artifacts-2"),
            ..new_experiment("beside")
        };
        experiment::create(&place.cx, beside).await.unwrap();
        assert_eq!(place.collect(all()).await, [
            kept(Kind::Run, &id, Reason::Around { experiment_id: inside }),
            removed(Kind::Run, &neighbour, 1, 7),
        ]);
    }

    /// What lies elsewhere is left alone, and said so; the rows go.
    async fn artifacts_elsewhere_are_left_alone(world) {
        let place = place(world);
        let elsewhere = experiment::NewExperiment { artifact_location: "s3://bucket/e".into(), ..new_experiment("e") };
        let elsewhere = experiment::create(&place.cx, elsewhere).await.unwrap();
        let id = world.run(elsewhere).await;
        run::delete(&place.cx, id.clone()).await.unwrap();
        let fate = Fate::RemovedWithout { location: format!("s3://bucket/e/{id}/artifacts") };
        for ask in [dry(all()), all()] {
            assert_eq!(place.collect(ask).await, [Item { kind: Kind::Run, id: id.clone(), fate: fate.clone() }]);
        }
        assert_eq!(traces(world).await, []);
    }

    /// An experiment goes with its logged models, and only when nothing in it stays.
    async fn an_experiment_goes_when_it_is_empty(world) {
        let place = place(world);
        world.model("U").await;
        let (empty, holding) = (world.experiment("empty").await, world.experiment("holding").await);
        experiment::set_tag(&place.cx, empty, "k", "v").await.unwrap();
        let active = world.experiment("active").await;
        let (gone, needed) = (place.deleted_run(world, empty).await, place.deleted_run(world, holding).await);
        let model = place.logged_model(empty).await;
        let version = place.register("U", &format!("runs:/{needed}/model"), &needed, "").await.unwrap();
        run_sql(&world.uri, &format!(
            "INSERT INTO datasets (id, experiment_id, name, digest, source_type, source) VALUES ('d', {empty}, 'n', 'd', '', '')"
        )).await;
        for id in [empty, holding, active] {
            experiment::delete(&place.cx, id).await.unwrap();
        }
        let running = world.run(0).await;
        run_sql(&world.uri, &format!("UPDATE runs SET experiment_id = {active} WHERE id = '{running}'")).await;

        for ask in [dry(all()), all()] {
            let contains = |id: &str| Reason::Contains { kind: Kind::Run, id: id.into() };
            assert_eq!(place.collect(ask).await, [
                removed(Kind::Run, &gone, 1, 7),
                kept(Kind::Run, &needed, held("U", version)),
                removed(Kind::LoggedModel, &model, 1, 2),
                removed(Kind::Experiment, &empty.to_string(), 0, 0),
                kept(Kind::Experiment, &holding.to_string(), contains(&needed)),
                kept(Kind::Experiment, &active.to_string(), contains(&running)),
            ]);
        }
        assert!(!place.there(&empty.to_string()));
        assert_eq!((world.count("datasets").await, world.count("experiment_tags").await), (0, 0));
        assert_eq!(experiment::restore(&place.cx, empty).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
        experiment::restore(&place.cx, holding).await.unwrap();
        assert_eq!(world.run_detail(&needed).await.run.deleted_at, None);
    }

    /// Only what is old enough goes, and only what was named.
    async fn age_and_names_choose(world) {
        let place = place(world);
        let experiment = world.experiment("e").await;
        let old = place.deleted_run(world, experiment).await;
        world.tick(DAY);
        let young = place.deleted_run(world, experiment).await;
        let active = world.run(experiment).await;
        let aged = |ask: Ask| Ask { older_than: DAY, ..ask };

        for (ask, part) in [
            (runs(&[&old, &active]), format!("These runs are not deleted, and only what was deleted can be removed for good: {active}.")),
            (runs(&["none", &old, "a\0"]), "These runs do not exist: a\0, none.".to_owned()),
            (aged(runs(&[&old, &young])), format!("These runs were deleted more recently than the age that was asked for: {young}.")),
            (experiments(&[&experiment.to_string()]), format!("These experiments are not deleted, and only what was deleted can be removed for good: {experiment}.")),
            (experiments(&["x", "99"]), "These experiments do not exist: 99, x.".to_owned()),
        ] {
            assert_eq!(collect(&place.cx, ask).await.unwrap_err().message, part);
        }
        assert_eq!(place.collect(aged(dry(all()))).await, [removed(Kind::Run, &old, 1, 7)]);
        assert_eq!(place.collect(runs(&[&young, &young])).await, [removed(Kind::Run, &young, 1, 7)]);
        assert_eq!(place.collect(aged(all())).await, [removed(Kind::Run, &old, 1, 7)]);

        let other = world.experiment("other").await;
        let (inside, outside) = (place.deleted_run(world, other).await, place.deleted_run(world, experiment).await);
        let (model, deleted) = (place.logged_model(other).await, place.logged_model(other).await);
        logged_model::delete(&place.cx, deleted.clone()).await.unwrap();
        experiment::delete(&place.cx, other).await.unwrap();
        let mut both = experiments(&[&other.to_string()]);
        both.only.as_mut().unwrap().runs = vec![inside.clone()];
        for ask in [dry(both.clone()), both] {
            assert_eq!(place.collect(ask).await, [
                removed(Kind::Run, &inside, 1, 7),
                removed(Kind::LoggedModel, &deleted, 1, 2),
                removed(Kind::LoggedModel, &model, 1, 2),
                removed(Kind::Experiment, &other.to_string(), 0, 0),
            ]);
        }
        assert_eq!(place.collect(all()).await, [removed(Kind::Run, &outside, 1, 7)]);
    }

    /// Whoever is killed after the decision, or after some of the artifacts went, leaves nothing that anybody sees; the
    /// next one finishes it. Until then nothing is registered from there.
    async fn what_was_begun_is_finished(world) {
        let place = place_at(world, "s3://bucket/root");
        world.model("U").await;
        let experiment = world.experiment("e").await;
        let (first, second) = (place.deleted_run(world, experiment).await, place.deleted_run(world, experiment).await);
        run::restore(&place.cx, first.clone()).await.unwrap();
        run::log_metric(&place.cx, first.clone(), point("loss", 0.5, 1, 1)).await.unwrap();
        run::delete(&place.cx, first.clone()).await.unwrap();
        let found = candidates(&place.cx, Walk::Runs, world.now()).await;
        let verdicts = garbage::condemn(&place.cx, world.now(), found.clone(), true).await.unwrap();
        assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Condemned(_))), "{verdicts:?}");
        let again = garbage::condemn(&place.cx, world.now(), found, true).await.unwrap();
        assert_eq!(again, [Verdict::Changed, Verdict::Changed]);
        artifact::delete(&place.cx, &ArtifactKey::parse(&format!("{experiment}/{second}/artifacts")).unwrap()).await.unwrap();

        assert_eq!(run::get(&place.cx, first.clone()).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
        // A server that knows nothing of that destination refuses as well.
        for cx in [&place.cx, &world.cx] {
            for path in ["{first}/artifacts/model", "{first}", ""] {
                let source = format!("s3a://bucket/root/{experiment}/{}", path.replace("{first}", &first));
                let new = model_version::NewVersion { source: source.clone(), ..new_version("U") };
                let refused = model_version::create(cx, actor(), new).await.unwrap_err();
                assert_eq!(refused.code, ErrorCode::ResourceConflict, "{refused}");
                assert!(refused.message.contains("is being removed for good"), "{refused}");
                let new = experiment::NewExperiment { artifact_location: source, ..new_experiment("there") };
                assert_eq!(experiment::create(cx, new).await.unwrap_err().message, refused.message);
            }
        }
        assert_eq!(place.collect(dry(all())).await.len(), 2);

        let mut finished = place.collect(all()).await;
        finished.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(finished, [removed(Kind::Run, &first, 1, 7), removed(Kind::Run, &second, 0, 0)]);
        assert_eq!(traces(world).await, []);
        assert!(!place.there(&format!("{experiment}/{first}")) && !place.there(&format!("{experiment}/{second}")));
        assert_eq!(place.collect(all()).await, []);
    }

    /// A history longer than one transaction removes goes piece by piece, to its end.
    async fn a_long_history_goes_piece_by_piece(world) {
        let place = place(world);
        let id = world.run(0).await;
        for key in ["a", "b"] {
            run::log_metric(&place.cx, id.clone(), point(key, 0.5, 0, -1)).await.unwrap();
        }
        run_sql(&world.uri,
            "INSERT INTO run_metric_points (metric, timestamp, step, value, is_nan)
             WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999)
             SELECT m.number, n.i % 3, n.i, n.i * 0.5, FALSE FROM n JOIN run_metrics m ON TRUE"
        ).await;
        assert_eq!(world.count("run_metric_points").await, 60_002);
        run::delete(&place.cx, id.clone()).await.unwrap();
        assert_eq!(place.collect(all()).await, [removed(Kind::Run, &id, 0, 0)]);
        assert_eq!(traces(world).await, []);
    }

    /// Registrations race with two collectors: whoever got in has all its files, whatever nobody needs is gone.
    async fn a_version_registered_meanwhile_keeps_its_files(world) {
        let place = place(world);
        world.model("U").await;
        let experiment = world.experiment("e").await;
        let mut ids = Vec::new();
        for _ in 0..70 {
            ids.push(place.deleted_run(world, experiment).await);
        }
        let other = if world.cx.db.has_other_writers() { world.replica().await } else { world.cx.clone() };
        let other = open(&other, world.now(), place.folder.path(), "b");
        let register = |id: String| {
            let place = &place;
            async move {
                let registered = place.register("U", &format!("runs:/{id}/model"), &id, "").await;
                (id, registered)
            }
        };
        let registering = async {
            let mut done = Vec::new();
            // Against the walk, so that they meet.
            for few in ids.iter().rev().collect::<Vec<_>>().chunks(5) {
                done.extend(join_all(few.iter().map(|id| register((*id).clone()))).await);
            }
            done
        };
        let collecting = join(collect(&place.cx, all()), collect(&other, all()));
        let (done, (one, two)) = join(registering, collecting).await;
        one.unwrap();
        two.unwrap();
        collect(&place.cx, all()).await.unwrap();

        let mut needed = 0;
        for (id, registered) in done {
            let file = place.read(&format!("{experiment}/{id}/artifacts/model/MLmodel")).await;
            match registered {
                Ok(_) if file.is_ok() => {
                    needed += 1;
                    world.run_detail(&id).await;
                }
                // Named after its run was gone: then it is told to be somewhere else.
                Ok(version) => {
                    let location = model_version::download_uri(&place.cx, key("U", version)).await.unwrap();
                    assert_eq!(location, format!("runs:/{id}/model"), "version {version} lost its files");
                }
                Err(refused) => {
                    assert_eq!(refused.code, ErrorCode::ResourceConflict, "{refused}");
                    file.unwrap_err();
                }
            }
        }
        assert_eq!(world.count("runs").await, needed);
        assert!(needed > 0, "the race must be one");
        assert_eq!(world.count("garbage").await, 0);
    }
}
