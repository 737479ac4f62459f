//! Reading registered models.

use futures_util::FutureExt;
use greenroom_core::event::{ChainHead, Event};
use greenroom_core::model_version::{ModelVersion, ModelVersionDetail, Occupant};
use greenroom_core::registered_model::RegisteredModelDetail;
use greenroom_core::stage::StageDefinitions;
use greenroom_core::{Result, name};
use greenroom_store::registered_model::ModelRow;
use greenroom_store::registered_model_search::{self, ModelSearch};
use greenroom_store::{Tx, alias, event, model_version, model_version_detail, page, tag};
use std::collections::HashMap;
use std::sync::Arc;

use super::find;
use crate::Context;

/// One model with what hangs on it.
pub async fn get(cx: &Context, name: String) -> Result<RegisteredModelDetail> {
    cx.db
        .read(name, |tx, name| {
            async move {
                let row = find(tx, name).await?;
                detail(tx, row).await
            }
            .boxed()
        })
        .await
}

pub(super) async fn detail(tx: &mut Tx<'_>, row: ModelRow) -> Result<RegisteredModelDetail> {
    let id = row.model.id.as_str();
    let tags = tag::of_model(tx, id).await?;
    let aliases = alias::of_model(tx, id).await?;
    let latest = model_version::latest_of(tx, &[id]).await?;
    let latest_versions = model_version::all_with_children(tx, latest).await?;
    Ok(RegisteredModelDetail { model: row.model, tags, aliases, latest_versions })
}

/// A page of models.
pub async fn search(
    cx: &Context,
    search: ModelSearch,
) -> Result<(Vec<RegisteredModelDetail>, Option<String>)> {
    cx.db
        .scan(search, |tx, search| {
            async move {
                let (rows, token) = registered_model_search::run(tx, search).await?;
                Ok((registered_model_search::with_children(tx, rows).await?, token))
            }
            .boxed()
        })
        .await
}

/// For each of the stages asked for (none = all) the highest-numbered version in it.
pub async fn latest_versions(
    cx: &Context,
    name: String,
    stages: Vec<String>,
) -> Result<Vec<ModelVersionDetail>> {
    name::check_model_name(&name)?;
    if let [stage] = stages.as_slice()
        && let Some(found) = latest_at_once(cx, &name, stage).await?
    {
        return Ok(vec![found]);
    }
    cx.db
        .read((cx.clone(), name, stages), |tx, (cx, name, stages)| latest(tx, cx, name, stages).boxed())
        .await
}

/// One statement finds what is asked for most, a model's version in one stage, if the definitions known here are those in
/// force. Everything else is looked at step by step.
async fn latest_at_once(cx: &Context, name: &str, stage: &str) -> Result<Option<ModelVersionDetail>> {
    let definitions = cx.known_definitions();
    let Ok(stage) = definitions.for_model(name).find(stage) else { return Ok(None) };
    let asked = (name.to_owned(), stage.name.clone(), definitions.revision);
    cx.db
        .read_one(asked, |tx, (name, stage, revision)| {
            model_version_detail::latest_in(tx, name, stage, *revision).boxed()
        })
        .await
}

async fn latest(
    tx: &mut Tx<'_>,
    cx: &Context,
    name: &str,
    asked: &[String],
) -> Result<Vec<ModelVersionDetail>> {
    let row = find(tx, name).await?;
    let id = row.model.id.as_str();
    let versions = if asked.is_empty() {
        model_version::latest_of(tx, &[id]).await?
    } else {
        let definitions = cx.definitions(tx).await?;
        let mut wanted: Vec<&str> = Vec::with_capacity(asked.len());
        for stage in asked {
            let found = definitions.for_model(name).find(stage)?;
            if !wanted.contains(&found.name.as_str()) {
                wanted.push(&found.name);
            }
        }
        one_per_stage(tx, id, &wanted).await?
    };
    model_version::all_with_children(tx, versions).await
}

