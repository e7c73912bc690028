//! POST /api/v1/auth/refresh

use axum::{
    Extension,
    body::Bytes,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{CallerAddress, TAG, Tokens, cookies, secret, sessions, store};
use crate::{
    audit::{self, Event, Origin},
    error::{ApiError, ApiErrors, Result},
    extract::parse_json,
    state::AppState,
    telemetry,
    tenancy::DistrictId,
};

/// Which token to exchange.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The refresh token; leave the body away to use the cookie.
    #[schema(max_length = 200)]
    pub refresh_token: Option<String>,
}

/// Exchange a refresh token for new tokens.
///
/// A refresh token works once. If one comes a second time, somebody else has got hold of it: the session ends for both.
/// Pages with several tabs must refresh in one of them at a time.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", operation_id = "refresh", tag = TAG, request_body = Option<RefreshRequest>,
    security(()), responses((status = 200, description = "New tokens", body = Tokens), ApiErrors)
)]
pub async fn refresh(
    State(state): State<AppState>,
    Extension(CallerAddress(address)): Extension<CallerAddress>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let request: RefreshRequest = if body.is_empty() { RefreshRequest::default() } else { parse_json(&body)? };
    let by_cookie = request.refresh_token.is_none();
    let token = request.refresh_token.or_else(|| cookies::read(&headers, cookies::REFRESH_COOKIE).map(str::to_owned));
    let Some(token) = token else {
        return Err(ApiError::unauthorized("not_signed_in", "Send the refresh token in the body or as its cookie."));
    };
    match exchange(&state, &token, by_cookie, address).await {
        Err(error) if by_cookie && error.status() == 401 => {
            let mut response = error.into_response();
            cookies::clear(response.headers_mut(), state.config().secure_cookies);
            Ok(response)
        }
        other => other,
    }
}

async fn exchange(state: &AppState, token: &str, by_cookie: bool, address: String) -> Result<Response> {
    let ended = || ApiError::unauthorized("session_ended", "This session has ended. Sign in again.");
    let (now, digest) = (state.now(), secret::digest(token));
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let found = store::refresh(&mut tx, &digest).await?.ok_or_else(ended)?;
    if found.revoked_at.is_some() || found.expires_at <= now || found.status != "active" {
        return Err(ended());
    }
    if found.used_at.is_some() {
        let origin = Origin { account_id: Some(found.account_id), address, request_id: telemetry::request_id() };
        let session = Some(found.session_id);
        store::revoke_sessions(&mut tx, found.account_id, session, None, now, "refresh token came twice").await?;
        let event = Event::new("auth.refresh_reused", "login_session", found.session_id, json!({}));
        audit::record_as(&mut tx, &origin, now, vec![event]).await?;
        tx.commit().await?;
        state.auth().forget_account(found.account_id);
        return Err(ApiError::unauthorized(
            "refresh_reused",
            "This refresh token was used before, so the session has been ended for everybody who holds one of its \
             tokens. Sign in again, and change the password if that was not you.",
        ));
    }
    let expires_at = sessions::expiry(found.created_at, now);
    store::use_refresh(&mut tx, &digest, found.session_id, now, expires_at).await?;
    let fresh = sessions::new_refresh_token(&mut tx, found.session_id, now).await?;
    tx.commit().await?;
    sessions::answer(state, found.account_id, found.session_id, fresh, found.must_change_password, by_cookie)
}
