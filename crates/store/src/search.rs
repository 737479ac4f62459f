//! From the search grammar to SQL: conditions, order, and the place after a page's last row. Column names
//! come from enums, values are always bound.

use greenroom_core::search::{
    Condition, NumberColumn, NumberComparison, OrderColumn, OrderKey, TextColumn, TextComparison,
};
use greenroom_core::{Error, Result};
use serde_json::{Value, json};

use crate::db::Param;

/// A text under construction. Both engines take it because `$1, $2 ...` are first used in ascending order.
#[derive(Debug, Default)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) params: Vec<Param<'static>>,
}

impl Sql {
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(crate) fn bind(&mut self, value: impl Into<Param<'static>>) -> &mut Self {
        let place = self.place(value);
        self.push(&place)
    }

    /// Binds a value that is used more than once.
    pub(crate) fn place(&mut self, value: impl Into<Param<'static>>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }
}

/// How one kind of entity is laid out in tables.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The table, under the letter that the columns here have.
    pub(crate) table: &'static str,
    pub(crate) letter: &'static str,
    /// Which of its rows exist for a search.
    pub(crate) exists: &'static str,
    /// What identifies a row, and the same columns of a tag and of a list of hits.
    pub(crate) key: &'static str,
    pub(crate) tag_key: &'static str,
    pub(crate) hit_key: &'static str,
    pub(crate) hit_join: &'static str,
    pub(crate) name: &'static str,
    pub(crate) run_id: &'static str,
    pub(crate) source: &'static str,
    pub(crate) version: &'static str,
    pub(crate) created_at: &'static str,
    pub(crate) updated_at: &'static str,
    /// The tag table, joined to the row by this condition.
    pub(crate) tags: &'static str,
    pub(crate) tag_join: &'static str,
}

pub(crate) const MODELS: Layout = Layout {
    table: "registered_models m",
    letter: "m",
    exists: "m.deleted_at IS NULL",
    key: "m.id",
    tag_key: "t.model_id",
    hit_key: "model_id",
    hit_join: "m.id = h.model_id",
    name: "m.name",
    run_id: "NULL",
    source: "NULL",
    version: "NULL",
    created_at: "m.created_at",
    updated_at: "m.updated_at",
    tags: "registered_model_tags t",
    tag_join: "t.model_id = m.id",
};

pub(crate) const VERSIONS: Layout = Layout {
    table: "model_versions v",
    letter: "v",
    exists: "TRUE",
    key: "v.model_id, v.version",
    tag_key: "t.model_id, t.version",
    hit_key: "model_id, version",
    hit_join: "v.model_id = h.model_id AND v.version = h.version",
    name: "v.name",
    run_id: "v.run_id",
    source: "v.source",
    version: "v.version",
    created_at: "v.created_at",
    updated_at: "v.updated_at",
    tags: "model_version_tags t",
    tag_join: "t.model_id = v.model_id AND t.version = v.version",
};

