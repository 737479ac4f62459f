//! `models:/` URIs, read as MLflow's client reads them.

use super::Source;
use crate::name::{MAX_NAME, check_model_name};

/// A `models:/` URI that names a registered model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelUri {
    /// The registered model's name.
    pub name: String,
    /// Which of its versions.
    pub which: Which,
}

/// How a `models:/` URI chooses the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// `models:/Name/3`
    Version(i64),
    /// `models:/Name/Production`
    Stage(String),
    /// `models:/Name/latest`
    Latest,
    /// `models:/Name@champion`
    Alias(String),
}

/// The path of a `models:/` URI, read as MLflow's client reads it; `None` when it is not one.
pub(super) fn parse_path(path: &str) -> Option<Source> {
    let path = path.trim_start_matches('/');
    let (name, suffix) = path.split_once('/').map_or((path, None), |(name, suffix)| (name, Some(suffix)));
    if name.trim().is_empty() || name.chars().count() > MAX_NAME {
        return None;
    }
    let which = match suffix {
        Some(suffix) if suffix.contains('/') || suffix.trim().is_empty() => return None,
        Some(suffix) if suffix.bytes().all(|b| b.is_ascii_digit()) => {
            Which::Version(suffix.parse().unwrap_or(i64::MAX))
        }
        Some(suffix) if suffix.eq_ignore_ascii_case("latest") => Which::Latest,
        Some(suffix) => Which::Stage(suffix.to_owned()),
        None => match name.rsplit_once('@') {
            Some((name, alias)) if !alias.trim().is_empty() => {
                check_model_name(name).ok()?;
                let which = Which::Alias(alias.to_owned());
                return Some(Source::Registered(ModelUri { name: name.to_owned(), which }));
            }
            Some(_) => return None,
            None => return Some(Source::LoggedModel(name.to_owned())),
        },
    };
    check_model_name(name).ok()?;
    Some(Source::Registered(ModelUri { name: name.to_owned(), which }))
}
