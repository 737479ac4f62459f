//! Stage definitions: every document that was ever applied, and the number of the one in force.

use greenroom_core::Result;
use greenroom_core::event::ChainHead;

use crate::db::{Tx, hide};

const REVISION: &str = "SELECT revision FROM registry WHERE id = 1";

/// The revision in force; 0 = the built-in definitions.
pub async fn revision(tx: &mut Tx<'_>) -> Result<i64> {
    let found = tx.opt(REVISION, &[], |row| row.get(0)).await?;
    found.ok_or_else(|| hide("the registry row is missing", &"was the database edited by hand?"))
}

const DOCUMENT: &str = "SELECT document FROM stage_definitions WHERE revision = $1";

/// The document of a revision.
pub async fn document(tx: &mut Tx<'_>, revision: i64) -> Result<Option<String>> {
    tx.opt(DOCUMENT, &[revision.into()], |row| row.get(0)).await
}

const INSERT: &str =
    "INSERT INTO stage_definitions (revision, document, applied_by, applied_at) VALUES ($1, $2, $3, $4)";
const PUT_IN_FORCE: &str =
    "UPDATE registry SET revision = $1, head_sequence = $2, head_hash = $3, head_at = $4 WHERE id = 1";

/// Adds a document and puts it in force, moving the end of the registry's chain.
pub async fn put_in_force(
    tx: &mut Tx<'_>,
    revision: i64,
    document: &str,
    by: &str,
    head: &ChainHead,
) -> Result<()> {
    tx.exec(INSERT, &[revision.into(), document.into(), by.into(), head.at.into()]).await?;
    tx.exec(PUT_IN_FORCE, &[revision.into(), head.sequence.into(), (&head.hash).into(), head.at.into()])
        .await?;
    Ok(())
}
