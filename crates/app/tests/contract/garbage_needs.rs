//! What a registered version needs survives, whatever its place is called and whoever races with the removal.

use bytes::Bytes;
use futures_util::future::{join, join_all};
use futures_util::stream;
use greenroom_app::artifact;
use greenroom_app::garbage::{Ask, Named, Reason};
use greenroom_app::{experiment, model_version, run};
use greenroom_core::ErrorCode;
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::garbage::Kind;

use crate::garbage::{Place, all, collect, dry, held, kept, open, place, place_at, removed};
use crate::support::{World, actor, contract, key, new_experiment, run_sql};

/// Destinations, and how else sources can name what lies at `{key}` below them.
const SPELLINGS: [(&str, &[&str]); 5] = [
    (
        "s3://bucket/root",
        &[
            "s3://bucket/root/{key}",
            "s3a://bucket/root/{key}",
            "s3n://bucket/root/{key}/",
            "S3A://bucket/root//{key}",
            "s3a://bucket/root/{key}?region=eu",
        ],
    ),
    ("s3a://bucket", &["s3://bucket/{key}", "s3n://bucket/{key}/deeper"]),
    ("gs://bucket/root/", &["gs://bucket/root/{key}", "gcs://bucket/root/{key}"]),
    (
        "abfss://box@account.dfs.core.windows.net/root",
        &[
            "abfs://box@account.dfs.core.windows.net/root/{key}",
            "wasbs://box@account.blob.core.windows.net/root/{key}",
            "wasb://box@account.blob.core.windows.net/root/{key}/deeper",
            "az://box/root/{key}",
        ],
    ),
    (
        "wasbs://box@account.blob.core.windows.net",
        &["abfss://box@account.dfs.core.windows.net/{key}", "azure://box/{key}"],
    ),
];

/// A server that keeps its artifacts in a folder that another process removes from also.
async fn another(world: &World, place: &Place) -> greenroom_app::Context {
    let other = if world.cx.db.has_other_writers() { world.replica().await } else { world.cx.clone() };
    open(&other, world.now(), place.folder.path(), "b")
}

