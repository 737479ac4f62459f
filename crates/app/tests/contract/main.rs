//! The contract of the use-cases, the same for both engines: each test here runs on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod events;
mod models;
mod races;
mod schema;
mod search;
mod stages;
mod support;
mod versions;
