//! Places of locations that were written without them: by the programs before this one, or by hand. Until they are there
//! nobody could tell who holds the files.

use futures_util::FutureExt;
use greenroom_core::{Result, artifact};

use crate::db::{Db, Param, Row, Statement, Tx};

/// Rows that are filled in at once.
const PAGE: i64 = 500;

/// A row without a place: what identifies it, and its location.
type Unplaced = (Vec<Param<'static>>, String);

const VERSIONS: &str = "SELECT v.storage_location, v.model_id, v.version FROM model_versions v
     WHERE substr(v.storage_place, 1, 512) = ''
     ORDER BY v.model_id, v.version
     LIMIT $1";

const SET_OF_VERSION: &str =
    "UPDATE model_versions SET storage_place = $1 WHERE model_id = $2 AND version = $3";

fn version(row: &Row<'_>) -> Result<Unplaced> {
    Ok((vec![row.get::<String>(1)?.into(), row.get::<i64>(2)?.into()], row.get(0)?))
}

const EXPERIMENTS: &str = "SELECT e.artifact_location, e.id FROM experiments e
     WHERE substr(e.artifact_place, 1, 512) = ''
     ORDER BY e.id
     LIMIT $1";

const SET_OF_EXPERIMENT: &str = "UPDATE experiments SET artifact_place = $1 WHERE id = $2";

fn experiment(row: &Row<'_>) -> Result<Unplaced> {
    Ok((vec![row.get::<i64>(1)?.into()], row.get(0)?))
}

/// Fills in what is missing; two seeks when nothing is.
pub(crate) async fn fill(db: &Db) -> Result<()> {
    while !db.read((), |tx, ()| page(tx).boxed()).await?.is_empty() {
        db.write((), |tx, ()| fill_page(tx).boxed()).await?;
    }
    Ok(())
}

async fn page(tx: &mut Tx<'_>) -> Result<Vec<(&'static str, Unplaced)>> {
    let versions = tx.all(VERSIONS, &[PAGE.into()], version).await?;
    let experiments = tx.all(EXPERIMENTS, &[PAGE.into()], experiment).await?;
    let versions = versions.into_iter().map(|row| (SET_OF_VERSION, row));
    Ok(versions.chain(experiments.into_iter().map(|row| (SET_OF_EXPERIMENT, row))).collect())
}

async fn fill_page(tx: &mut Tx<'_>) -> Result<()> {
    let statements: Vec<Statement<'_>> = page(tx)
        .await?
        .into_iter()
        .map(|(sql, (id, location))| {
            let mut params = vec![artifact::place_of(&location).into()];
            params.extend(id);
            Statement { sql, params }
        })
        .collect();
    tx.batch(&statements).await
}
