//! Datasets, and which runs took them in.

use std::collections::HashMap;

use greenroom_core::Result;
use greenroom_core::dataset::{Dataset, DatasetInput};
use greenroom_core::run::Run;
use greenroom_core::tag::Tag;

use crate::db::{Param, Rows, Tx};
use crate::page::in_list;
use crate::tag::group;

/// The datasets that a page of runs took in, by run id; each run's in the order in which it took them in.
pub async fn of_runs(tx: &mut Tx<'_>, ids: &[&str]) -> Result<HashMap<String, Vec<DatasetInput>>> {
    let (list, params) = in_list(ids, 1);
    let sql = format!(
        "SELECT u.run_id, d.id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
         FROM run_datasets u
         JOIN datasets d ON d.id = u.dataset_id
         WHERE u.run_id IN ({list})
         ORDER BY u.run_id, u.position, u.dataset_id"
    );
    let datasets = tx
        .all(&sql, &params, |row| {
            let dataset = Dataset {
                name: row.get(2)?,
                digest: row.get(3)?,
                source_type: row.get(4)?,
                source: row.get(5)?,
                schema: row.get(6)?,
                profile: row.get(7)?,
            };
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, dataset))
        })
        .await?;
    if datasets.is_empty() {
        return Ok(HashMap::new());
    }
    let mut tags = tags_of_runs(tx, ids).await?;
    let inputs = datasets.into_iter().map(|(run_id, dataset_id, dataset)| {
        let tags = tags.remove(&(run_id.clone(), dataset_id)).unwrap_or_default();
        (run_id, DatasetInput { dataset, tags })
    });
    Ok(group(inputs.collect()))
}

async fn tags_of_runs(tx: &mut Tx<'_>, ids: &[&str]) -> Result<HashMap<(String, String), Vec<Tag>>> {
    let (list, params) = in_list(ids, 1);
    let sql = format!(
        "SELECT run_id, dataset_id, key, value FROM run_dataset_tags WHERE run_id IN ({list})
         ORDER BY run_id, dataset_id, key"
    );
    let rows = tx
        .all(&sql, &params, |row| {
            let of = (row.get::<String>(0)?, row.get::<String>(1)?);
            Ok((of, Tag { key: row.get(2)?, value: row.get(3)? }))
        })
        .await?;
    Ok(group(rows))
}

const INSERT: Rows = Rows {
    before: "INSERT INTO datasets (id, experiment_id, name, digest, source_type, source, schema, profile)",
    columns: 8,
    after: "ON CONFLICT (experiment_id, name, digest) DO NOTHING",
};

/// Adds those datasets that their experiment does not know by name and digest, under the id given with each. Whoever
/// adds several adds them in one order, so that two that add the same ones do not wait for each other.
pub async fn insert(tx: &mut Tx<'_>, run: &Run, datasets: &[(String, &Dataset)]) -> Result<()> {
    let mut ordered: Vec<&(String, &Dataset)> = datasets.iter().collect();
    ordered.sort_by_key(|(_, d)| (&d.name, &d.digest));
    let values: Vec<Param<'_>> = ordered
        .iter()
        .flat_map(|(id, d)| {
            [
                id.into(),
                run.experiment_id.into(),
                (&d.name).into(),
                (&d.digest).into(),
                (&d.source_type).into(),
                (&d.source).into(),
                d.schema.as_deref().into(),
                d.profile.as_deref().into(),
            ]
        })
        .collect();
    tx.insert(INSERT, &values).await
}

/// The ids of these datasets in the run's experiment, by name and digest.
pub async fn ids(
    tx: &mut Tx<'_>,
    run: &Run,
    datasets: &[&Dataset],
) -> Result<HashMap<(String, String), String>> {
    let mut ids = HashMap::new();
    for some in datasets.chunks(crate::page::CHILDREN) {
        let names: Vec<&str> = some.iter().map(|d| d.name.as_str()).collect();
        let digests: Vec<&str> = some.iter().map(|d| d.digest.as_str()).collect();
        let (name_list, bound_names) = in_list(&names, 2);
        let (digest_list, bound_digests) = in_list(&digests, 2 + bound_names.len());
        let sql = format!(
            "SELECT name, digest, id FROM datasets
             WHERE experiment_id = $1 AND name IN ({name_list}) AND digest IN ({digest_list})
             ORDER BY name, digest"
        );
        let first = std::iter::once(run.experiment_id.into());
        let params: Vec<Param<'_>> = first.chain(bound_names).chain(bound_digests).collect();
        ids.extend(tx.all(&sql, &params, |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).await?);
    }
    Ok(ids)
}

const TAKEN_IN: &str = "SELECT dataset_id FROM run_datasets WHERE run_id = $1 ORDER BY position, dataset_id";

/// The ids of the datasets that a run took in, in that order.
pub async fn taken_in(tx: &mut Tx<'_>, run: &Run) -> Result<Vec<String>> {
    tx.all(TAKEN_IN, &[(&run.id).into()], |row| row.get(0)).await
}

const TAKE_IN: Rows =
    Rows { before: "INSERT INTO run_datasets (run_id, dataset_id, position)", columns: 3, after: "" };
const TAG: Rows =
    Rows { before: "INSERT INTO run_dataset_tags (run_id, dataset_id, key, value)", columns: 4, after: "" };

/// Notes that a run took in datasets which it had not, from this position on.
pub async fn take_in(
    tx: &mut Tx<'_>,
    run: &Run,
    inputs: &[(&str, &DatasetInput)],
    position: usize,
) -> Result<()> {
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    let values: Vec<Param<'_>> = inputs
        .iter()
        .zip(position..)
        .flat_map(|((id, _), position)| [(&run.id).into(), (*id).into(), position.into()])
        .collect();
    tx.insert(TAKE_IN, &values).await?;
    let tags: Vec<Param<'_>> = inputs
        .iter()
        .flat_map(|(id, input)| input.tags.iter().map(move |tag| (*id, tag)))
        .flat_map(|(id, tag)| [(&run.id).into(), id.into(), (&tag.key).into(), (&tag.value).into()])
        .collect();
    tx.insert(TAG, &tags).await
}
