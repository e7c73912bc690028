//! The SQL of resources. All districts share what is offered.

mod parts;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::resource::Reach;
use sqlx::FromRow;
use uuid::Uuid;

use super::{ResourceKind, ResourceLicence, ResourceReach, ResourceStatus};
use crate::{
    activities::Grades,
    error::{ApiError, Result},
    tenancy::Tx,
};

pub use parts::{File, Item, add_file, add_items, change_item, file, files, items, remove_file};

/// A row, with the name of its owner and what belongs to it, counted.
#[derive(Debug, Clone, FromRow)]
pub struct Resource {
    /// Identity.
    pub id: Uuid,
    /// The owner's district.
    pub district_id: Uuid,
    /// The owner.
    pub owner_id: Uuid,
    /// The owner's name.
    pub owner_name_zh: String,
    /// The owner's name in English.
    pub owner_name_en: String,
    /// What it is.
    pub kind: ResourceKind,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// What there is to know.
    pub summary: String,
    /// Theme.
    pub theme: String,
    /// The lowest grade.
    pub grade_from: Option<i32>,
    /// The highest grade.
    pub grade_to: Option<i32>,
    /// On what terms.
    pub licence: ResourceLicence,
    /// What the licence leaves open.
    pub licence_note: String,
    /// Where it can go.
    pub reach: ResourceReach,
    /// To which districts.
    pub districts: Vec<Uuid>,
    /// How many persons at a time.
    pub capacity: Option<i32>,
    /// Whether it is on offer.
    pub status: ResourceStatus,
    /// Why it was closed.
    pub reason: String,
    /// What is searched, as it is compared.
    pub plain: String,
    /// By what it is found.
    pub grams: Vec<String>,
    /// Version.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Items in service.
    pub item_count: i64,
    /// Files.
    pub file_count: i64,
    /// Sum of its ratings.
    pub rating_sum: i64,
    /// How many there are.
    pub rating_count: i64,
    /// Whether what is looked for is in its title.
    pub in_title: bool,
}

impl Resource {
    /// For which grades; none for all.
    pub fn grades(&self) -> Option<Grades> {
        (self.grade_from.is_some() || self.grade_to.is_some())
            .then_some(Grades { from: self.grade_from, to: self.grade_to })
    }

    /// Where it can go, as the rules see it.
    pub fn reach(&self) -> Reach {
        match self.reach {
            ResourceReach::Everywhere => Reach::Everywhere,
            ResourceReach::Districts => Reach::Districts(self.districts.clone()),
            ResourceReach::AtOwner => Reach::AtOwner,
        }
    }
}

/// A resource with what belongs to it; `$1` is what is looked for in the title.
macro_rules! resources {
    ($tail:literal) => {
        concat!(
            "SELECT r.*, lower(r.grades) AS grade_from, upper(r.grades) - 1 AS grade_to,
                    o.name_zh AS owner_name_zh, o.name_en AS owner_name_en,
                    (SELECT count(*) FROM resource_item i WHERE i.resource_id = r.id AND i.in_service) AS item_count,
                    (SELECT count(*) FROM resource_file f WHERE f.resource_id = r.id) AS file_count,
                    rated.rating_sum, rated.rating_count,
                    NOT EXISTS (SELECT FROM unnest($1::text[]) word
                                WHERE position(word IN lower(r.title_zh || ' ' || r.title_en)) = 0) AS in_title
             FROM resource r JOIN organization o ON o.id = r.owner_id
             CROSS JOIN LATERAL (SELECT coalesce(sum(s.stars), 0) AS rating_sum, count(*) AS rating_count
                                 FROM resource_rating s WHERE s.resource_id = r.id) rated ",
            $tail
        )
    };
}

/// Which to list.
#[derive(Debug, Default)]
pub struct Filter<'f> {
    /// What they must hold, word by word, as it is compared.
    pub words: &'f [String],
    /// The characters and pairs that a text with these words has.
    pub grams: &'f [String],
    /// Of owners registered in this district.
    pub district: Option<Uuid>,
    /// Of this owner.
    pub owner: Option<Uuid>,
    /// That can be had by organizations of this district.
    pub goes_to: Option<Uuid>,
    /// Of this kind.
    pub kind: Option<ResourceKind>,
    /// For this grade.
    pub grade: Option<i32>,
    /// With this theme.
    pub theme: Option<&'f str>,
    /// On these terms.
    pub licence: Option<ResourceLicence>,
    /// In this status.
    pub status: Option<ResourceStatus>,
    /// With so many free on all of these days, both inclusive; files alone are always free.
    pub free: Option<Free>,
}

/// What must be free.
#[derive(Debug, Clone, Copy)]
pub struct Free {
    /// First day.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
    /// How many.
    pub quantity: i64,
    /// The day it is: what should be back by now and is not, is not free either.
    pub today: NaiveDate,
}

/// Where a page of the list begins: whether the last one had it in its title, and which it was.
pub type After = (bool, Uuid);

