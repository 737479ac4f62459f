//! The search grammar of `registered-models/search` and `model-versions/search`, pure: text in, a
//! [`Filter`] and a complete list of [`OrderKey`]s out.
//!
//! It accepts what MLflow 3.17 accepts and answers in MLflow's words, without MLflow's detour through
//! a general SQL tokeniser. It knows no SQL and no rows: the store turns the result into a query.

mod ast;
mod condition;
mod lex;
mod list;
mod order;
mod parse;
mod prompts;
mod text;

pub use ast::{
    Condition, Filter, NumberColumn, NumberComparison, Prompts, Target, TextColumn, TextComparison,
};
pub use order::{OrderColumn, OrderKey, parse_order_by};
pub use parse::parse_filter;
pub use text::{MAX_CONDITIONS, MAX_LIST_VALUES, MAX_ORDER_ITEMS, MAX_TEXT_CHARACTERS};
