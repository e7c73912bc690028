//! GET /api/v1/me

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AnyActor, TAG};
use crate::{
    accounts::{self, GrantView},
    error::{ApiError, ApiErrors, Result},
    state::AppState,
    tenancy::DistrictId,
};

/// The account that asks.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Its id.
    pub account_id: Uuid,
    /// What it signs in with.
    pub login: String,
    /// How it is called.
    pub display_name: String,
    /// Only POST /api/v1/auth/password works until the password is changed.
    pub must_change_password: bool,
    /// What it may do, and over what.
    pub grants: Vec<GrantView>,
    /// The district that this request is for: that of the header Kepu-District, else the account's own.
    pub district_id: Option<Uuid>,
    /// The signed-in device.
    pub session_id: Uuid,
}

/// Who am I, and what may I do?
#[utoipa::path(
    get, path = "/api/v1/me", operation_id = "me", tag = TAG,
    responses((status = 200, description = "The account that asks", body = Me), ApiErrors)
)]
pub async fn me(State(state): State<AppState>, AnyActor(actor): AnyActor) -> Result<Json<Me>> {
    let district = actor.district.unwrap_or(DistrictId::PLATFORM);
    let mut tx = state.begin_in(district).await?;
    let account = accounts::store::account(&mut tx, actor.account_id).await?;
    let account = account.ok_or_else(|| ApiError::not_found("account"))?;
    let grants = accounts::store::grants(&mut tx, &[actor.account_id], false).await?;
    Ok(Json(Me {
        account_id: actor.account_id,
        login: account.login,
        display_name: account.display_name,
        must_change_password: account.must_change_password,
        grants: grants.into_iter().map(GrantView::from).collect(),
        district_id: actor.district.map(|district| district.0),
        session_id: actor.session_id,
    }))
}
