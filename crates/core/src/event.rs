//! Events: one for every change, hash-chained per model, so that a removed, edited or reordered entry shows.
//!
//! The hash of an event covers every field a reader sees and the hash of the event before it. It is
//! SHA-256 over the JSON array that [`Event::preimage`] writes, object keys sorted, no spaces: anybody
//! can recompute it from what `/api/v1/events` answers.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Actor;

/// The chain of what belongs to no model, such as stage definitions.
pub const REGISTRY_CHAIN: &str = "registry";
/// `previous_hash` of the first event of a chain.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// `after`: the model.
    ModelCreated,
    /// `before`, `after`: the description.
    ModelUpdated,
    /// `before`, `after`: the name.
    ModelRenamed,
    /// `before`: the model.
    ModelDeleted,
    /// `after`: key and value; `before` when there was one.
    ModelTagSet,
    /// `before`: key and value.
    ModelTagDeleted,
    /// `after`: alias and version; `before` when it pointed elsewhere.
    AliasSet,
    /// `before`: alias and version.
    AliasDeleted,
    /// `after`: the version.
    VersionCreated,
    /// `before`, `after`: the description.
    VersionUpdated,
    /// `before`, `after`: the stage.
    VersionTransitioned,
    /// `before`: the version.
    VersionDeleted,
    /// As for a model.
    VersionTagSet,
    /// As for a model.
    VersionTagDeleted,
    /// `after`: the digest of its artifacts.
    DigestRecorded,
    /// `before`, `after`: whether its artifacts are still those of the digest.
    DigestChecked,
    /// `after`: the whole document.
    StagesApplied,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::ModelCreated,
        Self::ModelUpdated,
        Self::ModelRenamed,
        Self::ModelDeleted,
        Self::ModelTagSet,
        Self::ModelTagDeleted,
        Self::AliasSet,
        Self::AliasDeleted,
        Self::VersionCreated,
        Self::VersionUpdated,
        Self::VersionTransitioned,
        Self::VersionDeleted,
        Self::VersionTagSet,
        Self::VersionTagDeleted,
        Self::DigestRecorded,
        Self::DigestChecked,
        Self::StagesApplied,
    ];

    /// `noun.verb`, as stored and as told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ModelCreated => "registered_model.created",
            Self::ModelUpdated => "registered_model.updated",
            Self::ModelRenamed => "registered_model.renamed",
            Self::ModelDeleted => "registered_model.deleted",
            Self::ModelTagSet => "registered_model_tag.set",
            Self::ModelTagDeleted => "registered_model_tag.deleted",
            Self::AliasSet => "alias.set",
            Self::AliasDeleted => "alias.deleted",
            Self::VersionCreated => "model_version.created",
            Self::VersionUpdated => "model_version.updated",
            Self::VersionTransitioned => "model_version.transitioned",
            Self::VersionDeleted => "model_version.deleted",
            Self::VersionTagSet => "model_version_tag.set",
            Self::VersionTagDeleted => "model_version_tag.deleted",
            Self::DigestRecorded => "model_version_digest.recorded",
            Self::DigestChecked => "model_version_digest.checked",
            Self::StagesApplied => "stage_definitions.applied",
        }
    }
}

/// A change, before it has its place in a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What happened.
    pub kind: EventKind,
    /// The version it is about.
    pub version: Option<i64>,
    /// How it was.
    pub before: Option<Value>,
    /// How it is.
    pub after: Option<Value>,
    /// Why, in the actor's words.
    pub comment: Option<String>,
    /// For a side effect: how many changes back in the same write its cause stands.
    pub caused_by: Option<i64>,
    /// The revision of the stage definitions it was judged under.
    pub revision: Option<i64>,
}

impl Change {
    /// A change of this kind with nothing filled in.
    pub fn new(kind: EventKind) -> Self {
        Self {
            kind,
            version: None,
            before: None,
            after: None,
            comment: None,
            caused_by: None,
            revision: None,
        }
    }

    /// About this version.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// How it was.
    #[must_use]
    pub fn before(mut self, value: Value) -> Self {
        self.before = Some(value);
        self
    }

    /// How it is.
    #[must_use]
    pub fn after(mut self, value: Value) -> Self {
        self.after = Some(value);
        self
    }
}

/// A recorded change.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Place in the registry's feed: commit order first, then order of insertion.
    pub position: Position,
    /// The model's id, or [`REGISTRY_CHAIN`].
    pub chain: String,
    /// Counts 1, 2, 3 within the chain.
    pub sequence: i64,
    /// An [`EventKind`], as text: an older program can carry a newer one's events.
    pub kind: String,
    /// The model's name at the time.
    pub model: Option<String>,
    /// The version it is about.
    pub version: Option<i64>,
    /// Unix milliseconds; never decreases within a chain.
    pub at: i64,
    /// Who did it; empty when not known.
    pub actor: String,
    /// The client's program.
    pub user_agent: String,
    /// How it was.
    pub before: Option<Value>,
    /// How it is.
    pub after: Option<Value>,
    /// Why.
    pub comment: Option<String>,
    /// The `sequence` of the event that caused this one.
    pub cause: Option<i64>,
    /// The revision of the stage definitions it was judged under.
    pub revision: Option<i64>,
    /// Hash of the event before it.
    pub previous_hash: String,
    /// Hash of this one.
    pub hash: String,
}

/// A place in the feed. A reader that has seen everything up to a position never misses an event
/// that commits later: such an event gets a later position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Groups events by transaction, in an order that settles before they become visible.
    pub commit: i64,
    /// Order of insertion.
    pub number: i64,
}

impl Position {
    /// `commit-number`, as clients carry it.
    pub fn to_cursor(self) -> String {
        format!("{}-{}", self.commit, self.number)
    }

