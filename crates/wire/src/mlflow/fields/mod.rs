//! Reading a request as MLflow's server does: JSON with the rules of protobuf's JSON form, checked field by
//! field against a schema, with MLflow's messages.
//!
//! The quirks are kept because clients met them: both spellings of a name are understood but not together;
//! types are complained about before what is missing, but only when some field has a wrong type; a malformed
//! body counts as empty. What MLflow does with wrong types inside lists is not kept: it takes in what it
//! had read so far and drops the rest without a word. Here they are refused like any other.

mod check;
mod python;

use greenroom_core::{Error, Result};
use serde_json::{Map, Value};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Bool,
    /// A number of 32 bits, at most this.
    Int(i64),
    /// A number of 64 bits: a time, a step.
    Long,
    /// A number with a fraction, or `"NaN"`, `"Infinity"`, `"-Infinity"`.
    Float,
    /// One of these words, or its number.
    Enum(&'static [(&'static str, i64)]),
    /// Strings.
    TextList,
    /// An object with these fields.
    Object(&'static [Field]),
    /// Objects, each with these fields.
    Objects(&'static [Field]),
}

impl Kind {
    /// Objects with `key` and `value`, as [`Fields::pairs`] reads them.
    pub const PAIRS: Self =
        Self::Objects(&[Field::optional("key", Self::Text), Field::optional("value", Self::Text)]);
}

/// One field of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// In `snake_case`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether absent, null and `""` are refused.
    pub required: bool,
    /// What old clients call it; counts when the field itself is absent or null.
    pub old_name: Option<&'static str>,
}

impl Field {
    /// A field that must be there.
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: true, old_name: None }
    }

    /// A field that may be left out.
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: false, old_name: None }
    }

    /// The same field, which old clients call otherwise.
    #[must_use]
    pub const fn once(self, old_name: &'static str) -> Self {
        Self { old_name: Some(old_name), ..self }
    }
}

/// The fields of a request, or of an object in it, checked.
#[derive(Debug, Default)]
pub struct Fields {
    values: Vec<(&'static str, Checked)>,
}

/// A value of its field's kind.
#[derive(Debug)]
enum Checked {
    Text(String),
    Bool(bool),
    Int(i64),
    Float(f64),
    Enum(&'static str),
    TextList(Vec<String>),
    Object(Fields),
    Objects(Vec<Fields>),
}

impl Fields {
    /// Reads a JSON body. Malformed and empty bodies count as `{}`; a string that holds JSON is read again.
    pub fn from_body(schema: &[Field], body: &[u8]) -> Result<Self> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let value = match serde_json::from_slice(body) {
            Ok(Value::String(inner)) => serde_json::from_str(&inner).map_err(|_| {
                Error::invalid("The request body is a JSON string that does not hold a JSON object.")
            })?,
            Ok(value) => value,
            Err(_) => Value::Null,
        };
        match value {
            Value::Null => check::request(schema, Map::new()),
            Value::Object(map) => check::request(schema, map),
            other => Err(Error::invalid(format!(
                "The request body must be a JSON object, got {}.",
                python::type_name(&other)
            ))),
        }
    }

    /// Reads a query: repeated fields repeat the key, of other fields the first counts.
    pub fn from_query(schema: &[Field], pairs: &[(String, String)]) -> Result<Self> {
        let mut map = Map::new();
        for field in schema {
            let name = |name: &str| pairs.iter().any(|(key, _)| key == name);
            let asked = field.old_name.filter(|_| !name(field.name)).unwrap_or(field.name);
            let mut values = pairs.iter().filter(|(key, _)| key == asked).map(|(_, value)| value);
            if matches!(field.kind, Kind::TextList | Kind::Objects(_)) {
                let list: Vec<Value> = values.map(|v| Value::from(v.as_str())).collect();
                if !list.is_empty() {
                    map.insert(field.name.to_owned(), list.into());
                }
            } else if let Some(value) = values.next() {
                let value = match (field.kind, value.to_lowercase().as_str()) {
                    (Kind::Bool, "true") => true.into(),
                    (Kind::Bool, "false") => false.into(),
                    (Kind::Bool, _) => {
                        return Err(Error::invalid(format!(
                            "Invalid boolean value: {value}, must be 'true' or 'false'."
                        )));
                    }
                    _ => Value::from(value.as_str()),
                };
                map.insert(field.name.to_owned(), value);
            }
        }
        check::request(schema, map)
    }

    fn get(&self, name: &str) -> Option<&Checked> {
        self.values.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// A text, or the word of an enumeration; `None` when absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Checked::Text(text) => Some(text),
            Checked::Enum(word) => Some(word),
            _ => None,
        }
    }

