//! Sends what is due for one endpoint.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures::future::join_all;
use kepu_domain::webhook::{Outcome, Secret};

use super::client::Sender;
use crate::{
    error::Result,
    state::AppState,
    webhooks::store::{self, ClaimedRow, DueRow, NewAttempt},
};

/// Deliveries that are claimed together.
const BATCH: i64 = 20;
/// Messages that are under way to one endpoint at once.
const AT_ONCE: usize = 5;
/// A claim runs out after this time: longer than a batch can take, of which each message takes 15 seconds at most.
const CLAIM: TimeDelta = TimeDelta::seconds(120);
/// After this time an endpoint leaves its place to others.
const TURN: Duration = Duration::from_secs(30);

/// Sends until nothing is due, an attempt fails, or it is another's turn. While an endpoint fails it is tried with one message
/// at a time, so that a receiver that is down does not use up the plans of all that waits for it.
pub async fn tell(state: &AppState, sender: &Sender, endpoint: DueRow) {
    let begin = Instant::now();
    let (district, id) = (endpoint.district_id, endpoint.id);
    let mut endpoint = Some(endpoint);
    while let Some(due) = endpoint.take() {
        match batch(state, sender, &due).await {
            Ok(true) if begin.elapsed() < TURN && !state.stopping().is_cancelled() => {}
            Ok(_) => return,
            Err(error) => {
                tracing::error!(%error, %district, webhook = %id, "webhooks: a batch was not sent; it is tried again");
                return;
            }
        }
        endpoint = match store::due(state.db().owner(), Some(id), state.now()).await {
            Ok(due) => due.into_iter().next(),
            Err(error) => {
                tracing::error!(%error, %district, webhook = %id, "webhooks: it was not looked what is due");
                return;
            }
        };
    }
}

/// Sends a batch; answers whether all of it was accepted.
async fn batch(state: &AppState, sender: &Sender, endpoint: &DueRow) -> Result<bool> {
    let owner = state.db().owner();
    let now = state.now();
    let at_most = if endpoint.is_failing { 1 } else { BATCH };
    let claimed = store::claim(owner, endpoint, at_most, now, now + CLAIM).await?;
    let mut connection = owner.acquire().await?;
    let secrets = store::secrets(&mut connection, endpoint.district_id, endpoint.id, now).await?;
    drop(connection);
    let mut accepted = !claimed.is_empty();
    let mut chunks = claimed.chunks(AT_ONCE);
    while accepted && !state.stopping().is_cancelled() {
        let Some(chunk) = chunks.next() else { return Ok(true) };
        let outcomes = join_all(chunk.iter().map(|message| attempt(state, sender, endpoint, message, &secrets))).await;
        for outcome in outcomes {
            accepted &= outcome? == Outcome::Accepted;
        }
    }
    let rest: Vec<_> = chunks.flatten().map(|message| message.id).collect();
    store::release(owner, endpoint.district_id, &rest).await?;
    Ok(accepted)
}

/// Sends one message and keeps what came of it.
async fn attempt(
    state: &AppState,
    sender: &Sender,
    endpoint: &DueRow,
    message: &ClaimedRow,
    secrets: &[Secret],
) -> Result<Outcome> {
    let (district, at, begin) = (endpoint.district_id, state.now(), Instant::now());
    let answer = sender.send(&endpoint.url, message, secrets, at).await;
    let now = state.now();
    let new = NewAttempt {
        at,
        duration_ms: i32::try_from(begin.elapsed().as_millis()).unwrap_or(i32::MAX),
        status: answer.status.map(i32::from),
        failure: answer.failure,
        answer: answer.text,
    };
    let mut tx = state.db().owner().begin().await?;
    // The endpoint before its deliveries, as everybody else takes them.
    let Some(held) = store::held(&mut tx, district, endpoint.id).await? else { return Ok(answer.outcome) };
    let before = held.endpoint()?;
    let after = before.answered(answer.outcome, now);
    if after != before {
        store::set_state(&mut tx, district, endpoint.id, &after, now).await?;
    }
    let delivery = store::hold_delivery(&mut tx, district, message.id).await?;
    let delivery = delivery.answered(message.event_id, answer.outcome, now);
    store::set_delivery(&mut tx, district, message.id, &delivery).await?;
    store::add_attempt(&mut tx, district, (endpoint.id, message.id), &new).await?;
    tx.commit().await?;
    if after.word() != before.word() {
        tracing::warn!(%district, webhook = %endpoint.id, state = after.word(), "a webhook was disabled: nobody answers");
    }
    Ok(answer.outcome)
}
