//! Names of models, aliases and versions: what they may be, in MLflow's words.
//!
//! Source of the rules: MLflow 3.17's validation, as its server applies it, and the column widths of
//! its schema, which `SQLite` does not enforce and we do.

use crate::{Error, Result};

/// Characters in a model's name (the width of MLflow's column).
pub const MAX_NAME: usize = 256;
/// Characters in an alias.
pub const MAX_ALIAS: usize = 255;
/// Characters in a description (the width of MLflow's column).
pub const MAX_DESCRIPTION: usize = 5000;
/// Characters in a comment on a transition.
pub const MAX_COMMENT: usize = 5000;

/// MLflow's sentence for a text over its limit.
pub(crate) fn too_long(parameter: &str, limit: usize) -> Error {
    Error::invalid(format!("'{parameter}' exceeds the maximum length of {limit} characters"))
}

/// MLflow's sentence for a value that breaks a rule; the value is shown as JSON.
pub(crate) fn invalid_value(parameter: &str, value: &str, why: &str) -> Error {
    let shown = ascii_json(value);
    Error::invalid(format!("Invalid value {shown} for parameter '{parameter}' supplied: {why}"))
}

/// A JSON string with everything beyond ASCII escaped, as Python's `json.dumps` prints it.
pub(crate) fn ascii_json(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    for c in serde_json::Value::from(value).to_string().chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

/// What a name would become as a file path (POSIX normalisation: `.`, `..` and doubled slashes resolved).
fn normalized(name: &str) -> String {
    let absolute = name.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) if name.starts_with("//") && !name.starts_with("///") => format!("//{joined}"),
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Whether a name, taken as a path, would be another one or lead elsewhere.
pub(crate) fn unsafe_as_path(name: &str) -> bool {
    let normal = normalized(name);
    normal != name || normal == "." || normal.starts_with("..") || normal.starts_with('/')
}

/// MLflow's explanation of [`unsafe_as_path`].
pub(crate) fn resolves_to(name: &str) -> String {
    format!(
        "Names may be treated as files in certain cases, and must not resolve to other names when treated \
         as such. This name would resolve to '{}'",
        normalized(name)
    )
}

/// Checks the name of a registered model.
pub fn check_model_name(name: &str) -> Result<()> {
    check_name(name, "name")
}

/// Checks the name that a model is to get by a rename.
pub fn check_new_model_name(name: &str) -> Result<()> {
    check_name(name, "new_name")
}

fn check_name(name: &str, parameter: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid(format!("Missing value for required parameter '{parameter}'.")));
    }
    if name.contains(['/', ':']) {
        return Err(Error::invalid(format!("Invalid model name '{name}'. Names cannot contain '/' or ':'.")));
    }
    if unsafe_as_path(name) {
        return Err(invalid_value("name", name, &resolves_to(name)));
    }
    if name.chars().count() > MAX_NAME {
        return Err(too_long("name", MAX_NAME));
    }
    if name.contains('\0') {
        return Err(invalid_value("name", name, "Names cannot contain NUL characters."));
    }
    Ok(())
}

/// Checks a description of a model or a version; returns it unchanged.
pub fn check_description(text: &str) -> Result<&str> {
    check_text("description", text, MAX_DESCRIPTION)
}

/// Checks a free text against its limit.
pub fn check_text<'a>(parameter: &str, text: &'a str, limit: usize) -> Result<&'a str> {
    if text.chars().count() > limit {
        return Err(too_long(parameter, limit));
    }
    if text.contains('\0') {
        return Err(Error::invalid(format!("'{parameter}' cannot contain NUL characters")));
    }
    Ok(text)
}

/// Checks an alias that is to be read or removed: its shape only.
pub fn check_alias(alias: &str) -> Result<()> {
    if alias.is_empty() {
        return Err(Error::invalid("Registered model alias name cannot be empty."));
    }
    if !alias.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
        return Err(Error::invalid(format!(
            "Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
        )));
    }
    if alias.chars().count() > MAX_ALIAS {
        return Err(too_long("Registered model alias name", MAX_ALIAS));
    }
    Ok(())
}

/// Checks an alias that is to be set: its shape, and that the word is not reserved.
pub fn check_new_alias(alias: &str) -> Result<()> {
    check_alias(alias)?;
    if alias.to_lowercase() == "latest" {
        return Err(Error::invalid("'latest' alias name (case insensitive) is reserved."));
    }
    let digits = alias.strip_prefix(['v', 'V']).unwrap_or_default();
    if !digits.is_empty() && digits.chars().all(char::is_numeric) {
        return Err(Error::invalid(format!("Version alias name '{alias}' is reserved.")));
    }
    Ok(())
}

/// Reads a version number as Python's `int()` does: spaces around, a sign, leading zeros, single
/// underscores between digits. What does not fit 64 bits can name no version: `i64::MAX` stands for it.
pub fn parse_version(text: &str) -> Result<i64> {
    let bad = || Error::invalid(format!("Parameter 'version' must be an integer, got '{text}'."));
    parse_int(text).ok_or_else(bad)
}

/// Reads a whole number as Python's `int()` does. Beyond 64 bits it is `i64::MAX`, or its negative.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.as_bytes().first() {
        Some(b'-') => (true, &trimmed[1..]),
        Some(b'+') => (false, &trimmed[1..]),
        _ => (false, trimmed),
    };
    let groups_filled =
        digits.split('_').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    if !groups_filled {
        return None;
    }
    let number = digits.replace('_', "").parse::<i64>().unwrap_or(i64::MAX);
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_names_follow_mlflows_rules() {
        for good in ["Unicorn", "Ünïcörn 🦄", "a.b", "...x", &"n".repeat(256)] {
            if good == "...x" {
                continue; // starts with `..`: MLflow refuses it, see below
            }
            check_model_name(good).expect(good);
        }
        for bad in ["", "  ", "a/b", "a:b", ".", "..", "...x", &"n".repeat(257), "a\0b"] {
            check_model_name(bad).expect_err(bad);
        }
    }

    #[test]
    fn values_are_shown_as_python_shows_them() {
        assert_eq!(ascii_json("a\"é🦄"), r#""a\"\u00e9\ud83e\udd84""#);
    }

    #[test]
    fn versions_read_like_pythons_int() {
        let cases =
            [(" 1 ", 1), ("01", 1), ("-1", -1), ("+2", 2), ("1_0", 10), ("99999999999999999999", i64::MAX)];
        for (text, number) in cases {
            assert_eq!(parse_version(text), Ok(number), "{text:?}");
        }
        for bad in ["", "x", "1.5", "1_", "_1", "1__0", "- 1", "0x1"] {
            let message = parse_version(bad).expect_err(bad).message;
            assert_eq!(message, format!("Parameter 'version' must be an integer, got '{bad}'."));
        }
    }

    #[test]
    fn some_aliases_are_reserved() {
        for good in ["champion", "12", "Production", "v1x", "ü", &"a".repeat(255)] {
            check_new_alias(good).expect(good);
        }
        for bad in ["", "latest", "LATEST", "v1", "V22", "a.b", "a b", "a/b", &"a".repeat(256)] {
            check_new_alias(bad).expect_err(bad);
        }
    }

    #[test]
    fn paths_normalise_like_posix() {
        for (name, normal) in
            [("a/./b", "a/b"), ("a/../..", ".."), ("/..", "/"), ("//a", "//a"), ("", "."), ("a/", "a")]
        {
            assert_eq!(normalized(name), normal, "{name:?}");
        }
    }
}
