//! Artifacts in a local folder, and what registered versions keep from being changed.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use greenroom_app::artifact::{self, ArtifactConfig, ArtifactStore, Entry, Part};
use greenroom_app::{Context, model_version};
use greenroom_core::artifact::{ArtifactKey, ArtifactPolicy, Delivery, Wish};
use greenroom_core::{Error, ErrorCode, Result};

use crate::support::{World, actor, contract, new_version, transition};

/// A folder with artifacts, and a server over it.
struct Place {
    cx: Context,
    root: PathBuf,
    folder: tempfile::TempDir,
}

fn key(text: &str) -> ArtifactKey {
    ArtifactKey::parse(text).unwrap()
}

fn open(world: &World, root: &Path, server: &'static str) -> Context {
    open_as(world, root, server, root.to_str().unwrap())
}

/// With a policy that calls the folder by another name: what versions may have as their source.
fn open_as(world: &World, root: &Path, server: &'static str, destination: &str) -> Context {
    let policy = ArtifactPolicy { destination: destination.to_owned(), ..ArtifactPolicy::default() };
    let config = ArtifactConfig { uri: root.to_str().unwrap().to_owned(), ..ArtifactConfig::default() };
    world.cx.with_artifacts(policy, ArtifactStore::open(&config, || server.to_owned(), world.now()).unwrap())
}

fn place(world: &World) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("artifacts");
    Place { cx: open(world, &root, "a"), root, folder }
}

async fn put(cx: &Context, path: &str, bytes: &'static [u8]) -> Result<()> {
    artifact::put(cx, &key(path), None, stream::iter([Ok(Bytes::from_static(bytes))])).await
}

async fn read(cx: &Context, path: &str, wish: Wish) -> Result<(Delivery, Vec<u8>)> {
    let got = artifact::get(cx, &key(path), wish).await?;
    let bytes: Vec<Bytes> = got.bytes.try_collect().await?;
    Ok((got.delivery, bytes.concat()))
}

async fn whole(cx: &Context, path: &str) -> Result<Vec<u8>> {
    read(cx, path, Wish::default()).await.map(|(_, bytes)| bytes)
}

async fn names(cx: &Context, path: &str) -> Vec<String> {
    artifact::list(cx, &key(path)).await.unwrap().into_iter().map(|entry| entry.name).collect()
}

/// What lies in the folder where uploads grow, however deep.
fn unfinished(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.join(".greenroom")];
    while let Some(folder) = folders.pop() {
        // A server that ends may be removing it right now.
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.unwrap(),
        };
        for entry in entries.map(|entry| entry.unwrap()) {
            if entry.file_type().unwrap().is_dir() { &mut folders } else { &mut found }.push(entry.path());
        }
    }
    found
}

/// Insists that nothing unfinished stays behind. The last block of what was cut off may still be on its way to the disk.
async fn nothing_is_left(root: &Path) {
    for _ in 0..100_000 {
        if unfinished(root).is_empty() {
            return;
        }
        turns(1).await;
    }
    panic!("left behind: {:?}", unfinished(root));
}

/// Lets others go on this many times.
async fn turns(count: usize) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

/// So many mebibytes, each of another letter.
fn mebibytes(count: usize) -> Vec<Bytes> {
    (0..count).map(|n| vec![b'a' + u8::try_from(n % 26).unwrap(); 1024 * 1024].into()).collect()
}

