//! A delivery that was entered by mistake is taken back, on the day on which it was entered, by who entered it.

use axum::{extract::State, response::Response};
use kepu_domain::booking::Step;
use serde_json::json;
use uuid::Uuid;

use super::{BookingView, TAG, answer::owned};
use crate::{
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, IfMatch},
    roster::today,
    state::AppState,
};

/// Takes back a delivery that was entered by mistake: on the same day, by the same account. The booking is approved again.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/undo-delivery",
    operation_id = "undo_delivery",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    responses((status = 200, description = "Approved, as before", body = BookingView), ApiErrors)
)]
pub(super) async fn undo(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut open = owned(&state, &actor, id, version).await?;
    if open.row.rated {
        let text = "Who asked for it has said how it was, so it was delivered.";
        return Err(ApiError::conflict("rated_already", text));
    }
    let entered = match open.row.delivered_at {
        Some(at) => today(&mut open.tx, at).await?,
        None => open.today,
    };
    let on = open.row.delivered_on;
    let step = Step::Undo { act: open.act(&actor), entered, today: open.today };
    open.take(&actor, step, "booking.undo_delivery", json!({ "on": on })).await?;
    open.finish().await
}
