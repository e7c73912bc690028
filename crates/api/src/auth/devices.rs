//! GET and DELETE /api/v1/auth/sessions: the devices that are signed in.

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Actor, TAG, store};
use crate::{
    audit::{self, Event},
    error::{ApiError, ApiErrors, Result},
    extract::ApiPath,
    state::AppState,
    tenancy::DistrictId,
};

/// A signed-in device.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceView {
    /// Its id.
    pub id: Uuid,
    /// Whether it is the one that asks.
    pub current: bool,
    /// What the browser or program calls itself.
    pub user_agent: String,
    /// Its network address when it signed in.
    pub address: String,
    /// When it signed in.
    pub created_at: DateTime<Utc>,
    /// When it last exchanged its refresh token.
    pub last_used_at: DateTime<Utc>,
    /// It ends then unless it is used.
    pub expires_at: DateTime<Utc>,
}

/// The devices of an account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceList {
    /// The last used first; at most 200.
    pub items: Vec<DeviceView>,
}

/// List my devices.
#[utoipa::path(
    get, path = "/api/v1/auth/sessions", operation_id = "list_my_devices", tag = TAG,
    responses((status = 200, description = "My devices", body = DeviceList), ApiErrors)
)]
pub async fn list_my_devices(State(state): State<AppState>, actor: Actor) -> Result<Json<DeviceList>> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let rows = store::sessions(&mut tx, actor.account_id, state.now()).await?;
    let view = |row: store::SessionRow| DeviceView {
        id: row.id,
        current: row.id == actor.session_id,
        user_agent: row.user_agent,
        address: row.address,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        expires_at: row.expires_at,
    };
    Ok(Json(DeviceList { items: rows.into_iter().map(view).collect() }))
}

/// Sign one of my devices out.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions/{id}", operation_id = "end_device", tag = TAG,
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 204, description = "Ended"), ApiErrors)
)]
pub async fn end_device(State(state): State<AppState>, actor: Actor, ApiPath(id): ApiPath<Uuid>) -> Result<StatusCode> {
    let now = state.now();
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    if store::revoke_sessions(&mut tx, actor.account_id, Some(id), None, now, "signed out from another device").await?
        == 0
    {
        return Err(ApiError::not_found("session of yours"));
    }
    audit::record(&mut tx, &actor, now, Event::new("auth.logout", "login_session", id, json!({}))).await?;
    tx.commit().await?;
    state.auth().forget_account(actor.account_id);
    Ok(StatusCode::NO_CONTENT)
}