contract! {
    /// Neither `gc` nor a client's DELETE removes what a version holds under another spelling of its place.
    async fn another_spelling_is_the_same_place(world) {
        world.model("U").await;
        for (destination, spellings) in SPELLINGS {
            let place = place_at(world, destination);
            let experiment = world.experiment(destination).await;
            let mut holding = Vec::new();
            for spelling in spellings {
                let id = place.deleted_run(world, experiment).await;
                let file = format!("{experiment}/{id}/artifacts/model");
                let version = place.register("U", &spelling.replace("{key}", &file), "", "").await.unwrap();
                holding.push((id, version));
            }
            let free = place.deleted_run(world, experiment).await;

            for ask in [dry(all()), all()] {
                let mut expected: Vec<_> =
                    holding.iter().map(|(id, version)| kept(Kind::Run, id, held("U", *version))).collect();
                expected.push(removed(Kind::Run, &free, 1, 7));
                assert_eq!(place.collect(ask).await, expected, "{destination}");
            }
            for (id, version) in holding {
                let root = format!("{experiment}/{id}/artifacts");
                for path in [root.as_str(), &format!("{root}/model")] {
                    let refused = artifact::delete(&place.cx, &ArtifactKey::parse(path).unwrap()).await.unwrap_err();
                    assert_eq!(refused.code, ErrorCode::ResourceConflict, "{refused}");
                }
                assert_eq!(place.read(&format!("{root}/model/MLmodel")).await.unwrap(), b"flavors");
                model_version::delete(&place.cx, actor(), key("U", version)).await.unwrap();
            }
            place.collect(all()).await;
            assert!(!place.there(&experiment.to_string()) || std::fs::read_dir(place.folder.path().join(experiment.to_string())).unwrap().next().is_none());
        }
    }

    /// An experiment may have been given an odd spelling: its runs and their versions inherit it.
    async fn an_odd_location_of_an_experiment_is_its_place(world) {
        let place = place(world);
        world.model("U").await;
        let folder = place.folder.path().display().to_string();
        for (n, location) in ["mlflow-artifacts:/%6fdd", "mlflow-artifacts:///odd/", "mlflow-artifacts:/a%20b%2dc"].iter().enumerate() {
            let new = experiment::NewExperiment { artifact_location: (*location).into(), ..new_experiment(&n.to_string()) };
            let experiment = experiment::create(&place.cx, new).await.unwrap();
            let id = world.run(experiment).await;
            let below = if n == 2 { "a b-c" } else { "odd" };
            place.put(&format!("{below}/{id}/artifacts/model/MLmodel"), b"flavors").await;
            run::delete(&place.cx, id.clone()).await.unwrap();
            let version = place.register("U", &format!("runs:/{id}/model"), &id, "").await.unwrap();

            assert_eq!(place.collect(all()).await, [kept(Kind::Run, &id, held("U", version))], "{location}");
            let model = ArtifactKey::parse(&format!("{below}/{id}/artifacts/model/MLmodel")).unwrap();
            assert_eq!(artifact::delete(&place.cx, &model).await.unwrap_err().code, ErrorCode::ResourceConflict);
            // Another spelling by which only the database could know it.
            run_sql(&world.uri, &format!(
                "UPDATE model_versions SET storage_location = 'file:{folder}/{below}/{id}/artifacts', storage_place = '' WHERE version = {version}"
            )).await;
            let reopened = greenroom_store::Db::open(&greenroom_store::DbConfig { uri: world.uri.clone(), pool_size: 2 }).await.unwrap();
            assert_eq!(place.collect(all()).await, [kept(Kind::Run, &id, held("U", version))], "{location}");
            reopened.close().await;
            model_version::delete(&place.cx, actor(), key("U", version)).await.unwrap();
            assert_eq!(place.collect(all()).await, [removed(Kind::Run, &id, 1, 7)]);
        }
    }

    /// A version that holds the artifact root, or what is above it, holds everything; uploads go on all the same.
    async fn a_version_may_hold_the_root_of_everything(world) {
        let place = place_at(world, "s3://bucket/root/deep");
        world.model("U").await;
        let experiment = world.experiment("e").await;
        let id = place.deleted_run(world, experiment).await;
        for source in ["s3://bucket/root/deep", "s3a://bucket/root"] {
            let version = place.register("U", source, "", "").await.unwrap();
            assert_eq!(place.collect(all()).await, [kept(Kind::Run, &id, held("U", version))]);
            run_sql(&world.uri, "UPDATE model_versions SET stage = 'Production'").await;
            place.put(&format!("{experiment}/{id}/artifacts/more"), b"").await;
            run_sql(&world.uri, "UPDATE model_versions SET stage = 'None'").await;
            model_version::delete(&place.cx, actor(), key("U", version)).await.unwrap();
        }
        place.register("U", "s3://bucket/root/deeper", "", "").await.unwrap();
        assert_eq!(place.collect(all()).await, [removed(Kind::Run, &id, 2, 7)]);
    }

    /// The version that was registered first is deleted, its copy is not.
    async fn a_copy_needs_what_its_original_needed(world) {
        let place = place(world);
        world.model("U").await;
        world.model("Copy").await;
        let experiment = world.experiment("e").await;
        let id = place.deleted_run(world, experiment).await;
        let original = place.register("U", &format!("runs:/{id}/model"), &id, "").await.unwrap();
        place.register("Copy", &format!("models:/U/{original}"), "", "").await.unwrap();
        model_version::delete(&place.cx, actor(), key("U", original)).await.unwrap();

        assert_eq!(place.collect(all()).await, [kept(Kind::Run, &id, held("Copy", 1))]);
        assert_eq!(place.read(&format!("{experiment}/{id}/artifacts/model/MLmodel")).await.unwrap(), b"flavors");
    }

    /// Whoever restores a run while it is removed gets it whole, or is told that it is gone.
    async fn a_run_restored_meanwhile_is_whole_or_gone(world) {
        let place = place(world);
        let experiment = world.experiment("e").await;
        let mut ids = Vec::new();
        for _ in 0..60 {
            ids.push(place.deleted_run(world, experiment).await);
        }
        let other = another(world, &place).await;
        let restoring = join_all(ids.iter().rev().map(|id| run::restore(&other, id.clone())));
        let (restored, collected) = join(restoring, collect(&place.cx, all())).await;
        collected.unwrap();

        assert!(restored.iter().any(Result::is_ok), "the race must be one");
        for (id, restored) in ids.iter().rev().zip(restored) {
            let file = place.read(&format!("{experiment}/{id}/artifacts/model/MLmodel")).await;
            match restored {
                Ok(()) => {
                    assert_eq!(file.unwrap(), b"flavors");
                    assert_eq!(world.run_detail(id).await.run.deleted_at, None);
                }
                Err(refused) => {
                    assert_eq!(refused.code, ErrorCode::ResourceDoesNotExist, "{refused}");
                    assert!(file.is_err() && !place.there(&format!("{experiment}/{id}")));
                }
            }
        }
        assert_eq!(place.collect(all()).await, []);
    }

    /// The original is deleted, copied and its files are removed at once; an experiment's logged models are registered
    /// while it goes.
    async fn a_copy_or_a_logged_model_registered_meanwhile_keeps_its_files(world) {
        let place = place(world);
        for model in ["U", "Copy"] {
            world.model(model).await;
        }
        let (runs, models) = (world.experiment("runs").await, world.experiment("models").await);
        let mut held = Vec::new();
        for _ in 0..25 {
            let id = place.deleted_run(world, runs).await;
            let version = place.register("U", &format!("runs:/{id}/model"), &id, "").await.unwrap();
            held.push((id, version, place.logged_model(models).await));
        }
        experiment::delete(&place.cx, models).await.unwrap();
        let other = another(world, &place).await;

        let racing = join_all(held.iter().map(|(_, version, logged)| {
            let (place, other) = (&place, &other);
            async move {
                let source = format!("models:/U/{version}");
                let copied = place.register("Copy", &source, "", "");
                let deleted = model_version::delete(other, actor(), key("U", *version));
                let own = format!("models:/{logged}");
                let registered = place.register("Copy", &own, "", logged);
                let ((copied, deleted), registered) = join(join(copied, deleted), registered).await;
                deleted.unwrap();
                (copied, registered)
            }
        }));
        let collecting = async {
            for _ in 0..3 {
                collect(&other, all()).await.unwrap();
            }
        };
        let (raced, ()) = join(racing, collecting).await;
        collect(&place.cx, all()).await.unwrap();

        for ((id, _, logged), (copied, registered)) in held.iter().zip(raced) {
            for (path, outcome) in [
                (format!("{runs}/{id}/artifacts/model/MLmodel"), copied),
                (format!("{models}/models/{logged}/artifacts/MLmodel"), registered),
            ] {
                let file = place.read(&path).await;
                match outcome {
                    Ok(version) => assert!(file.is_ok(), "Copy {version} lost its files"),
                    Err(_) => assert!(file.is_err(), "{path} is nobody's"),
                }
            }
        }
        assert_eq!(world.count("garbage").await, 0);
    }

    /// An upload that was under way when its run was removed ends as it would have; what it leaves is one file that
    /// nobody refers to, and the removal of others is not disturbed.
    async fn an_upload_under_way_leaves_a_stray_file_at_most(world) {
        let place = place(world);
        let experiment = world.experiment("e").await;
        let id = place.deleted_run(world, experiment).await;
        let late = ArtifactKey::parse(&format!("{experiment}/{id}/artifacts/late")).unwrap();
        let (more, rest) = tokio::sync::oneshot::channel::<()>();
        let uploading = artifact::put(&place.cx, &late, None, stream::once(Box::pin(async move {
            rest.await.unwrap();
            Ok(Bytes::from_static(b"late"))
        })));
        let removing = async {
            assert_eq!(place.collect(all()).await, [removed(Kind::Run, &id, 1, 7)]);
            more.send(()).unwrap();
        };
        let (uploaded, ()) = join(uploading, removing).await;

        uploaded.unwrap();
        assert_eq!(place.read(late.as_str()).await.unwrap(), b"late");
        assert!(!place.there(&format!("{experiment}/{id}/artifacts/model")));
        let next = place.deleted_run(world, experiment).await;
        assert_eq!(place.collect(all()).await, [removed(Kind::Run, &next, 1, 7)]);
        artifact::delete(&place.cx, &late).await.unwrap();
    }

    /// A version's run says why the version is where it is: a sweep leaves it, and who names it removes it.
    async fn what_a_version_comes_from_goes_only_by_its_name(world) {
        let place = place(world);
        world.model("U").await;
        let experiment = world.experiment("e").await;
        let id = place.deleted_run(world, experiment).await;
        let version = place.register("U", "s3://elsewhere/model", &id, "").await.unwrap();
        let origin = Reason::Origin { name: "U".into(), version, stage: "None".into() };

        for ask in [dry(all()), all()] {
            assert_eq!(place.collect(ask).await, [kept(Kind::Run, &id, origin.clone())]);
        }
        assert!(place.there(&format!("{experiment}/{id}")), "it is kept whole");
        let named = Ask { only: Some(Named { runs: vec![id.clone()], ..Named::default() }), ..all() };
        assert_eq!(place.collect(named).await, [removed(Kind::Run, &id, 1, 7)]);
    }
}
