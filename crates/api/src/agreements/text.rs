//! The text of an agreement as a file. A new one takes the place of the last; none is forgotten.

use axum::body::Bytes;
use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use kepu_domain::agreement::Step;
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    TAG, reach,
    steps::{Open, Told},
    store,
    view::AgreementText,
};
use crate::{
    auth::{Actor, secret},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery, Location},
    state::AppState,
    upload::{
        self, Kept,
        media::{ALLOWED, Media, OFFICE, clean_name, sniff, sniff_office},
    },
};

/// The most texts of one agreement.
const TEXTS_MAX: i64 = 50;

/// The form of a text.
#[derive(ToSchema)]
pub(super) struct AgreementTextForm {
    /// The file: PDF, OFD, an image, or a document (OOXML).
    #[schema(value_type = String, format = Binary)]
    #[expect(dead_code, reason = "read by hand, described here")]
    file: Bytes,
}

/// For whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TextOf {
    /// The party that proposes it.
    organization_id: Uuid,
}

/// Adds the text of a draft, or another one in the place of that which was refused.
#[utoipa::path(
    post,
    path = "/api/v1/agreements/{id}/texts",
    operation_id = "add_agreement_text",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        TextOf,
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body(content = AgreementTextForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Added", body = AgreementText), ApiErrors)
)]
pub(super) async fn add(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(of): ApiQuery<TextOf>,
    request: Request,
) -> Result<Response> {
    let (name, bytes) = upload::file(request, &state).await?;
    let media = media_of(&bytes)?;
    let mut open = Open::of(&state, &actor, id, of.organization_id, None).await?;
    if open.row.text_count >= TEXTS_MAX {
        return Err(ApiError::conflict("too_many_files", format!("There are {TEXTS_MAX} texts already.")));
    }
    let number = open.row.text_count + 1;
    let row = text_of(&state, &actor, (id, number), open.now, &name, media, &bytes)?;
    store::add_text(&mut open.tx, &row).await?;
    let detail = json!({ "text_id": row.id, "file_name": row.file_name, "digest": row.digest, "bytes": row.bytes });
    let told = Told { step: "text", action: "agreement.text", reason: "", detail };
    open.take(Step::Change(of.organization_id), told).await?;
    state.files().put(&ObjectPath::from(row.object_key.as_str()), bytes.into()).await.map_err(ApiError::internal)?;
    let place = Location(format!("/api/v1/agreements/{id}/texts/{}", row.id));
    let answer = (StatusCode::CREATED, place, Json(AgreementText::from(row))).into_response();
    open.tx.commit_with(answer).await
}

/// What kind of document it is, by its content.
pub(super) fn media_of(bytes: &[u8]) -> Result<Media> {
    sniff(bytes).or_else(|| sniff_office(bytes)).ok_or_else(|| {
        ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_a_document",
            format!("The content of the file is none of these: {ALLOWED}, {OFFICE}. Its name does not matter."),
        )
    })
}

/// The row of a text that is about to be kept; of which agreement, as which number.
pub(super) fn text_of(
    state: &AppState,
    actor: &Actor,
    (agreement, number): (Uuid, i64),
    now: DateTime<Utc>,
    name: &str,
    media: Media,
    bytes: &[u8],
) -> Result<store::Text> {
    let (id, digest) = (state.new_id(), secret::hex(&Sha256::digest(bytes)));
    Ok(store::Text {
        id,
        agreement_id: agreement,
        number: i32::try_from(number).map_err(ApiError::internal)?,
        file_name: clean_name(name, media),
        media_type: media.media_type.to_owned(),
        bytes: i64::try_from(bytes.len()).map_err(ApiError::internal)?,
        object_key: format!("agreements/{agreement}/{digest}-{}", id.simple()),
        digest,
        uploaded_by: actor.account_id,
        uploaded_at: now,
    })
}

/// Downloads a text of an agreement.
#[utoipa::path(
    get,
    path = "/api/v1/agreements/{id}/texts/{text_id}",
    operation_id = "download_agreement_text",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The agreement"),
        ("text_id" = Uuid, Path, description = "The text")
    ),
    responses(
        (status = 200, description = "The file, of the media type that it was found to be", body = Vec<u8>, content_type = "application/octet-stream"),
        ApiErrors
    )
)]
pub(super) async fn download(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, text_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    reach::known(&mut tx, &actor, id).await?;
    let text = store::text(&mut tx, id, text_id).await?;
    tx.commit().await?;
    let kept = Kept {
        object_key: &text.object_key,
        file_name: &text.file_name,
        media_type: &text.media_type,
        bytes: text.bytes,
    };
    upload::answer(&state, kept).await
}
