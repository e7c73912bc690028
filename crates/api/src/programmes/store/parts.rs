//! Themes, strands and members.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::{ApiError, OnConstraint, Result},
    former::{self, Shared},
    organizations::{OrganizationKind, OrganizationStatus},
    programmes::words::{MemberRole, StrandKind, TitleCertainty},
    tenancy::Tx,
};

/// What a month is about.
#[derive(Debug, Clone, FromRow)]
pub struct Theme {
    /// Identity.
    pub id: Uuid,
    /// The edition.
    pub edition_id: Uuid,
    /// First day of the month.
    pub month: NaiveDate,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// How the Chinese title is known.
    pub zh_certainty: Option<TitleCertainty>,
    /// Where it was published.
    pub source: String,
    /// Main venues.
    pub venues: String,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What runs beside the months.
#[derive(Debug, Clone, FromRow)]
pub struct Strand {
    /// Identity.
    pub id: Uuid,
    /// The edition.
    pub edition_id: Uuid,
    /// What it is made of.
    pub kind: StrandKind,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// What it is about.
    pub topic: String,
    /// The competition, for such a strand.
    pub competition_id: Option<Uuid>,
    /// Where it was published.
    pub source: String,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An organization in an edition.
#[derive(Debug, Clone, FromRow)]
pub struct Member {
    /// The organization.
    pub organization_id: Uuid,
    /// Its district.
    pub district_id: Uuid,
    /// The district's name.
    pub district_name_zh: String,
    /// What kind.
    pub kind: OrganizationKind,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether it works.
    pub status: OrganizationStatus,
    /// As what it takes part.
    pub roles: Vec<MemberRole>,
}

/// The themes of an edition, by month.
pub async fn themes(tx: &mut Tx, edition: Uuid) -> Result<Vec<Theme>> {
    Ok(sqlx::query_as("SELECT * FROM theme WHERE edition_id = $1 ORDER BY month")
        .bind(edition)
        .fetch_all(&mut **tx)
        .await?)
}

/// The strands of an edition, in the order of entry.
pub async fn strands(tx: &mut Tx, edition: Uuid) -> Result<Vec<Strand>> {
    Ok(sqlx::query_as("SELECT * FROM strand WHERE edition_id = $1 ORDER BY id")
        .bind(edition)
        .fetch_all(&mut **tx)
        .await?)
}

/// The members of an edition, by name.
pub async fn members(tx: &mut Tx, edition: Uuid) -> Result<Vec<Member>> {
    Ok(sqlx::query_as(
        "SELECT o.id AS organization_id, o.district_id, d.name_zh AS district_name_zh, o.kind, o.name_zh, o.name_en,
                o.status, m.roles
         FROM (SELECT organization_id, array_agg(role ORDER BY role) AS roles FROM edition_member
               WHERE edition_id = $1 GROUP BY organization_id) m
         JOIN organization o ON o.id = m.organization_id JOIN district d ON d.id = o.district_id
         ORDER BY o.name_zh, o.id",
    )
    .bind(edition)
    .fetch_all(&mut **tx)
    .await?)
}

/// Loads a theme.
pub async fn load_theme(tx: &mut Tx, id: Uuid) -> Result<Theme> {
    sqlx::query_as("SELECT * FROM theme WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("theme"))
}

/// Loads a strand.
pub async fn load_strand(tx: &mut Tx, id: Uuid) -> Result<Strand> {
    sqlx::query_as("SELECT * FROM strand WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("strand"))
}

fn month_taken() -> ApiError {
    ApiError::conflict("month_taken", "The edition has another theme in this month.")
}

/// Adds a theme.
pub async fn insert_theme(tx: &mut Tx, row: &Theme) -> Result<()> {
    sqlx::query(
        "INSERT INTO theme (id, edition_id, month, title_zh, title_en, zh_certainty, source, venues, version, created_at,
                            updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(row.id)
    .bind(row.edition_id)
    .bind(row.month)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(row.zh_certainty)
    .bind(&row.source)
    .bind(&row.venues)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("theme_one_a_month", month_taken)?;
    Ok(())
}

/// Writes the changed fields of a theme whose edition is locked.
pub async fn update_theme(tx: &mut Tx, row: &Theme) -> Result<()> {
    former::keep_shared(tx, Shared::Theme, &[row.id], row.updated_at).await?;
    sqlx::query(
        "UPDATE theme SET month = $2, title_zh = $3, title_en = $4, zh_certainty = $5, source = $6, venues = $7,
                          version = $8, updated_at = $9
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(row.month)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(row.zh_certainty)
    .bind(&row.source)
    .bind(&row.venues)
    .bind(row.version)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("theme_one_a_month", month_taken)?;
    Ok(())
}

/// Writes the months of themes whose edition is locked, all at once: two may trade theirs.
pub async fn move_themes(tx: &mut Tx, themes: &[&Theme], at: DateTime<Utc>) -> Result<()> {
    let ids: Vec<Uuid> = themes.iter().map(|theme| theme.id).collect();
    let months: Vec<NaiveDate> = themes.iter().map(|theme| theme.month).collect();
    let versions: Vec<i64> = themes.iter().map(|theme| theme.version).collect();
    former::keep_shared(tx, Shared::Theme, &ids, at).await?;
    sqlx::query(
        "UPDATE theme t SET month = moved.month, version = moved.version, updated_at = $4
         FROM unnest($1::uuid[], $2::date[], $3::bigint[]) moved (id, month, version) WHERE t.id = moved.id",
    )
    .bind(ids)
    .bind(months)
    .bind(versions)
    .bind(at)
    .execute(&mut **tx)
    .await
    .on_constraint("theme_one_a_month", month_taken)?;
    Ok(())
}

/// Adds a strand.
pub async fn insert_strand(tx: &mut Tx, row: &Strand) -> Result<()> {
    sqlx::query(
        "INSERT INTO strand (id, edition_id, kind, title_zh, title_en, topic, competition_id, source, version, created_at,
                             updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(row.id)
    .bind(row.edition_id)
    .bind(row.kind)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.topic)
    .bind(row.competition_id)
    .bind(&row.source)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the changed fields of a strand whose edition is locked.
pub async fn update_strand(tx: &mut Tx, row: &Strand) -> Result<()> {
    sqlx::query(
        "UPDATE strand SET title_zh = $2, title_en = $3, topic = $4, competition_id = $5, source = $6, version = $7,
                           updated_at = $8
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.topic)
    .bind(row.competition_id)
    .bind(&row.source)
    .bind(row.version)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn in_use() -> ApiError {
    ApiError::conflict("has_activities", "Activities are part of it. Take them out first.")
}

/// Takes a theme out; refused while activities have it.
pub async fn remove_theme(tx: &mut Tx, id: Uuid) -> Result<()> {
    let removed = sqlx::query("DELETE FROM theme WHERE id = $1").bind(id).execute(&mut **tx).await;
    removed.on_constraint("activity_theme_of_edition", in_use)?;
    Ok(())
}

/// Takes a strand out; refused while activities have it.
pub async fn remove_strand(tx: &mut Tx, id: Uuid) -> Result<()> {
    let removed = sqlx::query("DELETE FROM strand WHERE id = $1").bind(id).execute(&mut **tx).await;
    removed.on_constraint("activity_strand_of_edition", in_use)?;
    Ok(())
}

/// Gives an organization a role; says whether it had it not.
pub async fn add_member(
    tx: &mut Tx,
    edition: Uuid,
    organization: Uuid,
    role: MemberRole,
    at: DateTime<Utc>,
) -> Result<bool> {
    let added = sqlx::query(
        "INSERT INTO edition_member (edition_id, organization_id, role, added_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
    )
    .bind(edition)
    .bind(organization)
    .bind(role)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Takes all roles of an organization away; says whether it had any.
pub async fn remove_member(tx: &mut Tx, edition: Uuid, organization: Uuid) -> Result<bool> {
    let removed = sqlx::query("DELETE FROM edition_member WHERE edition_id = $1 AND organization_id = $2")
        .bind(edition)
        .bind(organization)
        .execute(&mut **tx)
        .await?;
    Ok(removed.rows_affected() > 0)
}

/// How many activities of an organization are part of an edition.
pub async fn activities_in(tx: &mut Tx, edition: Uuid, organization: Uuid) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM activity WHERE edition_id = $1 AND host_id = $2")
        .bind(edition)
        .bind(organization)
        .fetch_one(&mut **tx)
        .await?)
}
