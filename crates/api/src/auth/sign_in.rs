//! POST /api/v1/auth/login

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{CallerAddress, TAG, Tokens, lockout, secret, sessions, store};
use crate::{
    audit::{self, Event, Origin},
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::ApiJson,
    state::AppState,
    telemetry,
    tenancy::DistrictId,
};

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The login; upper and lower case are the same.
    #[schema(max_length = 100)]
    pub login: String,
    /// The password.
    #[schema(format = Password, max_length = 256)]
    pub password: String,
    /// Put the tokens into httpOnly cookies instead of the answer: for the pages.
    #[serde(default)]
    pub cookies: bool,
}

/// How logins are stored and compared.
pub fn fold(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Sign in with login and password.
///
/// After five failures in a row the login is locked for 15 seconds, each further failure doubles that up to 15 minutes;
/// the same holds for an address after fifty.
#[utoipa::path(
    post, path = "/api/v1/auth/login", operation_id = "login", tag = TAG, request_body = LoginRequest, security(()),
    responses((status = 200, description = "Signed in", body = Tokens), ApiErrors)
)]
pub async fn login(
    State(state): State<AppState>,
    Extension(CallerAddress(address)): Extension<CallerAddress>,
    headers: HeaderMap,
    ApiJson(body): ApiJson<LoginRequest>,
) -> Result<Response> {
    let mut checks = Checks::new();
    let login = fold(&checks.text("login", &body.login, 1..=100));
    let length = body.password.len();
    checks.require(
        (1..=super::password::MAX_BYTES).contains(&length),
        "password",
        "wrong_length",
        "must have from 1 to 256 bytes",
    );
    checks.finish()?;

    // One guess at a time and core: who waits here sees the lock that those before have earned.
    let turn = state.auth().hasher().turn().await?;
    let now = state.now();
    let keys = [format!("login:{}", secret::digest(&login)), format!("address:{address}")];
    let mut connection = state.db().app().acquire().await?;
    if let Some(until) = store::locked_until(&mut connection, &keys, now).await? {
        return Err(ApiError::too_many(
            "locked_out",
            "Too many failed sign-ins. Wait as long as Retry-After says; whoever has forgotten the password asks the \
             administrator of the school, base or district to reset it.",
            lockout::seconds_left(until, now),
        ));
    }
    let found = store::login(&mut connection, &login).await?;
    drop(connection);
    let hash = found.as_ref().map(|account| account.password_hash.clone());
    let (fits, turn) = turn.verify(body.password, hash).await?;

    let origin = Origin { account_id: None, address: address.clone(), request_id: telemetry::request_id() };
    let Some(account) = found.clone().filter(|_| fits) else {
        fail(&state, &keys, found.as_ref(), &login, origin, now).await?;
        drop(turn);
        return Err(ApiError::unauthorized("invalid_credentials", "The login or the password is wrong."));
    };
    drop(turn);
    if account.status != "active" {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "account_disabled",
            "This account is disabled. Ask the administrator of the school, base or district.",
        ));
    }

    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let session = state.new_id();
    let user_agent: String =
        headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("").chars().take(300).collect();
    let new = store::NewSession {
        id: session,
        account_id: account.id,
        user_agent: &user_agent,
        address: &address,
        at: now,
        expires_at: sessions::expiry(now, now),
    };
    store::add_session(&mut tx, &new).await?;
    let refresh = sessions::new_refresh_token(&mut tx, session, now).await?;
    store::forgive(&mut tx, &keys[0], account.id).await?;
    let origin = Origin { account_id: Some(account.id), ..origin };
    let event = Event::new("auth.login", "login_session", session, json!({ "user_agent": user_agent }));
    audit::record_as(&mut tx, &origin, now, vec![event]).await?;
    tx.commit().await?;
    sessions::answer(&state, account.id, session, refresh, account.must_change_password, body.cookies)
}

/// Counts the failure against the login, known or not, and against the address.
async fn fail(
    state: &AppState,
    keys: &[String; 2],
    account: Option<&store::LoginRow>,
    login: &str,
    origin: Origin,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let forget_before = now - lockout::FORGET_AFTER;
    for (key, free) in keys.iter().zip([lockout::FREE_FOR_ACCOUNT, lockout::FREE_FOR_ADDRESS]) {
        let failures = store::count_failure(&mut tx, key, now, forget_before).await?;
        let until = lockout::locked_until(failures, free, now);
        if let Some(until) = until {
            store::lock(&mut tx, key, until).await?;
        }
        if let (Some(account), true) = (account, key.starts_with("login:")) {
            store::note_failures(&mut tx, account.id, failures, until).await?;
        }
    }
    let origin = Origin { account_id: account.map(|account| account.id), ..origin };
    // A password typed into the wrong field must not end up here: unknown logins are not written down.
    let detail = if account.is_some() { json!({ "login": login }) } else { json!({ "login": null }) };
    let id = account.map(|account| account.id.to_string()).unwrap_or_default();
    audit::record_as(&mut tx, &origin, now, vec![Event::new("auth.login_failed", "account", id, detail)]).await?;
    tx.commit().await
}
