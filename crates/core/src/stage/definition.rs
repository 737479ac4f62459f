//! What a stage is: a name and rules. A [`Stages`] is a checked, ordered list of them; its first is
//! where new versions start. [`StageDefinitions`] holds the registry's list and the overrides for
//! models whose name matches a pattern.

use crate::{Error, Result};

/// Characters in a stage's name.
pub const MAX_STAGE_NAME: usize = 100;
/// Stages in one list.
pub const MAX_STAGES: usize = 64;

/// What happens when a version enters a stage that is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Full {
    /// The versions that entered first make room: they go to the archive stage.
    #[default]
    Archive,
    /// The transition is refused.
    Refuse,
}

/// One stage and its rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageDefinition {
    /// As clients write it; unique whatever the case.
    pub name: String,
    /// What it means in this organisation.
    pub description: Option<String>,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// The stages it may be entered from; `None` = any.
    pub from: Option<Vec<String>>,
    /// At most this many versions of one model; `None` = any number.
    pub capacity: Option<i64>,
    /// What happens when `capacity` is reached.
    pub full: Full,
    /// No deletion of its versions, no deletion or renaming of their models.
    pub protected: bool,
    /// Whether displaced versions go here.
    pub archive: bool,
    /// Milliseconds that a version must have been in the stage it comes from.
    pub soak: Option<i64>,
}

impl StageDefinition {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// A checked list of stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stages(Vec<StageDefinition>);

impl Stages {
    /// Checks a list: every name can be written by MLflow's client and is unique, references hold,
    /// at most one archive stage, and neither the initial nor the archive stage can be full.
    pub fn new(list: Vec<StageDefinition>) -> Result<Self> {
        if list.is_empty() {
            return Err(Error::invalid(
                "Stage definitions need at least one stage: the first one is where new versions start.",
            ));
        }
        if list.len() > MAX_STAGES {
            return Err(Error::invalid(format!(
                "At most {MAX_STAGES} stages can be defined, got {}.",
                list.len()
            )));
        }
        for (index, stage) in list.iter().enumerate() {
            check_stage_name(&stage.name)?;
            let same = |other: &StageDefinition| other.name.to_lowercase() == stage.name.to_lowercase();
            if list[..index].iter().any(same) {
                return Err(Error::invalid(format!(
                    "Stage '{}' is defined twice (names that differ only in case are the same stage).",
                    stage.name
                )));
            }
        }
        let stages = Self(list);
        let list = &stages.0;
        let archives: Vec<&str> = list.iter().filter(|s| s.archive).map(|s| s.name.as_str()).collect();
        if archives.len() > 1 {
            return Err(Error::invalid(format!(
                "Only one stage can have archive = true, got '{}'.",
                archives.join("', '")
            )));
        }
        let initial = stages.initial();
        if initial.archive {
            return Err(Error::invalid(format!(
                "Stage '{}' cannot have archive = true: it is the first, where new versions start.",
                initial.name
            )));
        }
        for stage in list {
            stages.check_rules(stage)?;
        }
        Ok(stages)
    }

    fn check_rules(&self, stage: &StageDefinition) -> Result<()> {
        let name = &stage.name;
        for from in stage.from.iter().flatten() {
            if !self.0.iter().any(|s| s.name == *from) {
                return Err(Error::invalid(format!(
                    "Stage '{name}': from names '{from}', which is not a defined stage."
                )));
            }
        }
        if let Some(capacity) = stage.capacity {
            if capacity < 1 {
                return Err(Error::invalid(format!(
                    "Stage '{name}': capacity must be at least 1, got {capacity}."
                )));
            }
            if stage.archive || *name == self.initial().name {
                return Err(Error::invalid(format!(
                    "Stage '{name}': capacity and exclusive cannot be set on the first stage or the archive stage, \
                     where versions must always be able to go."
                )));
            }
            if stage.full == Full::Archive && self.archive().is_none() {
                return Err(Error::invalid(format!(
                    "Stage '{name}': full = \"archive\" needs a stage with archive = true for the displaced versions; \
                     define one or set full = \"refuse\"."
                )));
            }
        }
        if let Some(color) = &stage.color {
            let hex = color.strip_prefix('#').unwrap_or_default();
            if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(Error::invalid(format!(
                    "Stage '{name}': color must look like #2f9e44, got '{color}'."
                )));
            }
        }
        Ok(())
    }

    /// MLflow's four.
    pub fn mlflow() -> Self {
        let archived = StageDefinition { archive: true, ..StageDefinition::named("Archived") };
        let named = StageDefinition::named;
        Self(vec![named("None"), named("Staging"), named("Production"), archived])
    }

    /// The stages in order.
    pub fn list(&self) -> &[StageDefinition] {
        &self.0
    }

    /// Where new versions start.
    pub fn initial(&self) -> &StageDefinition {
        &self.0[0]
    }

    /// Where displaced versions go, when there is such a stage.
    pub fn archive(&self) -> Option<&StageDefinition> {
        self.0.iter().find(|s| s.archive)
    }

