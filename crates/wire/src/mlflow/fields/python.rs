//! JSON values as Python names, prints and reads them: MLflow's messages and tolerances come from there.

use serde_json::Value;

/// JSON as Python's `json.dumps` prints it: ASCII only. Cut where it gets long: it only has to be recognised.
pub(super) fn json(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        if out.len() > 500 {
            out.push_str("...");
            break;
        }
        if c.is_ascii() {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

/// The name that Python has for the type.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(n) if n.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// A whole number. Protobuf's JSON form takes it also as text.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only for floats that are whole and small")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// A float. Protobuf's JSON form takes it also as text, and spells what JSON has no numbers for:
/// `NaN`, `Infinity`, `-Infinity`. Python's `float()` adds truths, and any case but `nan`.
pub(super) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::String(text) if text == "nan" => None,
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
