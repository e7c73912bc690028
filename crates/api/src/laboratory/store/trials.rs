//! SQL of trials.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::super::trial_persons::{TrialPersonFilter, TrialSort};
use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// A trial.
#[derive(Debug, FromRow)]
pub struct TrialRow {
    pub id: Uuid,
    pub draft_id: Option<Uuid>,
    pub policy_version_id: Option<Uuid>,
    pub policy_id: String,
    pub policy_version: String,
    pub title_zh: String,
    pub title_en: String,
    pub illustrative: bool,
    pub against_version_id: Option<Uuid>,
    pub against_policy_id: Option<String>,
    pub against_version: Option<String>,
    pub state: String,
    pub progress_done: i64,
    pub progress_total: i64,
    pub outcome: Option<Value>,
    pub error: String,
    pub as_of: Option<DateTime<Utc>>,
    pub requested_by: Uuid,
    pub requested_by_name: Option<String>,
    pub requested_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// A trial to begin.
#[derive(Debug)]
pub struct NewTrial<'a> {
    pub id: Uuid,
    pub draft_id: Option<Uuid>,
    pub policy_version_id: Option<Uuid>,
    pub document: &'a str,
    pub policy_id: &'a str,
    pub policy_version: &'a str,
    pub title_zh: &'a str,
    pub title_en: &'a str,
    pub illustrative: bool,
    pub against_version_id: Option<Uuid>,
    pub requested_by: Uuid,
    pub requested_at: DateTime<Utc>,
}

/// A person for whom something would change.
#[derive(Debug)]
pub struct NewTrialPerson {
    pub person_id: Uuid,
    pub school_id: Option<Uuid>,
    pub grade: Option<i32>,
    pub before: i64,
    pub after: i64,
    pub levels: Value,
    pub requirements: Value,
}

/// The same with who it is.
#[derive(Debug, FromRow)]
pub struct TrialPersonRow {
    pub person_id: Uuid,
    pub number: String,
    pub name: String,
    pub school_id: Option<Uuid>,
    pub school_name_zh: Option<String>,
    pub school_name_en: Option<String>,
    pub grade: Option<i32>,
    pub before: i64,
    pub after: i64,
    pub levels: Value,
    pub requirements: Value,
}

const TRIAL: &str = "
    SELECT t.id, t.draft_id, t.policy_version_id, t.policy_id, t.policy_version, t.title_zh, t.title_en,
           t.illustrative OR coalesce(v.illustrative, false) AS illustrative,
           t.against_version_id, v.policy_id AS against_policy_id, v.version AS against_version, t.state,
           t.progress_done, t.progress_total, t.outcome, t.error, t.as_of, t.requested_by,
           a.display_name AS requested_by_name, t.requested_at, t.finished_at, t.version
    FROM policy_trial t
    LEFT JOIN policy_version v ON v.id = t.against_version_id
    LEFT JOIN account a ON a.id = t.requested_by";

/// Adds a trial that is being computed.
pub async fn insert_trial(tx: &mut Tx, new: &NewTrial<'_>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO policy_trial (district_id, id, draft_id, policy_version_id, document, policy_id, policy_version,
                                   title_zh, title_en, illustrative, against_version_id, state, requested_by, requested_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'computing', $12, $13)",
    )
    .bind(district.0)
    .bind(new.id)
    .bind(new.draft_id)
    .bind(new.policy_version_id)
    .bind(new.document)
    .bind(new.policy_id)
    .bind(new.policy_version)
    .bind(new.title_zh)
    .bind(new.title_en)
    .bind(new.illustrative)
    .bind(new.against_version_id)
    .bind(new.requested_by)
    .bind(new.requested_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many trials of the district are being computed. Holds the district's trials until the end of the transaction, so
/// that two who begin one at once are counted one after the other.
pub async fn running_trials(tx: &mut Tx) -> Result<i64> {
    let district = tx.district();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('policy_trial ' || $1::text, 0))")
        .bind(district.0)
        .execute(&mut **tx)
        .await?;
    Ok(sqlx::query_scalar("SELECT count(*) FROM policy_trial WHERE district_id = $1 AND state = 'computing'")
        .bind(district.0)
        .fetch_one(&mut **tx)
        .await?)
}

/// One trial.
pub async fn trial(tx: &mut Tx, id: Uuid, lock: bool) -> Result<TrialRow> {
    let district = tx.district();
    let lock = if lock { "FOR UPDATE OF t" } else { "" };
    let sql = format!("{TRIAL} WHERE t.district_id = $1 AND t.id = $2 {lock}");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("trial"))
}

/// The text that a trial tries.
pub async fn trial_document(tx: &mut Tx, id: Uuid) -> Result<String> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT document FROM policy_trial WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(id)
        .fetch_one(&mut **tx)
        .await?)
}

/// Trials, newest first; of one draft where it is named.
pub async fn trials(tx: &mut Tx, draft: Option<Uuid>, before: Option<Uuid>, fetch: i64) -> Result<Vec<TrialRow>> {
    let district = tx.district();
    let sql = format!(
        "{TRIAL} WHERE t.district_id = $1 AND ($2::uuid IS NULL OR t.id < $2) AND ($3::uuid IS NULL OR t.draft_id = $3)
         ORDER BY t.id DESC LIMIT $4"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(before)
        .bind(draft)
        .bind(fetch)
        .fetch_all(&mut **tx)
        .await?)
}

