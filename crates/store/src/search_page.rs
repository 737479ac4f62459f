//! How a page of a search is found. Two ways lead to it: walk the rows in the search's order and keep those that
//! match, which suits conditions that many rows meet; or collect the rows that meet one condition from its index
//! and sort them, which suits conditions that few rows meet. Statistics are no judge of that (there may be none, and
//! they know nothing of what goes with what), so the indexes are asked, each time, a bounded number of entries.

use greenroom_core::Result;
use greenroom_core::search::{Condition, OrderColumn, OrderKey, TextColumn, TextComparison};
use serde_json::Value;

use crate::db::{Row, Tx};
use crate::search::{Layout, Sql, compare_text, in_prefix, prefix_range, sort_param};

/// One attempt, in rows for each row of the page.
struct Round {
    /// A condition that no more rows meet is collected from its index.
    few: i64,
    /// Else the walk looks at so many rows before it gives up; the last one never does.
    looks: Option<i64>,
}

/// A walk that gives up has cost little beside the next, longer one; what many rows meet ends in the first.
const ROUNDS: [Round; 3] = [
    Round { few: 10, looks: Some(20) },
    Round { few: 50, looks: Some(250) },
    Round { few: 1000, looks: None },
];

/// Characters of a tag's value in its index.
const TAG_START: usize = 64;

/// A page to be found.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) layout: &'static Layout,
    pub(crate) columns: &'static str,
    /// ` AND ...` that holds for every row, or nothing.
    pub(crate) always: &'static str,
    pub(crate) conditions: &'a [Condition],
    pub(crate) order: &'a [OrderKey],
    /// The sort values of the row before it.
    pub(crate) after: Option<Vec<Value>>,
    /// How many rows at most.
    pub(crate) rows: i64,
}

