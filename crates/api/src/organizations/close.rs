mod store;

use axum::{Json, extract::State};
use kepu_domain::{
    reminder::Step,
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{OrganizationStatus, OrganizationView, store as organizations};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits, designations,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    reminders::{self, News},
    state::AppState,
    tenancy::Tx,
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusChange {
    /// Why, for the trail.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// An organization that was closed, and what is ahead there.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClosedOrganization {
    /// The organization.
    #[serde(flatten)]
    organization: OrganizationView,
    /// Sessions ahead that were not cancelled. Who is registered for them stays so until they are, and nobody else is.
    sessions_ahead: i64,
}

/// Closes an organization: its past stays, no activity or designation begins there any more, and nobody is registered for its
/// sessions ahead. Who took part in what was before is still recorded and confirmed.
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
    responses((status = 200, description = "Closed", body = ClosedOrganization), ApiErrors)
)]
pub(super) async fn close(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<StatusChange>,
) -> Result<(ETag, Json<ClosedOrganization>)> {
    let mut tx = state.begin(&actor).await?;
    let row = set(&mut tx, &state, &actor, id, version, &body, OrganizationStatus::Closed).await?;
    let sessions_ahead = store::sessions_ahead(&mut tx, id, row.updated_at).await?;
    tell_schools(&mut tx, &actor, &row).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(ClosedOrganization { organization: row.into(), sessions_ahead })))
}

/// Tells the schools that have sessions ahead there.
async fn tell_schools(tx: &mut Tx, actor: &Actor, row: &organizations::Organization) -> Result<()> {
    let at = row.updated_at;
    let mut schools = designations::store::schools_ahead(tx, row.id, at).await?;
    schools.retain(|school| *school != row.id);
    let (label_zh, label_en) = (row.name_zh.clone(), row.name_en.clone());
    let on = credits::today(tx, at).await?;
    let news = News { step: Step::HostClosed, object: row.id, page: None, on, label_zh, label_en };
    reminders::tell_organizations(tx, actor, &schools, &news, at).await
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
    let mut tx = state.begin(&actor).await?;
    let row = set(&mut tx, &state, &actor, id, version, &body, OrganizationStatus::Active).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}

async fn set(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    id: Uuid,
    version: IfMatch,
    body: &StatusChange,
    status: OrganizationStatus,
) -> Result<organizations::Organization> {
    actor.require(Action::OrganizationManage, &Scope::District { district: tx.district().0 })?;
    let mut row = organizations::lock(tx, id).await?;
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
    organizations::update(tx, &row).await?;
    audit::record(tx, actor, now, Event::new(action, "organization", id, json!({ "reason": reason }))).await?;
    Ok(row)
}
