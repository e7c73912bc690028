//! The SQL of competitions.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::{ApiError, OnConstraint, Result},
    former::{self, Shared},
    tenancy::Tx,
};

/// A row.
#[derive(Debug, Clone, FromRow)]
pub struct Competition {
    /// Identity.
    pub id: Uuid,
    /// The district whose local contest it is.
    pub district_id: Option<Uuid>,
    /// The contest through the years.
    pub series: String,
    /// This year's contest.
    pub edition: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Number on the list.
    pub list_no: Option<i32>,
    /// Stages that may enter.
    pub stages: Vec<String>,
    /// On the published list.
    pub listed: bool,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// Where it was published.
    pub source: String,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which to list, besides that they are national or of the transaction's district.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Whose name or series holds this.
    pub q: Option<&'f str>,
    /// Open to this stage.
    pub stage: Option<&'f str>,
    /// Valid on this day.
    pub on: Option<NaiveDate>,
    /// On the published list, or not.
    pub listed: Option<bool>,
    /// Of this series.
    pub series: Option<&'f str>,
}

/// Lists by identity: the national list in its order, edition by edition, then what was entered.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, after: Option<Uuid>, fetch: i64) -> Result<Vec<Competition>> {
    let district = tx.district();
    Ok(sqlx::query_as::<_, Competition>(
        "SELECT * FROM competition
         WHERE (district_id IS NULL OR district_id = $1)
           AND ($2::text IS NULL OR position(lower($2) IN lower(name_zh || ' ' || name_en || ' ' || series)) > 0)
           AND ($3::text IS NULL OR stages = '{}' OR $3 = ANY(stages))
           AND ($4::date IS NULL OR (valid_from <= $4 AND (valid_to IS NULL OR valid_to >= $4)))
           AND ($5::bool IS NULL OR listed = $5) AND ($6::text IS NULL OR series = $6)
           AND ($7::uuid IS NULL OR id > $7)
         ORDER BY id LIMIT $8",
    )
    .bind(district.0)
    .bind(filter.q)
    .bind(filter.stage)
    .bind(filter.on)
    .bind(filter.listed)
    .bind(filter.series)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Finds one that is national or of the transaction's district.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Competition>> {
    let district = tx.district();
    Ok(sqlx::query_as("SELECT * FROM competition WHERE id = $1 AND (district_id IS NULL OR district_id = $2)")
        .bind(id)
        .bind(district.0)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Loads one that is national or of the transaction's district.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<Competition> {
    find(tx, id).await?.ok_or_else(|| ApiError::not_found("competition"))
}

/// Loads one to be changed.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Competition> {
    let district = tx.district();
    sqlx::query_as(
        "SELECT * FROM competition WHERE id = $1 AND (district_id IS NULL OR district_id = $2) FOR NO KEY UPDATE",
    )
    .bind(id)
    .bind(district.0)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| ApiError::not_found("competition"))
}

/// Days of the first and the last result of the transaction's district that stands.
pub async fn days_of_results(tx: &mut Tx, id: Uuid) -> Result<Option<(NaiveDate, NaiveDate)>> {
    let district = tx.district();
    let (first, last): (Option<NaiveDate>, Option<NaiveDate>) = sqlx::query_as(
        "SELECT min(achieved_on), max(achieved_on) FROM result
         WHERE district_id = $1 AND competition_id = $2 AND state IN ('submitted', 'returned', 'verified')",
    )
    .bind(district.0)
    .bind(id)
    .fetch_one(&mut **tx)
    .await?;
    Ok(first.zip(last))
}

/// Adds one.
pub async fn insert(tx: &mut Tx, row: &Competition) -> Result<()> {
    sqlx::query(
        "INSERT INTO competition (id, district_id, series, edition, name_zh, name_en, list_no, stages, listed,
                                  valid_from, valid_to, source, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(row.id)
    .bind(row.district_id)
    .bind(&row.series)
    .bind(&row.edition)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(row.list_no)
    .bind(&row.stages)
    .bind(row.listed)
    .bind(row.valid_from)
    .bind(row.valid_to)
    .bind(&row.source)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("competition_district_id_series_edition_key", || {
        ApiError::conflict("edition_exists", "This edition of the series is entered already.")
    })?;
    Ok(())
}

/// Writes the changed fields of one that is locked.
pub async fn update(tx: &mut Tx, row: &Competition) -> Result<()> {
    former::keep_shared(tx, Shared::Competition, &[row.id], row.updated_at).await?;
    sqlx::query(
        "UPDATE competition SET name_zh = $2, name_en = $3, stages = $4, valid_from = $5, valid_to = $6, source = $7,
                                version = $8, updated_at = $9, listed = $10
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(&row.stages)
    .bind(row.valid_from)
    .bind(row.valid_to)
    .bind(&row.source)
    .bind(row.version)
    .bind(row.updated_at)
    .bind(row.listed)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Brings what is on the national list in line with these rows; answers the identities of those that were added or
/// corrected.
pub async fn put_national(tx: &mut Tx, rows: &[Competition]) -> Result<Vec<Uuid>> {
    let stages: Vec<String> = rows.iter().map(|row| row.stages.join(";")).collect();
    if let Some(first) = rows.first() {
        let renamed: Vec<Uuid> = sqlx::query_scalar(
            "SELECT c.id FROM competition c
             JOIN unnest($1::text[], $2::text[], $3::text[]) AS n (series, edition, name)
               ON n.series = c.series AND n.edition = c.edition AND n.name <> c.name_zh
             WHERE c.district_id IS NULL",
        )
        .bind(rows.iter().map(|row| row.series.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.edition.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.name_zh.as_str()).collect::<Vec<_>>())
        .fetch_all(&mut **tx)
        .await?;
        former::keep_shared(tx, Shared::Competition, &renamed, first.created_at).await?;
    }
    let mut changed: Vec<Uuid> = sqlx::query_scalar(
        "INSERT INTO competition AS c (id, series, edition, name_zh, list_no, stages, listed, valid_from, valid_to,
                                       source, created_at, updated_at)
         SELECT n.id, n.series, n.edition, n.name, n.list_no, string_to_array(n.stages, ';'), true, n.valid_from,
                n.valid_to, n.source, $10, $10
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::date[], $8::date[],
                     $9::text[]) AS n (id, series, edition, name, list_no, stages, valid_from, valid_to, source)
         ON CONFLICT (district_id, series, edition) DO UPDATE
         SET name_zh = excluded.name_zh, list_no = excluded.list_no, stages = excluded.stages,
             valid_from = excluded.valid_from, valid_to = excluded.valid_to, source = excluded.source,
             listed = true, version = c.version + 1, updated_at = excluded.updated_at
         WHERE (c.name_zh, c.list_no, c.stages, c.valid_from, c.valid_to, c.source, c.listed)
               IS DISTINCT FROM (excluded.name_zh, excluded.list_no, excluded.stages, excluded.valid_from,
                                 excluded.valid_to, excluded.source, true)
         RETURNING c.id",
    )
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.series.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.edition.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.name_zh.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.list_no).collect::<Vec<_>>())
    .bind(stages)
    .bind(rows.iter().map(|row| row.valid_from).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.valid_to).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.source.as_str()).collect::<Vec<_>>())
    .bind(rows.first().map(|row| row.created_at))
    .fetch_all(&mut **tx)
    .await?;
    changed.sort_unstable();
    Ok(changed)
}
