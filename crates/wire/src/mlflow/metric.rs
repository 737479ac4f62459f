//! A metric as MLflow's clients read and write it.

use greenroom_core::Result;
use greenroom_core::metric::{LoggedMetric, Metric as Point};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Fields;

/// One point of a metric.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Metric {
    /// The metric's name.
    pub key: String,
    /// A number; what is none is written as text, as protobuf does.
    #[serde(serialize_with = "write_float", deserialize_with = "read_float")]
    pub value: f64,
    /// Unix milliseconds.
    pub timestamp: i64,
    /// The step.
    pub step: i64,
}

impl From<Point> for Metric {
    fn from(point: Point) -> Self {
        Self { key: point.key, value: point.value, timestamp: point.timestamp, step: point.step }
    }
}

/// Reads a point from a request's fields; `path` leads to them and is empty for the request itself.
pub fn logged(fields: &Fields, path: &str) -> Result<LoggedMetric> {
    let point = Point::new(
        path,
        fields.text_or_empty("key"),
        fields.float("value").unwrap_or_default(),
        fields.int("timestamp").unwrap_or_default(),
        fields.int("step").unwrap_or_default(),
    )?;
    LoggedMetric::new(
        point,
        fields.text_or_empty("model_id"),
        fields.text_or_empty("dataset_name"),
        fields.text_or_empty("dataset_digest"),
    )
}

/// Writes a float as protobuf's JSON form does.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub(crate) fn write_float<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    if value.is_nan() {
        to.serialize_str("NaN")
    } else if value.is_infinite() {
        to.serialize_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        to.serialize_f64(*value)
    }
}

/// Reads what [`write_float`] wrote.
pub(crate) fn read_float<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let value = Value::deserialize(from)?;
    value
        .as_f64()
        .or_else(|| value.as_str()?.parse().ok())
        .ok_or_else(|| serde::de::Error::custom("expected a number, \"NaN\", \"Infinity\" or \"-Infinity\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_travel_there_and_back() {
        for (value, written) in [
            (1.0, "1.0"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "\"NaN\""),
            (f64::INFINITY, "\"Infinity\""),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ] {
            let metric = Metric { key: "k".into(), value, timestamp: 1, step: 0 };
            let text = serde_json::to_string(&metric).expect("JSON");
            assert_eq!(text, format!(r#"{{"key":"k","value":{written},"timestamp":1,"step":0}}"#));
            let back: Metric = serde_json::from_str(&text).expect("the same");
            assert!(back.value.to_bits() == value.to_bits() || (back.value.is_nan() && value.is_nan()));
        }
        serde_json::from_str::<Metric>(r#"{"key":"k","value":"x","timestamp":1,"step":0}"#)
            .expect_err("no number");
    }
}
