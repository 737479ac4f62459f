//! `model-versions/search`: a page of versions.

use greenroom_core::Result;
use greenroom_core::model_version::ModelVersion;
use greenroom_core::search::{Condition, Filter, OrderKey, Prompts, TextComparison};

use crate::db::Tx;
use crate::model_version::{COLUMNS, from_row};
use crate::page;
use crate::search::{Sql, VERSIONS, search_name, sort_values};

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

/// A page of versions, and the token of the next page if there is one.
pub async fn run(tx: &mut Tx<'_>, search: &VersionSearch) -> Result<(Vec<ModelVersion>, Option<String>)> {
    let name = search_name("versions", &search.order);
    let after = search
        .token
        .as_deref()
        .map(|token| page::read_token(token, &name, search.order.len()))
        .transpose()?;

    let mut sql = Sql::default();
    sql.push("SELECT ").push(COLUMNS).push("\nFROM model_versions v\nWHERE TRUE");
    match search.filter.prompts {
        // MLflow leaves out every version of a model that has one version marked as a prompt.
        Prompts::Exclude => {
            sql.push("\n  AND NOT EXISTS (SELECT 1 FROM registered_models m WHERE m.id = v.model_id AND m.holds_prompts)");
        }
        Prompts::Only => VERSIONS.conditions(&mut sql, &[marked_as_prompt()]),
        Prompts::Nothing => return Ok((Vec::new(), None)),
    }
    VERSIONS.conditions(&mut sql, &search.filter.conditions);
    if let Some(values) = after {
        VERSIONS.after(&mut sql, &search.order, &values)?;
    }
    VERSIONS.order_by(&mut sql, &search.order);
    sql.push("\nLIMIT ").bind(search.limit + 1);

    let mut rows = tx.search(&sql.text, &sql.params, from_row).await?;
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
