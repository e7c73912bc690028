//! SQL of saved reports and packs. Every statement names the district.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::saved::SavedKind;
use crate::error::{ApiError, Result};
use crate::reports::ready::WhichReady;
use crate::tenancy::Tx;

/// A saved report.
#[derive(Debug, Clone, FromRow)]
pub struct SavedRow {
    pub id: Uuid,
    pub name: String,
    pub kind: SavedKind,
    pub query: Json<BTreeMap<String, String>>,
    pub saved_by: Uuid,
    pub saved_at: DateTime<Utc>,
}

/// Where a pack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum PackState {
    /// It was asked for.
    Waiting,
    /// Its reports are read.
    Making,
    /// Its files can be had.
    Ready,
    /// It was not made; `problem` says why.
    Failed,
}

/// A file of a pack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackFile {
    pub name: String,
    pub media_type: String,
    pub bytes: i64,
    pub object_key: String,
}

/// A pack.
#[derive(Debug, Clone, FromRow)]
pub struct PackRow {
    pub id: Uuid,
    pub name: String,
    pub query: Json<WhichReady>,
    pub kinds: Vec<String>,
    pub state: PackState,
    pub done: i32,
    pub problem: String,
    pub files: Json<Vec<PackFile>>,
    pub asked_by: Uuid,
    pub asked_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

const SAVED: &str = "SELECT id, name, kind, query, saved_by, saved_at FROM saved_report
                     WHERE district_id = $1 AND removed_at IS NULL ";
const PACK: &str =
    "SELECT id, name, query, kinds, state, done, problem, files, asked_by, asked_at, ended_at FROM report_pack
                    WHERE district_id = $1 ";

/// Those that an account saved, the newest first.
pub async fn saved_by(tx: &mut Tx, account: Uuid) -> Result<Vec<SavedRow>> {
    let district = tx.district();
    let sql = format!("{SAVED} AND saved_by = $2 ORDER BY id DESC");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).bind(account).fetch_all(&mut **tx).await?)
}

/// How many an account saved.
pub async fn count_saved(tx: &mut Tx, account: Uuid) -> Result<i64> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM saved_report WHERE district_id = $1 AND saved_by = $2 AND removed_at IS NULL",
    )
    .bind(district.0)
    .bind(account)
    .fetch_one(&mut **tx)
    .await?)
}

/// One.
pub async fn saved(tx: &mut Tx, id: Uuid) -> Result<SavedRow> {
    let district = tx.district();
    let sql = format!("{SAVED} AND id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("saved report"))
}

/// Adds one.
pub async fn insert_saved(tx: &mut Tx, row: &SavedRow) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO saved_report (district_id, id, name, kind, query, saved_by, saved_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(district.0)
    .bind(row.id)
    .bind(&row.name)
    .bind(row.kind)
    .bind(&row.query)
    .bind(row.saved_by)
    .bind(row.saved_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes one away.
pub async fn remove_saved(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query("UPDATE saved_report SET removed_at = $3 WHERE district_id = $1 AND id = $2")
        .bind(district.0)
        .bind(id)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The newest packs.
pub async fn packs(tx: &mut Tx) -> Result<Vec<PackRow>> {
    let district = tx.district();
    let sql = format!("{PACK} ORDER BY asked_at DESC, id DESC LIMIT 100");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(district.0).fetch_all(&mut **tx).await?)
}

/// One.
pub async fn pack(tx: &mut Tx, id: Uuid) -> Result<PackRow> {
    let district = tx.district();
    let sql = format!("{PACK} AND id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(district.0)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("pack"))
}

/// Asks for one.
pub async fn insert_pack(tx: &mut Tx, row: &PackRow) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "INSERT INTO report_pack (district_id, id, name, query, kinds, state, asked_by, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(district.0)
    .bind(row.id)
    .bind(&row.name)
    .bind(&row.query)
    .bind(&row.kinds)
    .bind(row.state)
    .bind(row.asked_by)
    .bind(row.asked_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Says how far one is.
pub async fn progress(tx: &mut Tx, id: Uuid, done: i32) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE report_pack SET state = 'making', done = $3 WHERE district_id = $1 AND id = $2 AND ended_at IS NULL",
    )
    .bind(district.0)
    .bind(id)
    .bind(done)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Says what became of one: its files, or why there are none.
pub async fn end(tx: &mut Tx, id: Uuid, files: &[PackFile], problem: Option<&str>, at: DateTime<Utc>) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE report_pack
         SET state = CASE WHEN $4::text IS NULL THEN 'ready' ELSE 'failed' END, problem = coalesce($4, ''), files = $3,
             ended_at = $5
         WHERE district_id = $1 AND id = $2 AND ended_at IS NULL",
    )
    .bind(district.0)
    .bind(id)
    .bind(Json(files))
    .bind(problem)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
