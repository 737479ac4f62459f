//! `runs/search`, deciding: whether to walk or to collect, round by round, by what the indexes say.
//!
//! An entry of an index that is read in its order costs a tenth of a run that is looked at on the way, so collecting
//! may go over more of them than a walk.

use greenroom_core::Result;
use greenroom_core::search::{RunCondition, RunOrder, RunSort, RunText, RunTime};

use crate::db::Tx;
use crate::keyset::{after, sorted_by};
use crate::run_condition::{among, of_run};
use crate::run_entries::{Ask, equality, from_index, precise, says, told};
use crate::run_search::Finder;
use crate::search::Sql;

/// One attempt, in entries or runs for each run of the page.
struct Round {
    /// What no more runs meet is collected from its index.
    few: i64,
    /// Else the walk looks at so many runs before it gives up; the last one never does.
    looks: Option<i64>,
}

const ROUNDS: [Round; 3] = [
    Round { few: 10, looks: Some(20) },
    Round { few: 300, looks: Some(100) },
    Round { few: 2000, looks: None },
];

/// Smaller pages are looked for as if they had so many runs.
const PAGE: i64 = 100;

/// Other conditions are collected with the rarest if no more than so many times as many entries tell them: to read
/// those costs less than to ask about each of the runs.
const BESIDE: i64 = 10;

/// An entry whose value has to be read as well counts as so many.
const VALUE: i64 = 10;

impl Finder<'_> {
    /// The ids of the page and of one run more, if there are so many.
    pub(crate) async fn find(&self, tx: &mut Tx<'_>, rows: i64) -> Result<Vec<String>> {
        let mut told = told(&self.search.filter);
        let unit = rows.max(PAGE);
        for (number, Round { few, looks }) in ROUNDS.into_iter().enumerate() {
            let few = few.saturating_mul(unit);
            let counted = self.count(tx, &told, few).await?;
            // By start, the runs of one value stand in order in its index.
            let by_value = counted
                .iter()
                .map(|(_, condition)| *condition)
                .find(|condition| by_start(&self.search.order) && equality(condition).is_some());
            let rarest = counted.first().filter(|(count, _)| *count <= few);
            let Some((count, condition)) = rarest else {
                let looks = looks.filter(|_| !told.is_empty()).map(|looks| looks.saturating_mul(unit));
                if let Some(ids) = self.walk(tx, by_value, looks, rows).await? {
                    return Ok(ids);
                }
                // To read the values of very many costs more than to walk on.
                told.retain(|condition| precise(condition));
                continue;
            };
            let beside = |(n, _): &&(i64, _)| *n <= few && *n <= count.saturating_mul(BESIDE);
            let together: Vec<&RunCondition> =
                counted.iter().filter(beside).map(|(_, condition)| *condition).collect();
            if by_value == Some(condition) && (number == 0 || together.len() == 1) {
                return Ok(self.walk(tx, by_value, None, rows).await?.unwrap_or_default());
            }
            return self.collect(tx, &together, rows).await;
        }
        unreachable!("the last round walks to the end")
    }

    /// The conditions by the number of entries that tell them, up to one more than `few`.
    async fn count<'c>(
        &self,
        tx: &mut Tx<'_>,
        told: &[&'c RunCondition],
        few: i64,
    ) -> Result<Vec<(i64, &'c RunCondition)>> {
        let mut counted = Vec::with_capacity(told.len());
        for &condition in told {
            let mut sql = Sql::default();
            sql.push("SELECT COUNT(*) FROM (");
            from_index(&mut sql, condition, &self.search.filter, self.experiments, Ask::Entries);
            sql.push(" LIMIT ").bind(few.saturating_add(1)).push(") AS entries");
            let count = tx.walk(&sql.text, &sql.params, |row| row.get::<i64>(0)).await?;
            let count = count.into_iter().next().unwrap_or_default();
            let cost = if precise(condition) { 1 } else { VALUE };
            counted.push((count.saturating_mul(cost), condition));
        }
        counted.sort_by_key(|(count, _)| *count);
        Ok(counted)
    }

    /// The runs that meet all of these conditions, by their indexes, and the others, sorted.
    async fn collect(&self, tx: &mut Tx<'_>, together: &[&RunCondition], rows: i64) -> Result<Vec<String>> {
        let mut sql = Sql::default();
        sql.push("WITH hits (run_id) AS MATERIALIZED (");
        for (index, condition) in together.iter().enumerate() {
            sql.push(if index == 0 { "" } else { "\nINTERSECT " });
            from_index(&mut sql, condition, &self.search.filter, self.experiments, Ask::Runs);
        }
        // In this order for SQLite.
        sql.push(")\nSELECT r.id\nFROM hits h CROSS JOIN runs r");
        self.join_entries(&mut sql, 0);
        sql.push("\nWHERE r.id = h.run_id AND ");
        among(&mut sql, "r.experiment_id", self.experiments);
        sql.push(&self.search.view.condition("r.deleted_at"));
        for condition in &self.search.filter {
            if !together.iter().any(|met| says(met, condition)) {
                of_run(&mut sql, condition, "h.run_id");
            }
        }
        if let Some(values) = self.after {
            after(&mut sql, self.terms, values)?;
        }
        sorted_by(&mut sql, self.terms);
        sql.push("\nLIMIT ").bind(rows);
        tx.search(&sql.text, &sql.params, |row| row.get(0)).await
    }
}

/// Whether the latest run comes first: the order of MLflow's searches unless they ask for another.
fn by_start(order: &[RunOrder]) -> bool {
    matches!(
        order,
        [
            RunOrder { by: RunSort::Time(RunTime::Started), descending: true },
            RunOrder { by: RunSort::Text(RunText::Id), descending: false },
            ..
        ]
    )
}
