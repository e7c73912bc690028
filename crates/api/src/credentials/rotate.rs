//! POST /api/v1/credential-keys

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, keys::Signing, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiErrors, Result},
    state::AppState,
};

/// A key that signs badges, or has signed some.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CredentialKeyView {
    /// Its id, the last part of the address by which badges name it.
    pub id: Uuid,
    /// Since when it signs.
    pub created_at: DateTime<Utc>,
    /// Since when it signs no more; null while it does.
    pub retired_at: Option<DateTime<Utc>>,
}

/// The keys of a district.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CredentialKeys {
    /// The newest first.
    pub items: Vec<CredentialKeyView>,
}

/// Replaces the key that signs the district's badges before its year is over. What the old one signed still holds.
#[utoipa::path(
    post, path = "/api/v1/credential-keys", operation_id = "replace_credential_key", tag = TAG,
    responses((status = 201, description = "The keys, with the new one first", body = CredentialKeys), ApiErrors)
)]
pub(super) async fn replace_credential_key(State(state): State<AppState>, actor: Actor) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::CredentialRevoke, &Scope::District { district: tx.district().0 })?;
    let signing = Signing::replaced(&state, tx.district(), |_| true).await?;
    let event = Event::new("credential_key.replace", "credential_key", signing.id, json!({}));
    audit::record(&mut tx, &actor, state.now(), event).await?;
    let view =
        |row: store::KeyRow| CredentialKeyView { id: row.id, created_at: row.created_at, retired_at: row.retired_at };
    let items = store::keys(&mut tx).await?.into_iter().map(view).collect();
    tx.commit_with((StatusCode::CREATED, Json(CredentialKeys { items }))).await
}
