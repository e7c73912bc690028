//! SQL of policies and their adoption.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::ending::Ending;
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// A published version without its text.
#[derive(Debug, FromRow)]
pub struct VersionRow {
    pub id: Uuid,
    pub district_id: Option<Uuid>,
    pub policy_id: String,
    pub version: String,
    pub title_zh: String,
    pub title_en: String,
    pub illustrative: bool,
    pub digest: String,
    pub published_at: DateTime<Utc>,
}

/// A version to publish.
#[derive(Debug)]
pub struct NewVersion<'a> {
    pub id: Uuid,
    pub district_id: Option<Uuid>,
    pub policy_id: &'a str,
    pub version: &'a str,
    pub title_zh: &'a str,
    pub title_en: &'a str,
    pub illustrative: bool,
    pub document: &'a str,
    pub digest: &'a str,
    pub published_by: Option<Uuid>,
    pub published_at: DateTime<Utc>,
}

/// An adoption.
#[derive(Debug, FromRow)]
pub struct AdoptionRow {
    pub id: Uuid,
    pub policy_version_id: Uuid,
    pub policy_id: String,
    pub policy_version: String,
    pub state: String,
    pub progress_done: i64,
    pub progress_total: i64,
    pub outcome: Value,
    pub requested_at: DateTime<Utc>,
    pub effective_at: Option<DateTime<Utc>>,
    pub superseded_at: Option<DateTime<Utc>>,
    pub illustrative: bool,
    pub ending: Option<Json<Ending>>,
    pub asked_by_name: Option<String>,
    pub agreed_by_name: Option<String>,
    pub version: i64,
}

const VERSION: &str =
    "SELECT id, district_id, policy_id, version, title_zh, title_en, illustrative, digest, published_at
                       FROM policy_version";
