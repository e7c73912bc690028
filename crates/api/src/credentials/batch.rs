//! Papers of a class or school as one file: issued and printed in the background, gone on with after a stop.

use std::collections::HashSet;
use std::io::{Read, Seek, Write};

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use kepu_domain::{
    person::PersonKind,
    role::{Action, Scope},
};
use object_store::{ObjectStoreExt, path::Path as ObjectPath};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::types::Json as SqlJson;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AchievementWanted, TAG,
    paper::{self, Issuing, PaperKind},
    store::{self, BatchRow},
};
use crate::{
    audit::{self, Event, Origin},
    auth::Actor,
    credits::{self, When, store as credit_store},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ApiQuery},
    http::public_url::PublicUrl,
    page::{Page, PageQuery},
    state::AppState,
    tenancy::DistrictId,
    upload,
};

/// What papers to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
    /// Transcripts or certificates.
    pub kind: PaperKind,
    /// Of the pupils of this class.
    #[serde(default)]
    pub class_id: Option<Uuid>,
    /// Of all pupils of this school; instead of a class.
    #[serde(default)]
    pub school_id: Option<Uuid>,
    /// The policy; the one that can score students when left out, needed only where several can.
    #[serde(default)]
    pub policy: Option<String>,
    /// What certificates state; whoever has not reached it gets none. Not for transcripts.
    #[serde(default)]
    pub achievement: Option<AchievementWanted>,
}

/// Papers of a class or school.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchView {
    /// Its id.
    pub id: Uuid,
    /// `transcript` or `certificate`.
    pub kind: String,
    /// The sort of thing that they state: `credits`, `requirement` or `level`.
    pub achievement: String,
    /// The requirement or ladder; null for credits.
    pub achievement_id: Option<String>,
    /// The policy.
    pub policy_id: String,
    /// The school.
    pub school_id: Uuid,
    /// The class; null for the whole school.
    pub class_id: Option<Uuid>,
    /// `working`, `done` or `failed`.
    pub state: String,
    /// Persons looked at so far.
    pub progress_done: i64,
    /// Persons to look at.
    pub progress_total: i64,
    /// Papers in the file.
    pub papers: i64,
    /// Who got none: `person_id`, the `code` of why, and the `characters` that no font has.
    #[schema(value_type = Vec<Object>)]
    pub left_out: Value,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// The code of why it failed; null unless it did.
    pub failed_for: Option<String>,
}

impl From<BatchRow> for BatchView {
    fn from(row: BatchRow) -> Self {
        let wanted = row.wanted.0;
        Self {
            id: row.id,
            kind: row.kind,
            achievement: wanted.word().to_owned(),
            achievement_id: Some(wanted.id()).filter(|id| !id.is_empty()).map(str::to_owned),
            policy_id: row.policy_id,
            school_id: row.school_id,
            class_id: row.class_id,
            state: row.state,
            progress_done: row.progress_done,
            progress_total: row.progress_total,
            papers: row.papers,
            left_out: row.left_out,
            requested_at: row.requested_at,
            finished_at: row.finished_at,
            failed_for: row.failed_for,
        }
    }
}

/// Issues papers for all pupils of a class or school, as one ZIP that is made in the background.
#[utoipa::path(
    post, path = "/api/v1/credential-batches", operation_id = "issue_papers", tag = TAG, request_body = BatchRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    responses((status = 202, description = "Being made; poll until it is `done`", body = BatchView), ApiErrors)
)]
pub(super) async fn issue_papers(
    State(state): State<AppState>,
    actor: Actor,
    pages: PublicUrl,
    ApiJson(body): ApiJson<BatchRequest>,
) -> Result<Response> {
    let wanted = body.kind.wanted(body.achievement)?;
    let mut tx = state.begin(&actor).await?;
    let district = tx.district();
    let school_id = match (body.class_id, body.school_id) {
        (Some(class), None) => store::school_of_class(&mut tx, class).await?,
        (None, Some(school)) => school,
        _ => return Err(ApiError::invalid_field("class_id", "required", "name either a class or a school")),
    };
    actor.require(Action::CredentialPrint, &Scope::School { district: district.0, school: school_id })?;
    let now = state.now();
    let version = credits::version_meant(&mut tx, body.policy.as_deref(), PersonKind::Student, When::now(now)).await?;
    let today = credits::today(&mut tx, now).await?;
    let pupils = store::pupils(&mut tx, school_id, body.class_id, today).await?;
    if pupils.is_empty() {
        return Err(ApiError::conflict("nobody_there", "No pupils are enrolled there today."));
    }
    let id = state.new_id();
    let row = BatchRow {
        id,
        kind: body.kind.word().to_owned(),
        school_id,
        class_id: body.class_id,
        wanted: SqlJson(wanted),
        policy_id: version.policy_id,
        policy_version_id: version.policy_version_id,
        pages: pages.page(&["verify"]),
        state: "working".to_owned(),
        progress_done: 0,
        progress_total: i64::try_from(pupils.len()).unwrap_or(i64::MAX),
        papers: 0,
        left_out: json!([]),
        file: None,
        requested_by: actor.account_id,
        requested_at: now,
        finished_at: None,
        failed_for: None,
    };
    store::add_batch(&mut tx, &row).await?;
    let detail = json!({ "kind": row.kind, "school_id": school_id, "class_id": row.class_id, "persons": pupils.len() });
    audit::record(&mut tx, &actor, now, Event::new("credential.issue_many", "credential_batch", id, detail)).await?;
    let answer = tx.commit_with((StatusCode::ACCEPTED, Json(BatchView::from(row)))).await?;
    start(&state, district, id);
    Ok(answer)
}

