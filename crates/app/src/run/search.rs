//! Searching runs.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::experiment::{self as rules, Experiment};
use greenroom_core::run::{Run, RunDetail};
use greenroom_store::run_search::{self, RunSearch};
use greenroom_store::{experiment, run};

use crate::Context;

/// A page of runs.
pub async fn search(cx: &Context, search: RunSearch) -> Result<(Vec<RunDetail>, Option<String>)> {
    cx.db
        .scan(search, |tx, search| {
            async move {
                let (runs, token) = run_search::run(tx, search).await?;
                Ok((run::all_with_children(tx, runs).await?, token))
            }
            .boxed()
        })
        .await
}

/// A page of the runs of one experiment, without what they logged, and the experiment, also a deleted one.
///
/// # Errors
/// [`greenroom_core::ErrorCode::ResourceDoesNotExist`] when there is no such experiment.
pub async fn list(
    cx: &Context,
    id: i64,
    search: RunSearch,
) -> Result<(Experiment, Vec<Run>, Option<String>)> {
    let search = RunSearch { experiments: vec![id], ..search };
    cx.db
        .scan(search, move |tx, search| {
            async move {
                let found = experiment::by_id(tx, id).await?;
                let experiment = found.ok_or_else(|| rules::not_found(&id.to_string()))?;
                let (runs, token) = run_search::run(tx, search).await?;
                Ok((experiment, runs, token))
            }
            .boxed()
        })
        .await
}
