//! What every stage of a model held at a moment, told from the history alone.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use greenroom_core::event::Event;
use greenroom_core::model_version::Occupant;
use greenroom_core::{Error, Result};
use greenroom_store::{Tx, event};

use crate::Context;

/// What the stages of a model held.
#[derive(Clone, Debug)]
pub struct Occupancy {
    /// The model's name at that moment.
    pub model: String,
    /// The moment, Unix milliseconds.
    pub at: i64,
    /// The stages that held something, each with its versions, highest first.
    pub stages: Vec<(String, Vec<Occupant>)>,
}

/// What the stages of a model held at `at` (`None` = now). The model is named by its name now, or by its id.
pub async fn as_of(cx: &Context, model: String, at: Option<i64>) -> Result<Occupancy> {
    cx.db.scan((cx.clone(), model, at), |tx, (cx, model, at)| run(tx, cx, model, *at).boxed()).await
}

async fn run(tx: &mut Tx<'_>, cx: &Context, model: &str, at: Option<i64>) -> Result<Occupancy> {
    let row = crate::event::find_chain(tx, model).await?;
    let at = at.unwrap_or_else(|| cx.clock.now().max(row.head.at));
    if at < row.model.created_at {
        return Err(Error::not_found(format!(
            "Registered Model with name={model} did not exist at {at}: it was created at {}.",
            row.model.created_at
        )));
    }
    let events = event::moves(tx, &row.model.id, at).await?;
    let name = event::name_at(tx, &row.model.id, at).await?.unwrap_or(row.model.name);
    let gone = row.deleted_at.is_some_and(|deleted| deleted <= at);
    let held = if gone { BTreeMap::new() } else { replay(&events) };

    let definitions = cx.definitions(tx).await?;
    let defined = definitions.for_model(&name);
    let mut stages: BTreeMap<(usize, String), Vec<Occupant>> = BTreeMap::new();
    for (stage, occupant) in held.into_values().rev() {
        let place = defined.list().iter().position(|s| s.name == stage).unwrap_or(usize::MAX);
        stages.entry((place, stage)).or_default().push(occupant);
    }
    let stages = stages.into_iter().map(|((_, stage), held)| (stage, held)).collect();
    Ok(Occupancy { model: name, at, stages })
}

/// Where each version stands after these events, and since when it does.
fn replay(events: &[Event]) -> BTreeMap<i64, (String, Occupant)> {
    let mut held: BTreeMap<i64, (String, Occupant)> = BTreeMap::new();
    for event in events {
        let Some(version) = event.version else { continue };
        let stage = event.after.as_ref().and_then(|after| after["stage"].as_str());
        match stage {
            None => {
                held.remove(&version);
            }
            Some(stage) if held.get(&version).is_some_and(|(now, _)| now == stage) => {}
            Some(stage) => {
                let occupant = Occupant { version, since: event.at, by: event.actor.clone() };
                held.insert(version, (stage.to_owned(), occupant));
            }
        }
    }
    held
}
