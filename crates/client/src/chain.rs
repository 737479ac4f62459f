//! Verifying the event log from outside: every hash is computed again here, from what the server tells.

use std::collections::BTreeMap;

use greenroom_core::event::{ChainHead, Event};

use crate::{Client, Error, Result};

/// What a verification found.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Chains seen.
    pub chains: usize,
    /// Events whose hashes were computed again.
    pub events: u64,
    /// What is wrong, in sentences; empty when everything holds.
    pub faults: Vec<String>,
}

/// Faults named at most; the first one tells the most.
const NAMED: usize = 100;

/// Reads the whole feed and checks every chain against its stated end. Changes made meanwhile are no faults.
pub async fn verify(client: &Client) -> Result<Verified> {
    // The ends are read first: whatever they count must then be found in the feed.
    let mut ends = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let page = client.chains(after.as_deref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.chain.clone());
        ends.extend(page.into_iter().map(|end| (end.chain.clone(), end)));
    }

    let mut found = Verified { chains: ends.len(), ..Verified::default() };
    let mut heads: BTreeMap<String, ChainHead> = BTreeMap::new();
    // Hash of each chain at the length that its stated end counts.
    let mut reached: BTreeMap<String, String> = BTreeMap::new();
    let mut cursor: Option<String> = None;
    let mut idle_rounds = 0;
    loop {
        let page = client.events(cursor.as_deref(), 1000).await?;
        if page.events.is_empty() {
            // Behind a busy database the newest events become readable a moment after they are made.
            let missing =
                ends.values().any(|end| heads.get(&end.chain).map_or(0, |h| h.sequence) < end.sequence);
            if !missing || idle_rounds == 20 || !found.faults.is_empty() {
                break;
            }
            idle_rounds += 1;
            continue;
        }
        cursor = page.next_cursor;
        for event in page.events {
            let event = Event::try_from(event).map_err(|e| Error::Transport(e.message))?;
            found.events += 1;
            let head =
                heads.entry(event.chain.clone()).or_insert_with(|| ChainHead::empty(&event.chain, None));
            if let Err(fault) = event.follows(head) {
                if found.faults.len() < NAMED {
                    found.faults.push(fault);
                }
                // Goes on from here: one fault is told once.
                head.sequence = event.sequence;
                head.hash.clone_from(&event.hash);
                head.at = event.at;
            }
            if ends.get(&event.chain).is_some_and(|end| end.sequence == event.sequence) {
                reached.insert(event.chain.clone(), event.hash.clone());
            }
        }
    }
    for end in ends.values().filter(|end| end.sequence > 0) {
        if reached.get(&end.chain) != Some(&end.hash) {
            let name = end.model.as_deref().unwrap_or("the registry");
            found.faults.push(format!(
                "chain {} ({name}): should end with event {} and hash {}, which the log does not have",
                end.chain, end.sequence, end.hash
            ));
        }
    }
    for chain in heads.keys().filter(|chain| !ends.contains_key(*chain)) {
        // Made after the ends were read, or a chain whose model row was removed.
        if client.history(chain, None, None).await.is_err() {
            found.faults.push(format!("chain {chain}: has events but no end"));
        }
    }
    Ok(found)
}
