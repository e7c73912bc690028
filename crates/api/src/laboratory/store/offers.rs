//! SQL of what is on offer to one person, and what that person has planned.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::credits::store::PersonRow;
use crate::error::Result;
use crate::tenancy::Tx;

/// A session to come that takes guests.
#[derive(Debug, Clone, FromRow)]
pub struct OfferRow {
    pub id: Uuid,
    pub activity_id: Uuid,
    pub title_zh: String,
    pub title_en: String,
    pub kind: String,
    pub tags: Vec<String>,
    pub voluntary: bool,
    pub school_day: bool,
    pub minutes: i32,
    pub host_id: Uuid,
    pub host_name_zh: String,
    pub host_name_en: String,
    pub host_level: Option<String>,
    pub place: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: Option<i32>,
    /// How many have a place, of all districts.
    pub taken: i64,
    /// How many of the person's class are there.
    pub of_class: i64,
    /// Whether places are kept for schools, so that more has to be asked.
    pub has_quotas: bool,
}

/// Sessions of the district that begin between two moments, take guests and fit the person's grade, where the person is
/// not yet; the soonest first.
pub async fn offers(
    tx: &mut Tx,
    person: &PersonRow,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<OfferRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "WITH found AS (
             SELECT s.id, s.activity_id, a.title_zh, a.title_en, a.kind, a.tags, a.voluntary, a.school_day, a.minutes,
                    s.host_id, o.name_zh AS host_name_zh, o.name_en AS host_name_en, coalesce(o.level, a.level) AS host_level,
                    s.place, s.starts_at, s.ends_at, s.capacity,
                    EXISTS (SELECT FROM session_quota q WHERE q.session_id = s.id) AS has_quotas
             FROM session s
             JOIN activity a ON a.id = s.activity_id
             JOIN organization o ON o.id = s.host_id
             WHERE s.district_id = $1 AND s.starts_at > $3 AND s.starts_at <= $4 AND s.status = 'open'
               AND (s.opens_at IS NULL OR s.opens_at <= $3) AND a.status = 'open' AND o.status = 'active'
               AND ($5::int IS NULL OR a.grades IS NULL OR a.grades @> $5)
               AND NOT EXISTS (SELECT FROM participation p WHERE p.district_id = $1 AND p.session_id = s.id
                               AND p.person_id = $2 AND p.state <> 'withdrawn')
             ORDER BY s.starts_at, s.id LIMIT $7)
         SELECT f.*, coalesce(t.taken, 0) AS taken, coalesce(c.of_class, 0) AS of_class
         FROM found f
         LEFT JOIN sessions_taken(ARRAY(SELECT id FROM found)) t ON t.session_id = f.id
         LEFT JOIN LATERAL (
             SELECT count(*) AS of_class FROM participation p
             WHERE p.district_id = $1 AND p.session_id = f.id AND p.class_id = $6
               AND p.state IN ('registered', 'attended', 'recorded', 'confirmed')) c ON true
         ORDER BY f.starts_at, f.id",
    )
    .bind(district.0)
    .bind(person.id)
    .bind(from)
    .bind(to)
    .bind(person.grade)
    .bind(person.class_id)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}

/// What a person has planned: to come, or there and not confirmed yet.
#[derive(Debug, Clone, FromRow)]
pub struct PlannedRow {
    pub participation_id: Uuid,
    pub session_id: Uuid,
    pub title_zh: String,
    pub title_en: String,
    pub host_name_zh: String,
    pub host_name_en: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub state: String,
}

/// All of it, the soonest first.
pub async fn planned_of(tx: &mut Tx, person: Uuid) -> Result<Vec<PlannedRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id AS participation_id, p.session_id, a.title_zh, a.title_en, o.name_zh AS host_name_zh,
                o.name_en AS host_name_en, s.starts_at, s.ends_at, p.state
         FROM participation p
         JOIN session s ON s.id = p.session_id AND s.status <> 'cancelled'
         JOIN activity a ON a.id = p.activity_id
         JOIN organization o ON o.id = p.host_id
         WHERE p.district_id = $1 AND p.person_id = $2 AND p.state IN ('registered', 'attended', 'recorded')
         ORDER BY s.starts_at, p.id",
    )
    .bind(district.0)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?)
}