    /// Reads a cursor back.
    pub fn from_cursor(text: &str) -> crate::Result<Self> {
        let parsed = text.split_once('-').and_then(|(commit, number)| {
            Some(Self { commit: commit.parse().ok()?, number: number.parse().ok()? })
        });
        parsed.ok_or_else(|| {
            crate::Error::invalid(format!(
                "Invalid cursor '{text}'. Give back a cursor exactly as the server gave it."
            ))
        })
    }
}

/// Where a chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The model's id, or [`REGISTRY_CHAIN`].
    pub chain: String,
    /// The model's name now, or at its deletion.
    pub model: Option<String>,
    /// How many events.
    pub sequence: i64,
    /// Hash of the last one.
    pub hash: String,
    /// Time of the last one, Unix milliseconds.
    pub at: i64,
}

impl ChainHead {
    /// The head of a chain without events.
    pub fn empty(chain: &str, model: Option<&str>) -> Self {
        Self {
            chain: chain.to_owned(),
            model: model.map(str::to_owned),
            sequence: 0,
            hash: GENESIS.to_owned(),
            at: 0,
        }
    }

    /// Gives a change its place at the end of the chain, and moves the head.
    pub fn append(&mut self, change: &Change, actor: &Actor, now: i64) -> Event {
        let sequence = self.sequence + 1;
        let mut event = Event {
            position: Position::default(),
            chain: self.chain.clone(),
            sequence,
            kind: change.kind.as_str().to_owned(),
            model: self.model.clone(),
            version: change.version,
            at: now.max(self.at),
            actor: actor.name.clone(),
            user_agent: actor.user_agent.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
            comment: change.comment.clone(),
            cause: change.caused_by.map(|back| sequence - back),
            revision: change.revision,
            previous_hash: self.hash.clone(),
            hash: String::new(),
        };
        event.hash = event.computed_hash();
        self.sequence = sequence;
        self.hash.clone_from(&event.hash);
        self.at = event.at;
        event
    }
}

impl Event {
    /// The text whose SHA-256 is the hash.
    pub fn preimage(&self) -> String {
        canonical(&json!([
            self.previous_hash,
            self.chain,
            self.sequence,
            self.kind,
            self.model,
            self.version,
            self.at,
            self.actor,
            self.user_agent,
            self.before,
            self.after,
            self.comment,
            self.cause,
            self.revision,
        ]))
    }

    /// Hex SHA-256 of [`Event::preimage`].
    pub fn computed_hash(&self) -> String {
        hex::encode(Sha256::digest(self.preimage().as_bytes()))
    }

    /// Checks that this event follows `head` unaltered, and moves the head to it; else says what is wrong.
    pub fn follows(&self, head: &mut ChainHead) -> Result<(), String> {
        let place = format!("event {} of chain {}", self.sequence, self.chain);
        if self.sequence != head.sequence + 1 {
            return Err(format!(
                "{place}: follows event {}, so events are missing or out of order",
                head.sequence
            ));
        }
        if self.previous_hash != head.hash {
            return Err(format!("{place}: does not continue the event before it"));
        }
        if self.hash != self.computed_hash() {
            return Err(format!("{place}: was altered after it was written"));
        }
        if self.at < head.at {
            return Err(format!("{place}: lies before the event before it in time"));
        }
        head.sequence = self.sequence;
        head.hash.clone_from(&self.hash);
        head.at = self.at;
        Ok(())
    }
}

/// JSON with sorted keys and no spaces.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let fields: Vec<String> = keys
                .into_iter()
                .map(|k| format!("{}:{}", Value::from(k.as_str()), canonical(&map[k])))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: i64) -> Vec<Event> {
        let mut head = ChainHead::empty("m1", Some("Unicorn"));
        (0..length)
            .map(|n| {
                let change = Change::new(EventKind::ModelTagSet).after(json!({"key": "k", "value": n}));
                head.append(&change, &Actor::anonymous("test"), 100 - n)
            })
            .collect()
    }

    fn verify(events: &[Event]) -> Result<(), String> {
        let mut head = ChainHead::empty("m1", Some("Unicorn"));
        events.iter().try_for_each(|e| e.follows(&mut head))
    }

    #[test]
    fn an_untouched_chain_verifies_even_when_the_clock_went_back() {
        assert_eq!(verify(&chain(20)), Ok(()));
    }

    #[test]
    fn removed_edited_and_reordered_events_show() {
        let mut removed = chain(5);
        removed.remove(2);
        let mut edited = chain(5);
        edited[2].after = Some(json!({"key": "k", "value": 99}));
        let mut reordered = chain(5);
        reordered.swap(1, 2);
        let mut rehashed = chain(5);
        rehashed[2].actor = "someone else".into();
        rehashed[2].hash = rehashed[2].computed_hash();
        for broken in [removed, edited, reordered, rehashed] {
            verify(&broken).expect_err("broken");
        }
    }

    #[test]
    fn kinds_have_names_of_their_own() {
        let mut names: Vec<&str> = EventKind::ALL.iter().map(|k| k.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), EventKind::ALL.len());
    }

    #[test]
    fn cursors_read_back() {
        let position = Position { commit: 7, number: 12 };
        assert_eq!(Position::from_cursor(&position.to_cursor()), Ok(position));
        for bad in ["", "7", "a-b", "7-", "1-2-3"] {
            Position::from_cursor(bad).expect_err(bad);
        }
    }

    #[test]
    fn canonical_json_sorts_keys_at_every_depth() {
        let value = json!({"b": [{"z": 1, "a": null}], "a": "é\n"});
        assert_eq!(canonical(&value), r#"{"a":"é\n","b":[{"a":null,"z":1}]}"#);
    }
}
