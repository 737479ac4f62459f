//! Params of runs: written once.

use std::collections::{BTreeMap, HashMap};

use greenroom_core::Result;
use greenroom_core::run::{Param as RunParam, Run};

use crate::db::{Param, Rows, Tx};
use crate::page::in_list;
use crate::run_entries::value_start;
use crate::tag::group;

/// The params of a page of runs, by run id; each run's by key.
pub async fn of_runs(tx: &mut Tx<'_>, ids: &[&str]) -> Result<HashMap<String, Vec<RunParam>>> {
    let (list, params) = in_list(ids, 1);
    let sql =
        format!("SELECT run_id, key, value FROM run_params WHERE run_id IN ({list}) ORDER BY run_id, key");
    let rows = tx
        .all(&sql, &params, |row| {
            Ok((row.get::<String>(0)?, RunParam { key: row.get(1)?, value: row.get(2)? }))
        })
        .await?;
    Ok(group(rows))
}

/// The values of those of these params that a run has.
pub async fn known(tx: &mut Tx<'_>, run: &Run, asked: &[RunParam]) -> Result<BTreeMap<String, String>> {
    let mut known = BTreeMap::new();
    for some in asked.chunks(crate::page::CHILDREN) {
        let keys: Vec<&str> = some.iter().map(|param| param.key.as_str()).collect();
        let (list, bound) = in_list(&keys, 2);
        let params: Vec<Param<'_>> = std::iter::once(run.id.as_str().into()).chain(bound).collect();
        let sql =
            format!("SELECT key, value FROM run_params WHERE run_id = $1 AND key IN ({list}) ORDER BY key");
        known.extend(tx.all(&sql, &params, |row| Ok((row.get(0)?, row.get(1)?))).await?);
    }
    Ok(known)
}

const INSERT: Rows = Rows {
    before: "INSERT INTO run_params (run_id, key, value, experiment_id, started_at, value_start)",
    columns: 6,
    after: "",
};

/// Adds params that the run does not have, no key twice.
pub async fn insert(tx: &mut Tx<'_>, run: &Run, params: &[&RunParam]) -> Result<()> {
    let values: Vec<Param<'_>> = params
        .iter()
        .flat_map(|p| {
            [
                (&run.id).into(),
                (&p.key).into(),
                (&p.value).into(),
                run.experiment_id.into(),
                run.started_at.into(),
                value_start(&p.value).into(),
            ]
        })
        .collect();
    tx.insert(INSERT, &values).await
}
