//! The SQL of schemes and designations, and what other slices ask of a host.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{
    designation::{self as rules, Standing, Term},
    record::HeldDesignation,
};
use sqlx::FromRow;
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
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

/// A designation, with what it is called.
#[derive(Debug, Clone, FromRow)]
pub struct Designation {
    /// Identity.
    pub id: Uuid,
    /// The scheme.
    pub scheme_id: Uuid,
    /// Its code.
    pub scheme_code: String,
    /// Its name.
    pub scheme_name_zh: String,
    /// The holder.
    pub organization_id: Uuid,
    /// The holder's district.
    pub district_id: Uuid,
    /// The holder's name.
    pub organization_name_zh: String,
    /// Number of the licence.
    pub number: String,
    /// Level of the host under the scheme.
    pub level: Option<String>,
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

impl Designation {
    /// As the rules see it.
    pub fn rules(&self) -> Result<rules::Designation> {
        let term = Term::new(self.valid_from, self.valid_to).map_err(ApiError::internal)?;
        Ok(rules::Designation {
            scheme: self.scheme_code.clone(),
            number: self.number.clone(),
            level: self.level.clone(),
            term,
        })
    }
}

/// The designations of these hosts as records carry them: all, also those that were not in force on any given day, for
/// the engine compares the days itself. A host without any is there with none.
pub async fn of_hosts(tx: &mut Tx, hosts: &[Uuid]) -> Result<HashMap<Uuid, Vec<HeldDesignation>>> {
    Ok(standings(tx, hosts).await?.into_iter().map(|(host, standing)| (host, standing.held())).collect())
}

/// What there is to know of these hosts on any day: [`Standing::held`] and [`Standing::level_on`].
pub async fn standings(tx: &mut Tx, hosts: &[Uuid]) -> Result<HashMap<Uuid, Standing>> {
    #[derive(FromRow)]
    struct Row {
        host: Uuid,
        own_level: Option<String>,
        scheme: Option<String>,
        number: Option<String>,
        level: Option<String>,
        valid_from: Option<NaiveDate>,
        valid_to: Option<NaiveDate>,
    }
    let rows = sqlx::query_as::<_, Row>(
        "SELECT o.id AS host, o.level AS own_level, s.code AS scheme, d.number, d.level, d.valid_from, d.valid_to
         FROM organization o
         LEFT JOIN designation d ON d.organization_id = o.id
         LEFT JOIN scheme s ON s.id = d.scheme_id
         WHERE o.id = ANY($1)
         ORDER BY o.id, d.valid_from, s.code, d.id",
    )
    .bind(hosts)
    .fetch_all(&mut **tx)
    .await?;
    let mut standings: HashMap<Uuid, Standing> = HashMap::with_capacity(hosts.len());
    for row in rows {
        let standing = standings.entry(row.host).or_default();
        standing.own_level = row.own_level;
        if let (Some(scheme), Some(number), Some(from)) = (row.scheme, row.number, row.valid_from) {
            let term = Term::new(from, row.valid_to).map_err(ApiError::internal)?;
            standing.designations.push(rules::Designation { scheme, number, level: row.level, term });
        }
    }
    Ok(standings)
}

/// Which designations to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Of holders registered in this district.
    pub district: Option<Uuid>,
    /// Of this holder.
    pub organization: Option<Uuid>,
    /// Under the scheme of this code.
    pub scheme: Option<&'f str>,
    /// In force on this day.
    pub on: Option<NaiveDate>,
    /// Whose holder's name, or whose number, holds this.
    pub q: Option<&'f str>,
}

/// Lists by identity, which is the order of entry.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, after: Option<Uuid>, fetch: i64) -> Result<Vec<Designation>> {
    Ok(sqlx::query_as::<_, Designation>(
        "SELECT d.*, s.code AS scheme_code, s.name_zh AS scheme_name_zh, o.district_id,
                o.name_zh AS organization_name_zh
         FROM designation d JOIN scheme s ON s.id = d.scheme_id JOIN organization o ON o.id = d.organization_id
         WHERE ($1::uuid IS NULL OR o.district_id = $1) AND ($2::uuid IS NULL OR d.organization_id = $2)
           AND ($3::text IS NULL OR s.code = $3)
           AND ($4::date IS NULL OR (d.valid_from <= $4 AND (d.valid_to IS NULL OR d.valid_to >= $4)))
           AND ($5::text IS NULL OR position(lower($5) IN lower(o.name_zh || ' ' || o.name_en || ' ' || d.number)) > 0)
           AND ($6::uuid IS NULL OR d.id > $6)
         ORDER BY d.id LIMIT $7",
    )
    .bind(filter.district)
    .bind(filter.organization)
    .bind(filter.scheme)
    .bind(filter.on)
    .bind(filter.q)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Loads one, whatever its district.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<Designation> {
    sqlx::query_as(
        "SELECT d.*, s.code AS scheme_code, s.name_zh AS scheme_name_zh, o.district_id,
                o.name_zh AS organization_name_zh
         FROM designation d JOIN scheme s ON s.id = d.scheme_id JOIN organization o ON o.id = d.organization_id
         WHERE d.id = $1",
    )
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| ApiError::not_found("designation"))
}

