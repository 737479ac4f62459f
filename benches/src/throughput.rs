//! Hot reads and durable writes: one server after the other under the same requests.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::arguments::Group;
use crate::bench::{Bench, Server, Subject};
use crate::load::{self, Load, Pool};
use crate::process::Process;
use crate::registry::{API, Call, Registry, ask, model};
use crate::report::progress;
use crate::startup::Mlflow;
use crate::statistics::Point;
use crate::{Result, engine, memory, report_throughput};

/// How long MLflow's workers may take to come up behind the first.
const WORKERS: Duration = Duration::from_secs(30);
const SERVERS: [Subject; 4] =
    [Subject::MlflowSqlite, Subject::MlflowPostgres, Subject::Sqlite, Subject::Postgres];

/// Whether requests spread over all models or meet at one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spread {
    Many,
    One,
}

/// What one figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) subject: Subject,
    pub(crate) call: Call,
    pub(crate) spread: Spread,
    pub(crate) clients: usize,
}

/// All figures of these groups.
#[derive(Default)]
pub(crate) struct Measured {
    pub(crate) points: BTreeMap<Key, Point>,
    /// Commits per second of `SQLite` itself.
    pub(crate) sqlite_commits: Option<f64>,
    /// Transactions per second of pgbench.
    pub(crate) pgbench: BTreeMap<(Call, Spread, usize), f64>,
    /// The bare handler under wrk, one version's GET, 64 clients.
    pub(crate) wrk: Option<f64>,
}

/// Measures and reports; tells on the way how MLflow's server starts and idles.
pub(crate) async fn run(bench: &Bench) -> Result<Mlflow> {
    let registry = Registry { models: bench.sizes.models, versions: bench.sizes.versions };
    let mut measured = Measured::default();
    let mut mlflow = Mlflow::default();
    let mut answers = Map::new();
    for subject in bench.present(&SERVERS) {
        // A second server of MLflow's costs a smoke test too much time.
        if bench.arguments.quick && subject == Subject::MlflowPostgres {
            continue;
        }
        progress(&format!("{}: start, fill, load", subject.name()))?;
        let uri = bench.database(subject, "throughput").await?;
        let server = bench.start(subject, &uri).await?;
        registry.fill(&server).await?;
        if subject.is_mlflow() && !bench.arguments.quick {
            memory::settled(server.process.pid(), WORKERS).await;
        }
        if subject == Subject::MlflowSqlite && bench.wants(Group::Startup) {
            let idle = memory::idle(server.process.pid(), bench.sizes.idle).await;
            mlflow = Mlflow(Some((server.ready_after, idle)));
        }
        if bench.wants(Group::Reads) {
            reads(bench, subject, &server, registry, &mut measured).await?;
            if subject == Subject::Sqlite {
                answers = capture(&server).await?;
            }
        }
        if bench.wants(Group::Writes) {
            writes(bench, subject, &server, registry, &mut measured).await?;
        }
        server.process.stop().await?;
        bench.forget(subject, "throughput").await?;
    }
    if bench.wants(Group::Reads) {
        progress("bare handler")?;
        let server = bench.start_bare(&Value::Object(answers)).await?;
        reads(bench, Subject::Bare, &server, registry, &mut measured).await?;
        measured.wrk = wrk(bench, &server).await?;
        report_throughput::reads(&measured, &bench.sizes.clients)?;
    }
    if bench.wants(Group::Writes) {
        progress("the engines themselves")?;
        engines(bench, registry, &mut measured).await?;
        report_throughput::writes(&measured, &bench.sizes.clients)?;
    }
    Ok(mlflow)
}

async fn reads(
    bench: &Bench,
    subject: Subject,
    server: &Server,
    registry: Registry,
    measured: &mut Measured,
) -> Result<()> {
    for call in Call::READS {
        let pool = registry.pool(call);
        for clients in bench.sizes.clients.iter().copied() {
            let point = one(bench, subject, server, &pool, clients).await?;
            measured.points.insert(Key { subject, call, spread: Spread::Many, clients }, point);
        }
    }
    Ok(())
}

