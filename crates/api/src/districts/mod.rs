//! Authorities (country, provinces, cities) and districts, the tenants.

mod authorities;
mod change;
mod create;
mod list;
mod no_shows;
mod rename;
pub mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub use self::no_shows::NoShowPolicy;
use crate::{check::Checks, state::AppState};

/// The tag of these operations.
pub const TAG: &str = "districts";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(authorities::list_authorities))
        .routes(routes!(authorities::create_authority))
        .routes(routes!(rename::rename_authority))
        .routes(routes!(list::list_districts))
        .routes(routes!(create::create_district))
        .routes(routes!(list::read_district))
        .routes(routes!(change::change_district))
}

/// A district.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DistrictView {
    /// Its id.
    pub id: Uuid,
    /// The city (or province) above it.
    pub parent_id: Option<Uuid>,
    /// Its short code, also good for the header Kepu-District.
    pub code: String,
    /// Its name.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// Its time zone: days and terms are judged in it.
    pub time_zone: String,
    /// Its settings.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// What it does about those who register and do not come; null for nothing.
    pub no_shows: Option<NoShowPolicy>,
    /// Whether a change of the rules needs a second official: then versions are published and made effective through
    /// drafts alone.
    pub second_official: bool,
    /// Whether the pack of reports of a month or term is made by itself when that has ended.
    pub report_packs: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// For If-Match.
    pub version: i64,
}

impl From<store::DistrictRow> for DistrictView {
    fn from(row: store::DistrictRow) -> Self {
        Self {
            id: row.id,
            parent_id: row.parent_id,
            code: row.code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            time_zone: row.time_zone,
            settings: row.settings,
            no_shows: row.no_shows.map(|policy| policy.0),
            second_official: row.second_official,
            report_packs: row.report_packs,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// Checks a code: letters, digits and `- _ .`.
fn check_code(checks: &mut Checks, code: &str) -> String {
    let code = checks.text("code", code, 1..=32);
    let allowed = code.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
    checks.require(allowed, "code", "wrong_characters", "must hold ASCII letters, digits and - _ . alone");
    checks.require(Uuid::parse_str(&code).is_err(), "code", "looks_like_id", "must not look like an id");
    code
}

/// Checks the name of a time zone.
fn check_time_zone(checks: &mut Checks, name: &str) -> String {
    let name = checks.text("time_zone", name, 1..=64);
    let known = name.parse::<chrono_tz::Tz>().is_ok();
    checks.require(known, "time_zone", "unknown", "must be a name of the time zone database, e.g. Asia/Shanghai");
    name
}
