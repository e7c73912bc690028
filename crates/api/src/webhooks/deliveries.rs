use axum::{Json, extract::State};
use kepu_domain::role::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    TAG, require, store,
    views::{WebhookAttemptView, WebhookDeliveryView},
    words::WebhookDeliveryState,
};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    page::{Page, PageQuery},
    state::AppState,
};

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichDeliveries {
    /// Only those that stand so.
    #[serde(default)]
    state: Option<WebhookDeliveryState>,
}

/// What a webhook is and was told in the last 90 days, the latest first.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/deliveries", operation_id = "list_webhook_deliveries", tag = TAG,
    params(("id" = Uuid, Path, description = "The webhook"), WhichDeliveries, PageQuery),
    responses((status = 200, description = "A page of deliveries", body = Page<WebhookDeliveryView>), ApiErrors)
)]
pub(super) async fn list_webhook_deliveries(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(which): ApiQuery<WhichDeliveries>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<WebhookDeliveryView>>> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookRead)?;
    let word = which.state.map(WebhookDeliveryState::word);
    let rows = store::deliveries(&mut tx, id, word, page.after()?, page.fetch()?).await?;
    if rows.is_empty() {
        store::exists(&mut tx, id).await?;
    }
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, WebhookDeliveryView::of)?))
}

/// A delivery with what was sent and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookDeliveryDetail {
    /// The delivery.
    #[serde(flatten)]
    delivery: WebhookDeliveryView,
    /// The body, as it is signed and sent.
    body: String,
    /// Every attempt, the first one first.
    attempts: Vec<WebhookAttemptView>,
}

/// One delivery.
#[utoipa::path(
    get, path = "/api/v1/webhook-deliveries/{id}", operation_id = "read_webhook_delivery", tag = TAG,
    params(("id" = Uuid, Path, description = "The delivery")),
    responses((status = 200, description = "The delivery", body = WebhookDeliveryDetail), ApiErrors)
)]
pub(super) async fn read_webhook_delivery(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<WebhookDeliveryDetail>> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, Action::WebhookRead)?;
    let row = store::delivery(&mut tx, id).await?;
    let attempts = store::attempts(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(WebhookDeliveryDetail {
        body: row.body.clone(),
        delivery: WebhookDeliveryView::of(row),
        attempts: attempts.into_iter().map(Into::into).collect(),
    }))
}
