//! The grammars of MLflow's searches, pure: text in, conditions and a complete order out. The registry's
//! answer is a [`Filter`] and [`OrderKey`]s; runs, experiments and logged models have types of their own.
//! All share one lexer and one way of cutting a filter into clauses.
//!
//! It accepts what MLflow 3.17 accepts and answers in MLflow's words, without MLflow's detour through
//! a general SQL tokeniser. It knows no SQL and no rows: the store turns the result into a query.

mod ast;
mod clause;
mod condition;
mod experiment;
mod lex;
mod list;
mod logged_model;
mod logged_model_order;
mod order;
mod parse;
mod prompts;
mod run;
mod run_order;
mod text;
mod value;

pub use ast::{
    Condition, Filter, NumberColumn, NumberComparison, Prompts, Target, TextColumn, TextComparison,
};
pub use experiment::{
    ExperimentCondition, ExperimentOrder, ExperimentSort, ExperimentTime, parse_experiment_filter,
    parse_experiment_order,
};
pub use logged_model::{LoggedModelCondition, LoggedModelText, LoggedModelTime, parse_logged_model_filter};
pub use logged_model_order::{
    LoggedModelOrder, LoggedModelOrderItem, LoggedModelSort, parse_logged_model_order,
};
pub use order::{OrderColumn, OrderKey, parse_order_by};
pub use parse::parse_filter;
pub use run::{DatasetField, RunCondition, RunText, RunTime, parse_run_filter};
pub use run_order::{RunOrder, RunSort, parse_run_order};
pub use text::{MAX_CONDITIONS, MAX_LIST_VALUES, MAX_ORDER_ITEMS, MAX_TEXT_CHARACTERS};
pub use value::{EntryTest, Number};
