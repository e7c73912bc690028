//! Resources: courses, equipment, games, material and speakers that organizations offer to each other. Who uses them
//! when is [`crate::bookings`].

mod change;
mod close;
mod create;
mod fields;
mod files;
mod items;
mod list;
pub mod store;
mod words;

use chrono::{DateTime, Utc};
use kepu_domain::{
    resource::mean_tenths,
    role::{Action, Scope},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{activities::Grades, auth::Actor, error::Result, extract::IfMatch, state::AppState, tenancy::Tx};

pub use words::{ResourceKind, ResourceLicence, ResourceReach, ResourceStatus};

const TAG: &str = "resources";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::read, change::change))
        .routes(routes!(close::close))
        .routes(routes!(close::reopen))
        .routes(routes!(items::list, items::add))
        .routes(routes!(items::change))
        .routes(routes!(files::list, files::add))
        .routes(routes!(files::download, files::remove))
}

/// A resource.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceView {
    /// Identity.
    pub id: Uuid,
    /// The district in which its owner is registered.
    pub district_id: Uuid,
    /// Who offers it.
    pub owner_id: Uuid,
    /// The owner's name in Chinese.
    pub owner_name_zh: String,
    /// The owner's name in English; may be empty.
    pub owner_name_en: String,
    /// What it is.
    pub kind: ResourceKind,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English; may be empty.
    pub title_en: String,
    /// What there is to know before one asks for it.
    pub summary: String,
    /// Theme; may be empty.
    pub theme: String,
    /// For which grades; null for all.
    pub grades: Option<Grades>,
    /// On what terms it may be used.
    pub licence: ResourceLicence,
    /// What the licence does not say by its name.
    pub licence_note: String,
    /// Where it can go.
    pub reach: ResourceReach,
    /// To which districts, if not everywhere.
    pub districts: Vec<Uuid>,
    /// How many persons it serves at a time; null for any number.
    pub capacity: Option<i32>,
    /// Whether it is lent and has to come back.
    pub comes_back: bool,
    /// How many of it there are in service; 0 if it is files alone.
    pub item_count: i64,
    /// How many files it has.
    pub file_count: i64,
    /// The mean of its ratings of 1 to 5, in tenths; null if there are none.
    pub rating_tenths: Option<u64>,
    /// How many ratings.
    pub rating_count: i64,
    /// Whether it is on offer.
    pub status: ResourceStatus,
    /// Why it was closed.
    pub reason: String,
    /// For If-Match.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<store::Resource> for ResourceView {
    fn from(row: store::Resource) -> Self {
        let sum = u64::try_from(row.rating_sum).unwrap_or(0);
        let count = u64::try_from(row.rating_count).unwrap_or(0);
        Self {
            grades: row.grades(),
            comes_back: row.kind.rules().comes_back(),
            rating_tenths: mean_tenths(sum, count),
            id: row.id,
            district_id: row.district_id,
            owner_id: row.owner_id,
            owner_name_zh: row.owner_name_zh,
            owner_name_en: row.owner_name_en,
            kind: row.kind,
            title_zh: row.title_zh,
            title_en: row.title_en,
            summary: row.summary,
            theme: row.theme,
            licence: row.licence,
            licence_note: row.licence_note,
            reach: row.reach,
            districts: row.districts,
            capacity: row.capacity,
            item_count: row.item_count,
            file_count: row.file_count,
            rating_count: row.rating_count,
            status: row.status,
            reason: row.reason,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl store::Resource {
    /// The owner, as rights are judged.
    pub fn scope(&self) -> Scope {
        Scope::Host { district: self.district_id, host: self.owner_id }
    }
}

/// Refuses whoever may not read the catalogue, which all districts share.
fn require_read(actor: &Actor, tx: &Tx) -> Result<()> {
    actor.require(Action::ResourceRead, &Scope::District { district: tx.district().0 })
}

/// A resource of an organization that the actor answers for, locked, in the version that was read.
async fn managed(tx: &mut Tx, actor: &Actor, id: Uuid, version: Option<IfMatch>) -> Result<store::Resource> {
    let row = store::lock(tx, id).await?;
    actor.require(Action::ResourceManage, &row.scope())?;
    if let Some(version) = version {
        version.check("resource", row.version)?;
    }
    Ok(row)
}
