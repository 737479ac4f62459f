//! The OpenAPI 3.1 document of `/api/v1`. The functions here are never called: each carries the
//! description of one operation, so that the document needs neither router nor server to be made.

use utoipa::OpenApi;

use crate::v1::{
    ApplyResponse, ChainHead, CopyRequest, Decision, EventPage, FileDigests, ModelVersion, ModelVersionPage,
    Problem, RegisteredModel, RegisteredModelPage, RunSummaryPage, RunView, StageDefinitions, StagesAsOf,
    TransitionRequest, TransitionResponse, VersionFiles,
};

/// The document's root.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Greenroom",
        description = "What MLflow's registry API has no word for: stage definitions, decisions, history, the event feed.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        list_models,
        get_model,
        list_versions,
        get_version,
        check_version,
        list_version_files,
        copy_version,
        read_logged_model,
        get_decision,
        transition_version,
        model_history,
        model_stages,
        get_run,
        list_runs,
        list_events,
        stream_events,
        list_chains,
        get_stages,
        apply_stages,
    )
)]
pub struct ApiDocument;

/// The document, pretty-printed.
///
/// # Panics
/// Never: a document of plain strings and maps always serialises.
pub fn document() -> String {
    ApiDocument::openapi().to_pretty_json().expect("a document of plain strings and maps always serialises")
}

