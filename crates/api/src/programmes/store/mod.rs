//! The SQL of programmes.

mod launch;
mod parts;
mod progress;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::programme::Edition as Standing;
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

pub use launch::{Ahead, LaunchHost, activity_of_code, hosts, insert_activity, sessions_ahead, sessions_outside};
pub use parts::{
    Member, Strand, Theme, activities_in, add_member, insert_strand, insert_theme, load_strand, load_theme, members,
    move_themes, remove_member, remove_strand, remove_theme, strands, themes, update_strand, update_theme,
};
pub use progress::{Held, Taken, held, taken};

use super::words::{EditionState, Reported};
use crate::{
    error::{ApiError, OnConstraint, Result},
    former::{self, Shared},
    tenancy::Tx,
};

/// A programme.
#[derive(Debug, Clone, FromRow)]
pub struct Programme {
    /// Identity.
    pub id: Uuid,
    /// Whose officials run it.
    pub authority_id: Uuid,
    /// The authority's name.
    pub authority_name_zh: String,
    /// The authority's name in English.
    pub authority_name_en: String,
    /// Code, unique with the authority.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An edition, with what its programme is called.
#[derive(Debug, Clone, FromRow)]
pub struct Edition {
    /// Identity.
    pub id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// Its code.
    pub programme_code: String,
    /// Its name.
    pub programme_name_zh: String,
    /// Its name in English.
    pub programme_name_en: String,
    /// The authority of the programme.
    pub authority_id: Uuid,
    /// The authority's name.
    pub authority_name_zh: String,
    /// The authority's name in English.
    pub authority_name_en: String,
    /// The year.
    pub year: i32,
    /// The main theme in Chinese.
    pub title_zh: String,
    /// The main theme in English.
    pub title_en: String,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// What its hosts must hold on the day.
    pub host_scheme_id: Option<Uuid>,
    /// What that is called.
    pub host_scheme_name_zh: Option<String>,
    /// What that is called in English.
    pub host_scheme_name_en: Option<String>,
    /// Where it was published.
    pub source: String,
    /// Totals that others published.
    pub reported: Json<Vec<Reported>>,
    /// The state.
    pub state: EditionState,
    /// Since when it is known.
    pub published_at: Option<DateTime<Utc>>,
    /// Since when it is over.
    pub closed_at: Option<DateTime<Utc>>,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Edition {
    /// As the rules see it.
    pub fn standing(&self) -> Standing {
        match (self.published_at, self.closed_at) {
            (None, _) => Standing::Draft,
            (Some(at), None) => Standing::Published { at },
            (Some(published_at), Some(at)) => Standing::Closed { published_at, at },
        }
    }

    /// Takes over what the rules say.
    pub fn stand(&mut self, standing: Standing) {
        (self.state, self.published_at, self.closed_at) = match standing {
            Standing::Draft => (EditionState::Draft, None, None),
            Standing::Published { at } => (EditionState::Published, Some(at), None),
            Standing::Closed { published_at, at } => (EditionState::Closed, Some(published_at), Some(at)),
        };
    }
}

const PROGRAMME: &str = "
    SELECT p.*, a.name_zh AS authority_name_zh, a.name_en AS authority_name_en
    FROM programme p JOIN authority a ON a.id = p.authority_id";

/// Lists programmes, by identity.
pub async fn list_programmes(tx: &mut Tx, after: Option<Uuid>, fetch: i64) -> Result<Vec<Programme>> {
    let sql = format!("{PROGRAMME} WHERE ($1::uuid IS NULL OR p.id > $1) ORDER BY p.id LIMIT $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(after).bind(fetch).fetch_all(&mut **tx).await?)
}

/// Loads one, to be changed or to get an edition.
pub async fn lock_programme(tx: &mut Tx, id: Uuid) -> Result<Programme> {
    let sql = format!("{PROGRAMME} WHERE p.id = $1 FOR NO KEY UPDATE OF p");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("programme"))
}

/// Loads one.
pub async fn load_programme(tx: &mut Tx, id: Uuid) -> Result<Programme> {
    let sql = format!("{PROGRAMME} WHERE p.id = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("programme"))
}

fn code_taken() -> ApiError {
    ApiError::conflict("code_taken", "Another programme of the authority has this code.")
}

/// Adds one.
pub async fn insert_programme(tx: &mut Tx, row: &Programme) -> Result<()> {
    sqlx::query(
        "INSERT INTO programme (id, authority_id, code, name_zh, name_en, version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id)
    .bind(row.authority_id)
    .bind(&row.code)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("programme_authority_id_code_key", code_taken)?;
    Ok(())
}

/// Writes the changed fields of one that is locked.
pub async fn update_programme(tx: &mut Tx, row: &Programme) -> Result<()> {
    former::keep_shared(tx, Shared::Programme, &[row.id], row.updated_at).await?;
    sqlx::query("UPDATE programme SET name_zh = $2, name_en = $3, version = $4, updated_at = $5 WHERE id = $1")
        .bind(row.id)
        .bind(&row.name_zh)
        .bind(&row.name_en)
        .bind(row.version)
        .bind(row.updated_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

const EDITION: &str = "
    SELECT e.*, p.code AS programme_code, p.name_zh AS programme_name_zh, p.name_en AS programme_name_en,
           p.authority_id, a.name_zh AS authority_name_zh, a.name_en AS authority_name_en,
           s.name_zh AS host_scheme_name_zh, s.name_en AS host_scheme_name_en
    FROM edition e JOIN programme p ON p.id = e.programme_id JOIN authority a ON a.id = p.authority_id
    LEFT JOIN scheme s ON s.id = e.host_scheme_id";

/// Which editions to list.
#[derive(Debug, Default)]
pub struct Filter {
    /// Of this programme.
    pub programme: Option<Uuid>,
    /// Of this year.
    pub year: Option<i32>,
    /// In this state.
    pub state: Option<EditionState>,
    /// In which this organization takes part.
    pub member: Option<Uuid>,
    /// Drafts of these authorities, and no others.
    pub drafts_of: Vec<Uuid>,
    /// Drafts of all authorities.
    pub all_drafts: bool,
}

/// Lists editions, the latest entered first.
pub async fn list_editions(tx: &mut Tx, filter: &Filter, before: Option<Uuid>, fetch: i64) -> Result<Vec<Edition>> {
    let sql = format!(
        "{EDITION}
         WHERE ($1::uuid IS NULL OR e.programme_id = $1) AND ($2::int IS NULL OR e.year = $2)
           AND ($3::text IS NULL OR e.state = $3)
           AND ($4::uuid IS NULL
                OR e.id IN (SELECT m.edition_id FROM edition_member m WHERE m.organization_id = $4))
           AND (e.state <> 'draft' OR $5 OR p.authority_id = ANY($6))
           AND ($7::uuid IS NULL OR e.id < $7)
         ORDER BY e.id DESC LIMIT $8"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(filter.programme)
        .bind(filter.year)
        .bind(filter.state)
        .bind(filter.member)
        .bind(filter.all_drafts)
        .bind(&filter.drafts_of)
        .bind(before)
        .bind(fetch)
        .fetch_all(&mut **tx)
        .await?)
}

/// Loads one.
pub async fn load_edition(tx: &mut Tx, id: Uuid) -> Result<Edition> {
    let sql = format!("{EDITION} WHERE e.id = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("edition"))
}

/// Loads one, to be changed: it and all its parts, one at a time.
pub async fn lock_edition(tx: &mut Tx, id: Uuid) -> Result<Edition> {
    let sql = format!("{EDITION} WHERE e.id = $1 FOR NO KEY UPDATE OF e");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("edition"))
}

fn year_taken() -> ApiError {
    ApiError::conflict("year_taken", "The programme has an edition of this year already.")
}

/// Adds one.
pub async fn insert_edition(tx: &mut Tx, row: &Edition) -> Result<()> {
    sqlx::query(
        "INSERT INTO edition (id, programme_id, year, title_zh, title_en, first_day, last_day, host_scheme_id, source,
                              version, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(row.id)
    .bind(row.programme_id)
    .bind(row.year)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(row.first_day)
    .bind(row.last_day)
    .bind(row.host_scheme_id)
    .bind(&row.source)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("edition_programme_id_year_key", year_taken)?;
    Ok(())
}

/// Writes the changed fields of one that is locked.
pub async fn update_edition(tx: &mut Tx, row: &Edition) -> Result<()> {
    sqlx::query(
        "UPDATE edition SET title_zh = $2, title_en = $3, first_day = $4, last_day = $5, host_scheme_id = $6, source = $7,
                            reported = $8, state = $9, published_at = $10, closed_at = $11, version = $12, updated_at = $13,
                            year = $14
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(row.first_day)
    .bind(row.last_day)
    .bind(row.host_scheme_id)
    .bind(&row.source)
    .bind(&row.reported)
    .bind(row.state)
    .bind(row.published_at)
    .bind(row.closed_at)
    .bind(row.version)
    .bind(row.updated_at)
    .bind(row.year)
    .execute(&mut **tx)
    .await
    .on_constraint("edition_programme_id_year_key", year_taken)?;
    Ok(())
}

/// Removes a draft that is locked, with its themes, strands and members. Nothing else names a draft.
pub async fn remove_edition(tx: &mut Tx, id: Uuid) -> Result<()> {
    for statement in [
        "DELETE FROM theme WHERE edition_id = $1",
        "DELETE FROM strand WHERE edition_id = $1",
        "DELETE FROM edition_member WHERE edition_id = $1",
        "DELETE FROM edition WHERE id = $1",
    ] {
        sqlx::query(statement).bind(id).execute(&mut **tx).await?;
    }
    Ok(())
}
