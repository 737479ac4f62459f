//! The limit: an HTTP server of the same kind that answers the same bytes and does nothing else.

use std::collections::BTreeMap;
use std::path::Path;

use axum::Router;
use axum::routing::any;
use axum::serve::ListenerExt as _;
use bytes::Bytes;

use crate::Result;

/// Serves the answers of a file (path to body, JSON) until it is killed.
pub(crate) fn serve(port: u16, answers: &Path) -> Result<()> {
    let answers: BTreeMap<String, String> = serde_json::from_slice(&std::fs::read(answers)?)?;
    let mut router = Router::new();
    for (path, body) in answers {
        let body = Bytes::from(body);
        // The request's body is read, as any handler has to.
        let answer = move |_: Bytes| {
            let body = body.clone();
            async move { ([("content-type", "application/json")], body) }
        };
        router = router.route(&path, any(answer));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|stream| {
            let _slower_then = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router).await?)
    })
}
