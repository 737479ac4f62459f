//! The TOML document of `greenroom stages apply -f`: its keys are a contract. Unknown keys are errors,
//! and so are known keys whose rule this server cannot enforce yet: a rule that is accepted holds.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::definition::{Full, Override, StageDefinition, StageDefinitions, Stages};
use crate::{Error, Result};

/// Bytes in a document.
pub const MAX_DOCUMENT: usize = 256 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    stages: Vec<StageTable>,
    #[serde(default)]
    overrides: Vec<OverrideTable>,
}

#[derive(Deserialize)]
struct StageTable {
    name: String,
    #[serde(flatten)]
    rules: Rules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverrideTable {
    models: String,
    #[serde(default)]
    stages: BTreeMap<String, toml::Table>,
}

/// Every key that a stage can have besides its name.
#[derive(Deserialize)]
struct Rules {
    description: Option<String>,
    color: Option<String>,
    from: Option<Vec<String>>,
    exclusive: Option<bool>,
    capacity: Option<i64>,
    full: Option<FullWord>,
    protected: Option<bool>,
    archive: Option<bool>,
    soak: Option<String>,
    /// What no field above took.
    #[serde(flatten)]
    others: BTreeMap<String, toml::Value>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FullWord {
    Archive,
    Refuse,
}

/// Reads a document; `revision` is the one it is to have.
pub fn parse(text: &str, revision: i64) -> Result<StageDefinitions> {
    if text.len() > MAX_DOCUMENT {
        return Err(Error::invalid(format!(
            "Stage definitions are limited to {MAX_DOCUMENT} bytes, got {}.",
            text.len()
        )));
    }
    let document: Document = toml::from_str(text)
        .map_err(|e| Error::invalid(format!("Stage definitions cannot be read: {}", e.message())))?;
    let mut list = Vec::with_capacity(document.stages.len());
    for table in document.stages {
        let mut stage = StageDefinition { name: table.name, ..StageDefinition::default() };
        table.rules.put_on(&mut stage)?;
        list.push(stage);
    }
    let stages = Stages::new(list)?;
    let overrides =
        document.overrides.into_iter().map(|o| read_override(&stages, o)).collect::<Result<_>>()?;
    Ok(StageDefinitions { revision, stages, overrides, document: text.to_owned() })
}

fn read_override(base: &Stages, table: OverrideTable) -> Result<Override> {
    let models = table.models;
    if models.is_empty() {
        return Err(Error::invalid("An override needs a pattern in 'models', for example \"fraud-*\"."));
    }
    let mut list = base.list().to_vec();
    for (name, rules) in table.stages {
        let Some(stage) = list.iter_mut().find(|s| s.name == name) else {
            return Err(Error::invalid(format!(
                "Override for models '{models}': '{name}' is not a defined stage."
            )));
        };
        let rules: Rules = rules.try_into().map_err(|e: toml::de::Error| {
            Error::invalid(format!("Override for models '{models}', stage '{name}': {}", e.message()))
        })?;
        rules.put_on(stage)?;
    }
    let stages = Stages::new(list)
        .map_err(|e| Error::invalid(format!("Override for models '{models}': {}", e.message)))?;
    Ok(Override { models, stages })
}

impl Rules {
    /// Lays the keys that are given over a stage.
    fn put_on(self, stage: &mut StageDefinition) -> Result<()> {
        let name = stage.name.clone();
        if let Some(key) = self.others.keys().next() {
            let why = match key.as_str() {
                "approvals" | "gates" | "freeze" => {
                    "is not enforced by this server yet; remove it, so that the file promises nothing that does not hold"
                }
                _ => "is not a key of a stage",
            };
            return Err(Error::invalid(format!("Stage '{name}': '{key}' {why}.")));
        }
        match (self.exclusive, self.capacity) {
            (Some(true), Some(capacity)) if capacity != 1 => {
                return Err(Error::invalid(format!(
                    "Stage '{name}': exclusive = true means capacity = 1, but capacity is {capacity}."
                )));
            }
            (Some(true), _) => stage.capacity = Some(1),
            (_, Some(capacity)) => stage.capacity = Some(capacity),
            (Some(false), None) => stage.capacity = None,
            (None, None) => {}
        }
        match self.full {
            Some(FullWord::Archive) => stage.full = Full::Archive,
            Some(FullWord::Refuse) => stage.full = Full::Refuse,
            None => {}
        }
        if let Some(soak) = self.soak {
            stage.soak = Some(parse_duration(&soak).ok_or_else(|| {
                Error::invalid(format!(
                    "Stage '{name}': soak must be a number with s, m, h or d, like \"24h\", got '{soak}'."
                ))
            })?);
        }
        stage.description = self.description.or(stage.description.take());
        stage.color = self.color.or(stage.color.take());
        stage.from = self.from.or(stage.from.take());
        stage.protected = self.protected.unwrap_or(stage.protected);
        stage.archive = self.archive.unwrap_or(stage.archive);
        Ok(())
    }
}

/// `90s`, `30m`, `24h`, `7d` in milliseconds.
fn parse_duration(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: &str = r##"
        [[stages]]
        name = "None"
        [[stages]]
        name = "Staging"
        [[stages]]
        name = "Production"
        description = "serves customers"
        color = "#2f9e44"
        from = ["Staging"]
        exclusive = true
        protected = true
        soak = "24h"
        [[stages]]
        name = "Archived"
        archive = true
        [[overrides]]
        models = "fraud-*"
        [overrides.stages.Production]
        capacity = 3
        full = "refuse"
    "##;

    #[test]
    fn the_contract_reads_in_full() {
        let definitions = parse(CONTRACT, 1).expect("valid");
        let production = definitions.for_model("Unicorn").get("Production").expect("defined");
        assert_eq!(
            (production.capacity, production.full, production.soak),
            (Some(1), Full::Archive, Some(86_400_000))
        );
        assert!(production.protected);
        assert_eq!(production.from.as_deref(), Some(["Staging".to_owned()].as_slice()));
        let fraud = definitions.for_model("fraud-eu").get("Production").expect("defined");
        assert_eq!((fraud.capacity, fraud.full, fraud.protected), (Some(3), Full::Refuse, true));
    }

    #[test]
    fn a_rule_that_would_not_hold_is_refused() {
        for key in ["approvals = { count = 1 }", "gates = []", "freeze = []"] {
            let text = format!("[[stages]]\nname = \"None\"\n{key}");
            let message = parse(&text, 1).expect_err(key).message;
            assert!(message.contains("is not enforced by this server yet"), "{message}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("", "at least one stage"),
            ("[[stages]]\nname = \"None\"\ncolour = \"#000000\"", "'colour' is not a key of a stage"),
            ("[[stages]]\nname = \"A\"\n[[stages]]\nname = \"a\"", "defined twice"),
            (
                "[[stages]]\nname = \"A\"\n[[stages]]\nname = \"B\"\nexclusive = true",
                "needs a stage with archive = true",
            ),
            ("[[stages]]\nname = \"A\"\n[[stages]]\nname = \"B\"\nfrom = [\"C\"]", "from names 'C'"),
            ("[[stages]]\nname = \"A\"\nsoak = \"soon\"", "got 'soon'"),
            ("[[stages]]\nname = 5", "cannot be read"),
            (
                "[[stages]]\nname = \"A\"\n[[overrides]]\nmodels = \"x\"\n[overrides.stages.Q]\n",
                "'Q' is not a defined stage",
            ),
            ("nonsense = 1", "nonsense"),
        ] {
            let message = parse(text, 1).expect_err(text).message;
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
