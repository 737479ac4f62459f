//! What a run has at hand, and how it starts the servers it measures.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::arguments::{Arguments, Group, Sizes};
use crate::connection::Connection;
use crate::postgres::Cluster;
use crate::process::Process;
use crate::{Result, registry};

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// Greenroom over `SQLite`.
    Sqlite,
    /// Greenroom over PostgreSQL.
    Postgres,
    /// MLflow's server over `SQLite`.
    MlflowSqlite,
    /// MLflow's server over PostgreSQL.
    MlflowPostgres,
    /// The bare handler.
    Bare,
}

impl Subject {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MlflowSqlite => "MLflow, SQLite",
            Self::MlflowPostgres => "MLflow, PostgreSQL",
            Self::Bare => "bare handler",
        }
    }

    /// MLflow's server over the same database.
    pub(crate) fn rival(self) -> Self {
        if self == Self::Postgres { Self::MlflowPostgres } else { Self::MlflowSqlite }
    }

    pub(crate) fn is_mlflow(self) -> bool {
        matches!(self, Self::MlflowSqlite | Self::MlflowPostgres)
    }

    fn is_postgres(self) -> bool {
        matches!(self, Self::Postgres | Self::MlflowPostgres)
    }
}

/// A server that answers.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// From its start to its first good answer.
    pub(crate) ready_after: Duration,
}

/// The run.
pub(crate) struct Bench {
    pub(crate) arguments: Arguments,
    pub(crate) sizes: Sizes,
    pub(crate) cluster: Option<Cluster>,
    folder: TempDir,
}

impl Bench {
    pub(crate) async fn new(arguments: Arguments) -> Result<Self> {
        if !arguments.server.is_file() {
            return Err(format!(
                "there is no server at {}: build it (make build) or name it (--server)",
                arguments.server.display()
            )
            .into());
        }
        let cluster = match arguments.postgres.as_deref().filter(|_| !arguments.skip_postgres) {
            Some(uri) => Some(Cluster::connect(uri).await?),
            None => None,
        };
        std::fs::create_dir_all(&arguments.data)?;
        let folder = TempDir::new_in(std::fs::canonicalize(&arguments.data)?)?;
        Ok(Self { sizes: arguments.sizes(), arguments, cluster, folder })
    }

    /// Whether a group was asked for.
    pub(crate) fn wants(&self, group: Group) -> bool {
        self.arguments.only.is_empty() || self.arguments.only.contains(&group)
    }

    /// The subjects of this run among some.
    pub(crate) fn present(&self, subjects: &[Subject]) -> Vec<Subject> {
        let mlflow = !self.arguments.skip_mlflow && self.arguments.mlflow.is_file();
        let here = |s: &&Subject| (self.cluster.is_some() || !s.is_postgres()) && (mlflow || !s.is_mlflow());
        subjects.iter().filter(here).copied().collect()
    }

    /// A file of this run.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An empty database for a subject: its URI.
    pub(crate) async fn database(&self, subject: Subject, name: &str) -> Result<String> {
        match self.cluster.as_ref().filter(|_| subject.is_postgres()) {
            Some(cluster) => cluster.create(&format!("greenroom_bench_{name}")).await,
            None => Ok(format!("sqlite:///{}", self.file(&format!("{name}.db")).display())),
        }
    }

    /// Removes a database.
    pub(crate) async fn forget(&self, subject: Subject, name: &str) -> Result<()> {
        if let Some(cluster) = self.cluster.as_ref().filter(|_| subject.is_postgres()) {
            return cluster.drop(&format!("greenroom_bench_{name}")).await;
        }
        for suffix in ["", "-wal", "-shm"] {
            let _may_not_exist = std::fs::remove_file(self.file(&format!("{name}.db{suffix}")));
        }
        Ok(())
    }

    /// Starts a subject over a database and waits until it answers.
    pub(crate) async fn start(&self, subject: Subject, uri: &str) -> Result<Server> {
        let port = free_port()?;
        if subject.is_mlflow() {
            return self.start_mlflow(uri, port).await;
        }
        let mut command = Command::new(std::fs::canonicalize(&self.arguments.server)?);
        command
            .arg("server")
            .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--backend-store-uri", uri])
            .current_dir(self.folder.path());
        self.ready(command, port, "/readyz", Duration::from_mins(1)).await
    }

    async fn start_mlflow(&self, uri: &str, port: u16) -> Result<Server> {
        // The driver that setup-tests installs.
        let uri = uri.replacen("postgresql://", "postgresql+psycopg2://", 1);
        // Its path is taken as it was given: a virtual environment is known by it.
        let program = std::env::current_dir()?.join(&self.arguments.mlflow);
        let artifacts = self.file("artifacts");
        let mut command = Command::new(program);
        command
            .args(["server", "--workers", "4", "--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--backend-store-uri", &uri, "--artifacts-destination"])
            .arg(artifacts)
            .env("MLFLOW_DISABLE_TELEMETRY", "true")
            .env("DO_NOT_TRACK", "true")
            .env_remove("MLFLOW_TRACKING_URI")
            .current_dir(self.folder.path());
        self.ready(command, port, "/health", Duration::from_mins(3)).await
    }

    /// Starts the bare handler with these answers (path to body); files go below `bare` in the run's folder.
    pub(crate) async fn start_bare(&self, answers: &serde_json::Value) -> Result<Server> {
        let port = free_port()?;
        let file = self.file("answers.json");
        let mut answers = answers.clone();
        answers["/readyz"] = "OK".into();
        std::fs::write(&file, answers.to_string())?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").arg(port.to_string()).arg(file).arg(self.file("bare"));
        self.ready(command, port, "/readyz", Duration::from_secs(10)).await
    }

    /// From `exec` to the first 200.
    async fn ready(&self, command: Command, port: u16, path: &str, limit: Duration) -> Result<Server> {
        let log = self.file("server.log");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let request = registry::get(path);
        let begun = Instant::now();
        let mut process = Process::start(command, &log)?;
        loop {
            if answers(address, &request).await {
                let ready_after = begun.elapsed();
                return Ok(Server { process, address, ready_after });
            }
            if process.ended()?.is_some() || begun.elapsed() > limit {
                return Err(format!("a server did not become ready: {}", last_lines(&log)).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

async fn answers(address: SocketAddr, request: &[u8]) -> bool {
    let Ok(mut connection) = Connection::open(address).await else { return false };
    let asked = tokio::time::timeout(Duration::from_secs(5), connection.ask(request)).await;
    asked.is_ok_and(|answer| answer.is_ok_and(|a| a.status == 200))
}

/// A port that is free now; nobody else on the machine should be asking for any.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
}
