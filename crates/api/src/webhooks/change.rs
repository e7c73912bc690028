use axum::{Json, extract::State, response::Response};
use kepu_domain::role::Action;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, address, create::checked_kinds, require, store, views::WebhookView, words::WebhookKind};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// What is changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookChange {
    /// Where it is told. What waits is sent there.
    #[serde(default)]
    #[schema(max_length = 500)]
    url: Option<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 200)]
    description: Option<String>,
    /// What it is told. Of a kind that is added, what happens from now on.
    #[serde(default)]
    #[schema(min_items = 1)]
    kinds: Option<Vec<WebhookKind>>,
}

/// Changes a webhook.
#[utoipa::path(
    patch, path = "/api/v1/webhooks/{id}", operation_id = "change_webhook", tag = TAG,
    params(("id" = Uuid, Path, description = "The webhook"),
           ("If-Match" = String, Header, description = "The version that was read")),
    request_body = WebhookChange,
    responses((status = 200, description = "Changed", body = WebhookView), ApiErrors)
)]
pub(super) async fn change_webhook(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    read: IfMatch,
    ApiJson(body): ApiJson<WebhookChange>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookManage)?;
    let now = state.now();
    let held = store::hold(&mut tx, id).await?;
    read.check("webhook", held.version)?;
    let before = store::load(&mut tx, id, now).await?;
    let mut checks = Checks::new();
    let url = body.url.map(|url| address::checked(&mut checks, &url, state.config())).unwrap_or(before.url.clone());
    let description = body.description.map(|text| checks.text("description", &text, 0..=200));
    let description = description.unwrap_or(before.description.clone());
    let kinds = body.kinds.as_ref().map(|kinds| checked_kinds(&mut checks, kinds));
    checks.finish()?;
    store::set(&mut tx, id, &url, &description, now).await?;
    if let Some(kinds) = &kinds {
        store::drop_topics_but(&mut tx, id, kinds).await?;
        store::add_topics(&mut tx, id, kinds).await?;
    }
    let after = store::load(&mut tx, id, now).await?;
    let detail = json!({
        "url": { "from": before.url, "to": after.url },
        "description": { "from": before.description, "to": after.description },
        "kinds": { "from": before.kinds, "to": after.kinds },
    });
    audit::record(&mut tx, &actor, now, Event::new("webhook.change", "webhook", id, detail)).await?;
    tx.commit_with((ETag(after.version), Json(WebhookView::from(after)))).await
}
