//! The SQL of applications.

mod hearing;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::designation::{application::Application, form::Answers};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

pub use hearing::*;

use crate::{
    error::{ApiError, OnConstraint, Result},
    tenancy::Tx,
};

/// What somebody found who went there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SpotCheckRow {
    /// The day.
    pub visited_on: NaiveDate,
    /// Whether all was as it was said to be.
    pub passed: bool,
    /// What was found.
    pub remark: String,
    /// Who went there.
    pub by: Uuid,
}

/// An application, with who applies.
#[derive(Debug, Clone, FromRow)]
pub struct ApplicationRow {
    /// Identity.
    pub id: Uuid,
    /// The round.
    pub round_id: Uuid,
    /// What it is called.
    pub round_name_zh: String,
    /// The same in English.
    pub round_name_en: String,
    /// What the scheme is called.
    pub scheme_name_zh: String,
    /// The same in English.
    pub scheme_name_en: String,
    /// Who applies; the employer if a professional is to hold it.
    pub organization_id: Uuid,
    /// Its name.
    pub organization_name_zh: String,
    /// Its kind.
    pub organization_kind: String,
    /// The district in which it is registered.
    pub district_id: Uuid,
    /// The professional who is to hold it.
    pub professional_id: Option<Uuid>,
    /// What the professional is called.
    pub professional_name: Option<String>,
    /// What the professional does there.
    pub professional_post: Option<String>,
    /// The state with what it owns.
    pub standing: Json<Application>,
    /// Day on which it came into the state.
    pub since: NaiveDate,
    /// Answers to the form.
    pub answers: Json<Answers>,
    /// What somebody found who went there.
    pub spot_check: Option<Json<SpotCheckRow>>,
    /// Who began it.
    pub created_by: Uuid,
    /// Version.
    pub version: i64,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl ApplicationRow {
    /// What it is called where it is told of: who is to hold what, in Chinese, and in English if the scheme has such a name.
    pub fn label(&self) -> (String, String) {
        let who = self.professional_name.as_ref().unwrap_or(&self.organization_name_zh);
        let en =
            if self.scheme_name_en.is_empty() { String::new() } else { format!("{who} · {}", self.scheme_name_en) };
        (format!("{who} · {}", self.scheme_name_zh), en)
    }

    /// 1, or 2 after an appeal that was upheld.
    pub fn hearing(&self) -> i16 {
        if self.standing.0.filing().is_some_and(|filing| filing.appealed) { 2 } else { 1 }
    }
}

macro_rules! applications {
    () => {
        "SELECT a.id, a.round_id, r.name_zh AS round_name_zh, r.name_en AS round_name_en, s.name_zh AS scheme_name_zh,
                s.name_en AS scheme_name_en, a.organization_id, o.name_zh AS organization_name_zh, o.kind AS organization_kind,
                o.district_id, a.professional_id, p.name AS professional_name, p.post AS professional_post, a.standing,
                a.since, a.answers, a.spot_check, a.created_by, a.version, a.created_at, a.updated_at
         FROM application a JOIN organization o ON o.id = a.organization_id
         LEFT JOIN professional p ON p.id = a.professional_id
         JOIN round r ON r.id = a.round_id JOIN scheme s ON s.id = r.scheme_id "
    };
}

/// Whose applications somebody may list.
#[derive(Debug, Default)]
pub struct Sight {
    /// All that were submitted, whatever the authority.
    pub all: bool,
    /// Those submitted to these authorities.
    pub authorities: Vec<Uuid>,
    /// Those of these organizations.
    pub organizations: Vec<Uuid>,
    /// Those under review in rounds of which this account is a reviewer.
    pub reviewer: Option<Uuid>,
}

/// Which applications to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Of this round.
    pub round: Option<Uuid>,
    /// Of this organization.
    pub organization: Option<Uuid>,
    /// In this state.
    pub state: Option<&'f str>,
    /// Those alone that are there to be reviewed by this account.
    pub reviewer: Option<Uuid>,
}

