//! `runs/search`: the ids of a page of runs, in order.
//!
//! Two ways lead to a page. Where few runs meet some condition, they are collected from its index and sorted.
//! Else the runs are walked in their order, and those that do not match are left out.

use std::collections::{BTreeSet, HashMap};

use greenroom_core::Result;
use greenroom_core::run::Run;
use greenroom_core::search::{RunCondition, RunOrder};
use serde_json::Value;

use crate::db::Tx;
use crate::keyset::{Term, select_value, value};
use crate::page::{self, in_list};
use crate::run::{COLUMNS, from_row};
use crate::run_order::{alias, entry, search_name, terms};
use crate::search::Sql;

/// Which runs exist for a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Those that are not deleted.
    Active,
    /// Those that are.
    Deleted,
    /// Both.
    All,
}

impl View {
    /// ` AND ...` about the column that says when a row was deleted.
    pub(crate) fn condition(self, deleted_at: &str) -> String {
        match self {
            Self::Active => format!("\n  AND {deleted_at} IS NULL"),
            Self::Deleted => format!("\n  AND {deleted_at} IS NOT NULL"),
            Self::All => String::new(),
        }
    }
}

/// What to look for.
#[derive(Clone, Debug)]
pub struct RunSearch {
    /// In these experiments.
    pub experiments: Vec<i64>,
    /// Which runs exist.
    pub view: View,
    /// All of these hold.
    pub filter: Vec<RunCondition>,
    /// In which order; complete.
    pub order: Vec<RunOrder>,
    /// How many at most.
    pub limit: i64,
    /// Where to go on.
    pub token: Option<String>,
}

/// The ids of a page of runs, and the token of the next page if there is one.
pub async fn ids(tx: &mut Tx<'_>, search: &RunSearch) -> Result<(Vec<String>, Option<String>)> {
    let name = search_name(&search.order);
    let terms = terms(&search.order);
    let after =
        search.token.as_deref().map(|token| page::read_token(token, &name, terms.len())).transpose()?;
    if search.experiments.is_empty() {
        return Ok((Vec::new(), None));
    }

    let rows = search.limit.saturating_add(1);
    let experiments: BTreeSet<i64> = search.experiments.iter().copied().collect();
    let experiments: Vec<i64> = experiments.into_iter().collect();
    let finder = Finder { search, experiments: &experiments, after: after.as_deref(), terms: &terms };
    let mut ids = finder.find(tx, rows).await?;
    let token = if page::cut(&mut ids, search.limit) {
        let last = ids.last().map(String::as_str).unwrap_or_default();
        Some(page::token(&name, &finder.values(tx, last).await?))
    } else {
        None
    };
    Ok((ids, token))
}

/// A page of runs, and the token of the next page if there is one.
pub async fn run(tx: &mut Tx<'_>, search: &RunSearch) -> Result<(Vec<Run>, Option<String>)> {
    let (ids, token) = ids(tx, search).await?;
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(page::CHILDREN) {
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        let (list, params) = in_list(&some, 1);
        let sql = format!("SELECT {COLUMNS}\nFROM runs r\nWHERE r.id IN ({list})\nORDER BY r.id");
        let runs = tx.all(&sql, &params, from_row).await?;
        found.extend(runs.into_iter().map(|run| (run.id.clone(), run)));
    }
    Ok((ids.iter().filter_map(|id| found.remove(id)).collect(), token))
}

/// Finds one page.
pub(crate) struct Finder<'a> {
    pub(crate) search: &'a RunSearch,
    /// None twice.
    pub(crate) experiments: &'a [i64],
    /// The sort values of the run before the page.
    pub(crate) after: Option<&'a [Value]>,
    pub(crate) terms: &'a [Term],
}

impl Finder<'_> {
    /// Adds ` LEFT JOIN` for each key of the order, from this one on, that is an entry.
    pub(crate) fn join_entries(&self, sql: &mut Sql, from: usize) {
        for (index, key) in self.search.order.iter().enumerate().skip(from) {
            if let Some((table, key)) = entry(&key.by) {
                let o = alias(index);
                sql.push(&format!("\n  LEFT JOIN {table} {o} ON {o}.run_id = r.id AND {o}.key = "))
                    .bind(key.to_owned());
            }
        }
    }

    /// The sort values of a run, for a page token.
    async fn values(&self, tx: &mut Tx<'_>, id: &str) -> Result<Vec<Value>> {
        let mut sql = Sql::default();
        for (index, term) in self.terms.iter().enumerate() {
            sql.push(if index == 0 { "" } else { "\nUNION ALL " });
            select_value(&mut sql, index, term);
            sql.push(" FROM runs r");
            self.join_entries(&mut sql, 0);
            sql.push(" WHERE r.id = ").bind(id.to_owned());
        }
        sql.push("\nORDER BY place");
        tx.search(&sql.text, &sql.params, value).await
    }
}