/// Notes how far a trial is and who was found to change; false where it is computed no more.
pub async fn note_progress(
    tx: &mut Tx,
    id: Uuid,
    (done, total): (i64, i64),
    persons: Vec<NewTrialPerson>,
) -> Result<bool> {
    let district = tx.district();
    let running = sqlx::query(
        "UPDATE policy_trial SET progress_done = $3, progress_total = $4
         WHERE district_id = $1 AND id = $2 AND state = 'computing'",
    )
    .bind(district.0)
    .bind(id)
    .bind(done)
    .bind(total)
    .execute(&mut **tx)
    .await?
    .rows_affected()
        == 1;
    if !running || persons.is_empty() {
        return Ok(running);
    }
    sqlx::query(
        "INSERT INTO policy_trial_person (district_id, trial_id, person_id, school_id, grade, before, after, levels,
                                          requirements)
         SELECT $1, $2, n.* FROM unnest($3::uuid[], $4::uuid[], $5::int[], $6::bigint[], $7::bigint[], $8::jsonb[],
                                        $9::jsonb[]) AS n",
    )
    .bind(district.0)
    .bind(id)
    .bind(persons.iter().map(|p| p.person_id).collect::<Vec<_>>())
    .bind(persons.iter().map(|p| p.school_id).collect::<Vec<_>>())
    .bind(persons.iter().map(|p| p.grade).collect::<Vec<_>>())
    .bind(persons.iter().map(|p| p.before).collect::<Vec<_>>())
    .bind(persons.iter().map(|p| p.after).collect::<Vec<_>>())
    .bind(persons.iter().map(|p| p.levels.clone()).collect::<Vec<_>>())
    .bind(persons.iter().map(|p| p.requirements.clone()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

/// How a trial ended.
pub enum Ending<'a> {
    /// With these sums of the records of that moment.
    Computed(&'a Value, DateTime<Utc>),
    /// Called off.
    Cancelled,
    /// It could not be computed: why.
    Failed(&'a str),
}

/// Ends a trial that is being computed; false where it had ended.
pub async fn end_trial(tx: &mut Tx, id: Uuid, ending: Ending<'_>, at: DateTime<Utc>) -> Result<bool> {
    let district = tx.district();
    let (state, outcome, as_of, error) = match ending {
        Ending::Computed(outcome, as_of) => ("computed", Some(outcome), Some(as_of), ""),
        Ending::Cancelled => ("cancelled", None, None, ""),
        Ending::Failed(error) => ("failed", None, None, error),
    };
    let done = sqlx::query(
        "UPDATE policy_trial SET state = $3, outcome = $4, as_of = $5, error = $6, finished_at = $7,
                                 version = version + 1
         WHERE district_id = $1 AND id = $2 AND state = 'computing'",
    )
    .bind(district.0)
    .bind(id)
    .bind(state)
    .bind(outcome)
    .bind(as_of)
    .bind(error)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets the persons of a trial.
pub async fn forget_persons(tx: &mut Tx, id: Uuid) -> Result<()> {
    let district = tx.district();
    sqlx::query("DELETE FROM policy_trial_person WHERE district_id = $1 AND trial_id = $2")
        .bind(district.0)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Deletes a trial whose persons were forgotten.
pub async fn delete_trial(tx: &mut Tx, id: Uuid) -> Result<()> {
    let district = tx.district();
    sqlx::query("DELETE FROM policy_trial WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Trials of the district that were being computed when the service stopped.
pub async fn interrupted(tx: &mut Tx) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar("SELECT id FROM policy_trial WHERE district_id = $1 AND state = 'computing' ORDER BY id")
        .bind(district.0)
        .fetch_all(&mut **tx)
        .await?)
}

/// Names of schools in Chinese and English.
pub async fn school_names(tx: &mut Tx, schools: &[Uuid]) -> Result<Vec<(Uuid, String, String)>> {
    Ok(sqlx::query_as("SELECT id, name_zh, name_en FROM organization WHERE id = ANY($1)")
        .bind(schools)
        .fetch_all(&mut **tx)
        .await?)
}

/// A page of the persons for whom something would change.
pub async fn trial_persons(
    tx: &mut Tx,
    id: Uuid,
    filter: &TrialPersonFilter,
    after: Option<(i64, Uuid)>,
    fetch: i64,
) -> Result<Vec<TrialPersonRow>> {
    let district = tx.district();
    let (beyond, order) = match filter.sort.unwrap_or_default() {
        TrialSort::LossFirst => (">", "ASC"),
        TrialSort::GainFirst => ("<", "DESC"),
    };
    let only = filter.only.map_or("true", super::super::trial_persons::Only::condition);
    let sql = format!(
        "SELECT c.person_id, p.number, p.name, c.school_id, o.name_zh AS school_name_zh, o.name_en AS school_name_en,
                c.grade, c.before, c.after, c.levels, c.requirements
         FROM policy_trial_person c
         JOIN person p ON p.district_id = $1 AND p.id = c.person_id
         LEFT JOIN organization o ON o.id = c.school_id
         WHERE c.district_id = $1 AND c.trial_id = $2 AND ($3::uuid IS NULL OR c.school_id = $3)
           AND ($4::int IS NULL OR c.grade = $4) AND {only}
           AND ($5::bigint IS NULL OR (c.after - c.before, c.person_id) {beyond} ($5, $6))
         ORDER BY c.after - c.before {order}, c.person_id {order} LIMIT $7"
    );
    let (change, person) = after.unzip();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(id)
        .bind(filter.school)
        .bind(filter.grade)
        .bind(change)
        .bind(person)
        .bind(fetch)
        .fetch_all(&mut **tx)
        .await?)
}
