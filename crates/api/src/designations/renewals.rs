//! A holder asks for renewal, with a text and, if it helps, a file; the authority of the scheme renews, or refuses with its
//! reason.

use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{
    designation::renewal::{Answer, Ask, Refusal},
    role::{Action, GrantScope, Scope},
};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{schemes, standing, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ApiQuery, Location},
    page::{Page, PageQuery},
    state::AppState,
    tenancy::Tx,
    upload::{self, Kept, Upload},
};

/// What the holder says for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RenewalAsk {
    /// What was done under the designation, and why it should go on.
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

/// Why not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RenewalRefusal {
    /// Why; the holder reads it.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// The form of its file.
#[derive(ToSchema)]
pub(super) struct RenewalFileForm {
    /// The file: PDF, OFD or an image.
    #[schema(value_type = String, format = Binary)]
    #[expect(dead_code, reason = "read by hand, described here")]
    file: Bytes,
}

/// A renewal that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RenewalView {
    /// Identity.
    id: Uuid,
    /// `asked`, `granted` or `refused`.
    state: String,
    /// What the holder says for it.
    text: String,
    /// On which day it was asked.
    asked_on: NaiveDate,
    /// When.
    asked_at: DateTime<Utc>,
    /// Name of its file, if it has one.
    file_name: Option<String>,
    /// Why it was refused.
    reason: String,
    /// On which day it was answered.
    answered_on: Option<NaiveDate>,
}

impl From<store::RenewalRow> for RenewalView {
    fn from(row: store::RenewalRow) -> Self {
        Self {
            id: row.id,
            state: row.state,
            text: row.text,
            asked_on: row.asked_on,
            asked_at: row.asked_at,
            file_name: row.file_name,
            reason: row.reason,
            answered_on: row.answered_on,
        }
    }
}

/// What was asked for one designation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RenewalViews {
    /// The newest first.
    items: Vec<RenewalView>,
}

/// A renewal that waits for its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RenewalToAnswer {
    /// Identity.
    id: Uuid,
    /// What is to be renewed.
    designation_id: Uuid,
    /// Its number.
    number: String,
    /// Its scheme.
    scheme_name_zh: String,
    /// The same in English.
    scheme_name_en: String,
    /// Its holder, or who employs that.
    organization_name_zh: String,
    /// The professional who holds it, if one does.
    professional_name: Option<String>,
    /// Its present last day.
    valid_to: Option<NaiveDate>,
    /// On which day it was asked.
    asked_on: NaiveDate,
}

/// The answer to what the domain refuses.
fn declined(refusal: &Refusal) -> ApiError {
    ApiError::conflict(refusal.code(), format!("That cannot be done: {refusal}."))
}

/// The scope of whoever speaks for the holder.
pub(super) fn own(row: &store::Designation) -> Scope {
    Scope::Host { district: row.district_id, host: row.organization_id }
}

/// Loads a designation for its holder, or for the authority of its scheme; for all others nothing was asked.
async fn known(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<store::Designation> {
    let row = store::load(tx, id).await?;
    if actor.may(Action::ApplicationSubmit, &own(&row)) {
        return Ok(row);
    }
    let scheme = store::load_scheme(tx, row.scheme_id).await?;
    let authority = schemes::scope(tx, scheme.authority_id).await?;
    if actor.may(Action::RoundRead, &authority) { Ok(row) } else { Err(ApiError::not_found("designation")) }
}

/// Loads a designation to be changed by its holder.
async fn of_holder(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<store::Designation> {
    let row = known(tx, actor, id).await?;
    actor.require(Action::ApplicationSubmit, &own(&row))?;
    store::lock_holder(tx, row.organization_id).await?;
    store::load(tx, id).await
}

/// Asks for the renewal of a designation, within the days on which its scheme lets it be renewed.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/renewals",
    operation_id = "ask_renewal",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = RenewalAsk,
    responses((status = 201, description = "Asked", body = RenewalView), ApiErrors)
)]
pub(super) async fn ask(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<RenewalAsk>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let held = of_holder(&mut tx, &actor, id).await?;
    let mut checks = Checks::new();
    let text = checks.prose("text", &body.text, 2000);
    checks.require(!text.is_empty(), "text", "required", "must say what was done, and why it should go on");
    checks.finish()?;
    let now = state.now();
    let today = credits::today(&mut tx, now).await?;
    let scheme = store::load_scheme(&mut tx, held.scheme_id).await?;
    let rule = scheme.rules.as_ref().and_then(|rules| rules.renewal);
    let waits = store::renewal_waiting(&mut tx, id).await?.map(|one| one.asked_on);
    let asked = Ask::make(&held.rules()?, rule, waits, today).map_err(|refusal| declined(&refusal))?;
    let row = store::RenewalRow {
        id: state.new_id(),
        designation_id: id,
        state: asked.word().to_owned(),
        text,
        asked_by: actor.account_id,
        asked_on: today,
        asked_at: now,
        file_name: None,
        media_type: None,
        bytes: None,
        digest: None,
        object_key: None,
        reason: String::new(),
        answered_by: None,
        answered_on: None,
        answered_at: None,
    };
    store::add_renewal(&mut tx, &row).await?;
    let detail = json!({ "renewal_id": row.id, "text": row.text });
    audit::record(&mut tx, &actor, now, Event::new("designation.ask_renewal", "designation", id, detail)).await?;
    let place = Location(format!("/api/v1/designations/{id}/renewals"));
    tx.commit_with((StatusCode::CREATED, place, Json(RenewalView::from(row)))).await
}

