//! Documents of an application, and photographs of its spot check.

use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use kepu_domain::designation::{
    application::{Application, Step},
    form::Fill,
};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    TAG,
    reach::{of_applicant, of_authority, seat},
    store::{self, ApplicationRow, FileRow},
    take::{attached, field_errors, refused},
    view::ApplicationFileView,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, Location},
    rounds,
    state::AppState,
    tenancy::Tx,
    upload::{self, Kept, Upload},
};

/// The most photographs of one spot check.
const PHOTOS_MAX: usize = 30;

/// To which question a file belongs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FieldQuery {
    /// Key of the form's field.
    field: String,
}

/// A file in a form field called `file`.
#[derive(Debug, ToSchema)]
pub(super) struct ApplicationFileForm {
    /// PDF, OFD, PNG, JPEG, WebP, HEIC, HEIF, AVIF or TIFF, up to 20 MB.
    #[expect(dead_code, reason = "describes the form; the handler reads the stream")]
    #[schema(value_type = String, format = Binary)]
    file: Bytes,
}

/// Attaches a file to a field of the form.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/files",
    operation_id = "add_application_file",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        FieldQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body(content = ApplicationFileForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Attached", body = ApplicationFileView), ApiErrors)
)]
pub(super) async fn add(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(FieldQuery { field }): ApiQuery<FieldQuery>,
    request: Request,
) -> Result<Response> {
    let upload = upload::receive(request, &state).await?;
    let mut tx = state.begin(&actor).await?;
    let (row, round) = of_applicant(&mut tx, &actor, id).await?;
    row.standing.0.clone().take(Step::Save).map_err(|refusal| refused(&refusal))?;
    let there = store::files(&mut tx, id).await?;
    let mut with = attached(&there);
    *with.entry(field.clone()).or_default() += 1;
    let wrong = round.rules.form.check(&row.answers, &with, Fill::Draft);
    let wrong: Vec<_> = wrong.into_iter().filter(|one| one.path == field).collect();
    if !wrong.is_empty() {
        return Err(ApiError::invalid(field_errors(wrong)));
    }
    attach(tx, &state, &actor, row, &there, Some(field), upload).await
}

/// Adds a photograph of the spot check.
#[utoipa::path(
    post,
    path = "/api/v1/applications/{id}/photos",
    operation_id = "add_spot_check_photo",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body(content = ApplicationFileForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Added", body = ApplicationFileView), ApiErrors)
)]
pub(super) async fn add_photo(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    request: Request,
) -> Result<Response> {
    let upload = upload::receive(request, &state).await?;
    if !upload.media_type.starts_with("image/") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_a_photo",
            format!("The file is {}; a photograph is an image.", upload.media_type),
        ));
    }
    let mut tx = state.begin(&actor).await?;
    let (row, _) = of_authority(&mut tx, &actor, id).await?;
    under_review(&row, &actor)?;
    let there = store::files(&mut tx, id).await?;
    if there.iter().filter(|file| file.field.is_none()).count() >= PHOTOS_MAX {
        return Err(ApiError::conflict("too_many_files", format!("There are {PHOTOS_MAX} photographs already.")));
    }
    attach(tx, &state, &actor, row, &there, None, upload).await
}

/// Refuses what is not under review; whoever heard it before the appeal may still show what is there.
pub(super) fn under_review(row: &ApplicationRow, actor: &Actor) -> Result<()> {
    match (&row.standing.0, row.standing.0.reviewable_by(actor.account_id)) {
        (Application::UnderReview { .. }, _) | (_, Ok(())) => Ok(()),
        (_, Err(refusal)) => Err(refused(&refusal)),
    }
}

async fn attach(
    mut tx: Tx,
    state: &AppState,
    actor: &Actor,
    mut row: ApplicationRow,
    there: &[FileRow],
    field: Option<String>,
    upload: Upload,
) -> Result<Response> {
    let Upload { file_name, media_type, digest, bytes } = upload;
    if there.iter().any(|one| one.digest == digest && one.field == field) {
        return Err(ApiError::conflict("file_exists", "This very file is there already."));
    }
    let (now, id) = (state.now(), state.new_id());
    let file = FileRow {
        id,
        application_id: row.id,
        field,
        file_name,
        media_type: media_type.to_owned(),
        bytes: i64::try_from(bytes.len()).map_err(ApiError::internal)?,
        // One object per row, so that removing one never takes the file of another.
        object_key: format!("applications/{}/{digest}-{}", row.id, id.simple()),
        digest,
        uploaded_by: actor.account_id,
        uploaded_at: now,
    };
    state.files().put(&ObjectPath::from(file.object_key.as_str()), bytes.into()).await.map_err(ApiError::internal)?;
    store::insert_file(&mut tx, &file).await?;
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let detail = json!({ "file_id": id, "field": file.field, "digest": file.digest, "bytes": file.bytes });
    audit::record(&mut tx, actor, now, Event::new("application.attach", "application", row.id, detail)).await?;
    let place = Location(format!("/api/v1/applications/{}/files/{id}", row.id));
    tx.commit_with((StatusCode::CREATED, place, Json(ApplicationFileView::from(file)))).await
}

async fn find(tx: &mut Tx, application: Uuid, id: Uuid) -> Result<FileRow> {
    let files = store::files(tx, application).await?;
    files.into_iter().find(|file| file.id == id).ok_or_else(|| ApiError::not_found("file"))
}

/// Downloads a file of an application. The reading is put on the trail.
#[utoipa::path(
    get,
    path = "/api/v1/applications/{id}/files/{file_id}",
    operation_id = "download_application_file",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
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
    let row = store::load(&mut tx, id).await?;
    let round = rounds::store::load(&mut tx, row.round_id).await?;
    seat(&mut tx, &actor, &row, &round).await?;
    let file = find(&mut tx, id, file_id).await?;
    let detail = json!({ "file_id": file_id });
    audit::record(&mut tx, &actor, state.now(), Event::new("application.download", "application", id, detail)).await?;
    tx.commit().await?;
    let kept = Kept {
        object_key: &file.object_key,
        file_name: &file.file_name,
        media_type: &file.media_type,
        bytes: file.bytes,
    };
    upload::answer(&state, kept).await
}

/// Takes a file away: one of the form while it may be changed, a photograph while the application is under review. The file
/// itself is deleted.
#[utoipa::path(
    delete,
    path = "/api/v1/applications/{id}/files/{file_id}",
    operation_id = "remove_application_file",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The application"),
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
    let row = store::lock(&mut tx, id).await?;
    let round = rounds::store::load(&mut tx, row.round_id).await?;
    seat(&mut tx, &actor, &row, &round).await?;
    let file = find(&mut tx, id, file_id).await?;
    let mut row = if file.field.is_some() {
        let (row, _) = of_applicant(&mut tx, &actor, id).await?;
        row.standing.0.clone().take(Step::Save).map_err(|refusal| refused(&refusal))?;
        row
    } else {
        let (row, _) = of_authority(&mut tx, &actor, id).await?;
        under_review(&row, &actor)?;
        row
    };
    let now = state.now();
    store::remove_file(&mut tx, file_id, now).await?;
    row.version += 1;
    row.updated_at = now;
    store::update(&mut tx, &row).await?;
    let detail = json!({ "file_id": file_id, "field": file.field, "digest": file.digest });
    audit::record(&mut tx, &actor, now, Event::new("application.detach", "application", id, detail)).await?;
    tx.commit().await?;
    upload::forget(&state, &file.object_key).await;
    Ok(StatusCode::NO_CONTENT)
}