#[utoipa::path(get, path = "/api/v1/models", operation_id = "listModels",
    params(
        ("filter" = Option<String>, Query, description = "MLflow's search syntax, e.g. `name ILIKE '%fraud%'`"),
        ("order_by" = Option<String>, Query, description = "`name` (default), `timestamp` or `last_updated_timestamp`, with ` ASC` or ` DESC`"),
        ("limit" = Option<i64>, Query, description = "1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, body = RegisteredModelPage), (status = 400, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn list_models() {}

#[utoipa::path(get, path = "/api/v1/models/{name}", operation_id = "getModel",
    params(("name" = String, Path, description = "The model's name")),
    responses((status = 200, body = RegisteredModel), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn get_model() {}

#[utoipa::path(get, path = "/api/v1/models/{name}/versions", operation_id = "listVersions",
    params(
        ("name" = String, Path, description = "The model's name"),
        ("stage" = Option<String>, Query, description = "Only versions in this stage"),
        ("limit" = Option<i64>, Query, description = "1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, body = ModelVersionPage), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn list_versions() {}

#[utoipa::path(get, path = "/api/v1/models/{name}/versions/{version}", operation_id = "getVersion",
    params(("name" = String, Path, description = "The model's name"), ("version" = i64, Path, description = "The version number")),
    responses((status = 200, body = ModelVersion), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn get_version() {}

#[utoipa::path(post, path = "/api/v1/models/{name}/versions/{version}/check", operation_id = "checkVersion",
    params(("name" = String, Path, description = "The model's name"), ("version" = i64, Path, description = "The version number")),
    responses((status = 200, body = ModelVersion, description = "After its bytes were read and compared with its digest"), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn check_version() {}

#[utoipa::path(get, path = "/api/v1/models/{name}/versions/{version}/files", operation_id = "listVersionFiles",
    params(
        ("name" = String, Path, description = "The model's name"), ("version" = i64, Path, description = "The version number"),
        ("path" = Option<String>, Query, description = "A folder below the version's; default that one itself"),
        ("limit" = Option<i64>, Query, description = "1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, body = VersionFiles), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn list_version_files() {}

#[utoipa::path(post, path = "/api/v1/models/{name}/versions/{version}/copy", operation_id = "copyVersion",
    params(("name" = String, Path, description = "The model's name"), ("version" = i64, Path, description = "The version number")),
    request_body = CopyRequest,
    responses((status = 200, body = ModelVersion, description = "The copy. With artifacts the answer takes as long as copying and verifying every byte; whoever stops waiting gives the copy up"),
        (status = 400, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "The bytes are not those of the digest")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn copy_version() {}

#[utoipa::path(get, path = "/api/v1/logged-models/{id}/digest", operation_id = "readLoggedModel",
    params(("id" = String, Path, description = "The logged model's id, `m-...`")),
    responses((status = 200, body = FileDigests, description = "After every byte was read"), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn read_logged_model() {}

#[utoipa::path(get, path = "/api/v1/models/{name}/versions/{version}/decision", operation_id = "getDecision",
    params(
        ("name" = String, Path, description = "The model's name"), ("version" = i64, Path, description = "The version number"),
        ("stage" = String, Query, description = "The target stage"),
        ("archive_existing_versions" = Option<bool>, Query, description = "As in the transition"),
    ),
    responses((status = 200, body = Decision), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn get_decision() {}

#[utoipa::path(post, path = "/api/v1/models/{name}/versions/{version}/transition", operation_id = "transitionVersion",
    params(("name" = String, Path, description = "The model's name"), ("version" = i64, Path, description = "The version number")),
    request_body = TransitionRequest,
    responses((status = 200, body = TransitionResponse), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "A rule stands against it; `detail` lists every failed rule")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn transition_version() {}

#[utoipa::path(get, path = "/api/v1/models/{name}/history", operation_id = "modelHistory",
    params(
        ("name" = String, Path, description = "The model's name, or the id of a deleted one"),
        ("version" = Option<i64>, Query, description = "Only events about this version"),
        ("limit" = Option<i64>, Query, description = "1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, body = EventPage, description = "Newest first"), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn model_history() {}

#[utoipa::path(get, path = "/api/v1/models/{name}/stages", operation_id = "modelStages",
    params(
        ("name" = String, Path, description = "The model's name, or the id of a deleted one"),
        ("at" = Option<String>, Query, description = "Unix milliseconds or RFC 3339 (`2026-05-03T12:00:00Z`); default now"),
    ),
    responses((status = 200, body = StagesAsOf), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn model_stages() {}

#[utoipa::path(get, path = "/api/v1/runs/{run_id}", operation_id = "getRun",
    params(("run_id" = String, Path, description = "The run's id")),
    responses((status = 200, body = RunView), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn get_run() {}

#[utoipa::path(get, path = "/api/v1/experiments/{experiment_id}/runs", operation_id = "listRuns",
    params(
        ("experiment_id" = String, Path, description = "The experiment's id"),
        ("limit" = Option<i64>, Query, description = "1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, body = RunSummaryPage), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn list_runs() {}

#[utoipa::path(get, path = "/api/v1/events", operation_id = "listEvents",
    params(
        ("after" = Option<String>, Query, description = "A cursor; default the beginning"),
        ("limit" = Option<i64>, Query, description = "1 to 1000, default 100"),
    ),
    responses((status = 200, body = EventPage, description = "Oldest first; `next_cursor` is always there"), (status = 400, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn list_events() {}

#[utoipa::path(get, path = "/api/v1/events/stream", operation_id = "streamEvents",
    params(("after" = Option<String>, Query, description = "A cursor; default now. The `Last-Event-ID` header wins")),
    responses((status = 200, content_type = "text/event-stream", body = String, description = "Server-sent events: `id` is the cursor, `data` an Event")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn stream_events() {}

#[utoipa::path(get, path = "/api/v1/chains", operation_id = "listChains",
    params(("after" = Option<String>, Query, description = "A chain id; default the beginning"), ("limit" = Option<i64>, Query, description = "1 to 1000, default 100")),
    responses((status = 200, body = Vec<ChainHead>, description = "Ordered by chain id")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn list_chains() {}

#[utoipa::path(get, path = "/api/v1/stages", operation_id = "getStages",
    responses((status = 200, body = StageDefinitions)))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn get_stages() {}

#[utoipa::path(put, path = "/api/v1/stages", operation_id = "applyStages",
    request_body(content = String, content_type = "application/toml", description = "The document that `greenroom stages apply` takes"),
    responses((status = 200, body = ApplyResponse), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json")))]
#[expect(dead_code, reason = "carries the description of the operation")]
fn apply_stages() {}
