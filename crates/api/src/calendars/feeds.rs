use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    TAG, links, store,
    text::{self, Feed},
};
use crate::{
    auth::secret,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    organizations,
    programmes::{self, EditionState},
    state::AppState,
    tenancy::DistrictId,
};

/// How far back a calendar goes that has no end of its own.
const BACK: TimeDelta = TimeDelta::days(400);
/// The name of calendars at secret addresses: it says nothing of whose they are.
const OWN: &str = "科普活动";

/// The secret.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Key {
    /// From the address that was made.
    key: String,
}

fn since(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_sub_signed(BACK).unwrap_or(now)
}

/// Sends a calendar, or says that the one that is known still stands. `If-Modified-Since` is not asked: what fell out of a
/// calendar leaves no date behind.
fn answer(feed: Feed, asked: &HeaderMap) -> Response {
    let mut headers: Vec<(HeaderName, HeaderValue)> = Vec::new();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.push((name, value));
        }
    };
    put(header::ETAG, &feed.etag);
    if let Some(modified) = feed.modified {
        put(header::LAST_MODIFIED, &modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    }
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == feed.etag)
    });
    let mut answer = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        put(header::CONTENT_TYPE, "text/calendar; charset=utf-8");
        feed.text.into_response()
    };
    for (name, value) in headers {
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// The calendar of a programme, through the years: the themes and sessions of its published editions, of the last 400 days
/// and to come. Nobody needs to sign in.
#[utoipa::path(
    get,
    path = "/api/v1/public/programmes/{id}/calendar.ics",
    operation_id = "programme_calendar",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The programme")),
    security(()),
    responses(
        (status = 200, description = "The calendar", content_type = "text/calendar", body = String),
        (status = 304, description = "As the caller has it"),
        ApiErrors
    )
)]
pub(super) async fn programme(
    State(state): State<AppState>,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
) -> Result<Response> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let published = programmes::store::Filter { programme: Some(id), ..programmes::store::Filter::default() };
    let Some(row) = programmes::store::list_editions(&mut tx, &published, None, 1).await?.pop() else {
        return Err(ApiError::not_found("programme"));
    };
    let from = since(state.now());
    let months = store::months_of_programme(&mut tx, id, from).await?;
    let sessions = store::of_programme(&mut tx, id, from).await?;
    tx.rollback().await?;
    Ok(answer(text::write(&row.programme_name_zh, &months, &sessions), &headers))
}

/// The calendar of a published edition: its themes as months, and its sessions. Nobody needs to sign in.
#[utoipa::path(
    get,
    path = "/api/v1/public/editions/{id}/calendar.ics",
    operation_id = "edition_calendar",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The edition")),
    security(()),
    responses(
        (status = 200, description = "The calendar", content_type = "text/calendar", body = String),
        (status = 304, description = "As the caller has it"),
        ApiErrors
    )
)]
pub(super) async fn edition(
    State(state): State<AppState>,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
) -> Result<Response> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let row = programmes::store::load_edition(&mut tx, id).await?;
    if row.state == EditionState::Draft {
        return Err(ApiError::not_found("edition"));
    }
    let months = store::months(&mut tx, id).await?;
    let sessions = store::of_edition(&mut tx, id).await?;
    tx.rollback().await?;
    let feed = text::write(&format!("{} {}", row.programme_name_zh, row.year), &months, &sessions);
    Ok(answer(feed, &headers))
}

/// The calendar of a host: its sessions of the last 400 days and to come. Once it has closed, those that were ahead are
/// cancelled. Nobody needs to sign in.
#[utoipa::path(
    get,
    path = "/api/v1/public/organizations/{id}/calendar.ics",
    operation_id = "organization_calendar",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The host")),
    security(()),
    responses(
        (status = 200, description = "The calendar", content_type = "text/calendar", body = String),
        (status = 304, description = "As the caller has it"),
        ApiErrors
    )
)]
pub(super) async fn organization(
    State(state): State<AppState>,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
) -> Result<Response> {
    let mut tx = state.begin_in(DistrictId::PLATFORM).await?;
    let row = organizations::store::load(&mut tx, id).await?;
    let sessions = store::of_host(&mut tx, id, since(state.now())).await?;
    tx.rollback().await?;
    Ok(answer(text::write(&row.name_zh, &[], &sessions), &headers))
}

/// The calendar at a secret address: sessions of the last 400 days and to come in which a school's pupils or a person are
/// registered. It names nobody.
#[utoipa::path(
    get,
    path = "/api/v1/calendars/own.ics",
    operation_id = "own_calendar",
    tag = TAG,
    params(Key),
    security(()),
    responses(
        (status = 200, description = "The calendar", content_type = "text/calendar", body = String),
        (status = 304, description = "As the caller has it"),
        ApiErrors
    )
)]
pub(super) async fn secret(
    State(state): State<AppState>,
    ApiQuery(Key { key }): ApiQuery<Key>,
    headers: HeaderMap,
) -> Result<Response> {
    let district = links::district_of(&key).ok_or_else(|| ApiError::not_found("calendar"))?;
    let mut tx = state.begin_in(district).await?;
    let link = store::link_of(&mut tx, &secret::digest(&key)).await?.ok_or_else(|| ApiError::not_found("calendar"))?;
    let from = since(state.now());
    let sessions = match (link.school_id, link.person_id) {
        (Some(school), _) => store::of_school(&mut tx, school, from).await?,
        (None, Some(person)) => store::of_person(&mut tx, person, from).await?,
        (None, None) => Vec::new(),
    };
    tx.rollback().await?;
    Ok(answer(text::write(OWN, &[], &sessions), &headers))
}
