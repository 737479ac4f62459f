//! What every contract test is given: a database of its own on one of the engines, gone when the test ends,
//! however it ends. `contract!` stamps the tests of a file over both engines. The app's suite shares this file.

use std::fmt::Display;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use greenroom_store::{Db, DbConfig};
use rusqlite::types::ValueRef;
use tempfile::TempDir;
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// Where the PostgreSQL server of the tests is told.
const SERVER: &str = "GREENROOM_TEST_POSTGRES";
/// Connections per opened database: many tests share the server.
const POOL: usize = 4;

/// What `?` on any error becomes: a panic at that line.
#[derive(Debug)]
pub(crate) enum Failure {}

impl<E: std::error::Error> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        panic!("unexpected error: {error}")
    }
}

/// What a contract test returns.
pub(crate) type Outcome = Result<(), Failure>;

/// Which engine a test runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A database of a test's own.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) engine: Engine,
    pub(crate) uri: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Sqlite { path: PathBuf, _folder: TempDir },
    Postgres { server: String, name: String },
}

impl Database {
    /// A new database with nothing in it.
    pub(crate) async fn create(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let path = folder.path().join("greenroom.db");
                let uri = format!("sqlite:///{}", path.display());
                Self { engine, uri, place: Place::Sqlite { path, _folder: folder } }
            }
            Engine::Postgres => {
                static COUNT: AtomicU64 = AtomicU64::new(1);
                let server = std::env::var(SERVER).unwrap_or_else(|_| {
                    panic!("{SERVER} is not set: run the tests through `make test` or `scripts/with-postgres COMMAND`")
                });
                let name =
                    format!("contract_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
                postgres(&server, &format!("CREATE DATABASE {name}")).await;
                let (front, _) = server.rsplit_once('/').expect("a URI that ends with a database");
                let uri = format!("{front}/{name}");
                Self { engine, uri, place: Place::Postgres { server, name } }
            }
        }
    }

    /// How a store opens it.
    pub(crate) fn config(&self) -> DbConfig {
        DbConfig { uri: self.uri.clone(), pool_size: POOL }
    }

    /// Opens it as the program does.
    pub(crate) async fn open(&self) -> Db {
        Db::open(&self.config()).await.expect("the database opens")
    }

    /// Runs SQL past the store, as a person with the database's password would; the rows as text.
    pub(crate) async fn sql(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        match &self.place {
            Place::Sqlite { path, .. } => sqlite(path, sql),
            Place::Postgres { .. } => postgres(&self.uri, sql).await,
        }
    }

    /// The only value of the only row.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let rows = self.sql(sql).await;
        let value = rows.first().and_then(|row| row.first()).and_then(Option::as_deref);
        value.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{sql} gave {rows:?}"))
    }

    /// Removes it.
    pub(crate) async fn dispose(self) {
        if let Place::Postgres { server, name } = self.place {
            postgres(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

fn sqlite(path: &PathBuf, sql: &str) -> Vec<Vec<Option<String>>> {
    let connection = rusqlite::Connection::open(path).expect("the file opens");
    connection.busy_timeout(std::time::Duration::from_secs(10)).expect("a timeout");
    let mut statement = connection.prepare(sql).expect(sql);
    let columns = statement.column_count();
    let mut rows = statement.query([]).expect(sql);
    let mut out = Vec::new();
    while let Some(row) = rows.next().expect(sql) {
        let text = |index| match row.get_ref(index).expect("a column that exists") {
            ValueRef::Null => None,
            ValueRef::Integer(number) => Some(number.to_string()),
            ValueRef::Real(number) => Some(number.to_string()),
            ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text).into_owned()),
        };
        out.push((0..columns).map(text).collect());
    }
    out
}

async fn postgres(uri: &str, sql: &str) -> Vec<Vec<Option<String>>> {
    let (client, connection) = tokio_postgres::connect(uri, NoTls).await.expect("PostgreSQL answers");
    let answer = async {
        let messages = client.simple_query(sql).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
        let mut out = Vec::new();
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                out.push((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect());
            }
        }
        out
    };
    tokio::select! {
        rows = answer => rows,
        ended = connection => panic!("the connection ended during {sql}: {ended:?}"),
    }
}

/// What a test asks for in its signature.
pub(crate) trait Given {
    /// Made over a new database.
    fn given(database: Arc<Database>) -> impl Future<Output = Self> + Send;
}

impl Given for Arc<Database> {
    async fn given(database: Arc<Database>) -> Self {
        database
    }
}

/// Runs a test over a database of its own, and removes that whatever happens.
pub(crate) async fn check<G: Given, R: Future<Output = Outcome>>(engine: Engine, test: impl FnOnce(G) -> R) {
    let database = Arc::new(Database::create(engine).await);
    let run = async { test(G::given(Arc::clone(&database)).await).await };
    let outcome = AssertUnwindSafe(run).catch_unwind().await;
    if let Some(database) = Arc::into_inner(database) {
        database.dispose().await;
    }
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(never)) => match never {},
        Err(panic) => resume_unwind(panic),
    }
}

/// The refusal that was expected, as its code and message.
#[track_caller]
pub(crate) fn refusal<T>(outcome: greenroom_core::Result<T>) -> String {
    match outcome {
        Ok(_) => panic!("this should have been refused"),
        Err(error) => shown(&error),
    }
}

fn shown(error: &dyn Display) -> String {
    error.to_string()
}

/// Stamps tests over both engines: `contract!(a_name, another_name)` makes `sqlite::a_name`, `postgres::a_name` ...
/// of `async fn a_name(given: G) -> Outcome`.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::harness::check($crate::harness::Engine::Sqlite, super::$name).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::harness::check($crate::harness::Engine::Postgres, super::$name).await;
            })+
        }
    };
}
pub(crate) use contract;
