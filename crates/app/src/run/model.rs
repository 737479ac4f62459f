//! Noting a model that a client of MLflow 1 or 2 logged: they keep them in a tag of the run.

use futures_util::FutureExt;
use greenroom_core::run::MODEL_HISTORY_TAG;
use greenroom_core::{Result, model_history};
use greenroom_store::{Tx, run_tag};
use serde_json::Value;

use super::find_active;
use crate::Context;

/// Adds a model to the history in the run's tag; `model` is the JSON text of the client's `MLmodel`.
pub async fn log_model(cx: &Context, run_id: String, model: &str) -> Result<()> {
    let model = model_history::entry(model)?;
    cx.db.write((run_id, model), |tx, (run_id, model)| add(tx, run_id, model).boxed()).await
}

async fn add(tx: &mut Tx<'_>, run_id: &str, model: &Value) -> Result<()> {
    let run = find_active(tx, run_id).await?;
    let history = run_tag::get(tx, run_id, MODEL_HISTORY_TAG).await?;

    let history = model_history::append(history.as_deref(), model)?;
    run_tag::set(tx, &run, [(MODEL_HISTORY_TAG, history.as_str())]).await
}
