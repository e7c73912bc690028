use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{SessionStatus, SessionView, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
};

/// Which sessions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SessionFilter {
    /// Of this host, whatever its district.
    host_id: Option<Uuid>,
    /// Of this activity, whatever its district.
    activity_id: Option<Uuid>,
    /// Those of all districts.
    #[serde(default)]
    everywhere: bool,
    /// That begin on this day or later, by the clock of the district.
    from: Option<NaiveDate>,
    /// That begin on this day or earlier.
    to: Option<NaiveDate>,
    /// For this grade.
    grade: Option<i32>,
    /// In this status.
    status: Option<SessionStatus>,
    /// Only those that take guests and are not over.
    #[serde(default)]
    open: bool,
}

/// Lists sessions: those of the district unless a host or an activity is named, by beginning.
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    operation_id = "list_sessions",
    tag = "sessions",
    params(SessionFilter, PageQuery),
    responses((status = 200, description = "A page of sessions", body = Page<SessionView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<SessionFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<SessionView>>> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    actor.require(Action::SessionRead, &Scope::District { district })?;
    let here = !filter.everywhere && filter.host_id.is_none() && filter.activity_id.is_none();
    let wanted = store::Filter {
        district: here.then_some(district),
        host: filter.host_id,
        activity: filter.activity_id,
        from: filter.from,
        to: filter.to,
        grade: filter.grade,
        status: filter.status,
        open_at: filter.open.then(|| state.now()),
    };
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| (row.starts_at, row.id), SessionView::from)?))
}

/// Reads a session, whatever its district.
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{id}",
    operation_id = "read_session",
    tag = "sessions",
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 200, description = "The session", body = SessionView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<SessionView>)> {
    let mut tx = state.begin(&actor).await?;
    let row = store::load(&mut tx, id).await?;
    actor.require(Action::SessionRead, &Scope::District { district: row.district_id })?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}
