//! Digests of versions: recorded in the background, compared when something stirs or somebody asks.

use bytes::Bytes;
use futures_util::stream;
use greenroom_app::artifact::{self, ArtifactConfig, ArtifactStore};
use greenroom_app::digest::{self, look_at_due};
use greenroom_app::{Context, model_version, registered_model};
use greenroom_core::artifact::{ArtifactKey, ArtifactPolicy};
use greenroom_core::digest::{DigestState, Reading, VersionDigest, of_files};
use serde_json::json;

use crate::logged_models::experiments;
use crate::support::{World, actor, contract, key, new_version, run_sql, transition};

/// How long a folder has to be quiet.
const QUIET: i64 = 10_000;
/// How long a look is leased.
const LEASE: i64 = 30 * 60 * 1000;
/// How long what could not be read is left alone.
const AFTER_A_FAILURE: i64 = 5 * 60 * 1000;
const ROOT: &str = "mlflow-artifacts:/7/r1/artifacts/model";

/// A folder with artifacts, the server over it and another on the same database.
pub(crate) struct Place {
    pub(crate) cx: Context,
    pub(crate) other: Context,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) async fn place(world: &World) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let replica = world.replica().await;
    let over = |cx: &Context, server: &'static str| {
        let uri = folder.path().join("artifacts").to_str().unwrap().to_owned();
        let policy = ArtifactPolicy { destination: uri.clone(), ..ArtifactPolicy::default() };
        let config = ArtifactConfig { uri, ..ArtifactConfig::default() };
        cx.with_artifacts(policy, ArtifactStore::open(&config, || server.to_owned(), world.now()).unwrap())
    };
    experiments(world).await;
    run_sql(
        &world.uri,
        "INSERT INTO runs (id, experiment_id, name, user_id, status, started_at, artifact_uri)
         VALUES ('r1', 7, 'r1', '', 'RUNNING', 0, 'mlflow-artifacts:/7/r1/artifacts')",
    )
    .await;
    world.model("m").await;
    Place { cx: over(&world.cx, "a"), other: over(&replica, "b"), folder }
}

pub(crate) async fn put(cx: &Context, path: &str, bytes: &'static str) {
    let key = ArtifactKey::parse(&format!("7/r1/artifacts/model/{path}")).unwrap();
    artifact::put(cx, &key, None, stream::iter([Ok(Bytes::from_static(bytes.as_bytes()))])).await.unwrap();
}

/// A version of what lies in the run.
pub(crate) async fn register(cx: &Context) {
    let mut version = new_version("m");
    (version.source, version.run_id) = (ROOT.into(), Some("r1".into()));
    model_version::create(cx, actor(), version).await.unwrap();
}

async fn known(cx: &Context, version: i64) -> VersionDigest {
    model_version::view(cx, key("m", version)).await.unwrap().digest
}

/// The digest of these files, told by hand.
pub(crate) fn by_hand(files: &[(&str, &str)]) -> Option<String> {
    let file = |(path, content): &(&str, &str)| {
        let mut reading = Reading::default();
        reading.take(content.as_bytes());
        reading.end(path)
    };
    of_files(files.iter().map(file).collect())
}

/// What the history tells of digests, oldest first.
async fn told(world: &World) -> Vec<(String, Option<i64>, serde_json::Value)> {
    let events = world.history("m").await.into_iter().filter(|e| e.kind.starts_with("model_version_digest"));
    events.map(|e| (e.kind, e.version, e.after.unwrap_or_default())).collect()
}

