//! The transition: the same judgement answers the dry run and rules the real one.

use futures_util::FutureExt;
use greenroom_core::event::{Change, EventKind};
use greenroom_core::model_version::{ModelVersion, ModelVersionDetail, Occupant};
use greenroom_core::stage::{self, Decision, Displace, TransitionAsk, TransitionFacts};
use greenroom_core::{Actor, Error, Result, name};
use greenroom_store::model_version::Placement;
use greenroom_store::{Tx, model_version};
use serde_json::json;

use crate::model_version::{VersionKey, find_locked};
use crate::{Context, record};

/// Versions named in a judgement.
const NAMED: i64 = 100;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Transition {
    /// Which version.
    pub key: VersionKey,
    /// Where to.
    pub ask: TransitionAsk,
    /// The stage the version was in when the asker decided, if it matters to them.
    pub expected_stage: Option<String>,
    /// Why; kept in the history.
    pub comment: Option<String>,
}

/// A decision with what a person wants to see beside it.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The decision.
    pub decision: Decision,
    /// The revision of the stage definitions it was made under.
    pub revision: i64,
    /// The highest-numbered other versions in the target stage, up to three.
    pub occupants: Vec<Occupant>,
    /// How many other versions are in the target stage.
    pub occupant_count: i64,
    /// The versions that make room; in a dry run at most the first hundred.
    pub displaced: Vec<Occupant>,
    /// How many make room.
    pub displaced_count: i64,
    /// Whether `archive_existing_versions` can be asked for with this target.
    pub can_archive_existing: bool,
}

/// Checks that the stage asked for exists and that the question makes sense for it.
pub async fn check(cx: &Context, model: String, ask: TransitionAsk) -> Result<()> {
    cx.db
        .read((cx.clone(), model, ask), |tx, (cx, model, ask)| {
            async move {
                let definitions = cx.definitions(tx).await?;
                stage::plan(definitions.for_model(model), ask).map(|_| ())
            }
            .boxed()
        })
        .await
}

/// "May I?": judges a transition and changes nothing.
pub async fn decide(cx: &Context, key: VersionKey, ask: TransitionAsk) -> Result<Judgement> {
    cx.db.scan((cx.clone(), key, ask), |tx, (cx, key, ask)| dry_run(tx, cx, key, ask).boxed()).await
}

async fn dry_run(tx: &mut Tx<'_>, cx: &Context, key: &VersionKey, ask: &TransitionAsk) -> Result<Judgement> {
    let definitions = cx.definitions(tx).await?;
    stage::plan(definitions.for_model(&key.name), ask)?;
    let version = model_version::by_name(tx, &key.name, key.version).await?;
    let version = version.ok_or_else(|| crate::model_version::not_found(&key.name, &key.as_written))?;
    let (judgement, _) = judge(tx, cx, &version, ask, cx.clock.now(), NAMED).await?;
    Ok(judgement)
}

/// Judges a transition of a version that the transaction has read.
async fn judge(
    tx: &mut Tx<'_>,
    cx: &Context,
    version: &ModelVersion,
    ask: &TransitionAsk,
    now: i64,
    name_at_most: i64,
) -> Result<(Judgement, TransitionFacts)> {
    let definitions = cx.definitions(tx).await?;
    let stages = definitions.for_model(&version.name);
    let target = stage::plan(stages, ask)?;
    let id = version.model_id.as_str();

    // Where versions only pile up, how many there are decides nothing, and counting them costs.
    let counts = target.capacity.is_some() || stages.is_active(target);
    let others =
        if counts { model_version::count_others(tx, id, &target.name, version.version).await? } else { 0 };
    let facts = TransitionFacts {
        model: version.name.clone(),
        version: version.version,
        current: version.stage.clone(),
        since: version.stage_since,
        others_in_target: others,
        now,
    };
    let decision = stage::decide(stages, target, ask, &facts);

    let displaced_count = match decision.displace {
        Displace::Nobody => 0,
        Displace::Oldest(count) => count,
        Displace::Everybody => others,
    };
    let displaced = if displaced_count > 0 {
        let limit = displaced_count.min(name_at_most);
        model_version::others_oldest(tx, id, &target.name, version.version, limit).await?
    } else {
        Vec::new()
    };
    let occupants = if others > 0 {
        model_version::others_newest(tx, id, &target.name, version.version, 3).await?
    } else {
        Vec::new()
    };
    let judgement = Judgement {
        decision,
        revision: definitions.revision,
        occupants,
        occupant_count: others,
        displaced,
        displaced_count,
        can_archive_existing: stages.is_active(target) && stages.archive().is_some(),
    };
    Ok((judgement, facts))
}

