//! Copies of versions: pointers, and those with files of their own; what is checked, and what is left when it fails.

use std::path::PathBuf;

use greenroom_app::artifact::{self, Owner, belongings};
use greenroom_app::digest::{self, look_at_due};
use greenroom_app::logged_model::{self, NewLoggedModel};
use greenroom_app::model_version::{self, VersionCopy};
use greenroom_app::{Context, experiment, registered_model};
use greenroom_core::copy::EXPERIMENT;
use greenroom_core::digest::DigestState;
use greenroom_core::experiment::DEFAULT_ID;
use greenroom_core::model_version::ModelVersionDetail;
use greenroom_core::{ErrorCode, Result};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::digests::{Place, by_hand, place, put, register};
use crate::support::{World, actor, contract, key, new_experiment, new_version, run_sql, transition};

const FILES: [(&str, &str); 3] = [("MLmodel", "flavors"), ("data/weights.bin", "0101"), ("data/empty", "")];

/// Version 1 of `m` with files, a digest, tags, an alias and a stage.
async fn trained(world: &World) -> Place {
    let place = place(world).await;
    for (path, bytes) in FILES {
        put(&place.cx, path, bytes).await;
    }
    register(&place.cx).await;
    look_at_due(&place.cx).await.unwrap();
    let cx = &place.cx;
    model_version::set_tag(cx, actor(), key("m", 1), "team", "fraud").await.unwrap();
    model_version::set_tag(cx, actor(), key("m", 1), "greenroom.copied_from.model", "older").await.unwrap();
    model_version::update(cx, actor(), key("m", 1), Some("the good one".into())).await.unwrap();
    registered_model::set_alias(cx, actor(), key("m", 1), "champion".into()).await.unwrap();
    transition(cx, "m", 1, "Production", false).await.unwrap();
    place
}

fn asked(to: &str) -> VersionCopy {
    VersionCopy {
        from: key("m", 1),
        to: to.into(),
        with_artifacts: true,
        experiment: EXPERIMENT.into(),
        force: false,
    }
}

async fn copy(cx: &Context, asked: VersionCopy) -> Result<ModelVersionDetail> {
    model_version::copy(cx, actor(), asked, CancellationToken::new()).await
}

fn tags(detail: &ModelVersionDetail) -> Vec<(&str, &str)> {
    detail.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect()
}

/// Where a file of the source lies on the disk.
fn on_disk(place: &Place, path: &str) -> PathBuf {
    place.folder.path().join("artifacts/7/r1/artifacts/model").join(path)
}

/// Every regular file of copies on the disk.
fn left_of_copies(place: &Place, experiment_id: i64) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![place.folder.path().join("artifacts").join(experiment_id.to_string())];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

async fn experiment_id(cx: &Context) -> i64 {
    experiment::get_by_name(cx, EXPERIMENT.into()).await.unwrap().experiment.id
}

/// Nothing came of a copy: no model, no version, no logged model, no file.
async fn nothing_is_left(world: &World, place: &Place) {
    assert_eq!(
        registered_model::get(&place.cx, "Copy".into()).await.unwrap_err().code,
        ErrorCode::ResourceDoesNotExist
    );
    assert_eq!(world.count("model_versions").await, 1);
    assert_eq!(world.count("logged_models WHERE deleted_at IS NULL").await, 0);
    assert_eq!(left_of_copies(place, experiment_id(&place.cx).await), Vec::<PathBuf>::new());
}

