//! Logging params.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::run::{self as rules, Param, Run};
use greenroom_store::{Tx, run_param};

use super::find_active;
use crate::Context;

/// Logs a param; again with the same value changes nothing.
pub async fn log_param(cx: &Context, run_id: String, key: &str, value: &str) -> Result<()> {
    let param = rules::check_param("", key, value, cx.long_values)?;
    cx.db.write((run_id, param), |tx, (run_id, param)| log_one(tx, run_id, param).boxed()).await
}

async fn log_one(tx: &mut Tx<'_>, run_id: &str, param: &Param) -> Result<()> {
    let run = find_active(tx, run_id).await?;
    let known = run_param::known(tx, &run, std::slice::from_ref(param)).await?;
    if !rules::is_new_param(run_id, known.get(&param.key).map(String::as_str), param)? {
        return Ok(());
    }

    run_param::insert(tx, &run, &[param]).await
}

/// Adds params to a run that is locked.
pub(super) async fn add(tx: &mut Tx<'_>, run: &Run, params: &[Param]) -> Result<()> {
    if params.is_empty() {
        return Ok(());
    }
    let known = run_param::known(tx, run, params).await?;
    let new = rules::new_params(&run.id, &known, params)?;

    run_param::insert(tx, run, &new).await
}
