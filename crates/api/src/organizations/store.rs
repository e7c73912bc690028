//! The SQL of organizations.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{OrganizationKind, OrganizationStatus};
use crate::{
    error::{ApiError, OnConstraint, Result},
    former::{self, Shared},
    tenancy::Tx,
};

/// A row.
#[derive(Debug, Clone, FromRow)]
pub struct Organization {
    /// Identity.
    pub id: Uuid,
    /// The district in which it is registered.
    pub district_id: Uuid,
    /// What kind.
    pub kind: OrganizationKind,
    /// Code, unique in the district.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Level of the organization itself.
    pub level: Option<String>,
    /// Further facts.
    pub attributes: Json<Map<String, Value>>,
    /// Whether it works.
    pub status: OrganizationStatus,
    /// Version.
    pub version: i64,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Organization {
    /// Whether it is a secondary vocational school.
    pub fn is_vocational(&self) -> bool {
        self.attributes.get("vocational").and_then(Value::as_bool).unwrap_or(false)
    }
}

/// Which to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// Of this district.
    pub district: Option<Uuid>,
    /// Of this kind.
    pub kind: Option<OrganizationKind>,
    /// In this status.
    pub status: Option<OrganizationStatus>,
    /// Whose code or name holds this.
    pub q: Option<&'f str>,
}

/// Lists by identity, which is the order of registration.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, after: Option<Uuid>, fetch: i64) -> Result<Vec<Organization>> {
    Ok(sqlx::query_as::<_, Organization>(
        "SELECT * FROM organization
         WHERE ($1::uuid IS NULL OR district_id = $1) AND ($2::text IS NULL OR kind = $2)
           AND ($3::text IS NULL OR status = $3)
           AND ($4::text IS NULL OR position(lower($4) IN lower(code || ' ' || name_zh || ' ' || name_en)) > 0)
           AND ($5::uuid IS NULL OR id > $5)
         ORDER BY id LIMIT $6",
    )
    .bind(filter.district)
    .bind(filter.kind)
    .bind(filter.status)
    .bind(filter.q)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// Finds one, whatever its district: the register of organizations is shared.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Organization>> {
    Ok(sqlx::query_as("SELECT * FROM organization WHERE id = $1").bind(id).fetch_optional(&mut **tx).await?)
}

/// Loads one, whatever its district.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<Organization> {
    find(tx, id).await?.ok_or_else(|| ApiError::not_found("organization"))
}

/// Loads one of the transaction's district, to be changed: nobody else changes it until the transaction ends.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Organization> {
    sqlx::query_as("SELECT * FROM organization WHERE id = $1 AND district_id = $2 FOR NO KEY UPDATE")
        .bind(id)
        .bind(tx.district().0)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("organization"))
}

fn code_taken() -> ApiError {
    ApiError::conflict("code_taken", "Another organization of the district has this code.")
}

/// Adds one.
pub async fn insert(tx: &mut Tx, row: &Organization) -> Result<()> {
    sqlx::query(
        "INSERT INTO organization (id, district_id, kind, code, name_zh, name_en, level, attributes, status, version,
                                   created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(row.id)
    .bind(row.district_id)
    .bind(row.kind)
    .bind(&row.code)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(&row.level)
    .bind(&row.attributes)
    .bind(row.status)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await
    .on_constraint("organization_district_id_code_key", code_taken)?;
    Ok(())
}

/// Writes the changed fields of one that is locked.
pub async fn update(tx: &mut Tx, row: &Organization) -> Result<()> {
    former::keep_shared(tx, Shared::Organization, &[row.id], row.updated_at).await?;
    sqlx::query(
        "UPDATE organization SET code = $2, name_zh = $3, name_en = $4, level = $5, attributes = $6, status = $7,
                                 version = $8, updated_at = $9, kind = $10
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.code)
    .bind(&row.name_zh)
    .bind(&row.name_en)
    .bind(&row.level)
    .bind(&row.attributes)
    .bind(row.status)
    .bind(row.version)
    .bind(row.updated_at)
    .bind(row.kind)
    .execute(&mut **tx)
    .await
    .on_constraint("organization_district_id_code_key", code_taken)?;
    Ok(())
}

/// Which organizations cannot become of these kinds, for something depends on what they are: classes, sessions, places that
/// are kept, roles of accounts, agreements and what is offered for them, applications, and licences that are for other kinds.
pub async fn kind_in_use(tx: &mut Tx, wanted: &[(Uuid, OrganizationKind)]) -> Result<HashSet<Uuid>> {
    if wanted.is_empty() {
        return Ok(HashSet::new());
    }
    let (ids, kinds): (Vec<Uuid>, Vec<&str>) = wanted.iter().map(|(id, kind)| (*id, kind.as_str())).unzip();
    let found: Vec<Uuid> = sqlx::query_scalar(
        "SELECT o.id FROM unnest($2::uuid[], $3::text[]) AS o (id, kind)
         WHERE EXISTS (SELECT FROM class c WHERE c.district_id = $1 AND c.school_id = o.id)
            OR EXISTS (SELECT FROM enrolment e WHERE e.district_id = $1 AND e.school_id = o.id)
            OR EXISTS (SELECT FROM activity a WHERE a.host_id = o.id)
            OR EXISTS (SELECT FROM session_quota q WHERE q.school_id = o.id)
            OR EXISTS (SELECT FROM account_grant g WHERE g.organization_id = o.id AND g.revoked_at IS NULL)
            OR EXISTS (SELECT FROM agreement_party p WHERE p.organization_id = o.id)
            OR EXISTS (SELECT FROM partner_profile p WHERE p.organization_id = o.id)
            OR EXISTS (SELECT FROM application p WHERE p.organization_id = o.id)
            OR EXISTS (SELECT FROM designation d JOIN scheme s ON s.id = d.scheme_id
                       WHERE d.organization_id = o.id AND d.professional_id IS NULL
                         AND cardinality(s.holder_kinds) > 0 AND NOT o.kind = ANY (s.holder_kinds))",
    )
    .bind(tx.district().0)
    .bind(ids)
    .bind(kinds)
    .fetch_all(&mut **tx)
    .await?;
    Ok(found.into_iter().collect())
}
