//! Creating a model version: numbered 1, 2, 3 per model, never reused, never failing because of another create.

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::logged_model::{MODEL_VERSIONS, list_version};
use greenroom_core::model_version::{ModelVersion, ModelVersionDetail};
use greenroom_core::source::{self, Source};
use greenroom_core::tag::{IS_PROMPT, Tag};
use greenroom_core::{Actor, Result, name};
use greenroom_store::{Tx, logged_model, model_version, registered_model, tag, version_digest};
use serde_json::json;

use super::origin::Origin;
use super::parent_locked;
use crate::{Context, digest, garbage, record};

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
    // First: whoever removes for good waits until this ends, so what the source means now is still there then.
    let parent = parent_locked(tx, &new.name).await;
    let origin = Origin::find(tx, cx, new, source).await?;
    let mut row = parent?;
    garbage::check_not_condemned(tx, &origin.storage_location).await?;
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

    let mut statements = vec![model_version::insert(&version)];
    statements.extend(tags.iter().map(|t| tag::set_on_version(&version.model_id, version.version, t)));
    let digest = digest::of_new_version(cx, &version, now);
    statements.extend(digest.iter().map(version_digest::insert));
    let listing = match &origin.listed_by {
        Some(model) => list_in(tx, &model.id, &version).await?,
        None => None,
    };
    if let (Some(model), Some(tag)) = (&origin.listed_by, &listing) {
        statements.push(logged_model::set_tag(&model.id, tag));
    }

    let shown: serde_json::Map<_, _> = tags.iter().map(|t| (t.key.clone(), json!(t.value))).collect();
    let mut change = Change::new(EventKind::VersionCreated).version(version.version).after(json!({
        "stage": version.stage, "source": version.source, "run_id": version.run_id, "run_link": version.run_link,
        "description": version.description, "tags": shown,
    }));
    if let (Some(id), Some(after)) = (&version.logged_model_id, &mut change.after) {
        after["logged_model_id"] = json!(id);
    }
    change.revision = Some(definitions.revision);
    record::save(tx, &mut row, statements, &[change], actor, now).await?;
    if tags.iter().any(Tag::marks_prompt) {
        registered_model::mark_prompts(tx, &version.model_id).await?;
    }
    Ok(ModelVersionDetail { version, tags: tags.to_vec(), aliases: Vec::new() })
}

/// What is to become of the tag in which a logged model lists its registered versions.
async fn list_in(tx: &mut Tx<'_>, id: &str, version: &ModelVersion) -> Result<Option<Tag>> {
    let tag = logged_model::tag(tx, id, MODEL_VERSIONS).await?;
    Ok(list_version(tag.as_ref().map(|tag| tag.value.as_str()), &version.name, version.version))
}
