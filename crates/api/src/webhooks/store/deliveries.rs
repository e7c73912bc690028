//! Deliveries and attempts.

use chrono::{DateTime, Utc};
use kepu_domain::webhook::{Delivery, Event};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    ids,
    tenancy::Tx,
    webhooks::words::{WebhookDeliveryState, WebhookFailure},
};

/// A delivery with its last attempt.
#[derive(Debug, Clone, FromRow)]
pub struct DeliveryRow {
    /// Identity.
    pub id: Uuid,
    /// The endpoint.
    pub endpoint_id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// What is told.
    pub kind: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What is sent.
    pub body: String,
    /// How it stands.
    pub state: WebhookDeliveryState,
    /// Attempts of the plan.
    pub made: i32,
    /// When the next one is due.
    pub due_at: Option<DateTime<Utc>>,
    /// Since when it is over.
    pub ended_at: Option<DateTime<Utc>>,
    /// What the last attempt was answered.
    pub last_status: Option<i32>,
    /// Why it was not answered.
    pub last_failure: Option<WebhookFailure>,
}

/// An attempt.
#[derive(Debug, Clone, FromRow)]
pub struct AttemptRow {
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub duration_ms: i32,
    /// The status of the answer.
    pub status: Option<i32>,
    /// Why there was none.
    pub failure: Option<WebhookFailure>,
    /// Its first bytes.
    pub answer: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.endpoint_id, d.event_id, d.kind, d.occurred_at, d.body, d.state, d.made, d.due_at, d.ended_at,
                    l.status AS last_status, l.failure AS last_failure
             FROM webhook_delivery d
             LEFT JOIN LATERAL (SELECT a.status, a.failure FROM webhook_attempt a
                                WHERE a.district_id = $1 AND a.delivery_id = d.id ORDER BY a.id DESC LIMIT 1) l ON true
             WHERE d.district_id = $1 ",
            $rest
        )
    };
}

/// Of an endpoint, the latest first.
pub async fn deliveries(
    tx: &mut Tx,
    endpoint: Uuid,
    state: Option<&str>,
    before: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<DeliveryRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(select!(
        "AND d.endpoint_id = $2 AND ($3::text IS NULL OR d.state = $3) AND ($4::uuid IS NULL OR d.id < $4)
         ORDER BY d.id DESC LIMIT $5"
    ))
    .bind(district.0)
    .bind(endpoint)
    .bind(state)
    .bind(before)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// One.
pub async fn delivery(tx: &mut Tx, id: Uuid) -> Result<DeliveryRow> {
    let district = tx.district();
    sqlx::query_as(select!("AND d.id = $2"))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("webhook delivery"))
}

/// The ping that was just added.
pub async fn newest_ping(tx: &mut Tx, endpoint: Uuid) -> Result<DeliveryRow> {
    let district = tx.district();
    Ok(sqlx::query_as(select!("AND d.endpoint_id = $2 AND d.kind = 'ping' ORDER BY d.id DESC LIMIT 1"))
        .bind(district.0)
        .bind(endpoint)
        .fetch_one(&mut **tx)
        .await?)
}

/// The attempts of one, the first one first.
pub async fn attempts(tx: &mut Tx, delivery: Uuid) -> Result<Vec<AttemptRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT at, duration_ms, status, failure, answer FROM webhook_attempt
         WHERE district_id = $1 AND delivery_id = $2 ORDER BY id LIMIT 500",
    )
    .bind(district.0)
    .bind(delivery)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds a delivery of each event that the endpoint has none of; answers how many.
pub async fn add_deliveries(
    connection: &mut PgConnection,
    district: Uuid,
    endpoint: Uuid,
    events: &[Event],
    now: DateTime<Utc>,
) -> Result<u64> {
    let (mut new, mut of, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ats, mut bodies) = (Vec::new(), Vec::new());
    for event in events {
        new.push(ids::new());
        of.push(event.id);
        kinds.push(event.kind.word());
        ats.push(event.at);
        bodies.push(event.payload()?);
    }
    let first = Delivery::new(now);
    let done = sqlx::query(
        "INSERT INTO webhook_delivery (district_id, id, endpoint_id, event_id, kind, occurred_at, body, state, made,
                                       due_at, created_at)
         SELECT $1, e.id, $2, e.event, e.kind, e.at, e.body, $3, 0, $4, $4
         FROM unnest($5::uuid[], $6::uuid[], $7::text[], $8::timestamptz[], $9::text[]) AS e (id, event, kind, at, body)
         ON CONFLICT (district_id, endpoint_id, event_id) DO NOTHING",
    )
    .bind(district)
    .bind(endpoint)
    .bind(first.word())
    .bind(now)
    .bind(new)
    .bind(of)
    .bind(kinds)
    .bind(ats)
    .bind(bodies)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

