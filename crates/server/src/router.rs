//! The route table: every path of the server, in MLflow's order, then ours.

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use greenroom_app::Context;
use greenroom_core::{Error, ErrorCode};
use http::{Method, Uri};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::guard::Guard;
use crate::http::{
    artifact, experiment, experiment_search, logged_model, metric, metric_history, misc, model_version,
    registered_model, run, run_inputs, run_search, v1,
};
use crate::respond::{MlflowError, V1Error};
use crate::{ServerConfig, middleware, ui};

/// Followers of the event stream at once.
const FOLLOWERS: usize = 1000;

/// What handlers share; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What is in an [`App`].
pub struct Shared {
    /// The world of the use-cases.
    pub cx: Context,
    /// Cancelled when the server stops: endless answers end.
    pub stopping: CancellationToken,
    pub(crate) followers: Arc<Semaphore>,
    /// Copies under way: they end by themselves once the server stops, and tidy up then.
    pub(crate) copying: TaskTracker,
}

impl App {
    /// An app over this context.
    pub fn new(cx: Context, stopping: CancellationToken) -> Self {
        let followers = Arc::new(Semaphore::new(FOLLOWERS));
        Self(Arc::new(Shared { cx, stopping, followers, copying: TaskTracker::new() }))
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Every route inside the onion.
pub fn build(app: App, config: &ServerConfig) -> Router {
    let prefix = config.static_prefix.as_str();
    let artifacts = &config.policy.artifacts;
    let registry = mlflow_routes(Below("/api/2.0/mlflow", Router::new()));
    let registry = mlflow_routes(Below("/ajax-api/2.0/mlflow", registry));
    let mut registry = registry
        .route("/ajax-api/2.0/mlflow/metrics/get-history-bulk", get(metric_history::history_of_runs))
        .route("/ajax-api/2.0/mlflow/upload-artifact", post(artifact::owned::upload))
        .route("/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files", get(artifact::owned::of_model))
        .route("/get-artifact", get(artifact::owned::of_run))
        .route("/model-versions/get-artifact", get(artifact::owned::of_version))
        .nest("/api/v1", v1_routes())
        .route("/", get(ui::index))
        .route("/assets/{*path}", get(ui::asset))
        .route("/{file}", get(ui::file));
    if artifacts.only {
        registry = registry.route_layer(from_fn(artifact::unserved::only_proxy));
    }
    let mut proxy = proxy_routes();
    if !artifacts.serve {
        proxy = proxy.route_layer(from_fn(artifact::unserved::no_proxy));
    }
    let routes = registry
        .nest("/api/2.0/mlflow-artifacts", proxy.clone())
        .nest("/ajax-api/2.0/mlflow-artifacts", proxy)
        .route("/api/3.0/mlflow/server-info", get(misc::server_info))
        .route("/ajax-api/3.0/mlflow/server-info", get(misc::server_info))
        .route("/health", get(misc::health))
        .route("/version", get(misc::version))
        .route("/livez", get(misc::health))
        .route("/readyz", get(misc::ready))
        .with_state(app);
    let routes = if prefix.is_empty() { routes } else { Router::new().nest(prefix, routes) };
    let routes = routes.fallback(no_endpoint).method_not_allowed_fallback(wrong_method);
    let guard = Guard::new(prefix, &config.allowed_hosts, &config.allowed_origins);
    middleware::wrap(routes, &guard, config.idle_timeout)
}

/// Routes below a path, spelled out: a nested router would put every request's URI together anew.
struct Below<'a>(&'a str, Router<App>);

impl Below<'_> {
    fn route(self, path: &str, methods: MethodRouter<App>) -> Self {
        let Self(base, routes) = self;
        Self(base, routes.route(&format!("{base}{path}"), methods))
    }
}

fn mlflow_routes(below: Below<'_>) -> Router<App> {
    logged_model_routes(tracking_routes(registry_routes(below))).1
}

