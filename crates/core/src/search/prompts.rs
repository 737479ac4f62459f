//! Folds the conditions on the prompt tag into one [`Prompts`].
//!
//! MLflow lets the first such condition decide and applies the others only if that one asks for
//! prompts. Here their order does not matter: asking for both sides yields nothing.

use super::ast::{Prompts, TextComparison};

/// The answer to all conditions on the prompt tag together; no condition means no prompts.
pub(super) fn fold(comparisons: &[TextComparison]) -> Prompts {
    let asked = |wanted: Prompts| comparisons.iter().filter_map(side).any(|side| side == wanted);

    match (asked(Prompts::Only), asked(Prompts::Exclude)) {
        (true, true) => Prompts::Nothing,
        (true, false) => Prompts::Only,
        (false, _) => Prompts::Exclude,
    }
}

/// The side one condition asks for. Patterns and `!= 'something else'` ask for neither.
fn side(comparison: &TextComparison) -> Option<Prompts> {
    match comparison {
        TextComparison::Equal(value) if value.eq_ignore_ascii_case("true") => Some(Prompts::Only),
        TextComparison::NotEqual(value) if value.eq_ignore_ascii_case("false") => Some(Prompts::Only),
        TextComparison::Equal(_) => Some(Prompts::Exclude),
        TextComparison::NotEqual(value) if value.eq_ignore_ascii_case("true") => Some(Prompts::Exclude),
        _ => None,
    }
}
