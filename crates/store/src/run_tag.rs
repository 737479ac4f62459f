//! Tags of runs.

use std::collections::HashMap;

use greenroom_core::Result;
use greenroom_core::run::Run;
use greenroom_core::tag::Tag;

use crate::db::{Param, Rows, Statement, Tx};
use crate::page::in_list;
use crate::run_entries::value_start;
use crate::tag::group;

/// The tags of a page of runs, by run id; each run's by key.
pub async fn of_runs(tx: &mut Tx<'_>, ids: &[&str]) -> Result<HashMap<String, Vec<Tag>>> {
    let (list, params) = in_list(ids, 1);
    let sql =
        format!("SELECT run_id, key, value FROM run_tags WHERE run_id IN ({list}) ORDER BY run_id, key");
    let rows = tx
        .all(&sql, &params, |row| Ok((row.get::<String>(0)?, Tag { key: row.get(1)?, value: row.get(2)? })))
        .await?;
    Ok(group(rows))
}

const GET: &str = "SELECT value FROM run_tags WHERE run_id = $1 AND key = $2";

/// The value of one tag.
pub async fn get(tx: &mut Tx<'_>, run_id: &str, key: &str) -> Result<Option<String>> {
    tx.opt(GET, &[run_id.into(), key.into()], |row| row.get(0)).await
}

const SET: Rows = Rows {
    before: "INSERT INTO run_tags (run_id, key, value, experiment_id, started_at, value_start)",
    columns: 6,
    after: "ON CONFLICT (run_id, key) DO UPDATE SET value = excluded.value, value_start = excluded.value_start",
};

/// Sets tags, no key twice.
pub async fn set<'a>(
    tx: &mut Tx<'_>,
    run: &'a Run,
    tags: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<()> {
    let values: Vec<Param<'_>> = tags
        .into_iter()
        .flat_map(|(key, value)| {
            [
                (&run.id).into(),
                key.into(),
                value.into(),
                run.experiment_id.into(),
                run.started_at.into(),
                value_start(value).into(),
            ]
        })
        .collect();
    tx.insert(SET, &values).await
}

/// Removes a tag.
pub fn delete<'a>(run_id: &'a str, key: &'a str) -> Statement<'a> {
    Statement {
        sql: "DELETE FROM run_tags WHERE run_id = $1 AND key = $2",
        params: vec![run_id.into(), key.into()],
    }
}
