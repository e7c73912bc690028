//! What comes with a resource: plans, sheets, pictures. Whoever may read the catalogue may have them.

use axum::body::Bytes;
use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use chrono::{DateTime, Utc};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, managed, require_read, store};
use crate::{
    audit::{self, Event},
    auth::{Actor, secret},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, Location},
    state::AppState,
    upload::{
        self, Kept,
        media::{ALLOWED, OFFICE, clean_name, sniff, sniff_office},
    },
};

/// The most files of one resource.
const FILES_MAX: usize = 30;

/// A file of a resource.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResourceFile {
    /// Identity.
    id: Uuid,
    /// What it is called.
    file_name: String,
    /// What it is, by its content.
    media_type: String,
    /// Size.
    bytes: i64,
    /// When it was added.
    uploaded_at: DateTime<Utc>,
}

impl From<store::File> for ResourceFile {
    fn from(row: store::File) -> Self {
        Self {
            id: row.id,
            file_name: row.file_name,
            media_type: row.media_type,
            bytes: row.bytes,
            uploaded_at: row.uploaded_at,
        }
    }
}

/// The files of a resource.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResourceFiles {
    /// In the order of their coming.
    items: Vec<ResourceFile>,
}

/// The form of a file.
#[derive(ToSchema)]
pub(super) struct ResourceFileForm {
    /// The file: PDF, OFD, an image, or a document, sheet or presentation (OOXML).
    #[schema(value_type = String, format = Binary)]
    #[expect(dead_code, reason = "read by hand, described here")]
    file: Bytes,
}

/// Lists the files of a resource.
#[utoipa::path(
    get,
    path = "/api/v1/resources/{id}/files",
    operation_id = "list_resource_files",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The resource")),
    responses((status = 200, description = "The files", body = ResourceFiles), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<ResourceFiles>> {
    let mut tx = state.begin(&actor).await?;
    require_read(&actor, &tx)?;
    store::load(&mut tx, id).await?;
    let files = store::files(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(ResourceFiles { items: files.into_iter().map(ResourceFile::from).collect() }))
}

/// Adds a file to a resource.
#[utoipa::path(
    post,
    path = "/api/v1/resources/{id}/files",
    operation_id = "add_resource_file",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The resource"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body(content = ResourceFileForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Added", body = ResourceFile), ApiErrors)
)]
pub(super) async fn add(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    request: Request,
) -> Result<Response> {
    let (name, bytes) = upload::file(request, &state).await?;
    let Some(media) = sniff(&bytes).or_else(|| sniff_office(&bytes)) else {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_a_document",
            format!("The content of the file is none of these: {ALLOWED}, {OFFICE}. Its name does not matter."),
        ));
    };
    let digest = secret::hex(&Sha256::digest(&bytes));
    let mut tx = state.begin(&actor).await?;
    managed(&mut tx, &actor, id, None).await?;
    if store::files(&mut tx, id).await?.len() >= FILES_MAX {
        return Err(ApiError::conflict("too_many_files", format!("There are {FILES_MAX} files already.")));
    }
    let (now, file_id) = (state.now(), state.new_id());
    let row = store::File {
        id: file_id,
        file_name: clean_name(&name, media),
        media_type: media.media_type.to_owned(),
        bytes: i64::try_from(bytes.len()).map_err(ApiError::internal)?,
        object_key: format!("resources/{id}/{digest}-{}", file_id.simple()),
        digest,
        uploaded_by: actor.account_id,
        uploaded_at: now,
    };
    store::add_file(&mut tx, id, &row).await?;
    state.files().put(&ObjectPath::from(row.object_key.as_str()), bytes.into()).await.map_err(ApiError::internal)?;
    let detail = json!({ "file_id": row.id, "file_name": row.file_name, "digest": row.digest, "bytes": row.bytes });
    audit::record(&mut tx, &actor, now, Event::new("resource.file_add", "resource", id, detail)).await?;
    let place = Location(format!("/api/v1/resources/{id}/files/{}", row.id));
    tx.commit_with((StatusCode::CREATED, place, Json(ResourceFile::from(row)))).await
}

/// Downloads a file of a resource.
#[utoipa::path(
    get,
    path = "/api/v1/resources/{id}/files/{file_id}",
    operation_id = "download_resource_file",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The resource"),
        ("file_id" = Uuid, Path, description = "The file")
    ),
    responses(
        (status = 200, description = "The file, of the media type that it was found to be", body = Vec<u8>, content_type = "application/octet-stream"),
        ApiErrors
    )
)]
pub(super) async fn download(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, file_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require_read(&actor, &tx)?;
    let file = store::file(&mut tx, id, file_id).await?;
    tx.commit().await?;
    let kept = Kept {
        object_key: &file.object_key,
        file_name: &file.file_name,
        media_type: &file.media_type,
        bytes: file.bytes,
    };
    upload::answer(&state, kept).await
}

/// Removes a file from a resource. The file itself is deleted.
#[utoipa::path(
    delete,
    path = "/api/v1/resources/{id}/files/{file_id}",
    operation_id = "remove_resource_file",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The resource"),
        ("file_id" = Uuid, Path, description = "The file")
    ),
    responses((status = 204, description = "Removed"), ApiErrors)
)]
pub(super) async fn remove(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, file_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    managed(&mut tx, &actor, id, None).await?;
    let file = store::file(&mut tx, id, file_id).await?;
    store::remove_file(&mut tx, file_id).await?;
    let detail = json!({ "file_id": file.id, "file_name": file.file_name, "digest": file.digest });
    audit::record(&mut tx, &actor, state.now(), Event::new("resource.file_remove", "resource", id, detail)).await?;
    tx.commit().await?;
    upload::forget(&state, &file.object_key).await;
    Ok(StatusCode::NO_CONTENT)
}
