//! A logged model: what a training run brought forth, before (and whether or not) it becomes a version of a
//! registered model. Limits are the column widths of MLflow's schema, which `SQLite` does not enforce and we do.

use std::collections::BTreeMap;

use crate::metric::Metric;
use crate::name::{check_text, invalid_value};
use crate::run::Param;
use crate::tag::Tag;
use crate::{Error, Result, python};

/// The tag in which MLflow's client lists the registered versions of a logged model.
pub const MODEL_VERSIONS: &str = "mlflow.modelVersions";
/// Characters in a name.
pub const MAX_NAME: usize = 500;
/// Characters in a model type.
pub const MAX_TYPE: usize = 500;
/// Characters in the id of the run it came from.
pub const MAX_RUN_ID: usize = 256;
/// Characters in the key of a tag or a parameter.
pub const MAX_KEY: usize = 255;
/// Characters in the value of a tag or a parameter (MLflow's columns are unbounded).
pub const MAX_VALUE: usize = 100_000;
/// Characters that no name may contain.
const RESERVED: [char; 6] = ['/', ':', '.', '%', '"', '\''];

/// How far a logged model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody said.
    Unspecified,
    /// Its artifacts are being written.
    Pending,
    /// Its artifacts are there.
    Ready,
    /// Writing them failed.
    UploadFailed,
}

impl Status {
    /// Every status, in the order of MLflow's enum: the place is the number on the wire.
    const ALL: [Self; 4] = [Self::Unspecified, Self::Pending, Self::Ready, Self::UploadFailed];

    /// The name on the wire, and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "LOGGED_MODEL_STATUS_UNSPECIFIED",
            Self::Pending => "LOGGED_MODEL_PENDING",
            Self::Ready => "LOGGED_MODEL_READY",
            Self::UploadFailed => "LOGGED_MODEL_UPLOAD_FAILED",
        }
    }

    /// Reads a name, or (as protobuf's JSON allows) the number. What is neither is refused: MLflow's server takes it for
    /// unspecified, and forgets how far the model was.
    pub fn parse(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .enumerate()
            .find_map(|(n, status)| (status.as_str() == text || n.to_string() == text).then_some(status))
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::as_str).join(", ");
                invalid_value("status", text, &format!("It must be one of {names}."))
            })
    }
}

/// The state of one logged model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedModel {
    /// `m-` and 32 hexadecimal digits.
    pub id: String,
    /// The experiment it belongs to.
    pub experiment_id: i64,
    /// Not unique.
    pub name: String,
    /// Free text; empty when not given.
    pub model_type: String,
    /// The run it came from; empty when it has none. Not checked to exist (MLflow's behaviour).
    pub source_run_id: String,
    /// How far it is.
    pub status: Status,
    /// What went wrong, if it did.
    pub status_message: Option<String>,
    /// Where its artifacts are.
    pub artifact_uri: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
    /// When it was deleted, if it was.
    pub deleted_at: Option<i64>,
}

/// A logged model with what hangs on it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedModelDetail {
    /// The model itself.
    pub model: LoggedModel,
    /// Ordered by key.
    pub tags: Vec<Tag>,
    /// Ordered by key.
    pub params: Vec<Param>,
    /// The latest point per key, run and dataset; ordered by these.
    pub metrics: Vec<ModelMetric>,
    /// The versions of registered models that came from it; ordered by name and number.
    pub registrations: Vec<Registration>,
}

/// What a run measured of a logged model, last.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelMetric {
    /// The latest point.
    pub metric: Metric,
    /// The run that measured.
    pub run_id: String,
    /// The dataset it was measured on; empty when not said.
    pub dataset_name: String,
    /// That dataset's digest; empty when not said.
    pub dataset_digest: String,
}

/// A version of a registered model that came from a logged model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The registered model's name.
    pub name: String,
    /// The version's number.
    pub version: i64,
}

/// Checks a name; an empty one counts as not given.
pub fn check_name(name: &str) -> Result<()> {
    if name.contains(RESERVED) {
        return Err(Error::invalid(format!(
            "Invalid model name ({}) provided. Model name must be a non-empty string and cannot contain the following \
             characters: ('/', ':', '.', '%', '\"', \"'\")",
            python::text(name)
        )));
    }
    check_text("name", name, MAX_NAME).map(drop)
}

/// Checks tags; of two with one key the later wins. Keys may hold any character (MLflow's behaviour).
pub fn check_tags(pairs: &[(String, String)]) -> Result<Vec<Tag>> {
    let mut tags = BTreeMap::new();
    for (key, value) in pairs {
        check_pair("tags", key, value)?;
        tags.insert(key, value);
    }
    Ok(tags.into_iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect())
}

/// Checks parameters: a key has one value.
pub fn check_params(pairs: &[(String, String)]) -> Result<Vec<Param>> {
    let mut params: BTreeMap<&String, &String> = BTreeMap::new();
    for (key, value) in pairs {
        check_pair("params", key, value)?;
        if params.insert(key, value).is_some_and(|earlier| earlier != value) {
            return Err(Error::invalid(format!(
                "Duplicate parameter keys have been submitted: ['{key}']. Please ensure the request contains only one \
                 param value per param key."
            )));
        }
    }
    Ok(params.into_iter().map(|(key, value)| Param { key: key.clone(), value: value.clone() }).collect())
}

