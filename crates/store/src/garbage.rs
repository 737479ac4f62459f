//! The `garbage` table: what is on its way out for good.

use greenroom_core::garbage::Kind;
use greenroom_core::{Result, artifact};

use crate::db::{Row, Statement, Tx};
use crate::page::in_list;

/// Something whose own row is gone already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Garbage {
    /// What it was.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Where its artifacts lie below the artifact root; `None` = they are not to be removed.
    pub path: Option<String>,
    /// The place where that is, as [`artifact::place_of`] tells it.
    pub place: Option<String>,
}

fn from_row(row: &Row<'_>) -> Result<Garbage> {
    Ok(Garbage {
        kind: Kind::parse(&row.get::<String>(0)?)?,
        id: row.get(1)?,
        path: row.get(2)?,
        place: row.get(3)?,
    })
}

/// Notes that something is on its way out.
pub fn insert(garbage: &Garbage) -> Statement<'_> {
    Statement {
        sql: "INSERT INTO garbage (kind, id, path, place) VALUES ($1, $2, $3, $4)",
        params: vec![
            garbage.kind.as_str().into(),
            (&garbage.id).into(),
            garbage.path.as_deref().into(),
            garbage.place.as_deref().into(),
        ],
    }
}

/// Notes that nothing of it is left.
pub fn delete(garbage: &Garbage) -> Statement<'_> {
    Statement {
        sql: "DELETE FROM garbage WHERE kind = $1 AND id = $2",
        params: vec![garbage.kind.as_str().into(), (&garbage.id).into()],
    }
}

const LEFT: &str = "SELECT kind, id, path, place FROM garbage
     WHERE (kind, id) > ($1, $2)
     ORDER BY kind, id
     LIMIT $3";

/// What is still on its way out, after another piece of it.
pub async fn left(tx: &mut Tx<'_>, after: Option<&Garbage>, limit: i64) -> Result<Vec<Garbage>> {
    let (kind, id) = after.map_or(("", ""), |garbage| (garbage.kind.as_str(), garbage.id.as_str()));
    tx.all(LEFT, &[kind.into(), id.into(), limit.into()], from_row).await
}

/// Something on its way out that is at, in or around this place.
pub async fn touching(tx: &mut Tx<'_>, place: &str) -> Result<Option<Garbage>> {
    let (column, place) = match place.strip_prefix(artifact::PROXIED) {
        Some(path) => ("path", path),
        None => ("place", place),
    };
    let (list, mut params) = in_list(&artifact::places_around(place), 1);
    let n = params.len();
    // What is below a folder sorts between `folder/` and `folder0`: `0` follows `/`.
    params.extend([format!("{place}/").into(), format!("{place}0").into()]);
    let sql = format!(
        "SELECT kind, id, path, place FROM garbage
         WHERE {column} IN ({list}) OR ({column} > ${} AND {column} < ${})
         ORDER BY {column}, kind, id
         LIMIT 1",
        n + 1,
        n + 2
    );
    tx.opt(&sql, &params, from_row).await
}
