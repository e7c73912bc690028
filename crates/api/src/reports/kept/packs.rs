//! Packs: all ready reports of a month or term in one workbook and one paper.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::role::{Action, Scope};
use kepu_domain::text::Lang;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::TAG;
use super::making;
use super::store::{self, PackRow, PackState};
use crate::audit::{self, Event};
use crate::auth::Actor;
use crate::check::Checks;
use crate::error::{ApiError, ApiErrors, Result};
use crate::extract::{ApiJson, ApiPath};
use crate::reports::ready::{Kind, WhichReady};
use crate::state::AppState;
use crate::upload::{self, Kept};

/// A pack to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPack {
    /// What to call it.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// The policy; the one that can score students when left out, needed only where several can.
    #[serde(default)]
    policy: Option<String>,
    /// First day, included.
    #[serde(default)]
    from: Option<NaiveDate>,
    /// Last day, included.
    #[serde(default)]
    to: Option<NaiveDate>,
    /// A term of the policy's calendar instead.
    #[serde(default)]
    term: Option<String>,
    /// As of a past moment, or the end of a past day.
    #[serde(default)]
    as_of: Option<String>,
    /// Language: `zh` or `en`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    lang: Option<Lang>,
}

/// A pack.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportPack)]
pub struct Pack {
    /// Identity.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// First day of the period.
    pub from: Option<NaiveDate>,
    /// Last day of the period.
    pub to: Option<NaiveDate>,
    /// The term.
    pub term: Option<String>,
    /// The past moment that it is of, as it was asked for.
    pub as_of: Option<String>,
    /// Where it is.
    pub state: PackState,
    /// Reports that are read.
    pub done: i32,
    /// Reports in all.
    pub total: usize,
    /// Why it was not made.
    pub problem: String,
    /// Its files, once it is ready.
    pub files: Vec<PackFileView>,
    /// Whether the service made it by itself, when its period had ended.
    pub automatic: bool,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When it was ready, or given up.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A file of a pack.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportPackFile)]
pub struct PackFileView {
    /// Its name, by which it is downloaded.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// How large it is.
    pub bytes: i64,
}

/// Packs.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportPacks)]
pub struct Packs {
    /// The newest first, 100 at the most.
    pub items: Vec<Pack>,
}

/// The packs of the district.
#[utoipa::path(
    get, path = "/api/v1/report-packs", operation_id = "list_report_packs", tag = TAG,
    responses((status = 200, description = "The packs", body = Packs), ApiErrors)
)]
pub async fn list_packs(State(state): State<AppState>, actor: Actor) -> Result<Json<Packs>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::ReportRead, &Scope::District { district: tx.district().0 })?;
    let rows = store::packs(&mut tx).await?;
    tx.rollback().await?;
    Ok(Json(Packs { items: rows.into_iter().map(Pack::from).collect() }))
}

/// Has all ready reports of a period made in the background.
#[utoipa::path(
    post, path = "/api/v1/report-packs", operation_id = "ask_report_pack", tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewPack,
    responses((status = 202, description = "Asked for", body = Pack), ApiErrors)
)]
pub async fn ask_pack(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewPack>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let district = tx.district();
    actor.require(Action::ReportPack, &Scope::District { district: district.0 })?;
    let mut checks = Checks::new();
    let name = checks.text("name", &body.name, 1..=80);
    checks.finish()?;
    let now = state.now();
    if store::is_making(&mut tx).await? {
        return Err(ApiError::conflict("pack_running", "A pack is being made. Ask again when it is ready."));
    }
    let query = WhichReady {
        policy: body.policy,
        from: body.from,
        to: body.to,
        term: body.term,
        as_of: body.as_of,
        lang: body.lang,
        ..WhichReady::default()
    };
    let kinds = Kind::ALL.into_iter().filter(|kind| query.fits(*kind));
    let row = PackRow {
        id: state.new_id(),
        name,
        kinds: kinds.map(|kind| kind.word().to_owned()).collect(),
        query: sqlx::types::Json(query),
        state: PackState::Waiting,
        done: 0,
        problem: String::new(),
        files: sqlx::types::Json(Vec::new()),
        asked_by: actor.account_id,
        asked_at: now,
        ended_at: None,
        of_period: None,
    };
    // What cannot be read is told at once, not in the background.
    making::try_first(&state, district, &row.query).await?;
    store::insert_pack(&mut tx, &row).await?;
    let detail = json!({ "name": row.name, "query": row.query, "kinds": row.kinds });
    audit::record(&mut tx, &actor, now, Event::new("report.pack", "report", row.id, detail)).await?;
    let answer = tx.commit_with((StatusCode::ACCEPTED, Json(Pack::from(row.clone())))).await?;
    making::start(&state, district, row.id);
    Ok(answer)
}

/// A pack, and how far it is.
#[utoipa::path(
    get, path = "/api/v1/report-packs/{id}", operation_id = "read_report_pack", tag = TAG,
    params(("id" = Uuid, Path, description = "The pack")),
    responses((status = 200, description = "The pack", body = Pack), ApiErrors)
)]
pub async fn read_pack(State(state): State<AppState>, actor: Actor, ApiPath(id): ApiPath<Uuid>) -> Result<Json<Pack>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::ReportRead, &Scope::District { district: tx.district().0 })?;
    let row = store::pack(&mut tx, id).await?;
    tx.rollback().await?;
    Ok(Json(Pack::from(row)))
}

/// A file of a pack.
#[utoipa::path(
    get, path = "/api/v1/report-packs/{id}/files/{name}", operation_id = "download_report_pack", tag = TAG,
    params(("id" = Uuid, Path, description = "The pack"), ("name" = String, Path, description = "The file's name")),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        ApiErrors
    )
)]
pub async fn download_pack(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath((id, name)): ApiPath<(Uuid, String)>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::ReportRead, &Scope::District { district: tx.district().0 })?;
    let row = store::pack(&mut tx, id).await?;
    let file = row.files.iter().find(|file| file.name == name).ok_or_else(|| ApiError::not_found("file"))?;
    let detail = json!({ "file": file.name });
    audit::record(&mut tx, &actor, state.now(), Event::new("report.export", "report", id, detail)).await?;
    tx.commit().await?;
    let kept =
        Kept { object_key: &file.object_key, file_name: &file.name, media_type: &file.media_type, bytes: file.bytes };
    upload::answer(&state, kept).await
}

impl From<PackRow> for Pack {
    fn from(row: PackRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            from: row.query.from,
            to: row.query.to,
            term: row.query.term.clone(),
            as_of: row.query.as_of.clone(),
            state: row.state,
            done: row.done,
            total: row.kinds.len(),
            problem: row.problem,
            files: row
                .files
                .0
                .into_iter()
                .map(|file| PackFileView { name: file.name, media_type: file.media_type, bytes: file.bytes })
                .collect(),
            automatic: row.of_period.is_some(),
            asked_at: row.asked_at,
            ended_at: row.ended_at,
        }
    }
}
