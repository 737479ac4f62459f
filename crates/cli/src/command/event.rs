//! `history` and `verify`.

use greenroom_client::v1::Event;
use serde_json::{Value, json as object};

use super::{Session, text};
use crate::output::{cell, json, print, table, time};

pub(super) async fn history(
    session: &Session,
    name: &str,
    version: Option<i64>,
    limit: usize,
) -> Result<(), String> {
    let mut events: Vec<Event> = Vec::new();
    let mut cursor = None;
    while events.len() < limit {
        let page = session.client.history(name, version, cursor.as_deref()).await.map_err(text)?;
        events.extend(page.events);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    events.truncate(limit);
    if session.json {
        return json(&events);
    }
    let rows: Vec<Vec<String>> = events
        .iter()
        .map(|e| {
            let version = e.version.map_or("-".to_owned(), |v| v.to_string());
            let who = if e.actor.is_empty() { &e.user_agent } else { &e.actor };
            let comment = e.comment.as_deref().unwrap_or_default();
            vec![
                e.sequence.to_string(),
                time(e.at),
                cell(&e.kind),
                version,
                cell(&what(e)),
                cell(who),
                cell(comment),
            ]
        })
        .collect();
    table(&["#", "WHEN (UTC)", "WHAT", "VERSION", "CHANGE", "WHO", "COMMENT"], &rows)
}

/// The change in a few words.
fn what(event: &Event) -> String {
    let (before, after) = (event.before.as_ref(), event.after.as_ref());
    let get = |side: Option<&Value>, key: &str| side.and_then(|s| s[key].as_str().map(str::to_owned));
    for key in ["stage", "name"] {
        if let (Some(from), Some(to)) = (get(before, key), get(after, key)) {
            let because = event.cause.map(|cause| format!(" (because of #{cause})")).unwrap_or_default();
            return format!("{from} -> {to}{because}");
        }
    }
    let either = after.or(before);
    for key in ["alias", "key", "stage"] {
        if let Some(text) = get(either, key) {
            let value =
                get(either, "value").map(|v| format!(" = {}", v.chars().take(40).collect::<String>()));
            return text + &value.unwrap_or_default();
        }
    }
    String::new()
}

pub(super) async fn verify(session: &Session) -> Result<(), String> {
    let found = greenroom_client::verify(&session.client).await.map_err(text)?;
    if session.json {
        json(&object!({ "chains": found.chains, "events": found.events, "faults": found.faults }))?;
    } else {
        for fault in &found.faults {
            print(&cell(fault))?;
        }
        print(&format!(
            "{} events in {} chains read, {} fault(s)",
            found.events,
            found.chains,
            found.faults.len()
        ))?;
    }
    if found.faults.is_empty() { Ok(()) } else { Err("the event log does not hold".to_owned()) }
}
