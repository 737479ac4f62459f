//! The router from outside, without sockets: status, headers and body of what clients send.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod artifacts;
mod artifacts_owned;
mod attacks;
mod logged_models;
mod mlflow;
mod oddities;
mod sources;
mod support;
mod tracking;
mod transcripts;
mod transport;
mod v1;
mod version_copies;
mod version_files;
