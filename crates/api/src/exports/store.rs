//! SQL of exports.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::roster::STAFF_GRADE;
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

/// A pupil or teacher with the enrolment of the day.
#[derive(FromRow)]
pub struct PersonRow {
    pub id: Uuid,
    pub key: String,
    pub is_teacher: bool,
    pub number: String,
    pub name: String,
    pub enrolment_id: Uuid,
    /// None where a teacher is of the school and of no class.
    pub class_key: Option<String>,
    pub school_id: Uuid,
    pub grade: i32,
    pub valid_from: NaiveDate,
}

/// Of what is booked: whose it is, of which record, under which policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, FromRow)]
pub struct Key {
    pub person_id: Uuid,
    pub record_id: Uuid,
    pub policy_id: String,
}

/// A ledger entry.
#[derive(Debug, Clone, FromRow)]
pub struct BookedRow {
    pub person_id: Uuid,
    pub record_id: Uuid,
    pub policy_id: String,
    pub id: Uuid,
    pub amount: i64,
    pub category: String,
    pub school_id: Option<Uuid>,
    pub on_day: NaiveDate,
    pub at: DateTime<Utc>,
}

impl BookedRow {
    /// Of what it is.
    pub fn key(&self) -> Key {
        Key { person_id: self.person_id, record_id: self.record_id, policy_id: self.policy_id.clone() }
    }
}

/// What a record said from a moment on.
#[derive(Debug, Clone, FromRow)]
pub struct VersionRow {
    pub record_id: Uuid,
    pub id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub minutes: Option<i32>,
    pub activity_id: Option<Uuid>,
    pub competition_id: Option<Uuid>,
    pub host_id: Option<Uuid>,
    pub known_from: DateTime<Utc>,
}

/// When it began, how long it took, and at what: activity, contest, host.
pub type Said = (DateTime<Utc>, Option<i32>, Option<Uuid>, Option<Uuid>, Option<Uuid>);

impl VersionRow {
    /// All of it that is exported.
    pub fn said(&self) -> Said {
        (self.starts_at, self.minutes, self.activity_id, self.competition_id, self.host_id)
    }
}

/// What an activity, contest or organization is called.
#[derive(Debug, FromRow)]
pub struct Name {
    id: Uuid,
    pub zh: String,
    pub en: String,
}

/// Names by id.
pub type Names = HashMap<Uuid, Name>;

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

/// Classes in which somebody is on a day; the staff of a school is none.
pub async fn classes(tx: &mut Tx, school: Option<Uuid>, day: NaiveDate) -> Result<Vec<ClassRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT coalesce(c.source_id, c.id::text) AS key, c.school_id, c.school_year, c.grade, c.name
         FROM class c
         WHERE c.district_id = $1 AND ($2::uuid IS NULL OR c.school_id = $2) AND c.grade <> $4
           AND EXISTS (SELECT FROM enrolment e WHERE e.district_id = $1 AND e.class_id = c.id AND e.valid_from <= $3
                         AND (e.valid_to IS NULL OR e.valid_to >= $3))
         ORDER BY c.school_id, c.grade, c.name, c.id",
    )
    .bind(district.0)
    .bind(school)
    .bind(day)
    .bind(STAFF_GRADE)
    .fetch_all(&mut **tx)
    .await?)
}

/// Pupils and teachers on a day.
pub async fn persons(tx: &mut Tx, school: Option<Uuid>, day: NaiveDate) -> Result<Vec<PersonRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id, coalesce(p.source_id, p.id::text) AS key, p.kind = 'teacher' AS is_teacher, p.number, p.name,
                e.id AS enrolment_id, CASE WHEN c.grade <> $4 THEN coalesce(c.source_id, c.id::text) END AS class_key,
                e.school_id, e.grade, e.valid_from
         FROM enrolment e
         JOIN person p ON p.district_id = $1 AND p.id = e.person_id
         JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         WHERE e.district_id = $1 AND ($2::uuid IS NULL OR e.school_id = $2) AND e.valid_from <= $3
           AND (e.valid_to IS NULL OR e.valid_to >= $3)
         ORDER BY p.number, e.id",
    )
    .bind(district.0)
    .bind(school)
    .bind(day)
    .bind(STAFF_GRADE)
    .fetch_all(&mut **tx)
    .await?)
}

/// A page of what was ever booked, in order of person, record and policy.
pub async fn booked_keys(
    tx: &mut Tx,
    school: Option<Uuid>,
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    after: Option<(Uuid, Uuid, String)>,
    fetch: i64,
) -> Result<Vec<Key>> {
    let district = tx.district();
    let (person, record, policy) =
        after.map_or((None, None, None), |(person, record, policy)| (Some(person), Some(record), Some(policy)));
    Ok(sqlx::query_as(
        "SELECT person_id, record_id, policy_id FROM ledger_entry
         WHERE district_id = $1 AND ($2::uuid IS NULL OR school_id = $2)
           AND ($3::date IS NULL OR on_day >= $3) AND ($4::date IS NULL OR on_day <= $4)
           AND ($5::uuid IS NULL OR person_id >= $5 AND (person_id, record_id, policy_id) > ($5, $6, $7))
         GROUP BY person_id, record_id, policy_id ORDER BY person_id, record_id, policy_id LIMIT $8",
    )
    .bind(district.0)
    .bind(school)
    .bind(from)
    .bind(to)
    .bind(person)
    .bind(record)
    .bind(policy)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// All that was booked of these, in order of time.
pub async fn booked(tx: &mut Tx, keys: &[Key]) -> Result<Vec<BookedRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT e.person_id, e.record_id, e.policy_id, e.id, e.amount, e.category, e.school_id, e.on_day, e.at
         FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS k (person_id, record_id, policy_id)
         JOIN ledger_entry e ON e.district_id = $1 AND e.person_id = k.person_id AND e.policy_id = k.policy_id
                            AND e.record_id = k.record_id
         ORDER BY e.at, e.id",
    )
    .bind(district.0)
    .bind(keys.iter().map(|key| key.person_id).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.record_id).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.policy_id.as_str()).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?)
}

/// All that these records ever said, in order of time.
pub async fn versions(tx: &mut Tx, keys: &[Key]) -> Result<Vec<VersionRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT r.record_id, r.id, r.starts_at, (r.facts ->> 'minutes')::int AS minutes,
                (r.facts ->> 'activity_id')::uuid AS activity_id, (r.facts ->> 'contest_id')::uuid AS competition_id,
                r.host_id, r.known_from
         FROM record r
         WHERE r.district_id = $1 AND r.person_id = ANY($2) AND r.record_id = ANY($3) ORDER BY r.known_from, r.id",
    )
    .bind(district.0)
    .bind(keys.iter().map(|key| key.person_id).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.record_id).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?)
}

/// What the activities, contests and hosts of these are called now.
pub async fn names(tx: &mut Tx, versions: &[VersionRow]) -> Result<Names> {
    let ids = |of: fn(&VersionRow) -> Option<Uuid>| versions.iter().filter_map(of).collect::<Vec<_>>();
    let rows: Vec<Name> = sqlx::query_as(
        "SELECT id, title_zh AS zh, title_en AS en FROM activity WHERE id = ANY($1)
         UNION ALL SELECT id, name_zh, name_en FROM competition WHERE id = ANY($2)
         UNION ALL SELECT id, name_zh, name_en FROM organization WHERE id = ANY($3)",
    )
    .bind(ids(|row| row.activity_id))
    .bind(ids(|row| row.competition_id))
    .bind(ids(|row| row.host_id))
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|name| (name.id, name)).collect())
}
