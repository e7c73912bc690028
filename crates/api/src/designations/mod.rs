//! Designations: licences and titles that organizations hold under schemes of the authorities.

mod assess;
mod change;
mod effect;
mod end;
mod grant;
mod list;
pub(crate) mod papers;
mod register;
mod renewals;
pub mod schema;
pub mod schemes;
mod standing;
pub mod store;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::designation::{Refusal, standing::StandingName};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    error::{ApiError, Result},
    state::AppState,
};

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(schemes::list, schemes::create))
        .routes(routes!(schemes::read, schemes::change))
        .routes(routes!(list::of_organization, grant::grant))
        .routes(routes!(list::list))
        .routes(routes!(list::read, change::change))
        .routes(routes!(end::end))
        .routes(routes!(standing::read))
        .routes(routes!(standing::suspend))
        .routes(routes!(standing::lift))
        .routes(routes!(standing::revoke))
        .routes(routes!(standing::keep))
        .routes(routes!(standing::renew))
        .routes(routes!(assess::assess))
        .routes(routes!(renewals::of_designation, renewals::ask))
        .routes(routes!(renewals::download_file, renewals::add_file))
        .routes(routes!(renewals::refuse))
        .routes(routes!(renewals::waiting))
        .routes(routes!(effect::effect))
        .routes(routes!(papers::certificate))
        .routes(routes!(papers::plaque))
        .routes(routes!(register::register))
        .routes(routes!(register::verify))
}

/// A designation.
#[derive(Debug, Serialize, ToSchema)]
pub struct DesignationView {
    /// Identity.
    pub id: Uuid,
    /// The scheme.
    pub scheme_id: Uuid,
    /// Its code, which policies name.
    pub scheme_code: String,
    /// Its name in Chinese.
    pub scheme_name_zh: String,
    /// The holder, or the employer of the professional who is.
    pub organization_id: Uuid,
    /// The professional who holds it; null if the organization does.
    pub professional_id: Option<Uuid>,
    /// What the professional is called.
    pub professional_name: Option<String>,
    /// The application from which it came, if one was made.
    pub application_id: Option<Uuid>,
    /// The district in which the holder is registered.
    pub district_id: Uuid,
    /// The holder's name in Chinese.
    pub organization_name_zh: String,
    /// Number of the licence, unique in the scheme.
    pub number: String,
    /// Level of the host under the scheme.
    pub level: Option<String>,
    /// What it is today: `upcoming`, `in_force`, `suspended`, `revoked` or `expired`.
    #[schema(value_type = String)]
    pub standing: StandingName,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; null if open.
    pub valid_to: Option<NaiveDate>,
    /// First day on which it is no more; null unless it was revoked.
    pub revoked_from: Option<NaiveDate>,
    /// When it is not in force in between, in order.
    pub suspensions: Vec<SuspensionView>,
    /// Where it was published.
    pub source: String,
    /// For If-Match.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Days on which a designation is not in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuspensionView {
    /// First day.
    pub from: NaiveDate,
    /// First day on which it is in force again; null while it lasts.
    pub lifted_from: Option<NaiveDate>,
}

impl From<&store::SuspensionRow> for SuspensionView {
    fn from(row: &store::SuspensionRow) -> Self {
        Self { from: row.from, lifted_from: row.lifted_from }
    }
}

impl DesignationView {
    /// As it is on a day.
    pub(crate) fn of(row: store::Designation, today: NaiveDate) -> Result<Self> {
        Ok(Self {
            standing: row.rules()?.standing_on(today),
            id: row.id,
            scheme_id: row.scheme_id,
            scheme_code: row.scheme_code,
            scheme_name_zh: row.scheme_name_zh,
            organization_id: row.organization_id,
            professional_id: row.professional_id,
            professional_name: row.professional_name,
            application_id: row.application_id,
            district_id: row.district_id,
            organization_name_zh: row.organization_name_zh,
            number: row.number,
            level: row.level,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            revoked_from: row.revoked_from,
            suspensions: row.suspensions.0.iter().map(SuspensionView::from).collect(),
            source: row.source,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The answer to what the domain refuses.
pub(crate) fn refused(refusal: &Refusal) -> ApiError {
    let text = refusal.to_string();
    match refusal {
        Refusal::EndsBeforeItBegins { .. } => ApiError::invalid_field("valid_to", "before_valid_from", text),
        Refusal::Overlaps { .. } => ApiError::conflict(
            "designation_overlaps",
            format!("The designation cannot be so: {text}. End the other one first, or choose other days."),
        ),
        Refusal::Held { to, .. } => {
            let way = if to.is_some() { "Ask for its renewal instead." } else { "There is nothing to apply for." };
            ApiError::conflict("designation_held", format!("No application can be begun: {text}. {way}"))
        }
        Refusal::HolderKind { .. } => ApiError::unprocessable("holder_kind", format!("Not for this holder: {text}.")),
        Refusal::SchemeOver { .. } => {
            ApiError::invalid_field("valid_from", "after_scheme", format!("{text}: choose an earlier first day"))
        }
        Refusal::EndsAlready { .. } => ApiError::conflict("ends_already", format!("It cannot end so late: {text}.")),
    }
}
