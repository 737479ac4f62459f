//! The list behind `IN` and `NOT IN`.
//!
//! MLflow reads it as a Python tuple, and people write `f"name IN {tuple(names)}"`, so the commas and
//! backslashes of a Python tuple of strings are understood: a trailing comma is fine, `\\` is `\`.

use super::lex::{Kind, Token};
use super::text::{MAX_LIST_VALUES, check_count, python_string};
use crate::{Error, Result};

/// The values between the parentheses; `tokens` excludes the parentheses themselves.
pub(super) fn values(tokens: &[Token<'_>]) -> Result<Vec<String>> {
    let mut items = Vec::new();
    let mut rest = tokens;

    // `IN (('a', 'b'))` is what `f"IN ({tuple(names)})"` writes; in Python the outer pair means nothing.
    while let [open, inside @ .., close] = rest
        && (open.kind, close.kind) == (Kind::Open, Kind::Close)
    {
        rest = inside;
    }
    while let Some((item, after)) = rest.split_first() {
        items.push(read(item)?);
        rest = match after.split_first() {
            None => after,
            Some((comma, after)) if comma.kind == Kind::Comma => after,
            Some(_) => return Err(ill_formed()),
        };
    }
    check_count("values in one list", MAX_LIST_VALUES, items.len())?;

    if items.is_empty() {
        return Err(Error::invalid(
            "While parsing a list in the query, expected a non-empty list of string values, \
             but got empty list",
        ));
    }
    if items.iter().any(|item| matches!(item, Item::Number(_))) {
        return Err(Error::invalid(format!(
            "While parsing a list in the query, expected string value, punctuation, or whitespace, \
             but got different type in list: {}",
            python_tuple(&items)
        )));
    }

    Ok(items.into_iter().map(Item::into_text).collect())
}

enum Item<'a> {
    Text(String),
    Number(&'a str),
}

impl Item<'_> {
    fn into_text(self) -> String {
        match self {
            Item::Text(text) => text,
            Item::Number(digits) => digits.to_owned(),
        }
    }
}

fn read<'a>(token: &Token<'a>) -> Result<Item<'a>> {
    match token.kind {
        Kind::SingleQuoted | Kind::DoubleQuoted => unescape(token.text).map(Item::Text),
        Kind::Integer | Kind::Float => Ok(Item::Number(token.text)),
        _ => Err(ill_formed()),
    }
}

/// Undoes the escapes of a quoted Python string. A doubled quote would glue two strings together in
/// Python and mean one quote in SQL; that, and escapes for characters a name hardly has, are refused.
fn unescape(quoted: &str) -> Result<String> {
    let inner = &quoted[1..quoted.len() - 1];
    let mut value = String::with_capacity(inner.len());
    let mut characters = inner.chars();

    while let Some(character) = characters.next() {
        if character != '\\' {
            if quoted.starts_with(character) && matches!(character, '\'' | '"') {
                return Err(ill_formed());
            }
            value.push(character);
            continue;
        }
        match characters.next() {
            Some(escaped @ ('\\' | '\'' | '"')) => value.push(escaped),
            None
            | Some('\n' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' | 'u' | 'U' | 'N' | '0'..='7') => {
                return Err(ill_formed());
            }
            Some(plain) => value.extend(['\\', plain]),
        }
    }

    Ok(value)
}

fn ill_formed() -> Error {
    Error::invalid(
        "While parsing a list in the query, expected a non-empty list of string values, \
         but got ill-formed list.",
    )
}

fn python_tuple(items: &[Item<'_>]) -> String {
    let shown: Vec<String> = items
        .iter()
        .map(|item| match item {
            Item::Text(text) => python_string(text),
            Item::Number(digits) => (*digits).to_owned(),
        })
        .collect();

    if shown.len() == 1 { format!("({},)", shown[0]) } else { format!("({})", shown.join(", ")) }
}
