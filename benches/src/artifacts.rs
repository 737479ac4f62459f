//! Large artifacts through the server: how fast, and in how much memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::bench::{Bench, Server, Subject};
use crate::report::{progress, say, table, verdict};
use crate::report_throughput::over;
use crate::statistics::{count, percent, ratio, real};
use crate::transfer::{Transfer, Way};
use crate::{Result, bare, memory, statistics, tracking};

/// Of the bare handler's throughput.
const OF_BARE: f64 = 0.80;
/// What the large file may cost more than the small one, in MiB.
const GROWTH: f64 = 16.0;
/// Where artifacts go through a server.
const PROXY: &str = "/api/2.0/mlflow-artifacts/artifacts";
/// Files at once, where they are several.
const AT_ONCE: usize = 4;

/// What one figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    subject: Subject,
    /// The bare handler alone is measured with it and without.
    durable: bool,
    way: Way,
    clients: usize,
    mib: usize,
}

/// One figure.
#[derive(Clone, Copy, Debug)]
struct Moved {
    mib_per_second: f64,
    /// Resident memory of all the server's processes, in MiB: before, and the most.
    before: f64,
    most: f64,
}

type Measured = BTreeMap<Key, Moved>;

/// Measures and reports.
pub(crate) async fn run(bench: &Bench) -> Result<()> {
    let mut measured = Measured::new();
    for subject in bench.present(&[Subject::MlflowSqlite, Subject::Sqlite, Subject::Bare]) {
        progress(&format!("{}: artifacts", subject.name()))?;
        let server = if subject == Subject::Bare {
            bench.start_bare(&json!({})).await?
        } else {
            let uri = bench.database(subject, "artifacts").await?;
            bench.start(subject, &uri).await?
        };
        if subject.is_mlflow() && !bench.arguments.quick {
            memory::settled(server.process.pid(), Duration::from_secs(30)).await;
        }
        let outcome = all(bench, subject, &server, &mut measured).await;
        tracking::stop(subject, server).await?;
        bench.forget(subject, "artifacts").await?;
        // Where each server keeps them by itself, or was told to, within the run's folder.
        for folder in ["artifacts", "greenroom-data/artifacts", "bare"] {
            remove(&bench.file(folder))?;
        }
        match outcome {
            Err(error) if subject.is_mlflow() => progress(&format!("{}: {error}", subject.name()))?,
            outcome => outcome?,
        }
    }
    report(bench, &measured)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() { Ok(std::fs::remove_dir_all(folder)?) } else { Ok(()) }
}

/// Clients and sizes, in the order in which they are measured: memory is compared with the first.
fn loads(bench: &Bench) -> [(usize, usize); 3] {
    let [small, large, several] = bench.sizes.artifacts;
    [(1, small), (1, large), (AT_ONCE, several)]
}

async fn all(bench: &Bench, subject: Subject, server: &Server, measured: &mut Measured) -> Result<()> {
    for (clients, mib) in loads(bench) {
        for (way, durable) in [(Way::Put, false), (Way::Put, true), (Way::Get, false)] {
            // Only of the bare handler is known that it does both.
            if durable && subject != Subject::Bare {
                continue;
            }
            let key = Key { subject, durable, way, clients, mib };
            measured.insert(key, one(bench, server, key).await?);
        }
    }
    Ok(())
}

async fn one(bench: &Bench, server: &Server, key: Key) -> Result<Moved> {
    let Key { subject, durable, way, clients, mib } = key;
    let below = match (subject, durable) {
        (Subject::Bare, true) => bare::DURABLE,
        (Subject::Bare, false) => bare::FILES,
        _ => PROXY,
    };
    let pid = server.process.pid();
    let mut times = Vec::new();
    if way == Way::Put {
        // What was written before is not written back while this is measured.
        settle(bench).await?;
    }
    memory::forget_peak(pid);
    let before = memory::peak(pid);
    for _ in 0..bench.sizes.transfers {
        let begun = std::time::Instant::now();
        let mut moving = JoinSet::new();
        for number in 0..clients {
            let path = format!("{below}/file-{mib}-{number}.bin");
            moving.spawn(Transfer { way, address: server.address, path, mib }.run());
        }
        while let Some(done) = moving.join_next().await {
            done??;
        }
        times.push(begun.elapsed());
    }
    let took = statistics::median(times).as_secs_f64();
    Ok(Moved { mib_per_second: real(clients * mib) / took, before, most: memory::peak(pid) })
}

