//! Files that prove a result: kept in the object store, known by their digest.

use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use chrono::{DateTime, Utc};
use kepu_domain::{competition::Step, role::Action};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    TAG,
    decide::take,
    first,
    reach::require_for,
    store::{self, Evidence, ResultEvent, ResultRow},
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, Location},
    state::AppState,
    tenancy::Tx,
    upload::{self, Kept, Upload},
};

/// The most files of one achievement.
const FILES_MAX: usize = 20;

/// A file that proves a result.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvidenceView {
    /// Identity.
    id: Uuid,
    /// What it is called.
    file_name: String,
    /// What it is, by its content.
    media_type: String,
    /// Size.
    bytes: i64,
    /// SHA-256, hex.
    digest: String,
    /// Account that added it.
    uploaded_by: Uuid,
    /// When.
    uploaded_at: DateTime<Utc>,
}

impl From<Evidence> for EvidenceView {
    fn from(row: Evidence) -> Self {
        Self {
            id: row.id,
            file_name: row.file_name,
            media_type: row.media_type,
            bytes: row.bytes,
            digest: row.digest,
            uploaded_by: row.uploaded_by,
            uploaded_at: row.uploaded_at,
        }
    }
}

/// The files of a result.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvidenceList {
    /// In the order in which they were added.
    items: Vec<EvidenceView>,
}

/// A file in a form field called `file`.
#[derive(Debug, ToSchema)]
pub(super) struct EvidenceForm {
    /// PDF, OFD, PNG, JPEG, WebP, HEIC, HEIF, AVIF or TIFF, up to 20 MB.
    #[expect(dead_code, reason = "describes the form; the handler reads the stream")]
    #[schema(value_type = String, format = Binary)]
    file: Bytes,
}

/// Lists the evidence of a result; a team has it in common.
#[utoipa::path(
    get,
    path = "/api/v1/results/{id}/evidence",
    operation_id = "list_evidence",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The result")),
    responses((status = 200, description = "The files", body = EvidenceList), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<EvidenceList>> {
    let mut tx = state.begin(&actor).await?;
    let row = readable(&mut tx, &actor, id).await?;
    let items = store::evidence_of(&mut tx, row.achievement()).await?;
    tx.commit().await?;
    Ok(Json(EvidenceList { items: items.into_iter().map(EvidenceView::from).collect() }))
}

async fn readable(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<ResultRow> {
    let rows = store::achievement_of(tx, id).await?;
    let row = rows.into_iter().find(|row| row.id == id).ok_or_else(|| ApiError::not_found("result"))?;
    require_for(actor, Action::ResultRead, tx.district().0, std::slice::from_ref(&row))?;
    Ok(row)
}

/// Adds evidence to a result that is not decided yet.
#[utoipa::path(
    post,
    path = "/api/v1/results/{id}/evidence",
    operation_id = "add_evidence",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The result; a team has its evidence in common"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body(content = EvidenceForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Added", body = EvidenceView), ApiErrors)
)]
pub(super) async fn add(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    request: Request,
) -> Result<Response> {
    let Upload { file_name, media_type, digest, bytes } = upload::receive(request, &state).await?;
    let mut tx = state.begin(&actor).await?;
    let rows = changeable(&mut tx, &actor, id).await?;
    let achievement = first(&rows)?.achievement();
    let there = store::evidence_of(&mut tx, achievement).await?;
    if there.len() >= FILES_MAX {
        return Err(ApiError::conflict("too_many_files", format!("There are {FILES_MAX} files already.")));
    }
    if there.iter().any(|one| one.digest == digest) {
        return Err(ApiError::conflict("evidence_exists", "This very file is there already."));
    }
    let (now, evidence_id) = (state.now(), state.new_id());
    let row = Evidence {
        id: evidence_id,
        result_id: achievement,
        file_name,
        media_type: media_type.to_owned(),
        bytes: i64::try_from(bytes.len()).map_err(ApiError::internal)?,
        // One object per row, so that removing one never takes the file of another.
        object_key: format!("evidence/{}/{digest}-{}", tx.district().0, evidence_id.simple()),
        digest,
        uploaded_by: actor.account_id,
        uploaded_at: now,
    };
    state.files().put(&ObjectPath::from(row.object_key.as_str()), bytes.into()).await.map_err(ApiError::internal)?;
    store::insert_evidence(&mut tx, &row).await?;
    let detail = json!({ "evidence_id": row.id, "digest": row.digest, "bytes": row.bytes, "type": row.media_type });
    changed(&mut tx, &state, &actor, &rows, "evidence.add", "evidence added", detail).await?;
    let place = Location(format!("/api/v1/results/{id}/evidence/{}", row.id));
    tx.commit_with((StatusCode::CREATED, place, Json(EvidenceView::from(row)))).await
}

