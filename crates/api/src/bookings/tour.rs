//! Tours: one thing visits several organizations in turn, all of them or none.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use chrono::NaiveDate;
use kepu_domain::{
    booking::{
        Days,
        days::{Item, choose},
        tour as rules,
    },
    role::Action,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    BookingState, BookingView, TAG,
    conflict::{self, InTheWay, next_start},
    news, request, store,
};
use crate::{
    audit::{self, Event},
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, FieldError, Result},
    extract::{ApiJson, ApiPath, Location},
    organizations::store::Organization,
    resources,
    roster::today,
    state::AppState,
    tenancy::Tx,
};

/// Where it stays, and when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStop {
    /// Whom it visits.
    organization_id: Uuid,
    /// First day.
    first_day: NaiveDate,
    /// Last day.
    last_day: NaiveDate,
    /// For how many persons.
    #[schema(minimum = 1, maximum = 10_000)]
    persons: Option<i32>,
    /// Where it is used.
    #[serde(default)]
    #[schema(max_length = 200)]
    place: String,
}

/// A new tour.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTour {
    /// What travels.
    resource_id: Uuid,
    /// What the tour is called.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// How many items travel together; 1 if left out.
    #[serde(default = "request::one")]
    #[schema(default = 1, minimum = 1, maximum = 500)]
    quantity: i32,
    /// What for.
    #[serde(default)]
    #[schema(max_length = 400)]
    purpose: String,
    /// The stops in the order of the visits; days of travel may lie between them.
    #[schema(min_items = 2, max_items = 100)]
    stops: Vec<NewStop>,
}

/// A tour.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TourView {
    /// Identity.
    id: Uuid,
    /// What it is called.
    name: String,
    /// What travels.
    resource_id: Uuid,
    /// The stops in the order of their days; also those that were refused or cancelled.
    stops: Vec<BookingView>,
}

/// Plans a tour: every stop becomes a booking, or none does. The owner's plan is approved at once; that of who may ask
/// for all of the organizations waits for the owner.
#[utoipa::path(
    post,
    path = "/api/v1/tours",
    operation_id = "plan_tour",
    tag = TAG,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely with the same key")),
    request_body = NewTour,
    responses((status = 201, description = "Planned, and held", body = TourView), ApiErrors)
)]
pub(super) async fn plan(
    State(state): State<AppState>,
    actor: Actor,
    ApiJson(body): ApiJson<NewTour>,
) -> Result<Response> {
    let mut tx = state.begin(&actor).await?;
    let resource = resources::store::lock(&mut tx, body.resource_id).await?;
    let owner = actor.may(Action::BookingAnswer, &resource.scope());
    let (now, mut checks) = (state.now(), Checks::new());
    let day = today(&mut tx, now).await?;
    let name = checks.text("name", &body.name, 1..=120);
    let purpose = checks.text("purpose", &body.purpose, 0..=400);
    checks.count("stops", body.stops.len(), 2..=rules::MOST_STOPS);
    let mut askers: Vec<Organization> = Vec::new();
    let mut spans: Vec<Days> = Vec::new();
    for (at, stop) in body.stops.iter().enumerate().take(rules::MOST_STOPS) {
        let field = format!("stops[{at}].organization_id");
        let asker = if owner {
            request::known(&mut tx, &field, stop.organization_id).await?
        } else {
            request::asker(&mut tx, &actor, &field, stop.organization_id).await?
        };
        request::within_reach(&resource, &asker, &field)?;
        spans.push(request::days(&mut checks, &format!("stops[{at}]."), stop.first_day, stop.last_day, day)?);
        request::persons(&mut checks, &format!("stops[{at}].persons"), stop.persons, &resource);
        checks.text(&format!("stops[{at}].place"), &stop.place, 0..=200);
        askers.push(asker);
    }
    checks.finish()?;
    rules::check(&spans).map_err(|refusals| refused(&refusals))?;
    request::on_offer(&resource)?;
    let items = store::items(&mut tx, resource.id, day).await?;
    let quantity = request::quantity(body.quantity, items.len())?;
    let chosen = match choose(&items, &spans, quantity) {
        Ok(chosen) => chosen,
        Err(in_the_way) => return Err(taken(&mut tx, &actor, &items, &spans, quantity, &in_the_way).await?),
    };
    let tour = state.new_id();
    store::add_tour(&mut tx, tour, resource.id, &name, actor.account_id, now).await?;
    let mut events = Vec::new();
    for ((asker, days), stop) in askers.iter().zip(&spans).zip(&body.stops) {
        let row = store::Booking {
            id: state.new_id(),
            tour_id: Some(tour),
            quantity: body.quantity,
            persons: stop.persons,
            place: stop.place.trim().to_owned(),
            purpose: purpose.clone(),
            state: if owner { BookingState::Approved } else { BookingState::Requested },
            requested_by: actor.account_id,
            requested_at: now,
            decided_by: owner.then_some(actor.account_id),
            decided_at: owner.then_some(now),
            updated_at: now,
            ..request::new(&resource, asker, *days)
        };
        store::insert(&mut tx, &row).await?;
        store::assign(&mut tx, row.id, &chosen, *days).await?;
        let detail = json!({
            "resource_id": row.resource_id, "organization_id": row.organization_id, "tour_id": tour,
            "first_day": row.first_day, "last_day": row.last_day, "quantity": row.quantity,
        });
        events.push(Event::new("booking.request", "booking", row.id, detail));
        if owner {
            news::approved(&mut tx, &actor, &row, now).await?;
        } else if events.len() == 1 {
            news::asked(&mut tx, &actor, &row, now).await?;
        }
    }
    let detail = json!({ "resource_id": resource.id, "name": name, "stops": body.stops.len() });
    events.push(Event::new("tour.plan", "tour", tour, detail));
    audit::record_many(&mut tx, &actor, now, events).await?;
    let stops = store::of_tour(&mut tx, tour).await?;
    let view = TourView { id: tour, name, resource_id: resource.id, stops: views(stops, day)? };
    let place = Location(format!("/api/v1/tours/{tour}"));
    tx.commit_with((StatusCode::CREATED, place, Json(view))).await
}