fn registry_routes(below: Below<'_>) -> Below<'_> {
    below
        .route("/registered-models/create", post(registered_model::create))
        .route("/registered-models/rename", post(registered_model::rename))
        .route("/registered-models/update", patch(registered_model::update))
        .route("/registered-models/delete", delete(registered_model::delete))
        .route("/registered-models/get", get(registered_model::get))
        .route("/registered-models/search", get(registered_model::search))
        .route(
            "/registered-models/get-latest-versions",
            get(registered_model::latest_versions).post(registered_model::latest_versions),
        )
        .route("/registered-models/set-tag", post(registered_model::set_tag))
        .route("/registered-models/delete-tag", delete(registered_model::delete_tag))
        .route(
            "/registered-models/alias",
            post(registered_model::set_alias)
                .delete(registered_model::delete_alias)
                .get(registered_model::get_by_alias),
        )
        .route("/model-versions/create", post(model_version::create))
        .route("/model-versions/update", patch(model_version::update))
        .route("/model-versions/transition-stage", post(model_version::transition_stage))
        .route("/model-versions/delete", delete(model_version::delete))
        .route("/model-versions/get", get(model_version::get))
        .route("/model-versions/search", get(model_version::search))
        .route("/model-versions/get-download-uri", get(model_version::download_uri))
        .route("/model-versions/set-tag", post(model_version::set_tag))
        .route("/model-versions/delete-tag", delete(model_version::delete_tag))
}

fn tracking_routes(below: Below<'_>) -> Below<'_> {
    below
        .route("/experiments/create", post(experiment::create))
        .route("/experiments/get", get(experiment::get))
        .route("/experiments/get-by-name", get(experiment::get_by_name))
        .route("/experiments/search", get(experiment_search::search).post(experiment_search::search))
        .route("/experiments/delete", post(experiment::delete))
        .route("/experiments/restore", post(experiment::restore))
        .route("/experiments/update", post(experiment::update))
        .route("/experiments/set-experiment-tag", post(experiment::set_tag))
        .route("/experiments/delete-experiment-tag", post(experiment::delete_tag))
        .route("/runs/create", post(run::create))
        .route("/runs/update", post(run::update))
        .route("/runs/delete", post(run::delete))
        .route("/runs/restore", post(run::restore))
        .route("/runs/get", get(run::get))
        .route("/runs/search", post(run_search::search))
        .route("/runs/log-metric", post(metric::log))
        .route("/runs/log-parameter", post(run::log_param))
        .route("/runs/set-tag", post(run::set_tag))
        .route("/runs/delete-tag", post(run::delete_tag))
        .route("/runs/log-batch", post(metric::log_batch))
        .route("/runs/log-model", post(run::log_model))
        .route("/runs/log-inputs", post(run_inputs::log_inputs))
        .route("/runs/outputs", post(run_inputs::log_outputs))
        .route("/metrics/get-history", get(metric_history::history))
        .route("/metrics/get-history-bulk-interval", get(metric_history::sample_of_runs))
        .route("/artifacts/list", get(artifact::owned::list))
        .route("/artifacts/presigned-upload-url", post(artifact::presigned::upload))
        .route("/artifacts/presigned-download-url", post(artifact::presigned::download))
}

fn logged_model_routes(below: Below<'_>) -> Below<'_> {
    below
        .route("/logged-models", post(logged_model::create))
        .route("/logged-models/search", post(logged_model::search))
        .route(
            "/logged-models/{id}",
            get(logged_model::get).patch(logged_model::finalize).delete(logged_model::delete),
        )
        .route("/logged-models/{id}/tags", patch(logged_model::set_tags))
        .route("/logged-models/{id}/tags/{*key}", delete(logged_model::delete_tag))
        .route("/logged-models/{id}/params", post(logged_model::log_params))
        .route("/logged-models/{id}/artifacts/directories", get(artifact::owned::list_of_model))
}

fn proxy_routes() -> Router<App> {
    use artifact::{multipart, proxy};
    Router::new()
        .route("/artifacts", get(proxy::list))
        .route("/artifacts/{*artifact_path}", get(proxy::get).put(proxy::put).delete(proxy::delete))
        .route("/mpu/create/{*artifact_path}", post(multipart::create))
        .route("/mpu/part/{*part}", put(multipart::put_part))
        .route("/mpu/complete/{*artifact_path}", post(multipart::complete))
        .route("/mpu/abort/{*artifact_path}", post(multipart::abort))
        .route("/presigned/{*artifact_path}", get(proxy::presigned))
}

fn v1_routes() -> Router<App> {
    Router::new()
        .route("/models", get(v1::registered_model::list))
        .route("/models/{name}", get(v1::registered_model::get))
        .route("/models/{name}/versions", get(v1::model_version::list))
        .route("/models/{name}/versions/{version}", get(v1::model_version::get))
        .route("/models/{name}/versions/{version}/check", post(v1::model_version::check))
        .route("/models/{name}/versions/{version}/copy", post(v1::model_version::copy))
        .route("/models/{name}/versions/{version}/files", get(v1::artifact::list))
        .route("/models/{name}/versions/{version}/decision", get(v1::stage::decide))
        .route("/models/{name}/versions/{version}/transition", post(v1::stage::transition))
        .route("/logged-models/{id}/digest", get(v1::logged_model::digest))
        .route("/models/{name}/history", get(v1::event::history))
        .route("/models/{name}/stages", get(v1::stage::as_of))
        .route("/runs/{run_id}", get(v1::run::get))
        .route("/experiments/{experiment_id}/runs", get(v1::run::list))
        .route("/events", get(v1::event::feed))
        .route("/events/stream", get(v1::event::stream))
        .route("/chains", get(v1::event::chains))
        .route("/stages", get(v1::stage::definitions).put(v1::stage::apply))
        .route("/openapi.json", get(misc::openapi))
}

async fn no_endpoint(method: Method, uri: Uri) -> axum::response::Response {
    let error = Error::new(ErrorCode::EndpointNotFound, format!("No endpoint {method} {}.", uri.path()));
    answer(&uri, error)
}

async fn wrong_method(method: Method, uri: Uri) -> axum::response::Response {
    let error = Error::new(
        ErrorCode::MethodNotAllowed,
        format!("Method {method} is not allowed for {}.", uri.path()),
    );
    answer(&uri, error)
}

fn answer(uri: &Uri, error: Error) -> axum::response::Response {
    if uri.path().contains("/api/v1/") {
        V1Error(error).into_response()
    } else {
        MlflowError(error).into_response()
    }
}
