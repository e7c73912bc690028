//! POST /api/v1/auth/password

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{AnyActor, TAG, lockout, password, secret, store};
use crate::{
    audit::{self, Event},
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::ApiJson,
    state::AppState,
    tenancy::DistrictId,
};

/// The old and the new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    #[schema(format = Password, max_length = 256)]
    pub current_password: String,
    /// The new one: at least 10 characters.
    #[schema(format = Password, min_length = 10, max_length = 256)]
    pub new_password: String,
}

/// Change my password. Ends every other session of this account.
#[utoipa::path(
    post, path = "/api/v1/auth/password", operation_id = "change_password", tag = TAG, request_body = PasswordChange,
    responses((status = 204, description = "Changed"), ApiErrors)
)]
pub async fn change_password(
    State(state): State<AppState>,
    AnyActor(actor): AnyActor,
    ApiJson(body): ApiJson<PasswordChange>,
) -> Result<StatusCode> {
    let now = state.now();
    let wrong = || {
        let error = FieldError::new("current_password", "wrong_password", "is not the present password");
        Err(ApiError::invalid(vec![error]))
    };
    if body.current_password.len() > password::MAX_BYTES {
        return wrong();
    }
    let turn = state.auth().hasher().turn().await?;
    let mut connection = state.db().app().acquire().await?;
    // A stolen access token must not be a way to guess the password.
    let key = format!("account:{}", actor.account_id);
    if let Some(until) = store::locked_until(&mut connection, std::slice::from_ref(&key), now).await? {
        let left = lockout::seconds_left(until, now);
        return Err(ApiError::too_many(
            "locked_out",
            "Too many wrong passwords. Wait as long as Retry-After says.",
            left,
        ));
    }
    let found = store::password_of(&mut connection, actor.account_id).await?;
    drop(connection);
    let (login, hash) = found.ok_or_else(|| ApiError::not_found("account"))?;
    let (fits, turn) = turn.verify(body.current_password.clone(), Some(hash)).await?;
    if !fits {
        let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
        let failures = store::count_failure(&mut tx, &key, now, now - lockout::FORGET_AFTER).await?;
        if let Some(until) = lockout::locked_until(failures, lockout::FREE_FOR_ACCOUNT, now) {
            store::lock(&mut tx, &key, until).await?;
        }
        tx.commit().await?;
        return wrong();
    }
    drop(turn);
    if let Some(error) = password::weakness(&body.new_password, &login) {
        return Err(ApiError::invalid(vec![error]));
    }
    if body.new_password == body.current_password {
        return Err(ApiError::invalid_field("new_password", "unchanged", "must be another one than the present"));
    }
    let hash = state.auth().hasher().hash(body.new_password).await?;

    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    store::set_password(&mut tx, actor.account_id, &hash, false, now).await?;
    store::forgive(&mut tx, &key, actor.account_id).await?;
    store::forgive(&mut tx, &format!("login:{}", secret::digest(&login)), actor.account_id).await?;
    let ended = store::revoke_sessions(
        &mut tx,
        actor.account_id,
        None,
        Some(actor.session_id),
        now,
        "the password was changed",
    )
    .await?;
    let event = Event::new("auth.password_change", "account", actor.account_id, json!({ "sessions_ended": ended }));
    audit::record(&mut tx, &actor, now, event).await?;
    tx.commit().await?;
    state.auth().forget_account(actor.account_id);
    Ok(StatusCode::NO_CONTENT)
}
