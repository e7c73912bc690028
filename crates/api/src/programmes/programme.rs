use axum::{Json, extract::State, http::StatusCode, response::Response};
use kepu_domain::role::{Action, Scope};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, begin, managing, require_manage, store, views::ProgrammeView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ApiQuery, ETag, IfMatch, Location},
    page::{Page, PageQuery},
    patch,
    state::AppState,
};

/// A new programme.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProgramme {
    /// Whose officials run it; the district's if left out.
    authority_id: Option<Uuid>,
    /// Code, unique with the authority.
    #[schema(min_length = 1, max_length = 60)]
    code: String,
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: String,
    /// Name in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    name_en: String,
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgrammeChange {
    /// Name in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    name_zh: Option<String>,
    /// Name in English.
    #[schema(max_length = 200)]
    name_en: Option<String>,
}

/// Lists programmes, of all authorities, in the order of entry.
#[utoipa::path(
    get,
    path = "/api/v1/programmes",
    operation_id = "list_programmes",
    tag = TAG,
    params(PageQuery),
    responses((status = 200, description = "A page of programmes", body = Page<ProgrammeView>), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<ProgrammeView>>> {
    let mut tx = begin(&state, &actor).await?;
    actor.require(Action::ProgrammeRead, &Scope::Platform)?;
    let rows = store::list_programmes(&mut tx, page.after()?, page.fetch()?).await?;
    let mut managed = Vec::new();
    for row in &rows {
        let (action, scope) = managing(&mut tx, row.authority_id).await?;
        if actor.may(action, &scope) {
            managed.push(row.id);
        }
    }
    tx.commit().await?;
    Ok(Json(Page::of(
        rows,
        &page,
        |row| row.id,
        |row| {
            let managed = managed.contains(&row.id);
            ProgrammeView::of(row, managed)
        },
    )?))
}

/// Adds a programme of an authority.
#[utoipa::path(
    post,
    path = "/api/v1/programmes",
    operation_id = "create_programme",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewProgramme,
    responses((status = 201, description = "Added", body = ProgrammeView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewProgramme>,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let Some(authority) = body.authority_id.or(actor.district.map(|district| district.0)) else {
        return Err(ApiError::invalid_field("authority_id", "required", "is missing"));
    };
    require_manage(&mut tx, &actor, authority).await?;
    let mut checks = Checks::new();
    let now = state.now();
    let row = store::Programme {
        id: state.new_id(),
        authority_id: authority,
        authority_name_zh: String::new(),
        authority_name_en: String::new(),
        code: checks.text("code", &body.code, 1..=60),
        name_zh: checks.text("name_zh", &body.name_zh, 1..=120),
        name_en: checks.text("name_en", &body.name_en, 0..=200),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    checks.finish()?;
    store::insert_programme(&mut tx, &row).await?;
    let row = store::load_programme(&mut tx, row.id).await?;
    let detail = json!({ "code": row.code, "name_zh": row.name_zh, "authority_id": authority });
    audit::record(&mut tx, &actor, now, Event::new("programme.create", "programme", row.id, detail)).await?;
    let place = Location(format!("/api/v1/programmes/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(ProgrammeView::of(row, true)))).await
}

/// Changes how a programme is called.
#[utoipa::path(
    patch,
    path = "/api/v1/programmes/{id}",
    operation_id = "change_programme",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The programme"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ProgrammeChange,
    responses((status = 200, description = "As it is now", body = ProgrammeView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ProgrammeChange>,
) -> Result<(ETag, Json<ProgrammeView>)> {
    let mut tx = begin(&state, &actor).await?;
    let before = store::lock_programme(&mut tx, id).await?;
    require_manage(&mut tx, &actor, before.authority_id).await?;
    version.check("programme", before.version)?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    row.name_zh = checks.text("name_zh", &body.name_zh.unwrap_or(row.name_zh), 1..=120);
    row.name_en = checks.text("name_en", &body.name_en.unwrap_or(row.name_en), 0..=200);
    checks.finish()?;
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update_programme(&mut tx, &row).await?;
    let after = ProgrammeView::of(row, true);
    let detail = patch::difference(&ProgrammeView::of(before, true), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("programme.change", "programme", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}
