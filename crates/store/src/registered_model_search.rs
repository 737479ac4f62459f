//! `registered-models/search`: a page of models with what hangs on them, in a fixed number of queries.

use greenroom_core::Result;
use greenroom_core::registered_model::RegisteredModelDetail;
use greenroom_core::search::{Filter, OrderKey, Prompts};

use crate::db::Tx;
use crate::registered_model::{COLUMNS, ModelRow, from_row};
use crate::search::{MODELS, search_name, sort_values};
use crate::search_page::Page;
use crate::{alias, model_version, page, tag};

/// What to look for.
#[derive(Clone, Debug)]
pub struct ModelSearch {
    /// Which models.
    pub filter: Filter,
    /// In which order; complete.
    pub order: Vec<OrderKey>,
    /// How many at most.
    pub limit: i64,
    /// Where to go on.
    pub token: Option<String>,
}

/// A page of models, and the token of the next page if there is one.
pub async fn run(tx: &mut Tx<'_>, search: &ModelSearch) -> Result<(Vec<ModelRow>, Option<String>)> {
    let name = search_name("models", &search.order);
    let after = search
        .token
        .as_deref()
        .map(|token| page::read_token(token, &name, search.order.len()))
        .transpose()?;

    let always = match search.filter.prompts {
        Prompts::Exclude => "\n  AND NOT m.is_prompt",
        Prompts::Only => "\n  AND m.is_prompt",
        Prompts::Nothing => return Ok((Vec::new(), None)),
    };
    let page = Page {
        layout: &MODELS,
        columns: COLUMNS,
        always,
        conditions: &search.filter.conditions,
        order: &search.order,
        after,
        rows: search.limit.saturating_add(1),
    };

    let mut rows = page.find(tx, from_row).await?;
    let more = page::cut(&mut rows, search.limit);
    let token = rows.last().filter(|_| more).map(|row| {
        let model = &row.model;
        page::token(&name, &sort_values(&search.order, &model.name, 0, model.created_at, model.updated_at))
    });
    Ok((rows, token))
}

/// Loads what hangs on these models.
pub async fn with_children(tx: &mut Tx<'_>, rows: Vec<ModelRow>) -> Result<Vec<RegisteredModelDetail>> {
    let mut details = Vec::with_capacity(rows.len());
    let mut rest = rows.into_iter().peekable();
    while rest.peek().is_some() {
        let some: Vec<ModelRow> = rest.by_ref().take(page::CHILDREN).collect();
        let ids: Vec<&str> = some.iter().map(|row| row.model.id.as_str()).collect();
        let mut tags = tag::of_models(tx, &ids).await?;
        let mut aliases = alias::of_models(tx, &ids).await?;
        let latest = model_version::latest_of(tx, &ids).await?;
        let latest = model_version::all_with_children(tx, latest).await?;
        let mut latest = tag::group(latest.into_iter().map(|v| (v.version.model_id.clone(), v)).collect());
        for row in some {
            let id = &row.model.id;
            details.push(RegisteredModelDetail {
                tags: tags.remove(id).unwrap_or_default(),
                aliases: aliases.remove(id).unwrap_or_default(),
                latest_versions: latest.remove(id).unwrap_or_default(),
                model: row.model,
            });
        }
    }
    Ok(details)
}
