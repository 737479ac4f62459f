//! Which versions hold the artifacts at a place (as [`greenroom_core::artifact::place_of`] tells places).

use greenroom_core::Result;

use crate::db::{Row, Tx};
use crate::page::in_list;

/// Characters of a place that are indexed.
const INDEXED: usize = 512;

/// The highest of a model's versions in a stage that hold the same artifacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The model's name.
    pub name: String,
    /// The stage.
    pub stage: String,
    /// The version.
    pub version: i64,
}

fn holder(row: &Row<'_>) -> Result<Holder> {
    Ok(Holder { name: row.get(0)?, stage: row.get(1)?, version: row.get(2)? })
}

/// Who holds the artifacts at one of these places (at most [`crate::page::CHILDREN`]): a seek for each.
pub async fn at(tx: &mut Tx<'_>, places: &[&str]) -> Result<Vec<Holder>> {
    let starts: Vec<&str> = places.iter().map(|place| start(place)).collect();
    let (starts, mut params) = in_list(&starts, 1);
    let (whole, more) = in_list(places, params.len() + 1);
    params.extend(more);
    let sql = format!(
        "SELECT v.name, v.stage, MAX(v.version)
         FROM model_versions v
         WHERE substr(v.storage_place, 1, 512) IN ({starts}) AND v.storage_place IN ({whole})
         GROUP BY v.name, v.stage
         ORDER BY v.name, v.stage"
    );
    tx.all(&sql, &params, holder).await
}

const BELOW: &str = "SELECT v.name, v.stage, v.version
     FROM model_versions v
     WHERE substr(v.storage_place, 1, 512) >= $1 AND substr(v.storage_place, 1, 512) <= $2
         AND v.storage_place >= $3 AND v.storage_place < $4
     ORDER BY substr(v.storage_place, 1, 512), v.name, v.version
     LIMIT 1";

/// Somebody who holds artifacts in the folder at this place, however deep: one seek.
pub async fn below(tx: &mut Tx<'_>, place: &str) -> Result<Option<Holder>> {
    // '0' comes after '/'.
    let (first, end) = (format!("{place}/"), format!("{place}0"));
    let params = [start(&first).into(), start(&end).into(), (&first).into(), (&end).into()];
    tx.opt(BELOW, &params, holder).await
}

/// What is indexed of a place.
pub(crate) fn start(place: &str) -> &str {
    place.char_indices().nth(INDEXED).map_or(place, |(at, _)| &place[..at])
}
