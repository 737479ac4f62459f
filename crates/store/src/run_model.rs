//! The logged models that runs took in or brought forth.

use std::collections::HashMap;

use greenroom_core::Result;
use greenroom_core::run::{ModelOutput, Run};

use crate::db::{Param, Rows, Tx};
use crate::page::in_list;

/// The models of a page of runs, by run id: taken in (by id), and brought forth (by step, then id).
pub async fn of_runs(
    tx: &mut Tx<'_>,
    ids: &[&str],
) -> Result<HashMap<String, (Vec<String>, Vec<ModelOutput>)>> {
    let (list, params) = in_list(ids, 1);
    let sql = format!(
        "SELECT run_id, is_output, model_id, step FROM run_models WHERE run_id IN ({list})
         ORDER BY run_id, is_output, step, model_id"
    );
    let rows = tx
        .all(&sql, &params, |row| {
            let model = ModelOutput { model_id: row.get(2)?, step: row.get(3)? };
            Ok((row.get::<String>(0)?, row.get::<bool>(1)?, model))
        })
        .await?;
    let mut by_run: HashMap<String, (Vec<String>, Vec<ModelOutput>)> = HashMap::new();
    for (run_id, is_output, model) in rows {
        let (inputs, outputs) = by_run.entry(run_id).or_default();
        if is_output {
            outputs.push(model);
        } else {
            inputs.push(model.model_id);
        }
    }
    Ok(by_run)
}

const SET: Rows = Rows {
    before: "INSERT INTO run_models (run_id, model_id, is_output, step)",
    columns: 4,
    after: "ON CONFLICT (run_id, is_output, model_id) DO UPDATE SET step = excluded.step",
};

/// Notes models that a run took in, none twice.
pub async fn add_inputs(tx: &mut Tx<'_>, run: &Run, model_ids: &[&str]) -> Result<()> {
    let values: Vec<Param<'_>> = model_ids
        .iter()
        .flat_map(|id| [(&run.id).into(), (*id).into(), false.into(), 0_i64.into()])
        .collect();
    tx.insert(SET, &values).await
}

/// Notes models that a run brought forth, none twice; one that was noted before gets the new step.
pub async fn add_outputs(tx: &mut Tx<'_>, run: &Run, models: &[&ModelOutput]) -> Result<()> {
    let values: Vec<Param<'_>> = models
        .iter()
        .flat_map(|m| [(&run.id).into(), (&m.model_id).into(), true.into(), m.step.into()])
        .collect();
    tx.insert(SET, &values).await
}
