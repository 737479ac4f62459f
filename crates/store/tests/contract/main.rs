//! The store's contract, held by both engines: migrations, transactions, the schema, and the plans of the hot reads.

mod harness;

mod migrations;
mod plans;
mod schema;
mod transactions;