const ADOPTION: &str = "SELECT a.id, a.policy_version_id, a.policy_id, v.version AS policy_version, a.state,
                               a.progress_done, a.progress_total, a.outcome, a.requested_at,
                               a.effective_at, a.superseded_at, v.illustrative, a.ending,
                               (SELECT display_name FROM account
                                WHERE id = (a.ending #>> '{asked,by}')::uuid) AS asked_by_name,
                               (SELECT display_name FROM account
                                WHERE id = (a.ending #>> '{agreed,by}')::uuid) AS agreed_by_name, a.version
                        FROM policy_adoption a JOIN policy_version v ON v.id = a.policy_version_id";

/// Publishes a version; answers false where the same id and version are published already.
pub async fn insert_version(tx: &mut Tx, new: &NewVersion<'_>) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO policy_version (id, district_id, policy_id, version, title_zh, title_en, illustrative, document,
                                     digest, published_by, published_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (district_id, policy_id, version) DO NOTHING",
    )
    .bind(new.id)
    .bind(new.district_id)
    .bind(new.policy_id)
    .bind(new.version)
    .bind(new.title_zh)
    .bind(new.title_en)
    .bind(new.illustrative)
    .bind(new.document)
    .bind(new.digest)
    .bind(new.published_by)
    .bind(new.published_at)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The version of this name that the district can see: its own or a shipped one.
pub async fn version_by_name(
    tx: &mut Tx,
    district: Option<Uuid>,
    policy_id: &str,
    version: &str,
) -> Result<Option<VersionRow>> {
    let sql = format!("{VERSION} WHERE district_id IS NOT DISTINCT FROM $1 AND policy_id = $2 AND version = $3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district)
        .bind(policy_id)
        .bind(version)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Versions that the district can see, newest first.
pub async fn versions(
    tx: &mut Tx,
    policy_id: Option<&str>,
    before: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<VersionRow>> {
    let district = tx.district();
    let sql = format!(
        "{VERSION} WHERE (district_id = $1 OR district_id IS NULL) AND ($2::text IS NULL OR policy_id = $2)
           AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(policy_id)
        .bind(before)
        .bind(fetch)
        .fetch_all(&mut **tx)
        .await?)
}

/// One version with its text, if the district can see it.
pub async fn version(tx: &mut Tx, id: Uuid) -> Result<(VersionRow, String)> {
    let district = tx.district();
    let sql = format!("{VERSION} WHERE id = $2 AND (district_id = $1 OR district_id IS NULL)");
    let row: Option<VersionRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(id).fetch_optional(&mut **tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("policy version"))?;
    let document: String =
        sqlx::query_scalar("SELECT document FROM policy_version WHERE id = $1").bind(id).fetch_one(&mut **tx).await?;
    Ok((row, document))
}

/// Adds an adoption that is being computed.
pub async fn insert_adoption(tx: &mut Tx, id: Uuid, version: &VersionRow, by: Uuid, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO policy_adoption (id, district_id, policy_version_id, policy_id, state, requested_by, requested_at)
         VALUES ($1, $2, $3, $4, 'computing', $5, $6)",
    )
    .bind(id)
    .bind(district.0)
    .bind(version.id)
    .bind(&version.policy_id)
    .bind(by)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adoptions of the district, newest first.
pub async fn adoptions(tx: &mut Tx, before: Option<Uuid>, fetch: i64) -> Result<Vec<AdoptionRow>> {
    let district = tx.district();
    let sql =
        format!("{ADOPTION} WHERE a.district_id = $1 AND ($2::uuid IS NULL OR a.id < $2) ORDER BY a.id DESC LIMIT $3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(before).bind(fetch).fetch_all(&mut **tx).await?)
}

/// One adoption.
pub async fn adoption(tx: &mut Tx, id: Uuid, lock: bool) -> Result<AdoptionRow> {
    let district = tx.district();
    let lock = if lock { "FOR UPDATE OF a" } else { "" };
    let sql = format!("{ADOPTION} WHERE a.district_id = $1 AND a.id = $2 {lock}");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("adoption"))
}

/// Moves an adoption on.
pub async fn set_state(tx: &mut Tx, id: Uuid, state: &str, outcome: Option<&Value>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE policy_adoption SET state = $3, outcome = coalesce($4, outcome), version = version + 1
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(state)
    .bind(outcome)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes how far the work is.
pub async fn set_progress(tx: &mut Tx, id: Uuid, done: i64, total: i64) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE policy_adoption SET progress_done = $3, progress_total = $4 WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(done)
    .bind(total)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends the version that was effective, and makes this one so. An end of the policy that is under way is one of its new
/// version, too.
pub async fn supersede(tx: &mut Tx, id: Uuid, policy_id: &str, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE policy_adoption a SET ending = b.ending, ends_on = b.ends_on FROM policy_adoption b
         WHERE a.district_id = $1 AND a.id = $2 AND b.district_id = $1 AND b.policy_id = $3 AND b.state = 'effective'",
    )
    .bind(district.0)
    .bind(id)
    .bind(policy_id)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "UPDATE policy_adoption SET state = 'superseded', superseded_at = $3, version = version + 1
         WHERE district_id = $1 AND policy_id = $2 AND state = 'effective'",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "UPDATE policy_adoption SET state = 'effective', effective_at = $3, version = version + 1
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps the end of a policy that is under way, or forgets it.
pub async fn set_ending(tx: &mut Tx, id: Uuid, ending: Option<&Ending>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE policy_adoption SET ending = $3, ends_on = $4, version = version + 1 WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(id)
    .bind(ending.map(Json))
    .bind(ending.filter(|ending| ending.is_agreed()).map(|ending| ending.on))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Policies that are effective and were to end by a day.
pub async fn ending_by(tx: &mut Tx, day: NaiveDate) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT id FROM policy_adoption WHERE district_id = $1 AND state = 'effective' AND ends_on <= $2 ORDER BY id",
    )
    .bind(district.0)
    .bind(day)
    .fetch_all(&mut **tx)
    .await?)
}

/// Ends a policy: from this moment on the district does not score by it.
pub async fn end(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE policy_adoption SET state = 'ended', superseded_at = $3, version = version + 1
         WHERE district_id = $1 AND id = $2 AND state = 'effective'",
    )
    .bind(district.0)
    .bind(id)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether the district wants a second official for a change of the rules.
pub async fn wants_second_official(tx: &mut Tx) -> Result<bool> {
    let district = tx.district();
    let wants = sqlx::query_scalar("SELECT second_official FROM district WHERE id = $1");
    Ok(wants.bind(district.0).fetch_optional(&mut **tx).await?.unwrap_or(false))
}

/// How many persons the district has.
pub async fn count_persons(tx: &mut Tx) -> Result<i64> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT count(*) FROM person WHERE district_id = $1")
        .bind(district.0)
        .fetch_one(&mut **tx)
        .await?)
}

/// Persons' totals, levels and requirements under the policy as it is effective now.
pub async fn scores(tx: &mut Tx, policy_id: &str, persons: &[Uuid]) -> Result<Vec<(Uuid, i64, Value, Value)>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT person_id, total, levels, requirements FROM score
         WHERE district_id = $1 AND policy_id = $2 AND person_id = ANY($3)",
    )
    .bind(district.0)
    .bind(policy_id)
    .bind(persons)
    .fetch_all(&mut **tx)
    .await?)
}

/// Names of schools.
pub async fn school_names(tx: &mut Tx, schools: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    Ok(sqlx::query_as("SELECT id, name_zh FROM organization WHERE id = ANY($1)")
        .bind(schools)
        .fetch_all(&mut **tx)
        .await?)
}

/// Adoptions whose work was cut off by a stop of the service, over all districts.
pub async fn interrupted(tx: &mut Tx) -> Result<Vec<(Uuid, Uuid)>> {
    Ok(sqlx::query_as("SELECT district_id, id FROM policy_adoption WHERE state = 'computing'")
        .fetch_all(&mut **tx)
        .await?)
}

/// What was being applied when the service stopped was rolled back: it is computed, no more. Over all districts.
pub async fn stop_applying(tx: &mut Tx) -> Result<()> {
    sqlx::query("UPDATE policy_adoption SET state = 'computed', version = version + 1 WHERE state = 'applying'")
        .execute(&mut **tx)
        .await?;
    Ok(())
}
