//! Tags: a key and a value on a registered model or a model version. Limits and messages are MLflow's.

use crate::name::{invalid_value, resolves_to, too_long, unsafe_as_path};
use crate::{Error, Result};

/// The tag that makes a registered model (or a version) a prompt.
pub const IS_PROMPT: &str = "mlflow.prompt.is_prompt";
/// The tag that holds a prompt's text; only its message differs when it is too long.
const PROMPT_TEXT: &str = "mlflow.prompt.text";
/// Characters in a key (MLflow: `MAX_MODEL_REGISTRY_TAG_KEY_LENGTH`).
pub const MAX_KEY: usize = 250;
/// Characters in a value (MLflow: `MAX_MODEL_REGISTRY_TAG_VALUE_LENGTH`).
pub const MAX_VALUE: usize = 100_000;

/// A checked tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// 1 to 250 characters: letters, digits, `_ - . : /` and space.
    pub key: String,
    /// At most 100,000 characters; may be empty.
    pub value: String,
}

impl Tag {
    /// Checks key and value.
    pub fn new(key: &str, value: &str) -> Result<Self> {
        check_key(key)?;
        if key.chars().count() > MAX_KEY {
            return Err(too_long("key", MAX_KEY));
        }
        if value.chars().count() > MAX_VALUE {
            return Err(if key == PROMPT_TEXT {
                Error::invalid(format!("Prompt text exceeds max length of {MAX_VALUE} characters."))
            } else {
                too_long("value", MAX_VALUE)
            });
        }
        if value.contains('\0') {
            return Err(invalid_value("value", value, "Tag values cannot contain NUL characters."));
        }
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }

    /// Checks a list; of two tags with one key the later wins, as in MLflow.
    pub fn list(pairs: &[(String, String)]) -> Result<Vec<Self>> {
        let mut tags: std::collections::BTreeMap<String, Self> = std::collections::BTreeMap::new();
        for (key, value) in pairs {
            tags.insert(key.clone(), Self::new(key, value)?);
        }
        Ok(tags.into_values().collect())
    }

    /// Whether this tag makes searches treat its owner as a prompt: exactly `true` (MLflow's behaviour).
    pub fn marks_prompt(&self) -> bool {
        self.key == IS_PROMPT && self.value == "true"
    }

    /// Whether this tag makes its owner a prompt for everything but searches: `true` in any case.
    pub fn names_prompt(&self) -> bool {
        self.key == IS_PROMPT && self.value.eq_ignore_ascii_case("true")
    }
}

/// Checks a key's shape, as a deletion needs it.
pub fn check_key(key: &str) -> Result<()> {
    check_key_of("key", key)
}

/// Checks the shape of a key (of a tag, a param, a metric) that a request calls `parameter`.
pub(crate) fn check_key_of(parameter: &str, key: &str) -> Result<()> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '/' | '_' | '.' | ' ' | '-' | ':');
    if !key.chars().all(allowed) {
        return Err(invalid_value(
            parameter,
            key,
            "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), \
             colon(:) and slashes (/).",
        ));
    }
    if unsafe_as_path(key) {
        return Err(invalid_value(parameter, key, &resolves_to(key)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_follow_mlflows_rules() {
        for good in ["a", "a/b", "a.b-c_d e:f", "ключ", &"k".repeat(250)] {
            Tag::new(good, "v").expect(good);
        }
        for bad in ["", ".", "/a", "a//b", "a/../b", "a#b", "a/", "../x", &"k".repeat(251)] {
            Tag::new(bad, "v").expect_err(bad);
        }
    }

    #[test]
    fn the_later_of_two_tags_with_one_key_wins() {
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let tags = Tag::list(&[pair("a", "1"), pair("b", "2"), pair("a", "3")]).expect("valid");
        assert_eq!(tags.iter().map(|t| t.value.as_str()).collect::<Vec<_>>(), ["3", "2"]);
    }

    #[test]
    fn values_end_at_100_000_characters() {
        Tag::new("k", &"é".repeat(MAX_VALUE)).expect("counted in characters, not bytes");
        let error = Tag::new("k", &"é".repeat(MAX_VALUE + 1)).expect_err("one too many");
        assert_eq!(error.message, "'value' exceeds the maximum length of 100000 characters");
    }
}
