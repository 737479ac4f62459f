//! Benchmarks of the real server binary, beside MLflow's own server and a bare handler.
//!
//! `greenroom-bench` starts every server itself on a free port of 127.0.0.1, fills it, measures it, prints
//! a Markdown report and ends what it started. The servers run one at a time: none takes another's
//! processor. It is a program and not a `cargo bench` target because it needs servers, databases and minutes.

mod arguments;
mod artifacts;
mod bare;
mod bench;
mod bulk;
mod connection;
mod engine;
mod growth;
mod load;
mod memory;
mod postgres;
mod process;
mod registry;
mod report;
mod report_throughput;
mod report_tracking;
mod startup;
mod statistics;
mod throughput;
mod tracking;
mod tracking_bulk;
mod tracking_reads;
mod transfer;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::{Arguments, Command, Group};
use crate::bench::Bench;

/// What everything here returns: a failure ends the run, and its sentence is shown.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.command {
        Some(Command::Bare { port, answers, folder }) => bare::serve(*port, answers, folder),
        None => measure(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_reads = writeln!(std::io::stderr(), "greenroom-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One thread drives everything, the load included: the servers get the rest of the machine.
fn measure(arguments: Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let limit = Duration::from_secs(arguments.limit_minutes * 60);
        // Whoever is dropped here takes the servers it started with it.
        tokio::select! {
            done = tokio::time::timeout(limit, groups(arguments)) =>
                done.unwrap_or_else(|_| Err(format!("gave up after {} minutes", limit.as_secs() / 60).into())),
            _ = interrupt.recv() => Err("interrupted".into()),
            _ = terminate.recv() => Err("terminated".into()),
        }
    });
    // A database that is being filled is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn groups(arguments: Arguments) -> Result<()> {
    let bench = Bench::new(arguments).await?;
    report::heading(&bench)?;
    let mut mlflow = startup::Mlflow::default();
    if bench.wants(Group::Reads) || bench.wants(Group::Writes) {
        mlflow = throughput::run(&bench).await?;
    }
    if bench.wants(Group::Growth) || bench.wants(Group::Startup) {
        growth::run(&bench, mlflow).await?;
    }
    if bench.wants(Group::Tracking) {
        tracking::run(&bench).await?;
    }
    if bench.wants(Group::Artifacts) {
        artifacts::run(&bench).await?;
    }
    report::say("done")
}
