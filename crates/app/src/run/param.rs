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

/// Which params of a batch a run, which is locked, does not have yet; one that would change refuses them all.
pub(super) async fn find_new<'a>(tx: &mut Tx<'_>, run: &Run, params: &'a [Param]) -> Result<Vec<&'a Param>> {
    if params.is_empty() {
        return Ok(Vec::new());
    }
    let known = run_param::known(tx, run, params).await?;
    rules::new_params(&run.id, &known, params)
}
