//! The SQL of what organizations offer to partners and seek from them, and of the works that they show.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::PartnerField;
use crate::{agreements::AgreementStanding, error::Result, organizations::OrganizationKind, tenancy::Tx};

/// A row.
#[derive(Debug, Clone, FromRow)]
pub struct Profile {
    /// The organization.
    pub organization_id: Uuid,
    /// In which fields it has something to give.
    pub offers: Vec<PartnerField>,
    /// In which fields it looks for something.
    pub seeks: Vec<PartnerField>,
    /// What, in words.
    pub offer_note: String,
    /// What, in words.
    pub seek_note: String,
    /// The lowest grade.
    pub grade_from: Option<i32>,
    /// The highest grade.
    pub grade_to: Option<i32>,
    /// How many persons a year.
    pub persons_per_year: Option<i32>,
    /// Whether it looks for more partners.
    pub open: bool,
    /// Version.
    pub version: i64,
    /// Account that wrote it last.
    pub updated_by: Uuid,
    /// When.
    pub updated_at: DateTime<Utc>,
}

/// A profile with what its organization is called and has.
#[derive(Debug, Clone, FromRow)]
pub struct Candidate {
    /// The profile.
    #[sqlx(flatten)]
    pub profile: Profile,
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
    /// Pairings that wait or hold.
    pub pairings: i64,
}

/// What an organization offers and seeks; none if it has not said.
pub async fn find(tx: &mut Tx, organization: Uuid) -> Result<Option<Profile>> {
    Ok(sqlx::query_as("SELECT * FROM partner_profile WHERE organization_id = $1")
        .bind(organization)
        .fetch_optional(&mut **tx)
        .await?)
}

/// Writes it down.
pub async fn put(tx: &mut Tx, row: &Profile) -> Result<()> {
    sqlx::query(
        "INSERT INTO partner_profile (organization_id, offers, seeks, offer_note, seek_note, grade_from, grade_to,
                                      persons_per_year, open, version, updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (organization_id) DO UPDATE SET offers = excluded.offers, seeks = excluded.seeks,
             offer_note = excluded.offer_note, seek_note = excluded.seek_note, grade_from = excluded.grade_from,
             grade_to = excluded.grade_to, persons_per_year = excluded.persons_per_year, open = excluded.open,
             version = excluded.version, updated_by = excluded.updated_by, updated_at = excluded.updated_at",
    )
    .bind(row.organization_id)
    .bind(&row.offers)
    .bind(&row.seeks)
    .bind(&row.offer_note)
    .bind(&row.seek_note)
    .bind(row.grade_from)
    .bind(row.grade_to)
    .bind(row.persons_per_year)
    .bind(row.open)
    .bind(row.version)
    .bind(row.updated_by)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Everybody who works and has said what it offers or seeks.
pub async fn candidates(tx: &mut Tx, today: NaiveDate) -> Result<Vec<Candidate>> {
    Ok(sqlx::query_as(
        "SELECT p.*, o.name_zh, o.name_en, o.kind, o.district_id, d.name_zh AS district_name_zh,
                d.name_en AS district_name_en,
                (SELECT count(*) FROM agreement_party x JOIN agreement g ON g.id = x.agreement_id
                 WHERE x.organization_id = p.organization_id AND g.kind = 'pairing'
                   AND g.state IN ('offered', 'signed', 'ended', 'renewed') AND (g.last_day IS NULL OR g.last_day >= $1)
                   AND (g.over_from IS NULL OR g.over_from > $1)) AS pairings
         FROM partner_profile p JOIN organization o ON o.id = p.organization_id JOIN district d ON d.id = o.district_id
         WHERE o.status = 'active' ORDER BY p.organization_id",
    )
    .bind(today)
    .fetch_all(&mut **tx)
    .await?)
}

/// The pairings of an organization that wait or hold: with whom, which, and how it stands.
pub async fn paired(tx: &mut Tx, organization: Uuid, today: NaiveDate) -> Result<Vec<(Uuid, Uuid, AgreementStanding)>> {
    Ok(sqlx::query_as(
        "SELECT other.organization_id, g.id,
                CASE WHEN g.state = 'offered' THEN 'offered' WHEN g.first_day > $2 THEN 'not_begun' ELSE 'in_force' END
         FROM agreement_party own JOIN agreement g ON g.id = own.agreement_id
         JOIN agreement_party other ON other.agreement_id = g.id AND other.organization_id <> own.organization_id
         WHERE own.organization_id = $1 AND g.kind = 'pairing' AND g.state IN ('offered', 'signed', 'ended', 'renewed')
           AND (g.last_day IS NULL OR g.last_day >= $2) AND (g.over_from IS NULL OR g.over_from > $2)
         ORDER BY g.id",
    )
    .bind(organization)
    .bind(today)
    .fetch_all(&mut **tx)
    .await?)
}

/// A work that somebody shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Work {
    /// Identity.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// What it is.
    pub summary: String,
    /// The field it is of.
    pub field: Option<PartnerField>,
    /// Where more of it can be seen.
    pub link: String,
    /// Since when it is shown.
    pub shown_at: DateTime<Utc>,
}

