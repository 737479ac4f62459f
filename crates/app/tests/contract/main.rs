//! The contract of the use-cases, the same for both engines: each test here runs on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod artifacts;
mod contention;
mod copies;
mod digests;
mod events;
mod experiments;
mod garbage;
mod garbage_needs;
mod hostile;
mod kinds;
mod lineage;
mod logged_model_search;
mod logged_models;
mod models;
mod pages;
mod races;
mod run_metrics;
mod run_races;
mod run_searches;
mod runs;
mod schema;
mod search;
mod sources;
mod stages;
mod support;
mod times;
mod versions;
