//! Events: what the history, the live stream and the auditor read.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One change to the registry. Events are append-only; each holds the hash of the one before it in its chain.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
pub struct Event {
    /// Position in the registry's feed; opaque, ordered, usable as `after` and as `Last-Event-ID`.
    pub cursor: String,
    /// What happened, `noun.verb`: `registered_model.created`, `.updated`, `.renamed`, `.deleted`;
    /// `registered_model_tag.set`, `.deleted`; `alias.set`, `.deleted`; `model_version.created`, `.updated`,
    /// `.deleted`, `.transitioned`; `model_version_tag.set`, `.deleted`; `stage_definitions.applied`.
    pub kind: String,
    /// The chain: the model's id, or `registry` for what belongs to no model.
    pub chain: String,
    /// Counts 1, 2, 3 within the chain.
    pub sequence: i64,
    /// The model's name at the time; absent for registry events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The version it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Unix milliseconds; never decreases within a chain.
    pub at: i64,
    /// Who did it; empty when the server did not know.
    pub actor: String,
    /// The client's `User-Agent`.
    pub user_agent: String,
    /// What changed, as it was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// What changed, as it is after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    /// Why, in the actor's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// For a side effect: the `sequence` of the event that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<i64>,
    /// The revision of the stage definitions a transition was judged under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// Hex SHA-256 of the event before it in the chain; 64 zeros for the first.
    pub previous_hash: String,
    /// Hex SHA-256 of this event.
    pub hash: String,
}

/// A page of events.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct EventPage {
    /// The events, in the order the endpoint states.
    pub events: Vec<Event>,
    /// Where to go on. In the feed it is always there (ask again later); in a history it is absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Where a chain ends, so that a reader can tell that none of its last events were cut off.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChainHead {
    /// The chain: a model's id, or `registry`.
    pub chain: String,
    /// The model's name now, or at its deletion; absent for the registry's own chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How many events the chain holds.
    pub sequence: i64,
    /// Hash of its last event.
    pub hash: String,
}

impl From<greenroom_core::event::Event> for Event {
    fn from(event: greenroom_core::event::Event) -> Self {
        Self {
            cursor: event.position.to_cursor(),
            kind: event.kind,
            chain: event.chain,
            sequence: event.sequence,
            model: event.model,
            version: event.version,
            at: event.at,
            actor: event.actor,
            user_agent: event.user_agent,
            before: event.before,
            after: event.after,
            comment: event.comment,
            cause: event.cause,
            revision: event.revision,
            previous_hash: event.previous_hash,
            hash: event.hash,
        }
    }
}

impl TryFrom<Event> for greenroom_core::event::Event {
    type Error = greenroom_core::Error;

    /// Back to the domain, so that a client can check hashes itself.
    fn try_from(event: Event) -> greenroom_core::Result<Self> {
        Ok(Self {
            position: greenroom_core::event::Position::from_cursor(&event.cursor)?,
            chain: event.chain,
            sequence: event.sequence,
            kind: event.kind,
            model: event.model,
            version: event.version,
            at: event.at,
            actor: event.actor,
            user_agent: event.user_agent,
            before: event.before,
            after: event.after,
            comment: event.comment,
            cause: event.cause,
            revision: event.revision,
            previous_hash: event.previous_hash,
            hash: event.hash,
        })
    }
}

impl From<greenroom_core::event::ChainHead> for ChainHead {
    fn from(head: greenroom_core::event::ChainHead) -> Self {
        Self { chain: head.chain, model: head.model, sequence: head.sequence, hash: head.hash }
    }
}
