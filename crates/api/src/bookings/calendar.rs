use std::collections::HashMap;

use axum::{Json, extract::State};
use chrono::{Days as Count, NaiveDate};
use kepu_domain::{
    booking::Days,
    role::{Action, Scope},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{BookingState, TAG, refused_days, store};
use crate::{
    auth::Actor,
    error::{ApiErrors, Result},
    extract::{ApiPath, ApiQuery},
    resources,
    roster::today,
    state::AppState,
};

/// How many days are shown if nobody says how many.
const USUAL: u64 = 62;

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CalendarDays {
    /// From this day on; today if left out.
    from: Option<NaiveDate>,
    /// To this day; two months if left out, a year at most.
    to: Option<NaiveDate>,
}

/// Days on which an item cannot be had.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HeldDays {
    /// First day.
    first_day: NaiveDate,
    /// Last day.
    last_day: NaiveDate,
    /// Whether it should be back by now and is not.
    late: bool,
    /// By which booking, if the account may read it.
    booking_id: Option<Uuid>,
    /// Where that stands.
    state: Option<BookingState>,
    /// Who has it, in Chinese.
    organization_name_zh: Option<String>,
    /// Who has it, in English; may be empty.
    organization_name_en: Option<String>,
}

/// An item with the days on which it cannot be had.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalendarItem {
    /// The item.
    id: Uuid,
    /// Its number, from 1.
    number: i32,
    /// What is written on it.
    label: String,
    /// Whether it can be had at all.
    in_service: bool,
    /// When it is held, by first day.
    held: Vec<HeldDays>,
}

/// When a resource can be had.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResourceCalendar {
    /// First day.
    from: NaiveDate,
    /// Last day.
    to: NaiveDate,
    /// Its items by number.
    items: Vec<CalendarItem>,
}

/// When a resource can be had: everybody sees the days, and by whom they are held who may read that booking.
#[utoipa::path(
    get,
    path = "/api/v1/resources/{id}/calendar",
    operation_id = "read_resource_calendar",
    tag = TAG,
    params(("id" = Uuid, Path, description = "The resource"), CalendarDays),
    responses((status = 200, description = "Its days", body = ResourceCalendar), ApiErrors)
)]
pub(super) async fn calendar(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(wanted): ApiQuery<CalendarDays>,
) -> Result<Json<ResourceCalendar>> {
    let mut tx = state.begin(&actor).await?;
    actor.require(Action::ResourceRead, &Scope::District { district: tx.district().0 })?;
    let day = today(&mut tx, state.now()).await?;
    let from = wanted.from.unwrap_or(day);
    let to = wanted.to.or_else(|| from.checked_add_days(Count::new(USUAL))).unwrap_or(from);
    let days = Days::new(from, to).map_err(|refusal| refused_days("to", &refusal))?;
    resources::store::load(&mut tx, id).await?;
    let items = resources::store::items(&mut tx, id).await?;
    let held = store::held_between(&mut tx, id, from, Some(to)).await?;
    let ids: Vec<Uuid> = held.iter().map(|one| one.booking_id).collect();
    let bookings: HashMap<Uuid, store::Booking> =
        store::these(&mut tx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    tx.commit().await?;
    let view = |one: &store::Held| {
        let known = bookings.get(&one.booking_id).filter(|row| row.is_known_to(&actor));
        HeldDays {
            first_day: one.first_day,
            last_day: one.last_day,
            late: one.is_out && one.last_day < day,
            booking_id: known.map(|row| row.id),
            state: known.map(|row| row.state),
            organization_name_zh: known.map(|row| row.organization_name_zh.clone()),
            organization_name_en: known.map(|row| row.organization_name_en.clone()),
        }
    };
    let items = items.into_iter().map(|item| CalendarItem {
        held: held.iter().filter(|one| one.item_id == item.id).map(view).collect(),
        id: item.id,
        number: item.number,
        label: item.label,
        in_service: item.in_service,
    });
    Ok(Json(ResourceCalendar { from: days.first(), to: days.last(), items: items.collect() }))
}