fn views(stops: Vec<store::Booking>, day: NaiveDate) -> Result<Vec<BookingView>> {
    stops.into_iter().map(|stop| BookingView::on(stop, day)).collect()
}

/// The answer to stops that cannot be one tour.
fn refused(refusals: &[rules::Refusal]) -> ApiError {
    let errors = refusals.iter().map(|refusal| {
        let (field, code) = match refusal {
            rules::Refusal::Count(_) => ("stops".to_owned(), "wrong_count"),
            rules::Refusal::Collide(met) => (format!("stops[{}].first_day", met.other - 1), "stops_collide"),
            rules::Refusal::OutOfOrder { stop, .. } => (format!("stops[{}].first_day", stop - 1), "out_of_order"),
        };
        FieldError::new(field, code, refusal.to_string())
    });
    ApiError::invalid(errors.collect())
}

/// The answer when other bookings are in the way of some stops.
async fn taken(
    tx: &mut Tx,
    actor: &Actor,
    items: &[Item<Uuid, Uuid>],
    spans: &[Days],
    quantity: usize,
    in_the_way: &[(Uuid, Days)],
) -> Result<ApiError> {
    let mut met = Vec::new();
    for (at, days) in spans.iter().enumerate() {
        for (booking, held) in in_the_way.iter().filter(|(_, held)| held.overlap(*days)) {
            met.push(InTheWay { booking: *booking, days: *held, field: format!("stops[{at}].first_day") });
        }
    }
    let mut errors = conflict::told(tx, actor, &met).await?;
    let next = match next_start(items, spans, quantity) {
        Some(day) => {
            let text = format!("could begin on {day}, with all stops moved by as many days");
            errors.push(FieldError::new("stops", "next_free", text).value(day.to_string()));
            format!("Moved as a whole, the tour could begin on {day}.")
        }
        None => "Moved as a whole, the tour cannot be within a year.".to_owned(),
    };
    let stops = spans.iter().filter(|days| in_the_way.iter().any(|(_, held)| held.overlap(**days))).count();
    let detail = format!("On {stops} stops of the tour it is not free, so nothing was booked. {next}");
    Ok(ApiError::conflict("tour_collides", detail).with_errors(errors))
}

/// Reads a tour: the owner, and every organization that it visits, for each hands over to the next.
#[utoipa::path(
    get,
    path = "/api/v1/tours/{id}",
    operation_id = "read_tour",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The tour")),
    responses((status = 200, description = "The tour", body = TourView), ApiErrors)
)]
pub(super) async fn read(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<Json<TourView>> {
    let mut tx = state.begin(&actor).await?;
    let stops = store::of_tour(&mut tx, id).await?;
    let day = today(&mut tx, state.now()).await?;
    tx.commit().await?;
    let Some(first) = stops.first() else { return Err(ApiError::not_found("tour")) };
    if !stops.iter().any(|stop| stop.is_known_to(&actor)) {
        first.require_known(&actor)?;
    }
    let (name, resource_id) = (first.tour_name.clone().unwrap_or_default(), first.resource_id);
    Ok(Json(TourView { id, name, resource_id, stops: views(stops, day)? }))
}
