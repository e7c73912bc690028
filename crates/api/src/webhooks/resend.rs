use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::role::Action;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, require, store, views::WebhookDeliveryView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// The most that is sent again at once; who has more asks again.
const AT_ONCE: i64 = 10_000;

/// Sends a delivery again, or one that waits now, under the same `webhook-id`. Its plan begins anew.
#[utoipa::path(
    post, path = "/api/v1/webhook-deliveries/{id}/resend", operation_id = "resend_webhook_delivery", tag = TAG,
    params(("id" = Uuid, Path, description = "The delivery"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 200, description = "It is on its way", body = WebhookDeliveryView), ApiErrors)
)]
pub(super) async fn resend_webhook_delivery(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookManage)?;
    let endpoint = store::delivery(&mut tx, id).await?.endpoint_id;
    // The endpoint before its deliveries, as everybody else takes them.
    let to = store::hold_any(&mut tx, endpoint).await?.endpoint()?;
    let (now, district) = (state.now(), tx.district().0);
    let before = store::hold_delivery(&mut tx, district, id).await?;
    let after =
        before.resend(to, now).map_err(|no| ApiError::conflict(no.code(), format!("It was not sent again: {no}.")))?;
    store::set_delivery(&mut tx, district, id, &after).await?;
    let detail = json!({ "webhook_id": endpoint, "from": before.word() });
    audit::record(&mut tx, &actor, now, Event::new("webhook_delivery.resend", "webhook_delivery", id, detail)).await?;
    let row = store::delivery(&mut tx, id).await?;
    tx.commit_with(Json(WebhookDeliveryView::of(row))).await
}

/// Which are sent again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResendRequest {
    /// What was given up at or after this moment. What waits is sent now, however old it is.
    since: DateTime<Utc>,
}

/// How many are sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Resent {
    /// Deliveries: those that were given up, and those that waited.
    deliveries: u64,
}

/// Sends again whatever was given up since a moment, and now whatever waits, 10,000 deliveries at most. Their plans begin anew.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/resend", operation_id = "resend_failed_webhook_deliveries", tag = TAG,
    params(("id" = Uuid, Path, description = "The webhook"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = ResendRequest,
    responses((status = 200, description = "They are on their way", body = Resent), ApiErrors)
)]
pub(super) async fn resend_failed_webhook_deliveries(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ResendRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookManage)?;
    let held = store::hold(&mut tx, id).await?;
    let now = state.now();
    let deliveries = store::resend_many(&mut tx, id, body.since, now, AT_ONCE).await?;
    let detail = json!({ "url": held.url, "since": body.since, "deliveries": deliveries });
    audit::record(&mut tx, &actor, now, Event::new("webhook.resend", "webhook", id, detail)).await?;
    tx.commit_with(Json(Resent { deliveries })).await
}
