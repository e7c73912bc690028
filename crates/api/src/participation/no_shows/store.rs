//! SQL of absences. Every statement names the district.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::districts::NoShowPolicy;
use crate::error::Result;
use crate::tenancy::Tx;

/// What the district of the transaction does about absences.
pub async fn policy(tx: &mut Tx) -> Result<Option<NoShowPolicy>> {
    let district = tx.district();
    let found: Option<Option<Json<NoShowPolicy>>> = sqlx::query_scalar("SELECT no_shows FROM district WHERE id = $1")
        .bind(district.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found.flatten().map(|policy| policy.0))
}

/// The days on which these persons were absent from sessions that took place and for which they were registered, the last
/// first. A walk-in whom the host refused, or one whom a school entered by mistake, was not expected.
pub async fn absences(tx: &mut Tx, persons: &[Uuid]) -> Result<Vec<(Uuid, NaiveDate)>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.person_id, (s.starts_at AT TIME ZONE d.time_zone)::date AS day
         FROM participation p JOIN session s ON s.id = p.session_id JOIN district d ON d.id = $1
         WHERE p.district_id = $1 AND p.state = 'absent' AND p.source = 'registration'
           AND p.person_id = ANY($2) AND s.status <> 'cancelled'
         ORDER BY s.starts_at DESC, p.id DESC",
    )
    .bind(district.0)
    .bind(persons)
    .fetch_all(&mut **tx)
    .await?)
}

/// The same of everybody, from a moment on.
pub async fn absences_since(tx: &mut Tx, since: DateTime<Utc>) -> Result<Vec<(Uuid, NaiveDate)>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.person_id, (s.starts_at AT TIME ZONE d.time_zone)::date AS day
         FROM participation p JOIN session s ON s.id = p.session_id JOIN district d ON d.id = $1
         WHERE p.district_id = $1 AND p.state = 'absent' AND p.source = 'registration'
           AND s.starts_at >= $2 AND s.status <> 'cancelled'",
    )
    .bind(district.0)
    .bind(since)
    .fetch_all(&mut **tx)
    .await?)
}
