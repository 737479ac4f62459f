//! `/api/v1/models`.

use axum::extract::State;
use greenroom_app::registered_model::{self as cases, Overview};
use greenroom_core::search::{Target, parse_filter, parse_order_by};
use greenroom_store::registered_model_search::ModelSearch;
use greenroom_wire::v1::{RegisteredModel, RegisteredModelPage, StageHolding};

use crate::request::{V1Path, V1Query};
use crate::respond::{Json, V1Result};
use crate::router::App;

pub(crate) async fn list(State(app): State<App>, query: V1Query) -> V1Result<RegisteredModelPage> {
    query.allow(&["filter", "order_by", "limit", "cursor"])?;
    let order: Vec<String> = query.text("order_by").map(str::to_owned).into_iter().collect();
    let search = ModelSearch {
        filter: parse_filter(Target::RegisteredModels, query.text("filter"))?,
        order: parse_order_by(Target::RegisteredModels, &order)?,
        limit: query.limit()?,
        token: query.text("cursor").map(str::to_owned),
    };
    let (models, next_cursor) = cases::list(&app.cx, search).await?;
    Ok(Json(RegisteredModelPage { models: models.into_iter().map(shown).collect(), next_cursor }))
}

pub(crate) async fn get(State(app): State<App>, V1Path(name): V1Path<String>) -> V1Result<RegisteredModel> {
    Ok(Json(shown(cases::overview(&app.cx, name).await?)))
}

fn shown(overview: Overview) -> RegisteredModel {
    let Overview { detail, stages, latest_version, last_event } = overview;
    let holding = |(stage, held, more): (String, Vec<_>, bool)| StageHolding {
        stage,
        versions: held.into_iter().map(Into::into).collect(),
        more,
    };
    RegisteredModel {
        id: detail.model.id,
        name: detail.model.name,
        description: detail.model.description.filter(|text| !text.is_empty()),
        tags: detail.tags.into_iter().map(Into::into).collect(),
        aliases: detail.aliases.into_iter().map(Into::into).collect(),
        created_at: detail.model.created_at,
        updated_at: detail.model.updated_at,
        created_by: detail.model.created_by,
        latest_version,
        stages: stages.into_iter().map(holding).collect(),
        last_event: last_event.map(Into::into),
    }
}
