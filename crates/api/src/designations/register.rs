use axum::{Json, extract::State};
use chrono::NaiveDate;
use chrono_tz::Asia::Shanghai;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store;
use crate::{
    error::{ApiErrors, Result},
    extract::ApiQuery,
    page::{Page, PageQuery},
    state::AppState,
    tenancy::DistrictId,
};

/// What to look up.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RegisterFilter {
    /// In force on this day; today if left out.
    on: Option<NaiveDate>,
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
    /// Code of the holder's district.
    district_code: String,
    /// Its name.
    district_name_zh: String,
    /// Kind of the holder.
    organization_kind: String,
    /// Name of the holder in Chinese.
    organization_name_zh: String,
    /// Name of the holder in English.
    organization_name_en: String,
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

/// The public register: which organizations are designated on a day. Needs no account.
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
        district: filter.district.as_deref(),
        scheme: filter.scheme.as_deref(),
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
    };
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let rows = store::register(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    let page = Page::of(
        rows,
        &page,
        |row| row.id,
        |row| RegisterEntry {
            id: row.id,
            scheme_code: row.scheme_code,
            scheme_name_zh: row.scheme_name_zh,
            scheme_name_en: row.scheme_name_en,
            authority_name_zh: row.authority_name_zh,
            district_code: row.district_code,
            district_name_zh: row.district_name_zh,
            organization_kind: row.organization_kind,
            organization_name_zh: row.organization_name_zh,
            organization_name_en: row.organization_name_en,
            number: row.number,
            level: row.level,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            source: row.source,
        },
    )?;
    Ok(Json(page))
}