async fn writes(
    bench: &Bench,
    subject: Subject,
    server: &Server,
    registry: Registry,
    measured: &mut Measured,
) -> Result<()> {
    for (place, call) in Call::WRITES.into_iter().enumerate() {
        for spread in spreads(bench).iter().copied() {
            // Each call has a model of its own to meet at: thousands of new versions are not the others' matter.
            let pool = match spread {
                Spread::Many => registry.pool(call),
                Spread::One => registry.pool_of_one(call, place),
            };
            for clients in bench.sizes.clients.iter().copied() {
                let point = one(bench, subject, server, &pool, clients).await?;
                measured.points.insert(Key { subject, call, spread, clients }, point);
            }
        }
    }
    Ok(())
}

/// A smoke test has no time for writers that meet.
fn spreads(bench: &Bench) -> &'static [Spread] {
    if bench.arguments.quick { &[Spread::Many] } else { &[Spread::Many, Spread::One] }
}

async fn one(bench: &Bench, subject: Subject, server: &Server, pool: &Pool, clients: usize) -> Result<Point> {
    let load = Load {
        address: server.address,
        clients,
        warm_up: bench.sizes.warm_up,
        measure: bench.sizes.measure,
        pid: (!subject.is_mlflow()).then(|| server.process.pid()),
    };
    load::run(load, pool).await
}

/// One answer to each read: what the bare handler is to say.
async fn capture(server: &Server) -> Result<Map<String, Value>> {
    let mut answers = Map::new();
    for call in Call::READS {
        let body = ask(server, &call.request(&model(0), 1, 0)).await?;
        answers.insert(format!("{API}/{}", call.path()), String::from_utf8(body)?.into());
    }
    Ok(answers)
}

/// The bare handler's rate under wrk, if wrk is installed: shows whether our own client holds it back.
async fn wrk(bench: &Bench, server: &Server) -> Result<Option<f64>> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found: Option<PathBuf> =
        std::env::split_paths(&path).map(|folder| folder.join("wrk")).find(|file| file.is_file());
    let Some(program) = found else { return Ok(None) };
    let seconds = bench.sizes.measure.as_secs().max(1);
    let mut command = Command::new(program);
    command.args(["-t", "1", "-c", "64", "-d", &format!("{seconds}s")]).arg(format!(
        "http://{}{API}/{}?name={}&version=1",
        server.address,
        Call::Get.path(),
        model(0)
    ));
    let log = bench.file("wrk.log");
    Process::start(command, &log)?.wait(Duration::from_secs(seconds + 30)).await?;
    let told = std::fs::read_to_string(log)?;
    Ok(told.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")?.trim().parse().ok()))
}

async fn engines(bench: &Bench, registry: Registry, measured: &mut Measured) -> Result<()> {
    measured.sqlite_commits = Some(engine::sqlite_commits(bench)?);
    let Some(program) = engine::pgbench().filter(|_| bench.cluster.is_some()) else { return Ok(()) };
    // It takes a second a figure at least: a smoke test sees the last one only.
    let all = &bench.sizes.clients;
    let clients = if bench.arguments.quick { &all[all.len() - 1..] } else { all };
    let uri = engine::postgres_database(bench, registry).await?;
    for call in Call::WRITES {
        for spread in spreads(bench).iter().copied() {
            let models = if spread == Spread::Many { registry.models } else { 1 };
            for clients in clients.iter().copied() {
                let registry = Registry { models, ..registry };
                let rate = engine::pgbench_rate(bench, &program, &uri, registry, call, clients).await?;
                measured.pgbench.extend(rate.map(|rate| ((call, spread, clients), rate)));
            }
        }
    }
    bench.forget(Subject::Postgres, "pgbench").await
}
