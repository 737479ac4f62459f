//! The decision: may this version go to that stage, what moves out of its way, and why or why not.
//!
//! The same function answers a dry run, the refusal that a Python user reads, the UI's confirm panel
//! and the transition itself.

use super::definition::{Full, StageDefinition, Stages};
use crate::{Error, Result};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitionAsk {
    /// The target stage as the client wrote it.
    pub stage: String,
    /// Whether every other version in the target stage is to be archived.
    pub archive_existing: bool,
}

/// What the store knows that the decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitionFacts {
    /// The model's name, for the messages.
    pub model: String,
    /// The version that is to move.
    pub version: i64,
    /// The stage it is in.
    pub current: String,
    /// When it entered that stage, Unix milliseconds.
    pub since: i64,
    /// How many other versions of the model are in the target stage.
    pub others_in_target: i64,
    /// The time of the decision, Unix milliseconds.
    pub now: i64,
}

/// Which of the other versions in the target stage make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Displace {
    /// None of them.
    Nobody,
    /// Those that entered first, this many.
    Oldest(i64),
    /// All of them.
    Everybody,
}

/// One rule that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOutcome {
    /// The rule's key in the definition.
    pub rule: &'static str,
    /// Whether it holds.
    pub passed: bool,
    /// Why, in a sentence.
    pub message: String,
}

/// The answer, with every rule that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The stage the version is in.
    pub from: String,
    /// The target stage in its defined spelling.
    pub to: String,
    /// Who makes room.
    pub displace: Displace,
    /// Where they go; `None` when nobody has to and no archive stage exists.
    pub archive: Option<String>,
    /// Every rule, passed or not.
    pub rules: Vec<RuleOutcome>,
}

impl Decision {
    /// Whether every rule holds.
    pub fn allowed(&self) -> bool {
        self.rules.iter().all(|r| r.passed)
    }

    /// The refusal as the caller reads it, all failed rules in words; `Ok` when allowed.
    pub fn permit(&self, facts: &TransitionFacts) -> Result<()> {
        if self.allowed() {
            return Ok(());
        }
        let mut message = format!(
            "Model Version (name={}, version={}) cannot go from '{}' to '{}':",
            facts.model, facts.version, self.from, self.to
        );
        for rule in self.rules.iter().filter(|r| !r.passed) {
            message.extend(["\n- ", rule.rule, ": ", &rule.message]);
        }
        Err(Error::conflict(message))
    }
}

/// Finds the target and checks that the question makes sense. Errors are MLflow's: an unknown stage, or
/// `archive_existing_versions` with a stage where versions start or end (MLflow answers that one with a
/// 500 that its own client retries for minutes; here it is a 400 with the same text).
pub fn plan<'a>(stages: &'a Stages, ask: &TransitionAsk) -> Result<&'a StageDefinition> {
    let target = stages.find(&ask.stage)?;
    if ask.archive_existing {
        if !stages.is_active(target) {
            let active: Vec<String> = stages
                .list()
                .iter()
                .filter(|s| stages.is_active(s))
                .map(|s| format!("'{}'", s.name))
                .collect();
            return Err(Error::invalid(format!(
                "Model version transition cannot archive existing model versions because '{}' is not an Active stage. \
                 Valid stages are [{}]",
                ask.stage,
                active.join(", ")
            )));
        }
        if stages.archive().is_none() {
            return Err(Error::invalid(
                "Model version transition cannot archive existing model versions because no stage is defined with \
                 archive = true.",
            ));
        }
    }
    Ok(target)
}

/// Decides a planned transition. Never fails: a "no" is an answer too.
pub fn decide(
    stages: &Stages,
    target: &StageDefinition,
    ask: &TransitionAsk,
    facts: &TransitionFacts,
) -> Decision {
    let moves = facts.current != target.name;
    let mut rules = Vec::new();
    if moves {
        rules.extend(from_rule(target, facts));
        rules.extend(soak_rule(target, facts));
    }
    let (displace, capacity) = make_room(stages, target, ask, facts);
    rules.extend(capacity);
    Decision {
        from: facts.current.clone(),
        to: target.name.clone(),
        displace,
        archive: stages.archive().map(|s| s.name.clone()),
        rules,
    }
}

fn from_rule(target: &StageDefinition, facts: &TransitionFacts) -> Option<RuleOutcome> {
    let from = target.from.as_ref()?;
    let passed = from.contains(&facts.current);
    let allowed = if from.is_empty() { "no stage".to_owned() } else { format!("'{}'", from.join("', '")) };
    let message = format!(
        "'{}' may be entered only from {allowed}; version {} is in '{}'.",
        target.name, facts.version, facts.current
    );
    Some(RuleOutcome { rule: "from", passed, message })
}

fn soak_rule(target: &StageDefinition, facts: &TransitionFacts) -> Option<RuleOutcome> {
    let soak = target.soak?;
    let spent = (facts.now - facts.since).max(0);
    let message = format!(
        "'{}' wants {} in the stage before; version {} has been in '{}' for {}.",
        target.name,
        in_words(soak),
        facts.version,
        facts.current,
        in_words(spent)
    );
    Some(RuleOutcome { rule: "soak", passed: spent >= soak, message })
}

