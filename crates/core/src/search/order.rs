//! The `order_by` of a search: one key per item, `key [ASC|DESC]`, completed with tie-breakers so that
//! every row has one place and a page can begin anywhere.

use super::ast::Target;
use super::lex::{Kind, Token, tokens};
use super::text::{MAX_ORDER_ITEMS, check_count, check_text, python_list, python_set, strip_key};
use crate::{Error, Result};

/// The columns a search can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderColumn {
    /// `name`
    Name,
    /// `version_number`, on versions.
    Version,
    /// `creation_timestamp`, on versions.
    CreatedAt,
    /// `last_updated_timestamp`, and `timestamp` on models.
    UpdatedAt,
}

/// One column of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderKey {
    /// Which column.
    pub column: OrderColumn,
    /// Greatest first?
    pub descending: bool,
}

/// Understands `order_by` as MLflow does. The answer is always complete: name for models, name and
/// version for versions are appended unless given. No items: models by name, versions latest first.
pub fn parse_order_by(target: Target, items: &[String]) -> Result<Vec<OrderKey>> {
    check_count("order_by items", MAX_ORDER_ITEMS, items.len())?;

    let mut keys: Vec<OrderKey> = Vec::with_capacity(items.len() + 2);
    for item in items {
        let key = parse_item(target, item)?;
        if keys.iter().any(|earlier| earlier.column == key.column) {
            return Err(Error::invalid(format!(
                "`order_by` contains duplicate fields: {}",
                python_list(items)
            )));
        }
        keys.push(key);
    }

    let tie_breakers: &[OrderKey] = match target {
        Target::RegisteredModels => &[ascending(OrderColumn::Name)],
        Target::ModelVersions => &[ascending(OrderColumn::Name), descending(OrderColumn::Version)],
    };
    if keys.is_empty() && target == Target::ModelVersions {
        keys.push(descending(OrderColumn::UpdatedAt));
    }
    for tie_breaker in tie_breakers {
        if keys.iter().all(|key| key.column != tie_breaker.column) {
            keys.push(*tie_breaker);
        }
    }

    Ok(keys)
}

const fn ascending(column: OrderColumn) -> OrderKey {
    OrderKey { column, descending: false }
}

const fn descending(column: OrderColumn) -> OrderKey {
    OrderKey { column, descending: true }
}

fn parse_item(target: Target, item: &str) -> Result<OrderKey> {
    let tokens = tokens(item);
    let (key, descending) = key_and_direction(item, &tokens)?;
    let column = match target {
        Target::RegisteredModels => model_column(key.text)?,
        Target::ModelVersions => version_column(key)?,
    };

    Ok(OrderKey { column, descending })
}

/// An item that was cut into these tokens: its key, and whether the greatest comes first.
pub(super) fn key_and_direction<'a>(item: &str, tokens: &'a [Token<'a>]) -> Result<(&'a Token<'a>, bool)> {
    check_text("order_by item", item)?;
    let unparsable = || Error::invalid(format!("Invalid order_by clause '{item}'. Could not be parsed."));
    // White space around the item is refused too; MLflow's clients do not send it.
    if item.trim() != item {
        return Err(unparsable());
    }

    let (key, direction) = match tokens {
        [key] if is_key(key) => (key, None),
        [key, direction] if is_key(key) && direction.kind == Kind::Word && direction.start > key.end() => {
            (key, Some(direction))
        }
        _ => return Err(unparsable()),
    };

    match direction {
        None => Ok((key, false)),
        Some(word) if word.is_word("ASC") => Ok((key, false)),
        Some(word) if word.is_word("DESC") => Ok((key, true)),
        Some(_) => Err(Error::invalid(format!("Invalid ordering key in order_by clause '{item}'."))),
    }
}

fn is_key(token: &Token<'_>) -> bool {
    let name = matches!(token.kind, Kind::Word | Kind::Path | Kind::Backticked | Kind::DoubleQuoted);
    name && !token.is_word("ASC") && !token.is_word("DESC")
}

/// MLflow knows no creation time here, and both timestamps are the time of the last update.
fn model_column(written: &str) -> Result<OrderColumn> {
    match strip_key(written) {
        "name" => Ok(OrderColumn::Name),
        "timestamp" | "last_updated_timestamp" => Ok(OrderColumn::UpdatedAt),
        _ => Err(Error::invalid(format!(
            "Invalid order by key '{written}' specified. Valid keys are '{}'",
            python_set(&["name", "timestamp"])
        ))),
    }
}

fn version_column(token: &Token<'_>) -> Result<OrderColumn> {
    let path = if token.kind == Kind::Path { token.text.split_once('.') } else { None };
    let key = match path {
        None => strip_key(token.text),
        Some(("attribute", key)) => strip_key(key),
        // MLflow forgets the prefix and orders by the column that is called like the tag.
        Some(("tag" | "tags", _)) => return Err(Error::invalid("Invalid order_by entity: tag")),
        Some((entity, _)) => {
            return Err(Error::invalid(format!(
                "Invalid entity type '{entity}'. Valid entity types are ('attribute', 'tag', 'tags')"
            )));
        }
    };

    match key {
        "name" => Ok(OrderColumn::Name),
        "version_number" => Ok(OrderColumn::Version),
        "creation_timestamp" => Ok(OrderColumn::CreatedAt),
        "last_updated_timestamp" => Ok(OrderColumn::UpdatedAt),
        _ => {
            let keys = ["name", "version_number", "creation_timestamp", "last_updated_timestamp"];
            let keys = python_set(&keys);
            Err(Error::invalid(format!("Invalid attribute key '{key}' specified. Valid keys are '{keys}'")))
        }
    }
}
