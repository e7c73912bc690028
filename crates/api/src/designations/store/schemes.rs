//! The SQL of schemes and of the authorities that run them.

use chrono::{DateTime, Utc};
use kepu_domain::designation::scheme::{Holder, Rules};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use crate::{
    error::{ApiError, OnConstraint, Result},
    tenancy::Tx,
};

/// A scheme.
#[derive(Debug, Clone, FromRow)]
pub struct Scheme {
    /// Identity.
    pub id: Uuid,
    /// Who runs it.
    pub authority_id: Uuid,
    /// Code, which policies name.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Kinds of organizations that may hold one; any if empty.
    pub holder_kinds: Vec<String>,
    /// What an application asks and an award gives; none where there are no rounds.
    pub rules: Option<Json<Rules>>,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

impl Scheme {
    /// Whether such may hold it; one without rules asks nothing.
    pub fn is_for(&self, holder: Holder) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.holders.contains(&holder))
    }
}

/// Lists schemes by identity.
pub async fn list_schemes(
    tx: &mut Tx,
    authority: Option<Uuid>,
    after: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<Scheme>> {
    Ok(sqlx::query_as::<_, Scheme>(
        "SELECT * FROM scheme WHERE ($1::uuid IS NULL OR authority_id = $1) AND ($2::uuid IS NULL OR id > $2)
         ORDER BY id LIMIT $3",
    )
    .bind(authority)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Loads a scheme.
pub async fn load_scheme(tx: &mut Tx, id: Uuid) -> Result<Scheme> {
    find_scheme(tx, id).await?.ok_or_else(|| ApiError::not_found("scheme"))
}

/// Finds a scheme.
pub async fn find_scheme(tx: &mut Tx, id: Uuid) -> Result<Option<Scheme>> {
    Ok(sqlx::query_as("SELECT * FROM scheme WHERE id = $1").bind(id).fetch_optional(&mut **tx).await?)
}

/// Loads a scheme to be changed.
pub async fn lock_scheme(tx: &mut Tx, id: Uuid) -> Result<Scheme> {
    sqlx::query_as("SELECT * FROM scheme WHERE id = $1 FOR NO KEY UPDATE")
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("scheme"))
}

/// Adds a scheme.
pub async fn insert_scheme(tx: &mut Tx, row: &Scheme) -> Result<()> {
    sqlx::query(
        "INSERT INTO scheme (id, authority_id, code, name_zh, name_en, holder_kinds, rules, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.id)
    .bind(row.authority_id)
    .bind(&row.code)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(&row.holder_kinds)
    .bind(&row.rules)
    .bind(row.version)
    .bind(row.created_at)
    .execute(&mut **tx)
    .await
    .on_constraint("scheme_authority_id_code_key", || {
        ApiError::conflict("code_taken", "Another scheme of the authority has this code.")
    })?;
    Ok(())
}

/// Writes the changed fields of a scheme.
pub async fn update_scheme(tx: &mut Tx, row: &Scheme) -> Result<()> {
    sqlx::query(
        "UPDATE scheme SET name_zh = $2, name_en = $3, holder_kinds = $4, rules = $5, version = $6 WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(&row.holder_kinds)
    .bind(&row.rules)
    .bind(row.version)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Level of an authority, if there is such a one.
pub async fn authority_level(tx: &mut Tx, id: Uuid) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT level FROM authority WHERE id = $1").bind(id).fetch_optional(&mut **tx).await?)
}

/// Whether `authority` is the district or stands above it.
pub async fn reaches_district(tx: &mut Tx, authority: Uuid, district: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "WITH RECURSIVE above AS (
             SELECT id, parent_id FROM authority WHERE id = $2
             UNION SELECT a.id, a.parent_id FROM authority a JOIN above ON a.id = above.parent_id
         )
         SELECT EXISTS (SELECT FROM above WHERE id = $1)",
    )
    .bind(authority)
    .bind(district)
    .fetch_one(&mut **tx)
    .await?)
}