contract! {
    async fn a_pointer_is_what_the_stock_client_makes(world) {
        let place = trained(world).await;
        let made = copy(&place.cx, VersionCopy { with_artifacts: false, ..asked("Copy") }).await.unwrap();
        let version = &made.version;
        assert_eq!((version.name.as_str(), version.version, version.source.as_str()), ("Copy", 1, "models:/m/1"));
        assert_eq!((version.stage.as_str(), version.run_id.as_deref()), ("None", Some("r1")));
        assert_eq!(version.description.as_deref(), Some("the good one"));
        assert_eq!(version.storage_location, "mlflow-artifacts:/7/r1/artifacts/model");
        assert_eq!(tags(&made), [("greenroom.copied_from.model", "older"), ("team", "fraud")]);
        assert_eq!(world.count("logged_models").await, 0);
    }

    async fn a_copy_has_bytes_of_its_own_and_tells_its_origin(world) {
        let place = trained(world).await;
        let cx = &place.cx;
        let made = copy(cx, asked("Copy")).await.unwrap();

        let version = &made.version;
        let id = version.logged_model_id.clone().unwrap();
        assert_eq!(version.source, format!("models:/{id}"));
        assert_eq!((version.stage.as_str(), version.run_id.as_deref()), ("None", Some("r1")));
        assert_eq!(version.description.as_deref(), Some("the good one"));
        let digest = by_hand(&FILES).unwrap();
        assert_eq!(tags(&made), [
            ("greenroom.copied_from.digest", digest.as_str()),
            ("greenroom.copied_from.model", "m"),
            ("greenroom.copied_from.run_id", "r1"),
            ("greenroom.copied_from.version", "1"),
            ("team", "fraud"),
        ]);
        assert_eq!(made.aliases, Vec::<String>::new());
        let home = logged_model::get(cx, id.clone(), false).await.unwrap().model;
        assert_eq!((home.status.as_str(), home.experiment_id), ("LOGGED_MODEL_READY", experiment_id(cx).await));
        assert_eq!(home.source_run_id, "", "the run has not logged it");

        // The source may change and go: the copy stays what it is.
        std::fs::remove_dir_all(on_disk(&place, "")).unwrap();
        look_at_due(cx).await.unwrap();
        let view = model_version::view(cx, key("Copy", 1)).await.unwrap();
        assert_eq!((view.digest.state, view.digest.digest), (DigestState::Recorded, Some(digest)));
        let folder = belongings(cx, Owner::LoggedModel(id)).await.unwrap().key(cx, "data").unwrap();
        let names: Vec<String> = artifact::list(cx, &folder).await.unwrap().into_iter().map(|e| e.name).collect();
        assert_eq!(names, ["empty", "weights.bin"]);

        let created = world.history("Copy").await.into_iter().find(|e| e.kind == "model_version.created").unwrap();
        let after = created.after.unwrap();
        assert_eq!(after["tags"]["greenroom.copied_from.model"], json!("m"));
        assert_eq!((&after["logged_model_id"], &after["run_id"]), (&json!(version.logged_model_id), &json!("r1")));
        assert_eq!(world.faults().await, Vec::<String>::new());
    }

    async fn a_copy_of_a_copy_names_its_direct_source_and_keeps_what_was_logged(world) {
        let place = trained(world).await;
        let cx = &place.cx;
        let logged = logged_model::create(cx, NewLoggedModel {
            experiment_id: DEFAULT_ID.to_string(),
            name: "tree".into(),
            model_type: "classifier".into(),
            source_run_id: "r1".into(),
            params: vec![("C".into(), "0.5".into())],
            tags: Vec::new(),
        }).await.unwrap().model;
        let bytes = futures_util::stream::iter([Ok("flavors".into())]);
        artifact::put(cx, &belongings(cx, Owner::LoggedModel(logged.id.clone())).await.unwrap().key(cx, "MLmodel").unwrap(), None, bytes).await.unwrap();
        let mut version = new_version("m");
        (version.source, version.model_id) = (format!("models:/{}", logged.id), Some(logged.id.clone()));
        model_version::create(cx, actor(), version).await.unwrap();

        copy(cx, VersionCopy { from: key("m", 2), ..asked("First") }).await.unwrap();
        let second = copy(cx, VersionCopy { from: key("First", 1), ..asked("First") }).await.unwrap();

        assert_eq!(second.version.version, 2);
        assert!(tags(&second).contains(&("greenroom.copied_from.model", "First")), "{:?}", tags(&second));
        let home = logged_model::get(cx, second.version.logged_model_id.unwrap(), false).await.unwrap();
        assert_eq!((home.model.name.as_str(), home.model.model_type.as_str()), ("tree", "classifier"));
        assert_eq!(home.params.iter().map(|p| (p.key.as_str(), p.value.as_str())).collect::<Vec<_>>(), [("C", "0.5")]);
        assert_eq!(second.version.run_id.as_deref(), Some("r1"));
        // What the run has logged is still what it has logged.
        let mut by_name = new_version("m");
        (by_name.source, by_name.run_id) = ("runs:/r1/tree".into(), Some("r1".into()));
        let found = model_version::create(cx, actor(), by_name).await.unwrap();
        assert_eq!(found.version.logged_model_id, Some(logged.id));
    }

    async fn a_digest_that_is_due_is_recorded_first(world) {
        let place = place(world).await;
        put(&place.cx, "MLmodel", "flavors").await;
        register(&place.cx).await;
        let made = copy(&place.cx, asked("Copy")).await.unwrap();
        let digest = by_hand(&[("MLmodel", "flavors")]).unwrap();
        assert!(tags(&made).contains(&("greenroom.copied_from.digest", &digest)));
        assert_eq!(model_version::view(&place.cx, key("m", 1)).await.unwrap().digest.digest, Some(digest));
    }

    async fn changed_bytes_are_not_copied_unless_they_are_asked_for(world) {
        let place = trained(world).await;
        std::fs::write(on_disk(&place, "data/weights.bin"), "0111").unwrap();

        // Nobody knows yet: what is read tells, and force does not let it through.
        let refused = copy(&place.cx, VersionCopy { force: true, ..asked("Copy") }).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::ResourceConflict);
        assert!(refused.message.contains("changed at the source or on the way"), "{refused}");
        nothing_is_left(world, &place).await;

        digest::check(&place.cx, actor(), key("m", 1)).await.unwrap();
        let refused = copy(&place.cx, asked("Copy")).await.unwrap_err();
        assert!(refused.message.starts_with("Version 1 of 'm' is not copied: its files are no longer"), "{refused}");
        nothing_is_left(world, &place).await;

        let forced = copy(&place.cx, VersionCopy { force: true, ..asked("Copy") }).await.unwrap();
        assert!(tags(&forced).iter().all(|(key, _)| *key != "greenroom.copied_from.digest"), "{:?}", tags(&forced));
        look_at_due(&place.cx).await.unwrap();
        let now = by_hand(&[FILES[0], ("data/weights.bin", "0111"), FILES[2]]);
        assert_eq!(model_version::view(&place.cx, key("Copy", 1)).await.unwrap().digest.digest, now);
    }

    async fn a_file_that_cannot_be_stored_leaves_nothing(world) {
        let place = trained(world).await;
        let cx = &place.cx;
        let target = experiment::create(cx, new_experiment(EXPERIMENT)).await.unwrap();
        let before = logged_model::create(cx, NewLoggedModel {
            experiment_id: target.to_string(), name: "probe".into(), model_type: String::new(),
            source_run_id: String::new(), params: Vec::new(), tags: Vec::new(),
        }).await.unwrap().model.id;
        logged_model::delete(cx, before.clone()).await.unwrap();
        // Ids count: something is in the way of one file of the next logged model.
        let number: usize = before.rsplit("id").next().unwrap().parse().unwrap();
        let next = place.folder.path().join(format!("artifacts/{target}/models/m-id{:04}/artifacts", number + 1));
        std::fs::create_dir_all(next.join("data/weights.bin")).unwrap();

        let refused = copy(cx, asked("Copy")).await.unwrap_err();

        assert!(refused.message.contains("data/weights.bin' cannot be stored"), "{refused}");
        nothing_is_left(world, &place).await;
    }

    async fn wherever_a_copy_is_given_up_it_is_whole_or_gone(world) {
        let place = trained(world).await;
        let cx = &place.cx;
        let mut whole = 0;
        for turn in 0..60_u64 {
            let stop = CancellationToken::new();
            let copying = model_version::copy(cx, actor(), asked("Copy"), stop.clone());
            let (outcome, ()) = futures_util::future::join(copying, async {
                for _ in 0..turn * turn {
                    tokio::task::yield_now().await;
                }
                stop.cancel();
            }).await;
            if let Err(error) = &outcome {
                assert_eq!(error.code, ErrorCode::TemporarilyUnavailable, "{error}");
            }
            whole += usize::from(outcome.is_ok());
        }
        look_at_due(cx).await.unwrap();
        let held = model_version::list(cx, "Copy".into(), None, 1000, None).await.map_or_else(|_| Vec::new(), |(v, _)| v);
        assert!(held.len() >= whole, "{} of {whole}", held.len());
        for version in &held {
            assert_eq!(version.digest.digest, by_hand(&FILES), "version {}", version.detail.version.version);
        }
        assert_eq!(world.count("logged_models WHERE deleted_at IS NULL").await, i64::try_from(held.len()).unwrap());
        let files = match experiment::get_by_name(cx, EXPERIMENT.into()).await {
            Ok(found) => left_of_copies(&place, found.experiment.id).len(),
            Err(_) => 0,
        };
        assert_eq!(files, held.len() * FILES.len());
    }

    async fn what_cannot_be_copied_says_why(world) {
        let place = trained(world).await;
        let cx = &place.cx;
        model_version::create(cx, actor(), new_version("m")).await.unwrap();
        let elsewhere = copy(cx, VersionCopy { from: key("m", 2), ..asked("Copy") }).await.unwrap_err();
        assert!(elsewhere.message.starts_with("The artifacts at 's3://bucket/model' are outside the storage"), "{elsewhere}");
        let mut empty = new_version("m");
        (empty.source, empty.run_id) = ("mlflow-artifacts:/7/r1/artifacts/nothing".into(), Some("r1".into()));
        model_version::create(cx, actor(), empty).await.unwrap();
        let nothing = copy(cx, VersionCopy { from: key("m", 3), ..asked("Copy") }).await.unwrap_err();
        assert!(nothing.message.ends_with("there are no files at 'mlflow-artifacts:/7/r1/artifacts/nothing'."), "{nothing}");
        let missing = copy(cx, VersionCopy { from: key("m", 9), ..asked("Copy") }).await.unwrap_err();
        assert_eq!(missing.message, "Model Version (name=m, version=9) not found");
        let misnamed = copy(cx, asked("a/b")).await.unwrap_err();
        assert_eq!(misnamed.code, ErrorCode::InvalidParameterValue);
        run_sql(&world.uri, "INSERT INTO experiments (id, name, artifact_location, created_at, updated_at)
                             VALUES (90, 'far', 's3://elsewhere/90', 0, 0)").await;
        let far = copy(cx, VersionCopy { experiment: "far".into(), ..asked("Copy") }).await.unwrap_err();
        assert!(far.message.contains("experiment 'far' are at 's3://elsewhere/90/models/m-"), "{far}");
        assert_eq!(world.count("logged_models WHERE deleted_at IS NULL").await, 0);
        registered_model::get(cx, "Copy".into()).await.expect_err("nothing came of it");
    }
}