/// Waits until what is in the kernel's cache of this disk is on it.
async fn settle(bench: &Bench) -> Result<()> {
    let mut command = std::process::Command::new("sync");
    command.arg("--file-system").arg(bench.file("."));
    let status = tokio::task::spawn_blocking(move || command.status()).await??;
    if status.success() { Ok(()) } else { Err("sync failed".into()) }
}

fn report(bench: &Bench, measured: &Measured) -> Result<()> {
    let [small, large, _] = bench.sizes.artifacts;
    say("")?;
    say("## Artifacts")?;
    say("")?;
    say(&format!(
        "Through the proxy, the middle of {}; MiB/s. The bare handler streams to and from the same disk; a PUT of it is given \
         twice, in brackets without waiting until the file is on the disk. Greenroom waits and is compared with the one that \
         does, MLflow's server does not. Memory: resident, in MiB, of all processes, before and at most. Goals: at least {} of \
         the bare handler; a file of {large} MiB takes at most {GROWTH:.0} MiB more than one of {small} MiB.",
        bench.sizes.transfers,
        percent(OF_BARE)
    ))?;
    let columns = [
        "call",
        "clients",
        "MiB each",
        "MiB/s",
        "bare MiB/s",
        "of bare",
        "MLflow MiB/s",
        "times MLflow",
        "goal",
        "memory",
        "bare memory",
        "MLflow memory",
    ];
    let mut rows = Vec::new();
    for way in [Way::Put, Way::Get] {
        rows.extend(loads(bench).into_iter().filter_map(|(clients, mib)| row(measured, way, clients, mib)));
    }
    table(&columns, &rows)?;

    for (way, name) in [(Way::Put, "PUT"), (Way::Get, "GET")] {
        let most = |mib| Some(measured.get(&key(Subject::Sqlite, way, 1, mib))?.most);
        if let Some((small_most, large_most)) = most(small).zip(most(large)) {
            let growth = large_most - small_most;
            say(&format!(
                "{name}: a file of {large} MiB took {growth:.1} MiB of memory more than one of {small} MiB: {}.",
                verdict(Some(growth <= GROWTH))
            ))?;
        }
    }
    Ok(())
}

fn key(subject: Subject, way: Way, clients: usize, mib: usize) -> Key {
    Key { subject, durable: false, way, clients, mib }
}

fn row(measured: &Measured, way: Way, clients: usize, mib: usize) -> Option<Vec<String>> {
    let figure = |subject| measured.get(&key(subject, way, clients, mib));
    let ours = figure(Subject::Sqlite)?;
    let (bare, mlflow) = (figure(Subject::Bare), figure(Subject::MlflowSqlite));
    let durable = measured.get(&Key { durable: true, ..key(Subject::Bare, way, clients, mib) });
    let rate = |moved: Option<&Moved>| moved.map_or_else(dash, |moved| count(moved.mib_per_second));
    let limit = durable.or(bare);
    let of_bare = limit.and_then(|bare| over(ours.mib_per_second, bare.mib_per_second));
    let of_mlflow = mlflow.and_then(|mlflow| over(ours.mib_per_second, mlflow.mib_per_second));
    let memory = |moved: Option<&Moved>| {
        moved.map_or_else(dash, |moved| format!("{:.0}, {:.0}", moved.before, moved.most))
    };
    Some(vec![
        if way == Way::Put { "PUT" } else { "GET" }.to_owned(),
        clients.to_string(),
        mib.to_string(),
        rate(Some(ours)),
        if durable.is_some() { format!("{} ({})", rate(durable), rate(bare)) } else { rate(bare) },
        of_bare.map_or_else(dash, percent),
        rate(mlflow),
        of_mlflow.map_or_else(dash, ratio),
        verdict(of_bare.map(|part| part >= OF_BARE)).to_owned(),
        memory(Some(ours)),
        memory(bare),
        memory(mlflow),
    ])
}

fn dash() -> String {
    "-".to_owned()
}