/// Who makes room, and the capacity rule where there is one.
fn make_room(
    stages: &Stages,
    target: &StageDefinition,
    ask: &TransitionAsk,
    facts: &TransitionFacts,
) -> (Displace, Option<RuleOutcome>) {
    let others = facts.others_in_target;
    let asked = if ask.archive_existing && others > 0 { Displace::Everybody } else { Displace::Nobody };
    let Some(capacity) = target.capacity else { return (asked, None) };
    let name = &target.name;
    let holds = format!(
        "'{name}' holds at most {} of a model, and {} there now",
        counted(capacity, "version"),
        others_are(others)
    );
    let outcome = |passed, message| Some(RuleOutcome { rule: "capacity", passed, message });
    if asked == Displace::Everybody {
        return (asked, outcome(true, format!("{holds}, which are archived as asked.")));
    }
    let too_many = others + 1 - capacity;
    if too_many <= 0 {
        return (asked, outcome(true, format!("{holds}.")));
    }
    match (target.full, stages.archive()) {
        (Full::Archive, Some(archive)) => {
            let message = format!("{holds}; {} to '{}', first in first out.", go(too_many), archive.name);
            (Displace::Oldest(too_many), outcome(true, message))
        }
        _ => (Displace::Nobody, outcome(false, format!("{holds}; move one out of it first."))),
    }
}

/// Whether a version in this stage (or a model that has one there) may be deleted or renamed.
pub fn may_delete(stages: &Stages, current: &str) -> bool {
    stages.get(current).is_none_or(|s| !s.protected)
}

fn counted(number: i64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

fn others_are(number: i64) -> String {
    match number {
        0 => "no other is".to_owned(),
        1 => "1 other is".to_owned(),
        many => format!("{many} others are"),
    }
}

fn go(number: i64) -> String {
    if number == 1 { "one of them goes".to_owned() } else { format!("{number} of them go") }
}

/// A duration as people say it, in its two largest units.
fn in_words(millis: i64) -> String {
    let seconds = millis / 1000;
    let units = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let words: Vec<String> = units
        .iter()
        .skip_while(|(n, _)| *n == 0)
        .take(2)
        .filter(|(n, _)| *n > 0)
        .map(|(n, unit)| format!("{n} {unit}"))
        .collect();
    if words.is_empty() { "0 s".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::document::parse;

    fn facts(current: &str, others: i64) -> TransitionFacts {
        TransitionFacts {
            model: "Unicorn".into(),
            version: 3,
            current: current.into(),
            since: 0,
            others_in_target: others,
            now: 3_600_000,
        }
    }

    fn ask(stage: &str, archive_existing: bool) -> TransitionAsk {
        TransitionAsk { stage: stage.into(), archive_existing }
    }

    fn run(stages: &Stages, asked: &TransitionAsk, facts: &TransitionFacts) -> Decision {
        let target = plan(stages, asked).expect("a stage that exists");
        decide(stages, target, asked, facts)
    }

    #[test]
    fn with_mlflows_stages_every_move_is_allowed() {
        let stages = Stages::mlflow();
        for from in stages.list() {
            for to in stages.list() {
                for others in [0, 1, 7] {
                    let decision = run(&stages, &ask(&to.name, false), &facts(&from.name, others));
                    assert!(decision.allowed() && decision.displace == Displace::Nobody);
                }
            }
        }
    }

    #[test]
    fn archiving_is_for_active_stages() {
        let stages = Stages::mlflow();
        let decision = run(&stages, &ask("production", true), &facts("Staging", 2));
        assert_eq!((decision.displace, decision.archive.as_deref()), (Displace::Everybody, Some("Archived")));
        for stage in ["None", "archived"] {
            assert_eq!(
                plan(&stages, &ask(stage, true)).expect_err(stage).message,
                format!(
                    "Model version transition cannot archive existing model versions because '{stage}' is not an \
                     Active stage. Valid stages are ['Staging', 'Production']"
                )
            );
        }
    }

    #[test]
    fn each_rule_refuses_in_words_and_all_at_once() {
        let text = "[[stages]]\nname='None'\n[[stages]]\nname='Staging'\n[[stages]]\nname='Live'\nfrom=['Staging']\n\
                    capacity=2\nfull='refuse'\nsoak='24h'";
        let stages = parse(text, 1).expect("valid").stages;
        let facts = facts("None", 2);
        let decision = run(&stages, &ask("live", false), &facts);
        assert_eq!(
            decision.permit(&facts).expect_err("three rules stand against it").message,
            "Model Version (name=Unicorn, version=3) cannot go from 'None' to 'Live':\n\
             - from: 'Live' may be entered only from 'Staging'; version 3 is in 'None'.\n\
             - soak: 'Live' wants 1 d in the stage before; version 3 has been in 'None' for 1 h.\n\
             - capacity: 'Live' holds at most 2 versions of a model, and 2 others are there now; move one out of it first."
        );
    }

    #[test]
    fn a_full_stage_makes_room_first_in_first_out() {
        let text = "[[stages]]\nname='None'\n[[stages]]\nname='Live'\ncapacity=3\n[[stages]]\nname='Gone'\narchive=true";
        let stages = parse(text, 1).expect("valid").stages;
        for (others, displace) in [(2, Displace::Nobody), (3, Displace::Oldest(1)), (5, Displace::Oldest(3))]
        {
            let decision = run(&stages, &ask("Live", false), &facts("None", others));
            assert!(decision.allowed());
            assert_eq!(decision.displace, displace);
        }
    }

    #[test]
    fn staying_where_one_is_asks_for_no_way_in() {
        let text = "[[stages]]\nname='None'\n[[stages]]\nname='Live'\nfrom=[]\nsoak='1d'";
        let stages = parse(text, 1).expect("valid").stages;
        assert!(run(&stages, &ask("Live", false), &facts("Live", 0)).allowed());
        assert!(!run(&stages, &ask("Live", false), &facts("None", 0)).allowed());
    }
}
