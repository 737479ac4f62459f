//! Creating a registered model.

use futures_util::FutureExt;
use greenroom_core::event::{ChainHead, Change, EventKind};
use greenroom_core::registered_model::{RegisteredModel, RegisteredModelDetail};
use greenroom_core::tag::Tag;
use greenroom_core::{Actor, Error, Result, name};
use greenroom_store::registered_model::{self, ModelRow};
use greenroom_store::{Tx, event, tag};
use serde_json::json;

use crate::Context;

/// What a new model is to be.
#[derive(Clone, Debug)]
pub struct NewModel {
    /// Its name.
    pub name: String,
    /// Markdown.
    pub description: Option<String>,
    /// Keys and values as given.
    pub tags: Vec<(String, String)>,
}

/// Creates a model.
pub async fn create(cx: &Context, actor: Actor, new: NewModel) -> Result<RegisteredModelDetail> {
    name::check_model_name(&new.name)?;
    let tags = Tag::list(&new.tags)?;
    if let Some(text) = &new.description {
        name::check_description(text)?;
    }
    cx.db
        .write((cx.clone(), actor, new, tags), |tx, (cx, actor, new, tags)| {
            run(tx, cx, actor, new, tags).boxed()
        })
        .await
}

async fn run(
    tx: &mut Tx<'_>,
    cx: &Context,
    actor: &Actor,
    new: &NewModel,
    tags: &[Tag],
) -> Result<RegisteredModelDetail> {
    super::refuse_id_as_name(tx, &new.name).await?;
    let now = cx.clock.now();
    let is_prompt = tags.iter().any(Tag::marks_prompt);
    let id = cx.ids.next();
    let model = RegisteredModel {
        id: id.clone(),
        name: new.name.clone(),
        description: new.description.clone(),
        created_by: actor.name.clone(),
        created_at: now,
        updated_at: now,
        is_prompt,
        last_version: 0,
    };
    let mut row = ModelRow { model, head: ChainHead::empty(&id, Some(&new.name)), deleted_at: None };

    let shown: serde_json::Map<_, _> = tags.iter().map(|t| (t.key.clone(), json!(t.value))).collect();
    let change = Change::new(EventKind::ModelCreated)
        .after(json!({ "name": new.name, "description": new.description, "tags": shown }));
    let event = row.head.append(&change, actor, now);

    if !registered_model::insert(tx, &row).await? {
        return Err(taken(tx, &new.name, tags.iter().any(Tag::names_prompt)).await?);
    }
    let mut statements: Vec<_> = tags.iter().map(|t| tag::set_on_model(&id, t)).collect();
    statements.push(event::append(&event));
    tx.batch(&statements).await?;

    Ok(RegisteredModelDetail {
        model: row.model,
        tags: tags.to_vec(),
        aliases: Vec::new(),
        latest_versions: Vec::new(),
    })
}

/// MLflow's sentences: they differ when one of the two is a prompt.
async fn taken(tx: &mut Tx<'_>, name: &str, new_is_prompt: bool) -> Result<Error> {
    let old_is_prompt = match registered_model::by_name(tx, name).await? {
        Some(row) => super::is_prompt(tx, &row).await?,
        None => false,
    };
    let kind = |prompt: bool| if prompt { "Prompt" } else { "Registered Model" };
    let (old, new) = (kind(old_is_prompt), kind(new_is_prompt));
    Ok(Error::already_exists(if old == new {
        format!("{new} (name={name}) already exists.")
    } else {
        format!(
            "Tried to create a {} with name '{name}', but the name is already taken by a {}. MLflow does not allow \
             creating a model and a prompt with the same name.",
            new.to_lowercase(),
            old.to_lowercase()
        )
    }))
}
