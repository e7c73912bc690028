//! A loan is kept longer: who borrowed it asks, the owner agrees, or lends it longer at once. What is asked for is held until the
//! owner says no, so that nobody else counts on it meanwhile.

use axum::{extract::State, response::Response};
use chrono::{Days as Count, NaiveDate};
use kepu_domain::booking::{Days, Side, Step};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    BookingSide, BookingView, TAG,
    answer::owned,
    conflict::{self, InTheWay},
    refused, refused_days,
    request::AHEAD_MAX,
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

/// Until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BookingExtension {
    /// The new last day.
    last_day: NaiveDate,
    /// Why, for the owner.
    #[serde(default)]
    #[schema(max_length = 400)]
    reason: String,
}

/// Keeps what is lent until a later day: who borrowed it asks for that, the owner does it. Refused if somebody else has it on any
/// of these days.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/extend",
    operation_id = "extend_booking",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = BookingExtension,
    responses((status = 200, description = "Asked for, or lent longer", body = BookingView), ApiErrors)
)]
pub(super) async fn extend(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<BookingExtension>,
) -> Result<Response> {
    let mut open = steps::open(&state, &actor, id).await?;
    let side = open.side(&actor)?;
    open.check(version)?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 0..=400);
    let (last, today) = (body.last_day, open.today);
    let end = today.checked_add_days(Count::new(AHEAD_MAX)).unwrap_or(NaiveDate::MAX);
    checks.require(last >= today, "last_day", "in_the_past", format!("must not lie before {today}"));
    checks.require(last <= end, "last_day", "too_far", format!("must not lie after {end}"));
    let days = Days::new(open.row.first_day, last).map_err(|refusal| refused_days("last_day", &refusal))?;
    checks.finish()?;
    let (step, action) = match side {
        Side::Owner => (Step::Lengthen(days), "booking.extend"),
        Side::Asker => (Step::AskLonger(open.act(&actor), days, reason.clone()), "booking.ask_longer"),
    };
    // What the rules refuse is said before what is in the way.
    open.row.rules()?.take(step.clone()).map_err(|refusal| refused(&refusal))?;
    nobody_else(&mut open, &actor, days).await?;
    let detail = json!({
        "side": BookingSide::from(side), "from": open.row.last_day, "to": last, "reason": reason,
    });
    open.take(&actor, step, action, detail).await?;
    open.finish().await
}

/// Refuses days on which other bookings hold any of its items, and says which.
async fn nobody_else(open: &mut Open, actor: &Actor, days: Days) -> Result<()> {
    let own = store::held_by(&mut open.tx, open.row.id).await?;
    let mut met = Vec::new();
    for held in store::held_between(&mut open.tx, open.resource.id, days.first(), Some(days.last())).await? {
        let others = held.booking_id != open.row.id && own.contains(&held.item_id);
        if others
            && let Ok(theirs) = Days::new(held.first_day, held.last_day)
            && theirs.overlap(days)
        {
            met.push(InTheWay { booking: held.booking_id, days: theirs, field: "last_day".to_owned() });
        }
    }
    met.sort_unstable_by_key(|one| (one.days, one.booking));
    met.dedup_by_key(|one| one.booking);
    let Some(first) = met.first().map(|one| one.days.first()) else { return Ok(()) };
    let errors = conflict::told(&mut open.tx, actor, &met).await?;
    let text =
        format!("Others have it from {first} on. Choose an earlier last day, or have their bookings moved first.");
    Err(ApiError::conflict("resource_taken", text).with_errors(errors))
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtensionRefusal {
    /// Why, for who asked.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Does not lend it longer: it is back as agreed.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/refuse-extension",
    operation_id = "refuse_extension",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = ExtensionRefusal,
    responses((status = 200, description = "To be back as agreed", body = BookingView), ApiErrors)
)]
pub(super) async fn refuse(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<ExtensionRefusal>,
) -> Result<Response> {
    let mut open = owned(&state, &actor, id, version).await?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    let step = Step::RefuseLonger(reason.clone());
    open.take(&actor, step, "booking.refuse_longer", json!({ "reason": reason })).await?;
    open.finish().await
}
