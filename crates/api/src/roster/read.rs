//! GET of imports and their rows.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use kepu_domain::{role::Action, roster::Outcome};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    ImportState, ImportView, RowView, TAG,
    school::{self, scope},
    store,
    view::ImportRow,
};
use crate::{
    auth::{Actor, Reach},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
    tenancy::Tx,
};

/// After this time without progress it is asked whether a job still lives.
const QUIET_SECONDS: i64 = 60;

/// Which imports.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportFilter {
    /// For this school.
    pub school: Option<Uuid>,
    /// In this state.
    pub state: Option<ImportState>,
}

/// List imports, newest first. An account of a school sees those of its school.
#[utoipa::path(
    get, path = "/api/v1/roster/imports", operation_id = "list_roster_imports", tag = TAG, params(ImportFilter, PageQuery),
    responses((status = 200, description = "Imports", body = Page<ImportView>), ApiErrors)
)]
pub async fn list_roster_imports(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<ImportFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ImportView>>> {
    let reach: Reach = school::reach(&actor, Action::RosterRead)?;
    let mut tx = state.begin(&actor).await?;
    let rows =
        store::imports(&mut tx, reach.as_filter(), filter.school, filter.state, page.after()?, page.fetch()?).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, ImportView::from)?))
}

/// Read one import: where it stands, how far it has come, what it would do.
#[utoipa::path(
    get, path = "/api/v1/roster/imports/{id}", operation_id = "read_roster_import", tag = TAG,
    params(("id" = Uuid, Path, description = "The import")),
    responses((status = 200, description = "The import", body = ImportView), ApiErrors)
)]
pub async fn read_roster_import(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let mut row = visible(&mut tx, &actor, id, Action::RosterRead, false).await?;
    if revive(&state, &mut tx, &row).await? {
        row = visible(&mut tx, &actor, id, Action::RosterRead, false).await?;
    }
    tx.commit().await?;
    Ok((ETag(row.version), Json(ImportView::from(row))).into_response())
}

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RowFilter {
    /// `added`, `changed`, `moved`, `left`, `refused` or `unchanged`.
    #[param(value_type = Option<String>)]
    pub outcome: Option<Outcome>,
}

/// List the rows of an import, in the order of the file; those who leave come last.
#[utoipa::path(
    get, path = "/api/v1/roster/imports/{id}/rows", operation_id = "list_roster_rows", tag = TAG,
    params(("id" = Uuid, Path, description = "The import"), RowFilter, PageQuery),
    responses((status = 200, description = "Rows", body = Page<RowView>), ApiErrors)
)]
pub async fn list_roster_rows(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(filter): ApiQuery<RowFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<RowView>>> {
    let mut tx = state.begin(&actor).await?;
    visible(&mut tx, &actor, id, Action::RosterRead, false).await?;
    let rows = store::rows(&mut tx, id, filter.outcome, page.after()?, page.fetch()?).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(rows, &page, |row| row.row_no, RowView::from)?))
}

/// The import, if the actor may do this to it.
pub(super) async fn visible(tx: &mut Tx, actor: &Actor, id: Uuid, action: Action, lock: bool) -> Result<ImportRow> {
    let row = store::import(tx, id, lock).await?.ok_or_else(|| ApiError::not_found("import"))?;
    actor.require(action, &scope(tx.district().0, row.school_id))?;
    Ok(row)
}

/// Tells the truth about an import whose job died with its process: what was being staged has failed, and a commit that
/// did not happen can be repeated. Whether something was changed.
pub(super) async fn revive(state: &AppState, tx: &mut Tx, row: &ImportRow) -> Result<bool> {
    let now = state.now();
    let running = matches!(row.state, ImportState::Staging | ImportState::Committing);
    if !running || now - row.progress_at < TimeDelta::seconds(QUIET_SECONDS) || !store::is_job_dead(tx, row.id).await? {
        return Ok(false);
    }
    let (next, message) = if row.state == ImportState::Staging {
        (ImportState::Failed, "The service was stopped while it read the file. Upload it again.")
    } else {
        (ImportState::Staged, "The service was stopped during the commit, of which nothing was kept. Commit again.")
    };
    store::set_state(tx, row.id, next, Some(message), now).await?;
    Ok(true)
}
