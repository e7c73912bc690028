use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::Response,
};
use kepu_domain::{
    role::Action,
    webhook::{Kind, Secret},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{TAG, address, require, store, views::WebhookView, words::WebhookKind};
use crate::{
    audit::{self, Event},
    auth::{Actor, secret},
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, Location},
    state::AppState,
};

/// Endpoints of a district.
const AT_MOST: i64 = 20;

/// A system to be told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWebhook {
    /// Where, e.g. `https://hooks.example.cn/kepu`. It must be public: what it resolves to is looked at whenever it is called.
    #[schema(max_length = 500)]
    url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 200)]
    description: String,
    /// What it is told, from now on.
    #[schema(min_items = 1)]
    kinds: Vec<WebhookKind>,
}

/// A secret, told this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookSecret {
    /// The endpoint.
    pub(super) webhook: WebhookView,
    /// What signs, `whsec_` and base64. Whoever has it can make messages that look like ours.
    pub(super) secret: String,
}

/// The kinds that were asked for, each once.
pub(super) fn checked_kinds(checks: &mut Checks, kinds: &[WebhookKind]) -> Vec<Kind> {
    let kinds: BTreeSet<Kind> = kinds.iter().map(|kind| Kind::from(*kind)).collect();
    checks.count("kinds", kinds.len(), 1..=Kind::ALL.len());
    let for_subscribers = kinds.iter().all(|kind| kind.is_for_subscribers());
    checks.require(for_subscribers, "kinds", "not_for_subscribers", "must not hold ping: it is sent by hand");
    kinds.into_iter().collect()
}

/// Has a system outside told what happens from now on. Its secret is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/api/v1/webhooks", operation_id = "create_webhook", tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewWebhook,
    responses((status = 201, description = "Created", body = WebhookSecret), ApiErrors)
)]
pub(super) async fn create_webhook(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewWebhook>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookManage)?;
    let mut checks = Checks::new();
    let url = address::checked(&mut checks, &body.url, state.config());
    let description = checks.text("description", &body.description, 0..=200);
    let kinds = checked_kinds(&mut checks, &body.kinds);
    checks.finish()?;
    if store::count(&mut tx).await? >= AT_MOST {
        return Err(ApiError::conflict(
            "too_many_webhooks",
            format!("There are {AT_MOST} webhooks already. Delete one that nobody uses."),
        ));
    }
    let (id, now) = (state.new_id(), state.now());
    let signs = Secret::new(secret::bytes().to_vec());
    store::insert(&mut tx, id, &url, &description, actor.account_id, now).await?;
    store::add_topics(&mut tx, id, &kinds).await?;
    store::add_secret(&mut tx, state.new_id(), id, &signs, now).await?;
    let detail = json!({ "url": url, "description": description, "kinds": body.kinds });
    audit::record(&mut tx, &actor, now, Event::new("webhook.create", "webhook", id, detail)).await?;
    let webhook = store::load(&mut tx, id, now).await?.into();
    // A secret is kept for nobody, not even for who repeats the request.
    let headers = [(header::CACHE_CONTROL, "no-store")];
    let answer = Json(WebhookSecret { webhook, secret: signs.text() });
    tx.commit_with((StatusCode::CREATED, headers, Location(format!("/api/v1/webhooks/{id}")), answer)).await
}
