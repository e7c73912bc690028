use std::collections::HashMap;

use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{SessionCounts, SessionStatus, SessionView, free_places, store};
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
    /// Of activities of this kind.
    kind: Option<String>,
    /// Whose activity's title or host's name holds this text.
    q: Option<String>,
    /// Where persons of this school of the district are registered or took part.
    guests_of: Option<Uuid>,
    /// With how many persons of the district are in each, by state.
    #[serde(default)]
    counts: bool,
    /// By beginning: `starts_at`, the default, or `-starts_at`, the latest first.
    #[param(inline)]
    sort: Option<Sort>,
}

/// The order of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub(super) enum Sort {
    /// The earliest first.
    #[serde(rename = "starts_at")]
    Earliest,
    /// The latest first.
    #[serde(rename = "-starts_at")]
    Latest,
}

/// What to read of a session.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Reading {
    /// With how many persons of the district are in it, by state.
    #[serde(default)]
    counts: bool,
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
    if let Some(school) = filter.guests_of {
        actor.require(Action::ParticipationRead, &Scope::School { district, school })?;
    }
    let guests_of = filter.guests_of.map(|school| [school]);
    let here =
        !filter.everywhere && filter.host_id.is_none() && filter.activity_id.is_none() && filter.guests_of.is_none();
    let wanted = store::Filter {
        district: here.then_some(district),
        host: filter.host_id,
        activity: filter.activity_id,
        from: filter.from,
        to: filter.to,
        grade: filter.grade,
        status: filter.status,
        open_at: filter.open.then(|| state.now()),
        kind: filter.kind.as_deref(),
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
        guests_of: guests_of.as_ref().map(<[Uuid; 1]>::as_slice),
        latest_first: filter.sort == Some(Sort::Latest),
        district_code: None,
    };
    store::plan_anew(&mut tx).await?;
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let counts = if filter.counts { Some(store::counts(&mut tx, &ids).await?) } else { None };
    let free = if filter.counts { free_places(&mut tx, &rows).await? } else { HashMap::new() };
    tx.commit().await?;
    let view = |row: store::Session| {
        let counted = counts.as_ref().map(|all| {
            SessionCounts::of(all.iter().find(|count| count.session_id == row.id), free.get(&row.id).copied())
        });
        SessionView { counts: counted, ..row.into() }
    };
    Ok(Json(Page::of(rows, &page, |row| (row.starts_at, row.id), view)?))
}

/// Reads a session, whatever its district.
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{id}",
    operation_id = "read_session",
    tag = "sessions",
    params(("id" = Uuid, Path, description = "The session"), Reading),
    responses((status = 200, description = "The session", body = SessionView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(reading): ApiQuery<Reading>,
) -> Result<(ETag, Json<SessionView>)> {
    let mut tx = state.begin(&actor).await?;
    let row = store::load(&mut tx, id).await?;
    actor.require(Action::SessionRead, &Scope::District { district: row.district_id })?;
    let counts = if reading.counts {
        let counted = store::counts(&mut tx, &[id]).await?;
        let free = free_places(&mut tx, std::slice::from_ref(&row)).await?;
        Some(SessionCounts::of(counted.first(), free.get(&id).copied()))
    } else {
        None
    };
    tx.commit().await?;
    Ok((ETag(row.version), Json(SessionView { counts, ..row.into() })))
}
