//! Endpoints and what they are told.

use chrono::{DateTime, Utc};
use kepu_domain::webhook::{Endpoint, Kind, endpoint::Why};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    ids,
    tenancy::Tx,
    webhooks::words::{WebhookFailure, WebhookState},
};

/// An endpoint with what its list tells.
#[derive(Debug, Clone, FromRow)]
pub struct EndpointRow {
    /// Identity.
    pub id: Uuid,
    /// Where it is told.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What it is told.
    pub kinds: Vec<String>,
    /// How it stands.
    pub state: WebhookState,
    /// Since when.
    pub state_at: DateTime<Utc>,
    /// Why it was disabled.
    pub disabled_why: Option<String>,
    /// Since when nothing got through.
    pub failing_since: Option<DateTime<Utc>>,
    /// It asked not to be told before.
    pub quiet_until: Option<DateTime<Utc>>,
    /// Deliveries that wait.
    pub waiting: i64,
    /// Deliveries given up.
    pub failed: i64,
    /// When the last attempt was made.
    pub attempted_at: Option<DateTime<Utc>>,
    /// What it was answered.
    pub last_status: Option<i32>,
    /// Why it was not answered.
    pub last_failure: Option<WebhookFailure>,
    /// Until when an old secret signs.
    pub old_secret_until: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i64,
}

/// An endpoint that is held, to be changed.
#[derive(Debug, FromRow)]
pub struct HeldRow {
    /// Where it is told.
    pub url: String,
    state: String,
    state_at: DateTime<Utc>,
    disabled_why: Option<String>,
    failing_since: Option<DateTime<Utc>>,
    quiet_until: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i64,
}

impl HeldRow {
    /// How it stands.
    pub fn endpoint(&self) -> Result<Endpoint> {
        let at = self.state_at;
        Ok(match (self.state.as_str(), self.disabled_why.as_deref().and_then(Why::parse)) {
            ("active", _) => Endpoint::Active { failing_since: self.failing_since, quiet_until: self.quiet_until },
            ("paused", _) => Endpoint::Paused { at },
            ("disabled", Some(why)) => Endpoint::Disabled { at, why },
            ("deleted", _) => Endpoint::Deleted { at },
            (other, _) => return Err(ApiError::internal(anyhow::anyhow!("a webhook has the state {other}"))),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.url, e.description, e.state, e.state_at, e.disabled_why, e.failing_since, e.quiet_until,
                    e.created_at, e.version,
                    ARRAY(SELECT t.kind FROM webhook_topic t WHERE t.district_id = $1 AND t.endpoint_id = e.id) AS kinds,
                    (SELECT count(*) FROM webhook_delivery d
                     WHERE d.district_id = $1 AND d.endpoint_id = e.id AND d.state = 'waiting') AS waiting,
                    (SELECT count(*) FROM webhook_delivery d
                     WHERE d.district_id = $1 AND d.endpoint_id = e.id AND d.state = 'failed') AS failed,
                    e.attempted_at, e.last_status, e.last_failure,
                    (SELECT max(s.signs_until) FROM webhook_secret s
                     WHERE s.district_id = $1 AND s.endpoint_id = e.id AND s.signs_until > $2) AS old_secret_until
             FROM webhook_endpoint e
             WHERE e.district_id = $1 AND e.state <> 'deleted' ",
            $rest
        )
    };
}

/// Those that are there, the latest first.
pub async fn list(tx: &mut Tx, now: DateTime<Utc>) -> Result<Vec<EndpointRow>> {
    let district = tx.district();
    let rows = sqlx::query_as(select!("ORDER BY e.id DESC")).bind(district.0).bind(now).fetch_all(&mut **tx).await?;
    Ok(rows)
}

/// One of them.
pub async fn load(tx: &mut Tx, id: Uuid, now: DateTime<Utc>) -> Result<EndpointRow> {
    let district = tx.district();
    sqlx::query_as(select!("AND e.id = $3"))
        .bind(district.0)
        .bind(now)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("webhook"))
}

/// How many there are.
pub async fn count(tx: &mut Tx) -> Result<i64> {
    let district = tx.district();
    let sql = "SELECT count(*) FROM webhook_endpoint WHERE district_id = $1 AND state <> 'deleted'";
    Ok(sqlx::query_scalar(sql).bind(district.0).fetch_one(&mut **tx).await?)
}

