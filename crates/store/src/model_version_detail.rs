//! A version with its tags and aliases, read by one statement: a single statement sees one state by itself, on both
//! engines, and costs one round trip.

use greenroom_core::Result;
use greenroom_core::model_version::ModelVersionDetail;
use greenroom_core::tag::Tag;

use crate::db::{Param, Row, Tx, hide};
use crate::model_version;

/// The text that loads the version which the rest of it finds: its row, and what hangs on it as lists in one text each,
/// every item with its length in characters before it. (Rows of a union would find the version again for each list.)
macro_rules! detail {
    ($from:literal) => {
        concat!(
            "SELECT v.model_id, v.version, v.name, v.stage, v.stage_since, v.stage_by, v.description,
            v.source, v.storage_location, v.run_id, v.run_link, v.logged_model_id, v.created_by, v.created_at, v.updated_at,
            (SELECT string_agg(length(t.key) || ':' || t.key || length(t.value) || ':' || t.value, '')
             FROM model_version_tags t
             WHERE t.model_id = v.model_id AND t.version = v.version),
            (SELECT string_agg(length(a.alias) || ':' || a.alias, '')
             FROM registered_model_aliases a
             WHERE a.model_id = v.model_id AND a.version = v.version)
     ",
            $from
        )
    };
}

fn from_row(row: &Row<'_>) -> Result<ModelVersionDetail> {
    let version = model_version::from_row(row)?;
    let mut tags = Vec::new();
    let mut texts = items(row, 15)?.into_iter();
    while let (Some(key), Some(value)) = (texts.next(), texts.next()) {
        tags.push(Tag { key, value });
    }
    let mut aliases = items(row, 16)?;
    // A handful, which no index gives in order: ordered here.
    tags.sort_unstable_by(|a: &Tag, b| a.key.cmp(&b.key));
    aliases.sort_unstable();
    Ok(ModelVersionDetail { version, tags, aliases })
}

/// The items of a list that was put together by the query.
fn items(row: &Row<'_>, column: usize) -> Result<Vec<String>> {
    let list: Option<String> = row.get(column)?;
    split(list.as_deref().unwrap_or_default())
        .ok_or_else(|| hide("a list cannot be taken apart", &"was the database edited by hand?"))
}

fn split(mut list: &str) -> Option<Vec<String>> {
    let mut items = Vec::new();
    while let Some((length, rest)) = list.split_once(':') {
        let length: usize = length.parse().ok()?;
        let end = match rest.as_bytes().get(..length) {
            Some(bytes) if bytes.is_ascii() => length,
            _ => rest.char_indices().map(|(at, _)| at).chain([rest.len()]).nth(length)?,
        };
        let (item, after) = rest.split_at(end);
        items.push(item.to_owned());
        list = after;
    }
    list.is_empty().then_some(items)
}

async fn load(tx: &mut Tx<'_>, sql: &str, params: &[Param<'_>]) -> Result<Option<ModelVersionDetail>> {
    tx.opt(sql, params, from_row).await
}

const BY_NAME: &str = detail!("FROM model_versions v WHERE v.name = $1 AND v.version = $2");

/// A version by its model's name.
pub async fn by_name(tx: &mut Tx<'_>, name: &str, version: i64) -> Result<Option<ModelVersionDetail>> {
    load(tx, BY_NAME, &[name.into(), version.into()]).await
}

const BY_ALIAS: &str = detail!(
    "FROM registered_models m
     JOIN registered_model_aliases k ON k.model_id = m.id
     JOIN model_versions v ON v.model_id = k.model_id AND v.version = k.version
     WHERE m.name = $1 AND m.deleted_at IS NULL AND k.alias = $2"
);

/// The version that an alias of the model of this name points at.
pub async fn by_alias(tx: &mut Tx<'_>, name: &str, alias: &str) -> Result<Option<ModelVersionDetail>> {
    load(tx, BY_ALIAS, &[name.into(), alias.into()]).await
}

const LATEST_IN: &str = detail!(
    "FROM registered_models m
     JOIN model_versions v ON v.model_id = m.id AND v.version =
         (SELECT MAX(h.version) FROM model_versions h WHERE h.model_id = m.id AND h.stage = $1)
     WHERE m.name = $2 AND m.deleted_at IS NULL AND (SELECT r.revision FROM registry r WHERE r.id = 1) = $3"
);

/// The highest-numbered version in a stage of the model of this name; nothing when the stage definitions in force
/// are not those of `revision`.
pub async fn latest_in(
    tx: &mut Tx<'_>,
    name: &str,
    stage: &str,
    revision: i64,
) -> Result<Option<ModelVersionDetail>> {
    load(tx, LATEST_IN, &[stage.into(), name.into(), revision.into()]).await
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn lists_come_apart_whatever_the_items_hold() {
        for items in [vec![], vec![""], vec!["a", "", "1:b", "::", "é:日本", "\u{1f984}12:3"]] {
            let list: Vec<String> =
                items.iter().map(|item| format!("{}:{item}", item.chars().count())).collect();
            assert_eq!(split(&list.concat()).expect("a list"), items);
        }
        for broken in ["3:ab", "x:ab", "1", "1:ab"] {
            assert_eq!(split(broken), None, "{broken}");
        }
    }
}
