#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::programme::Step;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{StrandKind, TAG, begin, managed, store, views::StrandView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    competitions,
    error::{ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch, Location},
    patch,
    state::AppState,
    tenancy::Tx,
};

/// A new strand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStrand {
    /// What it is made of; stays as it is.
    kind: StrandKind,
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: String,
    /// Title in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    title_en: String,
    /// What it is about.
    #[serde(default)]
    #[schema(max_length = 200)]
    topic: String,
    /// The competition, for a strand of that kind; if it has an entry here.
    competition_id: Option<Uuid>,
    /// Where it was published.
    #[serde(default)]
    #[schema(max_length = 400)]
    source: String,
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StrandChange {
    /// Title in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: Option<String>,
    /// Title in English.
    #[schema(max_length = 200)]
    title_en: Option<String>,
    /// What it is about.
    #[schema(max_length = 200)]
    topic: Option<String>,
    /// The competition; null for none.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<Uuid>)]
    competition_id: Option<Option<Uuid>>,
    /// Where it was published.
    #[schema(max_length = 400)]
    source: Option<String>,
}

async fn check(tx: &mut Tx, checks: &mut Checks, row: &mut store::Strand) -> Result<()> {
    row.title_zh = checks.text("title_zh", &row.title_zh, 1..=120);
    row.title_en = checks.text("title_en", &row.title_en, 0..=200);
    row.topic = checks.text("topic", &row.topic, 0..=200);
    row.source = checks.text("source", &row.source, 0..=400);
    let Some(competition) = row.competition_id else { return Ok(()) };
    if row.kind != StrandKind::Competition {
        checks.add(FieldError::new("competition_id", "wrong_kind", "is for strands of the kind competition alone"));
    } else if competitions::store::find(tx, competition).await?.is_none() {
        checks.add(FieldError::new("competition_id", "unknown", "must be a competition"));
    }
    Ok(())
}

/// Adds a strand to an edition.
#[utoipa::path(
    post,
    path = "/api/v1/editions/{id}/strands",
    operation_id = "add_strand",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The edition"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewStrand,
    responses((status = 201, description = "Added", body = StrandView), ApiErrors)
)]
pub(super) async fn add(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewStrand>,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    managed(&mut tx, &actor, id, None, Step::Change).await?;
    let mut checks = Checks::new();
    let now = state.now();
    let mut row = store::Strand {
        id: state.new_id(),
        edition_id: id,
        kind: body.kind,
        title_zh: body.title_zh,
        title_en: body.title_en,
        topic: body.topic,
        competition_id: body.competition_id,
        source: body.source,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    check(&mut tx, &mut checks, &mut row).await?;
    checks.finish()?;
    store::insert_strand(&mut tx, &row).await?;
    let detail = json!({ "edition_id": id, "kind": row.kind, "title_zh": row.title_zh });
    audit::record(&mut tx, &actor, now, Event::new("strand.create", "strand", row.id, detail)).await?;
    let place = Location(format!("/api/v1/strands/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(StrandView::from(row)))).await
}

/// Changes what a strand says of itself.
#[utoipa::path(
    patch,
    path = "/api/v1/strands/{id}",
    operation_id = "change_strand",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The strand"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = StrandChange,
    responses((status = 200, description = "As it is now", body = StrandView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<StrandChange>,
) -> Result<(ETag, Json<StrandView>)> {
    let mut tx = begin(&state, &actor).await?;
    let edition = store::load_strand(&mut tx, id).await?.edition_id;
    managed(&mut tx, &actor, edition, None, Step::Change).await?;
    let before = store::load_strand(&mut tx, id).await?;
    version.check("strand", before.version)?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    row.title_zh = body.title_zh.unwrap_or(row.title_zh);
    row.title_en = body.title_en.unwrap_or(row.title_en);
    row.topic = body.topic.unwrap_or(row.topic);
    row.competition_id = body.competition_id.unwrap_or(row.competition_id);
    row.source = body.source.unwrap_or(row.source);
    check(&mut tx, &mut checks, &mut row).await?;
    checks.finish()?;
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update_strand(&mut tx, &row).await?;
    let after = StrandView::from(row);
    let detail = patch::difference(&StrandView::from(before), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("strand.change", "strand", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}

/// Takes a strand out of an edition; refused while activities have it.
#[utoipa::path(
    delete,
    path = "/api/v1/strands/{id}",
    operation_id = "remove_strand",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The strand")),
    responses((status = 204, description = "Gone"), ApiErrors)
)]
pub(super) async fn remove(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode> {
    let mut tx = begin(&state, &actor).await?;
    let row = store::load_strand(&mut tx, id).await?;
    managed(&mut tx, &actor, row.edition_id, None, Step::Change).await?;
    store::remove_strand(&mut tx, id).await?;
    let detail = json!({ "edition_id": row.edition_id, "title_zh": row.title_zh });
    audit::record(&mut tx, &actor, state.now(), Event::new("strand.remove", "strand", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