    /// A text, empty when absent.
    pub fn text_or_empty(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// A truth, false when absent.
    pub fn flag(&self, name: &str) -> bool {
        self.flag_if_given(name).unwrap_or_default()
    }

    /// A truth, `None` when absent.
    pub fn flag_if_given(&self, name: &str) -> Option<bool> {
        if let Some(Checked::Bool(truth)) = self.get(name) { Some(*truth) } else { None }
    }

    /// A whole number, `None` when absent.
    pub fn int(&self, name: &str) -> Option<i64> {
        if let Some(Checked::Int(number)) = self.get(name) { Some(*number) } else { None }
    }

    /// A float, `None` when absent.
    pub fn float(&self, name: &str) -> Option<f64> {
        if let Some(Checked::Float(number)) = self.get(name) { Some(*number) } else { None }
    }

    /// Strings, empty when absent.
    pub fn list(&self, name: &str) -> Vec<String> {
        if let Some(Checked::TextList(items)) = self.get(name) { items.clone() } else { Vec::new() }
    }

    /// An object, `None` when absent.
    pub fn object(&self, name: &str) -> Option<&Self> {
        if let Some(Checked::Object(fields)) = self.get(name) { Some(fields) } else { None }
    }

    /// Objects, empty when absent.
    pub fn objects(&self, name: &str) -> &[Self] {
        if let Some(Checked::Objects(items)) = self.get(name) { items } else { &[] }
    }

    /// Keys and values in the order given, empty when absent.
    pub fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let text = |item: &Self, name: &str| item.text_or_empty(name).to_owned();
        self.objects(name).iter().map(|item| (text(item, "key"), text(item, "value"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &[Field] = &[
        Field::required("name", Kind::Text),
        Field::required("new_name", Kind::Text),
        Field::optional("flag", Kind::Bool),
        Field::optional("max_results", Kind::Int(1000)),
        Field::optional("stages", Kind::TextList),
        Field::optional("tags", Kind::PAIRS),
    ];

    fn refusal(body: &str) -> String {
        Fields::from_body(SCHEMA, body.as_bytes()).expect_err(body).message
    }

    #[test]
    fn both_spellings_are_read_but_not_together() {
        let body = br#"{"name":"a","new_name":"b","maxResults":5}"#;
        assert_eq!(Fields::from_body(SCHEMA, body).expect("camel case").int("max_results"), Some(5));
        assert!(
            refusal(r#"{"name":"a","newName":"b"}"#)
                .starts_with("Missing value for required parameter 'new_name'")
        );
        assert_eq!(
            refusal(r#"{"name":"a","newName":"b","new_name":"c"}"#),
            "Request specifies both 'new_name' and 'newName'; provide only one of them."
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        for body in ["", "{", "null", "{}", r#"{"name":""}"#, r#"{"name":null}"#] {
            assert_eq!(
                refusal(body),
                "Missing value for required parameter 'name'. See the API docs for more information about request parameters."
            );
        }
        refusal("[]");
        refusal("\"{\"");
        refusal("5");
    }

    #[test]
    fn types_are_named_as_python_names_them() {
        for (body, shown, kind) in [
            (r#"{"name":5,"new_name":"b"}"#, "5 for parameter 'name'", "int"),
            (r#"{"name":"a","new_name":["é"]}"#, r#"["\u00e9"] for parameter 'new_name'"#, "list"),
            (r#"{"name":"a","new_name":"b","flag":"true"}"#, "\"true\" for parameter 'flag'", "str"),
            (r#"{"name":"a","new_name":"b","max_results":1001}"#, "1001 for parameter 'max_results'", "int"),
        ] {
            let message = refusal(body);
            assert!(message.contains(shown) && message.contains(&format!("type '{kind}'")), "{message}");
        }
    }

    #[test]
    fn queries_repeat_keys_and_spell_truth_out() {
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let mut query =
            vec![pair("name", "a"), pair("new_name", "b"), pair("stages", "X"), pair("stages", "Y")];
        query.push(pair("max_results", "7"));
        let fields = Fields::from_query(SCHEMA, &query).expect("valid");
        assert_eq!(
            (fields.list("stages"), fields.int("max_results")),
            (vec!["X".to_owned(), "Y".to_owned()], Some(7))
        );
        query.push(pair("flag", "yes"));
        let message = Fields::from_query(SCHEMA, &query).expect_err("not a boolean").message;
        assert_eq!(message, "Invalid boolean value: yes, must be 'true' or 'false'.");
    }

    const BATCH: &[Field] = &[
        Field::required("run_id", Kind::Text).once("run_uuid"),
        Field::optional("metrics", Kind::Objects(METRIC)),
        Field::optional("dataset", Kind::Object(&[Field::required("name", Kind::Text)])),
        Field::optional("status", Kind::Enum(&[("RUNNING", 1), ("FINISHED", 3)])),
    ];
    const METRIC: &[Field] = &[
        Field::required("key", Kind::Text),
        Field::required("value", Kind::Float),
        Field::required("timestamp", Kind::Long),
        Field::optional("model_id", Kind::Text),
    ];

    #[test]
    fn objects_hold_fields_of_their_own() {
        let body = br#"{"run_uuid":"r","status":3,"dataset":{"name":"d"},
            "metrics":[{"key":"a","value":0,"timestamp":9223372036854775807,"modelId":"m"},{"key":"b","value":"NaN","timestamp":"5"}]}"#;
        let fields = Fields::from_body(BATCH, body).expect("valid");
        assert_eq!((fields.text("run_id"), fields.text("status")), (Some("r"), Some("FINISHED")));
        assert_eq!(fields.object("dataset").and_then(|d| d.text("name")), Some("d"));
        let [a, b] = fields.objects("metrics") else { panic!("two metrics") };
        assert_eq!(
            (a.float("value"), a.int("timestamp"), a.text("model_id")),
            (Some(0.0), Some(i64::MAX), Some("m"))
        );
        assert!(b.float("value").is_some_and(f64::is_nan) && b.int("timestamp") == Some(5));
    }

    #[test]
    fn floats_read_as_pythons_float_does() {
        let read = |value: &str| {
            let body = format!(r#"{{"key":"k","value":{value},"timestamp":1}}"#);
            Fields::from_body(METRIC, body.as_bytes()).map(|fields| fields.float("value"))
        };
        for (value, number) in [
            ("1", 1.0),
            ("-0.5", -0.5),
            ("\"1.5\"", 1.5),
            ("true", 1.0),
            ("\"Infinity\"", f64::INFINITY),
            ("\"-Infinity\"", f64::NEG_INFINITY),
            ("\"1e400\"", f64::INFINITY),
            // To the last bit, which a quick parser gets wrong.
            ("51.248178375505404", 51.248_178_375_505_404),
            ("-93.31137037688033", -93.311_370_376_880_33),
            ("-36.573994842753436", -36.573_994_842_753_436),
        ] {
            assert_eq!(read(value), Ok(Some(number)), "{value}");
        }
        for bad in ["\"x\"", "\"nan\"", "[1]", "{}", "null", "\"\""] {
            read(bad).expect_err(bad);
        }
    }

    #[test]
    fn what_is_wrong_inside_is_named_by_its_path() {
        let refusal = |body: &str| Fields::from_body(BATCH, body.as_bytes()).expect_err(body).message;
        for (body, start) in [
            (
                r#"{"run_id":"r","metrics":[{"value":1,"timestamp":1}]}"#,
                "Missing value for required parameter 'metrics[0].key'.",
            ),
            (
                r#"{"run_id":"r","metrics":[{"key":"a","value":"","timestamp":1}]}"#,
                "Missing value for required parameter 'metrics[0].value'.",
            ),
            (
                r#"{"run_id":"r","metrics":[{"key":"","timestamp":1},{"key":5}]}"#,
                "Invalid value 5 for parameter 'metrics[1].key'",
            ),
            (
                r#"{"run_id":"r","metrics":[{"key":"a","value":1,"timestamp":1.5}]}"#,
                "Invalid value 1.5 for parameter 'metrics[0].timestamp'",
            ),
            (r#"{"run_id":"r","metrics":[7]}"#, "Invalid value 7 for parameter 'metrics[0]'"),
            (r#"{"run_id":"r","metrics":{}}"#, "Invalid value {} for parameter 'metrics'"),
            (
                r#"{"run_id":"r","metrics":[{"model_id":"a","modelId":"b"}]}"#,
                "Request specifies both 'model_id' and 'modelId'",
            ),
            (r#"{"run_id":"r","dataset":{}}"#, "Missing value for required parameter 'dataset.name'."),
            (r#"{"run_id":"r","dataset":[]}"#, "Invalid value [] for parameter 'dataset'"),
            (r#"{"run_id":"r","status":9}"#, "Invalid value 9 for parameter 'status'"),
            (r#"{"run_id":"","run_uuid":"r"}"#, "Missing value for required parameter 'run_id'."),
        ] {
            let message = refusal(body);
            assert!(message.starts_with(start), "{body}: {message}");
        }
        let dropped = Fields::from_body(BATCH, br#"{"run_id":"r","status":"LOST"}"#).expect("dropped");
        assert_eq!(dropped.text("status"), None);
    }
}
