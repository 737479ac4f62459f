//! A sample of a metric's points for a chart, by step.
//!
//! Short histories are sampled as MLflow does: the points in order are dealt into as many shares as the chart has
//! places, and the first of each share is shown. Long ones are not read: the range of steps is dealt into shares, and
//! the first point of each is looked up. Where there are fewer steps than places, each step's range of time is dealt
//! the same way. The last point is always shown.

use greenroom_core::Result;

use crate::db::Tx;
use crate::metric_history::{Point, from_row};
use crate::search::Sql;

/// Histories of so many points are counted and read in order.
const SHORT: i64 = 20_000;

/// The steps to look at, both included.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// From this one.
    pub from: i64,
    /// To this one.
    pub to: i64,
}

impl Default for Steps {
    fn default() -> Self {
        Self { from: i64::MIN, to: i64::MAX }
    }
}

const COUNT: &str = "SELECT COUNT(*)
     FROM (SELECT 1 FROM run_metric_points WHERE metric = $1 AND step >= $2 AND step <= $3 LIMIT $4) AS p";

/// At most `places` points of a metric within these steps, by step, time and value.
pub async fn sample(tx: &mut Tx<'_>, metric: i64, steps: Steps, places: i64) -> Result<Vec<Point>> {
    let params = [metric.into(), steps.from.into(), steps.to.into(), (SHORT + 1).into()];
    let count = tx.opt(COUNT, &params, |row| row.get::<i64>(0)).await?.unwrap_or_default();
    let mut points = if count <= SHORT {
        in_order(tx, metric, steps, count, places).await?
    } else {
        by_steps(tx, metric, steps, places).await?
    };

    if let Some(last) = last(tx, metric, steps).await?
        && points.last() != Some(&last)
        && !(last.value.is_nan() && points.last().is_some_and(|p| p.value.is_nan() && at(p) == at(&last)))
    {
        points.push(last);
    }
    if i64::try_from(points.len()).is_ok_and(|n| n > places) {
        // The last point takes the place of the one before it.
        points.remove(points.len() - 2);
    }
    Ok(points)
}

fn at(point: &Point) -> (i64, i64) {
    (point.step, point.timestamp)
}

const LAST: &str = "SELECT value, is_nan, timestamp, step
     FROM run_metric_points
     WHERE metric = $1 AND step >= $2 AND step <= $3
     ORDER BY step DESC, timestamp DESC, value DESC, is_nan DESC
     LIMIT 1";

async fn last(tx: &mut Tx<'_>, metric: i64, steps: Steps) -> Result<Option<Point>> {
    tx.opt(LAST, &[metric.into(), steps.from.into(), steps.to.into()], from_row).await
}

const IN_ORDER: &str = "SELECT value, is_nan, timestamp, step
     FROM (
         SELECT value, is_nan, timestamp, step,
                ROW_NUMBER() OVER (ORDER BY step, timestamp, value, is_nan) - 1 AS place
         FROM run_metric_points
         WHERE metric = $1 AND step >= $2 AND step <= $3) AS points
     WHERE (place < $4 AND place % $5 = 0) OR (place >= $4 AND (place - $4) % $6 = 0)
     ORDER BY step, timestamp, value, is_nan";

/// The first of each share of the points themselves: the first shares hold one more than the others.
async fn in_order(tx: &mut Tx<'_>, metric: i64, steps: Steps, count: i64, places: i64) -> Result<Vec<Point>> {
    let (size, larger) = (count / places, count % places);
    let params = [
        metric.into(),
        steps.from.into(),
        steps.to.into(),
        (larger * (size + 1)).into(),
        (size + 1).into(),
        size.max(1).into(),
    ];
    tx.all(IN_ORDER, &params, from_row).await
}

const EDGES: &str = "SELECT
     (SELECT step FROM run_metric_points WHERE metric = $1 AND step >= $2 AND step <= $3 ORDER BY step LIMIT 1),
     (SELECT step FROM run_metric_points WHERE metric = $1 AND step >= $2 AND step <= $3 ORDER BY step DESC LIMIT 1)";

async fn by_steps(tx: &mut Tx<'_>, metric: i64, steps: Steps, places: i64) -> Result<Vec<Point>> {
    let params = [metric.into(), steps.from.into(), steps.to.into()];
    let edges = tx.opt(EDGES, &params, |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))).await?;
    let Some((first, last)) = edges else { return Ok(Vec::new()) };

    let mut known = known_steps(tx, metric, last, &starts(first, last, places)).await?;
    for _ in 0..ROUNDS {
        if !refine(tx, metric, last, &mut known, places).await? {
            break;
        }
    }
    let places_each = places / i64::try_from(known.len()).unwrap_or(places).max(1);
    if places_each < 2 || known.len() > TIMED {
        let firsts: Vec<(i64, i64)> = known.into_iter().map(|step| (step, i64::MIN)).collect();
        return first_points(tx, metric, &firsts).await;
    }
    let mut firsts = Vec::new();
    for (step, from, to) in times(tx, metric, &known).await? {
        firsts.extend(starts(from, to, places_each).into_iter().map(|time| (step, time)));
    }
    first_points(tx, metric, &firsts).await
}

/// How often shares that hold many steps are dealt again.
const ROUNDS: usize = 4;

