//! Creating a model version: numbered 1, 2, 3 per model, never reused, never failing because of another create.

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::model_version::{ModelVersion, ModelVersionDetail};
use greenroom_core::source::{self, ModelUri, Source, Which};
use greenroom_core::tag::{IS_PROMPT, Tag};
use greenroom_core::{Actor, Error, Result, name};
use greenroom_store::registered_model::ModelRow;
use greenroom_store::{Tx, alias, model_version, registered_model, tag};
use serde_json::json;

use super::{not_found, parent_locked};
use crate::{Context, record};

/// Characters in ids and links that are stored as given.
const MAX_RUN_LINK: usize = 2000;
const MAX_ID: usize = 256;

/// What a new version is to be.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// The model's name.
    pub name: String,
    /// Where its artifacts are.
    pub source: String,
    /// The run that made it; `None` = not given, which lets it be inherited.
    pub run_id: Option<String>,
    /// The logged model it comes from; `None` = not given.
    pub model_id: Option<String>,
    /// A free URL.
    pub run_link: String,
    /// Markdown.
    pub description: String,
    /// Keys and values as given.
    pub tags: Vec<(String, String)>,
}

/// Creates a version.
pub async fn create(cx: &Context, actor: Actor, new: NewVersion) -> Result<ModelVersionDetail> {
    let run_id = new.run_id.as_deref().unwrap_or_default();
    let model_id = new.model_id.as_deref().unwrap_or_default();
    let prompt = new
        .tags
        .iter()
        .rfind(|(key, _)| key == IS_PROMPT)
        .is_some_and(|(_, v)| v.eq_ignore_ascii_case("true"));
    let source = source::check(&cx.sources, &new.source, run_id, model_id, prompt)?;
    name::check_model_name(&new.name)?;
    name::check_description(&new.description)?;
    name::check_text("run_id", run_id, MAX_ID)?;
    name::check_text("model_id", model_id, MAX_ID)?;
    name::check_text("run_link", &new.run_link, MAX_RUN_LINK)?;
    let tags = Tag::list(&new.tags)?;
    cx.db
        .write((cx.clone(), actor, new, source, tags), |tx, (cx, actor, new, source, tags)| {
            run(tx, cx, actor, new, source, tags).boxed()
        })
        .await
}

async fn run(
    tx: &mut Tx<'_>,
    cx: &Context,
    actor: &Actor,
    new: &NewVersion,
    source: &Source,
    tags: &[Tag],
) -> Result<ModelVersionDetail> {
    let origin = match source {
        // Without experiments there are no logged models that could be meant.
        Source::Opaque if new.model_id.as_ref().is_some_and(|id| !id.is_empty()) => {
            let id = new.model_id.as_deref().unwrap_or_default();
            return Err(Error::not_found(format!("Logged model with ID '{id}' not found.")));
        }
        Source::Opaque => Origin::as_given(new),
        Source::LoggedModel(id) => {
            return Err(Error::not_found(format!("Logged model with ID '{id}' not found.")));
        }
        Source::Registered(uri) => Origin::of_version(resolve(tx, cx, uri, &new.source).await?, new)?,
    };
    let mut row = parent_locked(tx, &new.name).await?;
    let definitions = cx.definitions(tx).await?;
    let now = cx.clock.now().max(row.head.at);

    row.model.last_version += 1;
    row.model.updated_at = now;
    let version = ModelVersion {
        model_id: row.model.id.clone(),
        version: row.model.last_version,
        name: row.model.name.clone(),
        stage: definitions.for_model(&new.name).initial().name.clone(),
        stage_since: now,
        stage_by: actor.name.clone(),
        description: Some(new.description.clone()),
        source: origin.source,
        storage_location: origin.storage_location,
        run_id: origin.run_id,
        run_link: Some(new.run_link.clone()),
        logged_model_id: origin.model_id,
        created_by: actor.name.clone(),
        created_at: now,
        updated_at: now,
    };

    let shown: serde_json::Map<_, _> = tags.iter().map(|t| (t.key.clone(), json!(t.value))).collect();
    let mut change = Change::new(EventKind::VersionCreated).version(version.version).after(json!({
        "stage": version.stage, "source": version.source, "run_id": version.run_id, "run_link": version.run_link,
        "description": version.description, "tags": shown,
    }));
    change.revision = Some(definitions.revision);
    let mut statements = vec![model_version::insert(&version)];
    statements.extend(tags.iter().map(|t| tag::set_on_version(&version.model_id, version.version, t)));
    record::save(tx, &mut row, statements, &[change], actor, now).await?;
    if tags.iter().any(Tag::marks_prompt) {
        registered_model::mark_prompts(tx, &version.model_id).await?;
    }
    Ok(ModelVersionDetail { version, tags: tags.to_vec(), aliases: Vec::new() })
}

