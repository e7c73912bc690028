use axum::{Json, extract::State};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{ActivityStatus, ActivityView, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
};

/// Which activities to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ActivityFilter {
    /// Of this host, whatever its district.
    host_id: Option<Uuid>,
    /// Those of all districts.
    #[serde(default)]
    everywhere: bool,
    /// Of this kind.
    kind: Option<String>,
    /// For this grade.
    grade: Option<i32>,
    /// With this tag.
    tag: Option<String>,
    /// In this status.
    status: Option<ActivityStatus>,
    /// Whose code or title holds this text.
    q: Option<String>,
    /// That are part of this edition of a programme.
    edition_id: Option<Uuid>,
}

/// Lists activities: those of the district unless a host is named, in the order of entry.
#[utoipa::path(
    get,
    path = "/api/v1/activities",
    operation_id = "list_activities",
    tag = "activities",
    params(ActivityFilter, PageQuery),
    responses((status = 200, description = "A page of activities", body = Page<ActivityView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ActivityFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ActivityView>>> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::ActivityRead, &Scope::District { district })?;
    let wanted = store::Filter {
        district: (!filter.everywhere && filter.host_id.is_none()).then_some(district),
        host: filter.host_id,
        kind: filter.kind.as_deref(),
        grade: filter.grade,
        tag: filter.tag.as_deref(),
        status: filter.status,
        edition: filter.edition_id,
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
    };
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, ActivityView::from)?))
}

/// Reads an activity, whatever its district.
#[utoipa::path(
    get,
    path = "/api/v1/activities/{id}",
    operation_id = "read_activity",
    tag = "activities",
    params(("id" = Uuid, Path, description = "The activity")),
    responses((status = 200, description = "The activity", body = ActivityView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<ActivityView>)> {
    let mut tx = state.begin(&actor).await?;
    let row = store::load(&mut tx, id).await?;
    actor.require(Action::ActivityRead, &Scope::District { district: row.district_id })?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}
