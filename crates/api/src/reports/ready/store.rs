//! SQL of ready reports. Every statement names the district.

use chrono::NaiveDate;
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::Result;
use crate::reports::store::{Filter, filtered};
use crate::tenancy::Tx;

/// Sessions of a filter that took place or were to, with their day, as the common table `held`; what a filter has not is
/// named so that the statement knows its type.
macro_rules! held {
    ($rest:literal) => {
        concat!(
            "WITH held AS MATERIALIZED (
                 SELECT s.id, s.host_id, s.activity_id, s.capacity, s.ends_at,
                        (s.starts_at AT TIME ZONE d.time_zone)::date AS on_day
                 FROM session s JOIN district d ON d.id = $1
                 WHERE s.status <> 'cancelled' AND ($8::uuid[] IS NULL OR s.host_id = ANY($8))
                   AND (s.starts_at AT TIME ZONE d.time_zone)::date BETWEEN $3 AND $4 AND $2::text IS NOT NULL
             ) ",
            $rest
        )
    };
}

/// Participations `p` of a filter.
macro_rules! took_part {
    () => {
        "p.district_id = $1 AND ($5::uuid[] IS NULL OR p.school_id = ANY($5)) AND ($6::uuid IS NULL OR p.class_id = $6)
         AND ($7::int IS NULL OR p.grade = $7)"
    };
}


/// A session with who had a place in it.
#[derive(Debug, FromRow)]
pub struct SettledSession {
    pub session_id: Uuid,
    pub host_id: Uuid,
    pub host_zh: String,
    pub host_en: String,
    pub activity_id: Uuid,
    pub activity_zh: String,
    pub activity_en: String,
    pub on_day: NaiveDate,
    pub booked: i64,
    pub came: i64,
    pub waiting: i64,
    pub absent: i64,
}

/// A person-time.
#[derive(Debug, FromRow)]
pub struct SettledPerson {
    pub session_id: Uuid,
    pub on_day: NaiveDate,
    pub activity_zh: String,
    pub activity_en: String,
    pub number: String,
    pub name: String,
    pub school_zh: Option<String>,
    pub school_en: Option<String>,
    pub minutes: Option<i32>,
}

/// Sessions in which somebody of the district had a place, by host and day.
pub async fn settled_sessions(tx: &mut Tx, filter: &Filter) -> Result<Vec<SettledSession>> {
    let query = filtered!(
        concat!(
            held!(
                ", sums AS (
                 SELECT p.session_id,
                        count(*) FILTER (WHERE p.state NOT IN ('withdrawn', 'waitlisted')) AS booked,
                        count(*) FILTER (WHERE p.state = 'confirmed') AS came,
                        count(*) FILTER (WHERE p.state IN ('recorded', 'attended')) AS waiting,
                        count(*) FILTER (WHERE p.state = 'absent') AS absent
                 FROM held h JOIN participation p ON p.session_id = h.id AND "
            ),
            took_part!(),
            " GROUP BY p.session_id
             )
             SELECT h.id AS session_id, h.host_id, o.name_zh AS host_zh, o.name_en AS host_en, h.activity_id,
                    a.title_zh AS activity_zh, a.title_en AS activity_en, h.on_day, s.booked, s.came, s.waiting, s.absent
             FROM sums s JOIN held h ON h.id = s.session_id
             JOIN organization o ON o.id = h.host_id JOIN activity a ON a.id = h.activity_id
             WHERE s.booked > 0 ORDER BY h.on_day, h.id"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}

/// Who came, by day and number.
pub async fn settled_persons(tx: &mut Tx, filter: &Filter) -> Result<Vec<SettledPerson>> {
    let query = filtered!(
        concat!(
            held!(
                "SELECT h.id AS session_id, h.on_day, a.title_zh AS activity_zh, a.title_en AS activity_en, n.number, n.name,
                    c.name_zh AS school_zh, c.name_en AS school_en, p.minutes
             FROM held h JOIN participation p ON p.session_id = h.id AND p.state = 'confirmed' AND "
            ),
            took_part!(),
            " JOIN person n ON n.district_id = $1 AND n.id = p.person_id
             JOIN activity a ON a.id = h.activity_id
             LEFT JOIN organization c ON c.id = p.school_id
             ORDER BY h.on_day, h.id, n.number"
        ),
        tx,
        filter
    );
    Ok(query.fetch_all(&mut **tx).await?)
}