contract! {
    /// What is stored comes back, whole and in parts, small and larger than any buffer.
    async fn what_is_stored_comes_back(world) {
        let Place { cx, root, folder: _held } = place(world);
        put(&cx, "1/r/artifacts/model/MLmodel", b"flavors").await.unwrap();
        put(&cx, "1/r/artifacts/empty", b"").await.unwrap();
        assert_eq!(whole(&cx, "1/r/artifacts/model/MLmodel").await.unwrap(), b"flavors");
        assert_eq!(whole(&cx, "1/r/artifacts/empty").await.unwrap(), b"");

        let large = mebibytes(5);
        artifact::put(&cx, &key("1/large"), None, stream::iter(large.clone()).map(Ok)).await.unwrap();
        assert!(whole(&cx, "1/large").await.unwrap() == large.concat());
        let wish = Wish { range: Some("bytes=1048570-3145740".into()), ..Wish::default() };
        let (delivery, part) = read(&cx, "1/large", wish).await.unwrap();
        assert_eq!(delivery, Delivery::Part(1_048_570..3_145_741));
        assert!(part == large.concat()[1_048_570..3_145_741]);

        put(&cx, "1/large", b"replaced").await.unwrap();
        assert_eq!(whole(&cx, "1/large").await.unwrap(), b"replaced");
        let listed = artifact::list(&cx, &key("1/r/artifacts")).await.unwrap();
        let folder = Entry { name: "model".into(), size: None };
        assert_eq!(listed, [Entry { name: "empty".into(), size: Some(0) }, folder]);
        assert_eq!(unfinished(&root), Vec::<PathBuf>::new());
    }

    /// A reader in the middle of a file goes on with it when it is replaced, and the tag tells the two apart.
    async fn readers_keep_the_file_they_opened(world) {
        let Place { cx, folder: _held, .. } = place(world);
        let large = mebibytes(4);
        artifact::put(&cx, &key("f"), None, stream::iter(large.clone()).map(Ok)).await.unwrap();
        let before = artifact::get(&cx, &key("f"), Wish::default()).await.unwrap();
        artifact::put(&cx, &key("f"), None, stream::iter(mebibytes(5)).map(Ok)).await.unwrap();
        let after = artifact::get(&cx, &key("f"), Wish::default()).await.unwrap();
        assert_ne!(before.facts.etag, after.facts.etag);
        let bytes: Vec<Bytes> = before.bytes.try_collect().await.unwrap();
        assert!(bytes.concat() == large.concat());
        let unchanged = Wish { if_none_match: Some(after.facts.etag), ..Wish::default() };
        assert_eq!(read(&cx, "f", unchanged).await.unwrap(), (Delivery::NotModified, Vec::new()));
    }

    /// An upload that breaks off leaves what was there, and nothing of itself.
    async fn a_broken_upload_leaves_no_trace(world) {
        let Place { cx, root, folder: _held } = place(world);
        put(&cx, "m/f", b"old").await.unwrap();
        let new = key("m/new");
        for kept in [0, 1, 3] {
            let lost = Err(Error::new(ErrorCode::BadRequest, "cut off"));
            let body = stream::iter(mebibytes(kept)).map(Ok).chain(stream::iter([lost]));
            artifact::put(&cx, &key("m/f"), None, Box::pin(body)).await.unwrap_err();
            let body = stream::iter(mebibytes(kept)).map(Ok).chain(stream::pending());
            tokio::select! {
                outcome = artifact::put(&cx, &new, None, Box::pin(body)) => panic!("a body without an end: {outcome:?}"),
                () = turns(100) => {}
            }
            // While it runs it is not seen either.
            assert_eq!((names(&cx, "m").await, whole(&cx, "m/f").await.unwrap()), (vec!["f".into()], b"old".to_vec()));
        }
        drop(cx);
        nothing_is_left(&root).await;
    }

    /// What a killed server left behind goes at the next start; what another server is uploading stays.
    async fn leftovers_go_and_uploads_of_others_stay(world) {
        let Place { cx, root, folder: _held } = place(world);
        let left = root.join(".greenroom/server-killed");
        std::fs::create_dir_all(left.join("deep/er")).unwrap();
        std::fs::write(left.join("deep/er/0"), b"half").unwrap();
        let (feed, body) = stream::iter(mebibytes(2)).map(Ok).split_at_two();
        let slow = key("slow");
        let upload = artifact::put(&cx, &slow, None, body);
        let restart = async {
            let other = open(world, &root, "b");
            assert!(!left.exists());
            feed.send(()).unwrap();
            other
        };
        let (stored, other) = futures_util::future::join(upload, restart).await;
        stored.unwrap();
        assert!(whole(&other, "slow").await.unwrap() == mebibytes(2).concat());
    }

    /// Racing writers: one of them wins whole; readers never see a mixture.
    async fn of_racing_writers_one_wins_whole(world) {
        let Place { cx, root, folder: _held } = place(world);
        put(&cx, "race/f", b"").await.unwrap();
        let writers = (0..8u8).map(|n| {
            let cx = cx.clone();
            async move {
                let block = Bytes::from(vec![n; 700_000]);
                artifact::put(&cx, &key("race/f"), None, stream::iter([Ok(block.clone()), Ok(block.clone()), Ok(block)])).await
            }
        });
        let readers = (0..8).map(|_| {
            let cx = cx.clone();
            async move {
                for _ in 0..10 {
                    let seen = whole(&cx, "race/f").await.unwrap();
                    assert!(seen.is_empty() || seen.len() == 2_100_000, "{}", seen.len());
                    assert!(seen.windows(2).all(|w| w[0] == w[1]), "two writers in one file");
                }
            }
        });
        let (written, _) = futures_util::future::join(
            futures_util::future::join_all(writers),
            futures_util::future::join_all(readers),
        )
        .await;
        for outcome in written {
            outcome.unwrap();
        }
        assert_eq!(whole(&cx, "race/f").await.unwrap().len(), 2_100_000);
        assert_eq!(unfinished(&root), Vec::<PathBuf>::new());
    }

    /// Links, pipes and the like in the store lead nowhere: not out of it, not within it.
    async fn what_was_planted_is_not_followed(world) {
        let Place { cx, root, folder: _held } = place(world);
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), b"secret").unwrap();
        put(&cx, "m/f", b"f").await.unwrap();
        symlink(outside.path(), root.join("m/folder")).unwrap();
        symlink(outside.path().join("secret"), root.join("m/file")).unwrap();
        symlink(root.join("m/f"), root.join("m/inside")).unwrap();
        symlink("/", root.join("top")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, root.join("m/pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();

        for path in ["m/folder/secret", "m/file", "m/inside", "m/pipe", "top/etc/passwd", "m/folder"] {
            let refused = whole(&cx, path).await.unwrap_err();
            assert_eq!(refused, Error::not_found(format!("No such artifact: '{path}'")));
        }
        assert_eq!(names(&cx, "m").await, ["f"]);
        assert_eq!(names(&cx, "m/folder").await, Vec::<String>::new());
        assert_eq!(put(&cx, "m/folder/new", b"x").await.unwrap_err().code, ErrorCode::ResourceConflict);
        assert_eq!(put(&cx, "top/tmp/new", b"x").await.unwrap_err().code, ErrorCode::ResourceConflict);
        artifact::delete(&cx, &key("m/folder/secret")).await.unwrap();
        // A link with the name of an artifact is replaced, or removed, itself.
        put(&cx, "m/file", b"mine").await.unwrap();
        assert_eq!(whole(&cx, "m/file").await.unwrap(), b"mine");
        artifact::delete(&cx, &key("m")).await.unwrap();
        artifact::delete(&cx, &key("top")).await.unwrap();
        assert_eq!(std::fs::read(outside.path().join("secret")).unwrap(), b"secret");
        assert!(!root.join("m").exists() && !root.join("top").exists() && Path::new("/etc").exists());
    }

    /// A file below a file and a file in place of a folder are conflicts, early for large ones.
    async fn names_that_are_taken_are_conflicts(world) {
        let Place { cx, folder: _held, .. } = place(world);
        put(&cx, "m/file", b"x").await.unwrap();
        for path in ["m/file/sub", "m/file/sub/deeper", "m"] {
            let refused = put(&cx, path, b"y").await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::ResourceConflict, "{path}: {refused}");
            // Refused before the end, which never comes.
            let endless = stream::repeat_with(|| Ok(Bytes::from(vec![0; 1 << 20])));
            let refused = artifact::put(&cx, &key(path), None, Box::pin(endless)).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::ResourceConflict, "{path}: {refused}");
        }
        assert!(whole(&cx, "m").await.unwrap_err().message.starts_with("Artifact path refers to a directory"));
        assert_eq!(whole(&cx, "m/file/sub").await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
        assert_eq!(names(&cx, "m/file").await, Vec::<String>::new());
    }

    /// Removing is idempotent, and takes folders with all that is in them.
    async fn removing_takes_all_below(world) {
        let Place { cx, root, folder: _held } = place(world);
        for path in ["m/a/b/c", "m/a/d", "m/e"] {
            put(&cx, path, b"x").await.unwrap();
        }
        for path in ["m/a", "m/a", "m/nothing/here", "m/e/below"] {
            artifact::delete(&cx, &key(path)).await.unwrap();
        }
        assert_eq!(names(&cx, "m").await, ["e"]);
        assert_eq!(unfinished(&root), Vec::<PathBuf>::new());
    }

    /// Parts become one artifact, for the key they were begun for and no other.
    async fn parts_become_one_artifact(world) {
        let Place { cx, root, folder: _held } = place(world);
        let begun = artifact::create_parts(&cx, &key("m/big"), 3).await.unwrap();
        assert_eq!(begun.urls, None);
        let mut parts = Vec::new();
        for (number, bytes) in [(3, "three"), (1, "one"), (2, "zwei"), (2, "two")] {
            let body = stream::iter([Ok(Bytes::from_static(bytes.as_bytes()))]);
            let etag = artifact::put_part(&cx, &begun.upload, &number.to_string(), body).await.unwrap();
            parts.retain(|part: &Part| part.number != number);
            parts.push(Part { number, etag });
        }
        assert_eq!(names(&cx, "m").await, Vec::<String>::new());

        let complete = |key: ArtifactKey, upload: String, parts: Vec<Part>| {
            let cx = cx.clone();
            async move { artifact::complete_parts(&cx, &key, &upload, parts).await }
        };
        let foreign = complete(key("m/other"), begun.upload.clone(), parts.clone()).await.unwrap_err();
        assert_eq!(foreign.code, ErrorCode::ResourceDoesNotExist);
        for upload in ["", "x", "../..", "a/b", "%2e%2e", ".", "server-a"] {
            let unknown = complete(key("m/big"), upload.into(), parts.clone()).await.unwrap_err();
            assert_eq!(unknown.code, ErrorCode::ResourceDoesNotExist, "{upload}");
            artifact::abort_parts(&cx, &key("m/big"), upload).await.unwrap_err();
        }
        artifact::abort_parts(&cx, &key("m/other"), &begun.upload).await.unwrap_err();
        let mut wrong = parts.clone();
        wrong[0].etag = "\"another\"".into();
        for bad in [wrong, parts[..2].to_vec(), Vec::new(), [parts.clone(), parts.clone()].concat()] {
            let refused = complete(key("m/big"), begun.upload.clone(), bad).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidParameterValue, "{refused}");
        }

        complete(key("m/big"), begun.upload.clone(), parts.clone()).await.unwrap();
        assert_eq!(whole(&cx, "m/big").await.unwrap(), b"onetwothree");
        complete(key("m/big"), begun.upload, parts).await.unwrap_err();
        assert_eq!(unfinished(&root), Vec::<PathBuf>::new());
    }

    /// Uploads that nobody goes on with are collected, those under way are not.
    async fn abandoned_uploads_are_collected(world) {
        let Place { cx, root, folder: _held } = place(world);
        for count in [0, -1, 10_001, 10_000_000] {
            let refused = artifact::create_parts(&cx, &key("m/big"), count).await.unwrap_err();
            assert!(refused.message.contains(&count.to_string()), "{refused}");
        }
        let begun = artifact::create_parts(&cx, &key("m/big"), 2).await.unwrap();
        let body = || stream::iter([Ok(Bytes::from_static(b"part"))]);
        for number in ["0", "10001", "-1", "x", "1/2", ""] {
            artifact::put_part(&cx, &begun.upload, number, body()).await.unwrap_err();
        }
        artifact::put_part(&cx, &begun.upload, "1", body()).await.unwrap();
        assert_eq!(unfinished(&root).len(), 2);
        // The disk's time is the machine's: the clock of this world is set to a day and more after it.
        let machine = std::fs::metadata(&root).unwrap().modified().unwrap();
        let machine = i64::try_from(machine.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()).unwrap();
        world.tick(machine + 60_000 - world.now());
        artifact::create_parts(&cx, &key("m/big"), 2).await.unwrap();
        assert_eq!(unfinished(&root).len(), 3);
        world.tick(24 * 60 * 60 * 1000);
        drop(open(world, &root, "b"));
        assert_eq!(unfinished(&root), Vec::<PathBuf>::new());
        artifact::put_part(&cx, &begun.upload, "2", body()).await.unwrap_err();
    }

    /// What a registered version holds cannot be removed, and not be written while its stage is protected.
    async fn registered_versions_keep_their_files(world) {
        let Place { root, folder: _held, .. } = place(world);
        let cx = open_as(world, &root, "b", "s3://bucket/root");
        world.apply("[[stages]]\nname = \"None\"\n[[stages]]\nname = \"Live\"\nprotected = true\n").await.unwrap();
        world.model("Unicorn").await;
        // As log_model does it: all files first, then the version.
        put(&cx, "1/m-1/artifacts/MLmodel", b"v1").await.unwrap();
        put(&cx, "1/m-10/artifacts/MLmodel", b"another").await.unwrap();
        let source = "s3://bucket/root/1/m-1/artifacts".to_owned();
        model_version::create(&world.cx, actor(), model_version::NewVersion { source, ..new_version("Unicorn") }).await.unwrap();

        put(&cx, "1/m-1/artifacts/MLmodel", b"v2").await.unwrap();
        for path in ["1/m-1/artifacts/MLmodel", "1/m-1/artifacts", "1/m-1", "1", "1/m-1/artifacts/no/such"] {
            let refused = artifact::delete(&cx, &key(path)).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::ResourceConflict, "{path}: {refused}");
            assert!(refused.message.contains("version 1 of registered model 'Unicorn'"), "{refused}");
        }

        transition(&world.cx, "Unicorn", 1, "Live", false).await.unwrap();
        for path in ["1/m-1/artifacts/MLmodel", "1/m-1/artifacts/new", "1/m-1/artifacts/deep/new"] {
            let refused = put(&cx, path, b"v3").await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::ResourceConflict, "{path}: {refused}");
            assert!(refused.message.contains("'Live', which is protected"), "{refused}");
            artifact::create_parts(&cx, &key(path), 1).await.unwrap_err();
            artifact::complete_parts(&cx, &key(path), "x", vec![Part { number: 1, etag: "e".into() }]).await.unwrap_err();
        }
        assert_eq!(whole(&cx, "1/m-1/artifacts/MLmodel").await.unwrap(), b"v2");
        // Neighbours are not meant.
        put(&cx, "1/m-1/other", b"x").await.unwrap();
        put(&cx, "1/m-10/artifacts/MLmodel", b"x").await.unwrap();
        artifact::delete(&cx, &key("1/m-10")).await.unwrap();
        artifact::delete(&cx, &key("1/m-1/other")).await.unwrap();
    }

    /// The folders of a version, page by page; a place that is not served is named and not opened.
    async fn the_files_of_a_version_are_listed_by_folder(world) {
        let Place { root, folder: _held, .. } = place(world);
        let cx = open_as(world, &root, "b", "s3://bucket/root");
        world.model("Unicorn").await;
        for path in ["1/m-1/artifacts/MLmodel", "1/m-1/artifacts/data/x.csv", "1/m-1/artifacts/a.txt", "1/m-1/secret"] {
            put(&cx, path, b"four").await.unwrap();
        }
        for source in ["s3://bucket/root/1/m-1/artifacts", "s3://elsewhere/m"] {
            let new = model_version::NewVersion { source: source.to_owned(), ..new_version("Unicorn") };
            model_version::create(&world.cx, actor(), new).await.unwrap();
        }
        let page = async |version: &str, path: &str, limit, cursor: Option<String>| {
            let version = model_version::VersionKey::new("Unicorn", version).unwrap();
            artifact::folder(&cx, version, path, limit, cursor.as_deref()).await
        };

        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let told = page("1", "", 1, cursor.take()).await.unwrap();
            assert_eq!((told.location.as_str(), told.unavailable), ("s3://bucket/root/1/m-1/artifacts", None));
            seen.extend(told.entries.into_iter().map(|entry| (entry.name, entry.size)));
            cursor = told.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [("data".to_owned(), None), ("MLmodel".to_owned(), Some(4)), ("a.txt".to_owned(), Some(4))]);
        assert_eq!(page("1", "data", 10, None).await.unwrap().entries.len(), 1);
        for path in ["..", "../secret", "data/../../secret", "/1"] {
            assert_eq!(page("1", path, 10, None).await.unwrap_err().code, ErrorCode::InvalidParameterValue, "{path}");
        }

        let elsewhere = page("2", "", 10, None).await.unwrap();
        assert_eq!((elsewhere.location.as_str(), elsewhere.entries.len()), ("s3://elsewhere/m", 0));
        assert!(elsewhere.unavailable.is_some(), "{elsewhere:?}");
        assert_eq!(page("3", "", 10, None).await.unwrap_err().code, ErrorCode::ResourceDoesNotExist);
    }

    /// A version that becomes protected while an upload is under way is not overwritten by its end.
    async fn an_upload_that_ends_too_late_is_refused(world) {
        let Place { root, folder: _held, .. } = place(world);
        let cx = open_as(world, &root, "b", "s3://bucket");
        world.apply("[[stages]]\nname = \"None\"\n[[stages]]\nname = \"Live\"\nprotected = true\n").await.unwrap();
        world.model("Unicorn").await;
        put(&cx, "m/f", b"judged").await.unwrap();
        let source = "s3://bucket/m/".to_owned();
        model_version::create(&world.cx, actor(), model_version::NewVersion { source, ..new_version("Unicorn") }).await.unwrap();
        let (feed, body) = stream::iter(mebibytes(2)).map(Ok).split_at_two();
        let taken = key("m/f");
        let upload = artifact::put(&cx, &taken, None, body);
        let promote = async {
            transition(&world.cx, "Unicorn", 1, "Live", false).await.unwrap();
            feed.send(()).unwrap();
        };
        let (stored, ()) = futures_util::future::join(upload, promote).await;
        assert_eq!(stored.unwrap_err().code, ErrorCode::ResourceConflict);
        assert_eq!(whole(&cx, "m/f").await.unwrap(), b"judged");
        nothing_is_left(&root).await;
    }
}

type Body = stream::BoxStream<'static, Result<Bytes>>;

/// Holds a body back after its first piece until it is told to go on.
trait SplitAtTwo {
    fn split_at_two(self) -> (tokio::sync::oneshot::Sender<()>, Body);
}

impl<S: futures_util::Stream<Item = Result<Bytes>> + Send + 'static> SplitAtTwo for S {
    fn split_at_two(self) -> (tokio::sync::oneshot::Sender<()>, Body) {
        let (go_on, told) = tokio::sync::oneshot::channel();
        let mut told = Some(told);
        let held = self.enumerate().then(move |(n, piece)| {
            let wait = (n == 1).then(|| told.take()).flatten();
            async move {
                if let Some(told) = wait {
                    told.await.unwrap();
                }
                piece
            }
        });
        (go_on, held.boxed())
    }
}