/// Papers that were issued for classes and schools, the newest first.
#[utoipa::path(
    get, path = "/api/v1/credential-batches", operation_id = "list_paper_batches", tag = TAG, params(PageQuery),
    responses((status = 200, description = "A page of batches", body = Page<BatchView>), ApiErrors)
)]
pub(super) async fn list_paper_batches(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<BatchView>>> {
    let mut tx = state.begin(&actor).await?;
    let reach = actor.schools();
    let rows = store::batches(&mut tx, reach.as_filter(), page.after()?, page.fetch()?).await?;
    tx.commit().await?;
    Ok(Json(Page::of(rows, &page, |row| row.id, BatchView::from)?))
}

/// How far papers of a class or school are.
#[utoipa::path(
    get, path = "/api/v1/credential-batches/{id}", operation_id = "read_paper_batch", tag = TAG,
    params(("id" = Uuid, Path, description = "The batch")),
    responses((status = 200, description = "The batch", body = BatchView), ApiErrors)
)]
pub(super) async fn read_paper_batch(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<BatchView>> {
    Ok(Json(readable(&state, &actor, id).await?.into()))
}

/// The papers of a class or school, each a PDF in one ZIP.
#[utoipa::path(
    get, path = "/api/v1/credential-batches/{id}/papers.zip", operation_id = "download_papers", tag = TAG,
    params(("id" = Uuid, Path, description = "The batch")),
    responses((status = 200, description = "The papers", content_type = "application/zip"), ApiErrors)
)]
pub(super) async fn download_papers(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Response> {
    let row = readable(&state, &actor, id).await?;
    let Some(key) = row.file else {
        let detail = format!("The papers are {}: there is no file yet.", row.state);
        return Err(ApiError::conflict("not_done", detail));
    };
    let mut tx = state.begin(&actor).await?;
    let event = Event::new("credential.take_many", "credential_batch", id, json!({ "papers": row.papers }));
    audit::record(&mut tx, &actor, state.now(), event).await?;
    tx.commit().await?;
    let meta = state.files().head(&ObjectPath::from(key.as_str())).await.map_err(ApiError::internal)?;
    let bytes = i64::try_from(meta.size).unwrap_or(i64::MAX);
    let file_name = format!("{}s.zip", row.kind);
    let kept = upload::Kept { object_key: &key, file_name: &file_name, media_type: "application/zip", bytes };
    upload::answer(&state, kept).await
}

async fn readable(state: &AppState, actor: &Actor, id: Uuid) -> Result<BatchRow> {
    let mut tx = state.begin(actor).await?;
    let row = store::batch(&mut tx, id).await?;
    actor.require(Action::CredentialPrint, &Scope::School { district: tx.district().0, school: row.school_id })?;
    tx.commit().await?;
    Ok(row)
}

/// Goes on with what a stop of the service cut off.
///
/// # Errors
/// The database failed.
pub async fn resume(state: &AppState) -> Result<()> {
    for (district, id) in store::interrupted_batches(state.db().owner()).await? {
        start(state, DistrictId(district), id);
    }
    Ok(())
}

fn start(state: &AppState, district: DistrictId, id: Uuid) {
    let job = state.clone();
    state.spawn_job("papers", async move {
        let made = tokio::select! {
            made = make(&job, district, id) => made,
            // Cut off: it stays `working`, and the next start goes on with it.
            () = job.stopping().cancelled() => return,
        };
        let Err(error) = made else { return };
        tracing::error!(%id, ?error, "papers were not made");
        let told: Result<()> = async {
            let mut tx = job.begin_in(district).await?;
            store::finish_batch(&mut tx, id, Err(error.code()), job.now()).await?;
            tx.commit().await
        }
        .await;
        if let Err(error) = told {
            tracing::error!(%id, ?error, "the failure of papers could not be noted");
        }
    });
}

/// Issues what is not issued yet, each person in a transaction of its own; then prints all into one file.
async fn make(state: &AppState, district: DistrictId, id: Uuid) -> Result<()> {
    let mut tx = state.begin_in(district).await?;
    let batch = store::batch(&mut tx, id).await?;
    let today = credits::today(&mut tx, batch.requested_at).await?;
    let pupils = store::pupils(&mut tx, batch.school_id, batch.class_id, today).await?;
    let done: HashSet<Uuid> = store::persons_of_batch(&mut tx, id).await?.into_iter().collect();
    tx.commit().await?;
    let origin = Origin { account_id: Some(batch.requested_by), ..Origin::default() };
    let mut left_out = Vec::new();
    for (at, person) in pupils.iter().enumerate() {
        let mut tx = state.begin_in(district).await?;
        if !done.contains(person)
            && let Some(named) = credit_store::named_person(&mut tx, *person).await?
        {
            let issuing = Issuing {
                kind: if batch.kind == "transcript" { "transcript" } else { "certificate" },
                wanted: batch.wanted.0.clone(),
                policy_id: Some(batch.policy_id.clone()),
                batch: Some(id),
                now: state.now(),
            };
            match paper::issue(&mut tx, &named, issuing, &origin).await {
                Ok(_) => {}
                Err(error) => left_out.push(without(*person, error)?),
            }
        }
        let many = i64::try_from(at + 1).unwrap_or(i64::MAX);
        store::set_batch_progress(&mut tx, id, many, &json!(left_out)).await?;
        tx.commit().await?;
    }
    let key = format!("papers/{}/{id}.zip", district.0);
    let (many, unprinted) = print(state, district, &batch, &key).await?;
    left_out.extend(unprinted);
    let mut tx = state.begin_in(district).await?;
    store::set_papers(&mut tx, id, many, &json!(left_out)).await?;
    store::finish_batch(&mut tx, id, Ok((&key, many)), state.now()).await?;
    tx.commit().await
}

/// That a person gets no paper, and why; an error that is not of this person alone stays one.
fn without(person: Uuid, error: ApiError) -> Result<Value> {
    if !matches!(error.status(), StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY) {
        return Err(error);
    }
    let mut left = json!({ "person_id": person, "code": error.code() });
    if let Some(characters) = error.errors().iter().find(|one| one.field == paper::CHARACTERS) {
        left["characters"] = json!(characters.value);
    }
    Ok(left)
}

/// Makes the file of a batch anew from the papers that there are now, because somebody in it was erased.
///
/// # Errors
/// The database or the store of files failed; the old file may still be there, so try again.
pub async fn print_anew(state: &AppState, district: DistrictId, id: Uuid) -> Result<()> {
    let mut tx = state.begin_in(district).await?;
    let batch = store::batch(&mut tx, id).await?;
    tx.commit().await?;
    let Some(key) = &batch.file else { return Ok(()) };
    let (many, unprinted) = print(state, district, &batch, key).await?;
    let mut tx = state.begin_in(district).await?;
    let told: Vec<Value> = serde_json::from_value(store::batch(&mut tx, id).await?.left_out)?;
    let is_new = |left: &Value| told.iter().all(|one| one["person_id"] != left["person_id"]);
    let more: Vec<Value> = unprinted.into_iter().filter(is_new).collect();
    store::set_papers(&mut tx, id, many, &json!([told, more].concat())).await?;
    tx.commit().await
}

/// Prints what was issued into one file; answers how many papers are in it, and whose cannot be printed here.
async fn print(state: &AppState, district: DistrictId, batch: &BatchRow, key: &str) -> Result<(i64, Vec<Value>)> {
    let mut tx = state.begin_in(district).await?;
    let papers = store::papers_of_batch(&mut tx, batch.id).await?;
    tx.commit().await?;
    let issued = papers.len();
    let (bytes, unprinted) = zipped(batch, papers).await?;
    let many = i64::try_from(issued - unprinted.len()).unwrap_or(i64::MAX);
    state.files().put(&ObjectPath::from(key), bytes.into()).await.map_err(ApiError::internal)?;
    Ok((many, unprinted))
}

async fn zipped(batch: &BatchRow, papers: Vec<store::BatchPaper>) -> Result<(Vec<u8>, Vec<Value>)> {
    let mut unprinted = Vec::new();
    let failed = |error: zip::result::ZipError| ApiError::internal(error);
    let mut writer = zip::ZipWriter::new(tempfile::tempfile().map_err(ApiError::internal)?);
    // A PDF is compressed already.
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for row in papers {
        let verify_at = format!("{}/{}", batch.pages, row.number);
        let name = row.paper["name"].as_str().unwrap_or_default().to_owned();
        let pdf = match paper::print(&batch.kind, row.paper, row.number, verify_at).await {
            Ok(pdf) => pdf,
            // Issued where there was a font that is missing here.
            Err(error) => {
                unprinted.push(without(row.person_id, error)?);
                continue;
            }
        };
        let file = format!("{}-{}.pdf", plain(&row.person_number), plain(&name));
        writer.start_file(file, stored).map_err(failed)?;
        writer.write_all(&pdf).map_err(ApiError::internal)?;
    }
    let mut file = writer.finish().map_err(failed)?;
    file.rewind().map_err(ApiError::internal)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(ApiError::internal)?;
    Ok((bytes, unprinted))
}

/// A text as part of a file's name.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '·') { c } else { '_' }).collect()
}