/// All of one holder under one scheme. The holder must be locked, so that nobody adds one meanwhile.
pub async fn of_holder(tx: &mut Tx, organization: Uuid, scheme: Uuid) -> Result<Vec<Designation>> {
    Ok(sqlx::query_as::<_, Designation>(
        "SELECT d.*, s.code AS scheme_code, s.name_zh AS scheme_name_zh, o.district_id,
                o.name_zh AS organization_name_zh
         FROM designation d JOIN scheme s ON s.id = d.scheme_id JOIN organization o ON o.id = d.organization_id
         WHERE d.organization_id = $1 AND d.scheme_id = $2 ORDER BY d.valid_from",
    )
    .bind(organization)
    .bind(scheme)
    .fetch_all(&mut **tx)
    .await?)
}

fn number_taken() -> ApiError {
    ApiError::conflict("number_taken", "Another designation of the scheme has this number.")
}

/// Adds one.
pub async fn insert(tx: &mut Tx, row: &Designation) -> Result<()> {
    sqlx::query(
        "INSERT INTO designation (id, scheme_id, organization_id, number, level, valid_from, valid_to, source, version,
                                  created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(row.id)
    .bind(row.scheme_id)
    .bind(row.organization_id)
    .bind(&row.number)
    .bind(&row.level)
    .bind(row.valid_from)
    .bind(row.valid_to)
    .bind(&row.source)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("designation_scheme_id_number_key", number_taken)?;
    Ok(())
}

/// Writes the changed fields of one whose holder is locked.
pub async fn update(tx: &mut Tx, row: &Designation) -> Result<()> {
    sqlx::query(
        "UPDATE designation SET number = $2, level = $3, valid_from = $4, valid_to = $5, source = $6, version = $7,
                                updated_at = $8
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.number)
    .bind(&row.level)
    .bind(row.valid_from)
    .bind(row.valid_to)
    .bind(&row.source)
    .bind(row.version)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("designation_scheme_id_number_key", number_taken)?;
    Ok(())
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
        "INSERT INTO scheme (id, authority_id, code, name_zh, name_en, holder_kinds, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id)
    .bind(row.authority_id)
    .bind(&row.code)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(&row.holder_kinds)
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
    sqlx::query("UPDATE scheme SET name_zh = $2, name_en = $3, holder_kinds = $4, version = $5 WHERE id = $1")
        .bind(row.id)
        .bind(&row.name_zh)
        .bind(&row.name_en)
        .bind(&row.holder_kinds)
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

/// One line of the public register.
#[derive(Debug, FromRow)]
pub struct Registered {
    /// The designation.
    pub id: Uuid,
    /// Code of the scheme.
    pub scheme_code: String,
    /// Its name in Chinese.
    pub scheme_name_zh: String,
    /// Its name in English.
    pub scheme_name_en: String,
    /// Who runs it.
    pub authority_name_zh: String,
    /// Code of the holder's district.
    pub district_code: String,
    /// Its name.
    pub district_name_zh: String,
    /// Kind of the holder.
    pub organization_kind: String,
    /// Name of the holder in Chinese.
    pub organization_name_zh: String,
    /// And in English.
    pub organization_name_en: String,
    /// Number of the licence.
    pub number: String,
    /// Level of the host under the scheme.
    pub level: Option<String>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// Where it was published.
    pub source: String,
}

/// Which lines of the register.
#[derive(Debug)]
pub struct RegisterFilter<'f> {
    /// In force on this day.
    pub on: NaiveDate,
    /// Code of the district.
    pub district: Option<&'f str>,
    /// Code of the scheme.
    pub scheme: Option<&'f str>,
    /// Whose holder's name, or whose number, holds this.
    pub q: Option<&'f str>,
}

/// The public register.
pub async fn register(
    tx: &mut Tx,
    filter: &RegisterFilter<'_>,
    after: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<Registered>> {
    Ok(sqlx::query_as::<_, Registered>(
        "SELECT d.id, s.code AS scheme_code, s.name_zh AS scheme_name_zh, s.name_en AS scheme_name_en,
                a.name_zh AS authority_name_zh, t.code AS district_code, t.name_zh AS district_name_zh,
                o.kind AS organization_kind, o.name_zh AS organization_name_zh, o.name_en AS organization_name_en,
                d.number, d.level, d.valid_from, d.valid_to, d.source
         FROM designation d JOIN scheme s ON s.id = d.scheme_id JOIN authority a ON a.id = s.authority_id
         JOIN organization o ON o.id = d.organization_id JOIN district t ON t.id = o.district_id
         WHERE d.valid_from <= $1 AND (d.valid_to IS NULL OR d.valid_to >= $1) AND o.status = 'active'
           AND ($2::text IS NULL OR t.code = $2) AND ($3::text IS NULL OR s.code = $3)
           AND ($4::text IS NULL OR position(lower($4) IN lower(o.name_zh || ' ' || o.name_en || ' ' || d.number)) > 0)
           AND ($5::uuid IS NULL OR d.id > $5)
         ORDER BY d.id LIMIT $6",
    )
    .bind(filter.on)
    .bind(filter.district)
    .bind(filter.scheme)
    .bind(filter.q)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}
