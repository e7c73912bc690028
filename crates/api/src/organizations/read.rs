use axum::{Json, extract::State};
use kepu_domain::role::{Action, Scope};
use uuid::Uuid;

use super::{OrganizationView, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ETag},
    state::AppState,
};

/// Reads an organization, whatever its district.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{id}",
    operation_id = "read_organization",
    tag = "organizations",
    params(("id" = Uuid, Path, description = "The organization")),
    responses((status = 200, description = "The organization", body = OrganizationView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<OrganizationView>)> {
    let mut tx = state.begin(&actor).await?;
    let row = store::load(&mut tx, id).await?;
    actor.require(Action::OrganizationRead, &Scope::District { district: row.district_id })?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}
