//! POST /api/v1/auth/logout and /logout-everywhere

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use uuid::Uuid;

use super::{Actor, AnyActor, TAG, cookies, store};
use crate::{
    audit::{self, Event},
    error::{ApiErrors, Result},
    state::AppState,
    tenancy::DistrictId,
};

/// End this session.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", operation_id = "logout", tag = TAG,
    responses((status = 204, description = "Ended"), ApiErrors)
)]
pub async fn logout(State(state): State<AppState>, AnyActor(actor): AnyActor) -> Result<Response> {
    end(&state, &actor, Some(actor.session_id)).await
}

/// End every session of this account.
#[utoipa::path(
    post, path = "/api/v1/auth/logout-everywhere", operation_id = "logout_everywhere", tag = TAG,
    responses((status = 204, description = "Ended"), ApiErrors)
)]
pub async fn logout_everywhere(State(state): State<AppState>, AnyActor(actor): AnyActor) -> Result<Response> {
    end(&state, &actor, None).await
}

async fn end(state: &AppState, actor: &Actor, only: Option<Uuid>) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let ended = store::revoke_sessions(&mut tx, actor.account_id, only, None, now, "signed out").await?;
    let event = Event::new("auth.logout", "account", actor.account_id, json!({ "sessions": ended }));
    audit::record(&mut tx, actor, now, event).await?;
    tx.commit().await?;
    state.auth().forget_account(actor.account_id);
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::clear(response.headers_mut(), state.config().secure_cookies);
    Ok(response)
}
