//! The command line, and the sizes that follow from it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

/// Measures a Greenroom server beside MLflow's server and a bare handler, and prints a Markdown report.
#[derive(Debug, Parser)]
#[command(name = "greenroom-bench")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// The server to measure.
    #[arg(long, default_value = "target/release/greenroom")]
    pub(crate) server: PathBuf,
    /// MLflow's program.
    #[arg(long, default_value = ".venv/bin/mlflow")]
    pub(crate) mlflow: PathBuf,
    /// Where the databases go while it runs; a real disk, or durable writes mean nothing.
    #[arg(long, default_value = "target/bench-data")]
    pub(crate) data: PathBuf,
    /// A PostgreSQL cluster on which databases may be created; scripts/with-postgres --durable provides one.
    #[arg(long, env = "GREENROOM_TEST_POSTGRES", hide_env_values = true)]
    pub(crate) postgres: Option<String>,
    /// Tiny sizes and short measurements: shows that everything works, the figures mean nothing.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only these groups; may be repeated.
    #[arg(long, value_enum)]
    pub(crate) only: Vec<Group>,
    /// Leave MLflow's server out.
    #[arg(long)]
    pub(crate) skip_mlflow: bool,
    /// Leave PostgreSQL out.
    #[arg(long)]
    pub(crate) skip_postgres: bool,
    /// Versions in the largest registry; the others have a tenth and a thousandth [default: 1000000, quick: 20000].
    #[arg(long)]
    pub(crate) versions: Option<usize>,
    /// Seconds of each throughput measurement [default: 3, quick: 0.15].
    #[arg(long)]
    pub(crate) seconds: Option<f64>,
    /// Minutes after which the run gives up.
    #[arg(long, default_value_t = 180)]
    pub(crate) limit_minutes: u64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve fixed answers, and take and give files; the bench starts this itself.
    #[command(hide = true)]
    Bare { port: u16, answers: PathBuf, folder: PathBuf },
}

/// What can be measured on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// Hot reads.
    Reads,
    /// Durable writes.
    Writes,
    /// Searches and reads of small and large registries, and of small and large models.
    Growth,
    /// Start to ready, memory, idle processor time.
    Startup,
    /// Runs and what they log: durable writes, searches, histories of metrics.
    Tracking,
    /// Large artifacts, in and out.
    Artifacts,
}

/// How much and how long.
#[derive(Clone, Debug)]
pub(crate) struct Sizes {
    /// Models in the registry of the throughput groups.
    pub(crate) models: usize,
    /// Versions of each of them.
    pub(crate) versions: usize,
    /// Clients at once, ascending; goals that name none are about the last.
    pub(crate) clients: Vec<usize>,
    /// Before a throughput measurement counts.
    pub(crate) warm_up: Duration,
    /// Of a throughput measurement.
    pub(crate) measure: Duration,
    /// Versions in the growing registries, ascending.
    pub(crate) registries: Vec<usize>,
    /// How far down the deep search page is, where the registry is that large.
    pub(crate) depth: usize,
    /// Of the small and the large model.
    pub(crate) one_model: [usize; 2],
    /// Calls of a latency measurement at most, and its time at most.
    pub(crate) calls: usize,
    /// See `calls`.
    pub(crate) calls_within: Duration,
    /// Starts of a start-up measurement.
    pub(crate) starts: usize,
    /// How long an idle server is watched.
    pub(crate) idle: Duration,
    /// How long memory is watched under load.
    pub(crate) memory_load: Duration,
    /// Runs that are logged into.
    pub(crate) runs: usize,
    /// Runs in the small and the large experiment.
    pub(crate) experiments: [usize; 2],
    /// Points of the long metric.
    pub(crate) points: usize,
    /// Of them, in a page.
    pub(crate) points_page: usize,
    /// Artifacts, in MiB: the one whose cost of memory others are compared with, the large one, and one of the four at once.
    pub(crate) artifacts: [usize; 3],
    /// Transfers of each; the middle one counts.
    pub(crate) transfers: usize,
}

impl Arguments {
    /// The sizes these arguments ask for.
    pub(crate) fn sizes(&self) -> Sizes {
        let quick = self.quick;
        let largest = self.versions.unwrap_or(if quick { 20_000 } else { 1_000_000 }).max(1000);
        let mut registries = vec![(largest / 1000).max(1000), (largest / 10).max(1000), largest];
        registries.dedup();
        let seconds = self.seconds.unwrap_or(if quick { 0.15 } else { 3.0 }).clamp(0.05, 60.0);
        Sizes {
            models: if quick { 10 } else { 100 },
            versions: 5,
            clients: if quick { vec![1, 8] } else { vec![1, 16, 64] },
            warm_up: Duration::from_secs_f64(seconds / 3.0),
            measure: Duration::from_secs_f64(seconds),
            registries,
            depth: 100_000,
            one_model: [10, if quick { 1000 } else { 10_000 }],
            calls: if quick { 30 } else { 300 },
            calls_within: Duration::from_secs(if quick { 1 } else { 10 }),
            starts: if quick { 2 } else { 7 },
            idle: Duration::from_secs(if quick { 1 } else { 5 }),
            memory_load: Duration::from_secs(if quick { 1 } else { 15 }),
            runs: if quick { 10 } else { 100 },
            experiments: if quick { [100, 1000] } else { [1000, 100_000] },
            points: if quick { 10_000 } else { 1_000_000 },
            points_page: if quick { 1000 } else { 25_000 },
            artifacts: if quick { [1, 8, 4] } else { [16, 1024, 256] },
            transfers: if quick { 1 } else { 3 },
        }
    }
}
