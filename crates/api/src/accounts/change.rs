//! PATCH /api/v1/accounts/{id}

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AccountView, TAG, begin, grant, require_manageable, store, visible_account};
use crate::{
    audit::{self, Event},
    auth::{self, Actor},
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Whether an account may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It may.
    Active,
    /// It may not; its sessions have ended.
    Disabled,
}

/// What to change; what is left away stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// How it is called.
    #[schema(min_length = 1, max_length = 100)]
    pub display_name: Option<String>,
    /// Whether it may sign in.
    pub status: Option<AccountStatus>,
}

/// Rename, disable or enable an account. Disabling ends its sessions.
#[utoipa::path(
    patch, path = "/api/v1/accounts/{id}", operation_id = "change_account", tag = TAG, request_body = AccountChange,
    params(("id" = Uuid, Path, description = "The account"), ("If-Match" = String, Header, description = "Its ETag")),
    responses((status = 200, description = "Changed", body = AccountView), ApiErrors)
)]
pub async fn change_account(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<AccountChange>,
) -> Result<Response> {
    let mut checks = Checks::new();
    let display_name = body.display_name.as_deref().map(|name| checks.text("display_name", name, 1..=100));
    checks.finish()?;
    let now = state.now();
    let mut tx = begin(&state, &actor).await?;
    let row = visible_account(&mut tx, &actor, id).await?;
    require_manageable(&mut tx, &actor, id).await?;
    version.check("account", row.version)?;
    let disable = body.status == Some(AccountStatus::Disabled);
    if disable && id == actor.account_id {
        return Err(ApiError::conflict("own_account", "Nobody disables their own account; ask another administrator."));
    }
    let status = body.status.map(|status| if status == AccountStatus::Active { "active" } else { "disabled" });
    store::change_account(&mut tx, id, display_name.as_deref(), status, now).await?;
    if disable {
        auth::store::revoke_sessions(&mut tx, id, None, None, now, "the account was disabled").await?;
    }
    let event = Event::new(
        "account.change",
        "account",
        id,
        json!({ "from": { "display_name": row.display_name, "status": row.status }, "to": body }),
    );
    audit::record(&mut tx, &actor, now, event).await?;
    let view = grant::view(&mut tx, id).await?;
    tx.commit().await?;
    state.auth().forget_account(id);
    Ok((ETag(view.version), Json(view)).into_response())
}
