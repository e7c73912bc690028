//! GET /api/v1/public/sessions

use axum::{Json, extract::State};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{free_places, store};
use crate::{
    activities::Grades,
    error::{ApiErrors, Result},
    extract::ApiQuery,
    page::{Page, PageQuery},
    state::AppState,
    tenancy::DistrictId,
};

/// What to look up.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CalendarFilter {
    /// On this day or later, by the clock of the session's district; from now on if left out.
    from: Option<NaiveDate>,
    /// On this day or earlier.
    to: Option<NaiveDate>,
    /// Code of the district.
    district: Option<String>,
    /// The host.
    host: Option<Uuid>,
    /// What it is, as activities name it.
    kind: Option<String>,
    /// For this grade.
    grade: Option<i32>,
    /// Whose title or host's name holds this text.
    q: Option<String>,
}

/// A session that anybody may know of. Nobody's name is in it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublicSession {
    /// The session.
    id: Uuid,
    /// Title of the activity in Chinese.
    title_zh: String,
    /// Title in English; empty if it has none.
    title_en: String,
    /// What it is.
    kind: String,
    /// For which grades; null for all.
    grades: Option<Grades>,
    /// How long it takes, in minutes.
    minutes: i32,
    /// Code of the district.
    district_code: String,
    /// Its name.
    district_name_zh: String,
    /// The host.
    host_id: Uuid,
    /// The host's name in Chinese.
    host_name_zh: String,
    /// The host's name in English; empty if it has none.
    host_name_en: String,
    /// When it begins.
    starts_at: DateTime<Utc>,
    /// When it ends.
    ends_at: DateTime<Utc>,
    /// Where.
    place: String,
    /// How many guests; null for any number.
    capacity: Option<i32>,
    /// How many places are left; null for any number.
    free_places: Option<i64>,
    /// When its places open; null for at once.
    opens_at: Option<DateTime<Utc>>,
    /// Until when places are kept for schools; null for until it begins, or where none are.
    to_all_at: Option<DateTime<Utc>>,
}

/// The public calendar: sessions to come that take guests, by beginning. Nobody needs to sign in.
#[utoipa::path(
    get, path = "/api/v1/public/sessions", operation_id = "public_sessions", tag = "sessions",
    params(CalendarFilter, PageQuery), security(()),
    responses((status = 200, description = "A page of sessions", body = Page<PublicSession>), ApiErrors)
)]
pub(super) async fn public_sessions(
    State(state): State<AppState>,
    ApiQuery(filter): ApiQuery<CalendarFilter>,
    ApiQuery(page): ApiQuery<PageQuery>,
) -> Result<Json<Page<PublicSession>>> {
    let wanted = store::Filter {
        district_code: filter.district.as_deref(),
        host: filter.host,
        from: filter.from,
        to: filter.to,
        grade: filter.grade,
        kind: filter.kind.as_deref(),
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
        open_at: Some(state.now()),
        ..store::Filter::default()
    };
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let rows = store::list(&mut tx, &wanted, page.after()?, page.fetch()?).await?;
    let free = free_places(&mut tx, rows.get(..page.limit()?).unwrap_or(&rows)).await?;
    tx.rollback().await?;
    Ok(Json(Page::of(
        rows,
        &page,
        |row| (row.starts_at, row.id),
        |row| PublicSession {
            free_places: free.get(&row.id).copied(),
            opens_at: row.opens_at,
            to_all_at: row.to_all_at,
            grades: (row.grade_from.is_some() || row.grade_to.is_some())
                .then_some(Grades { from: row.grade_from, to: row.grade_to }),
            id: row.id,
            title_zh: row.activity_title_zh,
            title_en: row.activity_title_en,
            kind: row.kind,
            minutes: row.minutes,
            district_code: row.district_code,
            district_name_zh: row.district_name_zh,
            host_id: row.host_id,
            host_name_zh: row.host_name_zh,
            host_name_en: row.host_name_en,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            place: row.place,
            capacity: row.capacity,
        },
    )?))
}
