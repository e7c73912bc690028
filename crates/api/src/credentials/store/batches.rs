//! Papers of many persons, and what papers show of a person beside the credit.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::credential::claim::Wanted;
use serde_json::Value;
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    tenancy::Tx,
};

/// Where a person learns, in words.
#[derive(Debug, Default, FromRow)]
pub struct PlaceRow {
    pub school: String,
    pub class: String,
    pub grade: i32,
}

/// A batch.
#[derive(Debug, Clone, FromRow)]
pub struct BatchRow {
    pub id: Uuid,
    pub kind: String,
    pub school_id: Uuid,
    pub class_id: Option<Uuid>,
    pub wanted: Json<Wanted>,
    pub policy_id: String,
    pub policy_version_id: Uuid,
    pub pages: String,
    pub state: String,
    pub progress_done: i64,
    pub progress_total: i64,
    pub papers: i64,
    pub left_out: Value,
    pub file: Option<String>,
    pub requested_by: Uuid,
    pub requested_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub failed_for: Option<String>,
}

const BATCH: &str = "SELECT id, kind, school_id, class_id, wanted, policy_id, policy_version_id, pages, state,
        progress_done, progress_total, papers, left_out, file, requested_by, requested_at, finished_at, failed_for
 FROM credential_batch WHERE district_id = $1";

/// School and class of a person now.
pub async fn place_of(tx: &mut Tx, person: Uuid) -> Result<PlaceRow> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT o.name_zh AS school, c.name AS class, e.grade
         FROM enrolment e
         JOIN organization o ON o.id = e.school_id
         JOIN class c ON c.district_id = $1 AND c.id = e.class_id
         WHERE e.district_id = $1 AND e.person_id = $2 ORDER BY e.valid_from DESC, e.id DESC LIMIT 1",
    )
    .bind(district.0)
    .bind(person)
    .fetch_optional(&mut **tx)
    .await?
    .unwrap_or_default())
}

/// The school of a class.
pub async fn school_of_class(tx: &mut Tx, class: Uuid) -> Result<Uuid> {
    let district = tx.district();
    sqlx::query_scalar("SELECT school_id FROM class WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(class)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("class"))
}

/// Pupils of a school, or of one of its classes, on a day, in order of number.
pub async fn pupils(tx: &mut Tx, school: Uuid, class: Option<Uuid>, day: NaiveDate) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT p.id FROM enrolment e JOIN person p ON p.district_id = $1 AND p.id = e.person_id
         WHERE e.district_id = $1 AND e.school_id = $2 AND ($3::uuid IS NULL OR e.class_id = $3)
           AND e.valid_from <= $4 AND (e.valid_to IS NULL OR e.valid_to >= $4)
         GROUP BY p.id, p.number ORDER BY p.number, p.id",
    )
    .bind(district.0)
    .bind(school)
    .bind(class)
    .bind(day)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds a batch.
pub async fn add_batch(tx: &mut Tx, row: &BatchRow) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO credential_batch (district_id, id, kind, school_id, class_id, wanted, policy_id, policy_version_id,
                                       pages, state, progress_total, requested_by, requested_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'working', $10, $11, $12)",
    )
    .bind(district.0)
    .bind(row.id)
    .bind(&row.kind)
    .bind(row.school_id)
    .bind(row.class_id)
    .bind(&row.wanted)
    .bind(&row.policy_id)
    .bind(row.policy_version_id)
    .bind(&row.pages)
    .bind(row.progress_total)
    .bind(row.requested_by)
    .bind(row.requested_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One batch.
pub async fn batch(tx: &mut Tx, id: Uuid) -> Result<BatchRow> {
    let district = tx.district();
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{BATCH} AND id = $2")))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("batch"))
}

/// A page of batches of these schools, the newest first.
pub async fn batches(tx: &mut Tx, schools: Option<&[Uuid]>, before: Option<Uuid>, fetch: i64) -> Result<Vec<BatchRow>> {
    let district = tx.district();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{BATCH} AND ($2::uuid[] IS NULL OR school_id = ANY($2)) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
    )))
    .bind(district.0)
    .bind(schools)
    .bind(before)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Notes how far a batch is.
