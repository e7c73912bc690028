use axum::{Json, extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    files::under_review,
    reach::{Seat, of_authority},
    store,
    take::write,
    view::{ApplicationView, whole},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag},
    state::AppState,
};

/// Why a review is struck.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StrikeBody {
    /// What ties the reviewer to who applies, or why else the review must not count.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Strikes a review that somebody made who should not have: it stays to be read and counts for nothing, and another reviewer
/// takes the place. Whoever made it is tied to the application from now on.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/reviews/{account_id}/strike",
    operation_id = "strike_review",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("account_id" = Uuid, Path, description = "Who made the review"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = StrikeBody,
    responses((status = 200, description = "The application now", body = ApplicationView), ApiErrors)
)]
pub(super) async fn strike(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, account_id)): ApiPath<(Uuid, Uuid)>,
    ApiJson(body): ApiJson<StrikeBody>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let (mut row, round) = of_authority(&mut tx, &actor, id).await?;
    under_review(&row, &actor)?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    let now = state.now();
    if !store::strike_review(&mut tx, id, row.hearing(), account_id, &reason, actor.account_id, now).await? {
        return Err(ApiError::not_found("review"));
    }
    store::add_tie(&mut tx, id, account_id, &reason, actor.account_id, now).await?;
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let state_now = row.standing.0.state().word();
    write(&mut tx, &state, &actor, id, Some(state_now), state_now, "application.strike_review", &reason).await?;
    let detail = json!({ "account_id": account_id, "reason": reason });
    audit::record(&mut tx, &actor, now, Event::new("application.tie", "application", id, detail)).await?;
    let view = whole(&mut tx, &state, row, &round, Seat::Authority).await?;
    tx.commit_with((ETag(view.summary.version), Json(view))).await
}
