//! The tables of hot reads and durable writes.

use crate::Result;
use crate::bench::Subject;
use crate::engine::told;
use crate::registry::Call;
use crate::report::{say, table, verdict};
use crate::statistics::{Point, count, millis, percent, ratio};
use crate::throughput::{Key, Measured, Spread};

const READS_OF_MLFLOW: f64 = 200.0;
const READS_OF_BARE: f64 = 0.60;
const SQLITE_WRITES_OF_MLFLOW: f64 = 50.0;
const SQLITE_WRITES_OF_ENGINE: f64 = 1.0;
const POSTGRES_WRITES_OF_MLFLOW: f64 = 20.0;
const POSTGRES_WRITES_OF_ENGINE: f64 = 0.70;

impl Measured {
    fn point(&self, subject: Subject, call: Call, spread: Spread, clients: usize) -> Option<&Point> {
        self.points.get(&Key { subject, call, spread, clients })
    }
}

/// Both limits, where both are known; one, where one is.
fn both(first: Option<bool>, second: Option<bool>) -> Option<bool> {
    match (first, second) {
        (Some(first), Some(second)) => Some(first && second),
        (one, other) => one.or(other),
    }
}

/// A ratio, unless a server answered nothing while it was measured.
pub(crate) fn over(ours: f64, theirs: f64) -> Option<f64> {
    (theirs > 0.0).then(|| ours / theirs)
}

pub(crate) fn rate(point: Option<&Point>) -> String {
    let Some(point) = point else { return "-".to_owned() };
    let errors = if point.errors > 0 { format!(" ({} errors)", point.errors) } else { String::new() };
    format!("{}{errors}", count(point.per_second))
}

/// Hot reads.
pub(crate) fn reads(measured: &Measured, clients: &[usize]) -> Result<()> {
    say("")?;
    say("## Hot reads")?;
    say("")?;
    say(&format!(
        "Goal over SQLite: at least {} MLflow's throughput and at least {} of the bare handler's, which answers \
         the same bytes. Times in ms; processor = the server's time per request, in µs (bare handler's in brackets).",
        ratio(READS_OF_MLFLOW),
        percent(READS_OF_BARE)
    ))?;
    for subject in [Subject::Sqlite, Subject::Postgres] {
        let mut rows = Vec::new();
        for call in Call::READS {
            for clients in clients.iter().copied() {
                rows.extend(read(measured, subject, call, clients));
            }
        }
        if !rows.is_empty() {
            say("")?;
            say(&format!("### {}", subject.name()))?;
            let columns = [
                "call",
                "clients",
                "req/s",
                "p50",
                "p99",
                "processor",
                "bare req/s",
                "of bare",
                "MLflow req/s",
                "times MLflow",
                "goal",
            ];
            table(&columns, &rows)?;
        }
    }
    let own = clients.last().and_then(|c| measured.point(Subject::Bare, Call::Get, Spread::Many, *c));
    match (own, measured.wrk) {
        (Some(own), Some(wrk)) => say(&format!(
            "The load generator's ceiling: the bare handler gives it {}/s at {} clients, and wrk (1 thread, 64 clients) {}/s: {}.",
            count(own.per_second),
            clients.last().unwrap_or(&0),
            count(wrk),
            ratio(own.per_second / wrk)
        )),
        _ => say("wrk is not installed: the load generator's ceiling was not compared with it."),
    }
}

