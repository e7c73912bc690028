//! GET /api/v1/erasures, GET /api/v1/erasures/{id}

use axum::{Json, extract::State, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{ErasureDetail, ErasureView, TAG, detail, require_person, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
};

/// Which of them.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WhichErasures {
    /// Those that wait: for an official, or for their time.
    Open,
    /// Those that were refused, taken back or done.
    Over,
}

/// Which erasures.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ErasureFilter {
    /// All, if left out.
    #[serde(default)]
    #[param(inline)]
    which: Option<WhichErasures>,
    /// Of this person; a family reads no others.
    #[serde(default)]
    person: Option<Uuid>,
}

/// What was asked for in the district, or for a person, the newest first.
#[utoipa::path(
    get, path = "/api/v1/erasures", operation_id = "list_erasures", tag = TAG, params(ErasureFilter, PageQuery),
    responses((status = 200, description = "A page of erasures", body = Page<ErasureView>), ApiErrors)
)]
pub(super) async fn list_erasures(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ErasureFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ErasureView>>> {
    let mut tx = state.begin_snapshot(&actor).await?;
    match filter.person {
        Some(person) => require_person(&mut tx, &actor, Action::ErasureRead, person).await?,
        None => actor.require(Action::ErasureRead, &Scope::District { district: tx.district().0 })?,
    }
    let states: &[&str] = match filter.which {
        None => &["requested", "approved", "refused", "taken_back", "done"],
        Some(WhichErasures::Open) => &["requested", "approved"],
        Some(WhichErasures::Over) => &["refused", "taken_back", "done"],
    };
    let rows = store::list(&mut tx, states, filter.person, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, |row| ErasureView::of(row, actor.account_id))?))
}

/// One erasure, with what is held about the person while it waits.
#[utoipa::path(
    get, path = "/api/v1/erasures/{id}", operation_id = "read_erasure", tag = TAG,
    params(("id" = Uuid, Path, description = "The erasure")),
    responses((status = 200, description = "The erasure", body = ErasureDetail), ApiErrors)
)]
pub(super) async fn read_erasure(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin_snapshot(&actor).await?;
    match store::person_of(&mut tx, id).await? {
        Some(person) => require_person(&mut tx, &actor, Action::ErasureRead, person).await?,
        None => actor.require(Action::ErasureRead, &Scope::District { district: tx.district().0 })?,
    }
    let detail = detail(&mut tx, id, actor.account_id).await?;
    tx.commit_with((ETag(detail.erasure.version), Json(detail))).await
}