impl Page<'_> {
    /// Its rows.
    pub(crate) async fn find<T>(&self, tx: &mut Tx<'_>, map: fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        let fixed = self.fixed_name();
        let (indexed, ordered) = (self.indexed(fixed), self.ordered(fixed));
        if indexed.is_empty() {
            return self.walk(tx, fixed, None, map).await;
        }

        for Round { few, looks } in ROUNDS {
            if let Some(condition) = self.rarest(tx, &indexed, few.saturating_mul(self.rows)).await? {
                return self.collect(tx, condition, map).await;
            }
            let end = match looks {
                Some(_) if !ordered => continue,
                Some(looks) => self.end(tx, fixed, looks.saturating_mul(self.rows)).await?,
                None => None,
            };
            let found = self.walk(tx, fixed, end.as_ref(), map).await?;
            if end.is_none() || i64::try_from(found.len()).is_ok_and(|n| n >= self.rows) {
                return Ok(found);
            }
        }
        unreachable!("the last round walks to the end")
    }

    /// `name = '...'` where an index holds a model's versions in the order asked for.
    fn fixed_name(&self) -> Option<&Condition> {
        let by_time_made = self.order.first().is_some_and(|key| key.column == OrderColumn::CreatedAt);
        self.conditions.iter().find(|condition| {
            !by_time_made
                && matches!(
                    condition,
                    Condition::Text { column: TextColumn::Name, comparison: TextComparison::Equal(_) }
                )
        })
    }

    /// Whether an index holds the rows in the order asked for.
    fn ordered(&self, fixed: Option<&Condition>) -> bool {
        fixed.is_some() || self.order.first().is_some_and(|key| key.column != OrderColumn::Version)
    }

    /// The conditions whose rows an index can tell.
    fn indexed(&self, fixed: Option<&Condition>) -> Vec<&Condition> {
        let told = |condition: &&Condition| match condition {
            Condition::Tag { .. } => true,
            Condition::Number { .. } => false,
            Condition::Text { comparison, .. } => match comparison {
                TextComparison::Equal(_) | TextComparison::In(_) => true,
                TextComparison::Like(pattern) => prefix_range(pattern).is_some(),
                TextComparison::NotEqual(_) | TextComparison::Ilike(_) | TextComparison::NotIn(_) => false,
            },
        };
        self.conditions.iter().filter(told).filter(|condition| Some(*condition) != fixed).collect()
    }

    /// The condition that the fewest rows meet, if that are no more than `few`.
    async fn rarest<'c>(
        &self,
        tx: &mut Tx<'_>,
        conditions: &[&'c Condition],
        few: i64,
    ) -> Result<Option<&'c Condition>> {
        let mut rarest = None;
        let mut fewest = few.saturating_add(1);
        for &condition in conditions {
            let mut sql = Sql::default();
            sql.push("SELECT COUNT(*) FROM (SELECT 1 FROM ");
            self.entries(&mut sql, condition);
            sql.push("\nLIMIT ").bind(fewest).push(") AS entries");
            let count = tx.search(&sql.text, &sql.params, |row| row.get::<i64>(0)).await?;
            if let Some(count) = count.into_iter().next().filter(|count| *count < fewest) {
                (rarest, fewest) = (Some(condition), count);
            }
        }
        Ok(rarest)
    }

    /// Adds the table and what its index tells of a condition; whether that is the whole of it.
    fn entries(&self, sql: &mut Sql, condition: &Condition) -> bool {
        let Layout { table, exists, tags, .. } = self.layout;
        match condition {
            Condition::Tag { key, comparison } => {
                sql.push(&format!("{tags} WHERE t.key = ")).bind(key.clone());
                // The index holds the start of the value.
                let start = |text: &String| -> String { text.chars().take(TAG_START).collect() };
                let (told, whole) = match comparison {
                    TextComparison::Equal(value) => {
                        (TextComparison::Equal(start(value)), value.chars().count() < TAG_START)
                    }
                    TextComparison::Like(pattern) => (TextComparison::Like(start(pattern)), false),
                    _ => return false,
                };
                in_index(sql, "substr(t.value, 1, 64)", &told) && whole
            }
            Condition::Text { column, comparison } => {
                sql.push(&format!("{table} WHERE {exists}"));
                in_index(sql, self.layout.text_column(*column), comparison)
            }
            Condition::Number { .. } => unreachable!("no index tells the rows of a number"),
        }
    }

    /// The rows that meet one condition, sorted.
    async fn collect<T>(
        &self,
        tx: &mut Tx<'_>,
        driving: &Condition,
        map: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let Layout { table, letter, exists, key, tag_key, hit_key, hit_join, .. } = self.layout;
        let mut sql = Sql::default();
        let key = if matches!(driving, Condition::Tag { .. }) { tag_key } else { key };
        // Step by step, each the only thing its planner sees: the index's own columns (asked for others, an engine with
        // statistics may read the table instead), the rows they lead to, and only then what else is to hold for them.
        sql.push(&format!("WITH hits ({hit_key}) AS MATERIALIZED (\n  SELECT {key} FROM "));
        let whole = self.entries(&mut sql, driving);
        sql.push(&format!(
            "),\n{letter} AS MATERIALIZED (\n  SELECT {letter}.* FROM hits h CROSS JOIN {table}\n  WHERE {hit_join} AND {exists})\n\
             SELECT {}\nFROM {letter}\nWHERE TRUE",
            self.columns
        ));
        self.matching(&mut sql, whole.then_some(driving));
        self.after(&mut sql)?;
        self.layout.order_by(&mut sql, self.order, true);
        sql.push("\nLIMIT ").bind(self.rows);
        tx.search(&sql.text, &sql.params, map).await
    }

    /// The rows in order, as far as the page or `end` goes.
    async fn walk<T>(
        &self,
        tx: &mut Tx<'_>,
        fixed: Option<&Condition>,
        end: Option<&Value>,
        map: fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let Layout { table, key, .. } = self.layout;
        let mut sql = Sql::default();
        // With tags to ask for, rows that do not match cost their index entry only.
        let by_key = self.conditions.iter().any(|condition| matches!(condition, Condition::Tag { .. }));
        sql.push(&format!("SELECT {}\nFROM {table}\nWHERE ", self.columns));
        if by_key {
            sql.push(&format!("({key}) IN (\nSELECT {key}\nFROM {table}\nWHERE "));
        }
        self.existing(&mut sql, fixed);
        self.matching(&mut sql, fixed);
        if let Some((order, end)) = self.leading(fixed).zip(end) {
            let operator = if order.descending { ">=" } else { "<=" };
            sql.push(&format!("\n  AND {} {operator} ", self.layout.order_column(order.column)))
                .bind(sort_param(order.column, end)?);
        }
        self.after(&mut sql)?;
        self.layout.order_by(&mut sql, self.order, false);
        sql.push("\nLIMIT ").bind(self.rows);
        if by_key {
            sql.push(")");
            self.layout.order_by(&mut sql, self.order, true);
        }
        tx.search(&sql.text, &sql.params, map).await
    }

    /// The leading sort value of the row that is so many rows further on; none if the rows end before.
    async fn end(&self, tx: &mut Tx<'_>, fixed: Option<&Condition>, rows: i64) -> Result<Option<Value>> {
        let Some(order) = self.leading(fixed) else { return Ok(None) };
        let Layout { table, .. } = self.layout;
        let mut sql = Sql::default();
        sql.push(&format!("SELECT {}\nFROM {table}\nWHERE ", self.layout.order_column(order.column)));
        self.existing(&mut sql, fixed);
        self.after(&mut sql)?;
        self.layout.order_by(&mut sql, self.order, false);
        sql.push("\nLIMIT 1 OFFSET ").bind(rows);
        let map: fn(&Row<'_>) -> Result<Value> = match order.column {
            OrderColumn::Name => |row| Ok(row.get::<String>(0)?.into()),
            _ => |row| Ok(row.get::<i64>(0)?.into()),
        };
        Ok(tx.search(&sql.text, &sql.params, map).await?.into_iter().next())
    }

    /// The first key of the order that tells rows apart.
    fn leading(&self, fixed: Option<&Condition>) -> Option<&OrderKey> {
        self.order.iter().find(|key| fixed.is_none() || key.column != OrderColumn::Name)
    }

    fn existing(&self, sql: &mut Sql, fixed: Option<&Condition>) {
        sql.push(self.layout.exists);
        if let Some(Condition::Text { column, comparison }) = fixed {
            sql.push(" AND ");
            compare_text(sql, self.layout.text_column(*column), comparison);
        }
    }

    /// Adds what holds for every row of the answer, but what has been said; last what nearly every row meets.
    fn matching(&self, sql: &mut Sql, said: Option<&Condition>) {
        for condition in self.conditions.iter().filter(|condition| Some(*condition) != said) {
            self.layout.condition(sql, condition);
        }
        sql.push(self.always);
    }

    fn after(&self, sql: &mut Sql) -> Result<()> {
        self.after.as_deref().map_or(Ok(()), |values| self.layout.after(sql, self.order, values))
    }
}

/// Adds ` AND ...` that an index over `column` serves; whether that is the whole comparison.
fn in_index(sql: &mut Sql, column: &str, comparison: &TextComparison) -> bool {
    if let TextComparison::Like(pattern) = comparison {
        in_prefix(sql, column, pattern);
        return false;
    }
    sql.push(" AND ");
    compare_text(sql, column, comparison);
    true
}
