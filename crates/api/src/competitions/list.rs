use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::{
    competition::Stage,
    role::{Action, Scope},
};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{CompetitionView, StageName, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
};

/// Which competitions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CompetitionFilter {
    /// Whose name or series holds this text.
    q: Option<String>,
    /// Open to this stage.
    stage: Option<StageName>,
    /// Valid on this day.
    on: Option<NaiveDate>,
    /// On the published list, or not.
    listed: Option<bool>,
    /// Of this series.
    series: Option<String>,
}

/// Lists competitions: those on the national list and the local ones of the district.
#[utoipa::path(
    get,
    path = "/api/v1/competitions",
    operation_id = "list_competitions",
    tag = "competitions",
    params(CompetitionFilter, PageQuery),
    responses((status = 200, description = "A page of competitions", body = Page<CompetitionView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<CompetitionFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<CompetitionView>>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::CompetitionRead, &Scope::District { district: tx.district().0 })?;
    let wanted = store::Filter {
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
        stage: filter.stage.map(|stage| Stage::from(stage).word()),
        on: filter.on,
        listed: filter.listed,
        series: filter.series.as_deref(),
    };
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, CompetitionView::from)?))
}

/// Reads a competition.
#[utoipa::path(
    get,
    path = "/api/v1/competitions/{id}",
    operation_id = "read_competition",
    tag = "competitions",
    params(("id" = Uuid, Path, description = "The competition")),
    responses((status = 200, description = "The competition", body = CompetitionView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<CompetitionView>)> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::CompetitionRead, &Scope::District { district: tx.district().0 })?;
    let row = store::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}
