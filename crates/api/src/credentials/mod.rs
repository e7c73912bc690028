//! Credentials: what students carry away of their credit, and what whoever gets it can check.
//!
//! ```text
//! sheet = Σ ledger ─▶ claim ─▶ badge: VC-JWT, its place in a status list
//!                        └──▶ papers: certificate, transcript
//! anybody: number ─▶ what it states, valid or not     file ─▶ keys of the district + status list ─▶ verified on the spot
//! ```
//!
//! What a credential says and when it is refused is in `kepu_domain::credential`.

mod again;
mod batch;
mod forget;
mod issue;
mod keys;
mod list;
mod paper;
mod proven;
mod public;
mod revoke;
mod rotate;
mod status;
pub(crate) mod store;
mod verify;
mod verify_cli;
#[cfg(test)]
mod verify_tests;

pub(crate) use again::{Again, Booked, Issued};
pub use batch::{print_anew, resume};
pub use forget::{Forgotten, forget_person};
pub use verify::{Jwk, Jwks, KeySet, verify};
pub use verify_cli::{VerifyBadgeArgs, verify_badge};

use chrono::{DateTime, Utc};
use kepu_domain::{
    credential::{badge::Issuer, claim::Wanted},
    text::Lang,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    http::public_url::PublicUrl,
    state::AppState,
};

/// The tag of these operations.
const TAG: &str = "credentials";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(issue::issue_badge))
        .routes(routes!(paper::issue_paper))
        .routes(routes!(paper::download_paper))
        .routes(routes!(batch::list_paper_batches, batch::issue_papers))
        .routes(routes!(batch::read_paper_batch))
        .routes(routes!(batch::download_papers))
        .routes(routes!(list::list_credentials))
        .routes(routes!(list::read_credential))
        .routes(routes!(list::download_badge))
        .routes(routes!(revoke::revoke_credential))
        .routes(routes!(rotate::replace_credential_key))
        .routes(routes!(public::verify_credential))
        .routes(routes!(public::read_issuer))
        .routes(routes!(public::read_achievement))
        .routes(routes!(public::read_issuer_keys))
        .routes(routes!(public::read_issuer_key))
        .routes(routes!(public::read_status_list))
}

/// What a credential shall state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AchievementKind {
    /// The credit earned so far.
    Credits,
    /// That a requirement of the policy is met.
    Requirement,
    /// The level reached on a ladder of the policy.
    Level,
}

/// What a credential shall state.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AchievementWanted {
    /// The sort of thing.
    pub kind: AchievementKind,
    /// The requirement or ladder, as the policy names it; not for credits.
    #[serde(default)]
    pub id: Option<String>,
}

impl AchievementWanted {
    fn wanted(self) -> Result<Wanted> {
        match (self.kind, self.id) {
            (AchievementKind::Credits, None) => Ok(Wanted::Credits),
            (AchievementKind::Requirement, Some(id)) => Ok(Wanted::Requirement { id }),
            (AchievementKind::Level, Some(id)) => Ok(Wanted::Level { id }),
            (AchievementKind::Credits, Some(_)) => {
                Err(ApiError::invalid_field("achievement.id", "not_allowed", "must be left out for credits"))
            }
            (_, None) => Err(ApiError::invalid_field(
                "achievement.id",
                "required",
                "must name a requirement or ladder of the policy",
            )),
        }
    }
}

/// A credential, as those see it who may read the person's credit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CredentialView {
    /// Its id.
    pub id: Uuid,
    /// Its public number.
    pub number: String,
    /// `badge`, `certificate` or `transcript`.
    pub kind: String,
    /// Whose it is.
    pub person_id: Uuid,
    /// The person's name now.
    pub person_name: String,
    /// The policy.
    pub policy_id: String,
    /// The version under which it was so.
    pub policy_version: String,
    /// The policy's title in Chinese.
    pub policy_title_zh: String,
    /// The policy's title in English.
    pub policy_title_en: String,
    /// The sort of thing that it states: `credits`, `requirement` or `level`.
    pub achievement: String,
    /// What it states, in Chinese.
    pub title_zh: String,
    /// What it states, in English.
    pub title_en: String,
    /// All credit of the person at that moment, a decimal.
    pub credits: String,
    /// `valid`, `expired` or `revoked`.
    pub state: String,
    /// When it was issued, which is as of when it is so.
    pub issued_at: DateTime<Utc>,
    /// Until when it holds; null for ever.
    pub valid_until: Option<DateTime<Utc>>,
    /// Since when it holds no more.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Why.
    pub revoke_reason: Option<String>,
}

impl CredentialView {
    fn of(row: store::CredentialRow, now: DateTime<Utc>) -> Self {
        let state = row.standing().name_at(row.valid_until, now).word().to_owned();
        let claim = row.claim.0;
        Self {
            id: row.id,
            number: row.number,
            kind: row.kind,
            person_id: row.person_id,
            person_name: row.person_name,
            policy_id: row.policy_id,
            policy_version: row.policy_version,
            policy_title_zh: row.policy_title_zh,
            policy_title_en: row.policy_title_en,
            achievement: claim.wanted.word().to_owned(),
            title_zh: claim.name(Lang::Zh),
            title_en: claim.name(Lang::En),
            credits: claim.credits.to_string(),
            state,
            issued_at: row.issued_at,
            valid_until: row.valid_until,
            revoked_at: row.revoked_at,
            revoke_reason: row.revoke_reason,
        }
    }
}

/// The district as an issuer, under the address at which this request found it.
fn issuer(pages: &PublicUrl, district: &store::DistrictRow) -> Issuer {
    Issuer {
        id: pages.page(&["api", "v1", "issuers", &district.code]),
        name: district.name_zh.clone(),
        url: pages.page(&[]),
    }
}
