//! Registered models: what can be done with them.

mod alias;
mod change;
mod create;
mod delete;
mod read;
mod tag;

use greenroom_core::tag::IS_PROMPT;
use greenroom_core::{Error, Result, name};
use greenroom_store::Tx;
use greenroom_store::registered_model::{self, ModelRow};

pub use alias::{delete_alias, get_by_alias, set_alias};
pub use change::{rename, update};
pub use create::{NewModel, create};
pub use delete::delete;
pub use read::{Overview, get, latest_versions, list, overview, search};
pub use tag::{delete_tag, set_tag};

/// MLflow's sentence for a model that is not there.
pub(crate) fn not_found(name: &str) -> Error {
    Error::not_found(format!("Registered Model with name={name} not found"))
}

/// Whether a model is a prompt.
pub(crate) async fn is_prompt(tx: &mut Tx<'_>, row: &ModelRow) -> Result<bool> {
    let tag = greenroom_store::tag::get_of_model(tx, &row.model.id, IS_PROMPT).await?;
    Ok(tag.is_some_and(|tag| tag.names_prompt()))
}

/// Refuses a name that is the id of a model: histories are found by either, and one must not hide the other.
pub(crate) async fn refuse_id_as_name(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    match registered_model::by_id(tx, name).await? {
        Some(_) => {
            Err(Error::invalid(format!("Invalid model name '{name}'. It is the id of another model.")))
        }
        None => Ok(()),
    }
}

/// The model of this name, or the named error.
pub(crate) async fn find(tx: &mut Tx<'_>, name: &str) -> Result<ModelRow> {
    name::check_model_name(name)?;
    registered_model::by_name(tx, name).await?.ok_or_else(|| not_found(name))
}

/// The model of this name, to be changed, or the named error.
pub(crate) async fn find_locked(tx: &mut Tx<'_>, name: &str) -> Result<ModelRow> {
    name::check_model_name(name)?;
    registered_model::lock_by_name(tx, name).await?.ok_or_else(|| not_found(name))
}
