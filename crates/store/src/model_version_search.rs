//! `model-versions/search`: a page of versions.

use greenroom_core::Result;
use greenroom_core::model_version::ModelVersion;
use greenroom_core::search::{Condition, Filter, OrderKey, Prompts, TextComparison};

use crate::db::Tx;
use crate::model_version::{COLUMNS, from_row};
use crate::page;
use crate::search::{VERSIONS, search_name, sort_values};
use crate::search_page::Page;

/// What to look for.
#[derive(Clone, Debug)]
pub struct VersionSearch {
    /// Which versions.
    pub filter: Filter,
    /// In which order; complete.
    pub order: Vec<OrderKey>,
    /// How many at most.
    pub limit: i64,
    /// Where to go on.
    pub token: Option<String>,
}

/// MLflow leaves out every version of a model that has one version marked as a prompt.
const NOT_OF_PROMPTS: &str = "
  AND NOT EXISTS (SELECT 1 FROM registered_models m WHERE m.id = v.model_id AND m.holds_prompts LIMIT 1 OFFSET 0)";

/// A page of versions, and the token of the next page if there is one.
pub async fn run(tx: &mut Tx<'_>, search: &VersionSearch) -> Result<(Vec<ModelVersion>, Option<String>)> {
    let name = search_name("versions", &search.order);
    let after = search
        .token
        .as_deref()
        .map(|token| page::read_token(token, &name, search.order.len()))
        .transpose()?;

    let mut conditions = search.filter.conditions.clone();
    let always = match search.filter.prompts {
        Prompts::Exclude => NOT_OF_PROMPTS,
        Prompts::Only => {
            conditions.push(marked_as_prompt());
            ""
        }
        Prompts::Nothing => return Ok((Vec::new(), None)),
    };
    let page = Page {
        layout: &VERSIONS,
        columns: COLUMNS,
        always,
        conditions: &conditions,
        order: &search.order,
        after,
        rows: search.limit.saturating_add(1),
    };

    let mut rows = page.find(tx, from_row).await?;
    let more = page::cut(&mut rows, search.limit);
    let token = rows.last().filter(|_| more).map(|v| {
        page::token(&name, &sort_values(&search.order, &v.name, v.version, v.created_at, v.updated_at))
    });
    Ok((rows, token))
}

fn marked_as_prompt() -> Condition {
    Condition::Tag {
        key: greenroom_core::tag::IS_PROMPT.to_owned(),
        comparison: TextComparison::Equal("true".to_owned()),
    }
}
