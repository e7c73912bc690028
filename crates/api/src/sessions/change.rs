#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State};
use chrono::{DateTime, SubsecRound, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CAPACITY_MAX, DoorMode, SchoolQuota, SessionStatus, SessionView, check_times, places, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    participation::places::admit_next,
    patch,
    state::AppState,
};

/// Whether a session takes guests.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Taking {
    /// It does.
    Open,
    /// Nobody can be added.
    Closed,
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionChange {
    /// When it begins; settled once it has begun.
    starts_at: Option<DateTime<Utc>>,
    /// When it ends; settled once it has begun.
    ends_at: Option<DateTime<Utc>>,
    /// Where.
    #[schema(max_length = 200)]
    place: Option<String>,
    /// How many guests; null for any number.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 100_000)]
    capacity: Option<Option<i32>>,
    /// When its places open; null for at once. Settled once it has begun.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    opens_at: Option<Option<DateTime<Utc>>>,
    /// Until when the quotas hold; null for until it begins. Settled once it has begun.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    to_all_at: Option<Option<DateTime<Utc>>>,
    /// Places that are kept for schools, in place of those of before. Settled once it has begun.
    #[schema(max_items = 500)]
    quotas: Option<Vec<SchoolQuota>>,
    /// What its door takes note of; settled once it has begun.
    door_mode: Option<DoorMode>,
    /// Whether it takes who was not registered.
    walk_ins: Option<bool>,
    /// Whether it takes guests.
    status: Option<Taking>,
}

/// Changes a session of the district. Its times are settled once it has begun, for credit depends on the day.
#[utoipa::path(
    patch,
    path = "/api/v1/sessions/{id}",
    operation_id = "change_session",
    tag = "sessions",
    params(
        ("id" = Uuid, Path, description = "The session"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = SessionChange,
    responses((status = 200, description = "As it is now", body = SessionView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<SessionChange>,
) -> Result<(ETag, Json<SessionView>)> {
    let mut tx = state.begin(&actor).await?;
    let before = store::lock(&mut tx, id).await?;
    actor.require(Action::SessionManage, &Scope::Host { district: before.district_id, host: before.host_id })?;
    version.check("session", before.version)?;
    if before.status == SessionStatus::Cancelled {
        return Err(ApiError::conflict("session_cancelled", "The session is cancelled. Copy it to hold it after all."));
    }
    let now = state.now();
    let mut row = before.clone();
    let mut checks = Checks::new();
    row.starts_at = body.starts_at.map_or(row.starts_at, |time| time.trunc_subsecs(6));
    row.ends_at = body.ends_at.map_or(row.ends_at, |time| time.trunc_subsecs(6));
    row.door_mode = body.door_mode.unwrap_or(row.door_mode);
    row.walk_ins = body.walk_ins.unwrap_or(row.walk_ins);
    let other_times = row.starts_at != before.starts_at || row.ends_at != before.ends_at;
    row.opens_at = body.opens_at.map_or(row.opens_at, places::moment);
    row.to_all_at = body.to_all_at.map_or(row.to_all_at, places::moment);
    if other_times {
        check_times(&mut checks, "", row.starts_at, row.ends_at);
    }
    if let Some(place) = &body.place {
        row.place = checks.text("place", place, 0..=200);
    }
    if let Some(capacity) = body.capacity {
        row.capacity = capacity.map(|capacity| checks.range("capacity", capacity, 1..=CAPACITY_MAX));
    }
    if let Some(quotas) = &body.quotas {
        row.quotas = places::quotas(&mut tx, &mut checks, quotas).await?;
    }
    let other_quotas = row.quotas != before.quotas;
    let other_opening = other_quotas || row.opens_at != before.opens_at || row.to_all_at != before.to_all_at;
    let other_places = other_times || other_opening || row.capacity != before.capacity;
    if other_places && checks.is_clean() {
        places::check(&mut checks, &row);
    }
    checks.finish()?;
    let moved = other_times || other_opening || row.door_mode != before.door_mode;
    if moved && before.starts_at <= now {
        return Err(ApiError::conflict(
            "session_settled",
            "The session has begun: its times and quotas stay, and what its door takes note of. Copy it to the right time, and cancel this one.",
        ));
    }
    match body.status {
        Some(Taking::Open) => row.status = SessionStatus::Open,
        Some(Taking::Closed) => row.status = SessionStatus::Closed,
        None => {}
    }
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    if other_quotas {
        store::replace_quotas(&mut tx, &row).await?;
    }
    if other_places {
        admit_next(&mut tx, &state, id, &(&actor).into(), now).await?;
    }
    let after = SessionView::from(row);
    let detail = patch::difference(&SessionView::from(before), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("session.change", "session", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}
