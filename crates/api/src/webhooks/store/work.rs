//! What the worker does, over all districts, as the owner.

use chrono::{DateTime, TimeDelta, Utc};
use kepu_domain::webhook::Kind;
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::{error::Result, ids, webhooks::words::WebhookFailure};

/// An endpoint with one of its kinds.
#[derive(Debug, Clone, FromRow)]
pub struct TopicRow {
    /// Its district.
    pub district_id: Uuid,
    /// The endpoint.
    pub endpoint_id: Uuid,
    kind: String,
    /// It is told of ids from this one on.
    pub since: Uuid,
    /// All of earlier ids, but of the last day, was looked through.
    pub seen_to: Uuid,
}

impl TopicRow {
    /// What it is told.
    pub fn kind(&self) -> Option<Kind> {
        Kind::parse(&self.kind)
    }
}

/// What endpoints are told, by endpoint. Those that are halted too: what happens waits for them.
pub async fn topics(owner: &PgPool) -> Result<Vec<TopicRow>> {
    Ok(sqlx::query_as(
        "SELECT t.district_id, t.endpoint_id, t.kind, t.since, e.seen_to
         FROM webhook_topic t JOIN webhook_endpoint e ON e.district_id = t.district_id AND e.id = t.endpoint_id
         WHERE e.state <> 'deleted' ORDER BY t.district_id, t.endpoint_id, t.kind",
    )
    .fetch_all(owner)
    .await?)
}

/// Keeps an endpoint from being deleted until the end of the transaction; false if it was.
pub async fn keep_endpoint(connection: &mut PgConnection, district: Uuid, endpoint: Uuid) -> Result<bool> {
    let found: Option<i32> = sqlx::query_scalar(
        "SELECT 1 FROM webhook_endpoint WHERE district_id = $1 AND id = $2 AND state <> 'deleted' FOR SHARE",
    )
    .bind(district)
    .bind(endpoint)
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// Remembers up to where an endpoint's events were looked through.
pub async fn set_seen(owner: &PgPool, district: Uuid, endpoint: Uuid, to: Uuid) -> Result<()> {
    sqlx::query("UPDATE webhook_endpoint SET seen_to = greatest(seen_to, $3) WHERE district_id = $1 AND id = $2")
        .bind(district)
        .bind(endpoint)
        .bind(to)
        .execute(owner)
        .await?;
    Ok(())
}

/// An endpoint for which something is due.
#[derive(Debug, Clone, FromRow)]
pub struct DueRow {
    /// Its district.
    pub district_id: Uuid,
    /// The endpoint.
    pub id: Uuid,
    /// Where it is told.
    pub url: String,
    /// Whether the last attempt failed.
    pub is_failing: bool,
}

/// Active endpoints for which something is due; or this one, if something is due for it still.
pub async fn due(owner: &PgPool, only: Option<Uuid>, now: DateTime<Utc>) -> Result<Vec<DueRow>> {
    Ok(sqlx::query_as(
        "SELECT e.district_id, e.id, e.url, e.failing_since IS NOT NULL AS is_failing FROM webhook_endpoint e
         WHERE e.state = 'active' AND (e.quiet_until IS NULL OR e.quiet_until <= $1) AND ($2::uuid IS NULL OR e.id = $2)
           AND EXISTS (SELECT FROM webhook_delivery d
                       WHERE d.district_id = e.district_id AND d.endpoint_id = e.id AND d.state = 'waiting'
                         AND d.due_at <= $1 AND (d.claimed_until IS NULL OR d.claimed_until <= $1))",
    )
    .bind(now)
    .bind(only)
    .fetch_all(owner)
    .await?)
}

/// A delivery to be sent now, by whoever claimed it.
#[derive(Debug, Clone, FromRow)]
pub struct ClaimedRow {
    /// The delivery.
    pub id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// What is sent.
    pub body: String,
}

/// Takes what is due, so that no other worker sends it until a moment.
pub async fn claim(
    owner: &PgPool,
    endpoint: &DueRow,
    at_most: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<ClaimedRow>> {
    Ok(sqlx::query_as(
        "UPDATE webhook_delivery d SET claimed_until = $5
         FROM (SELECT w.id FROM webhook_delivery w
               WHERE w.district_id = $1 AND w.endpoint_id = $2 AND w.state = 'waiting' AND w.due_at <= $3
                 AND (w.claimed_until IS NULL OR w.claimed_until <= $3)
               ORDER BY w.due_at, w.id LIMIT $4 FOR UPDATE SKIP LOCKED) c
         WHERE d.district_id = $1 AND d.id = c.id RETURNING d.id, d.event_id, d.body",
    )
    .bind(endpoint.district_id)
    .bind(endpoint.id)
    .bind(now)
    .bind(at_most)
    .bind(until)
    .fetch_all(owner)
    .await?)
}

/// Gives back what was claimed and is not sent after all.
pub async fn release(owner: &PgPool, district: Uuid, deliveries: &[Uuid]) -> Result<()> {
    sqlx::query(
        "UPDATE webhook_delivery SET claimed_until = NULL WHERE district_id = $1 AND id = ANY($2) AND state = 'waiting'",
    )
    .bind(district)
    .bind(deliveries)
    .execute(owner)
    .await?;
    Ok(())
}

/// An attempt to keep.
#[derive(Debug, Clone)]
pub struct NewAttempt {
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub duration_ms: i32,
    /// The status of the answer.
    pub status: Option<i32>,
    /// Why there was none.
    pub failure: Option<WebhookFailure>,
    /// Its first bytes, or what went wrong.
    pub answer: String,
}

/// Keeps an attempt, and as the last one of its endpoint.
pub async fn add_attempt(
    connection: &mut PgConnection,
    district: Uuid,
    (endpoint, delivery): (Uuid, Uuid),
    attempt: &NewAttempt,
) -> Result<()> {
    sqlx::query(
        "UPDATE webhook_endpoint SET attempted_at = $3, last_status = $4, last_failure = $5
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district)
    .bind(endpoint)
    .bind(attempt.at)
    .bind(attempt.status)
    .bind(attempt.failure)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO webhook_attempt (district_id, id, delivery_id, at, duration_ms, status, failure, answer)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(district)
    .bind(ids::new())
    .bind(delivery)
    .bind(attempt.at)
    .bind(attempt.duration_ms)
    .bind(attempt.status)
    .bind(attempt.failure)
    .bind(&attempt.answer)
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes deliveries that ended longer ago than this, with their attempts. What waits stays, however old it is.
pub async fn purge(owner: &PgPool, now: DateTime<Utc>, keep: TimeDelta) -> Result<()> {
    let mut tx = owner.begin().await?;
    sqlx::query(
        "DELETE FROM webhook_attempt a USING webhook_delivery d
         WHERE d.district_id = a.district_id AND d.id = a.delivery_id AND d.ended_at < $1",
    )
    .bind(now - keep)
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM webhook_delivery d WHERE d.ended_at < $1
                 AND NOT EXISTS (SELECT FROM webhook_attempt a WHERE a.district_id = d.district_id AND a.delivery_id = d.id)")
        .bind(now - keep)
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM webhook_secret WHERE signs_until < $1").bind(now).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}
