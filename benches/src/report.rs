//! The report: Markdown on standard output as figures come in, progress on standard error.

use std::io::Write as _;

use crate::Result;
use crate::bench::Bench;

/// A line of the report.
pub(crate) fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// What is going on, for whoever watches.
pub(crate) fn progress(what: &str) -> Result<()> {
    Ok(writeln!(std::io::stderr(), "greenroom-bench: {what}")?)
}

/// Whether a goal was reached; without a figure, nothing.
pub(crate) fn verdict(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "met",
        Some(false) => "**missed**",
        None => "-",
    }
}

/// A table.
pub(crate) fn table(columns: &[&str], rows: &[Vec<String>]) -> Result<()> {
    say("")?;
    say(&format!("| {} |", columns.join(" | ")))?;
    say(&format!("|{}", "---|".repeat(columns.len())))?;
    for row in rows {
        say(&format!("| {} |", row.join(" | ")))?;
    }
    say("")
}

/// What was measured, and on what.
pub(crate) fn heading(bench: &Bench) -> Result<()> {
    let sizes = &bench.sizes;
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: u64 = meminfo.split_whitespace().nth(1).and_then(|total| total.parse().ok()).unwrap_or_default();
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    say("# Greenroom benchmarks")?;
    say("")?;
    if bench.arguments.quick {
        say("**A quick run: it shows that everything works; its figures mean nothing.**")?;
        say("")?;
    }
    say(&format!(
        "{cores} cores, {} GiB, Linux {}. Load and servers share the machine; servers run one at a time. Each throughput \
         figure: {:.2} s after {:.2} s of warm-up, one run, 127.0.0.1.",
        kib >> 20,
        kernel.trim(),
        sizes.measure.as_secs_f64(),
        sizes.warm_up.as_secs_f64()
    ))?;
    if bench.cluster.is_none() {
        say("")?;
        say("PostgreSQL was left out (scripts/with-postgres --durable provides a cluster).")?;
    }
    if bench.present(&[crate::bench::Subject::MlflowSqlite]).is_empty() {
        say("")?;
        say("MLflow's server was left out.")?;
    }
    Ok(())
}
