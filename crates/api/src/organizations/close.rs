use axum::{Json, extract::State};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{OrganizationStatus, OrganizationView, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusChange {
    /// Why, for the trail.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Closes an organization: its past stays, no activity or designation begins there any more.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{id}/close",
    operation_id = "close_organization",
    tag = "organizations",
    params(
        ("id" = Uuid, Path, description = "The organization"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = StatusChange,
    responses((status = 200, description = "Closed", body = OrganizationView), ApiErrors)
)]
pub(super) async fn close(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<StatusChange>,
) -> Result<(ETag, Json<OrganizationView>)> {
    set(&state, &actor, id, version, &body, OrganizationStatus::Closed).await
}

/// Reopens a closed organization.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{id}/reopen",
    operation_id = "reopen_organization",
    tag = "organizations",
    params(
        ("id" = Uuid, Path, description = "The organization"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = StatusChange,
    responses((status = 200, description = "Open again", body = OrganizationView), ApiErrors)
)]
pub(super) async fn reopen(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<StatusChange>,
) -> Result<(ETag, Json<OrganizationView>)> {
    set(&state, &actor, id, version, &body, OrganizationStatus::Active).await
}

async fn set(
    state: &AppState,
    actor: &Actor,
    id: Uuid,
    version: IfMatch,
    body: &StatusChange,
    status: OrganizationStatus,
) -> Result<(ETag, Json<OrganizationView>)> {
    let mut tx = state.begin(actor).await?;
    actor.require(Action::OrganizationManage, &Scope::District { district: tx.district().0 })?;
    let mut row = store::lock(&mut tx, id).await?;
    version.check("organization", row.version)?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    let (action, code, detail) = match status {
        OrganizationStatus::Closed => ("organization.close", "already_closed", "The organization is closed already."),
        OrganizationStatus::Active => ("organization.reopen", "already_active", "The organization is open already."),
    };
    if row.status == status {
        return Err(ApiError::conflict(code, detail));
    }
    let now = state.now();
    row.status = status;
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    audit::record(&mut tx, actor, now, Event::new(action, "organization", id, json!({ "reason": reason }))).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}
