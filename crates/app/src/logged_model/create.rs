//! Creating a logged model: its place is given, its artifacts come afterwards.

use futures_util::FutureExt;
use greenroom_core::logged_model::{
    LoggedModel, LoggedModelDetail, MAX_RUN_ID, MAX_TYPE, Status, check_name, check_params, check_tags,
};
use greenroom_core::run::Param;
use greenroom_core::tag::Tag;
use greenroom_core::{Result, artifact, experiment, name, run_name};
use greenroom_store::{Tx, logged_model};

use crate::Context;

/// What a new logged model is to be.
#[derive(Clone, Debug)]
pub struct NewLoggedModel {
    /// The experiment, as the client wrote it.
    pub experiment_id: String,
    /// Empty = to be made up.
    pub name: String,
    /// Free text.
    pub model_type: String,
    /// The run that brings it forth; empty for none. Not checked to exist (MLflow's behaviour).
    pub source_run_id: String,
    /// Keys and values as given.
    pub params: Vec<(String, String)>,
    /// Keys and values as given.
    pub tags: Vec<(String, String)>,
}

/// Creates a logged model.
pub async fn create(cx: &Context, new: NewLoggedModel) -> Result<LoggedModelDetail> {
    check_name(&new.name)?;
    name::check_text("model_type", &new.model_type, MAX_TYPE)?;
    name::check_text("source_run_id", &new.source_run_id, MAX_RUN_ID)?;
    let params = check_params(&new.params)?;
    let tags = check_tags(&new.tags)?;
    let experiment_id = experiment::parse_id(&new.experiment_id)?;
    cx.db
        .write(
            (cx.clone(), new, experiment_id, params, tags),
            |tx, (cx, new, experiment_id, params, tags)| {
                run(tx, cx, new, *experiment_id, params, tags).boxed()
            },
        )
        .await
}

async fn run(
    tx: &mut Tx<'_>,
    cx: &Context,
    new: &NewLoggedModel,
    experiment_id: i64,
    params: &[Param],
    tags: &[Tag],
) -> Result<LoggedModelDetail> {
    let experiment = greenroom_store::experiment::hold_by_id(tx, experiment_id).await?;
    let experiment = experiment.ok_or_else(|| experiment::not_found(&new.experiment_id))?;
    experiment.check_active()?;
    let now = cx.clock.now();

    let id = format!("m-{}", cx.ids.next());
    let model = LoggedModel {
        experiment_id,
        name: if new.name.is_empty() { run_name::of(&id) } else { new.name.clone() },
        model_type: new.model_type.clone(),
        source_run_id: new.source_run_id.clone(),
        status: Status::Pending,
        status_message: None,
        artifact_uri: artifact::of_logged_model(&experiment.artifact_location, &id),
        created_at: now,
        updated_at: now,
        deleted_at: None,
        id,
    };
    let mut statements = vec![logged_model::insert(&model)];
    statements.extend(params.iter().map(|param| logged_model::insert_param(&model.id, param)));
    statements.extend(tags.iter().map(|tag| logged_model::set_tag(&model.id, tag)));
    tx.batch(&statements).await?;

    Ok(LoggedModelDetail {
        model,
        tags: tags.to_vec(),
        params: params.to_vec(),
        metrics: Vec::new(),
        registrations: Vec::new(),
    })
}
