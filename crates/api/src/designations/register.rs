use axum::{Json, extract::State};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Asia::Shanghai;
use kepu_domain::designation::standing::StandingName;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{SuspensionView, store};
use crate::{
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    page::{Page, PageQuery},
    state::AppState,
    tenancy::DistrictId,
};

/// What to look up.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RegisterFilter {
    /// On this day; today if left out.
    on: Option<NaiveDate>,
    /// What is looked for: what is in force if left out.
    #[serde(default)]
    #[param(inline)]
    standing: store::Registering,
    /// Code of the district.
    district: Option<String>,
    /// Code of the scheme.
    scheme: Option<String>,
    /// Whose holder's name, or whose number, holds this text.
    q: Option<String>,
}

/// A line of the public register.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisterEntry {
    /// The designation.
    id: Uuid,
    /// Code of the scheme.
    scheme_code: String,
    /// Its name in Chinese.
    scheme_name_zh: String,
    /// Its name in English.
    scheme_name_en: String,
    /// The authority that runs it.
    authority_name_zh: String,
    /// The same in English.
    authority_name_en: String,
    /// Code of the holder's district.
    district_code: String,
    /// Its name.
    district_name_zh: String,
    /// The same in English.
    district_name_en: String,
    /// Kind of the holder.
    organization_kind: String,
    /// Name of the holder in Chinese.
    organization_name_zh: String,
    /// Name of the holder in English.
    organization_name_en: String,
    /// The professional who holds it, employed there; null if the organization does.
    professional_name: Option<String>,
    /// Number of the licence.
    number: String,
    /// Level under the scheme.
    level: Option<String>,
    /// First day.
    valid_from: NaiveDate,
    /// Last day; null if open.
    valid_to: Option<NaiveDate>,
    /// Where it was published.
    source: String,
}

/// The public register: who is designated on a day, or was. Needs no account.
#[utoipa::path(
    get,
    path = "/api/v1/register",
    operation_id = "public_register",
    tag = "designations",
    params(RegisterFilter, PageQuery),
    security(()),
    responses((status = 200, description = "A page of the register", body = Page<RegisterEntry>), ApiErrors)
)]
pub(super) async fn register(
    State(state): State<AppState>,
    ApiQuery(filter): ApiQuery<RegisterFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<RegisterEntry>>> {
    let wanted = store::RegisterFilter {
        on: filter.on.unwrap_or_else(|| state.now().with_timezone(&Shanghai).date_naive()),
        standing: filter.standing,
        district: filter.district.as_deref(),
        scheme: filter.scheme.as_deref(),
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
    };
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let rows = store::register(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, RegisterEntry::from)?))
}

impl From<store::Registered> for RegisterEntry {
    fn from(row: store::Registered) -> Self {
        Self {
            id: row.id,
            scheme_code: row.scheme_code,
            scheme_name_zh: row.scheme_name_zh,
            scheme_name_en: row.scheme_name_en,
            authority_name_zh: row.authority_name_zh,
            authority_name_en: row.authority_name_en,
            district_code: row.district_code,
            district_name_zh: row.district_name_zh,
            district_name_en: row.district_name_en,
            organization_kind: row.organization_kind,
            organization_name_zh: row.organization_name_zh,
            organization_name_en: row.organization_name_en,
            professional_name: row.professional_name,
            number: row.number,
            level: row.level,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            source: row.source,
        }
    }
}

/// What became of a designation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisterRecord {
    /// What it is.
    designation: RegisterEntry,
    /// What it is today.
    #[schema(value_type = String)]
    standing: StandingName,
    /// First day on which it is no more; null unless it was revoked.
    revoked_from: Option<NaiveDate>,
    /// When it is not in force in between, in order.
    suspensions: Vec<SuspensionView>,
    /// What happened to it, the oldest first.
    history: Vec<RegisterEvent>,
}

/// Something that happened to a designation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisterEvent {
    /// `awarded`, `corrected`, `ended`, `suspended`, `lifted`, `revoked`, `kept`, `renewed` or `assessed`.
    kind: String,
    /// The day from which it holds.
    on_day: NaiveDate,
    /// When it was entered.
    at: DateTime<Utc>,
}

/// All designations of one number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisterRecords {
    /// Usually one; schemes number for themselves.
    items: Vec<RegisterRecord>,
}

/// Verifies a designation by its number: what it is today, and what became of it. Needs no account.
#[utoipa::path(
    get,
    path = "/api/v1/register/{number}",
    operation_id = "verify_designation",
    tag = "designations",
    params(("number" = String, Path, description = "The number, as it is printed")),
    security(()),
    responses((status = 200, description = "What there is of this number", body = RegisterRecords), ApiErrors)
)]
pub(super) async fn verify(
    State(state): State<AppState>,
    ApiPath(number): ApiPath<String>,
) -> Result<Json<RegisterRecords>> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let rows = store::of_number(&mut tx, number.trim()).await?;
    if rows.is_empty() {
        return Err(ApiError::not_found("designation"));
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let history = store::history(&mut tx, &ids).await?;
    tx.commit().await?;
    let today = state.now().with_timezone(&Shanghai).date_naive();
    let record = |row: store::Registered| -> Result<RegisterRecord> {
        let of_it = history.iter().filter(|event| event.designation_id == row.id);
        Ok(RegisterRecord {
            standing: row.rules()?.standing_on(today),
            revoked_from: row.revoked_from,
            suspensions: row.suspensions.0.iter().map(SuspensionView::from).collect(),
            history: of_it
                .map(|event| RegisterEvent { kind: event.kind.clone(), on_day: event.on_day, at: event.at })
                .collect(),
            designation: row.into(),
        })
    };
    Ok(Json(RegisterRecords { items: rows.into_iter().map(record).collect::<Result<_>>()? }))
}
