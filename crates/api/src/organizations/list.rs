use axum::{Json, extract::State};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{OrganizationKind, OrganizationStatus, OrganizationView, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    page::{Page, PageQuery},
    state::AppState,
};

/// Which organizations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OrganizationFilter {
    /// Those of another district than that of the request.
    district_id: Option<Uuid>,
    /// Those of all districts.
    #[serde(default)]
    everywhere: bool,
    /// Of this kind.
    kind: Option<OrganizationKind>,
    /// In this status.
    status: Option<OrganizationStatus>,
    /// Whose code or name holds this text.
    q: Option<String>,
}

/// Lists the organizations of a district, in the order of registration.
#[utoipa::path(
    get,
    path = "/api/v1/organizations",
    operation_id = "list_organizations",
    tag = "organizations",
    params(OrganizationFilter, PageQuery),
    responses((status = 200, description = "A page of organizations", body = Page<OrganizationView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<OrganizationFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<OrganizationView>>> {
    let mut tx = state.begin(&actor).await?;
    let district = filter.district_id.unwrap_or(tx.district().0);
    actor.require(Action::OrganizationRead, &Scope::District { district })?;
    let wanted = store::Filter {
        district: (!filter.everywhere).then_some(district),
        kind: filter.kind,
        status: filter.status,
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
    };
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, OrganizationView::from)?))
}
