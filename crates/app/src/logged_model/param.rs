//! Parameters of a logged model: added once, never changed.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::logged_model::{check_params, check_unchanged};
use greenroom_core::run::Param;
use greenroom_store::db::Statement;
use greenroom_store::{Tx, logged_model};

use super::find_locked;
use crate::Context;

/// Adds parameters; one that is there already with the same value is no error.
pub async fn log_params(cx: &Context, id: String, params: &[(String, String)]) -> Result<()> {
    let params = check_params(params)?;
    cx.db.write((id, params), |tx, (id, params)| run(tx, id, params).boxed()).await
}

async fn run(tx: &mut Tx<'_>, id: &str, params: &[Param]) -> Result<()> {
    find_locked(tx, id).await?;
    let logged = logged_model::params(tx, id).await?;

    let mut statements: Vec<Statement<'_>> = Vec::new();
    for param in params {
        match logged.iter().find(|old| old.key == param.key) {
            Some(old) => check_unchanged(id, old, param)?,
            None => statements.push(logged_model::insert_param(id, param)),
        }
    }
    tx.batch(&statements).await
}
