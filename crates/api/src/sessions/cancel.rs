use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{SessionStatus, SessionView, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
    tenancy::Tx,
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionCancellation {
    /// Why, for those who wanted to come.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Cancels a session: it does not take place. Refused once persons were recorded as having been there.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/cancel",
    operation_id = "cancel_session",
    tag = "sessions",
    params(
        ("id" = Uuid, Path, description = "The session"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = SessionCancellation,
    responses((status = 200, description = "Cancelled", body = SessionView), ApiErrors)
)]
pub(super) async fn cancel(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<SessionCancellation>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let mut row = store::lock(&mut tx, id).await?;
    actor.require(Action::SessionManage, &Scope::Host { district: row.district_id, host: row.host_id })?;
    version.check("session", row.version)?;
    let mut checks = Checks::new();
    row.reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    call_off(&mut tx, &actor, state.now(), &mut row).await?;
    tx.commit_with((ETag(row.version), Json(SessionView::from(row)))).await
}

/// Cancels a session whose reason is set and whose row is locked.
async fn call_off(tx: &mut Tx, actor: &Actor, now: DateTime<Utc>, row: &mut store::Session) -> Result<()> {
    if row.status == SessionStatus::Cancelled {
        return Err(ApiError::conflict("already_cancelled", "The session is cancelled already."));
    }
    let there = store::taken_part(tx, row.id).await?;
    if there > 0 {
        return Err(ApiError::conflict(
            "session_took_place",
            format!("{there} persons are recorded as having been there. Reject or void them first."),
        ));
    }
    row.status = SessionStatus::Cancelled;
    row.version += 1;
    row.updated_at = now;
    store::update(tx, row).await?;
    let detail = json!({ "reason": row.reason });
    audit::record(tx, actor, now, Event::new("session.cancel", "session", row.id, detail)).await
}

/// Cancels a session in the transaction of what makes it so: the end of an agreement.
pub async fn cancel_within(tx: &mut Tx, actor: &Actor, now: DateTime<Utc>, id: Uuid, reason: &str) -> Result<()> {
    let mut row = store::lock(tx, id).await?;
    actor.require(Action::SessionManage, &Scope::Host { district: row.district_id, host: row.host_id })?;
    reason.clone_into(&mut row.reason);
    call_off(tx, actor, now, &mut row).await
}