/// Reads what was asked for a designation: its holder and the authority of its scheme do.
#[utoipa::path(
    get,
    path = "/api/v1/designations/{id}/renewals",
    operation_id = "read_renewals",
    tag = "designations",
    params(("id" = Uuid, Path, description = "The designation")),
    responses((status = 200, description = "What was asked", body = RenewalViews), ApiErrors)
)]
pub(super) async fn of_designation(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<RenewalViews>> {
    let mut tx = state.begin(&actor).await?;
    known(&mut tx, &actor, id).await?;
    let rows = store::renewals(&mut tx, &[id]).await?;
    tx.commit().await?;
    Ok(Json(RenewalViews { items: rows.into_iter().map(RenewalView::from).collect() }))
}

/// Adds the file of a renewal that waits. It has one at the most.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/renewals/{renewal_id}/file",
    operation_id = "add_renewal_file",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("renewal_id" = Uuid, Path, description = "What was asked"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body(content = RenewalFileForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Added", body = RenewalView), ApiErrors)
)]
pub(super) async fn add_file(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, renewal_id)): ApiPath<(Uuid, Uuid)>,
    request: Request,
) -> Result<Response> {
    let Upload { file_name, media_type, digest, bytes } = upload::receive(request, &state).await?;
    let mut tx = state.begin(&actor).await?;
    of_holder(&mut tx, &actor, id).await?;
    let mut row = store::renewal(&mut tx, id, renewal_id).await?;
    if !matches!(row.rules(), Ask::Asked { .. }) {
        return Err(ApiError::conflict("answered_already", "It is answered; a file would not be read any more."));
    }
    if row.object_key.is_some() {
        return Err(ApiError::conflict("too_many_files", "There is a file already."));
    }
    let key = format!("renewals/{id}/{digest}-{}", row.id.simple());
    row.bytes = Some(i64::try_from(bytes.len()).map_err(ApiError::internal)?);
    row.file_name = Some(file_name);
    row.media_type = Some(media_type.to_owned());
    row.digest = Some(digest);
    row.object_key = Some(key.clone());
    store::change_renewal(&mut tx, &row).await?;
    let detail = json!({ "renewal_id": row.id, "file_name": row.file_name, "digest": row.digest, "bytes": row.bytes });
    audit::record(&mut tx, &actor, state.now(), Event::new("designation.renewal_file", "designation", id, detail))
        .await?;
    state.files().put(&ObjectPath::from(key.as_str()), bytes.into()).await.map_err(ApiError::internal)?;
    let place = Location(format!("/api/v1/designations/{id}/renewals/{renewal_id}/file"));
    tx.commit_with((StatusCode::CREATED, place, Json(RenewalView::from(row)))).await
}

