//! `artifacts/presigned-*-url`: URLs of the object store itself, for runs whose artifacts lie in it and not behind this server.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use greenroom_app::artifact::{self as cases, Belongings, Owner, Signed};
use greenroom_core::{Error, Result};
use greenroom_wire::mlflow::artifact::SignedResponse;
use greenroom_wire::mlflow::{Fields, tracking_schema as schema};

use crate::request::MlflowRequest;
use crate::respond::{MlflowResult, Pretty};
use crate::router::App;

/// Seconds that a URL is good when nobody says how long, and at most (the stores' own limit).
const USUALLY: i64 = 900;
const LONGEST: i64 = 604_800;

pub(crate) async fn upload(State(app): State<App>, request: MlflowRequest) -> MlflowResult<SignedResponse> {
    let fields = request.fields(schema::SIGN_UPLOAD)?;
    let (run, model) = (fields.text_or_empty("run_id"), fields.text_or_empty("model_id"));
    if run.is_empty() == model.is_empty() {
        return Err(Error::invalid("Exactly one of run_id and model_id must be provided.").into());
    }
    let owner =
        if run.is_empty() { Owner::LoggedModel(model.to_owned()) } else { Owner::Run(run.to_owned()) };
    let good_for = expiration(&fields)?;
    let found = cases::belongings(&app.cx, owner).await?;
    refuse_handed_through(&found, "Presigned upload is not supported for proxied artifact storage", "")?;
    let key = found.key(&app.cx, fields.text_or_empty("path"))?;
    let Signed { url: presigned_url, headers } = cases::sign_upload(&app.cx, &key, good_for).await?;
    Ok(Pretty(SignedResponse { presigned_url, headers, file_size: None }))
}

pub(crate) async fn download(State(app): State<App>, request: MlflowRequest) -> MlflowResult<SignedResponse> {
    let fields = request.fields(schema::SIGN_DOWNLOAD)?;
    let good_for = expiration(&fields)?;
    let owned = cases::belongings(&app.cx, Owner::Run(fields.text_or_empty("run_id").to_owned())).await?;
    let what = "Presigned download is not supported for runs with proxied artifact storage";
    refuse_handed_through(&owned, what, "run with a ")?;
    let key = owned.key(&app.cx, fields.text_or_empty("path"))?;
    let (presigned_url, size) = cases::sign_download(&app.cx, &key, good_for).await?;
    Ok(Pretty(SignedResponse { presigned_url, headers: BTreeMap::new(), file_size: Some(size) }))
}

fn expiration(fields: &Fields) -> Result<Duration> {
    let seconds = fields.int("expiration").unwrap_or(USUALLY);
    match u64::try_from(seconds) {
        Ok(positive) if (1..=LONGEST).contains(&seconds) => Ok(Duration::from_secs(positive)),
        _ => Err(Error::invalid(format!(
            "expiration must be between 1 and {LONGEST} seconds (got {seconds})."
        ))),
    }
}

/// What lies behind a server has no URL of its own.
fn refuse_handed_through(owned: &Belongings, what: &str, requires: &str) -> Result<()> {
    match owned.are_handed_through() {
        None => Ok(()),
        Some(scheme) => Err(Error::invalid(format!(
            "{what} (artifact URI scheme: {scheme}). This endpoint requires a {requires}direct cloud storage artifact URI."
        ))),
    }
}
