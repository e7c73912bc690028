use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ResourceStatus, ResourceView, TAG, managed, store};
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
pub(super) struct ResourceClosing {
    /// Why, for those who look for it.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Closes a resource: nobody can ask for it any more. What is booked stays booked until it is cancelled.
#[utoipa::path(
    post,
    path = "/api/v1/resources/{id}/close",
    operation_id = "close_resource",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The resource"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ResourceClosing,
    responses((status = 200, description = "Closed", body = ResourceView), ApiErrors)
)]
pub(super) async fn close(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ResourceClosing>,
) -> Result<(ETag, Json<ResourceView>)> {
    set(&state, &actor, id, version, &body, ResourceStatus::Closed).await
}

/// Offers a closed resource again.
#[utoipa::path(
    post,
    path = "/api/v1/resources/{id}/reopen",
    operation_id = "reopen_resource",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The resource"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ResourceClosing,
    responses((status = 200, description = "Open again", body = ResourceView), ApiErrors)
)]
pub(super) async fn reopen(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ResourceClosing>,
) -> Result<(ETag, Json<ResourceView>)> {
    set(&state, &actor, id, version, &body, ResourceStatus::Open).await
}

async fn set(
    state: &AppState,
    actor: &Actor,
    id: Uuid,
    version: IfMatch,
    body: &ResourceClosing,
    status: ResourceStatus,
) -> Result<(ETag, Json<ResourceView>)> {
    let mut tx = state.begin(actor).await?;
    let mut row = managed(&mut tx, actor, id, Some(version)).await?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    let (action, code, detail) = match status {
        ResourceStatus::Closed => ("resource.close", "already_closed", "The resource is closed already."),
        ResourceStatus::Open => ("resource.reopen", "already_open", "The resource is on offer already."),
    };
    if row.status == status {
        return Err(ApiError::conflict(code, detail));
    }
    let now = state.now();
    row.status = status;
    row.reason = if status == ResourceStatus::Closed { reason.clone() } else { String::new() };
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    audit::record(&mut tx, actor, now, Event::new(action, "resource", id, json!({ "reason": reason }))).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}
