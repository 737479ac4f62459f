//! Reading experiments.

use futures_util::FutureExt;
use greenroom_core::experiment::{self as rules, ExperimentDetail};
use greenroom_core::{Error, Result};
use greenroom_store::{Tx, experiment};

use crate::Context;

/// An experiment by its id, also a deleted one.
pub async fn get(cx: &Context, id: i64) -> Result<ExperimentDetail> {
    cx.db.read(id, |tx, id| by_id(tx, *id).boxed()).await
}

async fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<ExperimentDetail> {
    let missing = || rules::not_found(&id.to_string());
    let found = experiment::by_id(tx, id).await?.ok_or_else(missing)?;
    experiment::all_with_tags(tx, vec![found]).await?.pop().ok_or_else(missing)
}

/// An experiment by its name, also a deleted one.
pub async fn get_by_name(cx: &Context, name: String) -> Result<ExperimentDetail> {
    cx.db.read(name, |tx, name| by_name(tx, name).boxed()).await
}

async fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<ExperimentDetail> {
    let missing = || Error::not_found(format!("Could not find experiment with name '{name}'"));
    // No name holds a NUL, and not every database could be asked for one.
    if name.contains('\0') {
        return Err(missing());
    }
    let found = experiment::by_name(tx, name).await?.ok_or_else(missing)?;
    experiment::all_with_tags(tx, vec![found]).await?.pop().ok_or_else(missing)
}
