use axum::{extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::booking::{Days, Step, days::choose, tour};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    BookingSide, BookingView, TAG,
    conflict::{self, InTheWay},
    refused, request,
    steps::{self, Open},
    store,
};
use crate::{
    auth::Actor,
    check::Checks,
    error::{ApiError, ApiErrors, Result},
    extract::{ApiJson, ApiPath, IfMatch},
    state::AppState,
};

/// To which days.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BookingMove {
    /// First day.
    first_day: NaiveDate,
    /// Last day.
    last_day: NaiveDate,
}

/// Moves a booking to other days: the owner until it is delivered, who asked until it is approved. A stop of a tour
/// keeps the tour's items, and what says which other stops are in its way is told.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/move",
    operation_id = "move_booking",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = BookingMove,
    responses((status = 200, description = "Moved", body = BookingView), ApiErrors)
)]
pub(super) async fn shift(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<BookingMove>,
) -> Result<Response> {
    let mut open = steps::open(&state, &actor, id).await?;
    let side = open.side(&actor)?;
    open.check(version)?;
    let mut checks = Checks::new();
    let days = request::days(&mut checks, "", body.first_day, body.last_day, open.today)?;
    checks.finish()?;
    let before = (open.row.first_day, open.row.last_day);
    let after = open.row.rules()?.take(Step::Move(side, days)).map_err(|refusal| refused(&refusal))?;
    stays_in_tour(&mut open, &actor, days).await?;
    let items = movable(&mut open).await?;
    let quantity = usize::try_from(open.row.quantity).unwrap_or(usize::MAX);
    let chosen = match choose(&items, &[days], quantity) {
        Ok(chosen) => chosen,
        Err(in_the_way) => {
            return Err(conflict::taken(&mut open.tx, &actor, &items, days, quantity, in_the_way).await?);
        }
    };
    open.row.turn_into(&after, open.now);
    store::update(&mut open.tx, &open.row).await?;
    store::assign(&mut open.tx, id, &chosen, days).await?;
    let detail = json!({
        "side": BookingSide::from(side), "from": { "first_day": before.0, "last_day": before.1 },
        "to": { "first_day": days.first(), "last_day": days.last() },
    });
    open.tell(&actor, "booking.move", detail).await?;
    open.finish().await
}

/// Refuses days on which another stop of the same tour is.
async fn stays_in_tour(open: &mut Open, actor: &Actor, to: Days) -> Result<()> {
    let Some(tour) = open.row.tour_id else { return Ok(()) };
    let mut stops = Vec::new();
    for stop in store::of_tour(&mut open.tx, tour).await? {
        if let Some(days) = stop.rules()?.held() {
            stops.push((stop.id, days));
        }
    }
    let met: Vec<InTheWay> = tour::moved(&stops, open.row.id, to)
        .into_iter()
        .map(|(booking, days)| InTheWay { booking, days, field: "first_day".to_owned() })
        .collect();
    if met.is_empty() {
        return Ok(());
    }
    let count = met.len();
    let errors = conflict::told(&mut open.tx, actor, &met).await?;
    Err(ApiError::conflict(
        "tour_stops_collide",
        format!("{count} other stops of the tour have some of these days. Move those first, or choose other days."),
    )
    .with_errors(errors))
}

/// The items that it may have, without what itself holds of them: all of the resource; of a tour, its own.
async fn movable(open: &mut Open) -> Result<Vec<kepu_domain::booking::days::Item<Uuid, Uuid>>> {
    let mut items = store::items(&mut open.tx, open.resource.id, open.today).await?;
    if open.row.tour_id.is_some() {
        let own = store::held_by(&mut open.tx, open.row.id).await?;
        items.retain(|item| own.contains(&item.id));
    }
    for item in &mut items {
        item.held.retain(|(booking, _)| *booking != open.row.id);
    }
    Ok(items)
}
