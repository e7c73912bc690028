#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::programme::{Month, Step};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{TAG, TitleCertainty, begin, managed, store, views::ThemeView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiErrors, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch, Location},
    patch,
    state::AppState,
};

/// A new theme of a month.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTheme {
    /// First day of the month; one theme each.
    month: NaiveDate,
    /// Title in Chinese; it may be left out if there is one in English.
    #[serde(default)]
    #[schema(max_length = 120)]
    title_zh: String,
    /// Title in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    title_en: String,
    /// How the Chinese title is known; nothing if nobody doubts it.
    zh_certainty: Option<TitleCertainty>,
    /// Where it was published.
    #[serde(default)]
    #[schema(max_length = 400)]
    source: String,
    /// Main venues.
    #[serde(default)]
    #[schema(max_length = 400)]
    venues: String,
}

/// What to change; what is left out stays. To another month it is moved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ThemeChange {
    /// Title in Chinese.
    #[schema(max_length = 120)]
    title_zh: Option<String>,
    /// Title in English.
    #[schema(max_length = 200)]
    title_en: Option<String>,
    /// How the Chinese title is known; null if nobody doubts it.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<TitleCertainty>)]
    zh_certainty: Option<Option<TitleCertainty>>,
    /// Where it was published.
    #[schema(max_length = 400)]
    source: Option<String>,
    /// Main venues.
    #[schema(max_length = 400)]
    venues: Option<String>,
}

/// The month that begins on this day, if it does and touches the edition.
pub(super) fn check_month(checks: &mut Checks, edition: &store::Edition, day: NaiveDate) -> Option<Month> {
    let month = Month::beginning(day);
    checks.require(month.is_some(), "month", "not_a_first_day", "must be the first day of a month");
    let month = month?;
    let touches = month.touches(edition.first_day, edition.last_day);
    checks.require(
        touches,
        "month",
        "outside_edition",
        "must have a day between first_day and last_day of the edition",
    );
    touches.then_some(month)
}

fn check(checks: &mut Checks, row: &mut store::Theme) {
    row.title_zh = checks.text("title_zh", &row.title_zh, 0..=120);
    row.title_en = checks.text("title_en", &row.title_en, 0..=200);
    row.source = checks.text("source", &row.source, 0..=400);
    row.venues = checks.text("venues", &row.venues, 0..=400);
    let named = !row.title_zh.is_empty() || !row.title_en.is_empty();
    checks.require(named, "title_zh", "required", "must not be empty unless there is a title in English");
    let certain = row.zh_certainty != Some(TitleCertainty::NotFound) || row.title_zh.is_empty();
    checks.require(certain, "zh_certainty", "has_title", "must not be not_found where there is a Chinese title");
}

/// Adds a theme to an edition.
#[utoipa::path(
    post,
    path = "/api/v1/editions/{id}/themes",
    operation_id = "add_theme",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The edition"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewTheme,
    responses((status = 201, description = "Added", body = ThemeView), ApiErrors)
)]
pub(super) async fn add(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewTheme>,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let edition = managed(&mut tx, &actor, id, None, Step::Change).await?;
    let mut checks = Checks::new();
    check_month(&mut checks, &edition, body.month);
    let now = state.now();
    let mut row = store::Theme {
        id: state.new_id(),
        edition_id: id,
        month: body.month,
        title_zh: body.title_zh,
        title_en: body.title_en,
        zh_certainty: body.zh_certainty,
        source: body.source,
        venues: body.venues,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    check(&mut checks, &mut row);
    checks.finish()?;
    store::insert_theme(&mut tx, &row).await?;
    let detail = json!({ "edition_id": id, "month": row.month, "title_zh": row.title_zh, "title_en": row.title_en });
    audit::record(&mut tx, &actor, now, Event::new("theme.create", "theme", row.id, detail)).await?;
    let place = Location(format!("/api/v1/themes/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(ThemeView::from(row)))).await
}

/// Changes what a theme says of itself.
#[utoipa::path(
    patch,
    path = "/api/v1/themes/{id}",
    operation_id = "change_theme",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The theme"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ThemeChange,
    responses((status = 200, description = "As it is now", body = ThemeView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ThemeChange>,
) -> Result<(ETag, Json<ThemeView>)> {
    let mut tx = begin(&state, &actor).await?;
    let edition = store::load_theme(&mut tx, id).await?.edition_id;
    managed(&mut tx, &actor, edition, None, Step::Change).await?;
    let before = store::load_theme(&mut tx, id).await?;
    version.check("theme", before.version)?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    row.title_zh = body.title_zh.unwrap_or(row.title_zh);
    row.title_en = body.title_en.unwrap_or(row.title_en);
    row.zh_certainty = body.zh_certainty.unwrap_or(row.zh_certainty);
    row.source = body.source.unwrap_or(row.source);
    row.venues = body.venues.unwrap_or(row.venues);
    check(&mut checks, &mut row);
    checks.finish()?;
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update_theme(&mut tx, &row).await?;
    let after = ThemeView::from(row);
    let detail = patch::difference(&ThemeView::from(before), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("theme.change", "theme", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}

/// Takes a theme out of an edition; refused while activities have it.
#[utoipa::path(
    delete,
    path = "/api/v1/themes/{id}",
    operation_id = "remove_theme",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The theme")),
    responses((status = 204, description = "Gone"), ApiErrors)
)]
pub(super) async fn remove(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode> {
    let mut tx = begin(&state, &actor).await?;
    let row = store::load_theme(&mut tx, id).await?;
    managed(&mut tx, &actor, row.edition_id, None, Step::Change).await?;
    store::remove_theme(&mut tx, id).await?;
    let detail = json!({ "edition_id": row.edition_id, "month": row.month, "title_zh": row.title_zh });
    audit::record(&mut tx, &actor, state.now(), Event::new("theme.remove", "theme", id, detail)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
