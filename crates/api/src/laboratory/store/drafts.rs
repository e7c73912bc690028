//! SQL of drafts.

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::draft::Draft;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{ApiError, Result};
use crate::tenancy::Tx;

/// A draft with its text.
#[derive(Debug, Clone, FromRow)]
pub struct DraftRow {
    pub id: Uuid,
    pub document: String,
    pub policy_id: String,
    pub policy_version: String,
    pub title_zh: String,
    pub title_en: String,
    pub standing: Json<Draft>,
    pub effective_on: Option<NaiveDate>,
    pub policy_version_id: Option<Uuid>,
    pub adoption_id: Option<Uuid>,
    pub adoption_state: Option<String>,
    /// Why the adoption failed, if it did.
    pub adoption_error: Option<String>,
    pub created_by: Uuid,
    pub created_by_name: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_by: Uuid,
    pub updated_by_name: Option<String>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

impl DraftRow {
    /// Whether it could not be made effective: the adoption failed, or was given up.
    pub fn has_failed(&self) -> bool {
        matches!(self.adoption_state.as_deref(), Some("failed" | "discarded"))
    }
}

const DRAFT: &str = "
    SELECT d.id, d.document, d.policy_id, d.policy_version, d.title_zh, d.title_en, d.standing, d.effective_on,
           d.policy_version_id, d.adoption_id, p.state AS adoption_state,
           CASE WHEN p.state = 'failed' THEN p.outcome ->> 'error' END AS adoption_error, d.created_by,
           c.display_name AS created_by_name, d.created_at, d.updated_by, u.display_name AS updated_by_name,
           d.updated_at, d.version
    FROM policy_draft d
    LEFT JOIN policy_adoption p ON p.id = d.adoption_id
    LEFT JOIN account c ON c.id = d.created_by
    LEFT JOIN account u ON u.id = d.updated_by";

/// Adds a draft.
pub async fn insert_draft(tx: &mut Tx, row: &DraftRow) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO policy_draft (district_id, id, document, policy_id, policy_version, title_zh, title_en, standing,
                                   state, created_by, created_at, updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10, $11)",
    )
    .bind(district.0)
    .bind(row.id)
    .bind(&row.document)
    .bind(&row.policy_id)
    .bind(&row.policy_version)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.standing)
    .bind(row.standing.name().word())
    .bind(row.created_by)
    .bind(row.created_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes what a draft says and how it stands.
pub async fn update_draft(tx: &mut Tx, row: &DraftRow) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE policy_draft SET document = $3, policy_id = $4, policy_version = $5, title_zh = $6, title_en = $7,
                standing = $8, state = $9, effective_on = $10, policy_version_id = $11, adoption_id = $12,
                updated_by = $13, updated_at = $14, version = version + 1
         WHERE district_id = $1 AND id = $2",
    )
    .bind(district.0)
    .bind(row.id)
    .bind(&row.document)
    .bind(&row.policy_id)
    .bind(&row.policy_version)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.standing)
    .bind(row.standing.name().word())
    .bind(row.effective_on)
    .bind(row.policy_version_id)
    .bind(row.adoption_id)
    .bind(row.updated_by)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One draft.
pub async fn draft(tx: &mut Tx, id: Uuid, lock: bool) -> Result<DraftRow> {
    let district = tx.district();
    let lock = if lock { "FOR UPDATE OF d" } else { "" };
    let sql = format!("{DRAFT} WHERE d.district_id = $1 AND d.id = $2 {lock}");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("draft"))
}

/// Drafts, newest first; in one state where it is named.
pub async fn drafts(tx: &mut Tx, state: Option<&str>, before: Option<Uuid>, fetch: i64) -> Result<Vec<DraftRow>> {
    let district = tx.district();
    let sql = format!(
        "{DRAFT} WHERE d.district_id = $1 AND ($2::uuid IS NULL OR d.id < $2) AND ($3::text IS NULL OR d.state = $3)
         ORDER BY d.id DESC LIMIT $4"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(before)
        .bind(state)
        .bind(fetch)
        .fetch_all(&mut **tx)
        .await?)
}

/// Drafts whose day has come and that are not effective yet, the earliest first: they were published and nothing has begun,
/// the adoption that was begun is computed, or it failed and was begun before `before`.
pub async fn planned(tx: &mut Tx, today: NaiveDate, before: DateTime<Utc>) -> Result<Vec<Uuid>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT d.id FROM policy_draft d LEFT JOIN policy_adoption p ON p.id = d.adoption_id
         WHERE d.district_id = $1 AND d.state = 'published' AND d.effective_on <= $2
           AND (d.adoption_id IS NULL OR p.state = 'computed' OR (p.state = 'failed' AND p.requested_at < $3))
         ORDER BY d.effective_on, d.id",
    )
    .bind(district.0)
    .bind(today)
    .bind(before)
    .fetch_all(&mut **tx)
    .await?)
}
