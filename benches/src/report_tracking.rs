//! The tables of runs and what they log.

use crate::Result;
use crate::bench::{Bench, Subject};
use crate::report::{say, table};
use crate::report_throughput::{over, rate};
use crate::statistics::{Point, count, millis, ratio, real};
use crate::tracking::{Key, Write, Writes};
use crate::tracking_bulk::matches;
use crate::tracking_reads::{Median, PAGE, Reads};

/// Durable writes.
pub(crate) fn writes(writes: &Writes, clients: &[usize]) -> Result<()> {
    say("")?;
    say("## Runs: durable writes")?;
    say("")?;
    say("Every metric is a point that was not there before; clients log into runs at random. Times in ms.")?;
    for subject in [Subject::Sqlite, Subject::Postgres] {
        let mut rows = Vec::new();
        for write in Write::ALL {
            rows.extend(clients.iter().filter_map(|clients| row(writes, subject, write, *clients)));
        }
        if !rows.is_empty() {
            say("")?;
            say(&format!("### {}", subject.name()))?;
            let columns = [
                "call",
                "clients",
                "req/s",
                "metrics/s",
                "p50",
                "p99",
                "MLflow req/s",
                "MLflow p50",
                "times MLflow",
            ];
            table(&columns, &rows)?;
        }
    }
    Ok(())
}

fn row(writes: &Writes, subject: Subject, write: Write, clients: usize) -> Option<Vec<String>> {
    let point = |subject| writes.get(&Key { subject, write, clients });
    let ours = point(subject)?;
    let mlflow = point(subject.rival());
    let metrics = real(write.metrics()) * ours.per_second;
    Some(vec![
        write.name(),
        clients.to_string(),
        rate(Some(ours)),
        if write.metrics() > 0 { count(metrics) } else { "-".to_owned() },
        time(Some(ours), |point| point.p50),
        time(Some(ours), |point| point.p99),
        rate(mlflow),
        time(mlflow, |point| point.p50),
        mlflow.and_then(|mlflow| over(ours.per_second, mlflow.per_second)).map_or_else(dash, ratio),
    ])
}

/// A time, unless nothing was answered while it was measured.
fn time(point: Option<&Point>, which: impl Fn(&Point) -> u32) -> String {
    point.filter(|point| point.per_second > 0.0).map_or_else(dash, |point| millis(which(point)))
}

/// Searches and histories.
pub(crate) fn reads(bench: &Bench, reads: &[Reads]) -> Result<()> {
    let [small, large] = bench.sizes.experiments;
    say("")?;
    say("## Runs: searches and histories")?;
    say("")?;
    say(&format!(
        "Median of up to {} calls, one client, ms; pages of {PAGE}. The runs were written straight into the tables of either \
         server (two metrics, two params, two tags each). The filter matches {} of {} runs and {} of {}: its page in the small \
         experiment is {}.",
        bench.sizes.calls,
        count_of(matches(small)),
        count_of(small),
        count_of(matches(large)),
        count_of(large),
        if matches(small) < PAGE { "shorter" } else { "as long" }
    ))?;
    for ours in reads.iter().filter(|reads| !reads.subject.is_mlflow()) {
        let rival = reads.iter().find(|reads| reads.subject == ours.subject.rival());
        say("")?;
        say(&format!("### {}", ours.subject.name()))?;
        searches(ours, rival, [small, large])?;
        say(&format!("A metric of {} points:", count_of(bench.sizes.points)))?;
        histories(ours, rival)?;
    }
    Ok(())
}

fn searches(ours: &Reads, rival: Option<&Reads>, sizes: [usize; 2]) -> Result<()> {
    let rows = ours.searches.iter().enumerate().map(|(index, (name, [small, large]))| {
        let [rival_small, rival_large] = rival.map_or([None; 2], |rival| rival.searches[index].1);
        vec![
            name.clone(),
            told(*small),
            told(*large),
            quotient(*large, *small),
            told(rival_small),
            told(rival_large),
            quotient(rival_small, *small),
            quotient(rival_large, *large),
        ]
    });
    let [small, large] = sizes.map(|runs| format!("{} runs", count_of(runs)));
    let columns = [
        "search".to_owned(),
        small.clone(),
        large.clone(),
        "ratio".to_owned(),
        format!("MLflow, {small}"),
        format!("MLflow, {large}"),
        format!("times faster, {small}"),
        format!("times faster, {large}"),
    ];
    table(&columns.each_ref().map(String::as_str), &rows.collect::<Vec<_>>())
}

fn histories(ours: &Reads, rival: Option<&Reads>) -> Result<()> {
    let rows = ours.histories.iter().enumerate().map(|(index, (name, median))| {
        let theirs = rival.and_then(|rival| rival.histories[index].1);
        vec![name.clone(), told(*median), told(theirs), quotient(theirs, *median)]
    });
    table(&["call", "p50", "MLflow p50", "times faster"], &rows.collect::<Vec<_>>())
}

fn told(median: Median) -> String {
    median.map_or_else(dash, millis)
}

fn quotient(of: Median, by: Median) -> String {
    of.zip(by).and_then(|(of, by)| over(f64::from(of), f64::from(by))).map_or_else(dash, ratio)
}

/// A whole number: `count` gives small ones a digit after the point.
fn count_of(number: usize) -> String {
    if number < 100 { number.to_string() } else { count(real(number)) }
}

fn dash() -> String {
    "-".to_owned()
}
