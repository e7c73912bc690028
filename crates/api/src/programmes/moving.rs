//! A theme goes to another month. Its sessions stay where they are: those that lie outside then are told, so that their
//! hosts move or keep them.

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::programme::Step;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, begin, managed, store, themes::check_month, views::ThemeView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ApiQuery, ETag, IfMatch},
    state::AppState,
    tenancy::Tx,
};

/// How many sessions are told one by one.
const TOLD: i64 = 200;

/// Where to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhereTo {
    /// First day of the month.
    month: NaiveDate,
}

/// Where to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ThemeMove {
    /// First day of the month.
    month: NaiveDate,
}

/// A session that lies outside the month.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionOutside {
    /// The session.
    id: Uuid,
    /// The activity.
    activity_id: Uuid,
    /// Its title in Chinese.
    activity_title_zh: String,
    /// Its title in English; may be empty.
    activity_title_en: String,
    /// The host.
    host_id: Uuid,
    /// The host's name in Chinese.
    host_name_zh: String,
    /// The host's name in English; may be empty.
    host_name_en: String,
    /// When it begins.
    starts_at: DateTime<Utc>,
    /// Where.
    place: String,
}

/// What moving a theme means for the sessions ahead.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MoveView {
    /// The theme.
    theme: ThemeView,
    /// First day of the month in question.
    month: NaiveDate,
    /// The theme that is in this month already; null if the month is free.
    taken_by: Option<ThemeView>,
    /// How many sessions of the theme are still to come.
    ahead: i64,
    /// How many of them lie outside the month.
    outside_count: i64,
    /// Those, by their beginning; the first 200. They stay where they are.
    outside: Vec<SessionOutside>,
}

async fn view(tx: &mut Tx, theme: store::Theme, month: NaiveDate, now: DateTime<Utc>) -> Result<MoveView> {
    let (rows, outside_count) = store::sessions_outside(tx, theme.id, month, now, TOLD).await?;
    let ahead = store::sessions_ahead(tx, theme.id, now).await?;
    let others = store::themes(tx, theme.edition_id).await?;
    let taken_by = others.into_iter().find(|other| other.month == month && other.id != theme.id);
    let outside = rows
        .into_iter()
        .map(|row| SessionOutside {
            id: row.id,
            activity_id: row.activity_id,
            activity_title_zh: row.activity_title_zh,
            activity_title_en: row.activity_title_en,
            host_id: row.host_id,
            host_name_zh: row.host_name_zh,
            host_name_en: row.host_name_en,
            starts_at: row.starts_at,
            place: row.place,
        })
        .collect();
    Ok(MoveView { theme: theme.into(), month, taken_by: taken_by.map(Into::into), ahead, outside_count, outside })
}

/// Tells which sessions ahead would lie outside, before a theme is moved. Nothing is changed.
#[utoipa::path(
    get,
    path = "/api/v1/themes/{id}/outside",
    operation_id = "preview_theme_move",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The theme"), WhereTo),
    responses((status = 200, description = "What it would mean", body = MoveView), ApiErrors)
)]
pub(super) async fn preview(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(to): ApiQuery<WhereTo>,
) -> Result<Json<MoveView>> {
    let mut tx = begin(&state, &actor).await?;
    let theme = store::load_theme(&mut tx, id).await?;
    let edition = managed(&mut tx, &actor, theme.edition_id, None, Step::Change).await?;
    let mut checks = Checks::new();
    check_month(&mut checks, &edition, to.month);
    checks.finish()?;
    let told = view(&mut tx, theme, to.month, state.now()).await?;
    tx.rollback().await?;
    Ok(Json(told))
}

/// Moves a theme to a month that is free. Sessions stay where they are; those outside the month are told.
#[utoipa::path(
    post,
    path = "/api/v1/themes/{id}/move",
    operation_id = "move_theme",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The theme"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ThemeMove,
    responses((status = 200, description = "Moved", body = MoveView), ApiErrors)
)]
pub(super) async fn move_to(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(to): ApiJson<ThemeMove>,
) -> Result<Response> {
    let mut tx = begin(&state, &actor).await?;
    let edition = store::load_theme(&mut tx, id).await?.edition_id;
    let edition = managed(&mut tx, &actor, edition, None, Step::Change).await?;
    let mut row = store::load_theme(&mut tx, id).await?;
    version.check("theme", row.version)?;
    let mut checks = Checks::new();
    check_month(&mut checks, &edition, to.month);
    checks.finish()?;
    let from = row.month;
    if from == to.month {
        return Err(ApiError::conflict("same_month", "The theme is in this month already."));
    }
    let now = state.now();
    row.month = to.month;
    row.version += 1;
    row.updated_at = now;
    store::update_theme(&mut tx, &row).await?;
    let told = view(&mut tx, row, to.month, now).await?;
    let detail = json!({ "from": from, "to": to.month, "outside": told.outside_count });
    audit::record(&mut tx, &actor, now, Event::new("theme.move", "theme", id, detail)).await?;
    tx.commit_with((ETag(told.theme.version), Json(told))).await
}
