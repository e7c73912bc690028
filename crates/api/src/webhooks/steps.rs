use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::{
    role::Action,
    webhook::{Endpoint, endpoint::NotNow},
};
use serde_json::json;
use uuid::Uuid;

use super::{TAG, require, store, views::WebhookView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ETag},
    state::AppState,
    tenancy::Tx,
};

/// Why a step cannot be taken.
pub(super) fn refused(no: NotNow) -> ApiError {
    ApiError::conflict(no.code(), format!("That cannot be done with this webhook now: {no}."))
}

async fn step(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    id: Uuid,
    action: &'static str,
    decide: impl FnOnce(Endpoint, DateTime<Utc>) -> std::result::Result<Endpoint, NotNow>,
) -> Result<Endpoint> {
    require(tx, actor, Action::WebhookManage)?;
    let now = state.now();
    let held = store::hold(tx, id).await?;
    let before = held.endpoint()?;
    let after = decide(before, now).map_err(refused)?;
    let district = tx.district().0;
    store::set_state(tx, district, id, &after, now).await?;
    let detail = json!({ "url": held.url, "from": before.word(), "to": after.word() });
    audit::record(tx, actor, now, Event::new(action, "webhook", id, detail)).await?;
    Ok(after)
}

/// Halts a webhook: what happens from now on waits.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/pause", operation_id = "pause_webhook", tag = TAG,
    params(("id" = Uuid, Path, description = "The webhook"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 200, description = "Paused", body = WebhookView), ApiErrors)
)]
pub(super) async fn pause_webhook(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    step(&mut tx, &state, &actor, id, "webhook.pause", Endpoint::pause).await?;
    let row = store::load(&mut tx, id, state.now()).await?;
    tx.commit_with((ETag(row.version), Json(WebhookView::from(row)))).await
}

/// Lets a webhook go on that was paused or disabled: what has waited is sent at once.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/resume", operation_id = "resume_webhook", tag = TAG,
    params(("id" = Uuid, Path, description = "The webhook"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 200, description = "Active", body = WebhookView), ApiErrors)
)]
pub(super) async fn resume_webhook(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    step(&mut tx, &state, &actor, id, "webhook.resume", |endpoint, _| endpoint.resume()).await?;
    store::hurry_waiting(&mut tx, id, state.now()).await?;
    let row = store::load(&mut tx, id, state.now()).await?;
    tx.commit_with((ETag(row.version), Json(WebhookView::from(row)))).await
}

/// Deletes a webhook with its secrets. What waits is not sent any more; what was sent stays listed for its time.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", operation_id = "delete_webhook", tag = TAG,
    params(("id" = Uuid, Path, description = "The webhook")),
    responses((status = 204, description = "Deleted"), ApiErrors)
)]
pub(super) async fn delete_webhook(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    step(&mut tx, &state, &actor, id, "webhook.delete", Endpoint::delete).await?;
    store::drop_secrets(&mut tx, id).await?;
    store::cancel_waiting(&mut tx, id, state.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
