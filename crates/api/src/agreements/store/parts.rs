//! What belongs to an agreement: its parties, its texts and its steps.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::AgreementRow;
use crate::{
    agreements::AgreementState,
    error::{ApiError, Result},
    tenancy::Tx,
};

/// Something that was done.
#[derive(Debug, Clone, FromRow)]
pub struct StepRow {
    /// Identity.
    pub id: Uuid,
    /// The agreement.
    pub agreement_id: Uuid,
    /// What.
    pub step: String,
    /// The state after it.
    pub state: AgreementState,
    /// For which party.
    pub organization_id: Option<Uuid>,
    /// The account.
    pub account_id: Uuid,
    /// How the account is called.
    pub account_name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// What else there is to know.
    pub detail: Json<Value>,
}

/// A text that was to be signed.
#[derive(Debug, Clone, FromRow)]
pub struct Text {
    /// Identity.
    pub id: Uuid,
    /// The agreement.
    pub agreement_id: Uuid,
    /// From 1; the last one is the text.
    pub number: i32,
    /// What it is called.
    pub file_name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Size.
    pub bytes: i64,
    /// SHA-256, hex.
    pub digest: String,
    /// Where it is kept.
    pub object_key: String,
    /// Account that added it.
    pub uploaded_by: Uuid,
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

/// Puts the parties of the row in the place of those it had.
pub async fn replace_parties(tx: &mut Tx, row: &AgreementRow) -> Result<()> {
    sqlx::query("DELETE FROM agreement_party WHERE agreement_id = $1").bind(row.id).execute(&mut **tx).await?;
    let parties: Vec<Uuid> = row.parties.iter().map(|party| party.id).collect();
    sqlx::query(
        "INSERT INTO agreement_party (agreement_id, organization_id, position)
         SELECT $1, party.id, party.place - 1 FROM unnest($2::uuid[]) WITH ORDINALITY party (id, place)",
    )
    .bind(row.id)
    .bind(parties)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes down a step.
pub async fn add_step(tx: &mut Tx, row: &StepRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO agreement_step (id, agreement_id, step, state, organization_id, account_id, at, reason, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.id)
    .bind(row.agreement_id)
    .bind(&row.step)
    .bind(row.state)
    .bind(row.organization_id)
    .bind(row.account_id)
    .bind(row.at)
    .bind(&row.reason)
    .bind(&row.detail)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The steps of an agreement, in their order.
pub async fn steps(tx: &mut Tx, agreement: Uuid) -> Result<Vec<StepRow>> {
    Ok(sqlx::query_as(
        "SELECT s.*, coalesce(a.display_name, '') AS account_name FROM agreement_step s
         LEFT JOIN account a ON a.id = s.account_id WHERE s.agreement_id = $1 ORDER BY s.id",
    )
    .bind(agreement)
    .fetch_all(&mut **tx)
    .await?)
}

/// The texts of an agreement, the newest first.
pub async fn texts(tx: &mut Tx, agreement: Uuid) -> Result<Vec<Text>> {
    Ok(sqlx::query_as("SELECT * FROM agreement_text WHERE agreement_id = $1 ORDER BY number DESC")
        .bind(agreement)
        .fetch_all(&mut **tx)
        .await?)
}

/// One text of an agreement.
pub async fn text(tx: &mut Tx, agreement: Uuid, id: Uuid) -> Result<Text> {
    sqlx::query_as("SELECT * FROM agreement_text WHERE agreement_id = $1 AND id = $2")
        .bind(agreement)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("text"))
}

/// Adds a text to an agreement that is locked.
pub async fn add_text(tx: &mut Tx, row: &Text) -> Result<()> {
    sqlx::query(
        "INSERT INTO agreement_text (id, agreement_id, number, file_name, media_type, bytes, digest, object_key,
                                     uploaded_by, uploaded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.id)
    .bind(row.agreement_id)
    .bind(row.number)
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
