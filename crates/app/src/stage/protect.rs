//! What a protected stage keeps safe besides its versions: the model's existence and its name.

use greenroom_core::{Error, Result, stage};
use greenroom_store::registered_model::ModelRow;
use greenroom_store::{Tx, model_version};

use crate::Context;

/// Refuses to have a model `done` ("deleted", "renamed") to while a version of it is in a protected stage.
pub(crate) async fn refuse_if_protected(
    tx: &mut Tx<'_>,
    cx: &Context,
    row: &ModelRow,
    done: &str,
) -> Result<()> {
    let definitions = cx.definitions(tx).await?;
    let stages = definitions.for_model(&row.model.name);
    if stages.list().iter().all(|s| !s.protected) {
        return Ok(());
    }
    for held in model_version::held_stages(tx, &row.model.id).await? {
        if !stage::may_delete(stages, &held) {
            let version = model_version::latest_in(tx, &row.model.id, &held).await?.map_or(0, |v| v.version);
            return Err(Error::conflict(format!(
                "Registered Model (name={}) cannot be {done}: its version {version} is in stage '{held}', which is \
                 protected. Move it to another stage first.",
                row.model.name
            )));
        }
    }
    Ok(())
}

/// Refuses a name under which other rules hold that do not know a stage the model uses, or that are
/// stricter than a rename may slip past: under the new name the same stages must be defined alike.
pub(crate) async fn refuse_if_stages_differ(
    tx: &mut Tx<'_>,
    cx: &Context,
    row: &ModelRow,
    new_name: &str,
) -> Result<()> {
    let definitions = cx.definitions(tx).await?;
    let (old, new) = (definitions.for_model(&row.model.name), definitions.for_model(new_name));
    if old == new {
        return Ok(());
    }
    for held in model_version::held_stages(tx, &row.model.id).await? {
        if old.get(&held) != new.get(&held) {
            return Err(Error::conflict(format!(
                "Registered Model (name={}) cannot be renamed to '{new_name}': it has a version in stage '{held}', for which \
                 other rules hold under that name. Move it to another stage first.",
                row.model.name
            )));
        }
    }
    Ok(())
}
