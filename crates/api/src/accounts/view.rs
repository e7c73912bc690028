//! How accounts look in JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{AccountRow, GrantRecord};

/// A right: a role over a scope. Exactly one of authority, organization, person, district says over what; none: the
/// platform.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GrantView {
    /// Its id.
    pub id: Uuid,
    /// `teacher`, `school_admin`, `base_staff`, `base_admin`, `district_official`, `city_official`, `auditor`,
    /// `guardian`, `student` or `platform_admin`.
    pub role: String,
    /// Over a city or province.
    pub authority_id: Option<Uuid>,
    /// Over a district, or the district of the organization or person.
    pub district_id: Option<Uuid>,
    /// Over a school or base.
    pub organization_id: Option<Uuid>,
    /// Over a person.
    pub person_id: Option<Uuid>,
    /// Name of what it is over.
    pub scope_name_zh: String,
    /// The same in English, if known.
    pub scope_name_en: String,
    /// Since when.
    pub granted_at: DateTime<Utc>,
}

impl From<GrantRecord> for GrantView {
    fn from(row: GrantRecord) -> Self {
        Self {
            id: row.id,
            role: row.role,
            authority_id: row.authority_id,
            district_id: row.district_id,
            organization_id: row.organization_id,
            person_id: row.person_id,
            scope_name_zh: row.scope_name_zh,
            scope_name_en: row.scope_name_en,
            granted_at: row.granted_at,
        }
    }
}

/// An account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AccountView {
    /// Its id.
    pub id: Uuid,
    /// What it signs in with.
    pub login: String,
    /// How it is called.
    pub display_name: String,
    /// `active` or `disabled`.
    pub status: String,
    /// The password was set by somebody else.
    pub must_change_password: bool,
    /// Locked until then after failed sign-ins.
    pub locked_until: Option<DateTime<Utc>>,
    /// Its rights.
    pub grants: Vec<GrantView>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// For If-Match.
    pub version: i64,
}

impl AccountView {
    /// The account with those of the grants that are its own.
    pub fn new(row: AccountRow, grants: &[GrantRecord]) -> Self {
        let own = grants.iter().filter(|grant| grant.account_id == row.id && grant.revoked_at.is_none());
        Self {
            grants: own.cloned().map(GrantView::from).collect(),
            id: row.id,
            login: row.login,
            display_name: row.display_name,
            status: row.status,
            must_change_password: row.must_change_password,
            locked_until: row.locked_until,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

/// An account with a password that works until it is changed at the first sign-in. It is shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OneTimePassword {
    /// The account.
    pub account: AccountView,
    /// To be handed over on a way that nobody else reads.
    pub one_time_password: String,
}
