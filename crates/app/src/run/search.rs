//! Searching runs.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::run::RunDetail;
use greenroom_store::run;
use greenroom_store::run_search::{self, RunSearch};

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
