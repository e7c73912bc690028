//! Who is tied to whom by agreements in force.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use sqlx::FromRow;
use uuid::Uuid;

use crate::{agreements::AgreementKind, error::Result, organizations::OrganizationKind, tenancy::Tx};

/// An agreement in force, and between whom.
#[derive(Debug, Clone, FromRow)]
pub struct Edge {
    /// Identity.
    pub id: Uuid,
    /// What sort.
    pub kind: AgreementKind,
    /// Title.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: Option<NaiveDate>,
    /// Its parties.
    pub parties: Vec<Uuid>,
}

/// An organization of the network.
#[derive(Debug, Clone, FromRow)]
pub struct Node {
    /// Identity.
    pub id: Uuid,
    /// Its name.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// What it is.
    pub kind: OrganizationKind,
    /// Where it is registered.
    pub district_id: Uuid,
    /// Name of the district.
    pub district_name_zh: String,
    /// Its name in English.
    pub district_name_en: String,
}

/// What is in force on a day: of a kind, with a party in a district.
pub async fn edges(
    tx: &mut Tx,
    today: NaiveDate,
    kind: Option<AgreementKind>,
    district: Option<Uuid>,
    fetch: i64,
) -> Result<Vec<Edge>> {
    Ok(sqlx::query_as(
        "SELECT g.id, g.kind, g.title_zh, g.title_en, g.first_day, g.last_day,
                ARRAY(SELECT p.organization_id FROM agreement_party p WHERE p.agreement_id = g.id
                      ORDER BY p.position) AS parties
         FROM agreement g
         WHERE g.state IN ('signed', 'ended', 'renewed') AND g.first_day <= $1
           AND (g.last_day IS NULL OR g.last_day >= $1) AND (g.over_from IS NULL OR g.over_from > $1)
           AND ($2::text IS NULL OR g.kind = $2)
           AND ($3::uuid IS NULL OR EXISTS (SELECT FROM agreement_party p JOIN organization o ON o.id = p.organization_id
                                            WHERE p.agreement_id = g.id AND o.district_id = $3))
         ORDER BY g.id LIMIT $4",
    )
    .bind(today)
    .bind(kind)
    .bind(district)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// These organizations, by name.
pub async fn nodes(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Node>> {
    Ok(sqlx::query_as(
        "SELECT o.id, o.name_zh, o.name_en, o.kind, o.district_id, d.name_zh AS district_name_zh,
                d.name_en AS district_name_en
         FROM organization o JOIN district d ON d.id = o.district_id WHERE o.id = ANY($1) ORDER BY o.name_zh, o.id",
    )
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?)
}

/// With whom an organization has an agreement in force on a day.
pub async fn partners_in_force(tx: &mut Tx, organization: Uuid, today: NaiveDate) -> Result<BTreeSet<Uuid>> {
    let partners: Vec<Uuid> = sqlx::query_scalar(
        "SELECT other.organization_id
         FROM agreement_party own JOIN agreement g ON g.id = own.agreement_id
         JOIN agreement_party other ON other.agreement_id = g.id AND other.organization_id <> own.organization_id
         WHERE own.organization_id = $1 AND g.state IN ('signed', 'ended', 'renewed') AND g.first_day <= $2
           AND (g.last_day IS NULL OR g.last_day >= $2) AND (g.over_from IS NULL OR g.over_from > $2)",
    )
    .bind(organization)
    .bind(today)
    .fetch_all(&mut **tx)
    .await?;
    Ok(partners.into_iter().collect())
}
