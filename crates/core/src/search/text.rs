//! Guards on the raw text of a search, and the Python spelling of values in MLflow's messages.
//! The limits are ours: MLflow has none, and a filter is the one field a stranger can make expensive.

use crate::{Error, Result};

/// Longest filter or `order_by` item, in characters.
pub const MAX_TEXT_CHARACTERS: usize = 16_384;
/// Most conditions in one filter.
pub const MAX_CONDITIONS: usize = 128;
/// Most values in one `IN` list.
pub const MAX_LIST_VALUES: usize = 1_000;
/// Most items in one `order_by`.
pub const MAX_ORDER_ITEMS: usize = 16;

/// Refuses text over the length limit or with NUL in it; `what` names the field.
pub(super) fn check_text(what: &str, text: &str) -> Result<()> {
    let characters = text.chars().count();
    if characters > MAX_TEXT_CHARACTERS {
        return Err(Error::invalid(format!(
            "Invalid {what}: it may have at most {MAX_TEXT_CHARACTERS} characters, but got {characters}."
        )));
    }
    if text.contains('\0') {
        return Err(Error::invalid(format!("Invalid {what}: it must not contain NUL characters.")));
    }

    Ok(())
}

/// Refuses more than `limit` of something; `what` names the thing counted.
pub(super) fn check_count(what: &str, limit: usize, given: usize) -> Result<()> {
    if given > limit {
        return Err(Error::invalid(format!("A search may have at most {limit} {what}, but got {given}.")));
    }
    Ok(())
}

/// A string as Python's `repr` shows it, since some of MLflow's messages quote values that way.
pub(super) fn python_string(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::with_capacity(text.len() + 2);

    shown.push(quote);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' => shown.push_str("\\\\"),
            ' ' => shown.push(' '),
            _ if character == quote => shown.extend(['\\', quote]),
            _ if character.is_control() || character.is_whitespace() => {
                shown.push_str(&python_escape(character));
            }
            _ => shown.push(character),
        }
    }
    shown.push(quote);

    shown
}

fn python_escape(character: char) -> String {
    let code = u32::from(character);
    if code < 256 { format!("\\x{code:02x}") } else { format!("\\u{code:04x}") }
}

/// A list of strings as Python shows it: `['a', 'b']`.
pub(super) fn python_list(items: &[String]) -> String {
    let shown: Vec<String> = items.iter().map(|item| python_string(item)).collect();
    format!("[{}]", shown.join(", "))
}

/// A set of keys as Python shows it: `{'a', 'b'}`. Python's own order is random; ours is as given.
pub(super) fn python_set(items: &[&str]) -> String {
    let shown: Vec<String> = items.iter().map(|item| python_string(item)).collect();
    format!("{{{}}}", shown.join(", "))
}

/// Is the text held in a pair of these quotes?
pub(super) fn is_quoted(text: &str, quote: char) -> bool {
    text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote)
}

/// The text without its quotes, if it has a pair of them. Nothing inside is unescaped.
pub(super) fn strip_quotes(text: &str) -> &str {
    if is_quoted(text, '\'') || is_quoted(text, '"') { &text[1..text.len() - 1] } else { text }
}

/// A key as written, without the quotes or backticks around it (one layer of each, as MLflow does).
pub(super) fn strip_key(text: &str) -> &str {
    let text = strip_quotes(text);
    if is_quoted(text, '`') { &text[1..text.len() - 1] } else { text }
}
