use axum::{Json, extract::State, http::header, response::Response};
use chrono::TimeDelta;
use kepu_domain::{role::Action, webhook::Secret};
use serde_json::json;
use uuid::Uuid;

use super::{TAG, create::WebhookSecret, require, store};
use crate::{
    audit::{self, Event},
    auth::{Actor, secret},
    error::{ApiErrors, Result},
    extract::ApiPath,
    state::AppState,
};

/// How long the old secret signs beside the new one.
const OLD_SIGNS_FOR: TimeDelta = TimeDelta::hours(24);

/// Replaces the secret of a webhook. For a day every message carries two signatures, so that the receiver has the time to
/// take over the new one.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/secret", operation_id = "rotate_webhook_secret", tag = TAG,
    params(("id" = Uuid, Path, description = "The webhook")),
    responses((status = 200, description = "The new secret", body = WebhookSecret), ApiErrors)
)]
pub(super) async fn rotate_webhook_secret(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookManage)?;
    let held = store::hold(&mut tx, id).await?;
    let now = state.now();
    let signs = Secret::new(secret::bytes().to_vec());
    store::end_secret(&mut tx, id, now + OLD_SIGNS_FOR, now).await?;
    store::add_secret(&mut tx, state.new_id(), id, &signs, now).await?;
    let detail = json!({ "url": held.url, "old_signs_until": now + OLD_SIGNS_FOR });
    audit::record(&mut tx, &actor, now, Event::new("webhook.rotate_secret", "webhook", id, detail)).await?;
    let webhook = store::load(&mut tx, id, now).await?.into();
    let headers = [(header::CACHE_CONTROL, "no-store")];
    tx.commit_with((headers, Json(WebhookSecret { webhook, secret: signs.text() }))).await
}
