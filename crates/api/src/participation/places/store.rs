//! SQL of places. What a session gives out is one thing for the guests of all districts: counts and the order of the
//! waitlist come from functions that tell no more than that; rows are those of the transaction's district.

use chrono::{DateTime, Utc};
use kepu_domain::places::Terms;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::{ApiError, Result};
use crate::participation::store::{ROW, Row};
use crate::tenancy::Tx;

/// Holds the places of a session until the end of the transaction. Taken before any row of the session's participations.
pub async fn lock(tx: &mut Tx, session: Uuid) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("places {session}"))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

#[derive(Debug, FromRow)]
struct TermsRow {
    capacity: Option<i32>,
    opens_at: Option<DateTime<Utc>>,
    to_all_at: Option<DateTime<Utc>>,
    starts_at: DateTime<Utc>,
    schools: Option<Vec<Uuid>>,
    places: Option<Vec<i32>>,
}

/// The rule of a session that gives out places; nothing for a cancelled one, or one whose host has closed.
pub async fn terms(tx: &mut Tx, session: Uuid) -> Result<Option<Terms>> {
    let row: Option<TermsRow> = sqlx::query_as(
        "SELECT s.capacity, s.opens_at, s.to_all_at, s.starts_at, q.schools, q.places
         FROM session s
         JOIN organization o ON o.id = s.host_id AND o.status = 'active'
         CROSS JOIN LATERAL (SELECT array_agg(school_id ORDER BY school_id) AS schools,
                                    array_agg(places ORDER BY school_id) AS places
                             FROM session_quota WHERE session_id = s.id) q
         WHERE s.id = $1 AND s.status <> 'cancelled'",
    )
    .bind(session)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| {
        let places = row.places.unwrap_or_default().into_iter().map(|places| count(i64::from(places)));
        Ok(Terms {
            capacity: row.capacity.map(|all| count(i64::from(all))).transpose()?,
            opens_at: row.opens_at,
            to_all_at: row.to_all_at,
            starts_at: row.starts_at,
            quotas: row
                .schools
                .unwrap_or_default()
                .into_iter()
                .zip(places)
                .map(|(school, places)| Ok((school, places?)))
                .collect::<Result<_>>()?,
        })
    })
    .transpose()
}

/// How many persons of a school and district have a place in a session, and how many wait.
#[derive(Debug, FromRow)]
pub struct Counted {
    pub school_id: Option<Uuid>,
    pub taken: i64,
    pub waiting: i64,
}

/// All of them.
pub async fn counted(tx: &mut Tx, session: Uuid) -> Result<Vec<Counted>> {
    Ok(sqlx::query_as("SELECT school_id, taken, waiting FROM session_places($1)")
        .bind(session)
        .fetch_all(&mut **tx)
        .await?)
}

/// One who waits, of whatever district.
#[derive(Debug, FromRow)]
pub struct Waiting {
    pub district_id: Uuid,
    pub participation_id: Uuid,
    pub school_id: Option<Uuid>,
}

/// The waitlist of a session, in the order of arrival.
pub async fn waitlist(tx: &mut Tx, session: Uuid) -> Result<Vec<Waiting>> {
    Ok(sqlx::query_as("SELECT district_id, participation_id, school_id FROM session_waitlist($1)")
        .bind(session)
        .fetch_all(&mut **tx)
        .await?)
}

/// Those of these participations that still wait, locked.
pub async fn lock_waiting(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Row>> {
    let district = tx.district();
    let sql = format!(
        "{ROW} WHERE p.district_id = $1 AND p.id = ANY($2) AND p.state = 'waitlisted' ORDER BY p.id FOR UPDATE OF p"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(ids).fetch_all(&mut **tx).await?)
}

/// Gives participations that asked again their turn of now.
pub async fn set_turns(tx: &mut Tx, turns: &[(Uuid, Uuid)]) -> Result<()> {
    if turns.is_empty() {
        return Ok(());
    }
    let district = tx.district();
    sqlx::query(
        "UPDATE participation p SET turn = n.turn FROM unnest($2::uuid[], $3::uuid[]) AS n (id, turn)
         WHERE p.district_id = $1 AND p.id = n.id",
    )
    .bind(district.0)
    .bind(turns.iter().map(|turn| turn.0).collect::<Vec<_>>())
    .bind(turns.iter().map(|turn| turn.1).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sessions to come, at hosts that are open, in which somebody of the transaction's district waits; of these sessions, where
/// some are given.
pub async fn waited_for(tx: &mut Tx, now: DateTime<Utc>, only: Option<&[Uuid]>) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT s.id FROM session s JOIN organization o ON o.id = s.host_id AND o.status = 'active'
         WHERE s.starts_at > $2 AND s.status <> 'cancelled' AND ($3::uuid[] IS NULL OR s.id = ANY($3))
           AND s.id IN (SELECT session_id FROM participation WHERE district_id = $1 AND state = 'waitlisted')
         ORDER BY s.starts_at, s.id",
    )
    .bind(district.0)
    .bind(now)
    .bind(only)
    .fetch_all(&mut **tx)
    .await?)
}

/// Sessions whose quotas ended after one moment and up to another.
pub async fn turned(tx: &mut Tx, after: DateTime<Utc>, now: DateTime<Utc>) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar("SELECT id FROM session WHERE to_all_at > $1 AND to_all_at <= $2")
        .bind(after)
        .bind(now)
        .fetch_all(&mut **tx)
        .await?)
}

/// When quotas end next.
pub async fn next_turn(tx: &mut Tx, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar("SELECT min(to_all_at) FROM session WHERE to_all_at > $1")
        .bind(now)
        .fetch_one(&mut **tx)
        .await?)
}

/// Every district.
pub async fn districts(tx: &mut Tx) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar("SELECT id FROM district ORDER BY id").fetch_all(&mut **tx).await?)
}

/// A count as the domain has it.
pub fn count(rows: i64) -> Result<u32> {
    u32::try_from(rows).map_err(ApiError::internal)
}
