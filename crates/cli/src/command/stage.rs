//! `transition`, `stages` and what stages held.

use std::io::Read;

use greenroom_client::v1::Decision;

use super::{Session, text};
use crate::arguments::StagesCommand;
use crate::output::{cell, json, print, table, time};

/// A transition as typed.
pub(super) struct Ask<'a> {
    pub(super) name: &'a str,
    pub(super) version: i64,
    pub(super) stage: &'a str,
    pub(super) archive: bool,
}

pub(super) async fn decide(session: &Session, ask: &Ask<'_>) -> Result<(), String> {
    let decision = session
        .client
        .decide_transition(ask.name, ask.version, ask.stage, ask.archive)
        .await
        .map_err(text)?;
    if session.json {
        json(&decision)?;
    } else {
        let rows: Vec<Vec<String>> = decision
            .rules
            .iter()
            .map(|r| {
                vec![r.rule.clone(), if r.passed { "ok" } else { "FAILED" }.to_owned(), cell(&r.message)]
            })
            .collect();
        if !rows.is_empty() {
            table(&["RULE", "RESULT", "WHY"], &rows)?;
        }
        print(&moves(ask.name, ask.version, &decision))?;
    }
    if decision.allowed { Ok(()) } else { Err(format!("'{}' would be refused", decision.to)) }
}

/// `Unicorn 3: Staging -> Production (2 -> Archived)`
fn moves(name: &str, version: i64, decision: &Decision) -> String {
    let aside: Vec<String> =
        decision.displaced.iter().map(|d| format!("{} -> {}", d.version, cell(&d.to))).collect();
    let aside = if aside.is_empty() { String::new() } else { format!(" ({})", aside.join(", ")) };
    format!("{} {version}: {} -> {}{aside}", cell(name), cell(&decision.from), cell(&decision.to))
}

pub(super) async fn transition(
    session: &Session,
    ask: &Ask<'_>,
    comment: Option<&str>,
) -> Result<(), String> {
    let moved = session
        .client
        .transition_model_version_stage(ask.name, ask.version, ask.stage, ask.archive, comment)
        .await
        .map_err(text)?;
    if session.json { json(&moved) } else { print(&moves(ask.name, ask.version, &moved.decision)) }
}

pub(super) async fn as_of(session: &Session, name: &str, at: &str) -> Result<(), String> {
    let told = session.client.stages_as_of(name, Some(at)).await.map_err(text)?;
    if session.json {
        return json(&told);
    }
    let mut rows = Vec::new();
    for stage in &told.stages {
        rows.extend(
            stage
                .versions
                .iter()
                .map(|v| vec![cell(&stage.stage), v.version.to_string(), time(v.since), cell(&v.by)]),
        );
    }
    print(&format!("{} at {} UTC", cell(&told.model), time(told.at)))?;
    table(&["STAGE", "VERSION", "SINCE (UTC)", "BY"], &rows)
}

pub(super) async fn definitions(session: &Session, command: StagesCommand) -> Result<(), String> {
    match command {
        StagesCommand::Show => show(session).await,
        StagesCommand::Apply { file } => {
            let document = if file.as_os_str() == "-" {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).map(|_| text)
            } else {
                std::fs::read_to_string(&file)
            };
            let document =
                document.map_err(|e| format!("The file {} cannot be read: {e}", file.display()))?;
            let applied = session.client.apply_stage_definitions(document).await.map_err(text)?;
            if session.json {
                return json(&applied);
            }
            let what =
                if applied.changed { "is now in force" } else { "was in force already; nothing changed" };
            print(&format!("revision {} {what}", applied.revision))
        }
    }
}

async fn show(session: &Session) -> Result<(), String> {
    let definitions = session.client.stage_definitions().await.map_err(text)?;
    if session.json {
        return json(&definitions);
    }
    let rules = |stage: &greenroom_client::v1::StageDefinition| {
        let mut rules = Vec::new();
        rules.extend(stage.initial.then(|| "initial".to_owned()));
        rules.extend(stage.archive.then(|| "archive".to_owned()));
        rules.extend(stage.from.as_ref().map(|from| format!("from {}", from.join(", "))));
        rules.extend(stage.capacity.map(|k| format!("at most {k}, full: {}", stage.full)));
        rules.extend(stage.protected.then(|| "protected".to_owned()));
        rules.extend(stage.soak.map(|soak| format!("soak {} s", soak / 1000)));
        rules.join("; ")
    };
    print(&format!("revision {}", definitions.revision))?;
    let mut rows: Vec<Vec<String>> =
        definitions.stages.iter().map(|s| vec!["*".to_owned(), cell(&s.name), cell(&rules(s))]).collect();
    for other in &definitions.overrides {
        rows.extend(other.stages.iter().map(|s| vec![cell(&other.models), cell(&s.name), cell(&rules(s))]));
    }
    table(&["MODELS", "STAGE", "RULES"], &rows)
}
