use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::{
    role::Action,
    webhook::{
        Endpoint, Event, Kind,
        endpoint::NotNow,
        event::{Data, Pinged},
    },
};
use serde_json::json;
use uuid::Uuid;

use super::{TAG, require, steps::refused, store, views::WebhookDeliveryView};
use crate::{
    audit,
    auth::Actor,
    error::{ApiErrors, Result},
    extract::ApiPath,
    state::AppState,
};

/// Sends a message that says nothing, to try whether the endpoint answers. It is tried again like any other.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/ping", operation_id = "ping_webhook", tag = TAG,
    params(("id" = Uuid, Path, description = "The webhook"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 201, description = "It is on its way", body = WebhookDeliveryView), ApiErrors)
)]
pub(super) async fn ping_webhook(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookManage)?;
    let held = store::hold(&mut tx, id).await?;
    match held.endpoint()? {
        Endpoint::Active { .. } => {}
        Endpoint::Paused { .. } => return Err(refused(NotNow::Paused)),
        Endpoint::Disabled { .. } => return Err(refused(NotNow::Disabled)),
        Endpoint::Deleted { .. } => return Err(refused(NotNow::Deleted)),
    }
    let (now, district) = (state.now(), tx.district().0);
    let data = Data::Pinged(Pinged { webhook_id: id });
    let event = Event { id: state.new_id(), kind: Kind::Ping, at: now, district, data };
    store::add_deliveries(&mut tx, district, id, &[event], now).await?;
    audit::record(&mut tx, &actor, now, audit::Event::new("webhook.ping", "webhook", id, json!({ "url": held.url })))
        .await?;
    let row = store::newest_ping(&mut tx, id).await?;
    tx.commit_with((StatusCode::CREATED, Json(WebhookDeliveryView::of(row)))).await
}