/// MLflow answers in the order in which the stages were first met, which is the order of `latest_of`.
async fn one_per_stage(tx: &mut Tx<'_>, id: &str, stages: &[&str]) -> Result<Vec<ModelVersion>> {
    if let [stage] = stages {
        return Ok(model_version::latest_in(tx, id, stage).await?.into_iter().collect());
    }
    let all = model_version::latest_of(tx, &[id]).await?;
    Ok(all.into_iter().filter(|v| stages.contains(&v.stage.as_str())).collect())
}

/// A model as the UI's lists show it.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The model with what hangs on it.
    pub detail: RegisteredModelDetail,
    /// What each stage holds, in defined order: up to three versions, and whether there are more.
    pub stages: Vec<(String, Vec<Occupant>, bool)>,
    /// The highest version number that exists.
    pub latest_version: Option<i64>,
    /// The newest event of its chain.
    pub last_event: Option<Event>,
}

/// Versions named per stage in an [`Overview`].
const NAMED: i64 = 3;

/// One model as the UI's pages show it.
pub async fn overview(cx: &Context, name: String) -> Result<Overview> {
    cx.db
        .scan((cx.clone(), name), |tx, (cx, name)| {
            async move {
                let row = find(tx, name).await?;
                let definitions = cx.definitions(tx).await?;
                let mut found = overviews(tx, &definitions, vec![row]).await?;
                found.pop().ok_or_else(|| super::not_found(name))
            }
            .boxed()
        })
        .await
}

/// A page of models as the UI's list shows them.
pub async fn list(cx: &Context, search: ModelSearch) -> Result<(Vec<Overview>, Option<String>)> {
    cx.db
        .scan((cx.clone(), search), |tx, (cx, search)| {
            async move {
                let (rows, token) = registered_model_search::run(tx, search).await?;
                let definitions = cx.definitions(tx).await?;
                Ok((overviews(tx, &definitions, rows).await?, token))
            }
            .boxed()
        })
        .await
}

async fn overviews(
    tx: &mut Tx<'_>,
    definitions: &Arc<StageDefinitions>,
    rows: Vec<ModelRow>,
) -> Result<Vec<Overview>> {
    let heads: Vec<ChainHead> = rows.iter().map(|row| row.head.clone()).collect();
    let mut newest: HashMap<String, Event> = HashMap::new();
    for some in heads.chunks(greenroom_store::page::CHILDREN) {
        let events = event::newest_of(tx, &some.iter().collect::<Vec<_>>()).await?;
        newest.extend(events.into_iter().map(|e| (e.chain.clone(), e)));
    }
    let details = registered_model_search::with_children(tx, rows).await?;
    let mut overviews = Vec::with_capacity(details.len());
    for detail in details {
        let id = detail.model.id.clone();
        let mut stages = Vec::new();
        let mut latest_version = None;
        let defined = definitions.for_model(&detail.model.name);
        for latest in &detail.latest_versions {
            latest_version = latest_version.max(Some(latest.version.version));
        }
        let place = |stage: &str| defined.list().iter().position(|s| s.name == stage).unwrap_or(usize::MAX);
        let mut held: Vec<&ModelVersionDetail> = detail.latest_versions.iter().collect();
        held.sort_by_key(|v| place(&v.version.stage));
        for latest in held {
            let version = &latest.version;
            let mut named = vec![Occupant {
                version: version.version,
                since: version.stage_since,
                by: version.stage_by.clone(),
            }];
            // Where versions are at work a second one matters: it is looked for by one index seek.
            let active = defined.get(&version.stage).is_some_and(|s| defined.is_active(s));
            if active {
                named.extend(
                    model_version::others_newest(tx, &id, &version.stage, version.version, NAMED).await?,
                );
            }
            let more = page::cut(&mut named, NAMED);
            stages.push((version.stage.clone(), named, more));
        }
        let last_event = newest.remove(&id);
        overviews.push(Overview { detail, stages, latest_version, last_event });
    }
    Ok(overviews)
}
