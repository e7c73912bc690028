//! SQL of exports.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{error::Result, tenancy::Tx};

/// The district.
#[derive(FromRow)]
pub struct DistrictRow {
    pub id: Uuid,
    pub code: String,
    pub name_zh: String,
}

/// A school.
#[derive(FromRow)]
pub struct SchoolRow {
    pub id: Uuid,
    pub code: String,
    pub name_zh: String,
}

/// A class; its key is the one that it came with, else its id.
#[derive(FromRow)]
pub struct ClassRow {
    pub key: String,
    pub school_id: Uuid,
    pub school_year: i32,
    pub grade: i32,
    pub name: String,
}

/// A pupil with the enrolment of the day.
#[derive(FromRow)]
pub struct PupilRow {
    pub id: Uuid,
    pub key: String,
    pub number: String,
    pub name: String,
    pub enrolment_id: Uuid,
    pub class_key: String,
    pub school_id: Uuid,
    pub grade: i32,
    pub valid_from: NaiveDate,
}

/// A line that counts, with what it was for.
#[derive(FromRow)]
pub struct CountedRow {
    pub record_id: Uuid,
    pub policy_id: String,
    pub person_id: Uuid,
    pub counted: i64,
    pub category: String,
    pub starts_at: DateTime<Utc>,
    pub minutes: i32,
    pub activity_id: Option<Uuid>,
    pub competition_id: Option<Uuid>,
    pub title_zh: Option<String>,
    pub title_en: Option<String>,
    pub host_name: Option<String>,
}

/// The district of the transaction.
pub async fn district(tx: &mut Tx) -> Result<DistrictRow> {
    let district = tx.district();
    Ok(sqlx::query_as("SELECT id, code, name_zh FROM district WHERE id = $1")
        .bind(district.0)
        .fetch_one(&mut **tx)
        .await?)
}

/// Schools of the district, or this one.
pub async fn schools(tx: &mut Tx, school: Option<Uuid>) -> Result<Vec<SchoolRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT id, code, name_zh FROM organization
         WHERE district_id = $1 AND ($2::uuid IS NULL OR id = $2) AND kind IN ('school', 'kindergarten') ORDER BY code",
    )
    .bind(district.0)
    .bind(school)
    .fetch_all(&mut **tx)
    .await?)
}

/// Classes in which somebody is on a day.
pub async fn classes(tx: &mut Tx, school: Option<Uuid>, day: NaiveDate) -> Result<Vec<ClassRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT coalesce(c.source_id, c.id::text) AS key, c.school_id, c.school_year, c.grade, c.name
         FROM class c
         WHERE c.district_id = $1 AND ($2::uuid IS NULL OR c.school_id = $2)
           AND EXISTS (SELECT FROM enrolment e WHERE e.district_id = $1 AND e.class_id = c.id AND e.valid_from <= $3
                         AND (e.valid_to IS NULL OR e.valid_to >= $3))
         ORDER BY c.school_id, c.grade, c.name, c.id",
    )
    .bind(district.0)
    .bind(school)
    .bind(day)
    .fetch_all(&mut **tx)
    .await?)
}

/// Pupils on a day.
pub async fn pupils(tx: &mut Tx, school: Option<Uuid>, day: NaiveDate) -> Result<Vec<PupilRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id, coalesce(p.source_id, p.id::text) AS key, p.number, p.name, e.id AS enrolment_id,
                coalesce(c.source_id, c.id::text) AS class_key, e.school_id, e.grade, e.valid_from
         FROM enrolment e
         JOIN person p ON p.district_id = $1 AND p.id = e.person_id AND p.kind = 'student'
         JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         WHERE e.district_id = $1 AND ($2::uuid IS NULL OR e.school_id = $2) AND e.valid_from <= $3
           AND (e.valid_to IS NULL OR e.valid_to >= $3)
         ORDER BY p.number, e.id",
    )
    .bind(district.0)
    .bind(school)
    .bind(day)
    .fetch_all(&mut **tx)
    .await?)
}

/// A page of what counts, in order of record and policy.
pub async fn counted(
    tx: &mut Tx,
    school: Option<Uuid>,
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    after: Option<(Uuid, String)>,
    fetch: i64,
) -> Result<Vec<CountedRow>> {
    let district = tx.district();
    let (record, policy) = after.map_or((None, None), |(record, policy)| (Some(record), Some(policy)));
    Ok(sqlx::query_as(
        "SELECT l.record_id, l.policy_id, l.person_id, l.counted, l.category, l.minutes,
                coalesce(s.starts_at, (r.achieved_on + time '04:00') AT TIME ZONE 'UTC') AS starts_at,
                a.id AS activity_id, k.id AS competition_id, coalesce(a.title_zh, k.name_zh) AS title_zh,
                coalesce(a.title_en, k.name_en) AS title_en, o.name_zh AS host_name
         FROM score_line l
         LEFT JOIN participation p ON p.district_id = $1 AND p.id = l.record_id
         LEFT JOIN session s ON s.id = p.session_id
         LEFT JOIN activity a ON a.id = p.activity_id
         LEFT JOIN organization o ON o.id = p.host_id
         LEFT JOIN result r ON r.district_id = $1 AND r.id = l.record_id
         LEFT JOIN competition k ON k.id = r.competition_id
         WHERE l.district_id = $1 AND l.counted > 0 AND ($2::uuid IS NULL OR l.school_id = $2)
           AND ($3::date IS NULL OR l.on_day >= $3) AND ($4::date IS NULL OR l.on_day <= $4)
           AND ($5::uuid IS NULL OR (l.record_id, l.policy_id) > ($5, $6))
         ORDER BY l.record_id, l.policy_id LIMIT $7",
    )
    .bind(district.0)
    .bind(school)
    .bind(from)
    .bind(to)
    .bind(record)
    .bind(policy)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}
