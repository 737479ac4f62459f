//! `runs/search`, walking no further than so many runs: where in the order those end.

use greenroom_core::Result;
use serde_json::Value;

use crate::db::Tx;
use crate::keyset::{Kind, Term, param, select_value, value};
use crate::run_condition::of_leading;
use crate::run_search::Finder;
use crate::run_walk::{Part, SIDE_BY_SIDE, Walk};
use crate::search::{Sql, bad_token};

/// Where a walk ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Edge {
    /// Where the rows do.
    End,
    /// After the rows with this leading value.
    After(Value),
    /// No index holds the rows in this order: it is not for walking.
    Unordered,
}

impl Edge {
    /// Adds ` AND the row comes before the edge`.
    pub(crate) fn until(&self, sql: &mut Sql, walk: &Walk<'_>) -> Result<()> {
        if let (Self::After(value), Some(term)) = (self, edge_term(walk)) {
            let operator = if term.descending { ">=" } else { "<=" };
            sql.push(&format!("\n  AND {} {operator} ", term.expression)).bind(param(term.kind, value)?);
        }
        Ok(())
    }
}

/// What the index that is walked is ordered by, if one holds the order.
fn edge_term(walk: &Walk<'_>) -> Option<Term> {
    let first = walk.terms.first()?;
    match (walk.part, walk.leading) {
        (Part::With, Some((table, _))) if table != "run_metrics" => {
            Some(Term::new("o.value_start", first.descending, Kind::Text))
        }
        _ => ["r.started_at", "r.name", "o.started_at", "o.value"]
            .contains(&first.expression.as_str())
            .then(|| first.clone()),
    }
}

impl Finder<'_> {
    /// Where a walk has looked at so many rows.
    pub(crate) async fn edge(&self, tx: &mut Tx<'_>, walk: &Walk<'_>, looks: i64) -> Result<Edge> {
        if walk.part == Part::NotANumber {
            // Few: what is logged is numbers.
            return Ok(Edge::End);
        }
        let Some(term) = edge_term(walk).filter(|_| self.experiments.len() <= SIDE_BY_SIDE) else {
            return Ok(Edge::Unordered);
        };
        let (direction, operator) = if term.descending { ("DESC", "<=") } else { ("ASC", ">=") };
        let mut sql = Sql::default();
        for (index, experiment) in self.experiments.iter().enumerate() {
            sql.push(if index == 0 { "SELECT * FROM (" } else { "\nUNION ALL SELECT * FROM (" });
            select_value(&mut sql, 0, &term);
            sql.push(&format!(", {} AS edge", term.expression));
            walk.push_from(&mut sql, false);
            walk.push_where(&mut sql, std::slice::from_ref(experiment));
            if let (Part::With, Some(("run_metrics", key))) = (walk.part, walk.leading) {
                for condition in &self.search.filter {
                    of_leading(&mut sql, condition, "run_metrics", key, false);
                }
            }
            if let Some(values) = walk.place {
                let place = values.first().ok_or_else(bad_token)?;
                sql.push(&format!("\n  AND {} {operator} ", term.expression)).bind(param(term.kind, place)?);
            }
            sql.push(&format!("\nORDER BY {} {direction}\nLIMIT 1 OFFSET ", term.expression)).bind(looks);
            sql.push(&format!(") AS arm{index}"));
        }
        // Of several experiments the one whose rows go least far says where all of them stop.
        sql.push(&format!("\nORDER BY edge {direction}\nLIMIT 1"));
        let edge = tx.walk(&sql.text, &sql.params, value).await?;
        Ok(edge.into_iter().next().map_or(Edge::End, Edge::After))
    }
}
