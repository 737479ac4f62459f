//! The `events` table: append-only. Everything that tells what happened reads it.

use greenroom_core::Result;
use greenroom_core::event::{ChainHead, Event, Position, REGISTRY_CHAIN};
use serde_json::Value;

use crate::db::{Param, Row, Statement, Tx, hide};

const COLUMNS: &str = "e.commit_order, e.number, e.chain, e.sequence, e.kind, e.model, e.version, e.at, e.actor, \
     e.user_agent, e.before_state, e.after_state, e.comment, e.cause, e.revision, e.previous_hash, e.hash";

fn json(row: &Row<'_>, index: usize) -> Result<Option<Value>> {
    let text: Option<String> = row.get(index)?;
    text.map(|text| serde_json::from_str(&text).map_err(|e| hide("an event holds no JSON", &e))).transpose()
}

fn from_row(row: &Row<'_>) -> Result<Event> {
    Ok(Event {
        position: Position { commit: row.get(0)?, number: row.get(1)? },
        chain: row.get(2)?,
        sequence: row.get(3)?,
        kind: row.get(4)?,
        model: row.get(5)?,
        version: row.get(6)?,
        at: row.get(7)?,
        actor: row.get(8)?,
        user_agent: row.get(9)?,
        before: json(row, 10)?,
        after: json(row, 11)?,
        comment: row.get(12)?,
        cause: row.get(13)?,
        revision: row.get(14)?,
        previous_hash: row.get(15)?,
        hash: row.get(16)?,
    })
}

/// Appends an event; its position is the database's to give.
pub fn append(event: &Event) -> Statement<'_> {
    Statement {
        sql: "INSERT INTO events
              (chain, sequence, kind, model, version, at, actor, user_agent, before_state, after_state, comment,
               cause, revision, previous_hash, hash)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params: vec![
            (&event.chain).into(),
            event.sequence.into(),
            (&event.kind).into(),
            event.model.as_deref().into(),
            event.version.into(),
            event.at.into(),
            (&event.actor).into(),
            (&event.user_agent).into(),
            event.before.as_ref().map(Value::to_string).into(),
            event.after.as_ref().map(Value::to_string).into(),
            event.comment.as_deref().into(),
            event.cause.into(),
            event.revision.into(),
            (&event.previous_hash).into(),
            (&event.hash).into(),
        ],
    }
}

/// Events after a position, oldest first. A reader that goes on from the last one it got misses none.
pub async fn feed(tx: &mut Tx<'_>, after: Position, limit: i64) -> Result<Vec<Event>> {
    let sql = format!(
        "SELECT {COLUMNS}
         FROM events e
         WHERE (e.commit_order, e.number) > ($1, $2) AND {}
         ORDER BY e.commit_order, e.number
         LIMIT $3",
        tx.settled()
    );
    tx.all(&sql, &[after.commit.into(), after.number.into(), limit.into()], from_row).await
}

/// The position of the newest settled event.
pub async fn newest(tx: &mut Tx<'_>) -> Result<Position> {
    let sql = format!(
        "SELECT e.commit_order, e.number FROM events e WHERE {} ORDER BY e.commit_order DESC, e.number DESC LIMIT 1",
        tx.settled()
    );
    let found = tx.opt(&sql, &[], |row| Ok(Position { commit: row.get(0)?, number: row.get(1)? })).await?;
    Ok(found.unwrap_or_default())
}

/// A chain's events below a sequence number, newest first; only those about `version` if given.
pub async fn history(
    tx: &mut Tx<'_>,
    chain: &str,
    below: i64,
    version: Option<i64>,
    limit: i64,
) -> Result<Vec<Event>> {
    let mut params: Vec<Param<'_>> = vec![chain.into(), below.into()];
    let about = match version {
        Some(version) => {
            params.push(version.into());
            "AND e.version = $3"
        }
        None => "",
    };
    params.push(limit.into());
    let sql = format!(
        "SELECT {COLUMNS}
         FROM events e
         WHERE e.chain = $1 AND e.sequence < $2 {about}
         ORDER BY e.sequence DESC
         LIMIT ${}",
        params.len()
    );
    tx.all(&sql, &params, from_row).await
}

/// The newest event of each of these chains (at most [`crate::page::CHILDREN`]).
pub async fn newest_of(tx: &mut Tx<'_>, heads: &[&ChainHead]) -> Result<Vec<Event>> {
    let keys: Vec<(&str, i64)> = heads.iter().map(|h| (h.chain.as_str(), h.sequence)).collect();
    let (list, params) = crate::page::in_pairs(&keys);
    let sql = format!("SELECT {COLUMNS} FROM events e WHERE (e.chain, e.sequence) IN ({list})");
    tx.all(&sql, &params, from_row).await
}

/// What moved a chain's versions up to a time, oldest first.
pub async fn moves(tx: &mut Tx<'_>, chain: &str, until: i64) -> Result<Vec<Event>> {
    let sql = format!(
        "SELECT {COLUMNS}
         FROM events e
         WHERE e.chain = $1 AND e.at <= $2
           AND e.kind IN ('model_version.created', 'model_version.transitioned', 'model_version.deleted')
         ORDER BY e.sequence"
    );
    tx.all(&sql, &[chain.into(), until.into()], from_row).await
}

const REGISTRY_HEAD: &str = "SELECT head_sequence, head_hash, head_at FROM registry WHERE id = 1";

/// The end of the registry's own chain.
pub async fn registry_head(tx: &mut Tx<'_>) -> Result<ChainHead> {
    let head = tx
        .opt(REGISTRY_HEAD, &[], |row| {
            Ok(ChainHead {
                chain: REGISTRY_CHAIN.to_owned(),
                model: None,
                sequence: row.get(0)?,
                hash: row.get(1)?,
                at: row.get(2)?,
            })
        })
        .await?;
    head.ok_or_else(|| hide("the registry row is missing", &"was the database edited by hand?"))
}

const NAME_AT: &str =
    "SELECT e.model FROM events e WHERE e.chain = $1 AND e.at <= $2 ORDER BY e.sequence DESC LIMIT 1";

/// The name a model had at a time: the one in its newest event until then.
pub async fn name_at(tx: &mut Tx<'_>, chain: &str, at: i64) -> Result<Option<String>> {
    Ok(tx.opt(NAME_AT, &[chain.into(), at.into()], |row| row.get::<Option<String>>(0)).await?.flatten())
}
