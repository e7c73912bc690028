#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ActivityStatus, ActivityView, Grades, check_grades, check_tags, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    patch, programmes,
    state::AppState,
};

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActivityChange {
    /// Code, unique with the host.
    #[schema(min_length = 1, max_length = 40)]
    code: Option<String>,
    /// What it is; settled once a session has begun.
    #[schema(min_length = 1, max_length = 40)]
    kind: Option<String>,
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: Option<String>,
    /// Title in English.
    #[schema(max_length = 200)]
    title_en: Option<String>,
    /// Level; null takes it away. Settled once a session has begun.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    level: Option<Option<String>>,
    /// For which grades; null for all.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<Grades>)]
    grades: Option<Option<Grades>>,
    /// Free words, all of them; settled once a session has begun.
    #[schema(max_items = 20)]
    tags: Option<Vec<String>>,
    /// Taken part in freely; settled once a session has begun.
    voluntary: Option<bool>,
    /// Within the school day; settled once a session has begun.
    school_day: Option<bool>,
    /// How long one session takes; settled once a session has begun.
    #[schema(minimum = 1, maximum = 1440)]
    minutes: Option<i32>,
    /// The theme that it is on, of an edition in which the host takes part; null for none.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<Uuid>)]
    theme_id: Option<Option<Uuid>>,
    /// The strand that it belongs to, of the same edition; null for none.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<Uuid>)]
    strand_id: Option<Option<Uuid>>,
    /// Whether it is on offer.
    status: Option<ActivityStatus>,
}

/// Changes an activity of a host of the district. What credit depends on is settled once a session has begun.
#[utoipa::path(
    patch,
    path = "/api/v1/activities/{id}",
    operation_id = "change_activity",
    tag = "activities",
    params(
        ("id" = Uuid, Path, description = "The activity"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ActivityChange,
    responses((status = 200, description = "As it is now", body = ActivityView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ActivityChange>,
) -> Result<(ETag, Json<ActivityView>)> {
    let mut tx = state.begin(&actor).await?;
    let before = store::lock(&mut tx, id).await?;
    actor.require(Action::ActivityManage, &Scope::Host { district: before.district_id, host: before.host_id })?;
    version.check("activity", before.version)?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    if let Some(code) = &body.code {
        row.code = checks.text("code", code, 1..=40);
    }
    if let Some(kind) = &body.kind {
        row.kind = checks.text("kind", kind, 1..=40);
    }
    if let Some(title) = &body.title_zh {
        row.title_zh = checks.text("title_zh", title, 1..=120);
    }
    if let Some(title) = &body.title_en {
        row.title_en = checks.text("title_en", title, 0..=200);
    }
    if let Some(level) = &body.level {
        row.level = checks.optional_text("level", level.as_deref(), 40);
    }
    if let Some(grades) = body.grades {
        let grades = grades.map(|grades| check_grades(&mut checks, grades));
        row.grade_from = grades.and_then(|grades| grades.from);
        row.grade_to = grades.and_then(|grades| grades.to);
    }
    if let Some(tags) = &body.tags {
        row.tags = check_tags(&mut checks, tags);
    }
    if let Some(minutes) = body.minutes {
        row.minutes = checks.range("minutes", minutes, 1..=1440);
    }
    checks.finish()?;
    row.theme_id = body.theme_id.unwrap_or(row.theme_id);
    row.strand_id = body.strand_id.unwrap_or(row.strand_id);
    if (row.theme_id, row.strand_id) != (before.theme_id, before.strand_id) {
        row.edition_id = programmes::part_of(&mut tx, row.host_id, row.theme_id, row.strand_id).await?;
    }
    row.voluntary = body.voluntary.unwrap_or(row.voluntary);
    row.school_day = body.school_day.unwrap_or(row.school_day);
    row.status = body.status.unwrap_or(row.status);
    let now = state.now();
    if !row.same_facts(&before) && store::has_begun(&mut tx, id, now).await? {
        return Err(ApiError::conflict(
            "activity_settled",
            "A session of the activity has begun: kind, level, tags, voluntary, school_day and minutes stay, for credit \
             depends on them. Close this activity and add a new one.",
        ));
    }
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let after = ActivityView::from(row);
    let detail = patch::difference(&ActivityView::from(before), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("activity.change", "activity", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}
