//! What was deleted and is to be removed for good.

use std::time::Duration;

use crate::{Error, Result};

/// What can be removed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A run.
    Run,
    /// A logged model.
    LoggedModel,
    /// An experiment.
    Experiment,
}

impl Kind {
    /// Its name where it is kept and shown to programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::LoggedModel => "logged_model",
            Self::Experiment => "experiment",
        }
    }

    /// Reads what [`Kind::as_str`] wrote.
    pub fn parse(text: &str) -> Result<Self> {
        let known = [Self::Run, Self::LoggedModel, Self::Experiment].into_iter().find(|k| k.as_str() == text);
        known.ok_or_else(|| Error::internal(format!("'{text}' is nothing that can be removed.")))
    }

    /// Its name for people.
    pub fn noun(self) -> &'static str {
        match self {
            Self::LoggedModel => "logged model",
            other => other.as_str(),
        }
    }
}

/// Units of an age, in the order in which they are written, in seconds.
const UNITS: [(char, f64); 4] = [('d', 86_400.0), ('h', 3_600.0), ('m', 60.0), ('s', 1.0)];

/// Reads an age as `mlflow gc` does: `30d`, `8h`, `1d2h3m4s`, `1.5d`; milliseconds.
pub fn parse_age(text: &str) -> Result<i64> {
    let wrong = || {
        Error::invalid(format!(
            "The age '{text}' cannot be read. Write it like 30d, 8h or 1d2h3m4s, largest unit first."
        ))
    };
    let (mut rest, mut seconds) = (text, 0.0);
    for (unit, length) in UNITS {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        if let Some(after) = after.strip_prefix(unit) {
            seconds += number.parse::<f64>().map_err(|_| wrong())? * length;
            rest = after;
        }
    }
    if text.is_empty() || !rest.is_empty() {
        return Err(wrong());
    }
    let age = Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?;
    i64::try_from(age.as_millis()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_as_mlflow_reads_them() {
        for (text, millis) in [
            ("30d", 30 * 86_400_000),
            ("8h", 8 * 3_600_000),
            ("1d2h3m4s", 86_400_000 + 2 * 3_600_000 + 3 * 60_000 + 4_000),
            ("1.5d", 36 * 3_600_000),
            ("2m4s", 124_000),
            (".5s", 500),
            ("0s", 0),
        ] {
            assert_eq!(parse_age(text), Ok(millis), "{text}");
        }
        for bad in [
            "",
            "30",
            "d",
            "4s2m",
            "1d 2h",
            "-1d",
            "1w",
            "1..5d",
            ".d",
            "1d2",
            "99999999999999999999d",
            "1e9d",
        ] {
            assert!(parse_age(bad).expect_err(bad).message.contains(&format!("'{bad}'")));
        }
    }

    #[test]
    fn kinds_are_read_back() {
        for kind in [Kind::Run, Kind::LoggedModel, Kind::Experiment] {
            assert_eq!(Kind::parse(kind.as_str()), Ok(kind));
        }
        Kind::parse("trace").expect_err("unknown");
    }
}
