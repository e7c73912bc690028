use axum::Json;
use axum::{extract::State, http::StatusCode, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    ResourceKind, ResourceLicence, ResourceReach, ResourceStatus, ResourceView, TAG, fields, items::labelled, store,
};
use crate::{
    activities::{Grades, check_grades},
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ETag, Location},
    organizations::{self, OrganizationStatus},
    state::AppState,
};

/// A new resource.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewResource {
    /// Who offers it: an organization of the district.
    owner_id: Uuid,
    /// What it is; stays as it is.
    kind: ResourceKind,
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: String,
    /// Title in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    title_en: String,
    /// What there is to know before one asks for it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    summary: String,
    /// Theme.
    #[serde(default)]
    #[schema(max_length = 60)]
    theme: String,
    /// For which grades; all if left out.
    grades: Option<Grades>,
    /// On what terms it may be used.
    licence: ResourceLicence,
    /// What the licence does not say by its name; needed for `by-permission` and `other`.
    #[serde(default)]
    #[schema(max_length = 400)]
    licence_note: String,
    /// Where it can go.
    reach: ResourceReach,
    /// To which districts, for the reach `districts`.
    #[serde(default)]
    #[schema(max_items = 50)]
    districts: Vec<Uuid>,
    /// How many persons it serves at a time; any number if left out.
    #[schema(minimum = 1, maximum = 10_000)]
    capacity: Option<i32>,
    /// How many of it can be had at a time, if they have no labels: 1 if left out, 0 if it is files alone.
    #[schema(minimum = 0, maximum = 500)]
    count: Option<i32>,
    /// What is written on each of them, if they have labels.
    #[serde(default)]
    #[schema(max_items = 500)]
    labels: Vec<String>,
}

/// Offers a resource of an organization of the district.
#[utoipa::path(
    post,
    path = "/api/v1/resources",
    operation_id = "create_resource",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewResource,
    responses((status = 201, description = "Offered", body = ResourceView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewResource>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::ResourceManage, &Scope::Host { district, host: body.owner_id })?;
    let owner = organizations::store::find(&mut tx, body.owner_id).await?.filter(|one| one.district_id == district);
    let Some(owner) = owner else {
        return Err(ApiError::invalid_field("owner_id", "unknown", "must be an organization of the district"));
    };
    if owner.status == OrganizationStatus::Closed {
        return Err(ApiError::conflict("organization_closed", "The organization is closed."));
    }
    let mut checks = Checks::new();
    let now = state.now();
    let grades = body.grades.map(|grades| check_grades(&mut checks, grades));
    let items = labelled(&state, &mut checks, body.kind, &[], body.count, &body.labels);
    let mut row = store::Resource {
        id: state.new_id(),
        district_id: district,
        owner_id: owner.id,
        owner_name_zh: owner.name_zh,
        owner_name_en: owner.name_en,
        kind: body.kind,
        title_zh: body.title_zh,
        title_en: body.title_en,
        summary: body.summary,
        theme: body.theme,
        grade_from: grades.and_then(|grades| grades.from),
        grade_to: grades.and_then(|grades| grades.to),
        licence: body.licence,
        licence_note: body.licence_note,
        reach: body.reach,
        districts: body.districts,
        capacity: body.capacity,
        status: ResourceStatus::Open,
        reason: String::new(),
        plain: String::new(),
        grams: Vec::new(),
        version: 1,
        created_at: now,
        updated_at: now,
        item_count: i64::try_from(items.len()).unwrap_or(i64::MAX),
        file_count: 0,
        rating_sum: 0,
        rating_count: 0,
        in_title: false,
    };
    fields::check(&mut checks, &mut row);
    fields::check_districts(&mut tx, &mut checks, &row.districts).await?;
    checks.finish()?;
    store::insert(&mut tx, &row).await?;
    store::add_items(&mut tx, row.id, &items).await?;
    let detail =
        json!({ "owner_id": row.owner_id, "kind": row.kind, "title_zh": row.title_zh, "items": row.item_count });
    audit::record(&mut tx, &actor, now, Event::new("resource.create", "resource", row.id, detail)).await?;
    let place = Location(format!("/api/v1/resources/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(ResourceView::from(row)))).await
}
