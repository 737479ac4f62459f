//! Runs: what happened once, with its params, metrics and tags. Limits and messages are MLflow's.

use std::collections::{BTreeMap, HashSet};

use crate::dataset::DatasetInput;
use crate::metric::Metric;
use crate::name::{ascii_json, check_text, invalid_value, too_long};
use crate::tag::{Tag, check_key_of};
use crate::{Error, Result, python};

/// The tag that holds a run's name.
pub const NAME_TAG: &str = "mlflow.runName";
/// The tag in which old clients keep the models that a run logged.
pub const MODEL_HISTORY_TAG: &str = "mlflow.log-model.history";
/// Characters in a key (MLflow: `MAX_ENTITY_KEY_LENGTH`).
const MAX_KEY: usize = 250;
/// Characters in a value (MLflow: `MAX_PARAM_VAL_LENGTH`, `MAX_TAG_VAL_LENGTH`).
const MAX_PARAM: usize = 6000;
const MAX_TAG: usize = 8000;
/// Characters in a run's name and its user's (the widths of MLflow's columns).
const MAX_NAME: usize = 250;
const MAX_USER: usize = 256;
/// Entries in one batch, of a kind and together (MLflow's limits).
const MAX_METRICS: usize = 1000;
const MAX_PARAMS_OR_TAGS: usize = 100;
const MAX_ENTRIES: usize = 1000;

/// How a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// It has begun.
    Running,
    /// It will begin.
    Scheduled,
    /// It ended well.
    Finished,
    /// It ended badly.
    Failed,
    /// It was ended.
    Killed,
}

impl RunStatus {
    /// Every status with its name and its number in MLflow's protocol.
    pub const ALL: [(Self, &'static str, i64); 5] = [
        (Self::Running, "RUNNING", 1),
        (Self::Scheduled, "SCHEDULED", 2),
        (Self::Finished, "FINISHED", 3),
        (Self::Failed, "FAILED", 4),
        (Self::Killed, "KILLED", 5),
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(status, ..)| *status == self).map_or("RUNNING", |(_, name, _)| name)
    }

    /// The status of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(status, ..)| *status)
    }
}

/// The state of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Made by the application: 32 hexadecimal digits.
    pub id: String,
    /// The experiment it belongs to.
    pub experiment_id: i64,
    /// Also in the tag [`NAME_TAG`].
    pub name: String,
    /// As the client said; may be empty.
    pub user_id: String,
    /// How it goes.
    pub status: RunStatus,
    /// Unix milliseconds, as the client said.
    pub started_at: i64,
    /// Unix milliseconds, as the client said.
    pub ended_at: Option<i64>,
    /// Where its artifacts are.
    pub artifact_uri: String,
    /// When it was deleted, if it is.
    pub deleted_at: Option<i64>,
}

/// A run with what hangs on it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunDetail {
    /// The run itself.
    pub run: Run,
    /// The latest point of each metric, by key.
    pub metrics: Vec<Metric>,
    /// By key.
    pub params: Vec<Param>,
    /// By key.
    pub tags: Vec<Tag>,
    /// Datasets in the order in which it took them in.
    pub datasets: Vec<DatasetInput>,
    /// Logged models that it took in, by id.
    pub model_inputs: Vec<String>,
    /// Logged models that it brought forth, by step, then id.
    pub model_outputs: Vec<ModelOutput>,
}

/// A param: written once, never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A logged model that a run brought forth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelOutput {
    /// The logged model's id.
    pub model_id: String,
    /// At which step.
    pub step: i64,
}

/// What happens to values over their limit (`MLFLOW_TRUNCATE_LONG_VALUES`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LongValues {
    /// They are cut (MLflow's default).
    #[default]
    Cut,
    /// They are refused.
    Refuse,
}

impl LongValues {
    fn fit(self, parameter: &str, value: &str, limit: usize) -> Result<String> {
        if value.contains('\0') {
            return Err(invalid_value(parameter, value, "Values cannot contain NUL characters."));
        }
        match value.char_indices().nth(limit) {
            None => Ok(value.to_owned()),
            Some((end, _)) if self == Self::Cut => Ok(value[..end].to_owned()),
            Some(_) => Err(too_long(parameter, limit)),
        }
    }
}

/// MLflow's sentence for a run that is not there.
pub fn not_found(id: &str) -> Error {
    Error::not_found(format!("Run with id={id} not found"))
}

/// MLflow's sentence for a tag that is not there.
pub fn no_tag(id: &str, key: &str) -> Error {
    Error::not_found(format!("No tag with name: {key} in run with id {id}"))
}

/// Checks a run's id where MLflow looks at its shape before it looks for the run.
pub fn check_id(id: &str) -> Result<()> {
    let shape = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id.chars().all(shape)
        && id.chars().count() <= 256
    {
        return Ok(());
    }
    Err(Error::invalid(format!("Invalid value {} for parameter 'run_id' supplied.", ascii_json(id))))
}

impl Run {
    /// Refuses to change a deleted run.
    pub fn check_active(&self) -> Result<()> {
        match self.deleted_at {
            None => Ok(()),
            Some(_) => Err(Error::invalid(format!(
                "The run {} must be in the 'active' state. Current state is deleted.",
                self.id
            ))),
        }
    }
}

