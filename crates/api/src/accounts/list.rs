//! GET /api/v1/accounts and /api/v1/accounts/{id}

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use kepu_domain::role::Action;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{AccountView, TAG, Visible, begin, store};
use crate::{
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, ETag},
    page::{Page, PageQuery},
    state::AppState,
};

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccountFilter {
    /// Part of the login or of the name.
    pub q: Option<String>,
    /// With this role.
    pub role: Option<String>,
    /// With a right over this organization.
    pub organization_id: Option<Uuid>,
    /// `active` or `disabled`.
    pub status: Option<String>,
}

/// List the accounts that I administer, by login.
#[utoipa::path(
    get, path = "/api/v1/accounts", operation_id = "list_accounts", tag = TAG, params(AccountFilter, PageQuery),
    responses((status = 200, description = "Accounts", body = Page<AccountView>), ApiErrors)
)]
pub async fn list_accounts(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(filter): ApiQuery<AccountFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<AccountView>>> {
    let visible = Visible::to(&actor, Action::AccountRead)?;
    let filter = store::Filter {
        text: filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()),
        role: filter.role.as_deref(),
        organization: filter.organization_id,
        status: filter.status.as_deref(),
    };
    let mut tx = begin(&state, &actor).await?;
    let rows = store::accounts(&mut tx, &visible, &filter, page.after()?, page.fetch()?).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let grants = store::grants(&mut tx, &ids, false).await?;
    Ok(Json(Page::of(rows, &page, |row| row.login.clone(), |row| AccountView::new(row, &grants))?))
}

/// Read one account.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}", operation_id = "read_account", tag = TAG,
    params(("id" = Uuid, Path, description = "The account")),
    responses((status = 200, description = "The account", body = AccountView), ApiErrors)
)]
pub async fn read_account(State(state): State<AppState>, actor: Actor, ApiPath(id): ApiPath<Uuid>) -> Result<Response> {
    let visible = Visible::to(&actor, Action::AccountRead)?;
    let mut tx = begin(&state, &actor).await?;
    let row = store::visible_account(&mut tx, &visible, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let grants = store::grants(&mut tx, &[id], false).await?;
    Ok((ETag(row.version), Json(AccountView::new(row, &grants))).into_response())
}
