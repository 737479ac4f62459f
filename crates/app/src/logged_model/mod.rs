//! Logged models: what can be done with them. Their changes are no events: the log tells the registry's story,
//! and what a version came from is part of the version.

mod change;
mod create;
mod param;
mod read;
mod tag;

use greenroom_core::logged_model::LoggedModel;
use greenroom_core::{Error, Result};
use greenroom_store::{Tx, logged_model};

pub use change::{delete, finalize};
pub use create::{NewLoggedModel, create};
pub use param::log_params;
pub use read::{get, search};
pub use tag::{delete_tag, set_tags};

/// MLflow's sentence for a logged model that is not there.
pub(crate) fn not_found(id: &str) -> Error {
    Error::not_found(format!("Logged model with ID '{id}' not found."))
}

/// The logged model of this id, to be changed, or the named error.
pub(crate) async fn find_locked(tx: &mut Tx<'_>, id: &str) -> Result<LoggedModel> {
    let found = logged_model::lock_by_id(tx, id).await?.filter(|model| model.deleted_at.is_none());
    found.ok_or_else(|| not_found(id))
}
