use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::programme::Step;
use serde_json::json;
use uuid::Uuid;

use super::{TAG, begin, managed, store, views::EditionView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ETag, IfMatch},
    state::AppState,
    tenancy::Tx,
};

/// Makes an edition known to all: from now on it is launched and joined.
#[utoipa::path(
    post,
    path = "/api/v1/editions/{id}/publish",
    operation_id = "publish_edition",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The edition"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    responses((status = 200, description = "Published", body = EditionView), ApiErrors)
)]
pub(super) async fn publish(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let parts = store::themes(&mut tx, id).await?.len() + store::strands(&mut tx, id).await?.len();
    let step = Step::Publish { parts: u64::try_from(parts).unwrap_or(u64::MAX), at: state.now() };
    let row = managed(&mut tx, &actor, id, Some(version), step).await?;
    keep(&state, tx, &actor, row, "edition.publish").await
}

/// Ends an edition: it stays as it was, and no more activities become part of it. Sessions that are still to come take
/// place.
#[utoipa::path(
    post,
    path = "/api/v1/editions/{id}/close",
    operation_id = "close_edition",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The edition"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    responses((status = 200, description = "Closed", body = EditionView), ApiErrors)
)]
pub(super) async fn close(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let row = managed(&mut tx, &actor, id, Some(version), Step::Close { at: state.now() }).await?;
    keep(&state, tx, &actor, row, "edition.close").await
}

/// Opens an edition again that was closed: it is as it was before.
#[utoipa::path(
    post,
    path = "/api/v1/editions/{id}/reopen",
    operation_id = "reopen_edition",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The edition"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    responses((status = 200, description = "Published, as before", body = EditionView), ApiErrors)
)]
pub(super) async fn reopen(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let row = managed(&mut tx, &actor, id, Some(version), Step::Reopen).await?;
    keep(&state, tx, &actor, row, "edition.reopen").await
}

/// Removes a draft with its themes, strands and members. What was published stays.
#[utoipa::path(
    delete,
    path = "/api/v1/editions/{id}",
    operation_id = "remove_edition",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The edition"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    responses((status = 204, description = "Gone"), ApiErrors)
)]
pub(super) async fn remove(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<StatusCode> {
    let mut tx = begin(&state, &actor).await?;
    let row = managed(&mut tx, &actor, id, Some(version), Step::Remove).await?;
    let (themes, strands) = (store::themes(&mut tx, id).await?.len(), store::strands(&mut tx, id).await?.len());
    store::remove_edition(&mut tx, id).await?;
    let detail = json!({
        "programme": row.programme_code, "year": row.year, "title_zh": row.title_zh, "themes": themes, "strands": strands,
    });
    audit::record(&mut tx, &actor, state.now(), Event::new("edition.remove", "edition", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn keep(
    state: &AppState,
    mut tx: Tx,
    actor: &Actor,
    mut row: store::Edition,
    action: &'static str,
) -> Result<Response> {
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update_edition(&mut tx, &row).await?;
    let detail = json!({ "programme": row.programme_code, "year": row.year });
    audit::record(&mut tx, actor, now, Event::new(action, "edition", row.id, detail)).await?;
    tx.commit_with((ETag(row.version), Json(EditionView::from(row)))).await
}