#[derive(FromRow)]
struct Standing {
    state: WebhookDeliveryState,
    made: i32,
    due_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

/// Holds a delivery; answers how it stands.
pub async fn hold_delivery(connection: &mut PgConnection, district: Uuid, id: Uuid) -> Result<Delivery> {
    let row: Standing = sqlx::query_as(
        "SELECT state, made, due_at, ended_at FROM webhook_delivery WHERE district_id = $1 AND id = $2 FOR UPDATE",
    )
    .bind(district)
    .bind(id)
    .fetch_optional(connection)
    .await?
    .ok_or_else(|| ApiError::not_found("webhook delivery"))?;
    let (due, at) = (row.due_at.unwrap_or_default(), row.ended_at.unwrap_or_default());
    Ok(match row.state {
        WebhookDeliveryState::Waiting => Delivery::Waiting { made: u32::try_from(row.made).unwrap_or(0), due },
        WebhookDeliveryState::Delivered => Delivery::Delivered { at },
        WebhookDeliveryState::Failed => Delivery::Failed { at },
        WebhookDeliveryState::Cancelled => Delivery::Cancelled { at },
    })
}

/// Keeps how it stands; whoever was sending it has ended.
pub async fn set_delivery(connection: &mut PgConnection, district: Uuid, id: Uuid, to: &Delivery) -> Result<()> {
    let (made, due, ended) = match to {
        Delivery::Waiting { made, due } => (Some(i32::try_from(*made).unwrap_or(i32::MAX)), Some(*due), None),
        Delivery::Delivered { at } | Delivery::Failed { at } | Delivery::Cancelled { at } => (None, None, Some(*at)),
    };
    sqlx::query(
        "UPDATE webhook_delivery SET state = $3, made = coalesce($4, made + CASE WHEN state = 'waiting' THEN 1 ELSE 0 END),
                due_at = $5, ended_at = $6, claimed_until = NULL
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district)
    .bind(id)
    .bind(to.word())
    .bind(made)
    .bind(due)
    .bind(ended)
    .execute(connection)
    .await?;
    Ok(())
}

/// Sends again what was given up since a moment, and now what waits, as [`Delivery::resend`] does for one. What is being sent
/// stays claimed; what is due last comes first, so that whoever asks again hurries others.
pub async fn resend_many(
    tx: &mut Tx,
    endpoint: Uuid,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    at_most: i64,
) -> Result<u64> {
    let district = tx.district();
    let done = sqlx::query(
        "UPDATE webhook_delivery SET state = 'waiting', made = 0, due_at = least(due_at, $4), ended_at = NULL
         WHERE district_id = $1 AND id IN (
             SELECT id FROM webhook_delivery
             WHERE district_id = $1 AND endpoint_id = $2 AND (state = 'waiting' OR state = 'failed' AND ended_at >= $3)
             ORDER BY state = 'waiting', ended_at, due_at DESC LIMIT $5 FOR UPDATE)",
    )
    .bind(district.0)
    .bind(endpoint)
    .bind(since)
    .bind(now)
    .bind(at_most)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Makes due what waits for an endpoint, as [`Delivery::hurry`] does for each: in the order in which it was due, then in that
/// in which it was told of.
pub async fn hurry_waiting(tx: &mut Tx, endpoint: Uuid, now: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE webhook_delivery SET due_at = $3
         WHERE district_id = $1 AND endpoint_id = $2 AND state = 'waiting' AND due_at > $3",
    )
    .bind(district.0)
    .bind(endpoint)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Cancels what waits for an endpoint, as [`Delivery::cancel`] does for one.
pub async fn cancel_waiting(tx: &mut Tx, endpoint: Uuid, now: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE webhook_delivery SET state = 'cancelled', due_at = NULL, ended_at = $3, claimed_until = NULL
         WHERE district_id = $1 AND endpoint_id = $2 AND state = 'waiting'",
    )
    .bind(district.0)
    .bind(endpoint)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
