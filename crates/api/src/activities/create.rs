use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ActivityStatus, ActivityView, Grades, check_grades, check_tags, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ETag, Location},
    organizations::{self, OrganizationStatus},
    programmes,
    state::AppState,
};

/// A new activity.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewActivity {
    /// The host: a base, a museum, or a school for what it runs itself.
    host_id: Uuid,
    /// Code, unique with the host.
    #[schema(min_length = 1, max_length = 40)]
    code: String,
    /// What it is: practice, visit, lecture, club … as policies name it.
    #[schema(min_length = 1, max_length = 40)]
    kind: String,
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: String,
    /// Title in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    title_en: String,
    /// Level, where the host has none.
    #[schema(max_length = 40)]
    level: Option<String>,
    /// For which grades; all if left out.
    grades: Option<Grades>,
    /// Free words that policies may match.
    #[serde(default)]
    #[schema(max_items = 20)]
    tags: Vec<String>,
    /// Taken part in freely; so if left out.
    #[serde(default = "yes")]
    #[schema(default = true)]
    voluntary: bool,
    /// Within the school day; not if left out.
    #[serde(default)]
    school_day: bool,
    /// How long one session takes.
    #[schema(minimum = 1, maximum = 1440)]
    minutes: i32,
    /// The theme that it is on, of an edition in which the host takes part.
    theme_id: Option<Uuid>,
    /// The strand that it belongs to, of the same edition.
    strand_id: Option<Uuid>,
}

fn yes() -> bool {
    true
}

/// Adds an activity to what a host of the district offers.
#[utoipa::path(
    post,
    path = "/api/v1/activities",
    operation_id = "create_activity",
    tag = "activities",
    request_body = NewActivity,
    responses((status = 201, description = "Added", body = ActivityView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewActivity>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::ActivityManage, &Scope::Host { district, host: body.host_id })?;
    let host = organizations::store::find(&mut tx, body.host_id).await?.filter(|host| host.district_id == district);
    let Some(host) = host else {
        return Err(ApiError::invalid_field("host_id", "unknown", "must be an organization of the district"));
    };
    if host.status == OrganizationStatus::Closed {
        return Err(ApiError::conflict("organization_closed", "The host is closed."));
    }
    let edition = programmes::part_of(&mut tx, host.id, body.theme_id, body.strand_id).await?;
    let mut checks = Checks::new();
    let now = state.now();
    let grades = body.grades.map(|grades| check_grades(&mut checks, grades));
    let row = store::Activity {
        id: state.new_id(),
        district_id: district,
        host_id: host.id,
        host_name_zh: host.name_zh,
        code: checks.text("code", &body.code, 1..=40),
        kind: checks.text("kind", &body.kind, 1..=40),
        title_zh: checks.text("title_zh", &body.title_zh, 1..=120),
        title_en: checks.text("title_en", &body.title_en, 0..=200),
        level: checks.optional_text("level", body.level.as_deref(), 40),
        grade_from: grades.and_then(|grades| grades.from),
        grade_to: grades.and_then(|grades| grades.to),
        tags: check_tags(&mut checks, &body.tags),
        voluntary: body.voluntary,
        school_day: body.school_day,
        minutes: checks.range("minutes", body.minutes, 1..=1440),
        edition_id: edition,
        theme_id: body.theme_id,
        strand_id: body.strand_id,
        status: ActivityStatus::Open,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    checks.finish()?;
    store::insert(&mut tx, &row).await?;
    let detail = json!({ "host_id": row.host_id, "code": row.code, "kind": row.kind, "title_zh": row.title_zh });
    audit::record(&mut tx, &actor, now, Event::new("activity.create", "activity", row.id, detail)).await?;
    let place = Location(format!("/api/v1/activities/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(ActivityView::from(row)))).await
}
