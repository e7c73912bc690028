//! What came of an edition: by theme, host and strand, and all together.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// Sessions of a part of an edition. All three null: of the whole. A part is named by one of them; what belongs to none of
/// a kind has the nil id there.
#[derive(Debug, Clone, FromRow)]
pub struct Held {
    /// The theme.
    pub theme_id: Option<Uuid>,
    /// The strand.
    pub strand_id: Option<Uuid>,
    /// The host.
    pub host_id: Option<Uuid>,
    /// Activities.
    pub activities: i64,
    /// Hosts with a session that was held.
    pub hosts: i64,
    /// Sessions that have ended and were not cancelled.
    pub held: i64,
    /// Sessions still to come or going on.
    pub ahead: i64,
    /// Sessions that were cancelled.
    pub cancelled: i64,
}

/// Who took part in it, of the transaction's district.
#[derive(Debug, Clone, FromRow)]
pub struct Taken {
    /// The theme.
    pub theme_id: Option<Uuid>,
    /// The strand.
    pub strand_id: Option<Uuid>,
    /// The host.
    pub host_id: Option<Uuid>,
    /// Confirmed participations.
    pub person_times: i64,
    /// Different persons.
    pub persons: i64,
    /// Different schools.
    pub schools: i64,
}

/// Counts activities and sessions: network tables, of all districts.
pub async fn held(tx: &mut Tx, edition: Uuid, now: DateTime<Utc>) -> Result<Vec<Held>> {
    Ok(sqlx::query_as(
        "WITH part AS (
             SELECT coalesce(a.theme_id, $3) AS theme_id, coalesce(a.strand_id, $3) AS strand_id, a.host_id,
                    a.id AS activity_id, s.id AS session_id, s.status, s.ends_at
             FROM activity a LEFT JOIN session s ON s.activity_id = a.id WHERE a.edition_id = $1)
         SELECT theme_id, strand_id, host_id, count(DISTINCT activity_id) AS activities,
                count(DISTINCT host_id) FILTER (WHERE status <> 'cancelled' AND ends_at <= $2) AS hosts,
                count(session_id) FILTER (WHERE status <> 'cancelled' AND ends_at <= $2) AS held,
                count(session_id) FILTER (WHERE status <> 'cancelled' AND ends_at > $2) AS ahead,
                count(session_id) FILTER (WHERE status = 'cancelled') AS cancelled
         FROM part GROUP BY GROUPING SETS ((), (theme_id), (strand_id), (host_id))",
    )
    .bind(edition)
    .bind(now)
    .bind(Uuid::nil())
    .fetch_all(&mut **tx)
    .await?)
}

/// Counts who took part, of the transaction's district. A person and a school are of one district, so that what is counted
/// in each may be added up.
pub async fn taken(tx: &mut Tx, edition: Uuid) -> Result<Vec<Taken>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "WITH part AS (
             SELECT coalesce(a.theme_id, $3) AS theme_id, coalesce(a.strand_id, $3) AS strand_id, a.host_id, p.person_id,
                    p.school_id
             FROM activity a JOIN session s ON s.activity_id = a.id
             JOIN participation p ON p.district_id = $2 AND p.session_id = s.id AND p.state = 'confirmed'
             WHERE a.edition_id = $1)
         SELECT theme_id, strand_id, host_id, count(*) AS person_times, count(DISTINCT person_id) AS persons,
                count(DISTINCT school_id) AS schools
         FROM part GROUP BY GROUPING SETS ((), (theme_id), (strand_id), (host_id))",
    )
    .bind(edition)
    .bind(district.0)
    .bind(Uuid::nil())
    .fetch_all(&mut **tx)
    .await?)
}