/// Where most shares were empty, deals the places that are left among the others; whether that found more steps.
async fn refine(tx: &mut Tx<'_>, metric: i64, last: i64, known: &mut Vec<i64>, places: i64) -> Result<bool> {
    let count = i64::try_from(known.len()).unwrap_or(places);
    if count > places / 2 {
        return Ok(false);
    }
    let mut crowded = tails(tx, metric, last, known).await?;
    crowded.retain(|(step, tail)| tail > step);
    let crowds = i64::try_from(crowded.len()).unwrap_or(places);
    let places_each = (places - count) / crowds.max(1);
    if crowded.is_empty() || places_each == 0 {
        return Ok(false);
    }
    let from: Vec<i64> = crowded
        .into_iter()
        .flat_map(|(step, tail)| starts(step.saturating_add(1), tail, places_each))
        .collect();
    known.extend(known_steps(tx, metric, last, &from).await?);
    known.sort_unstable();
    known.dedup();
    Ok(true)
}

/// With more steps than this one point of each is enough.
const TIMED: usize = 1_000;

/// Where the shares of a range begin, both ends included: the first shares hold one more than the others.
fn starts(first: i64, last: i64, shares: i64) -> Vec<i64> {
    let (first, shares) = (i128::from(first), i128::from(shares));
    let range = i128::from(last) - first + 1;
    let (size, larger) = (range / shares, range % shares);
    (0..shares.min(range))
        .filter_map(|share| i64::try_from(first + share * size + share.min(larger)).ok())
        .collect()
}

/// For each of these steps the first one at or after it that has points; none twice.
async fn known_steps(tx: &mut Tx<'_>, metric: i64, last: i64, from: &[i64]) -> Result<Vec<i64>> {
    let mut sql = Sql::default();
    sql.push("WITH share (step) AS (VALUES ");
    values(&mut sql, from.iter().map(|step| [*step]));
    let metric = sql.place(metric);
    sql.push(&format!(
        ")
         SELECT DISTINCT (SELECT p.step FROM run_metric_points p
             WHERE p.metric = {metric} AND p.step >= share.step AND p.step <= "
    ))
    .bind(last)
    .push("\nORDER BY p.step LIMIT 1) AS known\nFROM share\nORDER BY known");
    tx.search(&sql.text, &sql.params, |row| row.get(0)).await
}

/// Each of these steps, and the last step before the next of them.
async fn tails(tx: &mut Tx<'_>, metric: i64, last: i64, steps: &[i64]) -> Result<Vec<(i64, i64)>> {
    let next = steps.iter().skip(1).map(|step| step - 1).chain([last]);
    let mut sql = Sql::default();
    sql.push("WITH share (step, stop) AS (VALUES ");
    values(&mut sql, steps.iter().zip(next).map(|(step, stop)| [*step, stop]));
    let metric = sql.place(metric);
    sql.push(&format!(
        ")
         SELECT step, (SELECT p.step FROM run_metric_points p
             WHERE p.metric = {metric} AND p.step >= share.step AND p.step <= share.stop
             ORDER BY p.step DESC LIMIT 1) AS tail
         FROM share
         ORDER BY share.step"
    ));
    tx.search(&sql.text, &sql.params, |row| Ok((row.get(0)?, row.get(1)?))).await
}

/// For each of these steps the times of its first and its last point.
async fn times(tx: &mut Tx<'_>, metric: i64, steps: &[i64]) -> Result<Vec<(i64, i64, i64)>> {
    let mut sql = Sql::default();
    sql.push("WITH share (step) AS (VALUES ");
    values(&mut sql, steps.iter().map(|step| [*step]));
    let metric = sql.place(metric);
    let end = |direction: &str| {
        format!(
            "(SELECT p.timestamp FROM run_metric_points p WHERE p.metric = {metric} AND p.step = share.step
             ORDER BY p.timestamp {direction} LIMIT 1)"
        )
    };
    sql.push(&format!(")\nSELECT step, {}, {}\nFROM share\nORDER BY step", end("ASC"), end("DESC")));
    tx.search(&sql.text, &sql.params, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).await
}

/// For each of these steps and times the first point of that step at or after that time; none twice.
async fn first_points(tx: &mut Tx<'_>, metric: i64, from: &[(i64, i64)]) -> Result<Vec<Point>> {
    let mut sql = Sql::default();
    sql.push("WITH share (step, time) AS (VALUES ");
    values(&mut sql, from.iter().map(|(step, time)| [*step, *time]));
    let metric = sql.place(metric);
    let first = |column: &str| {
        format!(
            "(SELECT p.{column} FROM run_metric_points p
             WHERE p.metric = {metric} AND p.timestamp = known.timestamp AND p.step = known.step
             ORDER BY p.value, p.is_nan LIMIT 1)"
        )
    };
    sql.push(&format!(
        "), known (step, timestamp) AS MATERIALIZED (
         SELECT DISTINCT share.step, (SELECT p.timestamp FROM run_metric_points p
             WHERE p.metric = {metric} AND p.step = share.step AND p.timestamp >= share.time
             ORDER BY p.timestamp LIMIT 1)
         FROM share)
         SELECT {}, {}, timestamp, step
         FROM known
         ORDER BY step, timestamp",
        first("value"),
        first("is_nan")
    ));
    tx.search(&sql.text, &sql.params, from_row).await
}

/// Adds `($1, $2), ($3, $4) ...`.
fn values<const N: usize>(sql: &mut Sql, rows: impl Iterator<Item = [i64; N]>) {
    for (index, row) in rows.enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" });
        for (column, value) in row.into_iter().enumerate() {
            sql.push(if column == 0 { "" } else { ", " }).bind(value);
        }
        sql.push(")");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_begin_as_mlflows_buckets_do() {
        assert_eq!(starts(0, 9, 4), [0, 3, 6, 8]);
        assert_eq!(starts(5, 6, 4), [5, 6]);
        assert_eq!(starts(-3, -3, 1), [-3]);
        assert_eq!(starts(i64::MIN, i64::MAX, 2), [i64::MIN, 0]);
    }
}
