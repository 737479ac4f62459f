//! Whether something that was deleted may go. Reads only; asked again under the lock before anything happens.

use greenroom_core::Result;
use greenroom_core::artifact::ArtifactKey;
use greenroom_core::garbage::Kind;
use greenroom_store::garbage::Garbage;
use greenroom_store::garbage_search::{self, Candidate};
use greenroom_store::{Tx, lineage};

use super::Reason;
use crate::{Context, artifact};

/// Why a run or a logged model has to stay, if it has to. A version's run says why the version is where it is: with
/// `keep_origins` it stays as well, wherever the version's files are.
pub(super) async fn reason_to_keep(
    tx: &mut Tx<'_>,
    cx: &Context,
    candidate: &Candidate,
    keep_origins: bool,
) -> Result<Option<Reason>> {
    if let Some(key) = key(cx, candidate)
        && let Some(reason) = files_needed(tx, cx, &key).await?
    {
        return Ok(Some(reason));
    }
    if !keep_origins || candidate.kind != Kind::Run {
        return Ok(None);
    }
    let version = lineage::versions_of_run(tx, &candidate.id, 1).await?.pop();
    Ok(version.map(|v| Reason::Origin { name: v.model, version: v.version, stage: v.stage }))
}

async fn files_needed(tx: &mut Tx<'_>, cx: &Context, key: &ArtifactKey) -> Result<Option<Reason>> {
    if let Some(holder) = artifact::holder(tx, cx, key).await? {
        return Ok(Some(Reason::Held { name: holder.name, version: holder.version, stage: holder.stage }));
    }
    for place in cx.artifacts.places(key.as_str()) {
        let mut experiment = garbage_search::experiment_at(tx, &place).await?;
        if experiment.is_none() {
            experiment = garbage_search::experiment_below(tx, &place).await?;
        }
        if let Some(experiment_id) = experiment {
            return Ok(Some(Reason::Around { experiment_id }));
        }
    }
    Ok(None)
}

/// What keeps an experiment from going: it has to be empty.
pub(super) async fn content(tx: &mut Tx<'_>, experiment_id: i64) -> Result<Option<Reason>> {
    if let Some(id) = garbage_search::run_in(tx, experiment_id).await? {
        return Ok(Some(Reason::Contains { kind: Kind::Run, id }));
    }
    let model = garbage_search::logged_model_in(tx, experiment_id).await?;
    Ok(model.map(|id| Reason::Contains { kind: Kind::LoggedModel, id }))
}

/// A candidate as it is noted once it is to go.
pub(super) fn condemned(cx: &Context, candidate: &Candidate) -> Garbage {
    let path = key(cx, candidate).map(|key| key.to_string());
    let place = path.as_ref().map(|path| {
        let [_, place] = cx.artifacts.places(path);
        place
    });
    Garbage { kind: candidate.kind, id: candidate.id.clone(), path, place }
}

/// Where the artifacts of a run or a logged model lie below the root. An experiment's own folder is nobody's:
/// others may share it.
fn key(cx: &Context, candidate: &Candidate) -> Option<ArtifactKey> {
    match candidate.kind {
        Kind::Run | Kind::LoggedModel => cx.artifacts.key_of(&candidate.location).ok(),
        Kind::Experiment => None,
    }
}
