//! A registry of its own for each test: a fresh database, a clock that the test sets, ids that count.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::FutureExt;
use greenroom_app::model_version::{NewVersion, VersionKey};
use greenroom_app::registered_model::NewModel;
use greenroom_app::run::NewRun;
use greenroom_app::stage::Transition;
use greenroom_app::{
    Clock, Context, Ids, Policy, event, experiment, model_version, registered_model, run, stage,
};
use greenroom_core::event::{ChainHead, Event, Position};
use greenroom_core::metric::{LoggedMetric, Metric};
use greenroom_core::model_version::ModelVersionDetail;
use greenroom_core::registered_model::RegisteredModelDetail;
use greenroom_core::run::RunDetail;
use greenroom_core::stage::TransitionAsk;
use greenroom_core::{Actor, Result};
use greenroom_store::{Db, DbConfig};
use tokio_postgres::NoTls;

/// Stamps a test over both engines.
macro_rules! contract {
    ($($(#[$doc:meta])* async fn $name:ident($world:ident) $body:block)+) => {$(
        $(#[$doc])*
        async fn $name($world: &$crate::support::World) $body

        mod $name {

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let world = $crate::support::World::sqlite().await;
                super::$name(&world).await;
                world.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let world = $crate::support::World::postgres().await;
                super::$name(&world).await;
                world.end().await;
            }
        }
    )+};
}
pub(crate) use contract;

/// A registry under test.
pub(crate) struct World {
    pub(crate) cx: Context,
    pub(crate) uri: String,
    time: Arc<AtomicI64>,
    database: Option<String>,
    _folder: Option<tempfile::TempDir>,
}

pub(crate) const START: i64 = 1_700_000_000_000;

impl World {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let uri = format!("sqlite:///{}", folder.path().join("registry.db").display());
        Self::over(uri, None, Some(folder)).await
    }

    pub(crate) async fn postgres() -> Self {
        static COUNT: AtomicI64 = AtomicI64::new(0);
        let name = format!("contract_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        admin(&format!("CREATE DATABASE {name}")).await;
        let server = server();
        let (base, _) = server.rsplit_once('/').unwrap();
        Self::over(format!("{base}/{name}"), Some(name), None).await
    }

    async fn over(uri: String, database: Option<String>, folder: Option<tempfile::TempDir>) -> Self {
        let time = Arc::new(AtomicI64::new(START));
        let cx = context(&uri, &time, "id").await;
        experiment::ensure_default(&cx).await.unwrap();
        Self { cx, uri, time, database, _folder: folder }
    }

    /// Another server process on the same database.
    pub(crate) async fn replica(&self) -> Context {
        context(&self.uri, &self.time, "other").await
    }

    /// Closes the database; a PostgreSQL one is dropped.
    pub(crate) async fn end(self) {
        self.cx.db.close().await;
        if let Some(name) = self.database {
            admin(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }

    /// Lets time pass; what it is then.
    pub(crate) fn tick(&self, millis: i64) -> i64 {
        self.time.fetch_add(millis, Ordering::SeqCst) + millis
    }

    pub(crate) fn now(&self) -> i64 {
        self.time.load(Ordering::SeqCst)
    }

    pub(crate) async fn model(&self, name: &str) -> RegisteredModelDetail {
        let new = NewModel { name: name.into(), description: None, tags: Vec::new() };
        registered_model::create(&self.cx, actor(), new).await.unwrap()
    }

    pub(crate) async fn version(&self, name: &str) -> ModelVersionDetail {
        model_version::create(&self.cx, actor(), new_version(name)).await.unwrap()
    }

    /// A model with this many versions.
    pub(crate) async fn model_with(&self, name: &str, versions: usize) {
        self.model(name).await;
        for _ in 0..versions {
            self.version(name).await;
        }
    }

    /// A new experiment's id.
    pub(crate) async fn experiment(&self, name: &str) -> i64 {
        experiment::create(&self.cx, new_experiment(name)).await.unwrap()
    }

    /// A new run's id.
    pub(crate) async fn run(&self, experiment_id: i64) -> String {
        run::create(&self.cx, new_run(experiment_id)).await.unwrap().run.id
    }

    pub(crate) async fn run_detail(&self, id: &str) -> RunDetail {
        run::get(&self.cx, id.to_owned()).await.unwrap()
    }

    pub(crate) async fn apply(&self, document: &str) -> Result<stage::Applied> {
        stage::apply(&self.cx, actor(), document.to_owned()).await
    }

    /// Everything that ever happened, oldest first, read in small pages. On PostgreSQL other tests' open
    /// transactions in the cluster hold the feed back for a moment: asks until all of it has settled.
    pub(crate) async fn feed(&self) -> Vec<Event> {
        let count = self
            .cx
            .db
            .read((), |tx, ()| tx.opt("SELECT COUNT(*) FROM events", &[], |row| row.get::<i64>(0)).boxed());
        let all = count.await.unwrap().unwrap();
        let mut events: Vec<Event> = Vec::new();
        for _ in 0..100_000 {
            let after = events.last().map_or(Position::default(), |e| e.position);
            events.extend(event::feed(&self.cx, after, 7).await.unwrap());
            if i64::try_from(events.len()).unwrap() >= all {
                return events;
            }
            tokio::task::yield_now().await;
        }
        panic!("only {} of {all} events became readable", events.len());
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let count = self.cx.db.read(sql, |tx, sql| tx.opt(sql, &[], |row| row.get::<i64>(0)).boxed());
        count.await.unwrap().unwrap()
    }

    /// A model's events, oldest first.
    pub(crate) async fn history(&self, model: &str) -> Vec<Event> {
        let (mut events, next) = event::history(&self.cx, model.to_owned(), None, 1000, None).await.unwrap();
        assert_eq!(next, None);
        events.reverse();
        events
    }

    /// Follows every chain from the feed; the faults found.
    pub(crate) async fn faults(&self) -> Vec<String> {
        let mut heads: std::collections::HashMap<String, ChainHead> = std::collections::HashMap::new();
        let mut faults = Vec::new();
        for event in self.feed().await {
            let head =
                heads.entry(event.chain.clone()).or_insert_with(|| ChainHead::empty(&event.chain, None));
            faults.extend(event.follows(head).err());
        }
        for end in event::chains(&self.cx, String::new(), 1000).await.unwrap() {
            let reached = heads.get(&end.chain).map_or((0, String::new()), |h| (h.sequence, h.hash.clone()));
            if end.sequence > 0 && reached != (end.sequence, end.hash) {
                faults.push(format!("chain {} ends elsewhere", end.chain));
            }
        }
        faults
    }

    /// Which versions a stage holds, told from the tables.
    pub(crate) async fn held(&self, model: &str, stage: &str) -> Vec<i64> {
        let (versions, _) =
            model_version::list(&self.cx, model.into(), Some(stage.into()), 1000, None).await.unwrap();
        versions.iter().map(|v| v.detail.version.version).collect()
    }
}

pub(crate) async fn transition(
    cx: &Context,
    name: &str,
    version: i64,
    to: &str,
    archive: bool,
) -> Result<ModelVersionDetail> {
    let ask = TransitionAsk { stage: to.into(), archive_existing: archive };
    let asked = Transition { key: key(name, version), ask, expected_stage: None, comment: None };
    stage::transition(cx, actor(), asked).await.map(|(version, _)| version)
}

pub(crate) fn new_version(name: &str) -> NewVersion {
    NewVersion {
        name: name.into(),
        source: "s3://bucket/model".into(),
        run_id: None,
        model_id: None,
        run_link: String::new(),
        description: String::new(),
        tags: Vec::new(),
    }
}

pub(crate) fn new_experiment(name: &str) -> experiment::NewExperiment {
    experiment::NewExperiment { name: name.into(), artifact_location: String::new(), tags: Vec::new() }
}

pub(crate) fn new_run(experiment_id: i64) -> NewRun {
    NewRun { experiment_id, user_id: "ada".into(), name: String::new(), started_at: START, tags: Vec::new() }
}

/// A point of a metric of the run alone.
pub(crate) fn point(key: &str, value: f64, timestamp: i64, step: i64) -> LoggedMetric {
    LoggedMetric::new(Metric::new("", key, value, timestamp, step).unwrap(), "", "", "").unwrap()
}

pub(crate) fn key(name: &str, version: i64) -> VersionKey {
    VersionKey::new(name, &version.to_string()).unwrap()
}

pub(crate) fn actor() -> Actor {
    Actor { name: "ada".into(), user_agent: "contract".into() }
}

async fn context(uri: &str, time: &Arc<AtomicI64>, prefix: &'static str) -> Context {
    let db = Db::open(&DbConfig { uri: uri.to_owned(), pool_size: 6 }).await.unwrap();
    let time = Arc::clone(time);
    let count = AtomicI64::new(0);
    let clock = Clock::new(move || time.load(Ordering::SeqCst));
    let ids = Ids::new(move || format!("{prefix}{:04}", count.fetch_add(1, Ordering::SeqCst)));
    Context::new(db, clock, ids, Policy::default())
}

fn server() -> String {
    std::env::var("GREENROOM_TEST_POSTGRES")
        .expect("these tests need PostgreSQL: run them by `make test`, or inside `scripts/with-postgres`")
}

/// Runs a statement on the server's own database.
pub(crate) async fn admin(sql: &str) {
    run_sql(&server(), sql).await;
}

/// Runs statements behind Greenroom's back.
pub(crate) async fn run_sql(uri: &str, sql: &str) {
    if let Some(path) = uri.strip_prefix("sqlite:///") {
        let connection = rusqlite::Connection::open(path).unwrap();
        return connection.execute_batch(sql).unwrap();
    }
    let (client, connection) = tokio_postgres::connect(uri, NoTls).await.unwrap();
    let (done, ()) = futures_util::future::join(
        async move {
            let done = client.batch_execute(sql).await;
            drop(client);
            done
        },
        async move { connection.await.unwrap() },
    )
    .await;
    done.unwrap();
}
