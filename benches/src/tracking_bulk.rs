//! Experiments with many runs, and a metric with many points, written straight into the tables of either
//! server: the same rows in both.

use crate::bulk::{EPOCH, numbers};

/// Scatters what neighbours in time are given; a prime above all counts of runs.
const PRIME: usize = 100_003;
/// Of the id, and of the metric `acc`.
const ID: usize = 7919;
const ACC: usize = 31_337;
/// `params.lr`, in turn.
const RATES: [&str; 5] = ["0.1", "0.03", "0.01", "0.003", "0.001"];

/// The search whose matches `matches` counts.
pub(crate) const FILTER: &str = "metrics.acc > 0.9 and params.lr = '0.1'";
/// The run of the long metric.
pub(crate) const LONG_RUN: &str = "ffffffffffffffffffffffffffffffff";
/// The long metric.
pub(crate) const LONG_METRIC: &str = "loss";

/// How many of the first runs `FILTER` finds.
pub(crate) fn matches(runs: usize) -> usize {
    (0..runs).filter(|n| n % RATES.len() == 0 && 10 * (n * ACC % PRIME) > 9 * PRIME).count()
}

/// The id of the run with the greatest `acc` among the first.
pub(crate) fn best(runs: usize) -> String {
    let best = (0..runs).max_by_key(|n| n * ACC % PRIME).unwrap_or(0);
    format!("{:032}", best * ID % PRIME)
}

/// Whose tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schema {
    Greenroom,
    Mlflow,
}

