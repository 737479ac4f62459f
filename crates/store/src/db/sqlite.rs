//! `SQLite`, embedded: reads on pooled connections, writes through one writer thread that groups commits.
//!
//! A write is answered only after the group's commit has reached the disk (`synchronous=FULL`): an acknowledged one
//! survives a power cut. A failed one takes nobody else's with it: where it had changed something, the group is
//! rolled back and the others run again, each in a savepoint of its own. (Savepoints for all, always, would copy every
//! page that is changed.) The group is whatever queued up while the one before was being committed: one client pays
//! one fsync, many clients share one.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread::JoinHandle;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use greenroom_core::{Error, Result};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::tx::{Tx, sqlite_error};
use super::{hide, migrate};

/// Writes that share one commit at most.
const GROUP: usize = 256;
/// Writes that may wait; beyond that callers wait to enqueue.
const QUEUE: usize = 1024;
/// Long reads at once.
const SCANS: usize = 4;
/// What all readers together keep of the file in their caches, in KiB. The file is not mapped: a mapping counts as
/// resident memory once for every connection, and the kernel caches the file anyway.
const CACHES: usize = 48 * 1024;

/// One caller's write.
type Job = Box<dyn Write>;

trait Write: Send {
    /// Runs it, in place of whatever came out before; whether to keep what it did.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Tells the caller the outcome, once the group is committed, or why it is not.
    fn answer(self: Box<Self>, committed: Result<()>);
}

struct Written<P, T, F> {
    params: P,
    job: F,
    /// `None` until it has run.
    outcome: Option<Result<T>>,
    tell: oneshot::Sender<Result<T>>,
}

impl<P, T, F> Write for Written<P, T, F>
where
    F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>> + Send,
    P: Send,
    T: Send,
{
    fn run(&mut self, connection: &mut Connection) -> bool {
        // A panic in one closure must not take the writer, and everybody's writes, with it.
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| run(connection, &self.params, &self.job)))
            .unwrap_or_else(|_| Err(hide("a write panicked", &"see above")));
        let kept = outcome.is_ok();
        self.outcome = Some(outcome);
        kept
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        // The caller may have gone away; its write stands all the same.
        let Self { outcome, tell, .. } = *self;
        let _gone = tell.send(committed.and_then(|()| outcome.unwrap_or_else(|| Err(closed()))));
    }
}

#[derive(Clone, Debug)]
pub(super) struct Sqlite(Arc<File>);

#[derive(Debug)]
struct File {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    scans: Arc<Semaphore>,
    writer: Mutex<Option<Writer>>,
}

#[derive(Debug)]
struct Writer {
    queue: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| {
                Error::invalid(format!(
                    "The folder of the database cannot be created: {}: {e}",
                    folder.display()
                ))
            })?;
        }
        let mut connection = connect(path)?;
        migrate::sqlite(&mut connection)?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_loop(connection, jobs))
            .map_err(|e| hide("the writer thread cannot be started", &e))?;
        Ok(Self(Arc::new(File {
            path: path.to_owned(),
            idle: Mutex::default(),
            scans: Arc::new(Semaphore::new(SCANS)),
            writer: Mutex::new(Some(Writer { queue, thread })),
        })))
    }

    /// Reads on the calling thread: a few index seeks take less time than handing them over would.
    pub(super) fn read<P, T, F>(&self, params: &P, job: &F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>>,
    {
        let mut connection = self.borrow()?;
        let outcome = snapshot(&mut connection, |connection| run(connection, params, job));
        self.give_back(connection);
        outcome
    }

    /// As [`Sqlite::read`] for a closure that runs one statement.
    pub(super) fn read_one<P, T, F>(&self, params: &P, job: &F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>>,
    {
        let mut connection = self.borrow()?;
        let mut tx = Tx::sqlite(&mut connection);
        let outcome = at_once(job(&mut tx, params));
        debug_assert!(tx.statements <= 1, "{} statements would see as many states", tx.statements);
        self.give_back(connection);
        outcome
    }

    pub(super) async fn scan<P, T, F>(&self, params: P, job: F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>> + Send + 'static,
        P: Send + 'static,
        T: Send + 'static,
    {
        let permit = Arc::clone(&self.0.scans).acquire_owned().await.map_err(|_| closed())?;
        let this = self.clone();
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            this.read(&params, &job)
        })
        .await
        .map_err(|e| hide("a read ended without an answer", &e))?
    }

    pub(super) async fn write<P, T, F>(&self, params: P, job: F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>> + Send + 'static,
        P: Send + 'static,
        T: Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(Written { params, job, outcome: None, tell });
        let queue =
            self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|w| w.queue.clone());
        queue.ok_or_else(closed)?.send(job).await.map_err(|_| closed())?;
        told.await.map_err(|_| closed())?
    }

    pub(super) async fn close(&self) {
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Writer { queue, thread }) = writer {
            drop(queue);
            // Joins once the queue is drained; a panic there has been logged already.
            let _joined = tokio::task::spawn_blocking(move || thread.join()).await;
        }
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn borrow(&self) -> Result<Connection> {
        let idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| connect(&self.0.path), Ok)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // A transaction that could not be ended would fail every later read on it.
        if connection.is_autocommit() && idle.len() < readers() {
            idle.push(connection);
        }
    }
}

