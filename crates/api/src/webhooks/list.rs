use axum::{Json, extract::State};
use kepu_domain::{
    role::Action,
    webhook::{Event, Kind},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, require, store, views::WebhookView, words::WebhookKind};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ETag},
    state::AppState,
};

/// Webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Webhooks {
    /// The latest first.
    items: Vec<WebhookView>,
}

/// The systems outside that are told what happens in the district.
#[utoipa::path(
    get, path = "/api/v1/webhooks", operation_id = "list_webhooks", tag = TAG,
    responses((status = 200, description = "The webhooks", body = Webhooks), ApiErrors)
)]
pub(super) async fn list_webhooks(State(state): State<AppState>, actor: Actor) -> Result<Json<Webhooks>> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookRead)?;
    let rows = store::list(&mut tx, state.now()).await?;
    tx.commit().await?;
    Ok(Json(Webhooks { items: rows.into_iter().map(WebhookView::from).collect() }))
}

/// One of them.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", operation_id = "read_webhook", tag = TAG,
    params(("id" = Uuid, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook", body = WebhookView), ApiErrors)
)]
pub(super) async fn read_webhook(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<WebhookView>)> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookRead)?;
    let row = store::load(&mut tx, id, state.now()).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}

/// A kind of event, with a message of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookKindView {
    /// The kind.
    kind: WebhookKind,
    /// Whether an endpoint can ask for it.
    for_subscribers: bool,
    /// A body as it is sent, with made-up ids: JSON.
    example: String,
}

/// Kinds of events.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookKinds {
    /// All.
    items: Vec<WebhookKindView>,
}

/// What can be told, each with a message for who writes a receiver.
#[utoipa::path(
    get, path = "/api/v1/webhook-kinds", operation_id = "list_webhook_kinds", tag = TAG,
    responses((status = 200, description = "The kinds", body = WebhookKinds), ApiErrors)
)]
pub(super) async fn list_webhook_kinds(State(state): State<AppState>, actor: Actor) -> Result<Json<WebhookKinds>> {
    let tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookRead)?;
    tx.commit().await?;
    let view = |kind: &Kind| {
        let example = Event::example(*kind).payload()?;
        Ok(WebhookKindView { kind: (*kind).into(), for_subscribers: kind.is_for_subscribers(), example })
    };
    Ok(Json(WebhookKinds { items: Kind::ALL.iter().map(view).collect::<Result<_>>()? }))
}