impl Schema {
    /// The statements that write the runs from `first` to before `end` into experiment 0, each begun a second after the
    /// last, with two metrics of one point, two params and two tags.
    pub(crate) fn runs(self, first: usize, end: usize) -> Vec<String> {
        let each = numbers(first, end, 1);
        let id =
            format!("'00000000000000000000' || substr(CAST(1000000000000 + n * {ID} % {PRIME} AS TEXT), 2)");
        let at = format!("{EPOCH} + 1000 * n");
        let acc = format!("CAST(n * {ACC} % {PRIME} AS DOUBLE PRECISION) / {PRIME}");
        let rates = RATES.iter().enumerate().map(|(turn, rate)| format!("WHEN {turn} THEN '{rate}'"));
        let rate = format!("CASE n % {} {} END", RATES.len(), rates.collect::<Vec<_>>().join(" "));
        let name = "'run-' || CAST(n AS TEXT)";

        let run = match self {
            Self::Greenroom => format!(
                "INSERT INTO runs (id, experiment_id, name, user_id, status, started_at, ended_at, artifact_uri)
                 {each}
                 SELECT {id}, 0, {name}, 'bench', 'FINISHED', {at}, {at} + 900,
                     'mlflow-artifacts:/0/' || {id} || '/artifacts'
                 FROM numbers"
            ),
            Self::Mlflow => format!(
                "INSERT INTO runs (run_uuid, experiment_id, name, user_id, status, start_time, end_time, artifact_uri,
                     lifecycle_stage, source_type, source_name, entry_point_name, source_version)
                 {each}
                 SELECT {id}, 0, {name}, 'bench', 'FINISHED', {at}, {at} + 900,
                     'mlflow-artifacts:/0/' || {id} || '/artifacts', 'active', 'UNKNOWN', '', '', ''
                 FROM numbers"
            ),
        };
        let mut statements = vec![run];
        for (key, value) in [("lr", rate.as_str()), ("depth", "CAST(n % 12 AS TEXT)")] {
            statements.push(self.named("params", &each, &id, key, value));
        }
        for (key, value) in [("mlflow.runName", name), ("mlflow.user", "'bench'")] {
            statements.push(self.named("tags", &each, &id, key, value));
        }
        for (key, value) in [("acc", acc.as_str()), ("f1", "CAST(n % 997 AS DOUBLE PRECISION) / 997")] {
            let metric = format!("SELECT {id}, '{key}', {value}, FALSE, {at}, 1");
            statements.extend(self.metric(&each, &metric, &format!("key = '{key}'")));
        }
        statements
    }

    fn named(self, table: &str, each: &str, id: &str, key: &str, value: &str) -> String {
        match self {
            Self::Greenroom => format!(
                "INSERT INTO run_{table} (run_id, key, value, experiment_id, started_at, value_start)
                 {each} SELECT {id}, '{key}', {value}, 0, {EPOCH} + 1000 * n, {value} FROM numbers"
            ),
            Self::Mlflow => format!(
                "INSERT INTO {table} (run_uuid, key, value)
                 {each} SELECT {id}, '{key}', {value} FROM numbers"
            ),
        }
    }

    /// One metric for each: the select gives run, key, value, whether it is no number, time and step.
    fn metric(self, each: &str, select: &str, new: &str) -> Vec<String> {
        match self {
            Self::Greenroom => vec![
                format!(
                    "INSERT INTO run_metrics (run_id, key, value, is_nan, timestamp, step, experiment_id)
                     {each} {select}, 0 FROM numbers"
                ),
                format!(
                    "INSERT INTO run_metric_points (metric, timestamp, step, value, is_nan)
                     SELECT number, timestamp, step, value, is_nan FROM run_metrics m
                     WHERE {new} AND NOT EXISTS (SELECT 1 FROM run_metric_points p WHERE p.metric = m.number)"
                ),
            ],
            Self::Mlflow => ["latest_metrics", "metrics"]
                .map(|table| {
                    format!(
                        "INSERT INTO {table} (run_uuid, key, value, is_nan, timestamp, step)
                         {each} {select} FROM numbers"
                    )
                })
                .into(),
        }
    }

    /// The statements that write a run whose only metric has so many points, a second and a step apart.
    pub(crate) fn long_metric(self, points: usize) -> Vec<String> {
        let each = numbers(0, points, 1);
        let value = "CAST(n % 1009 AS DOUBLE PRECISION) / 1009";
        let (run, metric, last) = (LONG_RUN, LONG_METRIC, points - 1);
        let only_last = numbers(last, points, 1);
        let uri = format!("mlflow-artifacts:/0/{run}/artifacts");
        match self {
            Self::Greenroom => vec![
                format!(
                    "INSERT INTO runs (id, experiment_id, name, user_id, status, started_at, artifact_uri)
                     VALUES ('{run}', 0, 'long', 'bench', 'RUNNING', {EPOCH}, '{uri}')"
                ),
                format!(
                    "INSERT INTO run_metrics (run_id, key, value, is_nan, timestamp, step, experiment_id)
                     {only_last} SELECT '{run}', '{metric}', {value}, FALSE, {EPOCH} + 1000 * n, n, 0 FROM numbers"
                ),
                format!(
                    "INSERT INTO run_metric_points (metric, timestamp, step, value, is_nan)
                     {each}
                     SELECT (SELECT number FROM run_metrics WHERE run_id = '{run}' AND key = '{metric}'),
                         {EPOCH} + 1000 * n, n, {value}, FALSE
                     FROM numbers"
                ),
            ],
            Self::Mlflow => vec![
                format!(
                    "INSERT INTO runs (run_uuid, experiment_id, name, user_id, status, start_time, artifact_uri,
                         lifecycle_stage, source_type, source_name, entry_point_name, source_version)
                     VALUES ('{run}', 0, 'long', 'bench', 'RUNNING', {EPOCH}, '{uri}', 'active', 'UNKNOWN', '', '', '')"
                ),
                format!(
                    "INSERT INTO latest_metrics (run_uuid, key, value, is_nan, timestamp, step)
                     {only_last} SELECT '{run}', '{metric}', {value}, FALSE, {EPOCH} + 1000 * n, n FROM numbers"
                ),
                format!(
                    "INSERT INTO metrics (run_uuid, key, value, is_nan, timestamp, step)
                     {each} SELECT '{run}', '{metric}', {value}, FALSE, {EPOCH} + 1000 * n, n FROM numbers"
                ),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_large_experiment_has_as_many_ids_as_runs() {
        let ids: HashSet<usize> = (0..100_000).map(|n| n * ID % PRIME).collect();
        assert_eq!(ids.len(), 100_000);
    }

    #[test]
    fn the_search_finds_about_one_run_in_fifty() {
        assert!((15..=25).contains(&matches(1000)), "{}", matches(1000));
        assert!((1900..=2100).contains(&matches(100_000)), "{}", matches(100_000));
    }
}
