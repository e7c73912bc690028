#![expect(clippy::option_option, reason = "left out, null and a value are three cases")]

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::programme::{Month, Step};
use serde::Deserialize;
use serde_json::json;
use sqlx::types;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{EditionState, Reported, TAG, begin, managed, require_manage, store, views::EditionView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    designations,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, ETag, IfMatch, Location},
    patch,
    state::AppState,
    tenancy::Tx,
};

/// A new edition, as a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEdition {
    /// The year; one edition each.
    #[schema(minimum = 2000, maximum = 2100)]
    year: i32,
    /// The main theme in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: String,
    /// The main theme in English.
    #[serde(default)]
    #[schema(max_length = 200)]
    title_en: String,
    /// First day.
    first_day: NaiveDate,
    /// Last day.
    last_day: NaiveDate,
    /// The scheme under which its hosts must hold a designation on the day; nothing is asked for if left out.
    host_scheme_id: Option<Uuid>,
    /// Where it was published.
    #[serde(default)]
    #[schema(max_length = 400)]
    source: String,
}

/// What to change; what is left out stays. Of a published edition the year stays; of a closed one only `reported` can be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditionChange {
    /// The year; of a draft alone.
    #[schema(minimum = 2000, maximum = 2100)]
    year: Option<i32>,
    /// The main theme in Chinese.
    #[schema(min_length = 1, max_length = 120)]
    title_zh: Option<String>,
    /// The main theme in English.
    #[schema(max_length = 200)]
    title_en: Option<String>,
    /// First day.
    first_day: Option<NaiveDate>,
    /// Last day.
    last_day: Option<NaiveDate>,
    /// The scheme under which its hosts must hold a designation on the day; null for none.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<Uuid>)]
    host_scheme_id: Option<Option<Uuid>>,
    /// Where it was published.
    #[schema(max_length = 400)]
    source: Option<String>,
    /// Totals that others published, all of them: one of each measure.
    #[schema(max_items = 4)]
    reported: Option<Vec<Reported>>,
}

/// Adds an edition of a programme.
#[utoipa::path(
    post,
    path = "/api/v1/programmes/{id}/editions",
    operation_id = "create_edition",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The programme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")
    ),
    request_body = NewEdition,
    responses((status = 201, description = "Added, as a draft", body = EditionView), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<NewEdition>,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let programme = store::lock_programme(&mut tx, id).await?;
    require_manage(&mut tx, &actor, programme.authority_id).await?;
    let mut checks = Checks::new();
    let now = state.now();
    let mut row = store::Edition {
        id: state.new_id(),
        programme_id: id,
        programme_code: programme.code,
        programme_name_zh: programme.name_zh,
        programme_name_en: programme.name_en,
        authority_id: programme.authority_id,
        authority_name_zh: programme.authority_name_zh,
        authority_name_en: programme.authority_name_en,
        year: checks.range("year", body.year, 2000..=2100),
        title_zh: body.title_zh,
        title_en: body.title_en,
        first_day: body.first_day,
        last_day: body.last_day,
        host_scheme_id: body.host_scheme_id,
        host_scheme_name_zh: None,
        host_scheme_name_en: None,
        source: body.source,
        reported: types::Json(Vec::new()),
        state: EditionState::Draft,
        published_at: None,
        closed_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    check(&mut tx, &mut checks, &mut row).await?;
    checks.finish()?;
    store::insert_edition(&mut tx, &row).await?;
    let row = store::load_edition(&mut tx, row.id).await?;
    let detail = json!({ "programme": row.programme_code, "year": row.year, "title_zh": row.title_zh });
    audit::record(&mut tx, &actor, now, Event::new("edition.create", "edition", row.id, detail)).await?;
    let place = Location(format!("/api/v1/editions/{}", row.id));
    tx.commit_with((StatusCode::CREATED, ETag(row.version), place, Json(EditionView::from(row)))).await
}

/// What an edition says of itself.
async fn check(tx: &mut Tx, checks: &mut Checks, row: &mut store::Edition) -> Result<()> {
    row.title_zh = checks.text("title_zh", &row.title_zh, 1..=120);
    row.title_en = checks.text("title_en", &row.title_en, 0..=200);
    row.source = checks.text("source", &row.source, 0..=400);
    checks.require(row.first_day <= row.last_day, "last_day", "before_first_day", "must not lie before first_day");
    if let Some(scheme) = row.host_scheme_id
        && designations::store::find_scheme(tx, scheme).await?.is_none()
    {
        checks.add(FieldError::new("host_scheme_id", "unknown", "must be a scheme"));
    }
    Ok(())
}

fn check_reported(checks: &mut Checks, reported: Vec<Reported>) -> Vec<Reported> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (index, one) in reported.into_iter().enumerate() {
        checks.require(seen.insert(one.measure), &format!("reported[{index}].measure"), "twice", "is there twice");
        all.push(Reported {
            measure: one.measure,
            count: checks.range(&format!("reported[{index}].count"), one.count, 0..=1_000_000_000_000),
            source: checks.text(&format!("reported[{index}].source"), &one.source, 1..=400),
        });
    }
    all
}

/// Changes what an edition says of itself, and the totals that others published of it.
#[utoipa::path(
    patch,
    path = "/api/v1/editions/{id}",
    operation_id = "change_edition",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The edition"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = EditionChange,
    responses((status = 200, description = "As it is now", body = EditionView), ApiErrors)
)]
pub(super) async fn change(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<EditionChange>,
) -> Result<(ETag, Json<EditionView>)> {
    let mut tx = begin(&state, &actor).await?;
    let says = body.title_zh.is_some()
        || body.title_en.is_some()
        || body.first_day.is_some()
        || body.last_day.is_some()
        || body.host_scheme_id.is_some()
        || body.source.is_some();
    let step = match body.year {
        Some(_) => Step::ChangeYear,
        None if says => Step::Change,
        None => Step::Report,
    };
    let before = managed(&mut tx, &actor, id, Some(version), step).await?;
    let mut row = before.clone();
    let mut checks = Checks::new();
    row.year = checks.range("year", body.year.unwrap_or(row.year), 2000..=2100);
    row.title_zh = body.title_zh.unwrap_or(row.title_zh);
    row.title_en = body.title_en.unwrap_or(row.title_en);
    row.first_day = body.first_day.unwrap_or(row.first_day);
    row.last_day = body.last_day.unwrap_or(row.last_day);
    row.host_scheme_id = body.host_scheme_id.unwrap_or(row.host_scheme_id);
    row.source = body.source.unwrap_or(row.source);
    if let Some(reported) = body.reported {
        row.reported = types::Json(check_reported(&mut checks, reported));
    }
    check(&mut tx, &mut checks, &mut row).await?;
    checks.finish()?;
    let inside = |theme: &store::Theme| {
        Month::beginning(theme.month).is_some_and(|month| month.touches(row.first_day, row.last_day))
    };
    if let Some(theme) = store::themes(&mut tx, id).await?.iter().find(|theme| !inside(theme)) {
        return Err(ApiError::conflict(
            "theme_outside_edition",
            format!("The theme of {} would lie outside these days. Move it first.", theme.month.format("%Y-%m")),
        ));
    }
    let now = state.now();
    row.version += 1;
    row.updated_at = now;
    store::update_edition(&mut tx, &row).await?;
    let after = EditionView::from(store::load_edition(&mut tx, id).await?);
    let detail = patch::difference(&EditionView::from(before), &after)?;
    audit::record(&mut tx, &actor, now, Event::new("edition.change", "edition", id, detail)).await?;
    tx.commit().await?;
    Ok((ETag(after.version), Json(after)))
}