/// Lists applications by identity.
pub async fn list(
    tx: &mut Tx,
    sight: &Sight,
    filter: &Filter<'_>,
    after: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<ApplicationRow>> {
    Ok(sqlx::query_as(concat!(
        applications!(),
        "WHERE ((a.state <> 'draft' AND ($1 OR s.authority_id = ANY($2))) OR a.organization_id = ANY($3)
                OR (a.state = 'under_review' AND EXISTS (SELECT FROM round_reviewer v
                                                         WHERE v.round_id = a.round_id AND v.account_id = $4)))
           AND ($5::uuid IS NULL OR a.round_id = $5) AND ($6::uuid IS NULL OR a.organization_id = $6)
           AND ($7::text IS NULL OR a.state = $7)
           AND ($8::uuid IS NULL OR (a.state = 'under_review' AND EXISTS (SELECT FROM round_reviewer v
                                                       WHERE v.round_id = a.round_id AND v.account_id = $8)))
           AND ($9::uuid IS NULL OR a.id > $9)
         ORDER BY a.id LIMIT $10"
    ))
    .bind(sight.all)
    .bind(&sight.authorities)
    .bind(&sight.organizations)
    .bind(sight.reviewer)
    .bind(filter.round)
    .bind(filter.organization)
    .bind(filter.state)
    .bind(filter.reviewer)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// What is published for objection in any round, the newest rounds first.
pub async fn published(tx: &mut Tx, most: i64) -> Result<Vec<ApplicationRow>> {
    Ok(sqlx::query_as(concat!(applications!(), "WHERE a.state = 'published' ORDER BY a.round_id DESC, a.id LIMIT $1"))
        .bind(most)
        .fetch_all(&mut **tx)
        .await?)
}

/// Loads one.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<ApplicationRow> {
    sqlx::query_as(concat!(applications!(), "WHERE a.id = $1"))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("application"))
}

/// Loads one to be changed: nobody else changes it until the transaction ends.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<ApplicationRow> {
    sqlx::query_as(concat!(applications!(), "WHERE a.id = $1 FOR NO KEY UPDATE OF a"))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("application"))
}

/// Those of a round in these states, to be changed, by identity.
pub async fn lock_round(tx: &mut Tx, round: Uuid, states: &[&str]) -> Result<Vec<ApplicationRow>> {
    let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
    Ok(sqlx::query_as(concat!(
        applications!(),
        "WHERE a.round_id = $1 AND a.state = ANY($2) ORDER BY a.id FOR NO KEY UPDATE OF a"
    ))
    .bind(round)
    .bind(states)
    .fetch_all(&mut **tx)
    .await?)
}

/// Those of a round in these states, by identity.
pub async fn of_round(tx: &mut Tx, round: Uuid, states: &[&str]) -> Result<Vec<ApplicationRow>> {
    let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
    Ok(sqlx::query_as(concat!(applications!(), "WHERE a.round_id = $1 AND a.state = ANY($2) ORDER BY a.id"))
        .bind(round)
        .bind(states)
        .fetch_all(&mut **tx)
        .await?)
}

/// How many applications of a round take a place of its quota.
pub async fn places_taken(tx: &mut Tx, round: Uuid) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM application WHERE round_id = $1 AND state IN ('approved', 'published', 'awarded')",
    )
    .bind(round)
    .fetch_one(&mut **tx)
    .await?)
}

/// The professional of this name at an employer, however it was spaced when it was entered; entered if not there.
pub async fn professional(
    tx: &mut Tx,
    id: Uuid,
    employer: Uuid,
    name: &str,
    post: &str,
    at: DateTime<Utc>,
) -> Result<Uuid> {
    let known: Option<Uuid> = sqlx::query_scalar(
        "UPDATE professional SET post = coalesce(nullif($3, ''), post)
         WHERE id = (SELECT id FROM professional
                     WHERE employer_id = $1 AND regexp_replace(name, '\\s', '', 'g') = regexp_replace($2, '\\s', '', 'g')
                     ORDER BY name <> $2, id LIMIT 1)
         RETURNING id",
    )
    .bind(employer)
    .bind(name)
    .bind(post)
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(known) = known {
        return Ok(known);
    }
    Ok(sqlx::query_scalar(
        "INSERT INTO professional (id, employer_id, name, post, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (employer_id, name)
         DO UPDATE SET post = coalesce(nullif(excluded.post, ''), professional.post) RETURNING id",
    )
    .bind(id)
    .bind(employer)
    .bind(name)
    .bind(post)
    .bind(at)
    .fetch_one(&mut **tx)
    .await?)
}