contract! {
    async fn a_new_version_is_pending_until_its_files_were_read(world) {
        let Place { cx, folder: _held, .. } = place(world).await;
        put(&cx, "MLmodel", "flavors").await;
        put(&cx, "data/weights.bin", "0101").await;
        register(&cx).await;
        assert_eq!(known(&cx, 1).await, VersionDigest { state: DigestState::Pending, ..VersionDigest::NONE });
        let time = world.tick(5);

        assert_eq!(look_at_due(&cx).await.unwrap(), None, "nothing is left to do");

        let digest = by_hand(&[("MLmodel", "flavors"), ("data/weights.bin", "0101")]);
        assert_eq!(known(&cx, 1).await, VersionDigest { state: DigestState::Recorded, digest: digest.clone(), checked_at: Some(time) });
        assert_eq!(told(world).await, [("model_version_digest.recorded".into(), Some(1), json!({ "digest": digest }))]);
        assert_eq!(world.faults().await, Vec::<String>::new());
        let page = model_version::list(&cx, "m".into(), None, 10, None).await.unwrap().0;
        assert_eq!(page[0].digest.digest, digest, "lists tell it too");
    }

    async fn what_this_server_does_not_keep_has_no_digest(world) {
        let Place { cx, folder: _held, .. } = place(world).await;
        model_version::create(&cx, actor(), new_version("m")).await.unwrap();
        look_at_due(&cx).await.unwrap();
        assert_eq!(known(&cx, 1).await, VersionDigest::NONE);
        assert_eq!(digest::check(&cx, actor(), key("m", 1)).await.unwrap(), VersionDigest::NONE);
        digest::check(&cx, actor(), key("m", 2)).await.unwrap_err();
        assert_eq!(told(world).await, []);
    }

    async fn a_changed_byte_is_found_when_somebody_asks_and_so_is_its_return(world) {
        let Place { cx, folder, .. } = place(world).await;
        world.apply("[[stages]]\nname = \"None\"\n[[stages]]\nname = \"Live\"\nprotected = true\n").await.unwrap();
        put(&cx, "MLmodel", "flavors").await;
        register(&cx).await;
        look_at_due(&cx).await.unwrap();
        transition(&cx, "m", 1, "Live", false).await.unwrap();
        let recorded = known(&cx, 1).await;
        let file = folder.path().join("artifacts/7/r1/artifacts/model/MLmodel");

        std::fs::write(&file, "backdoor").unwrap();
        let found = digest::check(&cx, actor(), key("m", 1)).await.unwrap();
        assert_eq!((found.state, &found.digest), (DigestState::Mismatch, &recorded.digest), "the first one stays the measure");
        digest::check(&cx, actor(), key("m", 1)).await.unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(digest::check(&cx, actor(), key("m", 1)).await.unwrap().state, DigestState::Mismatch);
        std::fs::write(&file, "flavors").unwrap();
        assert_eq!(digest::check(&cx, actor(), key("m", 1)).await.unwrap().state, DigestState::Recorded);

        let checked = |state: &str| ("model_version_digest.checked".to_owned(), Some(1), json!({ "digest_state": state }));
        assert_eq!(told(world).await[1..], [checked("mismatch"), checked("recorded")], "an event per change, none per look");
        assert_eq!(world.faults().await, Vec::<String>::new());
    }

    async fn a_file_that_is_written_below_a_version_has_it_looked_at_once_it_is_quiet(world) {
        let Place { cx, folder: _held, .. } = place(world).await;
        put(&cx, "MLmodel", "flavors").await;
        register(&cx).await;
        register(&cx).await;
        look_at_due(&cx).await.unwrap();

        world.tick(100);
        put(&cx, "data/more", "x").await;
        let due = world.now() + QUIET;
        assert_eq!(look_at_due(&cx).await.unwrap(), Some(due));
        assert_eq!(known(&cx, 1).await.state, DigestState::Recorded, "not yet");
        // Beside the version, or in a folder whose name only begins like it: no concern of its.
        for path in ["../other/x", "../modelx/x"] {
            let key = ArtifactKey::parse(&format!("7/r1/artifacts/{}", &path[3..])).unwrap();
            artifact::put(&cx, &key, None, stream::iter([Ok(Bytes::from_static(b"x"))])).await.unwrap();
        }
        world.tick(QUIET);
        look_at_due(&cx).await.unwrap();
        for version in [1, 2] {
            assert_eq!(known(&cx, version).await.state, DigestState::Mismatch);
        }
    }

    async fn a_version_that_comes_before_its_files_waits_for_the_last_of_them(world) {
        let Place { cx, folder: _held, .. } = place(world).await;
        register(&cx).await;
        look_at_due(&cx).await.unwrap();
        assert_eq!(known(&cx, 1).await.state, DigestState::None);
        let names = ["a", "b", "c", "d"];
        for name in names {
            put(&cx, name, "x").await;
            world.tick(QUIET * 6 / 10);
            look_at_due(&cx).await.unwrap();
            assert_eq!(known(&cx, 1).await.state, DigestState::None, "still coming");
        }
        world.tick(QUIET);
        look_at_due(&cx).await.unwrap();
        assert_eq!(known(&cx, 1).await.digest, by_hand(&names.map(|name| (name, "x"))));
    }

    async fn servers_share_the_work_and_take_over_what_another_left(world) {
        let Place { cx, other, folder: _held } = place(world).await;
        put(&cx, "MLmodel", "flavors").await;
        for _ in 0..6 {
            register(&cx).await;
        }
        // A server that died took this one on, and never came back.
        let lost = world.now() + LEASE;
        run_sql(&world.uri, &format!("UPDATE version_digests SET due_at = {lost} WHERE version = 6")).await;

        futures_util::future::try_join_all([look_at_due(&cx), look_at_due(&other), look_at_due(&cx)]).await.unwrap();

        let recorded: Vec<Option<i64>> = told(world).await.into_iter().map(|(_, version, _)| version).collect();
        assert_eq!(recorded.len(), 5, "each once: {recorded:?}");
        assert_eq!(known(&cx, 6).await.state, DigestState::Pending);
        world.tick(LEASE);
        look_at_due(&other).await.unwrap();
        assert_eq!(known(&cx, 6).await.state, DigestState::Recorded);
        other.db.close().await;
    }

    async fn what_cannot_be_read_is_left_alone_for_a_while(world) {
        let Place { cx, folder: _held, .. } = place(world).await;
        put(&cx, "MLmodel", "flavors").await;
        register(&cx).await;
        // A server whose storage is away.
        let next = look_at_due(&world.cx).await.unwrap().unwrap();
        assert_eq!(next, world.now() + AFTER_A_FAILURE);
        look_at_due(&cx).await.unwrap();
        assert_eq!(known(&cx, 1).await.state, DigestState::Pending);
        world.tick(AFTER_A_FAILURE);
        look_at_due(&cx).await.unwrap();
        assert_eq!(known(&cx, 1).await.state, DigestState::Recorded);
    }

    async fn a_link_out_of_the_root_is_not_followed(world) {
        let Place { cx, folder, .. } = place(world).await;
        put(&cx, "MLmodel", "flavors").await;
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "secret").unwrap();
        std::os::unix::fs::symlink(&secret, folder.path().join("artifacts/7/r1/artifacts/model/link")).unwrap();
        register(&cx).await;
        look_at_due(&cx).await.unwrap();
        assert_eq!(known(&cx, 1).await.digest, by_hand(&[("MLmodel", "flavors")]));
    }

    async fn what_is_deleted_is_forgotten(world) {
        let Place { cx, folder: _held, .. } = place(world).await;
        put(&cx, "MLmodel", "flavors").await;
        register(&cx).await;
        register(&cx).await;
        model_version::delete(&cx, actor(), key("m", 1)).await.unwrap();
        assert_eq!(world.count("version_digests").await, 1);
        registered_model::delete(&cx, actor(), "m".into()).await.unwrap();
        assert_eq!(world.count("version_digests").await, 0);
        assert_eq!(look_at_due(&cx).await.unwrap(), None);
    }
}
