//! The store's contract, held by both engines: migrations, transactions, the schema, and the plans of the hot reads.

mod harness;
mod listener;

mod garbage_plans;
mod logged_model_search;
mod metric_history;
mod migrations;
mod plans;
mod run_plans;
mod run_search;
mod schema;
mod search_plans;
mod searches;
mod transactions;
