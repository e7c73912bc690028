//! A theme goes to another month. If another theme is there, the two trade their months. Sessions stay where they are: those that
//! lie outside then are told, so that their hosts move or keep them.

use axum::{Json, extract::State, response::Response};
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{programme::Step, reminder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{EditionState, TAG, begin, managed, store, themes::check_month, views::ThemeView};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    credits,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ApiQuery, ETag, IfMatch},
    reminders::{self, News},
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
    /// The theme that is in this month and gets the month of this one; left out if the month is free.
    swaps_with: Option<Uuid>,
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

/// What a month means for the sessions ahead of a theme.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ThemeInMonth {
    /// The theme.
    theme: ThemeView,
    /// First day of the month in question.
    month: NaiveDate,
    /// How many sessions of the theme are still to come.
    ahead: i64,
    /// How many of them lie outside the month.
    outside_count: i64,
    /// Those, by their beginning; the first 200. They stay where they are.
    outside: Vec<SessionOutside>,
}

/// What moving a theme means for the sessions ahead.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MoveView {
    /// The theme that moves.
    #[serde(flatten)]
    moved: ThemeInMonth,
    /// The theme that is in this month and gets the month of the one that moves; null if the month is free.
    swapped: Option<ThemeInMonth>,
}

/// The theme that is in a month, if it is another one.
async fn there(tx: &mut Tx, theme: &store::Theme, month: NaiveDate) -> Result<Option<store::Theme>> {
    let others = store::themes(tx, theme.edition_id).await?;
    Ok(others.into_iter().find(|other| other.month == month && other.id != theme.id))
}

async fn view(tx: &mut Tx, theme: store::Theme, month: NaiveDate, now: DateTime<Utc>) -> Result<ThemeInMonth> {
    let (rows, outside_count) = store::sessions_outside(tx, theme.id, month, now, TOLD).await?;
    let ahead = store::sessions_ahead(tx, theme.id, now).await?;
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
    Ok(ThemeInMonth { theme: theme.into(), month, ahead, outside_count, outside })
}

/// Tells those who host in the edition, who has planned by the month.
async fn tell(tx: &mut Tx, actor: &Actor, moved: &ThemeInMonth, from: NaiveDate, now: DateTime<Utc>) -> Result<()> {
    let theme = &moved.theme;
    let mut hosts: Vec<Uuid> = moved.outside.iter().map(|one| one.host_id).collect();
    let members = store::members(tx, theme.edition_id).await?.into_iter();
    hosts.extend(members.filter(|one| one.roles.iter().any(|role| role.hosts())).map(|one| one.organization_id));
    let to = moved.month;
    let said = |title: &str| format!("{title}: {} → {}", from.format("%Y-%m"), to.format("%Y-%m"));
    let named = [&theme.title_zh, &theme.title_en].into_iter().find(|title| !title.is_empty());
    let label_en = if theme.title_en.is_empty() { String::new() } else { said(&theme.title_en) };
    let news = News {
        step: reminder::Step::ThemeMoved,
        object: theme.id,
        page: Some(theme.edition_id),
        on: credits::today(tx, now).await?,
        label_zh: said(named.map_or("", String::as_str)),
        label_en,
    };
    reminders::tell_organizations(tx, actor, &hosts, &news, now).await
}

/// Tells which sessions ahead would lie outside, before a theme is moved; if another theme is in the month, of that one too, which
/// would get the month of the first. Nothing is changed.
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
    let (from, now) = (theme.month, state.now());
    let swapped = match there(&mut tx, &theme, to.month).await? {
        Some(other) => Some(view(&mut tx, other, from, now).await?),
        None => None,
    };
    let moved = view(&mut tx, theme, to.month, now).await?;
    tx.rollback().await?;
    Ok(Json(MoveView { moved, swapped }))
}

/// Moves a theme to another month: to one that is free, or to that of the theme which is named, and gets the month of this one in
/// turn. Sessions stay where they are; those outside the months are told.
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
    let mut other = there(&mut tx, &row, to.month).await?;
    if other.as_ref().map(|other| other.id) != to.swaps_with {
        let text = match &other {
            Some(other) => format!(
                "Another theme is in this month: {}. Look at what a swap of the two means, and name it.",
                if other.title_zh.is_empty() { &other.title_en } else { &other.title_zh }
            ),
            None => "The theme that was to be swapped is in this month no more. Look again.".to_owned(),
        };
        return Err(ApiError::conflict("month_taken", text));
    }
    let mut moving = vec![(&mut row, to.month)];
    if let Some(other) = &mut other {
        moving.push((other, from));
    }
    for (theme, month) in &mut moving {
        theme.month = *month;
        theme.version += 1;
        theme.updated_at = now;
    }
    let themes: Vec<&store::Theme> = moving.iter().map(|(theme, _)| &**theme).collect();
    store::move_themes(&mut tx, &themes, now).await?;
    let moved = told(&mut tx, &actor, row, (from, to.month), now).await?;
    let swapped = match other {
        Some(other) => Some(told(&mut tx, &actor, other, (to.month, from), now).await?),
        None => None,
    };
    if edition.state != EditionState::Draft {
        tell(&mut tx, &actor, &moved, from, now).await?;
        if let Some(swapped) = &swapped {
            tell(&mut tx, &actor, swapped, to.month, now).await?;
        }
    }
    tx.commit_with((ETag(moved.theme.version), Json(MoveView { moved, swapped }))).await
}

/// What a move has meant for a theme, on the trail too.
async fn told(
    tx: &mut Tx,
    actor: &Actor,
    theme: store::Theme,
    (from, to): (NaiveDate, NaiveDate),
    now: DateTime<Utc>,
) -> Result<ThemeInMonth> {
    let told = view(tx, theme, to, now).await?;
    let detail = json!({ "from": from, "to": to, "outside": told.outside_count });
    audit::record(tx, actor, now, Event::new("theme.move", "theme", told.theme.id, detail)).await?;
    Ok(told)
}