/// Where a version comes from, after its source was resolved.
struct Origin {
    source: String,
    storage_location: String,
    run_id: Option<String>,
    model_id: Option<String>,
}

impl Origin {
    fn as_given(new: &NewVersion) -> Self {
        Self {
            source: new.source.clone(),
            storage_location: new.source.clone(),
            run_id: Some(new.run_id.clone().unwrap_or_default()),
            model_id: new.model_id.clone(),
        }
    }

    /// A pointer to another version: no bytes are copied (MLflow's behaviour).
    fn of_version(from: ModelVersion, new: &NewVersion) -> Result<Self> {
        let same = |given: &Option<String>, theirs: &Option<String>| {
            given.as_deref().is_none_or(|given| given == theirs.as_deref().unwrap_or_default())
        };
        if !same(&new.run_id, &from.run_id) || !same(&new.model_id, &from.logged_model_id) {
            return Err(Error::invalid(format!(
                "Invalid model version source: '{}'. The run_id and model_id request parameters must match the referenced \
                 model version.",
                new.source
            )));
        }
        Ok(Self {
            source: format!("models:/{}/{}", from.name, from.version),
            storage_location: from.storage_location,
            run_id: from.run_id,
            model_id: from.logged_model_id,
        })
    }
}

/// The version that a `models:/` URI names now.
async fn resolve(tx: &mut Tx<'_>, cx: &Context, uri: &ModelUri, source: &str) -> Result<ModelVersion> {
    let name = uri.name.as_str();
    let row =
        registered_model::by_name(tx, name).await?.ok_or_else(|| crate::registered_model::not_found(name))?;
    let id = row.model.id.as_str();
    if crate::registered_model::is_prompt(tx, &row).await? {
        return Err(Error::invalid(format!(
            "Invalid model version source: '{source}'. Prompt versions cannot be used as model version sources."
        )));
    }
    let number = match &uri.which {
        Which::Version(number) => *number,
        Which::Alias(alias) if alias.to_lowercase() == "latest" => latest(tx, &row, name).await?,
        Which::Latest => latest(tx, &row, name).await?,
        Which::Alias(alias) => alias::version_of(tx, id, alias)
            .await?
            .ok_or_else(|| Error::invalid(format!("Registered model alias {alias} not found.")))?,
        Which::Stage(stage) => {
            let definitions = cx.definitions(tx).await?;
            let stage = &definitions.for_model(name).find(stage)?.name;
            let latest = model_version::latest_in(tx, id, stage).await?;
            let none = || {
                Error::not_found(format!("No versions of model with name '{name}' and stage '{stage}' found"))
            };
            return latest.ok_or_else(none);
        }
    };
    model_version::by_name(tx, name, number).await?.ok_or_else(|| not_found(name, &number.to_string()))
}

async fn latest(tx: &mut Tx<'_>, row: &ModelRow, name: &str) -> Result<i64> {
    let highest = model_version::highest(tx, &row.model.id).await?;
    highest.ok_or_else(|| Error::not_found(format!("No versions of model with name '{name}' found")))
}
