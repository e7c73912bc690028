use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::Response,
};
use chrono::{DateTime, Utc};
use kepu_domain::role::{Action, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{TAG, store};
use crate::{
    audit::{self, Event},
    auth::{Actor, secret},
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, ApiQuery},
    organizations,
    state::AppState,
    tenancy::{DistrictId, Tx},
};

/// Addresses that hold at once for one school or person.
const AT_ONCE: usize = 20;

/// Whose calendar: one of the two.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// A school of the district.
    school_id: Option<Uuid>,
    /// A person of the district.
    person_id: Option<Uuid>,
}

/// A secret address of a calendar, without the secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalendarLinkView {
    /// Identity.
    id: Uuid,
    /// The school, if it is one's calendar.
    school_id: Option<Uuid>,
    /// The person, if it is one's calendar.
    person_id: Option<Uuid>,
    /// How the account is called that made it.
    created_by_name: String,
    /// When it was made.
    created_at: DateTime<Utc>,
}

/// Addresses that hold.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalendarLinks {
    /// The latest first.
    items: Vec<CalendarLinkView>,
}

/// A new secret address. It is told this once: only a digest of it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewCalendarLink {
    /// The link, to revoke it.
    #[serde(flatten)]
    link: CalendarLinkView,
    /// The address, from the service's own one on. Whoever has it reads the calendar.
    path: String,
}

impl From<store::Link> for CalendarLinkView {
    fn from(row: store::Link) -> Self {
        Self {
            id: row.id,
            school_id: row.school_id,
            person_id: row.person_id,
            created_by_name: row.created_by_name,
            created_at: row.created_at,
        }
    }
}

fn require(tx: &Tx, actor: &Actor, school: Option<Uuid>, person: Option<Uuid>) -> Result<()> {
    let district = tx.district().0;
    match (school, person) {
        (Some(school), None) => actor.require(Action::SchoolCalendar, &Scope::School { district, school }),
        (None, Some(person)) => {
            actor.require(Action::PersonCalendar, &Scope::Person { district, person, school: None })
        }
        _ => Err(ApiError::invalid_field("school_id", "one_of_two", "give either school_id or person_id")),
    }
}

/// The secret of an address: it names the district, so that it is looked up behind the fence.
fn key(district: DistrictId) -> String {
    format!("{}{}", district.0.simple(), secret::token())
}

/// The district that a secret names.
pub(super) fn district_of(key: &str) -> Option<DistrictId> {
    key.get(..32).and_then(|district| Uuid::try_parse(district).ok()).map(DistrictId)
}

/// Lists the secret addresses of a school's or a person's calendar.
#[utoipa::path(
    get,
    path = "/api/v1/calendar-links",
    operation_id = "list_calendar_links",
    tag = TAG,
    params(Whose),
    responses((status = 200, description = "Those that hold", body = CalendarLinks), ApiErrors)
)]
pub(super) async fn list(
    State(state): State<AppState>,
    actor: Actor,
    ApiQuery(whose): ApiQuery<Whose>,
) -> Result<Json<CalendarLinks>> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, whose.school_id, whose.person_id)?;
    let rows = store::links(&mut tx, whose.school_id, whose.person_id).await?;
    tx.commit().await?;
    Ok(Json(CalendarLinks { items: rows.into_iter().map(Into::into).collect() }))
}

/// Makes a secret address of a school's or a person's calendar. It is told this once.
#[utoipa::path(
    post,
    path = "/api/v1/calendar-links",
    operation_id = "create_calendar_link",
    tag = TAG,
    request_body = Whose,
    responses((status = 201, description = "Made", body = NewCalendarLink), ApiErrors)
)]
pub(super) async fn create(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(whose): ApiJson<Whose>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    require(&tx, &actor, whose.school_id, whose.person_id)?;
    if let Some(school) = whose.school_id {
        organizations::store::load(&mut tx, school).await?;
    }
    if store::links(&mut tx, whose.school_id, whose.person_id).await?.len() >= AT_ONCE {
        return Err(ApiError::conflict(
            "too_many_links",
            format!("There are {AT_ONCE} addresses already. Revoke one that nobody uses."),
        ));
    }
    let now = state.now();
    let key = key(tx.district());
    let link = store::Link {
        id: state.new_id(),
        school_id: whose.school_id,
        person_id: whose.person_id,
        created_by: actor.account_id,
        created_by_name: actor.display_name.clone(),
        created_at: now,
        revoked_at: None,
    };
    store::insert_link(&mut tx, &link, &secret::digest(&key)).await?;
    let detail = json!({ "school_id": link.school_id, "person_id": link.person_id });
    audit::record(&mut tx, &actor, now, Event::new("calendar_link.create", "calendar_link", link.id, detail)).await?;
    let path = format!("/api/v1/calendars/own.ics?key={key}");
    // A secret is kept for nobody, not even for who repeats the request.
    let headers = [(header::CACHE_CONTROL, "no-store")];
    tx.commit_with((StatusCode::CREATED, headers, Json(NewCalendarLink { link: link.into(), path }))).await
}

/// Revokes a secret address: from now on it answers nobody.
#[utoipa::path(
    delete,
    path = "/api/v1/calendar-links/{id}",
    operation_id = "revoke_calendar_link",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The link")),
    responses((status = 204, description = "Revoked"), ApiErrors)
)]
pub(super) async fn revoke(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode> {
    let mut tx = state.begin(&actor).await?;
    let link = store::lock_link(&mut tx, id).await?;
    require(&tx, &actor, link.school_id, link.person_id)?;
    if link.revoked_at.is_none() {
        let now = state.now();
        store::revoke_link(&mut tx, id, now).await?;
        let detail = json!({ "school_id": link.school_id, "person_id": link.person_id });
        audit::record(&mut tx, &actor, now, Event::new("calendar_link.revoke", "calendar_link", id, detail)).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
