//! POST /api/v1/accounts

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::Response,
};
use kepu_domain::role::Action;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{OneTimePassword, TAG, Visible, begin, grant, store};
use crate::{
    audit::{self, Event},
    auth::{Actor, secret},
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, Location},
    state::AppState,
};

/// The account to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Letters, digits and `. _ - @`; upper and lower case are the same.
    #[schema(min_length = 3, max_length = 64)]
    pub login: String,
    /// How it is called.
    #[schema(min_length = 1, max_length = 100)]
    pub display_name: String,
    /// Its rights: at least one.
    #[schema(min_items = 1, max_items = 20)]
    pub grants: Vec<grant::NewGrant>,
}

/// Checks a login and folds it to lower case.
pub fn check_login(checks: &mut Checks, login: &str) -> String {
    let login = checks.text("login", login, 3..=64).to_lowercase();
    let allowed = login.chars().all(|letter| letter.is_alphanumeric() || "._-@".contains(letter));
    checks.require(allowed, "login", "wrong_characters", "must hold letters, digits and . _ - @ alone");
    login
}

/// Make an account. The answer holds its one-time password.
#[utoipa::path(
    post, path = "/api/v1/accounts", operation_id = "create_account", tag = TAG, request_body = NewAccount,
    responses((status = 201, description = "Made", body = OneTimePassword), ApiErrors)
)]
pub async fn create_account(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewAccount>,
) -> Result<Response> {
    Visible::to(&actor, Action::AccountManage)?;
    let mut checks = Checks::new();
    let login = check_login(&mut checks, &body.login);
    let display_name = checks.text("display_name", &body.display_name, 1..=100);
    checks.count("grants", body.grants.len(), 1..=20);
    checks.finish()?;
    let password = secret::one_time_password();
    let hash = state.auth().hasher().hash(password.clone()).await?;

    let (id, now) = (state.new_id(), state.now());
    let mut tx = begin(&state, &actor).await?;
    let mut grants = Vec::new();
    for (index, new) in body.grants.iter().enumerate() {
        grants.push(grant::check(&mut tx, &actor, &format!("grants[{index}]"), new).await?);
    }
    store::add_account(&mut tx, id, &login, &display_name, &hash, now).await?;
    for grant in &grants {
        store::add_grant(&mut tx, state.new_id(), id, grant.role, &grant.scope, Some(actor.account_id), now).await?;
    }
    let detail = json!({ "login": login, "grants": body.grants });
    audit::record(&mut tx, &actor, now, Event::new("account.create", "account", id, detail)).await?;
    let account = grant::view(&mut tx, id).await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    let body = Json(OneTimePassword { account, one_time_password: password });
    tx.commit_with((StatusCode::CREATED, headers, Location(format!("/api/v1/accounts/{id}")), body)).await
}
