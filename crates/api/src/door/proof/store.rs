//! SQL of the proof. Every statement names the district.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::door::store::{ScanRow, scans_where};
use crate::error::Result;
use crate::tenancy::Tx;

/// All scans of persons who were made out in these sessions.
pub async fn scans_of_sessions(tx: &mut Tx, sessions: &[Uuid]) -> Result<Vec<ScanRow>> {
    let district = tx.district();
    let sql = scans_where("s.session_id = ANY($2) AND s.person_id IS NOT NULL AND s.defect IS NULL");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(sessions).fetch_all(&mut **tx).await?)
}

/// Sessions at whose doors there are scans, in order of id, after this one.
pub async fn sessions_scanned(tx: &mut Tx, after: Option<Uuid>, most: i64) -> Result<Vec<Uuid>> {
    let district = tx.district();
    // From one to the next: each is found in the index, however many scans it has.
    Ok(sqlx::query_scalar(
        "WITH RECURSIVE found (id) AS (
             (SELECT session_id FROM scan WHERE district_id = $1 AND ($2::uuid IS NULL OR session_id > $2)
              ORDER BY session_id LIMIT 1)
             UNION ALL
             SELECT (SELECT session_id FROM scan WHERE district_id = $1 AND session_id > found.id
                     ORDER BY session_id LIMIT 1)
             FROM found WHERE found.id IS NOT NULL
         )
         SELECT id FROM found WHERE id IS NOT NULL LIMIT $3",
    )
    .bind(district.0)
    .bind(after)
    .bind(most)
    .fetch_all(&mut **tx)
    .await?)
}

/// How the participations of sessions came to stand as they do.
#[derive(Debug, FromRow)]
pub struct StandingRow {
    pub session_id: Uuid,
    pub person_id: Uuid,
    /// When somebody last put the person on the list, or took it off.
    pub listed_at: Option<DateTime<Utc>>,
    /// The state before the last step.
    pub came_from: Option<String>,
}

/// How everybody came to stand in these sessions as they do.
pub async fn standing(tx: &mut Tx, sessions: &[Uuid]) -> Result<Vec<StandingRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.session_id, p.person_id, e.listed_at, e.came_from
         FROM participation p
         LEFT JOIN LATERAL (
             SELECT max(at) FILTER (WHERE from_state IS NULL OR from_state IN ('waitlisted', 'withdrawn')
                                       OR to_state IN ('waitlisted', 'withdrawn')) AS listed_at,
                    (array_agg(from_state ORDER BY id DESC))[1] AS came_from
             FROM participation_event WHERE district_id = $1 AND participation_id = p.id) e ON true
         WHERE p.district_id = $1 AND p.session_id = ANY($2)",
    )
    .bind(district.0)
    .bind(sessions)
    .fetch_all(&mut **tx)
    .await?)
}
