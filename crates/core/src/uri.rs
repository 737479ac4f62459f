//! What can be told of a URI by reading it: nothing here is ever opened. Sources of versions and locations of
//! experiments are held to the same rules.
//!
//! Source of the rules: MLflow 3.17's checks and the advisories that led to them.

use percent_encoding::percent_decode_str;

use crate::{Error, Result};

/// Schemes whose client connects to whatever host the URI names.
const HOST_SCHEMES: [&str; 9] =
    ["http", "https", "ftp", "sftp", "hdfs", "viewfs", "r2", "b2", "mlflow-artifacts"];

/// The scheme in lower case; empty for a path.
pub(crate) fn scheme(uri: &str) -> String {
    let Some((before, _)) = uri.split_once(':') else { return String::new() };
    let is_scheme = before.starts_with(|c: char| c.is_ascii_alphabetic())
        && before.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if is_scheme { before.to_ascii_lowercase() } else { String::new() }
}

/// The host part of a URI, empty when it has none.
pub(crate) fn authority(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    rest.strip_prefix("//").map_or("", |rest| rest.split(['/', '?', '#']).next().unwrap_or_default())
}

/// Refuses a scheme that addresses a host, unless the operator allows it.
pub(crate) fn check_host(allowed: &[String], uri: &str, parameter: &str) -> Result<()> {
    let scheme = scheme(uri);
    let on_this_server = scheme == "mlflow-artifacts" && authority(uri).is_empty();
    if !HOST_SCHEMES.contains(&scheme.as_str())
        || on_this_server
        || allowed.iter().any(|s| s.eq_ignore_ascii_case(&scheme))
    {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "'{parameter}' cannot use the '{scheme}' scheme: the '{scheme}' scheme addresses a host other than the tracking \
         server's configured artifact storage, so the server would connect to the host named in the URI. Set the \
         MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the server to allow it."
    )))
}

/// Decodes percent-encoding (and `+`, as MLflow does) until nothing changes. Each round makes the text
/// shorter or ends the loop.
pub(crate) fn decoded(uri: &str) -> String {
    let mut text = uri.to_owned();
    loop {
        let next = percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        if next == text {
            return text;
        }
        text = next;
    }
}

/// The path of a URI that has a scheme, decoded, without a slash at its end. `None` when relative parts, control
/// characters or backslashes are anywhere in the URI, however they are encoded, and when it is no URI but a path with
/// a drive of Windows.
pub(crate) fn plain_path(uri: &str) -> Option<String> {
    if scheme(uri).len() == 1 {
        return None;
    }
    let plain = decoded(uri);
    let rest = plain.split_once(':').map_or("", |(_, rest)| rest);
    let path = rest.strip_prefix("//").map_or(rest, |rest| rest.find('/').map_or("", |at| &rest[at..]));
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let unsafe_character = |c: char| c.is_control() || c == '\\' || c == char::REPLACEMENT_CHARACTER;
    let relative =
        plain.split(['/', ';']).any(|part| part == "..") || path.split('/').any(|part| part == ".");
    (!plain.contains(unsafe_character) && !relative).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_read_in_lower_case() {
        for (uri, expected) in
            [("S3://b/x", "s3"), ("C:/x", "c"), ("/x", ""), ("a b:/x", ""), ("models:/x", "models")]
        {
            assert_eq!(scheme(uri), expected, "{uri}");
        }
    }

    #[test]
    fn paths_are_read_after_decoding() {
        assert_eq!(plain_path("s3://b/x%20y/").as_deref(), Some("/x y"));
        assert_eq!(plain_path("s3://b").as_deref(), Some(""));
        for bad in
            ["s3://b/%252e%252e/x", "s3://b/a%00", "s3://b/a\\b", "s3://b/./x", "s3://b/x;../y", "C:/x"]
        {
            assert_eq!(plain_path(bad), None, "{bad}");
        }
    }
}