/// The results of the achievement, if the actor may change its evidence now.
async fn changeable(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<Vec<ResultRow>> {
    let rows = store::lock_one(tx, id).await?;
    require_for(actor, Action::ResultSubmit, tx.district().0, &rows)?;
    take(first(&rows)?, kepu_domain::competition::Authors::new(), Step::Evidence, actor.account_id)?;
    Ok(rows)
}

/// Writes that the evidence changed: whoever did it does not decide on the result.
async fn changed(
    tx: &mut Tx,
    state: &AppState,
    actor: &Actor,
    rows: &[ResultRow],
    action: &'static str,
    what: &str,
    detail: serde_json::Value,
) -> Result<()> {
    let now = state.now();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    store::touch(tx, &ids, now).await?;
    let events: Vec<ResultEvent> = rows
        .iter()
        .map(|row| ResultEvent {
            id: state.new_id(),
            result_id: row.id,
            from_state: Some(row.state),
            to_state: row.state,
            reason: what.to_owned(),
            account_id: actor.account_id,
            at: now,
        })
        .collect();
    store::insert_events(tx, &events).await?;
    let trail = rows.iter().map(|row| Event::new(action, "result", row.id, detail.clone())).collect();
    audit::record_many(tx, actor, now, trail).await
}

/// Downloads a file. The reading is put on the trail.
#[utoipa::path(
    get,
    path = "/api/v1/results/{id}/evidence/{evidence_id}",
    operation_id = "download_evidence",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The result"),
        ("evidence_id" = Uuid, Path, description = "The file")
    ),
    responses(
        (status = 200, description = "The file, of the media type that it was found to be", body = Vec<u8>, content_type = "application/octet-stream"),
        ApiErrors
    )
)]
pub(super) async fn download(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, evidence_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let row = readable(&mut tx, &actor, id).await?;
    let file = find(&mut tx, &row, evidence_id).await?;
    let detail = json!({ "evidence_id": file.id, "person_id": row.person_id });
    audit::record(&mut tx, &actor, state.now(), Event::new("evidence.read", "result", id, detail)).await?;
    tx.commit().await?;
    let kept = Kept {
        object_key: &file.object_key,
        file_name: &file.file_name,
        media_type: &file.media_type,
        bytes: file.bytes,
    };
    upload::answer(&state, kept).await
}

async fn find(tx: &mut Tx, row: &ResultRow, id: Uuid) -> Result<Evidence> {
    let files = store::evidence_of(tx, row.achievement()).await?;
    files.into_iter().find(|file| file.id == id).ok_or_else(|| ApiError::not_found("evidence"))
}

/// Removes evidence from a result that is not decided yet. The file itself is deleted.
#[utoipa::path(
    delete,
    path = "/api/v1/results/{id}/evidence/{evidence_id}",
    operation_id = "remove_evidence",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The result"),
        ("evidence_id" = Uuid, Path, description = "The file")
    ),
    responses((status = 204, description = "Removed"), ApiErrors)
)]
pub(super) async fn remove(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, evidence_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    let rows = changeable(&mut tx, &actor, id).await?;
    let file = find(&mut tx, first(&rows)?, evidence_id).await?;
    store::remove_evidence(&mut tx, evidence_id, state.now()).await?;
    let detail = json!({ "evidence_id": file.id, "digest": file.digest, "file_name": file.file_name });
    changed(&mut tx, &state, &actor, &rows, "evidence.remove", "evidence removed", detail).await?;
    tx.commit().await?;
    upload::forget(&state, &file.object_key).await;
    Ok(StatusCode::NO_CONTENT)
}
