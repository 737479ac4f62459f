//! `models` and `versions`.

use greenroom_client::v1::{ModelVersion, RegisteredModel};

use super::{Session, text};
use crate::output::{cell, json, table, time};

pub(super) async fn list(session: &Session, filter: Option<&str>) -> Result<(), String> {
    let mut models: Vec<RegisteredModel> = Vec::new();
    let mut cursor = None;
    loop {
        let page = session.client.search_registered_models(filter, cursor.as_deref()).await.map_err(text)?;
        models.extend(page.models);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    if session.json {
        return json(&models);
    }
    let rows: Vec<Vec<String>> = models
        .iter()
        .map(|m| {
            vec![
                cell(&m.name),
                m.latest_version.map_or("-".into(), |v| v.to_string()),
                held(m),
                time(m.updated_at),
            ]
        })
        .collect();
    table(&["NAME", "LATEST", "STAGES", "UPDATED (UTC)"], &rows)
}

/// `Production: 3, 2; Staging: 4`
fn held(model: &RegisteredModel) -> String {
    let one = |holding: &greenroom_client::v1::StageHolding| {
        let versions: Vec<String> = holding.versions.iter().map(|v| v.version.to_string()).collect();
        format!(
            "{}: {}{}",
            cell(&holding.stage),
            versions.join(", "),
            if holding.more { ", ..." } else { "" }
        )
    };
    model.stages.iter().map(one).collect::<Vec<_>>().join("; ")
}

pub(super) async fn show(session: &Session, name: &str) -> Result<(), String> {
    let model = session.client.get_registered_model(name).await.map_err(text)?;
    if session.json {
        return json(&model);
    }
    let pair = |key: &str, value: String| vec![key.to_owned(), value];
    let mut rows = vec![
        pair("id", model.id.clone()),
        pair("description", cell(model.description.as_deref().unwrap_or("-"))),
        pair("created", time(model.created_at)),
        pair("updated", time(model.updated_at)),
        pair("stages", held(&model)),
    ];
    rows.extend(model.aliases.iter().map(|a| pair("alias", format!("{} -> {}", cell(&a.alias), a.version))));
    rows.extend(model.tags.iter().map(|t| pair("tag", format!("{} = {}", cell(&t.key), cell(&t.value)))));
    table(&["NAME", &cell(&model.name)], &rows)
}

pub(super) async fn versions(session: &Session, name: &str, stage: Option<&str>) -> Result<(), String> {
    let mut versions: Vec<ModelVersion> = Vec::new();
    let mut cursor = None;
    loop {
        let page = session.client.list_model_versions(name, stage, cursor.as_deref()).await.map_err(text)?;
        versions.extend(page.versions);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    if session.json {
        return json(&versions);
    }
    let rows: Vec<Vec<String>> = versions
        .iter()
        .map(|v| {
            vec![
                v.version.to_string(),
                cell(&v.stage),
                time(v.stage_since),
                cell(&v.aliases.join(", ")),
                cell(&v.source),
            ]
        })
        .collect();
    table(&["VERSION", "STAGE", "SINCE (UTC)", "ALIASES", "SOURCE"], &rows)
}
