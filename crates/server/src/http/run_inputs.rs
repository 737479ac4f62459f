//! `runs/log-inputs` and `runs/outputs` of MLflow's API.

use axum::extract::State;
use greenroom_app::run as cases;
use greenroom_core::Result;
use greenroom_core::dataset::{Dataset, DatasetInput};
use greenroom_core::run::ModelOutput;
use greenroom_wire::mlflow::{Fields, tracking_schema as schema};

use super::run::id;
use crate::request::MlflowRequest;
use crate::respond::{Empty, MlflowResult, Pretty};
use crate::router::App;

pub(crate) async fn log_inputs(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::LOG_INPUTS)?;
    let datasets = fields.objects("datasets").iter().map(dataset_input).collect::<Result<_>>()?;
    let model = |item: &Fields| item.text_or_empty("model_id").to_owned();
    let model_ids = fields.objects("models").iter().map(model).collect();
    cases::log_inputs(&app.cx, id(&fields), datasets, model_ids).await?;
    Ok(Pretty(Empty {}))
}

fn dataset_input(item: &Fields) -> Result<DatasetInput> {
    let text = |name: &str| item.object("dataset").and_then(|d| d.text(name)).map(str::to_owned);
    let dataset = Dataset {
        name: text("name").unwrap_or_default(),
        digest: text("digest").unwrap_or_default(),
        source_type: text("source_type").unwrap_or_default(),
        source: text("source").unwrap_or_default(),
        schema: text("schema"),
        profile: text("profile"),
    };
    DatasetInput::new(dataset, &item.pairs("tags"))
}

pub(crate) async fn log_outputs(State(app): State<App>, request: MlflowRequest) -> MlflowResult<Empty> {
    let fields = request.fields(schema::LOG_OUTPUTS)?;
    let model = |item: &Fields| ModelOutput {
        model_id: item.text_or_empty("model_id").to_owned(),
        step: item.int("step").unwrap_or_default(),
    };
    let models = fields.objects("models").iter().map(model).collect();
    cases::log_outputs(&app.cx, id(&fields), models).await?;
    Ok(Pretty(Empty {}))
}