/// Moves a version, and those that make room for it, in one transaction.
pub async fn transition(
    cx: &Context,
    actor: Actor,
    mut move_to: Transition,
) -> Result<(ModelVersionDetail, Judgement)> {
    if let Some(comment) = &move_to.comment {
        name::check_text("comment", comment, name::MAX_COMMENT)?;
    }
    move_to.comment = move_to.comment.filter(|c| !c.trim().is_empty());
    cx.db
        .write((cx.clone(), actor, move_to), |tx, (cx, actor, move_to)| run(tx, cx, actor, move_to).boxed())
        .await
}

async fn run(
    tx: &mut Tx<'_>,
    cx: &Context,
    actor: &Actor,
    asked: &Transition,
) -> Result<(ModelVersionDetail, Judgement)> {
    // MLflow complains about the stage before it looks for the version.
    let definitions = cx.definitions(tx).await?;
    stage::plan(definitions.for_model(&asked.key.name), &asked.ask)?;
    let (mut row, mut version) = find_locked(tx, &asked.key).await?;
    if let Some(expected) = asked.expected_stage.as_ref().filter(|expected| **expected != version.stage) {
        return Err(Error::conflict(format!(
            "Model Version (name={}, version={}) is no longer in '{expected}': it is in '{}' by now. Look again, then decide.",
            version.name, version.version, version.stage
        )));
    }
    let now = cx.clock.now().max(row.head.at);

    let (judgement, facts) = judge(tx, cx, &version, &asked.ask, now, i64::MAX).await?;
    judgement.decision.permit(&facts)?;

    let id = version.model_id.clone();
    let (from, to) = (judgement.decision.from.as_str(), judgement.decision.to.as_str());
    let archive = judgement.decision.archive.as_deref().unwrap_or_default();
    let moved = |number: i64, from: &str, to: &str| {
        let mut change = Change::new(EventKind::VersionTransitioned)
            .version(number)
            .before(json!({ "stage": from }))
            .after(json!({ "stage": to }));
        change.revision = Some(judgement.revision);
        change
    };

    let mut cause = moved(version.version, from, to);
    cause.comment.clone_from(&asked.comment);
    let mut changes = vec![cause];
    // A version that stays where it is has been there all along.
    if from != to {
        version.stage_since = now;
        version.stage_by.clone_from(&actor.name);
    }
    to.clone_into(&mut version.stage);
    version.updated_at = now;
    row.model.updated_at = now;
    let place = Placement { stage: to, since: version.stage_since, by: &version.stage_by };
    let mut statements = vec![model_version::place(&id, version.version, place, now)];
    for (index, other) in judgement.displaced.iter().enumerate() {
        let mut change = moved(other.version, to, archive);
        change.caused_by = i64::try_from(index + 1).ok();
        changes.push(change);
        let place = Placement { stage: archive, since: now, by: &actor.name };
        statements.push(model_version::place(&id, other.version, place, now));
    }
    record::save(tx, &mut row, statements, &changes, actor, now).await?;

    let detail = model_version::with_children(tx, version.clone()).await?;
    Ok((detail, judgement))
}
