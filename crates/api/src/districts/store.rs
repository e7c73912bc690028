//! SQL of authorities and districts.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::NoShowPolicy;
use crate::error::{ApiError, OnConstraint, Result};
use crate::former;

/// An authority.
#[derive(Debug, FromRow)]
pub struct AuthorityRow {
    /// Its id.
    pub id: Uuid,
    /// The one above.
    pub parent_id: Option<Uuid>,
    /// `country`, `province`, `city` or `district`.
    pub level: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// Counts changes.
    pub version: i64,
}

/// A district.
#[derive(Debug, FromRow)]
pub struct DistrictRow {
    /// Its id, also that of its authority.
    pub id: Uuid,
    /// The authority above.
    pub parent_id: Option<Uuid>,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// Its time zone.
    pub time_zone: String,
    /// Its settings.
    pub settings: Value,
    /// What it does about absences.
    pub no_shows: Option<Json<NoShowPolicy>>,
    /// Whether a change of the rules needs a second official.
    pub second_official: bool,
    /// Whether packs of reports are made by themselves.
    pub report_packs: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i64,
}

/// Authorities by code.
pub async fn authorities(
    connection: &mut PgConnection,
    level: Option<&str>,
    after: Option<String>,
    fetch: i64,
) -> Result<Vec<AuthorityRow>> {
    Ok(sqlx::query_as(
        "SELECT id, parent_id, level, code, name_zh, name_en, version FROM authority
         WHERE ($1::text IS NULL OR level = $1) AND ($2::text IS NULL OR code > $2) ORDER BY code LIMIT $3",
    )
    .bind(level)
    .bind(after)
    .bind(fetch)
    .fetch_all(connection)
    .await?)
}

/// The level of an authority.
pub async fn level(connection: &mut PgConnection, id: Uuid) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT level FROM authority WHERE id = $1").bind(id).fetch_optional(connection).await?)
}

/// One authority.
pub async fn authority(connection: &mut PgConnection, id: Uuid) -> Result<Option<AuthorityRow>> {
    Ok(sqlx::query_as("SELECT id, parent_id, level, code, name_zh, name_en, version FROM authority WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// Renames an authority if it still has this version.
pub async fn rename_authority(connection: &mut PgConnection, row: &AuthorityRow) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE authority SET name_zh = $3, name_en = $4, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(row.id)
    .bind(row.version)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds an authority.
pub async fn add_authority(connection: &mut PgConnection, row: &AuthorityRow, at: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "INSERT INTO authority (id, parent_id, level, code, name_zh, name_en, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id)
    .bind(row.parent_id)
    .bind(&row.level)
    .bind(&row.code)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(at)
    .execute(connection)
    .await
    .on_constraint("authority_code_key", || {
        ApiError::conflict(
            "code_taken",
            format!("There is an authority or district with the code {} already.", row.code),
        )
    })?;
    Ok(())
}

/// Adds the district of an authority that was just added.
pub async fn add_district(connection: &mut PgConnection, row: &DistrictRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO district (id, code, name_zh, name_en, time_zone, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id)
    .bind(&row.code)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(&row.time_zone)
    .bind(row.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Districts by code.
pub async fn districts(
    connection: &mut PgConnection,
    parent: Option<Uuid>,
    after: Option<String>,
    fetch: i64,
) -> Result<Vec<DistrictRow>> {
    Ok(sqlx::query_as(
        "SELECT d.id, a.parent_id, d.code, d.name_zh, d.name_en, d.time_zone, d.settings, d.no_shows, d.second_official, d.report_packs, d.created_at,
                d.version
         FROM district d JOIN authority a ON a.id = d.id
         WHERE ($1::uuid IS NULL OR a.parent_id = $1) AND ($2::text IS NULL OR d.code > $2) ORDER BY d.code LIMIT $3",
    )
    .bind(parent)
    .bind(after)
    .bind(fetch)
    .fetch_all(connection)
    .await?)
}

/// One district.
pub async fn district(connection: &mut PgConnection, id: Uuid) -> Result<Option<DistrictRow>> {
    Ok(sqlx::query_as(
        "SELECT d.id, a.parent_id, d.code, d.name_zh, d.name_en, d.time_zone, d.settings, d.no_shows, d.second_official, d.report_packs, d.created_at,
                d.version
         FROM district d JOIN authority a ON a.id = d.id WHERE d.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// Changes a district if it still has this version.
pub async fn change_district(connection: &mut PgConnection, row: &DistrictRow, at: DateTime<Utc>) -> Result<bool> {
    former::keep_shared(&mut *connection, former::Shared::District, &[row.id], at).await?;
    let done = sqlx::query(
        "UPDATE district SET name_zh = $3, name_en = $4, time_zone = $5, settings = $6, no_shows = $7, second_official = $8,
             report_packs = $9, version = version + 1
         WHERE id = $1 AND version = $2",
    )
    .bind(row.id)
    .bind(row.version)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(&row.time_zone)
    .bind(&row.settings)
    .bind(&row.no_shows)
    .bind(row.second_official)
    .bind(row.report_packs)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    // The district is an authority, too, and is called the same as such: on the register, beside its schemes.
    sqlx::query(
        "UPDATE authority SET name_zh = $2, name_en = $3, version = version + 1
         WHERE id = $1 AND (name_zh, name_en) <> ($2, $3)",
    )
    .bind(row.id)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .execute(connection)
    .await?;
    Ok(true)
}

/// Those of these ids that are districts.
pub async fn known(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar("SELECT id FROM district WHERE id = ANY($1)").bind(ids).fetch_all(connection).await?)
}
