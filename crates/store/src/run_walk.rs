//! `runs/search`, walking: the runs in their order, by start or by the metric, param or tag that leads the order.
//!
//! An order that an entry leads has up to three parts, one after the other: runs with the entry, runs whose metric
//! is not a number, runs without it. Each is a walk of its own.

use greenroom_core::Result;
use greenroom_core::search::RunCondition;
use serde_json::Value;

use crate::db::Tx;
use crate::keyset::{Kind, Term, after, order_by};
use crate::run_condition::{Led, among, bears_absence, of_leading, of_run};
use crate::run_edge::Edge;
use crate::run_entries::{equality, equals, value_start};
use crate::run_order::entry;
use crate::run_search::Finder;
use crate::search::{FENCE, Sql, bad_token};

/// So many experiments are walked side by side; more are sorted together.
pub(crate) const SIDE_BY_SIDE: usize = 32;

/// A part of an order that an entry leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The order is led by an attribute: it has one part.
    Whole,
    /// Runs with the entry.
    With,
    /// Runs whose metric is not a number.
    NotANumber,
    /// Runs without the entry.
    Without,
}

/// One walk.
pub(crate) struct Walk<'w> {
    pub(crate) part: Part,
    /// The table and the key of the entry that leads the order.
    pub(crate) leading: Option<(&'w str, &'w str)>,
    /// A condition in whose index the runs stand in order.
    pub(crate) by_value: Option<&'w RunCondition>,
    /// The order within the part.
    pub(crate) terms: Vec<Term>,
    /// The values of those in the run before the page.
    pub(crate) place: Option<&'w [Value]>,
}

impl Walk<'_> {
    /// Whether it walks the index of entries `o`, not that of the runs.
    fn over_entries(&self) -> bool {
        self.by_value.is_some() || matches!(self.part, Part::With | Part::NotANumber)
    }

    /// Adds ` FROM` the rows that are walked, and their runs if those are asked for.
    pub(crate) fn push_from(&self, sql: &mut Sql, runs: bool) {
        let table = match self.by_value.and_then(equality) {
            Some((table, _, _)) => table,
            None => self.leading.unwrap_or_default().0,
        };
        if self.over_entries() {
            sql.push(&format!("\nFROM {table} o")).push(if runs { " CROSS JOIN runs r" } else { "" });
        } else {
            sql.push("\nFROM runs r");
        }
    }

    /// Adds ` WHERE` they belong to the walk.
    pub(crate) fn push_where(&self, sql: &mut Sql, experiments: &[i64]) {
        sql.push("\nWHERE ");
        if !self.over_entries() {
            return among(sql, "r.experiment_id", experiments);
        }
        among(sql, "o.experiment_id", experiments);
        if let Some((_, key, value)) = self.by_value.and_then(equality) {
            sql.push(" AND o.key = ").bind(key.to_owned());
            return equals(sql, "o", value);
        }
        let (table, key) = self.leading.unwrap_or_default();
        sql.push(" AND o.key = ").bind(key.to_owned());
        if table == "run_metrics" {
            sql.push(if self.part == Part::With { " AND o.is_nan = FALSE" } else { " AND o.is_nan = TRUE" });
        }
    }
}

