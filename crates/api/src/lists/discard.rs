use axum::{Json, extract::State, response::Response};
use serde_json::json;
use uuid::Uuid;

use super::{
    ListImportView, ListState, TAG,
    read::allowed,
    store::{self, ImportRow},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ETag, IfMatch},
    state::AppState,
};

/// Gives an import up. Its rows are forgotten; nothing else changes.
#[utoipa::path(
    post, path = "/api/v1/list_imports/{id}/discard", operation_id = "discard_list", tag = TAG,
    params(("id" = Uuid, Path, description = "The import"), ("If-Match" = String, Header, description = "Its ETag"),
           ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 200, description = "Discarded", body = ListImportView), ApiErrors)
)]
pub(super) async fn discard_list(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let now = state.now();
    let mut tx = state.begin(&actor).await?;
    let mut row = allowed(&actor, store::lock(&mut tx, id).await?)?;
    staged(&row)?;
    version.check("import", row.version)?;
    store::delete_rows(&mut tx, id).await?;
    row.state = ListState::Discarded;
    row.finished_at = Some(now);
    row.version += 1;
    store::update(&mut tx, &row).await?;
    let detail = json!({ "file": row.file_name, "counts": row.counts.0 });
    audit::record(&mut tx, &actor, now, Event::new("list.discard", "list_import", id, detail)).await?;
    tx.commit_with((ETag(row.version), Json(ListImportView::from(row)))).await
}

/// Only what is staged can be fixed, committed or discarded.
pub(super) fn staged(row: &ImportRow) -> Result<()> {
    let detail = match row.state {
        ListState::Staged => return Ok(()),
        ListState::Committed => "The list was entered already.",
        ListState::Discarded => "The list was discarded. Upload the file again.",
    };
    Err(ApiError::conflict("not_staged", detail))
}
