//! The models that a run logged, as clients of MLflow 1 and 2 keep them: a JSON list in one of the run's tags.

use serde_json::{Map, Value};

use crate::run::MODEL_HISTORY_TAG;
use crate::{Error, Result, python};

/// Fields that every model has.
const MANDATORY: [&str; 4] = ["artifact_path", "flavors", "utc_time_created", "run_id"];
/// Characters in the list. MLflow's column ends far earlier, but its server does not look.
const MAX_HISTORY: usize = 100_000;

/// Reads a client's `MLmodel` (JSON); what the list keeps of it.
pub fn entry(model_json: &str) -> Result<Value> {
    let malformed = |what: &str| {
        Error::invalid(format!("Malformed model info. \n {model_json} \n is not a valid JSON{what}."))
    };
    let model: Value = serde_json::from_str(model_json).map_err(|_| malformed(""))?;
    let Value::Object(mut model) = model else { return Err(malformed(" object")) };
    let missing: Vec<String> =
        MANDATORY.iter().filter(|field| !model.contains_key(**field)).map(|f| python::text(f)).collect();
    if !missing.is_empty() {
        return Err(Error::invalid(format!(
            "Model json is missing mandatory fields: {{{}}}",
            missing.join(", ")
        )));
    }
    let Some(Value::Object(flavors)) = model.remove("flavors") else {
        return Err(Error::invalid("Model json must have an object as 'flavors'."));
    };

    let mut kept = Map::new();
    for field in ["run_id", "artifact_path", "utc_time_created", "model_uuid"] {
        kept.insert(field.to_owned(), model.remove(field).unwrap_or_default());
    }
    kept.insert("flavors".to_owned(), flavors.into_iter().map(without_config).collect());
    Ok(kept.into())
}

/// A flavor's configuration may hold the whole model.
fn without_config((name, mut flavor): (String, Value)) -> (String, Value) {
    if let Value::Object(fields) = &mut flavor {
        fields.remove("config");
    }
    (name, flavor)
}

/// The list with one more model in it.
pub fn append(history: Option<&str>, entry: &Value) -> Result<String> {
    let mut list = match history.map(serde_json::from_str) {
        None => Vec::new(),
        Some(Ok(Value::Array(list))) => list,
        Some(_) => {
            return Err(Error::invalid(format!(
                "The run's tag '{MODEL_HISTORY_TAG}' does not hold a JSON list. Delete it first."
            )));
        }
    };
    list.push(entry.clone());
    let text = Value::from(list).to_string();
    crate::name::check_text(MODEL_HISTORY_TAG, &text, MAX_HISTORY)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = r#"{"artifact_path":"p","flavors":{"sklearn":{"v":1,"config":"long"}},"utc_time_created":"t","run_id":"r","extra":1}"#;

    #[test]
    fn the_list_keeps_what_clients_read() {
        let kept = entry(MODEL).expect("a model");
        assert_eq!(
            kept,
            serde_json::json!({ "artifact_path": "p", "flavors": { "sklearn": { "v": 1 } }, "model_uuid": null,
                "run_id": "r", "utc_time_created": "t" })
        );
        let once = append(None, &kept).expect("a list");
        let twice: Value =
            serde_json::from_str(&append(Some(&once), &kept).expect("a longer list")).expect("JSON");
        assert_eq!(twice, serde_json::json!([kept, kept]));
    }

    #[test]
    fn what_is_no_model_is_refused() {
        for (bad, message) in [
            ("x", "Malformed model info. \n x \n is not a valid JSON."),
            ("[]", "Malformed model info. \n [] \n is not a valid JSON object."),
            (
                r#"{"run_id":"a"}"#,
                "Model json is missing mandatory fields: {'artifact_path', 'flavors', 'utc_time_created'}",
            ),
            (
                r#"{"artifact_path":"p","flavors":5,"utc_time_created":"t","run_id":"r"}"#,
                "Model json must have an object as 'flavors'.",
            ),
        ] {
            assert_eq!(entry(bad).expect_err(bad).message, message);
        }
        append(Some("no list"), &Value::Null).expect_err("somebody else's tag");
        append(Some("{}"), &Value::Null).expect_err("somebody else's tag");
        append(Some(&format!("[\"{}\"]", "x".repeat(MAX_HISTORY))), &Value::Null).expect_err("too long");
    }
}
