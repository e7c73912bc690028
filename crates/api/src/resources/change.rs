#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ResourceLicence, ResourceReach, ResourceView, TAG, fields, managed, store};
use crate::{
    activities::{Grades, check_grades},
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    patch,
    state::AppState,
};

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceChange {
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: Option<String>,
    /// Title in English.
    #[schema(max_length = 200)]
    title_en: Option<String>,
    /// What there is to know before one asks for it.
    #[schema(max_length = 1000)]
    summary: Option<String>,
    /// Theme.
    #[schema(max_length = 60)]
    theme: Option<String>,
    /// For which grades; null for all.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<Grades>)]
    grades: Option<Option<Grades>>,
    /// On what terms it may be used.
    licence: Option<ResourceLicence>,
    /// What the licence does not say by its name.
    #[schema(max_length = 400)]
    licence_note: Option<String>,
    /// Where it can go; another reach than `districts` forgets the districts.
    reach: Option<ResourceReach>,
    /// To which districts.
    #[schema(max_items = 50)]
    districts: Option<Vec<Uuid>>,
    /// How many persons it serves at a time; null for any number.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 10_000)]
    capacity: Option<Option<i32>>,
}

/// Changes what a resource says of itself. What is booked stays booked.
#[utoipa::path(
    patch,
    path = "/api/v1/resources/{id}",
    operation_id = "change_resource",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The resource"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ResourceChange,
    responses((status = 200, description = "As it is now", body = ResourceView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ResourceChange>,
) -> Result<(ETag, Json<ResourceView>)> {
    let mut tx = state.begin(&actor).await?;
    let before = managed(&mut tx, &actor, id, Some(version)).await?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    row.title_zh = body.title_zh.unwrap_or(row.title_zh);
    row.title_en = body.title_en.unwrap_or(row.title_en);
    row.summary = body.summary.unwrap_or(row.summary);
    row.theme = body.theme.unwrap_or(row.theme);
    if let Some(grades) = body.grades {
        let grades = grades.map(|grades| check_grades(&mut checks, grades));
        row.grade_from = grades.and_then(|grades| grades.from);
        row.grade_to = grades.and_then(|grades| grades.to);
    }
    row.licence = body.licence.unwrap_or(row.licence);
    row.licence_note = body.licence_note.unwrap_or(row.licence_note);
    if let Some(reach) = body.reach {
        row.reach = reach;
        if reach != ResourceReach::Districts {
            row.districts.clear();
        }
    }
    row.districts = body.districts.unwrap_or(row.districts);
    row.capacity = body.capacity.unwrap_or(row.capacity);
    fields::check(&mut checks, &mut row);
    fields::check_districts(&mut tx, &mut checks, &row.districts).await?;
    checks.finish()?;
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let after = ResourceView::from(row);
    let detail = patch::difference(&ResourceView::from(before), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("resource.change", "resource", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}