/// Adds one.
pub async fn insert(tx: &mut Tx, row: &ApplicationRow) -> Result<()> {
    let twice = || {
        ApiError::conflict(
            "applied_already",
            "There is an application of this holder in the round already. Go on with that one, or withdraw it.",
        )
    };
    sqlx::query(
        "INSERT INTO application (id, round_id, organization_id, professional_id, state, standing, since, answers,
                                  created_by, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
    )
    .bind(row.id)
    .bind(row.round_id)
    .bind(row.organization_id)
    .bind(row.professional_id)
    .bind(row.standing.0.state().word())
    .bind(&row.standing)
    .bind(row.since)
    .bind(&row.answers)
    .bind(row.created_by)
    .bind(row.version)
    .bind(row.created_at)
    .execute(&mut **tx)
    .await
    .on_constraint("application_once", twice)
    .on_constraint("application_once_each", twice)?;
    Ok(())
}

/// Writes the changed fields of one that is locked.
pub async fn update(tx: &mut Tx, row: &ApplicationRow) -> Result<()> {
    sqlx::query(
        "UPDATE application SET state = $2, standing = $3, since = $4, answers = $5, spot_check = $6, version = $7,
                                updated_at = $8
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(row.standing.0.state().word())
    .bind(&row.standing)
    .bind(row.since)
    .bind(&row.answers)
    .bind(&row.spot_check)
    .bind(row.version)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One step of an application's life.
#[derive(Debug, FromRow)]
pub struct EventRow {
    /// Identity.
    pub id: Uuid,
    /// What was done.
    pub step: String,
    /// The state before.
    pub from_state: Option<String>,
    /// The state after.
    pub to_state: String,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub account_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// Adds a step.
pub async fn add_event(tx: &mut Tx, application: Uuid, row: &EventRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO application_event (id, application_id, step, from_state, to_state, reason, account_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id)
    .bind(application)
    .bind(&row.step)
    .bind(&row.from_state)
    .bind(&row.to_state)
    .bind(&row.reason)
    .bind(row.account_id)
    .bind(row.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The steps of an application, the oldest first.
pub async fn events(tx: &mut Tx, application: Uuid) -> Result<Vec<EventRow>> {
    Ok(sqlx::query_as("SELECT * FROM application_event WHERE application_id = $1 ORDER BY id")
        .bind(application)
        .fetch_all(&mut **tx)
        .await?)
}

/// A file of an application.
#[derive(Debug, FromRow)]
pub struct FileRow {
    /// Identity.
    pub id: Uuid,
    /// The application.
    pub application_id: Uuid,
    /// Key of the field; none for a photograph of the spot check.
    pub field: Option<String>,
    /// What it is called.
    pub file_name: String,
    /// What it is.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// SHA-256, hex.
    pub digest: String,
    /// Where it is kept.
    pub object_key: String,
    /// Who added it.
    pub uploaded_by: Uuid,
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

/// The files of an application, in the order in which they were added.
pub async fn files(tx: &mut Tx, application: Uuid) -> Result<Vec<FileRow>> {
    Ok(sqlx::query_as("SELECT * FROM application_file WHERE application_id = $1 AND removed_at IS NULL ORDER BY id")
        .bind(application)
        .fetch_all(&mut **tx)
        .await?)
}

/// Adds a file.
pub async fn insert_file(tx: &mut Tx, row: &FileRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO application_file (id, application_id, field, file_name, media_type, bytes, digest, object_key,
                                       uploaded_by, uploaded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.id)
    .bind(row.application_id)
    .bind(&row.field)
    .bind(&row.file_name)
    .bind(&row.media_type)
    .bind(row.bytes)
    .bind(&row.digest)
    .bind(&row.object_key)
    .bind(row.uploaded_by)
    .bind(row.uploaded_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a file away.
pub async fn remove_file(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE application_file SET removed_at = $2 WHERE id = $1")
        .bind(id)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
