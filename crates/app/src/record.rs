//! The end of every use-case: what was changed is written together with its events and the model's new head.

use greenroom_core::event::{Change, Event};
use greenroom_core::{Actor, Result};
use greenroom_store::db::Statement;
use greenroom_store::registered_model::{self, ModelRow};
use greenroom_store::{Tx, event};

/// Statements that go to the database at once: enough to hide the round trips, not enough to hold much.
const AT_ONCE: usize = 500;

/// Writes changes of a model: `statements` do them, `changes` tell them, in order.
pub(crate) async fn save(
    tx: &mut Tx<'_>,
    row: &mut ModelRow,
    mut statements: Vec<Statement<'_>>,
    changes: &[Change],
    actor: &Actor,
    now: i64,
) -> Result<()> {
    let events: Vec<Event> = changes.iter().map(|change| row.head.append(change, actor, now)).collect();
    statements.extend(events.iter().map(event::append));
    statements.push(registered_model::save(row));
    for some in statements.chunks(AT_ONCE) {
        tx.batch(some).await?;
    }
    Ok(())
}
