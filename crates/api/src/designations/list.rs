use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{DesignationView, store};
use crate::{
    auth::Actor,
    credits,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    organizations,
    page::{Page, PageQuery},
    state::AppState,
    tenancy::Tx,
};

/// Which designations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DesignationFilter {
    /// Under the scheme of this code.
    scheme: Option<String>,
    /// In force on this day.
    on: Option<NaiveDate>,
    /// Whose holder's name, or whose number, holds this text.
    q: Option<String>,
}

/// Lists the designations held by organizations of the district.
#[utoipa::path(
    get,
    path = "/api/v1/designations",
    operation_id = "list_designations",
    tag = "designations",
    params(DesignationFilter, PageQuery),
    responses((status = 200, description = "A page of designations", body = Page<DesignationView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<DesignationFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<DesignationView>>> {
    let tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::DesignationRead, &Scope::District { district })?;
    let wanted = store::Filter {
        district: Some(district),
        organization: None,
        scheme: filter.scheme.as_deref(),
        on: filter.on,
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
    };
    Ok(Json(answer(&state, tx, &wanted, &page).await?))
}

/// Lists the designations that an organization holds, held or will hold.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{id}/designations",
    operation_id = "list_organization_designations",
    tag = "designations",
    params(("id" = Uuid, Path, description = "The organization"), DesignationFilter, PageQuery),
    responses((status = 200, description = "A page of designations", body = Page<DesignationView>), ApiErrors)
)]
pub(super) async fn of_organization(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(filter): ApiQuery<DesignationFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<DesignationView>>> {
    let mut tx = state.begin(&actor).await?;
    let holder = organizations::store::load(&mut tx, id).await?;
    actor.require(Action::DesignationRead, &Scope::District { district: holder.district_id })?;
    let wanted = store::Filter {
        district: None,
        organization: Some(id),
        scheme: filter.scheme.as_deref(),
        on: filter.on,
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
    };
    Ok(Json(answer(&state, tx, &wanted, &page).await?))
}

async fn answer(
    state: &AppState,
    mut tx: Tx,
    wanted: &store::Filter<'_>,
    page: &PageQuery,
) -> Result<Page<DesignationView>> {
    let rows = store::list(&mut tx, wanted, page.after()?, page.fetch()?).await?;
    let today = credits::today(&mut tx, state.now()).await?;
    tx.commit().await?;
    let views = rows.into_iter().map(|row| DesignationView::of(row, today)).collect::<Result<Vec<_>>>()?;
    Page::of(views, page, |view| view.id, |view| view)
}

/// Reads a designation.
#[utoipa::path(
    get,
    path = "/api/v1/designations/{id}",
    operation_id = "read_designation",
    tag = "designations",
    params(("id" = Uuid, Path, description = "The designation")),
    responses((status = 200, description = "The designation", body = DesignationView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<DesignationView>)> {
    let mut tx = state.begin(&actor).await?;
    let row = store::load(&mut tx, id).await?;
    actor.require(Action::DesignationRead, &Scope::District { district: row.district_id })?;
    let today = credits::today(&mut tx, state.now()).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(DesignationView::of(row, today)?)))
}