/// Who is on the market, with what it shows.
#[derive(Debug, Clone, FromRow)]
pub struct Stand {
    /// The organization.
    pub organization_id: Uuid,
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
    /// In which fields it has something to give.
    pub offers: Vec<PartnerField>,
    /// In which fields it looks for something.
    pub seeks: Vec<PartnerField>,
    /// What, in words.
    pub offer_note: String,
    /// What, in words.
    pub seek_note: String,
    /// The lowest grade.
    pub grade_from: Option<i32>,
    /// The highest grade.
    pub grade_to: Option<i32>,
    /// How many persons a year.
    pub persons_per_year: Option<i32>,
    /// Whether it looks for more partners.
    pub open: bool,
    /// Pairings that wait or hold.
    pub pairings: i64,
    /// What it shows, the newest first.
    pub works: Json<Vec<Work>>,
}

/// Whom to list.
#[derive(Debug)]
pub struct StandFilter<'f> {
    /// Whose name, notes or works hold this.
    pub q: Option<&'f str>,
    /// Schools and kindergartens, or all who can be their partners; both if none.
    pub schools: Option<bool>,
    /// With something in this field.
    pub field: Option<PartnerField>,
    /// Registered here.
    pub district: Option<Uuid>,
    /// This one alone.
    pub organization: Option<Uuid>,
    /// The day it is.
    pub today: NaiveDate,
}

/// Who is on the market, in the order of entry.
pub async fn stands(tx: &mut Tx, filter: &StandFilter<'_>, after: Option<Uuid>, fetch: i64) -> Result<Vec<Stand>> {
    Ok(sqlx::query_as(
        "SELECT o.id AS organization_id, o.name_zh, o.name_en, o.kind, o.district_id, d.name_zh AS district_name_zh,
                d.name_en AS district_name_en, coalesce(p.offers, '{}') AS offers, coalesce(p.seeks, '{}') AS seeks,
                coalesce(p.offer_note, '') AS offer_note, coalesce(p.seek_note, '') AS seek_note, p.grade_from, p.grade_to,
                p.persons_per_year, coalesce(p.open, false) AS open,
                (SELECT count(*) FROM agreement_party x JOIN agreement g ON g.id = x.agreement_id
                 WHERE x.organization_id = o.id AND g.kind = 'pairing'
                   AND g.state IN ('offered', 'signed', 'ended', 'renewed') AND (g.last_day IS NULL OR g.last_day >= $1)
                   AND (g.over_from IS NULL OR g.over_from > $1)) AS pairings,
                coalesce((SELECT jsonb_agg(to_jsonb(w) ORDER BY w.id DESC) FROM partner_work w
                          WHERE w.organization_id = o.id), '[]') AS works
         FROM organization o JOIN district d ON d.id = o.district_id
         LEFT JOIN partner_profile p ON p.organization_id = o.id
         WHERE o.status = 'active'
           AND (p.organization_id IS NOT NULL OR EXISTS (SELECT FROM partner_work w WHERE w.organization_id = o.id))
           AND ($2::bool IS NULL OR o.kind <> 'authority' AND (o.kind IN ('school', 'kindergarten')) = $2)
           AND ($3::text IS NULL OR $3 = ANY(p.offers) OR $3 = ANY(p.seeks)
                OR EXISTS (SELECT FROM partner_work w WHERE w.organization_id = o.id AND w.field = $3))
           AND ($4::uuid IS NULL OR o.district_id = $4)
           AND ($5::text IS NULL
                OR position(lower($5) IN lower(concat_ws(' ', o.name_zh, o.name_en, p.offer_note, p.seek_note))) > 0
                OR EXISTS (SELECT FROM partner_work w WHERE w.organization_id = o.id
                             AND position(lower($5) IN lower(w.title || ' ' || w.summary)) > 0))
           AND ($6::uuid IS NULL OR o.id = $6) AND ($7::uuid IS NULL OR o.id > $7)
         ORDER BY o.id LIMIT $8",
    )
    .bind(filter.today)
    .bind(filter.schools)
    .bind(filter.field)
    .bind(filter.district)
    .bind(filter.q)
    .bind(filter.organization)
    .bind(after)
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

/// How many works an organization shows.
pub async fn work_count(tx: &mut Tx, organization: Uuid) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM partner_work WHERE organization_id = $1")
        .bind(organization)
        .fetch_one(&mut **tx)
        .await?)
}

/// Adds a work.
pub async fn add_work(tx: &mut Tx, organization: Uuid, row: &Work, by: Uuid) -> Result<()> {
    sqlx::query(
        "INSERT INTO partner_work (id, organization_id, title, summary, field, link, shown_by, shown_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id)
    .bind(organization)
    .bind(&row.title)
    .bind(&row.summary)
    .bind(row.field)
    .bind(&row.link)
    .bind(by)
    .bind(row.shown_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes a work; what it was called, none if there is none.
pub async fn remove_work(tx: &mut Tx, organization: Uuid, id: Uuid) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("DELETE FROM partner_work WHERE organization_id = $1 AND id = $2 RETURNING title")
        .bind(organization)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?)
}
