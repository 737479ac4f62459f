//! Metrics: named numbers over steps and time.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use crate::name::{invalid_value, too_long};
use crate::tag::check_key_of;
use crate::{Error, Result, python};

/// Characters in a key (MLflow: `MAX_ENTITY_KEY_LENGTH`).
const MAX_KEY: usize = 250;

/// One point of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// The metric's name.
    pub key: String,
    /// Finite, or NaN: MLflow keeps the infinities as the largest finite numbers.
    pub value: f64,
    /// Unix milliseconds, not negative.
    pub timestamp: i64,
    /// Any whole number.
    pub step: i64,
}

impl Metric {
    /// Checks a point; `path` leads to it in the request and is empty for the request itself.
    pub fn new(path: &str, key: &str, value: f64, timestamp: i64, step: i64) -> Result<Self> {
        let named = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        check_key_of(&named("name"), key)?;
        if timestamp < 0 {
            return Err(Error::invalid(format!(
                "Invalid value {timestamp} for parameter '{}' supplied: metric '{key}' (value={}). Timestamp must be a \
                 nonnegative long (64-bit integer) ",
                named("timestamp"),
                python::float(value)
            )));
        }
        if key.chars().count() > MAX_KEY {
            return Err(too_long("Metric name", MAX_KEY));
        }
        let value = if value.is_nan() { value } else { value.clamp(f64::MIN, f64::MAX) };
        Ok(Self { key: key.to_owned(), value, timestamp, step })
    }

    /// What sorts points by age. A NaN sorts like 0, as it is kept.
    fn age(&self) -> (i64, i64, f64) {
        (self.step, self.timestamp, if self.value.is_nan() { 0.0 } else { self.value })
    }

    /// Whether this point is later than another of the same metric: by step, then time, then value.
    pub fn is_later_than(&self, other: &Self) -> bool {
        self.age().partial_cmp(&other.age()) == Some(Ordering::Greater)
    }

    /// What makes a point that point: the same logged twice is one.
    fn identity(&self) -> (&str, i64, i64, u64, bool) {
        // 0.0 and -0.0 are one value in a database.
        let value = if self.value == 0.0 || self.value.is_nan() { 0.0 } else { self.value };
        (&self.key, self.timestamp, self.step, value.to_bits(), self.value.is_nan())
    }
}

/// Each point once, in the order given.
pub fn distinct<'a>(points: impl IntoIterator<Item = &'a Metric>) -> Vec<&'a Metric> {
    let mut seen = HashSet::new();
    points.into_iter().filter(|point| seen.insert(point.identity())).collect()
}

/// The latest point of each metric, by key.
pub fn latest<'a>(points: impl IntoIterator<Item = &'a Metric>) -> Vec<&'a Metric> {
    let mut latest: BTreeMap<&str, &Metric> = BTreeMap::new();
    for point in points {
        let known = latest.entry(&point.key).or_insert(point);
        if point.is_later_than(known) {
            *known = point;
        }
    }
    latest.into_values().collect()
}

/// Which logged model a point belongs to, and which dataset it was measured on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricOwner {
    /// The logged model's id.
    pub model_id: String,
    /// The dataset's name; empty = none.
    pub dataset_name: String,
    /// The dataset's digest; empty = none.
    pub dataset_digest: String,
}

/// A point as a client logs it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedMetric {
    /// The point.
    pub metric: Metric,
    /// `None` = of the run alone.
    pub owner: Option<MetricOwner>,
}

impl LoggedMetric {
    /// A point with what it was measured on; empty = not given.
    pub fn new(metric: Metric, model_id: &str, dataset_name: &str, dataset_digest: &str) -> Result<Self> {
        if dataset_name.is_empty() != dataset_digest.is_empty() {
            return Err(Error::invalid(
                "Both dataset_name and dataset_digest must be provided if one is provided",
            ));
        }
        for (parameter, text) in
            [("model_id", model_id), ("dataset_name", dataset_name), ("dataset_digest", dataset_digest)]
        {
            if text.contains('\0') {
                return Err(invalid_value(parameter, text, "It cannot contain NUL characters."));
            }
        }
        let owner = (!model_id.is_empty()).then(|| MetricOwner {
            model_id: model_id.to_owned(),
            dataset_name: dataset_name.to_owned(),
            dataset_digest: dataset_digest.to_owned(),
        });
        Ok(Self { metric, owner })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: i64, timestamp: i64, value: f64) -> Metric {
        Metric { key: "m".into(), value, timestamp, step }
    }

    #[test]
    fn the_latest_point_is_by_step_then_time_then_value() {
        for (earlier, later) in [
            (point(0, 9, 9.0), point(1, 0, 0.0)),
            (point(1, 1, 9.0), point(1, 2, 0.0)),
            (point(1, 1, 1.0), point(1, 1, 2.0)),
            (point(1, 1, f64::NAN), point(1, 1, 0.5)),
            (point(1, 1, -0.5), point(1, 1, f64::NAN)),
        ] {
            assert!(later.is_later_than(&earlier) && !earlier.is_later_than(&later), "{earlier:?} {later:?}");
        }
        assert!(!point(1, 1, 0.0).is_later_than(&point(1, 1, f64::NAN)));
        let points = [point(2, 1, 1.0), point(3, 1, 1.0), point(1, 1, 1.0)];
        assert_eq!(latest(&points), [&points[1]]);
    }

    #[test]
    fn a_point_logged_twice_is_one() {
        let points = [
            point(1, 1, f64::NAN),
            point(1, 1, 0.0),
            point(1, 1, -0.0),
            point(1, 1, f64::NAN),
            point(1, 2, 0.0),
        ];
        assert_eq!(distinct(&points).len(), 3);
    }

    #[test]
    fn infinity_is_the_largest_number() {
        let value = |v| Metric::new("", "m", v, 0, 0).expect("valid").value;
        assert_eq!(value(f64::INFINITY).to_bits(), f64::MAX.to_bits());
        assert_eq!(value(f64::NEG_INFINITY).to_bits(), f64::MIN.to_bits());
        assert!(value(f64::NAN).is_nan());
    }

    #[test]
    fn messages_are_mlflows() {
        let refusal = |path, key: &str, timestamp| {
            Metric::new(path, key, 1.0, timestamp, 0).expect_err("refused").message
        };
        assert!(
            refusal("metrics[3]", "a#", 0)
                .starts_with("Invalid value \"a#\" for parameter 'metrics[3].name' supplied: Names may only")
        );
        assert_eq!(
            refusal("", "f", -1),
            "Invalid value -1 for parameter 'timestamp' supplied: metric 'f' (value=1.0). Timestamp must be a nonnegative \
             long (64-bit integer) "
        );
        assert_eq!(
            refusal("", &"k".repeat(251), 0),
            "'Metric name' exceeds the maximum length of 250 characters"
        );
        let metric = Metric::new("", "m", 1.0, 0, 0).expect("valid");
        assert_eq!(
            LoggedMetric::new(metric, "", "d", "").expect_err("half a dataset").message,
            "Both dataset_name and dataset_digest must be provided if one is provided"
        );
    }
}
