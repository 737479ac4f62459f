//! The points of a run's metric: all of them page by page, or a sample for a chart.

use greenroom_core::Result;
use serde_json::{Value, json};

use crate::db::{Row, Tx};
use crate::page;
use crate::search::bad_token;

/// One point; the metric is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Finite, or NaN.
    pub value: f64,
    /// Unix milliseconds.
    pub timestamp: i64,
    /// Any whole number.
    pub step: i64,
}

/// Reads value, `is_nan`, timestamp and step.
pub(crate) fn from_row(row: &Row<'_>) -> Result<Point> {
    let value = if row.get(1)? { f64::NAN } else { row.get(0)? };
    Ok(Point { value, timestamp: row.get(2)?, step: row.get(3)? })
}

const NUMBER: &str = "SELECT number FROM run_metrics WHERE run_id = $1 AND key = $2";

/// The number under which the points of a run's metric are kept, if it has any.
pub async fn number(tx: &mut Tx<'_>, run_id: &str, key: &str) -> Result<Option<i64>> {
    tx.opt(NUMBER, &[run_id.into(), key.into()], |row| row.get(0)).await
}

const FIRST: &str = "SELECT value, is_nan, timestamp, step
     FROM run_metric_points
     WHERE metric = $1
     ORDER BY timestamp, step, value, is_nan
     LIMIT $2";

const NEXT: &str = "SELECT value, is_nan, timestamp, step
     FROM run_metric_points
     WHERE metric = $1 AND (timestamp, step, value, is_nan) > ($2, $3, $4, $5)
     ORDER BY timestamp, step, value, is_nan
     LIMIT $6";

/// A page of a metric's points by time, then step, then value, and the token of the next page if there is one.
pub async fn page(
    tx: &mut Tx<'_>,
    metric: i64,
    limit: i64,
    token: Option<&str>,
) -> Result<(Vec<Point>, Option<String>)> {
    let name = format!("history:{metric}");
    let rows = limit.saturating_add(1);
    let mut points = match token.map(|token| page::read_token(token, &name, 4)).transpose()? {
        None => tx.all(FIRST, &[metric.into(), rows.into()], from_row).await?,
        Some(place) => {
            let (value, is_nan) = place_value(&place)?;
            let params = [
                metric.into(),
                integer(&place[0])?.into(),
                integer(&place[1])?.into(),
                value.into(),
                is_nan.into(),
                rows.into(),
            ];
            tx.all(NEXT, &params, from_row).await?
        }
    };
    let more = page::cut(&mut points, limit);
    let token = points.last().filter(|_| more).map(|point| {
        let nan = point.value.is_nan();
        let value = if nan { 0.0 } else { point.value };
        // The value as text: JSON's readers do not all give back the same float.
        page::token(
            &name,
            &[json!(point.timestamp), json!(point.step), json!(format!("{value:?}")), json!(nan)],
        )
    });
    Ok((points, token))
}

fn integer(value: &Value) -> Result<i64> {
    value.as_i64().ok_or_else(bad_token)
}

fn place_value(place: &[Value]) -> Result<(f64, bool)> {
    let value = place[2].as_str().and_then(|text| text.parse::<f64>().ok()).filter(|value| value.is_finite());
    value.zip(place[3].as_bool()).ok_or_else(bad_token)
}
