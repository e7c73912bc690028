use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::{Days as Count, NaiveDate};
use kepu_domain::{
    booking::{Days, days::choose},
    role::{Action, Scope},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{BookingState, BookingView, TAG, conflict, news, refused_days, store};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ETag, Location},
    organizations::{self, OrganizationStatus, store::Organization},
    resources::{self, ResourceStatus, store::Resource},
    roster::today,
    state::AppState,
    tenancy::Tx,
};

/// How many days ahead anything can be booked.
pub(super) const AHEAD_MAX: u64 = 732;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBooking {
    /// What is wanted.
    resource_id: Uuid,
    /// Who asks: an organization that the account answers for.
    organization_id: Uuid,
    /// First day.
    first_day: NaiveDate,
    /// Last day; what is lent is back by then.
    last_day: NaiveDate,
    /// How many items; 1 if left out.
    #[serde(default = "one")]
    #[schema(default = 1, minimum = 1, maximum = 500)]
    quantity: i32,
    /// For how many persons.
    #[schema(minimum = 1, maximum = 10_000)]
    persons: Option<i32>,
    /// Where it is used.
    #[serde(default)]
    #[schema(max_length = 200)]
    place: String,
    /// What for.
    #[serde(default)]
    #[schema(max_length = 400)]
    purpose: String,
}

pub(super) fn one() -> i32 {
    1
}

/// Asks for a resource. It is held from now on, until it is refused or cancelled.
#[utoipa::path(
    post,
    path = "/api/v1/bookings",
    operation_id = "request_booking",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewBooking,
    responses((status = 201, description = "Asked for, and held", body = BookingView), ApiErrors)
)]
pub(super) async fn request(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewBooking>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let asker = asker(&mut tx, &actor, "organization_id", body.organization_id).await?;
    let resource = resources::store::lock(&mut tx, body.resource_id).await?;
    let now = state.now();
    let day = today(&mut tx, now).await?;
    let mut checks = Checks::new();
    let place = checks.text("place", &body.place, 0..=200);
    let purpose = checks.text("purpose", &body.purpose, 0..=400);
    let days = days(&mut checks, "", body.first_day, body.last_day, day)?;
    persons(&mut checks, "persons", body.persons, &resource);
    checks.finish()?;
    on_offer(&resource)?;
    within_reach(&resource, &asker, "organization_id")?;
    let items = store::items(&mut tx, resource.id, day).await?;
    let quantity = quantity(body.quantity, items.len())?;
    let chosen = match choose(&items, &[days], quantity) {
        Ok(chosen) => chosen,
        Err(in_the_way) => {
            return Err(conflict::taken(&mut tx, &actor, &items, days, quantity, in_the_way).await?);
        }
    };
    let row = store::Booking {
        id: state.new_id(),
        quantity: body.quantity,
        persons: body.persons,
        place,
        purpose,
        requested_by: actor.account_id,
        requested_at: now,
        updated_at: now,
        ..new(&resource, &asker, days)
    };
    store::insert(&mut tx, &row).await?;
    store::assign(&mut tx, row.id, &chosen, days).await?;
    let detail = json!({
        "resource_id": row.resource_id, "organization_id": row.organization_id, "first_day": row.first_day,
        "last_day": row.last_day, "quantity": row.quantity,
    });
    audit::record(&mut tx, &actor, now, Event::new("booking.request", "booking", row.id, detail)).await?;
    news::asked(&mut tx, &actor, &row, now).await?;
    let row = store::load(&mut tx, row.id).await?;
    let place = Location(format!("/api/v1/bookings/{}", row.id));
    let answer = (StatusCode::CREATED, ETag(row.version), place, Json(BookingView::on(row, day)?));
    tx.commit_with(answer).await
}

/// The organization that asks, if the actor may ask for it.
pub(super) async fn asker(tx: &mut Tx, actor: &Actor, field: &str, id: Uuid) -> Result<Organization> {
    let asker = known(tx, field, id).await?;
    actor.require(Action::BookingAsk, &Scope::Host { district: asker.district_id, host: asker.id })?;
    Ok(asker)
}

/// An organization that works.
pub(super) async fn known(tx: &mut Tx, field: &str, id: Uuid) -> Result<Organization> {
    let Some(found) = organizations::store::find(tx, id).await? else {
        return Err(ApiError::invalid_field(field, "unknown", "must be an organization"));
    };
    if found.status == OrganizationStatus::Closed {
        return Err(ApiError::conflict(
            "organization_closed",
            format!("The organization {} is closed.", found.name_zh),
        ));
    }
    Ok(found)
}

