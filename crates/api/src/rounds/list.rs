use axum::{Json, extract::State};
use chrono::NaiveDate;
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{RoundView, TAG, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
};

/// Which rounds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RoundFilter {
    /// Of this scheme.
    scheme_id: Option<Uuid>,
    /// Of this authority.
    authority_id: Option<Uuid>,
    /// That take applications on this day.
    open_on: Option<NaiveDate>,
    /// In which this organization may apply, for itself or for a professional of its own.
    open_to: Option<Uuid>,
}

/// Lists rounds, of all schemes unless one is named.
#[utoipa::path(
    get,
    path = "/api/v1/rounds",
    operation_id = "list_rounds",
    tag = TAG,
    params(RoundFilter, PageQuery),
    responses((status = 200, description = "A page of rounds", body = Page<RoundView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<RoundFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<RoundView>>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::DesignationRead, &Scope::District { district: tx.district().0 })?;
    let wanted = store::Filter {
        scheme: filter.scheme_id,
        authority: filter.authority_id,
        open_on: filter.open_on,
        open_to: filter.open_to,
    };
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, RoundView::from)?))
}

/// Reads a round, with the form to be filled in.
#[utoipa::path(
    get,
    path = "/api/v1/rounds/{id}",
    operation_id = "read_round",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The round")),
    responses((status = 200, description = "The round", body = RoundView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<(ETag, Json<RoundView>)> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::DesignationRead, &Scope::District { district: tx.district().0 })?;
    let row = store::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok((ETag(row.version), Json(row.into())))
}
