//! SQL of saved reports and packs. Every statement names the district.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, PgPool};
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
    /// Policy and period, where the service made it by itself.
    pub of_period: Option<String>,
}

/// A policy that a district scores by.
#[derive(Debug, FromRow)]
pub struct Scored {
    pub policy_id: String,
    pub policy_version_id: Uuid,
    pub title_zh: String,
    /// Since when, under any version.
    pub since: DateTime<Utc>,
}

const SAVED: &str = "SELECT id, name, kind, query, saved_by, saved_at FROM saved_report
                     WHERE district_id = $1 AND removed_at IS NULL ";
const PACK: &str =
    "SELECT id, name, query, kinds, state, done, problem, files, asked_by, asked_at, ended_at, of_period FROM report_pack
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

/// Whether one that was asked for by somebody is being made.
pub async fn is_making(tx: &mut Tx) -> Result<bool> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM report_pack
                        WHERE district_id = $1 AND ended_at IS NULL AND of_period IS NULL)",
    )
    .bind(district.0)
    .fetch_one(&mut **tx)
    .await?)
}

/// Asks for one, unless the service asked for that of the period already; says whether it did.
pub async fn insert_pack(tx: &mut Tx, row: &PackRow) -> Result<bool> {
    let district = tx.district();
    let added = sqlx::query(
        "INSERT INTO report_pack (district_id, id, name, query, kinds, state, asked_by, asked_at, of_period)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
    )
    .bind(district.0)
    .bind(row.id)
    .bind(&row.name)
    .bind(&row.query)
    .bind(&row.kinds)
    .bind(row.state)
    .bind(row.asked_by)
    .bind(row.asked_at)
    .bind(&row.of_period)
    .execute(&mut **tx)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Those of all districts that have not ended, the oldest first.
pub async fn open_packs(owner: &PgPool) -> Result<Vec<(Uuid, Uuid)>> {
    Ok(sqlx::query_as("SELECT district_id, id FROM report_pack WHERE ended_at IS NULL ORDER BY id")
        .fetch_all(owner)
        .await?)
}

/// Districts that have packs made by themselves.
pub async fn with_packs(owner: &PgPool) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "SELECT d.id FROM district d
         WHERE d.report_packs AND EXISTS (SELECT FROM policy_adoption a WHERE a.district_id = d.id AND a.state = 'effective')
         ORDER BY d.id",
    )
    .fetch_all(owner)
    .await?)
}

/// The policies that the district scores by, and since when.
pub async fn scored(tx: &mut Tx) -> Result<Vec<Scored>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "SELECT a.policy_id, a.policy_version_id, v.title_zh,
                (SELECT min(b.effective_at) FROM policy_adoption b
                 WHERE b.district_id = $1 AND b.policy_id = a.policy_id AND b.effective_at IS NOT NULL) AS since
         FROM policy_adoption a JOIN policy_version v ON v.id = a.policy_version_id
         WHERE a.district_id = $1 AND a.state = 'effective' AND a.effective_at IS NOT NULL ORDER BY a.policy_id",
    )
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?)
}

/// Holds one until the end of the transaction; no if somebody else makes it.
pub async fn hold_pack(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT pg_try_advisory_xact_lock(hashtextextended('report-pack/' || $1::uuid, 0))")
        .bind(id)
        .fetch_one(&mut **tx)
        .await?)
}

/// Begins one that has not ended, from its first report; says how often it was begun.
pub async fn take_up(tx: &mut Tx, id: Uuid) -> Result<Option<i32>> {
    let district = tx.district();
    Ok(sqlx::query_scalar(
        "UPDATE report_pack SET state = 'making', done = 0, begun = begun + 1
         WHERE district_id = $1 AND id = $2 AND ended_at IS NULL RETURNING begun",
    )
    .bind(district.0)
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?)
}

/// Says how far one is.
pub async fn progress(tx: &mut Tx, id: Uuid, done: i32) -> Result<()> {
    let district = tx.district();
    sqlx::query("UPDATE report_pack SET done = $3 WHERE district_id = $1 AND id = $2 AND ended_at IS NULL")
        .bind(district.0)
        .bind(id)
        .bind(done)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Says what became of one: its files, or why there are none; no if that was said before.
pub async fn end(tx: &mut Tx, id: Uuid, files: &[PackFile], problem: Option<&str>, at: DateTime<Utc>) -> Result<bool> {
    let district = tx.district();
    let ended = sqlx::query(
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
    Ok(ended.rows_affected() > 0)
}

/// A pack whose files are taken back.
#[derive(Debug, FromRow)]
pub struct Withheld {
    pub id: Uuid,
    files: Json<Vec<PackFile>>,
}

impl Withheld {
    /// Where its files are.
    pub fn keys(self) -> impl Iterator<Item = String> {
        self.files.0.into_iter().map(|file| file.object_key)
    }
}

/// Takes back the files of every pack. Each is of the moment from then on at which it had been made.
pub async fn withhold_all(tx: &mut Tx) -> Result<Vec<Withheld>> {
    let district = tx.district();
    Ok(sqlx::query_as(
        "UPDATE report_pack p SET files = '[]', query = jsonb_build_object('as_of',
                to_char(p.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')) || p.query
         FROM (SELECT id, files FROM report_pack WHERE district_id = $1 AND state = 'ready' AND files <> '[]'
               ORDER BY id FOR UPDATE) was
         WHERE p.district_id = $1 AND p.id = was.id
         RETURNING p.id, was.files",
    )
    .bind(district.0)
    .fetch_all(&mut **tx)
    .await?)
}

/// Asks for one again whose files were taken back.
pub async fn ask_again(tx: &mut Tx, id: Uuid) -> Result<()> {
    let district = tx.district();
    sqlx::query(
        "UPDATE report_pack SET state = 'waiting', done = 0, begun = 0, ended_at = NULL
         WHERE district_id = $1 AND id = $2 AND state = 'ready' AND files = '[]'",
    )
    .bind(district.0)
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
