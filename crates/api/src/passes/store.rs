//! SQL of passes and of the keys that sign them.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::error::Result;
use crate::tenancy::Tx;

/// A key.
#[derive(Debug, FromRow)]
pub struct KeyRow {
    pub number: i16,
    pub seed: Vec<u8>,
}

/// A pass.
#[derive(Debug, Clone, FromRow)]
pub struct PassRow {
    pub person_id: Uuid,
    pub number: i64,
    pub issue: i32,
    pub issued_at: DateTime<Utc>,
    pub replaced_at: Option<DateTime<Utc>>,
}

/// A pass to add.
#[derive(Debug)]
pub struct NewPass {
    pub id: Uuid,
    pub person_id: Uuid,
    pub number: i64,
    pub issue: i32,
}

/// A person of a class with what a card shows.
#[derive(Debug, FromRow)]
pub struct CardRow {
    pub person_id: Uuid,
    pub name: String,
    pub class_name: String,
    pub grade: i32,
    pub school_name: String,
}

/// The district's keys.
pub async fn keys(tx: &mut Tx) -> Result<Vec<KeyRow>> {
    let district = tx.district();
    Ok(sqlx::query_as("SELECT number, seed FROM door_key WHERE district_id = $1 ORDER BY number")
        .bind(district.0)
        .fetch_all(&mut **tx)
        .await?)
}

/// Adds a key, unless somebody else has just added that number.
pub async fn add_key(tx: &mut Tx, number: i16, seed: &[u8], public: &[u8], at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO door_key (district_id, number, seed, public_key, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind(district.0)
    .bind(number)
    .bind(seed)
    .bind(public)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// All passes of these persons, each person's newest first.
pub async fn passes_of(tx: &mut Tx, persons: &[Uuid]) -> Result<Vec<PassRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT person_id, number, issue, issued_at, replaced_at FROM pass
         WHERE district_id = $1 AND person_id = ANY($2) ORDER BY person_id, issue DESC",
    )
    .bind(district.0)
    .bind(persons)
    .fetch_all(&mut **tx)
    .await?)
}

/// Passes with one of these numbers.
pub async fn passes_numbered(tx: &mut Tx, numbers: &[i64]) -> Result<Vec<PassRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT person_id, number, issue, issued_at, replaced_at FROM pass
         WHERE district_id = $1 AND number = ANY($2) ORDER BY number, issue",
    )
    .bind(district.0)
    .bind(numbers)
    .fetch_all(&mut **tx)
    .await?)
}

/// Passes of the district that hold, for doors that take whoever comes.
pub async fn holding(tx: &mut Tx) -> Result<Vec<PassRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT person_id, number, issue, issued_at, replaced_at FROM pass
         WHERE district_id = $1 AND replaced_at IS NULL ORDER BY number",
    )
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?)
}

/// One at a time may issue passes of these persons.
pub async fn lock_persons(tx: &mut Tx, persons: &[Uuid]) -> Result<()> {
    let district = tx.district();
    sqlx::query("SELECT id FROM person WHERE district_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE")
        .bind(district.0)
        .bind(persons)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Adds passes; answers the persons whose number was free.
pub async fn insert(tx: &mut Tx, key: i16, passes: &[NewPass], by: Uuid, at: DateTime<Utc>) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "INSERT INTO pass (district_id, id, person_id, number, issue, key_number, issued_by, issued_at)
         SELECT $1, n.id, n.person_id, n.number, n.issue, $2, $3, $4
         FROM unnest($5::uuid[], $6::uuid[], $7::bigint[], $8::int[]) AS n (id, person_id, number, issue)
         ON CONFLICT (district_id, number, issue) DO NOTHING
         RETURNING person_id",
    )
    .bind(district.0)
    .bind(key)
    .bind(by)
    .bind(at)
    .bind(passes.iter().map(|p| p.id).collect::<Vec<_>>())
    .bind(passes.iter().map(|p| p.person_id).collect::<Vec<_>>())
    .bind(passes.iter().map(|p| p.number).collect::<Vec<_>>())
    .bind(passes.iter().map(|p| p.issue).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?)
}

/// Voids the pass that a person holds.
pub async fn replace(tx: &mut Tx, person: Uuid, at: DateTime<Utc>, reason: &str) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE pass SET replaced_at = $3, reason = $4 WHERE district_id = $1 AND person_id = $2 AND replaced_at IS NULL",
    )
    .bind(district.0)
    .bind(person)
    .bind(at)
    .bind(reason)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The school of a person on a day, to judge who may ask; the outer none where there is no such person.
pub async fn school_of(tx: &mut Tx, person: Uuid, day: NaiveDate) -> Result<Option<Option<Uuid>>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT e.school_id FROM person p
         LEFT JOIN enrolment e ON e.district_id = $1 AND e.person_id = p.id AND e.valid_from <= $3
              AND (e.valid_to IS NULL OR e.valid_to >= $3)
         WHERE p.district_id = $1 AND p.id = $2",
    )
    .bind(district.0)
    .bind(person)
    .bind(day)
    .fetch_optional(&mut **tx)
    .await?)
}

/// The persons of a class on a day, in order of their numbers.
pub async fn cards_of_class(tx: &mut Tx, class: Uuid, day: NaiveDate) -> Result<Vec<CardRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT p.id AS person_id, p.name, c.name AS class_name, c.grade, o.name_zh AS school_name
         FROM enrolment e
         JOIN person p ON p.district_id = $1 AND p.id = e.person_id
         JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         JOIN organization o ON o.id = c.school_id
         WHERE e.district_id = $1 AND e.class_id = $2 AND e.valid_from <= $3
           AND (e.valid_to IS NULL OR e.valid_to >= $3)
         ORDER BY p.number",
    )
    .bind(district.0)
    .bind(class)
    .bind(day)
    .fetch_all(&mut **tx)
    .await?)
}

/// The school of a class.
pub async fn school_of_class(tx: &mut Tx, class: Uuid) -> Result<Option<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT school_id FROM class WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(class)
        .fetch_optional(&mut **tx)
        .await?)
}
