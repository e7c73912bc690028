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
    /// The name of the district where it happens, if that is another one.
    pub elsewhere_zh: Option<String>,
    /// The same in English; may be empty.
    pub elsewhere_en: Option<String>,
}

/// Sessions that begin between two moments, take guests and fit the person's grade, where the person is not yet; the soonest
/// first. They are of the district, of the others of its city, or at a host that an agreement ties to the person's school on
/// that day; where there are more than asked for, those of the district go first.
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
                    EXISTS (SELECT FROM session_quota q WHERE q.session_id = s.id) AS has_quotas,
                    CASE WHEN s.district_id <> $1 THEN d.name_zh END AS elsewhere_zh,
                    CASE WHEN s.district_id <> $1 THEN d.name_en END AS elsewhere_en
             FROM session s
             JOIN district d ON d.id = s.district_id
             JOIN activity a ON a.id = s.activity_id
             JOIN organization o ON o.id = s.host_id
             WHERE (s.district_id IN (SELECT $1 UNION ALL
                                      SELECT n.id FROM authority mine
                                      JOIN authority city ON city.id = mine.parent_id AND city.level = 'city'
                                      JOIN authority n ON n.parent_id = city.id AND n.id <> mine.id
                                      WHERE mine.id = $1)
                    OR s.host_id IN (SELECT h.organization_id FROM agreement_party own
                                     JOIN agreement g ON g.id = own.agreement_id
                                     JOIN agreement_party h ON h.agreement_id = g.id
                                     WHERE own.organization_id = $8 AND g.state IN ('signed', 'ended', 'renewed')
                                       AND (s.starts_at AT TIME ZONE d.time_zone)::date
                                           BETWEEN g.first_day AND coalesce(g.last_day, 'infinity')
                                       AND (g.over_from IS NULL
                                            OR (s.starts_at AT TIME ZONE d.time_zone)::date < g.over_from)))
               AND s.starts_at > $3 AND s.starts_at <= $4 AND s.status = 'open'
               AND (s.opens_at IS NULL OR s.opens_at <= $3) AND a.status = 'open' AND o.status = 'active'
               AND ($5::int IS NULL OR a.grades IS NULL OR a.grades @> $5)
               AND NOT EXISTS (SELECT FROM participation p WHERE p.district_id = $1 AND p.session_id = s.id
                               AND p.person_id = $2 AND p.state <> 'withdrawn')
             ORDER BY s.district_id <> $1, s.starts_at, s.id LIMIT $7)
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
    .bind(person.school_id)
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
