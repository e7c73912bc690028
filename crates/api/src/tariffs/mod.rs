//! What a district pays a host for a person who comes. Settlements ([`crate::reports`]) go by it.
//!
//! A tariff is never edited: one that was wrong is withdrawn, one that is replaced is cut short, which withdraws it and adds
//! it again with an end. So a settlement of a past moment can be told again.

mod list;
mod set;
pub(crate) mod store;
mod withdraw;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::settlement::yuan;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::state::AppState;

const TAG: &str = "tariffs";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list, set::set)).routes(routes!(withdraw::withdraw))
}

/// What a person costs at a host on these days.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TariffView {
    /// Identity.
    pub id: Uuid,
    /// The host.
    pub host_id: Uuid,
    /// The host's name in Chinese.
    pub host_name_zh: String,
    /// The host's name in English.
    pub host_name_en: String,
    /// The activity that it is for; null for all of the host that have none of their own.
    pub activity_id: Option<Uuid>,
    /// Its title in Chinese.
    pub activity_title_zh: Option<String>,
    /// Yuan for a person who came to a session, with two places.
    pub yuan: String,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day, included; null if open.
    pub last_day: Option<NaiveDate>,
    /// What it rests on, such as the number of a contract.
    pub note: String,
    /// When it was set.
    pub set_at: DateTime<Utc>,
    /// When it was withdrawn; null while it holds.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl From<store::TariffRow> for TariffView {
    fn from(row: store::TariffRow) -> Self {
        Self {
            id: row.id,
            host_id: row.host_id,
            host_name_zh: row.host_name_zh,
            host_name_en: row.host_name_en,
            activity_id: row.activity_id,
            activity_title_zh: row.activity_title_zh,
            yuan: yuan(row.fen),
            first_day: row.first_day,
            last_day: row.last_day,
            note: row.note,
            set_at: row.set_at,
            withdrawn_at: row.withdrawn_at,
        }
    }
}