/// Downloads the file of a renewal.
#[utoipa::path(
    get,
    path = "/api/v1/designations/{id}/renewals/{renewal_id}/file",
    operation_id = "download_renewal_file",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("renewal_id" = Uuid, Path, description = "What was asked")
    ),
    responses(
        (status = 200, description = "The file, of the media type that it was found to be", body = Vec<u8>, content_type = "application/octet-stream"),
        ApiErrors
    )
)]
pub(super) async fn download_file(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, renewal_id)): ApiPath<(Uuid, Uuid)>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    known(&mut tx, &actor, id).await?;
    let row = store::renewal(&mut tx, id, renewal_id).await?;
    tx.commit().await?;
    let (Some(object_key), Some(file_name), Some(media_type), Some(bytes)) =
        (&row.object_key, &row.file_name, &row.media_type, row.bytes)
    else {
        return Err(ApiError::not_found("file"));
    };
    upload::answer(&state, Kept { object_key, file_name, media_type, bytes }).await
}

/// Refuses the renewal that was asked for. To grant it, renew the designation.
#[utoipa::path(
    post,
    path = "/api/v1/designations/{id}/renewals/{renewal_id}/refuse",
    operation_id = "refuse_renewal",
    tag = "designations",
    params(
        ("id" = Uuid, Path, description = "The designation"),
        ("renewal_id" = Uuid, Path, description = "What was asked")
    ),
    request_body = RenewalRefusal,
    responses((status = 200, description = "As it is now", body = RenewalView), ApiErrors)
)]
pub(super) async fn refuse(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, renewal_id)): ApiPath<(Uuid, Uuid)>,
    ApiJson(body): ApiJson<RenewalRefusal>,
) -> Result<Json<RenewalView>> {
    let mut tx = state.begin(&actor).await?;
    standing::lock(&mut tx, &actor, id).await?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    let row = store::renewal(&mut tx, id, renewal_id).await?;
    let now = state.now();
    let row = answer(&mut tx, row, Answer::Refuse { by: actor.account_id, reason }, now).await?;
    let detail = json!({ "renewal_id": row.id, "reason": row.reason });
    audit::record(&mut tx, &actor, now, Event::new("designation.refuse_renewal", "designation", id, detail)).await?;
    tx.commit().await?;
    Ok(Json(row.into()))
}

/// Answers what was asked. The holder must be locked.
pub(super) async fn answer(
    tx: &mut Tx,
    mut row: store::RenewalRow,
    answer: Answer,
    at: DateTime<Utc>,
) -> Result<store::RenewalRow> {
    let answered = row.rules().answer(answer).map_err(|refusal| declined(&refusal))?;
    answered.word().clone_into(&mut row.state);
    (row.answered_by, row.reason) = match answered {
        Ask::Asked { .. } => (None, String::new()),
        Ask::Granted { by } => (Some(by), String::new()),
        Ask::Refused { by, reason } => (Some(by), reason),
    };
    row.answered_on = Some(credits::today(tx, at).await?);
    row.answered_at = Some(at);
    store::change_renewal(tx, &row).await?;
    Ok(row)
}

/// Lists what waits for an answer under the schemes of the district, and of the authorities above it whose official asks.
#[utoipa::path(
    get,
    path = "/api/v1/renewals",
    operation_id = "list_renewals",
    tag = "designations",
    params(PageQuery),
    responses((status = 200, description = "The oldest first", body = Page<RenewalToAnswer>), ApiErrors)
)]
pub(super) async fn waiting(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<RenewalToAnswer>>> {
    let mut tx = state.begin(&actor).await?;
    let district = Scope::District { district: tx.district().0 };
    let mut authorities: Vec<Uuid> = actor
        .grants
        .iter()
        .filter_map(|grant| match grant.scope {
            GrantScope::Authority { authority, .. } => Some(authority),
            _ => None,
        })
        .filter(|authority| actor.may(Action::RoundRead, &Scope::Authority { authority: *authority }))
        .collect();
    if authorities.is_empty() || actor.may(Action::RoundRead, &district) {
        actor.require(Action::RoundRead, &district)?;
        authorities.push(tx.district().0);
    }
    let rows = store::renewals_waiting(&mut tx, &authorities, page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, RenewalToAnswer::from)?))
}

impl From<store::RenewalWaiting> for RenewalToAnswer {
    fn from(row: store::RenewalWaiting) -> Self {
        Self {
            id: row.id,
            designation_id: row.designation_id,
            number: row.number,
            scheme_name_zh: row.scheme_name_zh,
            scheme_name_en: row.scheme_name_en,
            organization_name_zh: row.organization_name_zh,
            professional_name: row.professional_name,
            valid_to: row.valid_to,
            asked_on: row.asked_on,
        }
    }
}