pub async fn set_batch_progress(tx: &mut Tx, id: Uuid, done: i64, left_out: &Value) -> Result<()> {
    let district = tx.district();
    sqlx::query("UPDATE credential_batch SET progress_done = $3, left_out = $4 WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(id)
        .bind(done)
        .bind(left_out)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends a batch: with its file and how many papers are in it, or with the code of why there is none.
pub async fn finish_batch(
    tx: &mut Tx,
    id: Uuid,
    made: std::result::Result<(&str, i64), &str>,
    at: DateTime<Utc>,
) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE credential_batch SET state = CASE WHEN $3::text IS NULL THEN 'failed' ELSE 'done' END, file = $3,
                                     papers = $4, finished_at = $5, failed_for = $6
         WHERE district_id = $1 AND id = $2 AND state = 'working'",
    )
    .bind(district.0)
    .bind(id)
    .bind(made.ok().map(|made| made.0))
    .bind(made.map_or(0, |made| made.1))
    .bind(at)
    .bind(made.err())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Persons who have their paper of a batch already.
pub async fn persons_of_batch(tx: &mut Tx, id: Uuid) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT person_id FROM credential WHERE district_id = $1 AND batch_id = $2")
        .bind(district.0)
        .bind(id)
        .fetch_all(&mut **tx)
        .await?)
}

/// A paper of a batch with the number of its person.
#[derive(Debug, FromRow)]
pub struct BatchPaper {
    pub person_id: Uuid,
    pub number: String,
    pub person_number: String,
    pub paper: Value,
}

/// The papers of a batch in order of the persons' numbers.
pub async fn papers_of_batch(tx: &mut Tx, id: Uuid) -> Result<Vec<BatchPaper>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT c.person_id, c.number, p.number AS person_number, c.paper
         FROM credential c JOIN person p ON p.district_id = $1 AND p.id = c.person_id
         WHERE c.district_id = $1 AND c.batch_id = $2 AND c.paper IS NOT NULL ORDER BY p.number, c.id",
    )
    .bind(district.0)
    .bind(id)
    .fetch_all(&mut **tx)
    .await?)
}

/// Batches that a stop of the service cut off, of all districts: for the owner.
pub async fn interrupted_batches(owner: &sqlx::PgPool) -> Result<Vec<(Uuid, Uuid)>> {
    Ok(sqlx::query_as("SELECT district_id, id FROM credential_batch WHERE state = 'working' ORDER BY id")
        .fetch_all(owner)
        .await?)
}

/// Batches in which a person has a paper.
pub async fn batches_of(tx: &mut Tx, person: Uuid) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT batch_id FROM credential WHERE district_id = $1 AND person_id = $2 AND batch_id IS NOT NULL",
    )
    .bind(district.0)
    .bind(person)
    .fetch_all(&mut **tx)
    .await?)
}

/// Takes a person from the lists of those who got no paper.
pub async fn leave_out(tx: &mut Tx, person: Uuid) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE credential_batch SET left_out = (
             SELECT coalesce(jsonb_agg(one ORDER BY at), '[]')
             FROM jsonb_array_elements(left_out) WITH ORDINALITY AS every (one, at)
             WHERE one ->> 'person_id' IS DISTINCT FROM $2::text)
         WHERE district_id = $1 AND left_out @> jsonb_build_array(jsonb_build_object('person_id', $2::text))",
    )
    .bind(district.0)
    .bind(person.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many papers the file of a batch has now, and who has none in it.
pub async fn set_papers(tx: &mut Tx, id: Uuid, papers: i64, left_out: &Value) -> Result<()> {
    let district = tx.district();
    sqlx::query("UPDATE credential_batch SET papers = $3, left_out = $4 WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(id)
        .bind(papers)
        .bind(left_out)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