    /// The stage of a version that is stored already; `None` when the definitions no longer have it.
    pub fn get(&self, name: &str) -> Option<&StageDefinition> {
        self.0.iter().find(|s| s.name == name)
    }

    /// The stage that a client means: case does not matter, spaces do. The error is MLflow's.
    pub fn find(&self, asked: &str) -> Result<&StageDefinition> {
        let lower = asked.to_lowercase();
        self.0.iter().find(|s| s.name.to_lowercase() == lower).ok_or_else(|| {
            let names: Vec<&str> = self.0.iter().map(|s| s.name.as_str()).collect();
            Error::invalid(format!(
                "Invalid Model Version stage: {asked}. Value must be one of {}.",
                names.join(", ")
            ))
        })
    }

    /// Whether versions are at work in this stage: it is neither where they start nor where they end.
    /// (MLflow's "Active" stages, which `archive_existing_versions` can be asked for.)
    pub fn is_active(&self, stage: &StageDefinition) -> bool {
        !stage.archive && stage.name != self.initial().name
    }
}

/// Refuses names that MLflow's client could not write as `models:/Model/<stage>`.
fn check_stage_name(name: &str) -> Result<()> {
    let refuse = |why: &str| Err(Error::invalid(format!("Stage name '{name}' cannot be used: {why}.")));
    if name.trim().is_empty() {
        return refuse("it is blank");
    }
    if name.trim() != name {
        return refuse("it has spaces around it, which clients do not trim");
    }
    if name.chars().count() > MAX_STAGE_NAME {
        return refuse(&format!("it is longer than {MAX_STAGE_NAME} characters"));
    }
    if name.chars().all(char::is_numeric) {
        return refuse("models:/Model/<digits> addresses a version");
    }
    if name.to_lowercase() == "latest" {
        return refuse("models:/Model/latest addresses the newest version");
    }
    if name.contains(['/', '?', '#', ';', '\\']) {
        return refuse("'/', '?', '#', ';' and '\\' end the stage part of a models:/ URI");
    }
    if name.contains(char::is_control) {
        return refuse("it holds a control character");
    }
    if name.to_lowercase() == "deleted_internal" {
        return refuse("MLflow reserves it for deleted versions");
    }
    Ok(())
}

/// Stages for the models whose name matches a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// `*` stands for any characters, also none.
    pub models: String,
    /// The whole list for these models.
    pub stages: Stages,
}

/// All definitions of a registry, at one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageDefinitions {
    /// 0 = built in; each apply adds one.
    pub revision: i64,
    /// For models that no override matches.
    pub stages: Stages,
    /// In document order.
    pub overrides: Vec<Override>,
    /// The document as it was applied.
    pub document: String,
}

impl Default for StageDefinitions {
    fn default() -> Self {
        Self { revision: 0, stages: Stages::mlflow(), overrides: Vec::new(), document: String::new() }
    }
}

impl StageDefinitions {
    /// The stages of a model: the override whose matching pattern has the most literal characters,
    /// the first such in the document, or else the registry's own.
    pub fn for_model(&self, name: &str) -> &Stages {
        let literal = |pattern: &str| pattern.chars().filter(|c| *c != '*').count();
        let mut best: Option<&Override> = None;
        for candidate in self.overrides.iter().filter(|o| matches(&o.models, name)) {
            if best.is_none_or(|b| literal(&candidate.models) > literal(&b.models)) {
                best = Some(candidate);
            }
        }
        best.map_or(&self.stages, |o| &o.stages)
    }
}

/// Whether a pattern with `*` matches a whole name; linear in the name for each `*`, no backtracking.
fn matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, name, expected) in [
            ("fraud-*", "fraud-eu", true),
            ("fraud-*", "fraud-", true),
            ("fraud-*", "a-fraud-eu", false),
            ("*", "anything", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn names_that_a_client_could_not_address_are_refused() {
        for bad in [
            "7",
            "٣",
            "latest",
            "LATEST",
            "a/b",
            "",
            " x",
            "x ",
            "a?b",
            "a#b",
            "a;b",
            "Deleted_Internal",
            "a\nb",
        ] {
            let list = vec![StageDefinition::named("None"), StageDefinition::named(bad)];
            Stages::new(list).expect_err(bad);
        }
        for good in ["Shadow", "Canary EU", "Prüfung", "本番", "v7", "7a", "Prod@EU"] {
            let list = vec![StageDefinition::named("None"), StageDefinition::named(good)];
            Stages::new(list).expect(good);
        }
    }

    #[test]
    fn the_default_is_mlflows_four() {
        let stages = Stages::mlflow();
        assert_eq!(Stages::new(stages.list().to_vec()).as_ref(), Ok(&stages));
        let active: Vec<&str> =
            stages.list().iter().filter(|s| stages.is_active(s)).map(|s| s.name.as_str()).collect();
        assert_eq!(active, ["Staging", "Production"]);
        assert_eq!(stages.find("pRODUCTION").map(|s| s.name.as_str()), Ok("Production"));
        assert_eq!(
            stages.find(" Staging").expect_err("not trimmed").message,
            "Invalid Model Version stage:  Staging. Value must be one of None, Staging, Production, Archived."
        );
    }
}
