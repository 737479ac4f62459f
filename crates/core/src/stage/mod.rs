//! Stages: definitions (data, from a document), and the decision whether a version may move.

pub mod decision;
pub mod definition;
pub mod document;

pub use decision::{
    Decision, Displace, RuleOutcome, TransitionAsk, TransitionFacts, decide, may_delete, plan,
};
pub use definition::{Full, Override, StageDefinition, StageDefinitions, Stages};
