//! Logging metrics, params and tags at once: all of them or nothing.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::metric::LoggedMetric;
use greenroom_core::run::{self as rules, Param};
use greenroom_core::tag::Tag;
use greenroom_store::{Tx, run_param};

use super::{find_active, metric, param, tag};
use crate::Context;

/// What is to be logged, each entry checked.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Points.
    pub metrics: Vec<LoggedMetric>,
    /// Params, no key twice.
    pub params: Vec<Param>,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// Logs a batch.
pub async fn log_batch(cx: &Context, run_id: String, batch: Batch) -> Result<()> {
    rules::check_id(&run_id)?;
    rules::check_batch(batch.metrics.len(), batch.params.len(), batch.tags.len())?;
    rules::check_distinct(&batch.params)?;
    cx.db.write((run_id, batch), |tx, (run_id, batch)| log(tx, run_id, batch).boxed()).await
}

async fn log(tx: &mut Tx<'_>, run_id: &str, batch: &Batch) -> Result<()> {
    let mut run = find_active(tx, run_id).await?;
    let params = param::find_new(tx, &run, &batch.params).await?;
    let models = metric::known_models(tx, &batch.metrics).await?;

    run_param::insert(tx, &run, &params).await?;
    metric::add(tx, &run, &batch.metrics, &models).await?;
    tag::set(tx, &mut run, &batch.tags).await
}
