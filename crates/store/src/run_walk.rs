//! `runs/search`, walking: the runs in their order, by start or by the metric, param or tag that leads the order.
//!
//! An order that an entry leads has up to three parts, one after the other: runs with the entry, runs whose metric
//! is not a number, runs without it. Each is a walk of its own.

use greenroom_core::Result;
use serde_json::Value;

use crate::db::Tx;
use crate::keyset::{Kind, Term, after, order_by};
use crate::run_condition::{Led, among, bears_absence, of_leading, of_run};
use crate::run_order::entry;
use crate::run_search::Finder;
use crate::search::{FENCE, Sql, bad_token};

/// So many experiments are walked side by side; more are sorted together.
const SIDE_BY_SIDE: usize = 32;

/// A part of an order that an entry leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The order is led by an attribute: it has one part.
    Whole,
    /// Runs with the entry.
    With,
    /// Runs whose metric is not a number.
    NotANumber,
    /// Runs without the entry.
    Without,
}

impl Finder<'_> {
    /// The runs in order, part by part, until there are enough.
    pub(crate) async fn walk(&self, tx: &mut Tx<'_>, rows: i64) -> Result<Vec<String>> {
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
            let after = self.after.filter(|_| index == reached);
            let mut sql = Sql::default();
            if self.part(&mut sql, *part, leading, after, missing)? {
                ids.extend(tx.search(&sql.text, &sql.params, |row| row.get::<String>(0)).await?);
            }
        }
        Ok(ids)
    }

    /// Adds the query for a part of the order; `false` if no run of that part can match.
    fn part(
        &self,
        sql: &mut Sql,
        part: Part,
        leading: Option<(&str, &str)>,
        place: Option<&[Value]>,
        rows: i64,
    ) -> Result<bool> {
        let (skipped, value_term) = match part {
            Part::Whole => (0, None),
            // The first term is the part itself; in the others the entry's value is always the same.
            Part::With => (2, Some(self.walked_value())),
            Part::NotANumber | Part::Without => (2, None),
        };
        let terms: Vec<Term> = value_term.into_iter().chain(self.terms[skipped..].iter().cloned()).collect();
        let place = place.map(|values| &values[if part == Part::With { 1 } else { skipped }..]);

        let experiments = self.experiments;
        if !(2..=SIDE_BY_SIDE).contains(&experiments.len()) {
            return self.arm(sql, part, leading, experiments, &terms, place, rows);
        }
        // Each experiment's runs are walked in order, as far as the page needs them, and then merged.
        for (index, experiment) in experiments.iter().enumerate() {
            sql.push(if index == 0 { "SELECT * FROM (" } else { "\nUNION ALL SELECT * FROM (" });
            if !self.arm(sql, part, leading, std::slice::from_ref(experiment), &terms, place, rows)? {
                return Ok(false);
            }
            sql.push(&format!(") AS arm{index}"));
        }
        let merged: Vec<Term> = terms
            .iter()
            .enumerate()
            .map(|(index, term)| Term::new(format!("term{index}"), term.descending, term.kind))
            .collect();
        order_by(sql, &merged);
        sql.push("\nLIMIT ").bind(rows);
        Ok(true)
    }

    /// The value of the leading entry where there is one.
    fn walked_value(&self) -> Term {
        let value = &self.terms[1];
        Term::new("o.value", value.descending, value.kind)
    }

    /// Adds the query for a part of the order in these experiments.
    #[expect(clippy::too_many_arguments, reason = "each names one thing the text depends on")]
    fn arm(
        &self,
        sql: &mut Sql,
        part: Part,
        leading: Option<(&str, &str)>,
        experiments: &[i64],
        terms: &[Term],
        place: Option<&[Value]>,
        rows: i64,
    ) -> Result<bool> {
        sql.push("SELECT r.id");
        for (index, term) in terms.iter().enumerate() {
            sql.push(&format!(", {} AS term{index}", term.expression));
        }
        let (table, key) = leading.unwrap_or_default();
        let with = matches!(part, Part::With | Part::NotANumber);
        if with {
            sql.push(&format!("\nFROM {table} o CROSS JOIN runs r"));
        } else {
            sql.push("\nFROM runs r");
        }
        self.join_entries(sql, 1);
        sql.push("\nWHERE ");
        if with {
            among(sql, "o.experiment_id", experiments);
            sql.push(" AND o.key = ").bind(key.to_owned());
            if table == "run_metrics" {
                sql.push(if part == Part::With { " AND o.is_nan = FALSE" } else { " AND o.is_nan = TRUE" });
            }
            sql.push(" AND r.id = o.run_id");
        } else {
            among(sql, "r.experiment_id", experiments);
        }
        sql.push(&self.search.view.condition("r.deleted_at"));
        if part == Part::Without {
            sql.push(&format!(
                "\n  AND NOT EXISTS (SELECT 1 FROM {table} x WHERE x.run_id = r.id AND x.key = "
            ))
            .bind(key.to_owned())
            .push(FENCE)
            .push(")");
        }
        for condition in &self.search.filter {
            if part == Part::Without && !bears_absence(condition, table, key) {
                return Ok(false);
            }
            let led = if with {
                of_leading(sql, condition, table, key, part == Part::NotANumber)
            } else {
                Led::Unrelated
            };
            match led {
                Led::Said => {}
                Led::Never => return Ok(false),
                Led::Unrelated => of_run(sql, condition),
            }
        }
        if let Some(values) = place {
            seek(sql, part, table, terms, values)?;
        }
        if part == Part::With && table != "run_metrics" {
            // The index holds the start of the value.
            let start = Term::new("substr(o.value, 1, 64)", terms[0].descending, Kind::Text);
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
        let start: String =
            values.first().and_then(Value::as_str).ok_or_else(bad_token)?.chars().take(64).collect();
        if start.contains('\0') {
            return Err(bad_token());
        }
        let operator = if terms[0].descending { "<=" } else { ">=" };
        sql.push(&format!("\n  AND substr(o.value, 1, 64) {operator} ")).bind(start);
    }
    after(sql, terms, values)
}