fn read(measured: &Measured, subject: Subject, call: Call, clients: usize) -> Option<Vec<String>> {
    let point = |subject| measured.point(subject, call, Spread::Many, clients);
    let ours = point(subject)?;
    let (bare, mlflow) = (point(Subject::Bare), point(subject.rival()));
    let of_bare = bare.and_then(|bare| over(ours.per_second, bare.per_second));
    let of_mlflow = mlflow.and_then(|mlflow| over(ours.per_second, mlflow.per_second));
    let goal = (subject == Subject::Sqlite).then(|| {
        both(of_mlflow.map(|ratio| ratio >= READS_OF_MLFLOW), of_bare.map(|part| part >= READS_OF_BARE))
    });
    let micros = |point: &Point| point.processor.map_or(0.0, |p| p.as_secs_f64() * 1e6);
    Some(vec![
        call.path().to_owned(),
        clients.to_string(),
        rate(Some(ours)),
        millis(ours.p50),
        millis(ours.p99),
        format!("{:.0} ({:.0})", micros(ours), bare.map_or(0.0, micros)),
        rate(bare),
        of_bare.map_or_else(|| "-".to_owned(), percent),
        rate(mlflow),
        of_mlflow.map_or_else(|| "-".to_owned(), ratio),
        verdict(goal.flatten()).to_owned(),
    ])
}

/// Durable writes.
pub(crate) fn writes(measured: &Measured, clients: &[usize]) -> Result<()> {
    say("")?;
    say("## Durable writes")?;
    say("")?;
    say(&format!(
        "Goals at the most clients: over SQLite at least {} MLflow's throughput and the engine's rate of single durable commits; \
         over PostgreSQL at least {} MLflow's and {} of pgbench's with the same statements. Times in ms.",
        ratio(SQLITE_WRITES_OF_MLFLOW),
        ratio(POSTGRES_WRITES_OF_MLFLOW),
        percent(POSTGRES_WRITES_OF_ENGINE)
    ))?;
    let most = clients.last().copied().unwrap_or(0);
    for subject in [Subject::Sqlite, Subject::Postgres] {
        let mut rows = Vec::new();
        for call in Call::WRITES {
            for spread in [Spread::Many, Spread::One] {
                for clients in clients.iter().copied() {
                    rows.extend(write(measured, subject, call, spread, clients, clients == most));
                }
            }
        }
        if !rows.is_empty() {
            say("")?;
            say(&format!("### {}", subject.name()))?;
            let columns = [
                "call",
                "models",
                "clients",
                "req/s",
                "p50",
                "p99",
                "engine/s",
                "of engine",
                "MLflow req/s",
                "times MLflow",
                "goal",
            ];
            table(&columns, &rows)?;
        }
    }
    Ok(())
}

fn write(
    measured: &Measured,
    subject: Subject,
    call: Call,
    spread: Spread,
    clients: usize,
    judged: bool,
) -> Option<Vec<String>> {
    let ours = measured.point(subject, call, spread, clients)?;
    let mlflow = measured.point(subject.rival(), call, spread, clients);
    let over_sqlite = subject == Subject::Sqlite;
    let engine = if over_sqlite {
        measured.sqlite_commits
    } else {
        measured.pgbench.get(&(call, spread, clients)).copied()
    };
    let (least_of_engine, least_of_mlflow) = if over_sqlite {
        (SQLITE_WRITES_OF_ENGINE, SQLITE_WRITES_OF_MLFLOW)
    } else {
        (POSTGRES_WRITES_OF_ENGINE, POSTGRES_WRITES_OF_MLFLOW)
    };
    let of_engine = engine.map(|engine| ours.per_second / engine);
    let of_mlflow = mlflow.and_then(|mlflow| over(ours.per_second, mlflow.per_second));
    let goal = judged.then(|| {
        both(of_engine.map(|part| part >= least_of_engine), of_mlflow.map(|times| times >= least_of_mlflow))
    });
    Some(vec![
        call.path().to_owned(),
        if spread == Spread::Many { "many" } else { "one" }.to_owned(),
        clients.to_string(),
        rate(Some(ours)),
        millis(ours.p50),
        millis(ours.p99),
        told(engine),
        of_engine.map_or_else(|| "-".to_owned(), percent),
        rate(mlflow),
        of_mlflow.map_or_else(|| "-".to_owned(), ratio),
        verdict(goal.flatten()).to_owned(),
    ])
}