/// Lists those that have it in their title before those that have it elsewhere, in the order of entry.
pub async fn list(tx: &mut Tx, filter: &Filter<'_>, after: Option<After>, fetch: i64) -> Result<Vec<Resource>> {
    let free = filter.free;
    Ok(sqlx::query_as::<_, Resource>(concat!(
        "SELECT * FROM (",
        resources!(
            "WHERE r.grams @> $2 AND NOT EXISTS (SELECT FROM unnest($1::text[]) word WHERE position(word IN r.plain) = 0)
               AND ($3::uuid IS NULL OR r.district_id = $3) AND ($4::uuid IS NULL OR r.owner_id = $4)
               AND ($5::uuid IS NULL OR r.reach <> 'districts' OR $5 = ANY(r.districts))
               AND ($6::text IS NULL OR r.kind = $6) AND ($7::int IS NULL OR r.grades IS NULL OR r.grades @> $7)
               AND ($8::text IS NULL OR r.theme = $8) AND ($9::text IS NULL OR r.licence = $9)
               AND ($10::text IS NULL OR r.status = $10)
               AND ($11::date IS NULL OR NOT EXISTS (SELECT FROM resource_item i WHERE i.resource_id = r.id)
                    OR $13 <= (SELECT count(*) FROM resource_item i WHERE i.resource_id = r.id AND i.in_service
                               AND NOT EXISTS (SELECT FROM booking_item h WHERE h.item_id = i.id AND h.holds
                                   AND (h.days && daterange($11, $12, '[]')
                                        OR h.is_out AND upper(h.days) <= $14 AND $11 <= $14))))"
        ),
        ") found
         WHERE $15::bool IS NULL OR (NOT found.in_title, found.id) > (NOT $15, $16)
         ORDER BY NOT found.in_title, found.id LIMIT $17"
    ))
    .bind(filter.words)
    .bind(filter.grams)
    .bind(filter.district)
    .bind(filter.owner)
    .bind(filter.goes_to)
    .bind(filter.kind)
    .bind(filter.grade)
    .bind(filter.theme)
    .bind(filter.licence)
    .bind(filter.status)
    .bind(free.map(|free| free.first))
    .bind(free.map(|free| free.last))
    .bind(free.map_or(0, |free| free.quantity))
    .bind(free.map(|free| free.today))
    .bind(after.map(|(in_title, _)| in_title))
    .bind(after.map(|(_, id)| id))
    .bind(fetch)
    .fetch_all(&mut **tx)
    .await?)
}

const NO_WORDS: [String; 0] = [];

/// Loads one, whatever its district.
pub async fn load(tx: &mut Tx, id: Uuid) -> Result<Resource> {
    sqlx::query_as(resources!("WHERE r.id = $2"))
        .bind(NO_WORDS.as_slice())
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or_else(|| ApiError::not_found("resource"))
}

/// Loads one, whatever its district: nobody else changes or books it until the transaction ends.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Resource> {
    // The statement that waits would read its items and files as they were before.
    sqlx::query("SELECT FROM resource WHERE id = $1 FOR NO KEY UPDATE").bind(id).execute(&mut **tx).await?;
    load(tx, id).await
}

/// Adds one.
pub async fn insert(tx: &mut Tx, row: &Resource) -> Result<()> {
    sqlx::query(
        "INSERT INTO resource (id, district_id, owner_id, kind, title_zh, title_en, summary, theme, grades, licence,
                               licence_note, reach, districts, capacity, status, reason, plain, grams, version,
                               created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
                 CASE WHEN $9::int IS NULL AND $10::int IS NULL THEN NULL ELSE int4range($9, $10, '[]') END,
                 $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
    )
    .bind(row.id)
    .bind(row.district_id)
    .bind(row.owner_id)
    .bind(row.kind)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.summary)
    .bind(&row.theme)
    .bind(row.grade_from)
    .bind(row.grade_to)
    .bind(row.licence)
    .bind(&row.licence_note)
    .bind(row.reach)
    .bind(&row.districts)
    .bind(row.capacity)
    .bind(row.status)
    .bind(&row.reason)
    .bind(&row.plain)
    .bind(&row.grams)
    .bind(row.version)
    .bind(row.created_at)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes the changed fields of one that is locked. What it is stays.
pub async fn update(tx: &mut Tx, row: &Resource) -> Result<()> {
    sqlx::query(
        "UPDATE resource SET title_zh = $2, title_en = $3, summary = $4, theme = $5,
                grades = CASE WHEN $6::int IS NULL AND $7::int IS NULL THEN NULL ELSE int4range($6, $7, '[]') END,
                licence = $8, licence_note = $9, reach = $10, districts = $11, capacity = $12, status = $13,
                reason = $14, plain = $15, grams = $16, version = $17, updated_at = $18
         WHERE id = $1",
    )
    .bind(row.id)
    .bind(&row.title_zh)
    .bind(&row.title_en)
    .bind(&row.summary)
    .bind(&row.theme)
    .bind(row.grade_from)
    .bind(row.grade_to)
    .bind(row.licence)
    .bind(&row.licence_note)
    .bind(row.reach)
    .bind(&row.districts)
    .bind(row.capacity)
    .bind(row.status)
    .bind(&row.reason)
    .bind(&row.plain)
    .bind(&row.grams)
    .bind(row.version)
    .bind(row.updated_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