impl Layout {
    pub(crate) fn order_column(&self, column: OrderColumn) -> &'static str {
        match column {
            OrderColumn::Name => self.name,
            OrderColumn::Version => self.version,
            OrderColumn::CreatedAt => self.created_at,
            OrderColumn::UpdatedAt => self.updated_at,
        }
    }

    pub(crate) fn text_column(&self, column: TextColumn) -> &'static str {
        match column {
            TextColumn::Name => self.name,
            TextColumn::RunId => self.run_id,
            TextColumn::Source => self.source,
        }
    }

    /// Adds ` AND condition`, written so that no planner takes an index for it: a row at hand is looked at.
    pub(crate) fn condition(&self, sql: &mut Sql, condition: &Condition) {
        sql.push("\n  AND ");
        match condition {
            Condition::Text { column, comparison } => {
                compare_text(sql, &format!("({} || '')", self.text_column(*column)), comparison);
            }
            Condition::Number { column: NumberColumn::Version, comparison, value } => {
                sql.push(self.version).push(number_operator(*comparison)).bind(*value);
            }
            Condition::Tag { key, comparison } => {
                let Self { tags, tag_join, .. } = self;
                sql.push(&format!("EXISTS (SELECT 1 FROM {tags} WHERE {tag_join} AND (t.key || '') = "))
                    .bind(key.clone())
                    .push(" AND ");
                compare_text(sql, "t.value", comparison);
                sql.push(FENCE).push(")");
            }
        }
    }

    /// Adds ` ORDER BY ...`; a sort that no index may stand in for if `sorted`.
    pub(crate) fn order_by(&self, sql: &mut Sql, order: &[OrderKey], sorted: bool) {
        let keys: Vec<String> = order
            .iter()
            .map(|key| {
                let column = self.order_column(key.column);
                let direction = if key.descending { "DESC" } else { "ASC" };
                match key.column {
                    _ if !sorted => format!("{column} {direction}"),
                    OrderColumn::Name => format!("({column} || '') {direction}"),
                    _ => format!("({column} + 0) {direction}"),
                }
            })
            .collect();
        sql.push("\nORDER BY ").push(&keys.join(", "));
    }

    /// Adds ` AND the row comes after the one with these sort values`.
    pub(crate) fn after(&self, sql: &mut Sql, order: &[OrderKey], values: &[Value]) -> Result<()> {
        let mut keys = Vec::with_capacity(order.len());
        for (key, value) in order.iter().zip(values) {
            let place = sql.place(sort_param(key.column, value)?);
            keys.push((self.order_column(key.column), if key.descending { "<" } else { ">" }, place));
        }
        let Some((first, rest)) = keys.split_first() else { return Ok(()) };
        // The first comparison is implied by the others; said aloud it lets an index find the place.
        let (column, operator, place) = first;
        let mut text = format!("\n  AND {column} {operator}= {place} AND ({column} {operator} {place}");
        let mut open = 1;
        let mut equal = format!("{column} = {place}");
        for (column, operator, place) in rest {
            text.extend([" OR (", &equal, " AND (", column, " ", operator, " ", place]);
            equal = format!("{column} = {place}");
            open += 2;
        }
        text.push_str(&")".repeat(open));
        sql.push(&text);
        Ok(())
    }
}

/// Ends a subquery that has to stay one: both engines ask it row by row, neither turns it into a join.
pub(crate) const FENCE: &str = " LIMIT 1 OFFSET 0";

/// A sort value as it is bound, if it fits the column.
pub(crate) fn sort_param(column: OrderColumn, value: &Value) -> Result<Param<'static>> {
    match (column, value) {
        (OrderColumn::Name, Value::String(text)) if !text.contains('\0') => Ok(text.clone().into()),
        (OrderColumn::Version | OrderColumn::CreatedAt | OrderColumn::UpdatedAt, Value::Number(number)) => {
            number.as_i64().map(Into::into).ok_or_else(bad_token)
        }
        _ => Err(bad_token()),
    }
}

pub(crate) fn bad_token() -> Error {
    Error::invalid("Invalid page token: its values do not fit the order. Give back a token as it was given.")
}

pub(crate) fn number_operator(comparison: NumberComparison) -> &'static str {
    match comparison {
        NumberComparison::Equal => " = ",
        NumberComparison::NotEqual => " <> ",
        NumberComparison::Less => " < ",
        NumberComparison::LessOrEqual => " <= ",
        NumberComparison::Greater => " > ",
        NumberComparison::GreaterOrEqual => " >= ",
    }
}

pub(crate) fn compare_text(sql: &mut Sql, column: &str, comparison: &TextComparison) {
    match comparison {
        TextComparison::Equal(value) => sql.push(column).push(" = ").bind(value.clone()),
        TextComparison::NotEqual(value) => sql.push(column).push(" <> ").bind(value.clone()),
        TextComparison::Like(pattern) => {
            sql.push(column).push(" LIKE ").bind(without_escapes(pattern)).push(NO_ESCAPE)
        }
        TextComparison::Ilike(pattern) => {
            let pattern = without_escapes(&pattern.to_ascii_lowercase());
            sql.push("LOWER(").push(column).push(") LIKE ").bind(pattern).push(NO_ESCAPE)
        }
        TextComparison::In(values) => among(sql, column, " IN (", values),
        TextComparison::NotIn(values) => among(sql, column, " NOT IN (", values),
    };
}

