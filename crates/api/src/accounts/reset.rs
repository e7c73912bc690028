//! POST /api/v1/accounts/{id}/reset-password

use axum::{Json, extract::State, http::header, response::Response};
use serde_json::json;
use uuid::Uuid;

use super::{OneTimePassword, TAG, begin, grant, require_manageable, visible_account};
use crate::{
    audit::{self, Event},
    auth::{self, Actor, secret},
    error::{ApiError, ApiErrors, Result},
    extract::ApiPath,
    state::AppState,
};

/// Give an account a new one-time password, end its sessions and unlock it.
#[utoipa::path(
    post, path = "/api/v1/accounts/{id}/reset-password", operation_id = "reset_password", tag = TAG,
    params(("id" = Uuid, Path, description = "The account")),
    responses((status = 200, description = "The one-time password", body = OneTimePassword), ApiErrors)
)]
pub async fn reset_password(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    if id == actor.account_id {
        return Err(ApiError::conflict("own_account", "Change your own password with POST /api/v1/auth/password."));
    }
    let password = secret::one_time_password();
    let hash = state.auth().hasher().hash(password.clone()).await?;
    let now = state.now();
    let mut tx = begin(&state, &actor).await?;
    let row = visible_account(&mut tx, &actor, id).await?;
    require_manageable(&mut tx, &actor, id).await?;
    auth::store::set_password(&mut tx, id, &hash, true, now).await?;
    auth::store::forgive(&mut tx, &format!("login:{}", secret::digest(&row.login)), id).await?;
    let ended = auth::store::revoke_sessions(&mut tx, id, None, None, now, "the password was reset").await?;
    let event = Event::new("account.reset_password", "account", id, json!({ "sessions_ended": ended }));
    audit::record(&mut tx, &actor, now, event).await?;
    let account = grant::view(&mut tx, id).await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    let answer = Json(OneTimePassword { account, one_time_password: password });
    let response = tx.commit_with((headers, answer)).await?;
    state.auth().forget_account(id);
    Ok(response)
}
