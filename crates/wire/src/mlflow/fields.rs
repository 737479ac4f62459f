//! Reading a request as MLflow's server does: JSON with the rules of protobuf's JSON form, checked field by
//! field against a schema, with MLflow's messages.
//!
//! The quirks are kept because clients met them: both spellings of a name are understood but not together;
//! types are complained about before what is missing, but only when some field has a wrong type; a malformed
//! body counts as empty.

use std::collections::BTreeMap;

use greenroom_core::{Error, Result};
use serde_json::{Map, Value};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Bool,
    /// A number, at most this.
    Int(i64),
    /// Strings.
    TextList,
    /// Objects with `key` and `value`.
    Tags,
}

/// One field of a request.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// In `snake_case`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether absent, null and `""` are refused.
    pub required: bool,
}

impl Field {
    /// A field that must be there.
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: true }
    }

    /// A field that may be left out.
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: false }
    }
}

/// A request's fields, checked.
#[derive(Debug, Default)]
pub struct Fields {
    values: BTreeMap<&'static str, Value>,
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
            Value::Null => Self::check(schema, Map::new()),
            Value::Object(map) => Self::check(schema, map),
            other => Err(Error::invalid(format!(
                "The request body must be a JSON object, got {}.",
                python_type(&other)
            ))),
        }
    }

    /// Reads a query: repeated fields repeat the key, of other fields the first counts.
    pub fn from_query(schema: &[Field], pairs: &[(String, String)]) -> Result<Self> {
        let mut map = Map::new();
        for field in schema {
            let mut values = pairs.iter().filter(|(key, _)| key == field.name).map(|(_, value)| value);
            if matches!(field.kind, Kind::TextList | Kind::Tags) {
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
        Self::check(schema, map)
    }

    fn check(schema: &[Field], mut map: Map<String, Value>) -> Result<Self> {
        let mut all_fit = true;
        for field in schema {
            let camel = camel_case(field.name);
            if camel != field.name && map.contains_key(&camel) {
                if map.contains_key(field.name) {
                    return Err(Error::invalid(format!(
                        "Request specifies both '{}' and '{camel}'; provide only one of them.",
                        field.name
                    )));
                }
                // MLflow looks for required fields by their own name only.
                if let Some(value) = map.remove(&camel).filter(|_| !field.required) {
                    map.insert(field.name.to_owned(), value);
                }
            }
            all_fit &= map.get(field.name).is_none_or(|value| fits(field.kind, value));
        }
        let mut values = BTreeMap::new();
        for field in schema {
            let value = map.remove(field.name);
            if value.is_none() && !field.required {
                continue;
            }
            let value = value.unwrap_or(Value::Null);
            if !all_fit && !passes_alone(field.kind, &value) {
                return Err(wrong_type(field.name, &value));
            }
            if field.required && (value.is_null() || value == "") {
                return Err(Error::missing(field.name));
            }
            if let Kind::Int(most) = field.kind
                && integer(&value).is_some_and(|number| number > most)
            {
                return Err(wrong_type(field.name, &value));
            }
            if !value.is_null() {
                values.insert(field.name, value);
            }
        }
        Ok(Self { values })
    }

    /// A text, `None` when absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Value::as_str)
    }

    /// A text, empty when absent.
    pub fn text_or_empty(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// A truth, false when absent.
    pub fn flag(&self, name: &str) -> bool {
        self.values.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A number, `None` when absent.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(integer)
    }

    /// Strings, empty when absent.
    pub fn list(&self, name: &str) -> Vec<String> {
        let items = self.values.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Keys and values in the order given, empty when absent.
    pub fn tags(&self, name: &str) -> Vec<(String, String)> {
        let items = self.values.get(name).and_then(Value::as_array);
        let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
        items.into_iter().flatten().map(|item| (text(item, "key"), text(item, "value"))).collect()
    }
}

fn camel_case(name: &str) -> String {
    let mut pieces = name.split('_');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let mut chars = piece.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    out
}

/// Protobuf's JSON form takes whole numbers also as text.
fn integer(value: &Value) -> Option<i64> {
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

/// Whether a value has the field's type; null counts as absent.
fn fits(kind: Kind, value: &Value) -> bool {
    if value.is_null() {
        return true;
    }
    let text_or_absent = |item: &Value, key: &str| item[key].is_null() || item[key].is_string();
    match kind {
        Kind::Text => value.is_string(),
        Kind::Bool => value.is_boolean(),
        // Protobuf's field has 32 bits.
        Kind::Int(_) => integer(value).is_some_and(|n| i32::try_from(n).is_ok()),
        Kind::TextList => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        Kind::Tags => value.as_array().is_some_and(|items| {
            items.iter().all(|i| i.is_object() && text_or_absent(i, "key") && text_or_absent(i, "value"))
        }),
    }
}

/// Once something does not fit, MLflow looks at each field again with blunter checks, null included.
fn passes_alone(kind: Kind, value: &Value) -> bool {
    !value.is_null() && fits(kind, value)
}

fn wrong_type(name: &str, value: &Value) -> Error {
    let shown = python_json(value);
    Error::invalid(format!(
        "Invalid value {shown} for parameter '{name}' supplied:  Hint: Value was of type '{}'. See the API docs for more \
         information about request parameters.",
        python_type(value)
    ))
}

/// JSON as Python's `json.dumps` prints it: ASCII only. Cut where it gets long: it only has to be recognised.
fn python_json(value: &Value) -> String {
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

/// The name that Python has for the type; MLflow's messages use it.
fn python_type(value: &Value) -> &'static str {
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

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &[Field] = &[
        Field::required("name", Kind::Text),
        Field::required("new_name", Kind::Text),
        Field::optional("flag", Kind::Bool),
        Field::optional("max_results", Kind::Int(1000)),
        Field::optional("stages", Kind::TextList),
        Field::optional("tags", Kind::Tags),
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
}
