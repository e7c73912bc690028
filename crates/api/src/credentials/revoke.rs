//! POST /api/v1/credentials/{id}/revocation

use axum::{Json, extract::State, response::Response};
use kepu_domain::{
    credential::standing::Standing,
    role::{Action, Scope},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CredentialView, TAG, keys::Signing, status, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Why it is revoked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// Told to the holder.
    pub reason: String,
}

/// Takes a credential back for good: a badge by its bit in the published status list, a paper by its number.
#[utoipa::path(
    post, path = "/api/v1/credentials/{id}/revocation", operation_id = "revoke_credential", tag = TAG,
    request_body = RevokeRequest, params(("id" = Uuid, Path, description = "The credential")),
    responses((status = 200, description = "Revoked", body = CredentialView), ApiErrors)
)]
pub(super) async fn revoke_credential(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<RevokeRequest>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::CredentialRevoke, &Scope::District { district: tx.district().0 })?;
    let signing = Signing::ready(&state, tx.district()).await?;
    let row = store::hold_credential(&mut tx, id).await?;
    let now = state.now();
    let standing = row
        .standing()
        .revoke(now, actor.account_id, &body.reason)
        .map_err(|refusal| ApiError::conflict(refusal.code(), format!("The credential was not revoked: {refusal}.")))?;
    if let Standing::Revoked(revocation) = &standing {
        store::revoke(&mut tx, id, revocation).await?;
    }
    if let (Some(list), Some(place)) = (row.list, row.place) {
        status::revoke(&mut tx, &signing, (list, place), now).await?;
    }
    let detail = json!({ "number": row.number, "person_id": row.person_id, "reason": body.reason.trim() });
    audit::record(&mut tx, &actor, now, Event::new("credential.revoke", "credential", id, detail)).await?;
    let row = store::credential(&mut tx, id).await?;
    tx.commit_with(Json(CredentialView::of(row, now))).await
}
