//! `models:/` URIs, read as MLflow's client reads them.

use std::fmt;

use super::Source;
use crate::name::{MAX_NAME, check_model_name};
use crate::{Error, Result, uri};

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

impl ModelUri {
    /// Reads what a person typed: a version of a registered model, on the server that is asked.
    pub fn parse(text: &str) -> Result<Self> {
        let path = text.split_once(':').and_then(|(_, rest)| rest.strip_prefix('/'));
        let path = path.filter(|_| uri::scheme(text) == "models" && uri::authority(text).is_empty());
        match path.and_then(parse_path) {
            Some(Source::Registered(uri)) => Ok(uri),
            _ => Err(Error::invalid(format!(
                "'{text}' names no version of a registered model. Write models:/NAME/VERSION, models:/NAME/STAGE or \
                 models:/NAME@ALIAS."
            ))),
        }
    }
}

impl fmt::Display for ModelUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.which {
            Which::Version(number) => write!(f, "models:/{name}/{number}"),
            Which::Stage(stage) => write!(f, "models:/{name}/{stage}"),
            Which::Latest => write!(f, "models:/{name}/latest"),
            Which::Alias(alias) => write!(f, "models:/{name}@{alias}"),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_reads_back() {
        for good in
            ["models:/U/3", "models:/U/Production", "models:/U/latest", "models:/a@b@champ", "models:/U x/1"]
        {
            assert_eq!(ModelUri::parse(good).expect(good).to_string(), good);
        }
        for bad in [
            "",
            "U",
            "U/3",
            "models:U/3",
            "models:/U",
            "models:/m-1",
            "models:/U/",
            "models:/U/1/x",
            "models:/U@",
            "models://host/U/3",
            "runs:/r/m",
            "s3://b/U/3",
            "models:/../3",
        ] {
            let message = ModelUri::parse(bad).expect_err(bad).message;
            assert!(message.contains("Write models:/NAME/VERSION"), "{message}");
        }
    }
}
