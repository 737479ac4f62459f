//! Transitions, decisions, stage definitions, and what stages held.

use axum::extract::State;
use chrono::DateTime;
use greenroom_app::model_version::VersionKey;
use greenroom_app::stage::{self as cases, Judgement, Transition};
use greenroom_core::stage::TransitionAsk;
use greenroom_core::{Error, Result};
use greenroom_wire::v1::{
    ApplyResponse, Decision, DisplacedVersion, RuleOutcome, StageDefinitions, StageOccupancy, StagesAsOf,
    TransitionRequest, TransitionResponse,
};

use crate::request::{V1Body, V1Path, V1Query};
use crate::respond::{Json, V1Result};
use crate::router::App;

/// Displaced versions named in an answer.
const NAMED: usize = 100;

pub(crate) async fn decide(
    State(app): State<App>,
    V1Path((name, version)): V1Path<(String, String)>,
    query: V1Query,
) -> V1Result<Decision> {
    query.allow(&["stage", "archive_existing_versions"])?;
    let stage = query.text("stage").ok_or_else(|| Error::missing("stage"))?.to_owned();
    let ask = TransitionAsk { stage, archive_existing: query.flag("archive_existing_versions")? };
    let judgement = cases::decide(&app.cx, VersionKey::new(&name, &version)?, ask).await?;
    Ok(Json(shown(judgement)))
}

pub(crate) async fn transition(
    State(app): State<App>,
    V1Path((name, version)): V1Path<(String, String)>,
    body: V1Body,
) -> V1Result<TransitionResponse> {
    let asked: TransitionRequest = body.json()?;
    let key = VersionKey::new(&name, &version)?;
    let ask = TransitionAsk { stage: asked.stage, archive_existing: asked.archive_existing_versions };
    let (version, judgement) = cases::transition(
        &app.cx,
        body.actor,
        Transition { key, ask, expected_stage: asked.expected_stage, comment: asked.comment },
    )
    .await?;
    Ok(Json(TransitionResponse { version: version.into(), decision: shown(judgement) }))
}

fn shown(judgement: Judgement) -> Decision {
    let decision = judgement.decision;
    let to = decision.archive.clone().unwrap_or_default();
    let displaced = judgement.displaced.into_iter().take(NAMED);
    let rule = |r: greenroom_core::stage::RuleOutcome| RuleOutcome {
        rule: r.rule.to_owned(),
        passed: r.passed,
        message: r.message,
    };
    Decision {
        allowed: decision.allowed(),
        from: decision.from,
        to: decision.to,
        revision: judgement.revision,
        rules: decision.rules.into_iter().map(rule).collect(),
        occupants: judgement.occupants.into_iter().map(Into::into).collect(),
        occupant_count: judgement.occupant_count,
        displaced: displaced.map(|o| DisplacedVersion { version: o.version, to: to.clone() }).collect(),
        displaced_count: judgement.displaced_count,
        can_archive_existing: judgement.can_archive_existing,
    }
}

pub(crate) async fn as_of(
    State(app): State<App>,
    V1Path(name): V1Path<String>,
    query: V1Query,
) -> V1Result<StagesAsOf> {
    query.allow(&["at"])?;
    let at = query.text("at").map(parse_time).transpose()?;
    let told = cases::as_of(&app.cx, name, at).await?;
    let stage = |(stage, held): (String, Vec<_>)| StageOccupancy {
        stage,
        versions: held.into_iter().map(Into::into).collect(),
    };
    Ok(Json(StagesAsOf {
        model: told.model,
        at: told.at,
        stages: told.stages.into_iter().map(stage).collect(),
    }))
}

/// Unix milliseconds, or RFC 3339.
fn parse_time(text: &str) -> Result<i64> {
    if let Ok(millis) = text.parse() {
        return Ok(millis);
    }
    // In a query an unescaped `+` of a time zone arrives as a space.
    DateTime::parse_from_rfc3339(&text.replace(' ', "+")).map(|time| time.timestamp_millis()).map_err(|_| {
        Error::invalid(format!(
            "Parameter 'at' must be Unix milliseconds or a time like 2026-05-03T12:00:00Z, got '{text}'."
        ))
    })
}

pub(crate) async fn definitions(State(app): State<App>) -> V1Result<StageDefinitions> {
    let definitions = cases::definitions(&app.cx).await?;
    Ok(Json(definitions.as_ref().into()))
}

pub(crate) async fn apply(State(app): State<App>, body: V1Body) -> V1Result<ApplyResponse> {
    let document = body.toml()?.to_owned();
    let applied = cases::apply(&app.cx, body.actor, document).await?;
    Ok(Json(ApplyResponse { revision: applied.revision, changed: applied.changed }))
}