/// Connections that read at once, as a rule: one on each of the runtime's threads, and the long reads.
fn readers() -> usize {
    static CORES: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    *CORES + SCANS
}

fn closed() -> Error {
    super::unavailable(&"the server is shutting down")
}

fn run<P, T, F>(connection: &mut Connection, params: &P, job: &F) -> Result<T>
where
    F: for<'a> Fn(&'a mut Tx<'_>, &'a P) -> BoxFuture<'a, Result<T>>,
{
    let mut tx = Tx::sqlite(connection);
    at_once(job(&mut tx, params))
}

/// Runs a closure to its end. Nothing in it waits on anything but the connection, which answers at once.
fn at_once<T>(job: BoxFuture<'_, Result<T>>) -> Result<T> {
    job.now_or_never().expect("a store closure awaits nothing but its Tx")
}

fn connect(path: &Path) -> Result<Connection> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        connection.set_prepared_statement_cache_capacity(128);
        // Without this a statement is planned anew whenever its bound values change: that costs more than it finds.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let cache = (CACHES / readers()).clamp(1024, 8192);
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA busy_timeout = 5000;
             PRAGMA cache_size = -{cache};
             PRAGMA mmap_size = 0;
             PRAGMA temp_store = MEMORY;
             PRAGMA case_sensitive_like = ON;
             PRAGMA wal_autocheckpoint = 4000;"
        ))?;
        Ok(connection)
    };
    open().map_err(|e| {
        tracing::error!(error = %e, path = %path.display(), "database file cannot be opened");
        Error::invalid(format!("The database file {} cannot be opened: {e}", path.display()))
    })
}

/// Runs a read so that all its statements see the same state.
fn snapshot<T>(connection: &mut Connection, read: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    execute(connection, "BEGIN")?;
    let outcome = read(connection);
    execute(connection, "COMMIT")?;
    outcome
}

fn execute(connection: &Connection, sql: &'static str) -> Result<()> {
    let run = || connection.prepare_cached(sql)?.execute([]);
    run().map(|_| ()).map_err(|e| sqlite_error(sql, &e))
}

fn write_loop(mut connection: Connection, mut jobs: mpsc::Receiver<Job>) {
    let mut group: Vec<Job> = Vec::with_capacity(GROUP);
    while let Some(first) = jobs.blocking_recv() {
        let outcome = commit(&mut connection, &mut group, first, &mut jobs);
        if outcome.is_err() && !connection.is_autocommit() {
            let _refused = execute(&connection, "ROLLBACK");
        }
        for job in group.drain(..) {
            job.answer(outcome.clone());
        }
    }
    if let Err(error) = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
        tracing::warn!(%error, "closing checkpoint failed; the next start will do it");
    }
}

/// Runs a write and those that are waiting behind it in one transaction; leaves in `group` whom to answer.
fn commit(
    connection: &mut Connection,
    group: &mut Vec<Job>,
    first: Job,
    jobs: &mut mpsc::Receiver<Job>,
) -> Result<()> {
    let mut next = Some(first);
    let mut begun = execute(connection, "BEGIN IMMEDIATE");
    let mut spoilt = false;
    while let Some(mut job) = next.take() {
        if begun.is_ok() && !spoilt {
            let before = connection.total_changes();
            let kept = job.run(connection);
            // A full disk, for one, makes SQLite roll back on its own.
            spoilt = connection.is_autocommit() || (!kept && connection.total_changes() != before);
        }
        group.push(job);
        if group.len() < GROUP {
            next = jobs.try_recv().ok();
        }
    }
    if spoilt {
        if !connection.is_autocommit() {
            execute(connection, "ROLLBACK")?;
        }
        begun = execute(connection, "BEGIN IMMEDIATE")
            .and_then(|()| group.iter_mut().try_for_each(|job| in_savepoint(connection, job)));
    }
    begun.and_then(|()| execute(connection, "COMMIT"))
}

fn in_savepoint(connection: &mut Connection, job: &mut Job) -> Result<()> {
    execute(connection, "SAVEPOINT job")?;
    if !job.run(connection) {
        execute(connection, "ROLLBACK TO job")?;
    }
    execute(connection, "RELEASE job")
}
