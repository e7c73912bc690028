use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use kepu_domain::role::{Action, Grant, GrantScope, Scope};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    ListImportView, ListKind, ListRowView, Outcome, TAG,
    store::{self, ImportRow},
};
use crate::{
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
};

/// Lists the imports of the district, the newest first; of lists of themes and members only the own ones.
#[utoipa::path(
    get, path = "/api/v1/list_imports", operation_id = "list_list_imports", tag = TAG, params(PageQuery),
    responses((status = 200, description = "Imports", body = Page<ListImportView>), ApiErrors)
)]
pub(super) async fn list_imports(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ListImportView>>> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district().0;
    let all = actor.may(Action::OrganizationManage, &Scope::District { district });
    if !all {
        enters(&actor, ListKind::Themes, district)?;
    }
    let rows = store::imports(&mut tx, all, actor.account_id, page.after()?, page.fetch()?).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, ListImportView::from)?))
}

/// Reads one import: where it stands, what it would do.
#[utoipa::path(
    get, path = "/api/v1/list_imports/{id}", operation_id = "read_list_import", tag = TAG,
    params(("id" = Uuid, Path, description = "The import")),
    responses((status = 200, description = "The import", body = ListImportView), ApiErrors)
)]
pub(super) async fn read_import(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let row = allowed(&actor, store::load(&mut tx, id).await?)?;
    tx.rollback().await?;
    Ok((ETag(row.version), Json(ListImportView::from(row))).into_response())
}

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListRowFilter {
    /// Only these.
    outcome: Option<Outcome>,
}

/// Lists the rows of an import, in the order of the file.
#[utoipa::path(
    get, path = "/api/v1/list_imports/{id}/rows", operation_id = "list_list_rows", tag = TAG,
    params(("id" = Uuid, Path, description = "The import"), ListRowFilter, PageQuery),
    responses((status = 200, description = "Rows", body = Page<ListRowView>), ApiErrors)
)]
pub(super) async fn list_rows(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(filter): ApiQuery<ListRowFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ListRowView>>> {
    let mut tx = state.begin(&actor).await?;
    allowed(&actor, store::load(&mut tx, id).await?)?;
    let rows = store::rows(&mut tx, id, filter.outcome, page.after()?, page.fetch()?).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(rows, &page, |row| row.row_no, ListRowView::from)?))
}

/// The import, if the actor may enter such a list. One of themes or members is for whoever uploaded it: what its rows mean
/// follows from which programmes that account runs.
pub(super) fn allowed(actor: &Actor, row: ImportRow) -> Result<ImportRow> {
    enters(actor, row.kind, row.district_id)?;
    if row.kind.is_own() && row.created_by != actor.account_id {
        return Err(ApiError::not_found("import"));
    }
    Ok(row)
}

/// Refuses who may not enter lists of this kind. Programmes belong to authorities of districts and above them; the list of
/// one above waits in a district of its area.
pub(super) fn enters(actor: &Actor, kind: ListKind, district: Uuid) -> Result<()> {
    let above = |grant: &Grant| match grant.scope {
        GrantScope::Authority { authority, .. } => actor.may(kind.action(), &Scope::Authority { authority }),
        _ => false,
    };
    if kind.is_own() && actor.grants.iter().any(above) {
        return Ok(());
    }
    actor.require(kind.action(), &Scope::District { district })
}
