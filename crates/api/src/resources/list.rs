use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::{booking::Days, grams};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{ResourceKind, ResourceLicence, ResourceStatus, ResourceView, TAG, require_read, store};
use crate::{
    auth::Actor,
    bookings,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    roster::today,
    state::AppState,
};

/// Which resources to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ResourceFilter {
    /// Whose title, theme or summary holds all of these words; Chinese needs no spaces.
    #[param(max_length = 64)]
    q: Option<String>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<ResourceKind>,
    /// For this grade.
    grade: Option<i32>,
    /// With this theme.
    theme: Option<String>,
    /// On these terms.
    #[param(inline)]
    licence: Option<ResourceLicence>,
    /// Of owners registered in this district.
    district_id: Option<Uuid>,
    /// That organizations of this district can have.
    goes_to: Option<Uuid>,
    /// Of this owner.
    owner_id: Option<Uuid>,
    /// In this status.
    #[param(inline)]
    status: Option<ResourceStatus>,
    /// Free on this day and all days to `free_to`; files alone always are.
    free_from: Option<NaiveDate>,
    /// The last day; `free_from` alone if left out.
    free_to: Option<NaiveDate>,
    /// How many must be free, 1 if left out.
    #[param(minimum = 1, maximum = 500)]
    quantity: Option<i32>,
}

/// Lists what is offered, in all districts: what has it in its title first, then in the order of entry.
#[utoipa::path(
    get,
    path = "/api/v1/resources",
    operation_id = "list_resources",
    tag = TAG,
    params(ResourceFilter, PageQuery),
    responses((status = 200, description = "A page of resources", body = Page<ResourceView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ResourceFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ResourceView>>> {
    let mut tx = state.begin(&actor).await?;
    require_read(&actor, &tx)?;
    let mut checks = Checks::new();
    let q = checks.text("q", filter.q.as_deref().unwrap_or_default(), 0..=64);
    let quantity = checks.range("quantity", filter.quantity.unwrap_or(1), 1..=500);
    checks.finish()?;
    let words = grams::words(&q);
    if words.is_empty() && !q.is_empty() {
        return Err(ApiError::invalid_field("q", "nothing_to_find", "must hold a letter or a digit"));
    }
    let free = match (filter.free_from, filter.free_to) {
        (None, None) => None,
        (None, Some(_)) => {
            return Err(ApiError::invalid_field("free_from", "required", "must be given with free_to"));
        }
        (Some(first), last) => {
            let days = Days::new(first, last.unwrap_or(first))
                .map_err(|refusal| bookings::refused_days("free_to", &refusal))?;
            let today = today(&mut tx, state.now()).await?;
            Some(store::Free { first: days.first(), last: days.last(), quantity: quantity.into(), today })
        }
    };
    let wanted = store::Filter {
        words: &words,
        grams: &grams::needed(&words),
        district: filter.district_id,
        owner: filter.owner_id,
        goes_to: filter.goes_to,
        kind: filter.kind,
        grade: filter.grade,
        theme: filter.theme.as_deref().map(str::trim).filter(|theme| !theme.is_empty()),
        licence: filter.licence,
        status: filter.status,
        free,
    };
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| (row.in_title, row.id), ResourceView::from)?))
}

/// Reads a resource, whatever its district.
#[utoipa::path(
    get,
    path = "/api/v1/resources/{id}",
    operation_id = "read_resource",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The resource")),
    responses((status = 200, description = "The resource", body = ResourceView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<ResourceView>)> {
    let mut tx = state.begin(&actor).await?;
    require_read(&actor, &tx)?;
    let row = store::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}
