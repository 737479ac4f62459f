//! Holding a JSON object against a schema.

use greenroom_core::{Error, Result};
use serde_json::{Map, Value};

use super::{Checked, Field, Fields, Kind, python};

/// Why something is refused. MLflow asks about types first, and about what is missing or too much only when all
/// types are right.
enum Refusal {
    Type(Error),
    Value(Error),
}

/// Checks an object's fields; `path` leads to it and is empty for the request itself.
pub(super) fn request(schema: &[Field], map: Map<String, Value>) -> Result<Fields> {
    object(schema, map, "").map_err(|refusal| match refusal {
        Refusal::Type(error) | Refusal::Value(error) => error,
    })
}

fn object(schema: &[Field], mut map: Map<String, Value>, path: &str) -> Result<Fields, Refusal> {
    for field in schema {
        one_spelling(field, &mut map)?;
    }
    let mut checked = Vec::with_capacity(schema.len());
    for field in schema {
        let raw = map.remove(field.name);
        if raw.is_none() && !field.required {
            continue;
        }
        let raw = raw.unwrap_or_default();
        // What messages say of a value is said before the value is taken apart.
        let empty = raw.is_null() || raw == "";
        let null = raw.is_null().then(|| wrong_type(&named(path, field.name), &raw));
        checked.push((field, empty, null, value(field.kind, raw, &|| named(path, field.name))));
    }
    let all_fit = !checked.iter().any(|(.., outcome)| matches!(outcome, Err(Refusal::Type(_))));
    let mut values = Vec::with_capacity(checked.len());
    for (field, empty, null, outcome) in checked {
        // Once something does not fit, MLflow looks at each field again with blunter checks, null included.
        if !all_fit {
            if let Some(error) = null {
                return Err(Refusal::Type(error));
            }
            if let Err(Refusal::Type(error)) = outcome {
                return Err(Refusal::Type(error));
            }
        }
        if field.required && empty {
            return Err(Refusal::Value(Error::missing(&named(path, field.name))));
        }
        if let Some(value) = outcome? {
            values.push((field.name, value));
        }
    }
    Ok(Fields { values })
}

/// Brings a field's other spellings under its own name.
fn one_spelling(field: &Field, map: &mut Map<String, Value>) -> Result<(), Refusal> {
    let camel = camel_case(field.name);
    if field.name.contains('_') && map.contains_key(&camel) {
        if map.contains_key(field.name) {
            return Err(Refusal::Type(Error::invalid(format!(
                "Request specifies both '{}' and '{camel}'; provide only one of them.",
                field.name
            ))));
        }
        // MLflow looks for required fields by their own name only.
        if let Some(value) = map.remove(&camel).filter(|_| !field.required) {
            map.insert(field.name.to_owned(), value);
        }
    }
    if let Some(old) = field.old_name
        && map.get(field.name).is_none_or(Value::is_null)
        && let Some(value) = map.remove(old)
    {
        map.insert(field.name.to_owned(), value);
    }
    Ok(())
}

/// Reads a value as the field's kind; null counts as absent.
fn value(kind: Kind, raw: Value, path: &dyn Fn() -> String) -> Result<Option<Checked>, Refusal> {
    let refused = |raw: &Value| Refusal::Type(wrong_type(&path(), raw));
    Ok(Some(match (kind, raw) {
        (_, Value::Null) => return Ok(None),
        (Kind::Float, Value::String(text)) if text.is_empty() => return Ok(None),
        (Kind::Text, Value::String(text)) => Checked::Text(text),
        (Kind::Bool, Value::Bool(truth)) => Checked::Bool(truth),
        (Kind::Int(most), raw) => {
            // Protobuf's field has 32 bits; the bound is looked at once the types are known to be right.
            let number = python::integer(&raw).filter(|n| i32::try_from(*n).is_ok());
            match number.ok_or_else(|| refused(&raw))? {
                number if number > most => return Err(Refusal::Value(wrong_type(&path(), &raw))),
                number => Checked::Int(number),
            }
        }
        (Kind::Long, raw) => Checked::Int(python::integer(&raw).ok_or_else(|| refused(&raw))?),
        (Kind::Float, raw) => Checked::Float(python::float(&raw).ok_or_else(|| refused(&raw))?),
        (Kind::Enum(names), raw) => return enumerated(names, &raw).map_err(|()| refused(&raw)),
        (Kind::TextList, Value::Array(items)) if items.iter().all(Value::is_string) => {
            let text = |item| if let Value::String(text) = item { text } else { String::new() };
            Checked::TextList(items.into_iter().map(text).collect())
        }
        (Kind::Object(schema), Value::Object(map)) => Checked::Object(object(schema, map, &path())?),
        (Kind::Objects(schema), Value::Array(items)) => Checked::Objects(objects(schema, items, path)?),
        (_, raw) => return Err(refused(&raw)),
    }))
}

fn objects(schema: &[Field], items: Vec<Value>, path: &dyn Fn() -> String) -> Result<Vec<Fields>, Refusal> {
    let mut missing = None;
    let mut all = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let Value::Object(map) = item else {
            return Err(Refusal::Type(wrong_type(&format!("{}[{index}]", path()), &item)));
        };
        match object(schema, map, &format!("{}[{index}]", path())) {
            Ok(fields) => all.push(fields),
            Err(Refusal::Value(error)) => missing = missing.or(Some(error)),
            wrong => return wrong.map(|_| Vec::new()),
        }
    }
    missing.map_or(Ok(all), |error| Err(Refusal::Value(error)))
}

/// A word or its number. Unknown words are dropped, as protobuf's reader drops them; unknown numbers are not.
fn enumerated(names: &[(&'static str, i64)], raw: &Value) -> Result<Option<Checked>, ()> {
    let by_number = |number| names.iter().find(|(_, n)| *n == number).map(|(name, _)| Checked::Enum(name));
    match raw {
        Value::String(text) => {
            let by_name = names.iter().find(|(name, _)| name == text).map(|(name, _)| Checked::Enum(name));
            Ok(by_name.or_else(|| by_number(text.parse().ok()?)))
        }
        Value::Number(_) => python::integer(raw).and_then(by_number).map(Some).ok_or(()),
        _ => Err(()),
    }
}

fn named(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
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

fn wrong_type(path: &str, value: &Value) -> Error {
    let shown = python::json(value);
    Error::invalid(format!(
        "Invalid value {shown} for parameter '{path}' supplied:  Hint: Value was of type '{}'. See the API docs for more \
         information about request parameters.",
        python::type_name(value)
    ))
}
