use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    CAPACITY_MAX, DoorMode, SchoolQuota, SessionStatus, SessionView, activity_for_sessions, check_times, places, store,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ETag, Location},
    state::AppState,
};

/// A new session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSession {
    /// The activity.
    activity_id: Uuid,
    /// When it begins. A day that is past is fine: what took place can be entered afterwards.
    starts_at: DateTime<Utc>,
    /// When it ends; after the minutes of the activity if left out.
    ends_at: Option<DateTime<Utc>>,
    /// Where.
    #[serde(default)]
    #[schema(max_length = 200)]
    place: String,
    /// How many guests; any number if left out.
    #[schema(minimum = 1, maximum = 100_000)]
    capacity: Option<i32>,
    /// When its places open; at once if left out.
    opens_at: Option<DateTime<Utc>>,
    /// Until when the quotas hold; until it begins if left out.
    to_all_at: Option<DateTime<Utc>>,
    /// Places that are kept for schools; for all if left out.
    #[serde(default)]
    #[schema(max_items = 500)]
    quotas: Vec<SchoolQuota>,
    /// What its door takes note of; who came, if left out.
    #[serde(default)]
    door_mode: DoorMode,
    /// Whether it takes who was not registered.
    #[serde(default)]
    walk_ins: bool,
}

/// Adds a session of an activity of the district.
#[utoipa::path(
    post,
    path = "/api/v1/sessions",
    operation_id = "create_session",
    tag = "sessions",
    request_body = NewSession,
    responses((status = 201, description = "Added", body = SessionView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewSession>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let activity = activity_for_sessions(&mut tx, &actor, body.activity_id).await?;
    let mut checks = Checks::new();
    let now = state.now();
    let starts_at = body.starts_at.trunc_subsecs(6);
    let planned = TimeDelta::minutes(i64::from(activity.minutes));
    let ends_at = body.ends_at.or_else(|| starts_at.checked_add_signed(planned)).unwrap_or(starts_at).trunc_subsecs(6);
    check_times(&mut checks, "", starts_at, ends_at);
    let quotas = places::quotas(&mut tx, &mut checks, &body.quotas).await?;
    let row = store::Session {
        id: state.new_id(),
        activity_id: activity.id,
        activity_title_zh: activity.title_zh,
        activity_title_en: activity.title_en,
        host_name_en: String::new(),
        district_code: String::new(),
        district_name_zh: String::new(),
        kind: activity.kind,
        grade_from: activity.grade_from,
        grade_to: activity.grade_to,
        minutes: activity.minutes,
        district_id: activity.district_id,
        host_id: activity.host_id,
        host_name_zh: activity.host_name_zh,
        starts_at,
        ends_at,
        place: checks.text("place", &body.place, 0..=200),
        capacity: body.capacity.map(|capacity| checks.range("capacity", capacity, 1..=CAPACITY_MAX)),
        opens_at: places::moment(body.opens_at),
        to_all_at: places::moment(body.to_all_at),
        quotas,
        door_mode: body.door_mode,
        walk_ins: body.walk_ins,
        status: SessionStatus::Open,
        reason: String::new(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    if checks.is_clean() {
        places::check(&mut checks, &row);
    }
    checks.finish()?;
    store::insert(&mut tx, std::slice::from_ref(&row)).await?;
    let row = store::load(&mut tx, row.id).await?;
    let detail = json!({
        "activity_id": row.activity_id, "starts_at": row.starts_at, "capacity": row.capacity, "opens_at": row.opens_at,
        "to_all_at": row.to_all_at, "quotas": row.quotas,
    });
    audit::record(&mut tx, &actor, now, Event::new("session.create", "session", row.id, detail)).await?;
    let place = Location(format!("/api/v1/sessions/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(SessionView::from(row)))).await
}
