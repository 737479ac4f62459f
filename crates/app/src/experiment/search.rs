//! Searching experiments.

use futures_util::FutureExt;
use greenroom_core::Result;
use greenroom_core::experiment::ExperimentDetail;
use greenroom_store::experiment;
use greenroom_store::experiment_search::{self, ExperimentSearch};

use crate::Context;

/// A page of experiments.
pub async fn search(
    cx: &Context,
    search: ExperimentSearch,
) -> Result<(Vec<ExperimentDetail>, Option<String>)> {
    cx.db
        .scan(search, |tx, search| {
            async move {
                let (experiments, token) = experiment_search::run(tx, search).await?;
                Ok((experiment::all_with_tags(tx, experiments).await?, token))
            }
            .boxed()
        })
        .await
}
