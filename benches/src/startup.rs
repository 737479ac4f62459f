//! Start-up and footprint: from `exec` to the first good answer, memory and processor time of an idle
//! server, and memory under load over the largest registry.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Result;
use crate::arguments::Sizes;
use crate::bench::{Bench, Subject};
use crate::bulk::Shape;
use crate::growth::{search, spread};
use crate::load::{self, Load};
use crate::memory::{self, Idle, Memory};
use crate::registry::{Call, Registry, model};
use crate::report::{progress, say, table, verdict};
use crate::statistics::{count, median, real};

const READY: Duration = Duration::from_millis(100);
/// MiB.
const IDLE: f64 = 30.0;
const LOADED: f64 = 150.0;
/// Processor time in a second that still is none.
const NOTHING: Duration = Duration::from_millis(4);
/// One request of so many is a search under load.
const SEARCHES: usize = 20;

/// How MLflow's server starts and idles, if it was seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mlflow(pub(crate) Option<(Duration, Idle)>);

/// A server over the largest registry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Large {
    versions: usize,
    ready: Duration,
    idle: Idle,
    /// The most it had at once.
    loaded: Memory,
    rate: f64,
}

/// Starts over the largest registry, and loads it.
pub(crate) async fn large(bench: &Bench, subject: Subject, uri: &str, shape: Shape) -> Result<Large> {
    let ready = starts(bench, subject, Some(uri)).await?;
    let server = bench.start(subject, uri).await?;
    let pid = server.process.pid();
    let idle = memory::idle(pid, bench.sizes.idle).await;

    // Reads all over the registry, and every so often a page of a search.
    let mut requests = spread(shape, Call::Get).to_vec();
    requests.extend(spread(shape, Call::Latest).iter().cloned());
    for (index, number) in (0..requests.len() / SEARCHES).zip((0..shape.models).cycle()) {
        requests.push(if index % 2 == 0 {
            search("tags.owner = 'team-3'", "")
        } else {
            search(&format!("name = '{}'", model(number)), "")
        });
    }
    let load = Load {
        address: server.address,
        clients: 64,
        warm_up: Duration::ZERO,
        measure: bench.sizes.memory_load,
        pid: Some(pid),
    };
    let requests = Arc::new(requests);
    let (point, loaded) = tokio::join!(load::run(load, &requests), watch(pid, bench.sizes.memory_load));
    server.process.stop().await?;
    let versions = shape.models * shape.versions;
    Ok(Large { versions, ready, idle, loaded, rate: point?.per_second })
}

async fn watch(pid: u32, time: Duration) -> Memory {
    let begun = Instant::now();
    let mut most = Memory::default();
    while begun.elapsed() < time {
        tokio::time::sleep(Duration::from_millis(200)).await;
        most = most.max(Memory::of(pid));
    }
    most
}

/// The median time to readiness, over a database that exists or over new ones.
async fn starts(bench: &Bench, subject: Subject, uri: Option<&str>) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..bench.sizes.starts {
        let uri = if let Some(uri) = uri {
            uri.to_owned()
        } else {
            bench.forget(subject, "fresh").await?;
            bench.database(subject, "fresh").await?
        };
        let server = bench.start(subject, &uri).await?;
        times.push(server.ready_after);
        server.process.stop().await?;
    }
    Ok(median(times))
}

/// Measures fresh starts and reports everything of this group.
pub(crate) async fn run(bench: &Bench, mlflow: Mlflow, large: &[(Subject, Large)]) -> Result<()> {
    progress("fresh starts, idling")?;
    let mut rows = Vec::new();
    for subject in bench.present(&[Subject::Sqlite, Subject::Postgres]) {
        let ready = starts(bench, subject, None).await?;
        let uri = bench.database(subject, "fresh").await?;
        let server = bench.start(subject, &uri).await?;
        let idle = memory::idle(server.process.pid(), bench.sizes.idle).await;
        server.process.stop().await?;
        bench.forget(subject, "fresh").await?;
        rows.push(row(&format!("{}, new database", subject.name()), ready, idle, true));
    }
    for (subject, large) in large {
        let name = format!("{}, {} versions", subject.name(), count(real(large.versions)));
        rows.push(row(&name, large.ready, large.idle, true));
    }
    let seen = match mlflow.0 {
        None if !bench.present(&[Subject::MlflowSqlite]).is_empty() => Some(stock(bench).await?),
        seen => seen,
    };
    if let Some((ready, idle)) = seen {
        rows.push(row("MLflow's server, a small registry", ready, idle, false));
    }

    say("")?;
    say("## Start-up and footprint")?;
    say("")?;
    say(&format!(
        "Ready = first 200 of /readyz (MLflow: /health) after exec, median of {}. Goals: ready within {} ms; idle below {IDLE} \
         MiB without processor time; below {LOADED} MiB under load. Resident counts the pages of the database file that are \
         mapped, once per connection that maps them; private is the server's own.",
        bench.sizes.starts,
        READY.as_millis()
    ))?;
    let columns =
        ["server", "processes", "ready", "idle, resident", "idle, private", "idle, processor", "goals"];
    table(&columns, &rows)?;

    let rows = large.iter().map(|(subject, large)| {
        let (resident, private) = (large.loaded.resident, large.loaded.private);
        vec![
            format!("{}, {} versions", subject.name(), count(real(large.versions))),
            count(large.rate),
            format!("{resident:.1} MiB"),
            verdict(Some(resident < LOADED)).to_owned(),
            format!("{private:.1} MiB"),
            verdict(Some(private < LOADED)).to_owned(),
        ]
    });
    say("64 clients, reads all over the registry and one search in twenty; the most at any time:")?;
    table(&["server", "req/s", "resident", "goal", "private", "goal"], &rows.collect::<Vec<_>>())
}

/// MLflow's server, started for this.
async fn stock(bench: &Bench) -> Result<(Duration, Idle)> {
    let subject = Subject::MlflowSqlite;
    let uri = bench.database(subject, "stock").await?;
    let server = bench.start(subject, &uri).await?;
    let Sizes { models, versions, .. } = bench.sizes;
    Registry { models, versions }.fill(&server).await?;
    memory::settled(server.process.pid(), Duration::from_secs(30)).await;
    let idle = memory::idle(server.process.pid(), bench.sizes.idle).await;
    let ready = server.ready_after;
    server.process.stop().await?;
    bench.forget(subject, "stock").await?;
    Ok((ready, idle))
}

fn row(name: &str, ready: Duration, idle: Idle, judged: bool) -> Vec<String> {
    let still = idle.processor <= NOTHING.mul_f64(idle.watched.as_secs_f64());
    let met = ready < READY && idle.memory.resident < IDLE && still;
    vec![
        name.to_owned(),
        idle.processes.to_string(),
        format!("{:.0} ms", ready.as_secs_f64() * 1000.0),
        format!("{:.1} MiB", idle.memory.resident),
        format!("{:.1} MiB", idle.memory.private),
        format!("{:.0} ms in {:.0} s", idle.processor.as_secs_f64() * 1000.0, idle.watched.as_secs_f64()),
        verdict(judged.then_some(met)).to_owned(),
    ]
}
