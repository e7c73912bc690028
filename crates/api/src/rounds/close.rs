use axum::{Json, extract::State, response::Response};
use kepu_domain::role::Action;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{RoundView, TAG, require, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Why it closes early.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoundClose {
    /// Why, for the trail.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Closes a round before its last day: from now on it takes no more applications. What was submitted goes on, and what was
/// returned may still be completed.
#[utoipa::path(
    post,
    path = "/api/v1/rounds/{id}/close",
    operation_id = "close_round",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The round"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = RoundClose,
    responses((status = 200, description = "As it is now", body = RoundView), ApiErrors)
)]
pub(super) async fn close(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<RoundClose>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let mut row = store::lock(&mut tx, id).await?;
    require(&mut tx, &actor, Action::RoundManage, row.authority_id).await?;
    version.check("round", row.version)?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    let now = state.now();
    let today = credits::today(&mut tx, now).await?;
    if row.closes_on < today {
        return Err(ApiError::conflict("round_closed", format!("The round closed on {} already.", row.closes_on)));
    }
    let before = row.closes_on;
    row.closes_on = today.max(row.opens_on).pred_opt().unwrap_or(row.opens_on);
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let detail = json!({ "closes_on": { "from": before, "to": row.closes_on }, "reason": reason });
    audit::record(&mut tx, &actor, now, Event::new("round.close", "round", id, detail)).await?;
    tx.commit_with((ETag(row.version), Json(RoundView::from(row)))).await
}
