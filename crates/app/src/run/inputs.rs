//! Noting what a run took in and what it brought forth.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use greenroom_core::dataset::{self as rules, Dataset, DatasetInput};
use greenroom_core::run::{self as run_rules, ModelOutput, Run};
use greenroom_core::{Error, Result, name};
use greenroom_store::{Tx, dataset, run_model};

use super::find_active;
use crate::Context;

/// Characters in a logged model's id.
const MAX_MODEL_ID: usize = 256;
/// Datasets in one request (MLflow: `MAX_DATASETS_PER_BATCH`).
const MAX_DATASETS: usize = 1000;

/// Notes datasets and logged models that a run took in; what was noted before stays as it is.
pub async fn log_inputs(
    cx: &Context,
    run_id: String,
    datasets: Vec<DatasetInput>,
    mut model_ids: Vec<String>,
) -> Result<()> {
    run_rules::check_id(&run_id)?;
    if datasets.len() > MAX_DATASETS {
        return Err(Error::invalid(format!(
            "A request can name at most {MAX_DATASETS} datasets. Got {}. Please split them up across multiple requests.",
            datasets.len()
        )));
    }
    for id in &model_ids {
        name::check_text("model_id", id, MAX_MODEL_ID)?;
    }
    model_ids.sort_unstable();
    model_ids.dedup();
    let new_ids: Vec<String> = datasets.iter().map(|_| cx.ids.next()).collect();
    cx.db
        .write((run_id, datasets, new_ids, model_ids), |tx, (run_id, datasets, new_ids, model_ids)| {
            take_in(tx, run_id, datasets, new_ids, model_ids).boxed()
        })
        .await
}

async fn take_in(
    tx: &mut Tx<'_>,
    run_id: &str,
    datasets: &[DatasetInput],
    new_ids: &[String],
    model_ids: &[String],
) -> Result<()> {
    let run = find_active(tx, run_id).await?;

    take_in_datasets(tx, &run, &rules::distinct(datasets), new_ids).await?;
    let model_ids: Vec<&str> = model_ids.iter().map(String::as_str).collect();
    run_model::add_inputs(tx, &run, &model_ids).await
}

async fn take_in_datasets(
    tx: &mut Tx<'_>,
    run: &Run,
    inputs: &[&DatasetInput],
    new_ids: &[String],
) -> Result<()> {
    if inputs.is_empty() {
        return Ok(());
    }
    let asked: Vec<&Dataset> = inputs.iter().map(|input| &input.dataset).collect();
    let with_ids: Vec<(String, &Dataset)> = new_ids.iter().cloned().zip(asked.iter().copied()).collect();
    dataset::insert(tx, run, &with_ids).await?;
    let ids = dataset::ids(tx, run, &asked).await?;
    let known = dataset::taken_in(tx, run).await?;

    let id_of = |d: &Dataset| ids.get(&(d.name.clone(), d.digest.clone())).map(String::as_str);
    let new: Vec<(&str, &DatasetInput)> = inputs
        .iter()
        .filter_map(|input| Some((id_of(&input.dataset)?, *input)))
        .filter(|(id, _)| !known.iter().any(|k| k == id))
        .collect();
    dataset::take_in(tx, run, &new, known.len()).await
}

/// Notes logged models that a run brought forth; one that was noted before gets the new step.
pub async fn log_outputs(cx: &Context, run_id: String, models: Vec<ModelOutput>) -> Result<()> {
    for model in &models {
        name::check_text("model_id", &model.model_id, MAX_MODEL_ID)?;
    }
    cx.db.write((run_id, models), |tx, (run_id, models)| bring_forth(tx, run_id, models).boxed()).await
}

async fn bring_forth(tx: &mut Tx<'_>, run_id: &str, models: &[ModelOutput]) -> Result<()> {
    let run = find_active(tx, run_id).await?;

    let by_id: BTreeMap<&str, &ModelOutput> = models.iter().map(|m| (m.model_id.as_str(), m)).collect();
    run_model::add_outputs(tx, &run, &by_id.into_values().collect::<Vec<_>>()).await
}
