//! What is to be told is derived from what has happened: every endpoint gets a delivery of each row that it is told of and
//! has none of. So a stop at any moment loses nothing, and looking twice tells nothing twice.
//!
//! Ids begin with the time at which they were made, and a transaction may end later than others whose ids are greater. So
//! the last minutes are looked at again every few seconds, and once an hour everything since a day before the last such look:
//! no transaction takes a day. An endpoint remembers when that was, however long no service ran.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{
    error::Result,
    ids,
    state::AppState,
    webhooks::store::{self, TopicRow},
};

/// Events in a transaction.
const BATCH: i64 = 1000;
/// What is new has an id of the last ten minutes, in milliseconds.
const RECENT_MS: u128 = 600_000;
/// What is seen again by the look over everything.
const AGAIN_MS: u128 = 24 * 3_600_000;

/// Looks for every endpoint. Where one fails, the others go on.
pub async fn look(state: &AppState, all: bool) -> Result<()> {
    let begin = ids::new();
    let mut endpoints: BTreeMap<(Uuid, Uuid), Vec<TopicRow>> = BTreeMap::new();
    for topic in store::topics(state.db().owner()).await? {
        endpoints.entry((topic.district_id, topic.endpoint_id)).or_default().push(topic);
    }
    let mut failed = None;
    for ((district, endpoint), topics) in endpoints {
        let one = async {
            for topic in &topics {
                let recent = if all { ids::earlier(topic.seen_to, AGAIN_MS) } else { ids::earlier(begin, RECENT_MS) };
                derive(state, topic, recent.max(topic.since)).await?;
            }
            if all && !state.stopping().is_cancelled() {
                store::set_seen(state.db().owner(), district, endpoint, begin).await?;
            }
            Ok(())
        };
        if let Err(error) = one.await {
            tracing::error!(%error, %district, %endpoint, "webhooks: it was not looked what happened");
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn derive(state: &AppState, topic: &TopicRow, from: Uuid) -> Result<()> {
    let Some(kind) = topic.kind() else { return Ok(()) };
    let (district, endpoint) = (topic.district_id, topic.endpoint_id);
    while !state.stopping().is_cancelled() {
        let mut tx = state.db().owner().begin().await?;
        if !store::keep_endpoint(&mut tx, district, endpoint).await? {
            break;
        }
        let events = store::happened(&mut tx, (district, endpoint), kind, from, BATCH).await?;
        if events.is_empty() {
            break;
        }
        store::add_deliveries(&mut tx, district, endpoint, &events, state.now()).await?;
        tx.commit().await?;
        if events.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(())
}
