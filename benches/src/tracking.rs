//! Runs and what they log: durable writes under load, one server after the other; the reads follow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bench::{Bench, Server, Subject};
use crate::load::{self, Load, Pool, TIME};
use crate::registry::{API, insist, post};
use crate::report::progress;
use crate::statistics::Point;
use crate::{Result, memory, report_tracking, tracking_reads};

/// How long MLflow's workers may take to come up behind the first.
const WORKERS: Duration = Duration::from_secs(30);
/// Whoever is measured; MLflow's servers first.
pub(crate) const SERVERS: [Subject; 4] =
    [Subject::MlflowSqlite, Subject::MlflowPostgres, Subject::Sqlite, Subject::Postgres];
/// Keys of a batch.
const KEYS: usize = 100;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Write {
    Create,
    LogMetric,
    /// So many metrics: of a hundred keys, as many steps as it takes.
    LogBatch(usize),
}

impl Write {
    pub(crate) const ALL: [Self; 4] =
        [Self::Create, Self::LogMetric, Self::LogBatch(100), Self::LogBatch(1000)];

    /// For people.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Create => "runs/create".to_owned(),
            Self::LogMetric => "runs/log-metric".to_owned(),
            Self::LogBatch(metrics) => format!("runs/log-batch, {metrics} metrics"),
        }
    }

    /// The metrics of one request.
    pub(crate) fn metrics(self) -> usize {
        match self {
            Self::Create => 0,
            Self::LogMetric => 1,
            Self::LogBatch(metrics) => metrics,
        }
    }

    fn request(self, experiment: &str, run: &str) -> Vec<u8> {
        match self {
            Self::Create => {
                let tag = |key: &str, value: &str| json!({ "key": key, "value": value });
                let tags =
                    [tag("mlflow.user", "bench"), tag("mlflow.source.name", "train.py"), tag("team", "one")];
                let new = json!({
                    "experiment_id": experiment, "user_id": "bench", "run_name": "a run", "start_time": TIME,
                    "tags": tags,
                });
                post(&format!("{API}/runs/create"), &new)
            }
            Self::LogMetric => {
                let point =
                    json!({ "run_id": run, "key": "loss", "value": 0.25, "timestamp": TIME, "step": 0 });
                post(&format!("{API}/runs/log-metric"), &point)
            }
            Self::LogBatch(metrics) => {
                let metric = |n: usize| {
                    let (key, step) = (format!("metric-{:02}", n % KEYS), n / KEYS);
                    json!({ "key": key, "value": 0.25, "timestamp": TIME, "step": step })
                };
                let metrics: Vec<Value> = (0..metrics).map(metric).collect();
                post(
                    &format!("{API}/runs/log-batch"),
                    &json!({ "run_id": run, "metrics": metrics, "params": [], "tags": [] }),
                )
            }
        }
    }
}

/// What one figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) subject: Subject,
    pub(crate) write: Write,
    pub(crate) clients: usize,
}

/// The figures of the writes.
pub(crate) type Writes = BTreeMap<Key, Point>;

/// The subjects of this group in this run: a second server of MLflow's costs a smoke test too much time.
pub(crate) fn subjects(bench: &Bench) -> Vec<Subject> {
    let mut subjects = bench.present(&SERVERS);
    subjects.retain(|subject| !bench.arguments.quick || *subject != Subject::MlflowPostgres);
    subjects
}

/// Starts a subject, and waits for all of it.
pub(crate) async fn start(bench: &Bench, subject: Subject, uri: &str) -> Result<Server> {
    let server = bench.start(subject, uri).await?;
    if subject.is_mlflow() && !bench.arguments.quick {
        memory::settled(server.process.pid(), WORKERS).await;
    }
    Ok(server)
}

/// Ends a subject. MLflow's server is not asked: its workers may still be starting, or busy with what was given up,
/// and it would wait for them.
pub(crate) async fn stop(subject: Subject, server: Server) -> Result<()> {
    if subject.is_mlflow() {
        drop(server);
        return Ok(());
    }
    server.process.stop().await
}

/// Measures and reports.
pub(crate) async fn run(bench: &Bench) -> Result<()> {
    let mut writes = Writes::new();
    for subject in subjects(bench) {
        progress(&format!("{}: runs, log into them", subject.name()))?;
        let uri = bench.database(subject, "tracking").await?;
        let server = start(bench, subject, &uri).await?;
        measure(bench, subject, &server, &mut writes).await?;
        stop(subject, server).await?;
        bench.forget(subject, "tracking").await?;
    }
    report_tracking::writes(&writes, &bench.sizes.clients)?;

    let reads = tracking_reads::measure(bench).await?;
    report_tracking::reads(bench, &reads)
}

async fn measure(bench: &Bench, subject: Subject, server: &Server, writes: &mut Writes) -> Result<()> {
    let new = post(&format!("{API}/experiments/create"), &json!({ "name": "bench" }));
    let experiment = text(&insist(server, &new).await?, "/experiment_id")?;
    for write in Write::ALL {
        // What one kind of write has left behind is not the others' matter.
        let mut runs = Vec::new();
        for _ in 0..bench.sizes.runs {
            let answer = insist(server, &Write::Create.request(&experiment, "")).await?;
            runs.push(text(&answer, "/run/info/run_id")?);
        }
        let pool: Pool = Arc::new(runs.iter().map(|run| write.request(&experiment, run)).collect());
        for clients in bench.sizes.clients.iter().copied() {
            let load = Load {
                address: server.address,
                clients,
                warm_up: bench.sizes.warm_up,
                measure: bench.sizes.measure,
                pid: (!subject.is_mlflow()).then(|| server.process.pid()),
            };
            match load::run(load, &pool).await {
                Ok(point) => _ = writes.insert(Key { subject, write, clients }, point),
                // Its own limits are no reason to lose the figures of the others.
                Err(error) if subject.is_mlflow() => {
                    progress(&format!("{}, {}, {clients} clients: {error}", subject.name(), write.name()))?;
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn text(body: &[u8], place: &str) -> Result<String> {
    let body: Value = serde_json::from_slice(body)?;
    let text = body.pointer(place).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| format!("an answer without {place}: {body}").into())
}
