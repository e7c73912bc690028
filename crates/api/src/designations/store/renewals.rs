//! The SQL of what holders ask for: renewals.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::designation::renewal::Ask;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    tenancy::Tx,
};

/// A renewal that was asked for.
#[derive(Debug, Clone, FromRow)]
pub struct RenewalRow {
    /// Identity.
    pub id: Uuid,
    /// What is to be renewed.
    pub designation_id: Uuid,
    /// `asked`, `granted` or `refused`.
    pub state: String,
    /// What the holder says for it.
    pub text: String,
    /// Who asked.
    pub asked_by: Uuid,
    /// On which day.
    pub asked_on: NaiveDate,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Name of its file, if it has one.
    pub file_name: Option<String>,
    /// What that is, by its content.
    pub media_type: Option<String>,
    /// Its size.
    pub bytes: Option<i64>,
    /// SHA-256, hex.
    pub digest: Option<String>,
    /// Where it is kept.
    pub object_key: Option<String>,
    /// Why it was refused.
    pub reason: String,
    /// Who answered.
    pub answered_by: Option<Uuid>,
    /// On which day.
    pub answered_on: Option<NaiveDate>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
}

impl RenewalRow {
    /// As the rules see it.
    pub fn rules(&self) -> Ask {
        let by = self.answered_by.unwrap_or_default();
        match self.state.as_str() {
            "granted" => Ask::Granted { by },
            "refused" => Ask::Refused { by, reason: self.reason.clone() },
            _ => Ask::Asked { on: self.asked_on },
        }
    }
}

/// What was asked for these designations, the newest first.
pub async fn renewals(tx: &mut Tx, designations: &[Uuid]) -> Result<Vec<RenewalRow>> {
    Ok(sqlx::query_as("SELECT * FROM designation_renewal WHERE designation_id = ANY($1) ORDER BY id DESC")
        .bind(designations)
        .fetch_all(&mut **tx)
        .await?)
}

/// One of them.
pub async fn renewal(tx: &mut Tx, designation: Uuid, id: Uuid) -> Result<RenewalRow> {
    sqlx::query_as("SELECT * FROM designation_renewal WHERE designation_id = $1 AND id = $2")
        .bind(designation)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("renewal"))
}

/// That which waits for its answer.
pub async fn renewal_waiting(tx: &mut Tx, designation: Uuid) -> Result<Option<RenewalRow>> {
    Ok(sqlx::query_as("SELECT * FROM designation_renewal WHERE designation_id = $1 AND state = 'asked'")
        .bind(designation)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Adds one. The holder must be locked.
pub async fn add_renewal(tx: &mut Tx, row: &RenewalRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO designation_renewal (id, designation_id, state, text, asked_by, asked_on, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id)
    .bind(row.designation_id)
    .bind(&row.state)
    .bind(&row.text)
    .bind(row.asked_by)
    .bind(row.asked_on)
    .bind(row.asked_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes its file and its answer. The holder must be locked.
pub async fn change_renewal(tx: &mut Tx, row: &RenewalRow) -> Result<()> {
    sqlx::query(
        "UPDATE designation_renewal SET state = $2, reason = $3, answered_by = $4, answered_on = $5, answered_at = $6,
             file_name = $7, media_type = $8, bytes = $9, digest = $10, object_key = $11
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.state)
    .bind(&row.reason)
    .bind(row.answered_by)
    .bind(row.answered_on)
    .bind(row.answered_at)
    .bind(&row.file_name)
    .bind(&row.media_type)
    .bind(row.bytes)
    .bind(&row.digest)
    .bind(&row.object_key)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A renewal that waits, with what it is about.
#[derive(Debug, FromRow)]
pub struct RenewalWaiting {
    /// Identity.
    pub id: Uuid,
    /// What is to be renewed.
    pub designation_id: Uuid,
    /// Its number.
    pub number: String,
    /// Its scheme.
    pub scheme_name_zh: String,
    /// The same in English.
    pub scheme_name_en: String,
    /// Its holder, or who employs that.
    pub organization_name_zh: String,
    /// The professional who holds it, if one does.
    pub professional_name: Option<String>,
    /// Its present last day.
    pub valid_to: Option<NaiveDate>,
    /// On which day it was asked.
    pub asked_on: NaiveDate,
}

/// Those that wait under the schemes of these authorities, the oldest first.
pub async fn renewals_waiting(
    tx: &mut Tx,
    authorities: &[Uuid],
    after: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<RenewalWaiting>> {
    Ok(sqlx::query_as(
        "SELECT r.id, r.designation_id, d.number, s.name_zh AS scheme_name_zh, s.name_en AS scheme_name_en,
                o.name_zh AS organization_name_zh, p.name AS professional_name, d.valid_to, r.asked_on
         FROM designation_renewal r JOIN designation d ON d.id = r.designation_id JOIN scheme s ON s.id = d.scheme_id
         LEFT JOIN professional p ON p.id = d.professional_id
         JOIN organization o ON o.id = coalesce(d.organization_id, p.employer_id)
         WHERE r.state = 'asked' AND s.authority_id = ANY($1) AND ($2::uuid IS NULL OR r.id > $2)
         ORDER BY r.id LIMIT $3",
    )
    .bind(authorities)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Those of a scheme that wait, or were answered on a day or later.
pub async fn renewals_since(tx: &mut Tx, scheme: Uuid, since: NaiveDate) -> Result<Vec<RenewalRow>> {
    Ok(sqlx::query_as(
        "SELECT r.* FROM designation_renewal r JOIN designation d ON d.id = r.designation_id
         WHERE d.scheme_id = $1 AND (r.state = 'asked' OR r.answered_on >= $2) ORDER BY r.id",
    )
    .bind(scheme)
    .bind(since)
    .fetch_all(&mut **tx)
    .await?)
}
