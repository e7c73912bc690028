use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, steps, store};
use crate::{
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ApiQuery},
    page::{Page, PageQuery},
    resources,
    state::AppState,
};

/// How it was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRating {
    /// From 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    stars: i32,
    /// What there is to say, for others who think of using it.
    #[serde(default)]
    #[schema(max_length = 400)]
    remark: String,
}

/// What somebody who used it says.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResourceRating {
    /// Who used it.
    organization_id: Uuid,
    /// Its name in Chinese.
    organization_name_zh: String,
    /// Its name in English; may be empty.
    organization_name_en: String,
    /// From 1 to 5.
    stars: i32,
    /// What there is to say.
    remark: String,
    /// When.
    rated_at: DateTime<Utc>,
}

impl From<store::Rating> for ResourceRating {
    fn from(row: store::Rating) -> Self {
        Self {
            organization_id: row.organization_id,
            organization_name_zh: row.organization_name_zh,
            organization_name_en: row.organization_name_en,
            stars: row.stars,
            remark: row.remark,
            rated_at: row.rated_at,
        }
    }
}

/// Says how something was that one's own organization has used. Once per booking, and it stays.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/rating",
    operation_id = "rate_booking",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewRating,
    responses((status = 201, description = "Rated", body = ResourceRating), ApiErrors)
)]
pub(super) async fn rate(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewRating>,
) -> Result<Response> {
    let mut open = steps::open(&state, &actor, id).await?;
    open.row.require_known(&actor)?;
    actor.require(Action::BookingRate, &open.row.asker())?;
    let mut checks = Checks::new();
    let stars = checks.range("stars", body.stars, 1..=5);
    let remark = checks.text("remark", &body.remark, 0..=400);
    checks.finish()?;
    if open.row.organization_id == open.row.owner_id {
        return Err(ApiError::conflict("own_resource", "An organization does not rate what it offers itself."));
    }
    if !open.row.rules()?.was_used() {
        return Err(ApiError::conflict("not_used", "Only what was delivered can be rated."));
    }
    let row = store::Rating {
        booking_id: id,
        resource_id: open.row.resource_id,
        organization_id: open.row.organization_id,
        organization_name_zh: open.row.organization_name_zh.clone(),
        organization_name_en: open.row.organization_name_en.clone(),
        stars,
        remark,
        rated_by: actor.account_id,
        rated_at: open.now,
    };
    store::add_rating(&mut open.tx, &row).await?;
    open.tell(&actor, "booking.rate", json!({ "stars": row.stars, "remark": row.remark })).await?;
    open.tx.commit_with((StatusCode::CREATED, Json(ResourceRating::from(row)))).await
}

/// Lists what those who used a resource say of it, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/resources/{id}/ratings",
    operation_id = "list_resource_ratings",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The resource"), PageQuery),
    responses((status = 200, description = "A page of ratings", body = Page<ResourceRating>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ResourceRating>>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::ResourceRead, &Scope::District { district: tx.district().0 })?;
    resources::store::load(&mut tx, id).await?;
    let rows = store::ratings(&mut tx, id, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| (row.rated_at, row.booking_id), ResourceRating::from)?))
}
