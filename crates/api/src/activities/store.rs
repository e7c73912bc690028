//! The SQL of activities.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::{ActivityStatus, Grades};
use crate::{
    error::{ApiError, OnConstraint, Result},
    former::{self, Shared},
    tenancy::Tx,
};

/// A row, with the name of its host.
#[derive(Debug, Clone, FromRow)]
pub struct Activity {
    /// Identity.
    pub id: Uuid,
    /// The host's district.
    pub district_id: Uuid,
    /// The host.
    pub host_id: Uuid,
    /// The host's name.
    pub host_name_zh: String,
    /// Code, unique with the host.
    pub code: String,
    /// What it is.
    pub kind: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// Level.
    pub level: Option<String>,
    /// The lowest grade.
    pub grade_from: Option<i32>,
    /// The highest grade.
    pub grade_to: Option<i32>,
    /// Free words.
    pub tags: Vec<String>,
    /// Taken part in freely.
    pub voluntary: bool,
    /// Within the school day.
    pub school_day: bool,
    /// How long one session takes.
    pub minutes: i32,
    /// The edition of a programme that it is part of.
    pub edition_id: Option<Uuid>,
    /// The theme that it is on.
    pub theme_id: Option<Uuid>,
    /// The strand that it belongs to.
    pub strand_id: Option<Uuid>,
    /// Whether it is on offer.
    pub status: ActivityStatus,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Activity {
    /// For which grades; none for all.
    pub fn grades(&self) -> Option<Grades> {
        (self.grade_from.is_some() || self.grade_to.is_some())
            .then_some(Grades { from: self.grade_from, to: self.grade_to })
    }

    /// Whether the facts that records are made from are the same.
    pub fn same_facts(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.level == other.level
            && self.tags == other.tags
            && self.voluntary == other.voluntary
            && self.school_day == other.school_day
            && self.minutes == other.minutes
    }
}

/// Which to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Of hosts registered in this district.
    pub district: Option<Uuid>,
    /// Of this host.
    pub host: Option<Uuid>,
    /// Of this kind.
    pub kind: Option<&'f str>,
    /// For this grade.
    pub grade: Option<i32>,
    /// With this tag.
    pub tag: Option<&'f str>,
    /// In this status.
    pub status: Option<ActivityStatus>,
    /// Whose code or title holds this.
    pub q: Option<&'f str>,
    /// That are part of this edition of a programme.
    pub edition: Option<Uuid>,
}

/// Lists by identity, which is the order of entry.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, after: Option<Uuid>, fetch: i64) -> Result<Vec<Activity>> {
    Ok(sqlx::query_as::<_, Activity>(
        "SELECT a.*, lower(a.grades) AS grade_from, upper(a.grades) - 1 AS grade_to, o.name_zh AS host_name_zh
         FROM activity a JOIN organization o ON o.id = a.host_id
         WHERE ($1::uuid IS NULL OR a.district_id = $1) AND ($2::uuid IS NULL OR a.host_id = $2)
           AND ($3::text IS NULL OR a.kind = $3) AND ($4::int IS NULL OR a.grades IS NULL OR a.grades @> $4)
           AND ($5::text IS NULL OR $5 = ANY(a.tags)) AND ($6::text IS NULL OR a.status = $6)
           AND ($7::text IS NULL
                OR position(lower($7) IN lower(a.code || ' ' || a.title_zh || ' ' || a.title_en)) > 0)
           AND ($8::uuid IS NULL OR a.id > $8) AND ($10::uuid IS NULL OR a.edition_id = $10)
         ORDER BY a.id LIMIT $9",
    )
    .bind(filter.district)
    .bind(filter.host)
    .bind(filter.kind)
    .bind(filter.grade)
    .bind(filter.tag)
    .bind(filter.status)
    .bind(filter.q)
    .bind(after)
    .bind(fetch)
    .bind(filter.edition)
    .fetch_all(&mut **tx)
    .await?)
}