/// Refuses an endpoint that never was; one that was deleted is known still.
pub async fn exists(tx: &mut Tx, id: Uuid) -> Result<()> {
    let district = tx.district();
    let sql = "SELECT 1 FROM webhook_endpoint WHERE district_id = $1 AND id = $2";
    let found: Option<i32> = sqlx::query_scalar(sql).bind(district.0).bind(id).fetch_optional(&mut **tx).await?;
    found.map(|_| ()).ok_or_else(|| ApiError::not_found("webhook"))
}

/// Holds one that is there, until the end of the transaction.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<HeldRow> {
    let held = hold_any(tx, id).await?;
    if held.state == "deleted" { Err(ApiError::not_found("webhook")) } else { Ok(held) }
}

/// Holds one, even if it was deleted.
pub async fn hold_any(tx: &mut Tx, id: Uuid) -> Result<HeldRow> {
    let district = tx.district();
    held(tx, district.0, id).await?.ok_or_else(|| ApiError::not_found("webhook"))
}

/// The same for the worker.
pub async fn held(connection: &mut PgConnection, district: Uuid, id: Uuid) -> Result<Option<HeldRow>> {
    Ok(sqlx::query_as(
        "SELECT url, state, state_at, disabled_why, failing_since, quiet_until, version FROM webhook_endpoint
         WHERE district_id = $1 AND id = $2 FOR UPDATE",
    )
    .bind(district)
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// Adds one.
pub async fn insert(tx: &mut Tx, id: Uuid, url: &str, description: &str, by: Uuid, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO webhook_endpoint (district_id, id, url, description, state, state_at, seen_to, created_by,
                                       created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $5, $5)",
    )
    .bind(district.0)
    .bind(id)
    .bind(url)
    .bind(description)
    .bind(at)
    .bind(ids::new())
    .bind(by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Changes what officials may change.
pub async fn set(tx: &mut Tx, id: Uuid, url: &str, description: &str, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE webhook_endpoint SET url = $3, description = $4, updated_at = $5, version = version + 1
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(url)
    .bind(description)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps how it stands. A new state is a new version; that an attempt failed is none.
pub async fn set_state(
    connection: &mut PgConnection,
    district: Uuid,
    id: Uuid,
    to: &Endpoint,
    now: DateTime<Utc>,
) -> Result<()> {
    let (why, failing_since, quiet_until) = match to {
        Endpoint::Active { failing_since, quiet_until } => (None, *failing_since, *quiet_until),
        Endpoint::Disabled { why, .. } => (Some(why.word()), None, None),
        Endpoint::Paused { .. } | Endpoint::Deleted { .. } => (None, None, None),
    };
    sqlx::query(
        "UPDATE webhook_endpoint
         SET state_at = CASE WHEN state = $3 THEN state_at ELSE $4 END,
             updated_at = CASE WHEN state = $3 THEN updated_at ELSE $4 END,
             version = version + CASE WHEN state = $3 THEN 0 ELSE 1 END,
             state = $3, disabled_why = $5, failing_since = $6, quiet_until = $7
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district)
    .bind(id)
    .bind(to.word())
    .bind(now)
    .bind(why)
    .bind(failing_since)
    .bind(quiet_until)
    .execute(connection)
    .await?;
    Ok(())
}

/// Has it told these kinds too, from now on.
pub async fn add_topics(tx: &mut Tx, id: Uuid, kinds: &[Kind]) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO webhook_topic (district_id, endpoint_id, kind, since)
         SELECT $1, $2, k.kind, $4 FROM unnest($3::text[]) AS k (kind) ON CONFLICT DO NOTHING",
    )
    .bind(district.0)
    .bind(id)
    .bind(words(kinds))
    .bind(ids::new())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Has it told no others.
pub async fn drop_topics_but(tx: &mut Tx, id: Uuid, kinds: &[Kind]) -> Result<()> {
    let district = tx.district();
    sqlx::query("DELETE FROM webhook_topic WHERE district_id = $1 AND endpoint_id = $2 AND kind <> ALL($3)")
        .bind(district.0)
        .bind(id)
        .bind(words(kinds))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn words(kinds: &[Kind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.word()).collect()
}
