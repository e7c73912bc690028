//! GET /api/v1/districts and /api/v1/districts/{id}

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{DistrictView, TAG, store};
use crate::{
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
    tenancy::DistrictId,
};

/// Which districts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DistrictFilter {
    /// Of this city or province.
    pub parent_id: Option<Uuid>,
}

/// List districts by code.
#[utoipa::path(
    get, path = "/api/v1/districts", operation_id = "list_districts", tag = TAG, params(DistrictFilter, PageQuery),
    responses((status = 200, description = "Districts", body = Page<DistrictView>), ApiErrors)
)]
pub async fn list_districts(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<DistrictFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<DistrictView>>> {
    actor.require(Action::DistrictRead, &Scope::Platform)?;
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let rows = store::districts(&mut tx, filter.parent_id, page.after()?, page.fetch()?).await?;
    Ok(Json(Page::of(rows, &page, |row| row.code.clone(), DistrictView::from)?))
}

/// Read one district.
#[utoipa::path(
    get, path = "/api/v1/districts/{id}", operation_id = "read_district", tag = TAG,
    params(("id" = Uuid, Path, description = "The district")),
    responses((status = 200, description = "The district", body = DistrictView), ApiErrors)
)]
pub async fn read_district(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    actor.require(Action::DistrictRead, &Scope::District { district: id })?;
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let row = store::district(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("district"))?;
    Ok((ETag(row.version), Json(DistrictView::from(row))).into_response())
}