fn check_pair(list: &str, key: &str, value: &str) -> Result<()> {
    if key.is_empty() {
        return Err(Error::invalid(format!("Missing value for required parameter '{list}.key'.")));
    }
    check_text(&format!("{list}.key"), key, MAX_KEY)?;
    check_text(&format!("{list}.value"), value, MAX_VALUE).map(drop)
}

/// What a parameter that is there already answers to a new value: the same is fine, another is not.
pub fn check_unchanged(model_id: &str, old: &Param, new: &Param) -> Result<()> {
    if old.value == new.value {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Changing param values is not allowed. Param with key='{}' was already logged with value='{}' for model ID='{model_id}'. \
         Attempted logging new value '{}'.",
        new.key, old.value, new.value
    )))
}

/// The tag [`MODEL_VERSIONS`] with one more version, as MLflow's server writes it (the number as a number; its client
/// adds a second entry with the number as text). `None` when there is nothing to change: the version is listed, the
/// tag holds something else, or it would grow over the limit.
pub fn list_version(tag: Option<&str>, name: &str, version: i64) -> Option<Tag> {
    let mut listed: Vec<serde_json::Value> = match tag {
        None | Some("") => Vec::new(),
        Some(text) => serde_json::from_str(text).ok()?,
    };
    let entry = serde_json::json!({ "name": name, "version": version });
    if listed.contains(&entry) {
        return None;
    }
    listed.push(entry);
    let value = python_json(&listed);
    (value.chars().count() <= MAX_VALUE).then(|| Tag { key: MODEL_VERSIONS.to_owned(), value })
}

/// A list as Python's `json.dumps` writes it: a space after commas and colons.
fn python_json(list: &[serde_json::Value]) -> String {
    let entries: Vec<String> = list
        .iter()
        .map(|entry| match entry {
            serde_json::Value::Object(map) => {
                let fields: Vec<String> = map
                    .iter()
                    .map(|(k, v)| format!("{}: {v}", serde_json::Value::from(k.as_str())))
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
            other => other.to_string(),
        })
        .collect();
    format!("[{}]", entries.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn names_follow_mlflows_rules() {
        for good in ["", "model", "ünï 🦄", "a_b-c", &"n".repeat(MAX_NAME)] {
            check_name(good).expect(good);
        }
        for (bad, shown) in [("a/b", "'a/b'"), ("it's", "\"it's\""), ("a.b", "'a.b'"), ("1%", "'1%'")] {
            let message = check_name(bad).expect_err(bad).message;
            assert!(message.starts_with(&format!("Invalid model name ({shown}) provided.")), "{message}");
        }
        check_name(&"n".repeat(MAX_NAME + 1)).expect_err("too long");
        check_name("a\0b").expect_err("PostgreSQL has no NUL");
    }

    #[test]
    fn a_status_is_a_name_or_its_number() {
        for (text, status) in
            [("LOGGED_MODEL_READY", Status::Ready), ("2", Status::Ready), ("0", Status::Unspecified)]
        {
            assert_eq!(Status::parse(text), Ok(status));
        }
        for bad in ["", "READY", "4", "-1", "logged_model_ready"] {
            Status::parse(bad).expect_err(bad);
        }
    }

    #[test]
    fn the_later_tag_wins_and_a_parameter_has_one_value() {
        let tags = check_tags(&pairs(&[("b", "1"), ("a#/..", "2"), ("b", "3")])).expect("valid");
        assert_eq!(tags.iter().map(|t| t.value.as_str()).collect::<Vec<_>>(), ["2", "3"]);
        let params =
            check_params(&pairs(&[("b", "1"), ("a", "2"), ("b", "1")])).expect("the same value twice");
        assert_eq!(params.len(), 2);
        let message = check_params(&pairs(&[("b", "1"), ("b", "2")])).expect_err("two values").message;
        assert!(message.starts_with("Duplicate parameter keys have been submitted: ['b']."), "{message}");
        for bad in [("", "v"), (&"k".repeat(256), "v"), ("k", "\0"), ("k", &"v".repeat(MAX_VALUE + 1))] {
            check_tags(&pairs(&[bad])).expect_err("too much or nothing");
            check_params(&pairs(&[bad])).expect_err("too much or nothing");
        }
    }

    #[test]
    fn versions_are_listed_as_mlflow_lists_them() {
        let first = list_version(None, "Unicorn", 1).expect("new").value;
        assert_eq!(first, r#"[{"name": "Unicorn", "version": 1}]"#);
        // What the client makes of it: its own entry has the number as text.
        let by_client = r#"[{"name": "Unicorn", "version": 1}, {"name": "Unicorn", "version": "1"}]"#;
        assert_eq!(list_version(Some(by_client), "Unicorn", 1), None);
        let second = list_version(Some(by_client), "Ünicorn", 2).expect("new").value;
        assert_eq!(
            second,
            r#"[{"name": "Unicorn", "version": 1}, {"name": "Unicorn", "version": "1"}, {"name": "Ünicorn", "version": 2}]"#
        );
        assert_eq!(list_version(Some("not a list"), "U", 1), None);
    }
}