impl Finder<'_> {
    /// The runs in order, part by part, until there are enough; none if so many looks were not enough.
    pub(crate) async fn walk(
        &self,
        tx: &mut Tx<'_>,
        by_value: Option<&RunCondition>,
        looks: Option<i64>,
        rows: i64,
    ) -> Result<Option<Vec<String>>> {
        let leading = self.search.order.first().and_then(|key| entry(&key.by));
        let parts: &[Part] = match leading {
            None => &[Part::Whole],
            Some(("run_metrics", _)) => &[Part::With, Part::NotANumber, Part::Without],
            Some(_) => &[Part::With, Part::Without],
        };
        // Whether the leading entry was there in the run before the page: as its first term counts.
        let reached = match (leading, self.after) {
            (None, _) | (_, None) => 0,
            (Some(_), Some(values)) => values.first().and_then(Value::as_u64).ok_or_else(bad_token)?,
        };
        let reached = usize::try_from(reached).map_err(|_| bad_token())?;

        let mut ids: Vec<String> = Vec::new();
        for (index, part) in parts.iter().enumerate().skip(reached) {
            let missing = rows - i64::try_from(ids.len()).unwrap_or(rows);
            if missing <= 0 {
                break;
            }
            let place = self.after.filter(|_| index == reached);
            let walk = self.walk_of(*part, leading, by_value, place);
            let edge = match looks {
                Some(looks) => self.edge(tx, &walk, looks).await?,
                None => Edge::End,
            };
            if edge == Edge::Unordered {
                return Ok(None);
            }
            let mut sql = Sql::default();
            if self.part(&mut sql, &walk, &edge, missing)? {
                ids.extend(tx.walk(&sql.text, &sql.params, |row| row.get::<String>(0)).await?);
            }
            if edge != Edge::End && i64::try_from(ids.len()).is_ok_and(|found| found < rows) {
                return Ok(None);
            }
        }
        Ok(Some(ids))
    }

    fn walk_of<'w>(
        &'w self,
        part: Part,
        leading: Option<(&'w str, &'w str)>,
        by_value: Option<&'w RunCondition>,
        place: Option<&'w [Value]>,
    ) -> Walk<'w> {
        // The first term is the part itself; in parts without a value the entry's is always the same.
        let (mut terms, skipped) = match part {
            Part::Whole => (self.terms.to_vec(), 0),
            Part::With => (self.terms[1..].to_vec(), 1),
            Part::NotANumber | Part::Without => (self.terms[2..].to_vec(), 2),
        };
        if part == Part::With {
            "o.value".clone_into(&mut terms[0].expression);
        }
        if by_value.is_some() {
            "o.started_at".clone_into(&mut terms[0].expression);
            "o.run_id".clone_into(&mut terms[1].expression);
        }
        Walk { part, leading, by_value, terms, place: place.map(|values| &values[skipped..]) }
    }

    /// Adds the query for a part of the order; `false` if no run of that part can match.
    fn part(&self, sql: &mut Sql, walk: &Walk<'_>, edge: &Edge, rows: i64) -> Result<bool> {
        let experiments = self.experiments;
        if !(2..=SIDE_BY_SIDE).contains(&experiments.len()) {
            return self.arm(sql, walk, experiments, edge, rows);
        }
        // Each experiment's runs are walked in order, as far as the page needs them, and then merged.
        for (index, experiment) in experiments.iter().enumerate() {
            sql.push(if index == 0 { "SELECT * FROM (" } else { "\nUNION ALL SELECT * FROM (" });
            if !self.arm(sql, walk, std::slice::from_ref(experiment), edge, rows)? {
                return Ok(false);
            }
            sql.push(&format!(") AS arm{index}"));
        }
        let merged: Vec<Term> = walk
            .terms
            .iter()
            .enumerate()
            .map(|(index, term)| Term::new(format!("term{index}"), term.descending, term.kind))
            .collect();
        order_by(sql, &merged);
        sql.push("\nLIMIT ").bind(rows);
        Ok(true)
    }

    /// Adds the query for a part of the order in these experiments.
    fn arm(
        &self,
        sql: &mut Sql,
        walk: &Walk<'_>,
        experiments: &[i64],
        edge: &Edge,
        rows: i64,
    ) -> Result<bool> {
        let Walk { part, leading, by_value, terms, place } = walk;
        sql.push("SELECT r.id");
        for (index, term) in terms.iter().enumerate() {
            sql.push(&format!(", {} AS term{index}", term.expression));
        }
        walk.push_from(sql, true);
        self.join_entries(sql, 1);
        walk.push_where(sql, experiments);
        // What is asked of an entry at hand is asked before its run is looked up.
        let id = if walk.over_entries() { "o.run_id" } else { "r.id" };
        if walk.over_entries() {
            sql.push(" AND r.id = o.run_id");
        }
        sql.push(&self.search.view.condition("r.deleted_at"));
        let (table, key) = leading.unwrap_or_default();
        if *part == Part::Without {
            sql.push(&format!(
                "\n  AND NOT EXISTS (SELECT 1 FROM {table} x WHERE x.run_id = r.id AND x.key = "
            ))
            .bind(key.to_owned())
            .push(FENCE)
            .push(")");
        }
        for condition in self.search.filter.iter().filter(|condition| Some(*condition) != *by_value) {
            if *part == Part::Without && !bears_absence(condition, table, key) {
                return Ok(false);
            }
            let led = if matches!(part, Part::With | Part::NotANumber) {
                of_leading(sql, condition, table, key, *part == Part::NotANumber)
            } else {
                Led::Unrelated
            };
            match led {
                Led::Said => {}
                Led::Never => return Ok(false),
                Led::Unrelated => of_run(sql, condition, id),
            }
        }
        if let Some(values) = place {
            seek(sql, *part, table, terms, values)?;
        }
        edge.until(sql, walk)?;
        if *part == Part::With && table != "run_metrics" {
            // The index holds the start of the value.
            let start = Term::new("o.value_start", terms[0].descending, Kind::Text);
            let terms: Vec<Term> = std::iter::once(start).chain(terms.iter().cloned()).collect();
            order_by(sql, &terms);
        } else {
            order_by(sql, terms);
        }
        sql.push("\nLIMIT ").bind(rows);
        Ok(true)
    }
}

/// Adds the place where the page begins.
fn seek(sql: &mut Sql, part: Part, table: &str, terms: &[Term], values: &[Value]) -> Result<()> {
    if part == Part::With && table != "run_metrics" {
        let start = value_start(values.first().and_then(Value::as_str).ok_or_else(bad_token)?);
        if start.contains('\0') {
            return Err(bad_token());
        }
        let operator = if terms[0].descending { "<=" } else { ">=" };
        sql.push(&format!("\n  AND o.value_start {operator} ")).bind(start.to_owned());
    }
    after(sql, terms, values)
}
