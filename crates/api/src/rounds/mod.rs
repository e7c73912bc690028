//! Rounds: when a scheme takes applications, who reviews them, and what the authority decides about all of them.

mod candidates;
mod change;
mod close;
mod decide;
mod list;
mod open;
mod papers;
mod ranking;
mod reviewers;
pub mod store;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{designation::scheme::Rules, role::Action};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::Actor,
    designations::{schema::SchemeRules, schemes},
    error::Result,
    state::AppState,
    tenancy::Tx,
};

const TAG: &str = "rounds";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(open::open))
        .routes(routes!(list::list))
        .routes(routes!(list::read, change::change))
        .routes(routes!(close::close))
        .routes(routes!(reviewers::list, reviewers::assign))
        .routes(routes!(candidates::candidates))
        .routes(routes!(ranking::ranking))
        .routes(routes!(decide::decide))
        .routes(routes!(decide::publish))
        .routes(routes!(papers::papers))
}

/// A round of a scheme.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RoundView {
    /// Identity.
    id: Uuid,
    /// The scheme.
    scheme_id: Uuid,
    /// Its code.
    scheme_code: String,
    /// Its name in Chinese.
    scheme_name_zh: String,
    /// The same in English.
    scheme_name_en: String,
    /// The authority that runs it.
    authority_id: Uuid,
    /// What that is called.
    authority_name_zh: String,
    /// The same in English.
    authority_name_en: String,
    /// Kinds of organizations that may apply; any if empty.
    holder_kinds: Vec<String>,
    /// Name in Chinese.
    name_zh: String,
    /// Name in English.
    name_en: String,
    /// First day on which it takes applications.
    opens_on: NaiveDate,
    /// Last day.
    closes_on: NaiveDate,
    /// Form, criteria, validity, as they were when it was opened.
    #[schema(value_type = SchemeRules)]
    rules: Rules,
    /// For If-Match.
    version: i64,
    /// When it was opened.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
}

impl From<store::Round> for RoundView {
    fn from(row: store::Round) -> Self {
        Self {
            id: row.id,
            scheme_id: row.scheme_id,
            scheme_code: row.scheme_code,
            scheme_name_zh: row.scheme_name_zh,
            scheme_name_en: row.scheme_name_en,
            authority_id: row.authority_id,
            authority_name_zh: row.authority_name_zh,
            authority_name_en: row.authority_name_en,
            holder_kinds: row.holder_kinds,
            name_zh: row.name_zh,
            name_en: row.name_en,
            opens_on: row.opens_on,
            closes_on: row.closes_on,
            rules: row.rules.0,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Whether something of a round was decided, so that who applied may know what came of it.
const DECIDED: [&str; 6] = ["approved", "refused", "published", "awarded", "appealed", "dismissed"];

/// Refuses who may not do this for the authority that runs the scheme.
pub async fn require(tx: &mut Tx, actor: &Actor, action: Action, authority: Uuid) -> Result<()> {
    let scope = schemes::scope(tx, authority).await?;
    actor.require(action, &scope)
}