/// Checks a run's name.
pub fn check_name(name: &str) -> Result<()> {
    check_text("run_name", name, MAX_NAME).map(|_| ())
}

/// Checks who a run says it is from.
pub fn check_user(user: &str) -> Result<()> {
    check_text("user_id", user, MAX_USER).map(|_| ())
}

/// Checks a param; `path` leads to it in the request and is empty for the request itself.
pub fn check_param(path: &str, key: &str, value: &str, long: LongValues) -> Result<Param> {
    check_key_of(&below(path, "key"), key)?;
    if key.chars().count() > MAX_KEY {
        return Err(too_long("Param key", MAX_KEY));
    }
    Ok(Param { key: key.to_owned(), value: long.fit("Param value", value, MAX_PARAM)? })
}

/// Checks a tag; `path` leads to it in the request and is empty for the request itself.
pub fn check_tag(path: &str, key: &str, value: &str, long: LongValues) -> Result<Tag> {
    let parameter = below(path, "key");
    check_key_of(&parameter, key)?;
    if key.chars().count() > MAX_KEY {
        return Err(too_long(&parameter, MAX_KEY));
    }
    let value = long.fit(&below(path, "value"), value, MAX_TAG)?;
    if key == NAME_TAG {
        check_name(&value)?;
    }
    Ok(Tag { key: key.to_owned(), value })
}

/// The tags of a new run. MLflow takes any key here, so what it would not take later is let through; what no database
/// takes is not. Of two tags with one key the later wins.
pub fn first_tags(pairs: &[(String, String)], long: LongValues) -> Result<BTreeMap<String, String>> {
    let mut tags = BTreeMap::new();
    for (key, value) in pairs {
        if key.is_empty() {
            return Err(Error::missing("key"));
        }
        check_text("key", key, MAX_KEY)?;
        tags.insert(key.clone(), long.fit("value", value, MAX_TAG)?);
    }
    Ok(tags)
}

/// A new run's name, from the request or from the tag; `None` = it needs one.
pub fn first_name(name: &str, tags: &BTreeMap<String, String>) -> Result<Option<String>> {
    let tagged = tags.get(NAME_TAG).map(String::as_str).unwrap_or_default();
    if !name.is_empty() && !tagged.is_empty() && name != tagged {
        return Err(Error::invalid(format!(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{name}', \
             mlflow.runName='{tagged}')."
        )));
    }
    let name = if name.is_empty() { tagged } else { name };
    check_name(name)?;
    Ok(Some(name.to_owned()).filter(|name| !name.is_empty()))
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Checks how much is in a batch.
pub fn check_batch(metrics: usize, params: usize, tags: usize) -> Result<()> {
    for (what, limit, got) in [
        ("metrics", MAX_METRICS, metrics),
        ("params", MAX_PARAMS_OR_TAGS, params),
        ("tags", MAX_PARAMS_OR_TAGS, tags),
        ("metrics, params, and tags", MAX_ENTRIES, metrics + params + tags),
    ] {
        if got > limit {
            return Err(Error::invalid(format!(
                "A batch logging request can contain at most {limit} {what}. Got {got} {what}. Please split up {what} across \
                 multiple requests and try again."
            )));
        }
    }
    Ok(())
}

/// Refuses a batch that names a param twice, even with one value.
pub fn check_distinct(params: &[Param]) -> Result<()> {
    let mut seen = HashSet::new();
    let twice: Vec<String> =
        params.iter().filter(|p| !seen.insert(&p.key)).map(|p| python::text(&p.key)).collect();
    if twice.is_empty() {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Duplicate parameter keys have been submitted: [{}]. Please ensure the request contains only one param value per \
         param key.",
        twice.join(", ")
    )))
}

/// Which params of a batch are new; one that is there with another value refuses them all.
pub fn new_params<'a>(
    run_id: &str,
    known: &BTreeMap<String, String>,
    asked: &'a [Param],
) -> Result<Vec<&'a Param>> {
    let differs = |p: &&Param| known.get(&p.key).is_some_and(|old| *old != p.value);
    let changes: Vec<String> = asked.iter().filter(differs).map(|p| change(p, &known[&p.key])).collect();
    if changes.is_empty() {
        return Ok(asked.iter().filter(|p| !known.contains_key(&p.key)).collect());
    }
    Err(Error::invalid(format!(
        "Changing param values is not allowed. Params were already logged='[{}]' for run ID='{run_id}'.",
        changes.join(", ")
    )))
}

fn change(param: &Param, old: &str) -> String {
    let [key, old, new] = [&param.key, old, &param.value].map(python::text);
    format!("{{'key': {key}, 'old_value': {old}, 'new_value': {new}}}")
}

/// Whether a param logged alone is new; MLflow says this one in other words.
pub fn is_new_param(run_id: &str, known: Option<&str>, asked: &Param) -> Result<bool> {
    match known {
        None => Ok(true),
        Some(old) if old == asked.value => Ok(false),
        Some(old) => Err(Error::invalid(format!(
            "Changing param values is not allowed. Param with key='{}' was already logged with value='{old}' for run \
             ID='{run_id}'. Attempted logging new value '{}'.",
            asked.key, asked.value
        ))),
    }
}
