//! The onion around every route, outermost first.

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use greenroom_core::Error;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, header};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::guard::Guard;
use crate::patience;
use crate::respond::{MlflowError, Verbatim};

/// Answers smaller than this are not worth compressing.
const COMPRESS_FROM: u64 = 4096;

/// Wraps the routes; `silence` is how long a sender of a body may be silent.
pub(crate) fn wrap(routes: Router, guard: &Guard, silence: Duration) -> Router {
    let verbatim = |_, _, _: &HeaderMap, marks: &Extensions| marks.get::<Verbatim>().is_none();
    let compressible = SizeAbove::new(COMPRESS_FROM).and(NotForContentType::SSE).and(verbatim);
    let origins = guard.clone();
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, parts| {
            origin.to_str().is_ok_and(|origin| origins.knows_origin(origin, &parts.headers))
        }))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request());
    // Around the router as a whole: layers of each route would be copied, boxed and all, for every request.
    let onion = ServiceBuilder::new()
        .layer(from_fn_with_state((guard.clone(), silence), note))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(cors)
        .layer(CompressionLayer::new().gzip(true).compress_when(compressible))
        .service(routes);
    Router::new().fallback_service(onion)
}

/// Says what happened (5xx loudly, the rest for those who ask), numbers the request, turns away whom the guard does not
/// know, and adds the headers that every answer has.
async fn note(State((guard, silence)): State<(Guard, Duration)>, request: Request, next: Next) -> Response {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let wanted = tracing::enabled!(tracing::Level::DEBUG);
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let begun = wanted.then(Instant::now);

    let mut response = match guard.refuse(&request) {
        Some(refusal) => refusal,
        None => next.run(request.map(|body| patience::limit(body, silence))).await,
    };

    let status = response.status().as_u16();
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-request-id"), HeaderValue::from(number));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    if status >= 500 {
        tracing::error!(request.id = number, http.method = %method, http.path = uri.path(), http.status = status, "request failed");
    } else if let Some(begun) = begun {
        let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(request.id = number, http.method = %method, http.path = uri.path(), http.status = status, duration_ms, "request");
    }
    response
}

#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = what.unwrap_or("no message"), "a handler panicked");
    MlflowError(Error::internal("Internal error. The server's log has the details.")).into_response()
}