/// Finds one, whatever its district: what is on offer is shared.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Activity>> {
    Ok(sqlx::query_as(
        "SELECT a.*, lower(a.grades) AS grade_from, upper(a.grades) - 1 AS grade_to, o.name_zh AS host_name_zh
         FROM activity a JOIN organization o ON o.id = a.host_id WHERE a.id = $1",
    )
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?)
}

/// Loads one, whatever its district.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<Activity> {
    find(tx, id).await?.ok_or_else(|| ApiError::not_found("activity"))
}

/// Loads one of the transaction's district, to be changed or to get sessions.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Activity> {
    sqlx::query_as(
        "SELECT a.*, lower(a.grades) AS grade_from, upper(a.grades) - 1 AS grade_to, o.name_zh AS host_name_zh
         FROM activity a JOIN organization o ON o.id = a.host_id
         WHERE a.id = $1 AND a.district_id = $2 FOR NO KEY UPDATE OF a",
    )
    .bind(id)
    .bind(tx.district().0)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| ApiError::not_found("activity"))
}

/// Whether a session of it that was not cancelled has begun.
pub async fn has_begun(tx: &mut Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM session WHERE activity_id = $1 AND starts_at <= $2 AND status <> 'cancelled')",
    )
    .bind(id)
    .bind(now)
    .fetch_one(&mut **tx)
    .await?)
}

fn code_taken() -> ApiError {
    ApiError::conflict("code_taken", "Another activity of the host has this code.")
}

/// Adds one.
pub async fn insert(tx: &mut Tx, row: &Activity) -> Result<()> {
    if insert_unless_there(tx, row).await? { Ok(()) } else { Err(code_taken()) }
}

/// Adds one unless the host has another of its code, even one that is being added right now; says whether it did.
pub async fn insert_unless_there(tx: &mut Tx, row: &Activity) -> Result<bool> {
    let added = sqlx::query(
        "INSERT INTO activity (id, district_id, host_id, code, kind, title_zh, title_en, level, grades, tags, voluntary,
                               school_day, minutes, status, version, created_at, updated_at, edition_id, theme_id,
                               strand_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
                 CASE WHEN $9::int IS NULL AND $10::int IS NULL THEN NULL ELSE int4range($9, $10, '[]') END,
                 $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         ON CONFLICT (host_id, code) DO NOTHING",
    )
    .bind(row.id)
    .bind(row.district_id)
    .bind(row.host_id)
    .bind(&row.code)
    .bind(&row.kind)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.level)
    .bind(row.grade_from)
    .bind(row.grade_to)
    .bind(&row.tags)
    .bind(row.voluntary)
    .bind(row.school_day)
    .bind(row.minutes)
    .bind(row.status)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .bind(row.edition_id)
    .bind(row.theme_id)
    .bind(row.strand_id)
    .execute(&mut **tx)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Writes the changed fields of one that is locked.
pub async fn update(tx: &mut Tx, row: &Activity) -> Result<()> {
    former::keep_shared(tx, Shared::Activity, &[row.id], row.updated_at).await?;
    sqlx::query(
        "UPDATE activity SET code = $2, kind = $3, title_zh = $4, title_en = $5, level = $6,
                grades = CASE WHEN $7::int IS NULL AND $8::int IS NULL THEN NULL ELSE int4range($7, $8, '[]') END,
                tags = $9, voluntary = $10, school_day = $11, minutes = $12, status = $13, version = $14,
                updated_at = $15, edition_id = $16, theme_id = $17, strand_id = $18
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.code)
    .bind(&row.kind)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.level)
    .bind(row.grade_from)
    .bind(row.grade_to)
    .bind(&row.tags)
    .bind(row.voluntary)
    .bind(row.school_day)
    .bind(row.minutes)
    .bind(row.status)
    .bind(row.version)
    .bind(row.updated_at)
    .bind(row.edition_id)
    .bind(row.theme_id)
    .bind(row.strand_id)
    .execute(&mut **tx)
    .await
    .on_constraint("activity_host_id_code_key", code_taken)?;
    Ok(())
}
