//! What a search filter means once it is understood. Every value that exists here is valid: a number
//! is never compared with `LIKE`, a tag never with `IN`, so the store has no errors left to report.

/// What is being searched; decides which keys exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `registered-models/search`.
    RegisteredModels,
    /// `model-versions/search`.
    ModelVersions,
}

/// A whole filter: all conditions hold, and `prompts` says which side of the prompt line counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// In the order written; joined by AND.
    pub conditions: Vec<Condition>,
    /// Folded from the conditions on the tag `mlflow.prompt.is_prompt`, which are not in `conditions`.
    pub prompts: Prompts,
}

/// Prompts live in the tables of models; a search shows one kind or the other (MLflow's behaviour).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompts {
    /// Only rows that are not prompts, with or without the tag; the default.
    Exclude,
    /// Only prompts.
    Only,
    /// The filter asks for prompts and for non-prompts at once: no row can match.
    Nothing,
}

/// One clause of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A text column against text.
    Text {
        /// The column.
        column: TextColumn,
        /// How, and with what.
        comparison: TextComparison,
    },
    /// A number column against a number.
    Number {
        /// The column.
        column: NumberColumn,
        /// How.
        comparison: NumberComparison,
        /// With what.
        value: i64,
    },
    /// The tag exists and its value compares so; never `In` or `NotIn` (MLflow refuses them for tags).
    Tag {
        /// The tag's key, case-sensitive.
        key: String,
        /// How, and with what.
        comparison: TextComparison,
    },
}

/// The text columns a filter may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextColumn {
    /// `name`: the registered model's name, on both targets.
    Name,
    /// `run_id`, on versions.
    RunId,
    /// `source_path`, on versions.
    Source,
}

/// The number columns a filter may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberColumn {
    /// `version_number`, on versions.
    Version,
}

/// Text comparisons. All but `Ilike` are case-sensitive. In patterns `%` stands for any run of
/// characters and `_` for one; there is no escape character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextComparison {
    /// `=`
    Equal(String),
    /// `!=`
    NotEqual(String),
    /// `LIKE`
    Like(String),
    /// `ILIKE`
    Ilike(String),
    /// `IN (...)`; never empty.
    In(Vec<String>),
    /// `NOT IN (...)`; never empty.
    NotIn(Vec<String>),
}

/// Number comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberComparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}
