//! Model versions: what can be done with them.

mod change;
mod copy;
mod create;
mod delete;
mod origin;
mod read;
mod tag;

use greenroom_core::model_version::ModelVersion;
use greenroom_core::{Error, Result, name};
use greenroom_store::registered_model::ModelRow;
use greenroom_store::{Tx, model_version};

pub use change::update;
pub use copy::{VersionCopy, copy};
pub use create::{NewVersion, create};
pub use delete::delete;
pub use read::{download_uri, get, list, search, view};
pub use tag::{delete_tag, set_tag};

use crate::registered_model;

/// MLflow's sentence for a version that is not there; the version as the client wrote it.
pub(crate) fn not_found(name: &str, version: &str) -> Error {
    Error::not_found(format!("Model Version (name={name}, version={version}) not found"))
}

/// Which version a client means.
#[derive(Clone, Debug)]
pub struct VersionKey {
    /// The model's name.
    pub name: String,
    /// The number.
    pub version: i64,
    /// The number as the client wrote it, for messages.
    pub as_written: String,
}

impl VersionKey {
    /// Checks the name and reads the number.
    pub fn new(name: &str, version: &str) -> Result<Self> {
        name::check_model_name(name)?;
        let number = name::parse_version(version)?;
        Ok(Self { name: name.to_owned(), version: number, as_written: number_or(version, number) })
    }

    pub(crate) fn not_found(&self) -> Error {
        not_found(&self.name, &self.as_written)
    }
}

/// MLflow shows the number it read; where it fits no integer of ours, the text.
fn number_or(text: &str, number: i64) -> String {
    if number.abs() == i64::MAX { text.trim().to_owned() } else { number.to_string() }
}

/// The version and its model, to be changed, or the named error. The model comes first: it is what is locked.
pub(crate) async fn find_locked(tx: &mut Tx<'_>, key: &VersionKey) -> Result<(ModelRow, ModelVersion)> {
    let row = greenroom_store::registered_model::lock_by_name(tx, &key.name)
        .await?
        .ok_or_else(|| key.not_found())?;
    let version = model_version::by_name(tx, &key.name, key.version).await?.ok_or_else(|| key.not_found())?;
    Ok((row, version))
}

/// The model of a version that is to be created.
pub(crate) async fn parent_locked(tx: &mut Tx<'_>, name: &str) -> Result<ModelRow> {
    registered_model::find_locked(tx, name).await
}
