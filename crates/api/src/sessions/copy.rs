use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{SessionStatus, SessionView, activity_for_sessions, check_times, places, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath},
    state::AppState,
};

const COPIES_MAX: usize = 100;

/// When the copies begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionCopies {
    /// One copy for each; it is as long as the original.
    #[schema(min_items = 1, max_items = 100)]
    starts_at: Vec<DateTime<Utc>>,
}

/// The copies.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CopiedSessions {
    /// In the order asked for.
    items: Vec<SessionView>,
}

/// Repeats a session at other times: same activity, length, place, capacity and quotas; its places open as long before. All are made or none.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/copy",
    operation_id = "copy_session",
    tag = "sessions",
    params(("id" = Uuid, Path, description = "The session to repeat")),
    request_body = SessionCopies,
    responses((status = 201, description = "The copies", body = CopiedSessions), ApiErrors)
)]
pub(super) async fn copy(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<SessionCopies>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let original = store::lock(&mut tx, id).await?;
    activity_for_sessions(&mut tx, &actor, original.activity_id).await?;
    let mut checks = Checks::new();
    checks.count("starts_at", body.starts_at.len(), 1..=COPIES_MAX);
    let now = state.now();
    let length = original.ends_at.signed_duration_since(original.starts_at);
    let mut rows: Vec<store::Session> = Vec::with_capacity(body.starts_at.len().min(COPIES_MAX));
    for (index, starts_at) in body.starts_at.iter().take(COPIES_MAX).enumerate() {
        let starts_at = starts_at.trunc_subsecs(6);
        let ends_at = starts_at.checked_add_signed(length).unwrap_or(starts_at);
        check_times(&mut checks, &format!("starts_at[{index}]."), starts_at, ends_at);
        if rows.iter().any(|row| row.starts_at == starts_at) {
            checks.add(FieldError::new(format!("starts_at[{index}]"), "repeated", "must not be given twice"));
        }
        // Places open and are for all as long before the beginning.
        let later = starts_at.signed_duration_since(original.starts_at);
        rows.push(store::Session {
            id: state.new_id(),
            starts_at,
            ends_at,
            opens_at: places::shifted(original.opens_at, later),
            to_all_at: places::shifted(original.to_all_at, later),
            status: SessionStatus::Open,
            reason: String::new(),
            version: 1,
            created_at: now,
            updated_at: now,
            ..original.clone()
        });
    }
    checks.finish()?;
    store::insert(&mut tx, &rows).await?;
    let events = rows
        .iter()
        .map(|row| {
            let detail = json!({ "activity_id": row.activity_id, "starts_at": row.starts_at, "copy_of": id });
            Event::new("session.create", "session", row.id, detail)
        })
        .collect();
    audit::record_many(&mut tx, &actor, now, events).await?;
    let items = rows.into_iter().map(SessionView::from).collect();
    tx.commit_with((StatusCode::CREATED, Json(CopiedSessions { items }))).await
}