/// Days to come, not too far ahead. `at` is put before the names of the fields.
pub(super) fn days(checks: &mut Checks, at: &str, first: NaiveDate, last: NaiveDate, today: NaiveDate) -> Result<Days> {
    let days = Days::new(first, last).map_err(|refusal| refused_days(&format!("{at}last_day"), &refusal))?;
    checks.require(first >= today, &format!("{at}first_day"), "in_the_past", format!("must not lie before {today}"));
    let end = today.checked_add_days(Count::new(AHEAD_MAX)).unwrap_or(NaiveDate::MAX);
    checks.require(last <= end, &format!("{at}last_day"), "too_far", format!("must not lie after {end}"));
    Ok(days)
}

/// No more persons than it serves at a time.
pub(super) fn persons(checks: &mut Checks, field: &str, persons: Option<i32>, resource: &Resource) {
    if let Some(persons) = persons {
        checks.range(field, persons, 1..=resource.capacity.unwrap_or(10_000));
    }
}

/// Refuses what nobody can ask for.
pub(super) fn on_offer(resource: &Resource) -> Result<()> {
    if resource.status == ResourceStatus::Closed {
        let detail = format!("It is not on offer any more: {}", resource.reason);
        return Err(ApiError::conflict("resource_closed", detail));
    }
    if resource.item_count == 0 {
        return Err(ApiError::conflict(
            "nothing_to_book",
            "There is nothing to book: it is files alone, which anybody may download, or all of it is out of service.",
        ));
    }
    Ok(())
}

/// Refuses organizations of districts to which it does not go.
pub(super) fn within_reach(resource: &Resource, asker: &Organization, field: &str) -> Result<()> {
    if resource.reach().admits(asker.district_id) {
        return Ok(());
    }
    let text = format!("is of a district to which the owner does not let it go: {}", asker.name_zh);
    Err(ApiError::unprocessable("out_of_reach", format!("{} {text}.", resource.title_zh))
        .with_errors(vec![FieldError::new(field, "out_of_reach", text)]))
}

/// How many items; not more than there are.
pub(super) fn quantity(wanted: i32, all: usize) -> Result<usize> {
    match usize::try_from(wanted) {
        Ok(quantity) if (1..=all).contains(&quantity) => Ok(quantity),
        _ => Err(ApiError::invalid_field(
            "quantity",
            "out_of_range",
            format!("must be from 1 to {all}, which is how many there are in service"),
        )),
    }
}

/// A booking that waits for the owner; who asked for it and when is for the caller to say.
pub(super) fn new(resource: &Resource, asker: &Organization, days: Days) -> store::Booking {
    store::Booking {
        id: Uuid::nil(),
        resource_id: resource.id,
        resource_title_zh: resource.title_zh.clone(),
        resource_title_en: resource.title_en.clone(),
        resource_kind: resource.kind,
        owner_id: resource.owner_id,
        owner_district_id: resource.district_id,
        owner_name_zh: resource.owner_name_zh.clone(),
        owner_name_en: resource.owner_name_en.clone(),
        organization_id: asker.id,
        organization_district_id: asker.district_id,
        organization_name_zh: asker.name_zh.clone(),
        organization_name_en: asker.name_en.clone(),
        tour_id: None,
        tour_name: None,
        quantity: 1,
        labels: Vec::new(),
        item_ids: Vec::new(),
        first_day: days.first(),
        last_day: days.last(),
        persons: None,
        place: String::new(),
        purpose: String::new(),
        state: BookingState::Requested,
        requested_by: Uuid::nil(),
        requested_at: chrono::DateTime::UNIX_EPOCH,
        decided_by: None,
        decided_at: None,
        cancelled_side: None,
        reason: String::new(),
        delivered_by: None,
        delivered_at: None,
        delivered_on: None,
        longer_until: None,
        longer_reason: String::new(),
        longer_by: None,
        longer_at: None,
        longer_refusal: String::new(),
        returned_by: None,
        returned_at: None,
        returned_on: None,
        condition: None,
        remark: String::new(),
        rated: false,
        version: 1,
        updated_at: chrono::DateTime::UNIX_EPOCH,
    }
}
