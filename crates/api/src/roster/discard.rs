//! POST /api/v1/roster/imports/{id}/discard

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use kepu_domain::role::Action;
use serde_json::json;
use uuid::Uuid;

use super::{ImportState, ImportView, TAG, read, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Give an import up. Its rows are deleted; nothing else changes.
#[utoipa::path(
    post, path = "/api/v1/roster/imports/{id}/discard", operation_id = "discard_roster", tag = TAG,
    params(("id" = Uuid, Path, description = "The import"), ("If-Match" = String, Header, description = "Its ETag")),
    responses((status = 200, description = "Discarded", body = ImportView), ApiErrors)
)]
pub async fn discard_roster(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let row = read::visible(&mut tx, &actor, id, Action::RosterImport, true).await?;
    if !matches!(row.state, ImportState::Staged | ImportState::Failed) {
        return Err(not_staged(row.state));
    }
    version.check("import", row.version)?;
    store::delete_rows(&mut tx, id).await?;
    store::set_state(&mut tx, id, ImportState::Discarded, None, now).await?;
    let detail = json!({ "file": row.file_name, "counts": row.counts.0 });
    audit::record(&mut tx, &actor, now, Event::new("roster.discard", "roster_import", id, detail)).await?;
    let row = read::visible(&mut tx, &actor, id, Action::RosterImport, false).await?;
    tx.commit_with((ETag(row.version), Json(ImportView::from(row))).into_response()).await
}

/// 409: only what is staged can be fixed, committed or discarded.
pub(super) fn not_staged(state: ImportState) -> ApiError {
    let detail = match state {
        ImportState::Staging => "The file is still being read. Wait until its state is staged.",
        ImportState::Committing => "The import is being committed. Wait until it is done.",
        ImportState::Committed => "The import was committed already.",
        ImportState::Discarded => "The import was discarded. Upload the file again.",
        ImportState::Failed => "The import failed. Discard it and upload the file again.",
        ImportState::Staged => "The import is staged.",
    };
    ApiError::conflict("not_staged", detail)
}
