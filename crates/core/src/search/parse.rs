//! From filter text to [`Filter`]: cuts the tokens into clauses, hands each to `condition`, and folds
//! the prompt tag. Errors come in MLflow's order: first everything that is no clause at all, then bad
//! keys and values from left to right, then comparators that do not fit their key.

use super::ast::{Condition, Filter, Target};
use super::clause::clauses;
use super::condition;
use super::lex::tokens;
use super::prompts::fold;
use super::text::{MAX_CONDITIONS, check_count, check_text};
use crate::Result;
use crate::tag::IS_PROMPT;

/// Understands a filter as MLflow does; absent or empty text asks for everything that is no prompt.
pub fn parse_filter(target: Target, text: Option<&str>) -> Result<Filter> {
    let text = text.unwrap_or_default();
    check_text("filter", text)?;
    let tokens = tokens(text);
    let clauses = clauses(text, &tokens).map_err(|flaw| flaw.error(text, ""))?;
    check_count("conditions", MAX_CONDITIONS, clauses.len())?;

    let compared =
        clauses.iter().map(|clause| condition::read(target, clause)).collect::<Result<Vec<_>>>()?;
    let mut conditions = Vec::with_capacity(compared.len());
    let mut prompt_comparisons = Vec::new();
    for compared in compared {
        match condition::check(compared)? {
            Condition::Tag { key, comparison } if key == IS_PROMPT => {
                prompt_comparisons.push(comparison);
            }
            condition => conditions.push(condition),
        }
    }

    Ok(Filter { conditions, prompts: fold(&prompt_comparisons) })
}
