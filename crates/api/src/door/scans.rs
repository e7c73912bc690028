//! POST /api/v1/sessions/{id}/scans, and the same from a file that another device carries.

use axum::Json;
use axum::extract::State;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::take::Incoming;
use super::view::{ScanItem, ScansAnswer};
use super::{MOST, TAG, store};
use crate::audit::Origin;
use crate::auth::Actor;
use crate::check::Checks;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath, parse_json};
use crate::passes::keys::device_signed;
use crate::state::AppState;

/// Scans of one device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScansRequest {
    /// The device that made them.
    pub device_id: Uuid,
    /// In any order; sending one again is safe.
    #[schema(min_items = 1, max_items = 500)]
    pub scans: Vec<ScanItem>,
}

/// A file of scans.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// The text of the file.
    #[schema(max_length = 4_000_000)]
    pub payload: String,
    /// Ed25519 signature over the payload by the device that wrote it, as base64url.
    #[schema(max_length = 100)]
    pub signature: String,
}

/// What a file of scans says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    format: String,
    device_id: Uuid,
    session_id: Uuid,
    #[expect(dead_code, reason = "for people who open the file")]
    exported_at: DateTime<Utc>,
    scans: Vec<ScanItem>,
}

/// Takes what a door saw. Every scan is kept and gets a verdict; whatever is wrong with one does not touch the others. Sending
/// the same scans again is safe and answers the same.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/scans", operation_id = "take_scans", tag = TAG,
    params(("id" = Uuid, Path, description = "The session")),
    request_body = ScansRequest,
    responses((status = 200, description = "A verdict on each", body = ScansAnswer), ApiErrors)
)]
pub async fn take_scans(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ScansRequest>,
) -> Result<Json<ScansAnswer>> {
    require_host(&state, &actor, id).await?;
    take(&state, &actor, id, body.device_id, body.scans).await.map(Json)
}

/// Takes the scans of a device that got no network, from a file that it signed.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/scans/import", operation_id = "import_scans", tag = TAG,
    params(("id" = Uuid, Path, description = "The session")),
    request_body = ImportRequest,
    responses((status = 200, description = "A verdict on each", body = ScansAnswer), ApiErrors)
)]
pub async fn import_scans(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ImportRequest>,
) -> Result<Json<ScansAnswer>> {
    require_host(&state, &actor, id).await?;
    let payload: Payload = parse_json(body.payload.as_bytes())?;
    let mut checks = Checks::new();
    let known = payload.format == "kepu-door-1";
    checks.require(known, "payload.format", "unknown_format", "must be kepu-door-1: this is not a file of the door");
    let other = "the file is of another session; open that one to import it";
    checks.require(payload.session_id == id, "payload.session_id", "other_session", other);
    checks.finish()?;
    let mut tx = state.begin(&actor).await?;
    let key = store::device_key(&mut tx, payload.device_id).await?.ok_or_else(|| {
        let message = "the device that wrote the file was never opened in this district";
        ApiError::invalid_field("payload.device_id", "unknown_device", message)
    })?;
    tx.rollback().await?;
    let signature = URL_SAFE_NO_PAD.decode(body.signature.trim_end_matches('=')).unwrap_or_default();
    if !device_signed(&key, &body.payload, &signature) {
        let message = "the file is not as its device wrote it; export it again there";
        return Err(ApiError::invalid_field("signature", "bad_signature", message));
    }
    take(&state, &actor, id, payload.device_id, payload.scans).await.map(Json)
}

async fn require_host(state: &AppState, actor: &Actor, session: Uuid) -> Result<()> {
    let district = actor.district()?;
    let host = state.intake().host_of(state, district, session).await?;
    actor.require(Action::ParticipationConfirm, &Scope::Host { district: district.0, host })
}

/// Hands scans to the intake of their session.
pub async fn take(
    state: &AppState,
    actor: &Actor,
    session: Uuid,
    device_id: Uuid,
    items: Vec<ScanItem>,
) -> Result<ScansAnswer> {
    let mut checks = Checks::new();
    checks.count("scans", items.len(), 1..=MOST);
    checks.finish()?;
    let received_at = state.now();
    let scans = items
        .into_iter()
        .map(|item| Incoming { session_id: session, account_id: actor.account_id, device_id, received_at, item })
        .collect();
    let verdicts = state.intake().take(state, actor.district()?, session, scans, Origin::from(actor)).await?;
    Ok(ScansAnswer::of(session, state.now(), verdicts))
}
