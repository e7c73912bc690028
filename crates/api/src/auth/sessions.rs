//! Opening a session, and the answer that carries its tokens.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{cookies, keys::ACCESS_MINUTES, secret, store};
use crate::{error::Result, state::AppState, tenancy::Tx};

/// Days without use after which a session ends.
pub const SESSION_DAYS: i64 = 14;
/// Days after which it ends whatever its use.
pub const LONGEST_SESSION_DAYS: i64 = 90;

/// What a successful sign-in or refresh answers.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// The account.
    pub account_id: Uuid,
    /// Send it as `Authorization: Bearer …`. Missing when cookies were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// Exchange it once for new tokens. Missing when cookies were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Only POST /api/v1/auth/password works until the password is changed.
    pub must_change_password: bool,
}

/// When a session ends unless it is used again.
pub fn expiry(began: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    (now + TimeDelta::days(SESSION_DAYS)).min(began + TimeDelta::days(LONGEST_SESSION_DAYS))
}

/// Adds a refresh token to a session; returns the token, of which only the digest is stored.
pub async fn new_refresh_token(tx: &mut Tx, session: Uuid, now: DateTime<Utc>) -> Result<String> {
    let token = secret::token();
    store::add_refresh(tx, &secret::digest(&token), session, now).await?;
    Ok(token)
}

/// The answer with both tokens, in the body or in cookies.
pub fn answer(
    state: &AppState,
    account: Uuid,
    session: Uuid,
    refresh: String,
    must_change_password: bool,
    by_cookie: bool,
) -> Result<Response> {
    let access = state.auth().keys().sign(account, session, state.now())?;
    let tokens = |access_token, refresh_token| Tokens {
        account_id: account,
        access_token,
        refresh_token,
        expires_in: ACCESS_MINUTES * 60,
        must_change_password,
    };
    let mut response = if by_cookie {
        let mut response = Json(tokens(None, None)).into_response();
        cookies::set(response.headers_mut(), &access, &refresh, state.config().secure_cookies);
        response
    } else {
        Json(tokens(Some(access), Some(refresh))).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
