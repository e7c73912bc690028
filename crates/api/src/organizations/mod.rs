//! Organizations: schools, bases, museums and whoever else takes part in a district.

mod change;
mod close;
mod create;
mod list;
mod read;
pub mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{check::Checks, state::AppState};

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(read::read, change::change))
        .routes(routes!(close::close))
        .routes(routes!(close::reopen))
}

/// What kind of organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum OrganizationKind {
    /// 学校
    School,
    /// 幼儿园
    Kindergarten,
    /// 科普基地
    Base,
    /// 博物馆
    Museum,
    /// 企业
    Company,
    /// 科研院所
    Institute,
    /// 高校
    University,
    /// 社区
    Community,
    /// 媒体
    Media,
    /// 主管部门
    Authority,
}

impl OrganizationKind {
    /// The word in JSON and SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Kindergarten => "kindergarten",
            Self::Base => "base",
            Self::Museum => "museum",
            Self::Company => "company",
            Self::Institute => "institute",
            Self::University => "university",
            Self::Community => "community",
            Self::Media => "media",
            Self::Authority => "authority",
        }
    }
}

/// Whether an organization works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum OrganizationStatus {
    /// It does.
    Active,
    /// It has closed: its past stays, nothing new begins there.
    Closed,
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationView {
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
    /// Name in English; may be empty.
    pub name_en: String,
    /// Level of the organization itself (national, provincial, city, district …); null if it has none.
    pub level: Option<String>,
    /// Further facts. `vocational: true` marks a secondary vocational school.
    #[schema(value_type = Object)]
    pub attributes: Map<String, Value>,
    /// Whether it works.
    pub status: OrganizationStatus,
    /// For If-Match.
    pub version: i64,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<store::Organization> for OrganizationView {
    fn from(row: store::Organization) -> Self {
        Self {
            id: row.id,
            district_id: row.district_id,
            kind: row.kind,
            code: row.code,
            name_zh: row.name_zh,
            name_en: row.name_en,
            level: row.level,
            attributes: row.attributes.0,
            status: row.status,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

const ATTRIBUTES_MAX: usize = 8 * 1024;

/// Attributes are few and small: what matters has a column.
fn check_attributes(checks: &mut Checks, attributes: &Map<String, Value>) {
    let bytes = serde_json::to_vec(attributes).map_or(usize::MAX, |json| json.len());
    checks.require(
        bytes <= ATTRIBUTES_MAX,
        "attributes",
        "too_long",
        format!("must be at most {ATTRIBUTES_MAX} bytes of JSON"),
    );
    let vocational = attributes.get("vocational").is_none_or(Value::is_boolean);
    checks.require(vocational, "attributes.vocational", "invalid_value", "must be true or false");
}