fn among<'a>(sql: &'a mut Sql, column: &str, operator: &str, values: &[String]) -> &'a mut Sql {
    sql.push(column).push(operator);
    for (index, value) in values.iter().enumerate() {
        sql.push(if index == 0 { "" } else { ", " }).bind(value.clone());
    }
    sql.push(")")
}

/// MLflow's patterns have no escape character, PostgreSQL's have `\` unless told otherwise: a control
/// character stands in, doubled where a pattern holds it.
const NO_ESCAPE: &str = " ESCAPE '\u{1}'";

fn without_escapes(pattern: &str) -> String {
    pattern.replace('\u{1}', "\u{1}\u{1}")
}

/// The range that a pattern's literal start spans, so that an index can serve it. ASCII starts only: their
/// upper end is the next character, whatever the encoding.
pub(crate) fn prefix_range(pattern: &str) -> Option<(String, String)> {
    let literal: String =
        pattern.chars().take_while(|c| c.is_ascii() && !matches!(c, '%' | '_' | '\u{7f}')).collect();
    let mut next = literal.clone();
    let last = next.pop()?;
    next.push(char::from_u32(u32::from(last) + 1)?);
    Some((literal, next))
}

/// Adds ` AND the column is within the range of the pattern's literal start`, if it has one.
pub(crate) fn in_prefix(sql: &mut Sql, column: &str, pattern: &str) {
    if let Some((from, to)) = prefix_range(pattern) {
        sql.push(&format!(" AND {column} >= ")).bind(from).push(&format!(" AND {column} < ")).bind(to);
    }
}

/// The sort values of a row, for a page token.
pub(crate) fn sort_values(
    order: &[OrderKey],
    name: &str,
    version: i64,
    created_at: i64,
    updated_at: i64,
) -> Vec<Value> {
    order
        .iter()
        .map(|key| match key.column {
            OrderColumn::Name => json!(name),
            OrderColumn::Version => json!(version),
            OrderColumn::CreatedAt => json!(created_at),
            OrderColumn::UpdatedAt => json!(updated_at),
        })
        .collect()
}

/// What a page token is bound to: the kind of entity and the order.
pub(crate) fn search_name(kind: &str, order: &[OrderKey]) -> String {
    let keys: Vec<String> =
        order.iter().map(|k| format!("{:?}{}", k.column, if k.descending { "-" } else { "+" })).collect();
    format!("{kind}:{}", keys.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_becomes_a_range() {
        assert_eq!(prefix_range("model-0%"), Some(("model-0".into(), "model-1".into())));
        assert_eq!(prefix_range("a_c"), Some(("a".into(), "b".into())));
        assert_eq!(prefix_range("%x"), None);
        assert_eq!(prefix_range("ü%"), None);
    }

    #[test]
    fn the_place_after_a_row_nests() {
        let order = [
            OrderKey { column: OrderColumn::UpdatedAt, descending: true },
            OrderKey { column: OrderColumn::Name, descending: false },
            OrderKey { column: OrderColumn::Version, descending: true },
        ];
        let mut sql = Sql::default();
        VERSIONS.after(&mut sql, &order, &[json!(5), json!("a"), json!(2)]).expect("fits");
        assert_eq!(
            sql.text.trim_start(),
            "AND v.updated_at <= $1 AND (v.updated_at < $1 OR (v.updated_at = $1 AND (v.name > $2 \
             OR (v.name = $2 AND (v.version < $3)))))"
        );
        VERSIONS
            .after(&mut Sql::default(), &order, &[json!("x"), json!("a"), json!(2)])
            .expect_err("a forged token");
    }
}
