//! What the owner says to a request, and what becomes of it.

use axum::{extract::State, response::Response};
use chrono::NaiveDate;
use kepu_domain::{booking::Step, role::Action};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    BookingSide, BookingView, ReturnCondition, TAG,
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

/// A booking of what an organization offers that the actor answers for.
pub(super) async fn owned(state: &AppState, actor: &Actor, id: Uuid, version: IfMatch) -> Result<Open> {
    let open = steps::open(state, actor, id).await?;
    open.row.require_known(actor)?;
    actor.require(Action::BookingAnswer, &open.row.owner())?;
    open.check(version)?;
    Ok(open)
}

/// Agrees to a request.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/approve",
    operation_id = "approve_booking",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    responses((status = 200, description = "Approved", body = BookingView), ApiErrors)
)]
pub(super) async fn approve(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
) -> Result<Response> {
    let mut open = owned(&state, &actor, id, version).await?;
    let step = Step::Approve(open.act(&actor));
    open.take(&actor, step, "booking.approve", json!({})).await?;
    open.finish().await
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BookingRefusal {
    /// Why, for who asked.
    #[schema(min_length = 1, max_length = 400)]
    reason: String,
}

/// Does not agree to a request, and lets go of the items.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/refuse",
    operation_id = "refuse_booking",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = BookingRefusal,
    responses((status = 200, description = "Refused", body = BookingView), ApiErrors)
)]
pub(super) async fn refuse(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<BookingRefusal>,
) -> Result<Response> {
    let mut open = owned(&state, &actor, id, version).await?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 1..=400);
    checks.finish()?;
    let step = Step::Refuse(open.act(&actor), reason.clone());
    open.take(&actor, step, "booking.refuse", json!({ "reason": reason })).await?;
    open.finish().await
}

/// When it was handed over or held.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BookingDelivery {
    /// The day; today if left out.
    on: Option<NaiveDate>,
}

/// The day on which something happened: not one to come.
fn day(open: &Open, on: Option<NaiveDate>) -> Result<NaiveDate> {
    let on = on.unwrap_or(open.today);
    if on > open.today {
        let text = format!("must not lie after {}, which is today", open.today);
        return Err(ApiError::invalid_field("on", "in_the_future", text));
    }
    Ok(on)
}

/// Says that it was handed over, or that the course or talk was held. What is still with somebody else, or out of
/// service, cannot be.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/deliver",
    operation_id = "deliver_booking",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = BookingDelivery,
    responses((status = 200, description = "Delivered", body = BookingView), ApiErrors)
)]
pub(super) async fn deliver(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<BookingDelivery>,
) -> Result<Response> {
    let mut open = owned(&state, &actor, id, version).await?;
    let on = day(&open, body.on)?;
    if open.row.resource_kind.rules().comes_back() {
        let with = store::out_with(&mut open.tx, id).await?;
        if let Some(other) = store::these(&mut open.tx, &with).await?.first() {
            return Err(ApiError::conflict(
                "item_not_back",
                format!(
                    "It is still with {}, who should have brought it back by {} (booking {}). Enter its return first, \
                     or move this booking.",
                    other.organization_name_zh, other.last_day, other.id
                ),
            ));
        }
    }
    let unfit = store::unfit(&mut open.tx, id).await?;
    if !unfit.is_empty() {
        return Err(ApiError::conflict(
            "item_out_of_service",
            format!(
                "Out of service: {}. Put it back into service, or move the booking, to the same days if you like: it \
                 then gets others that are free.",
                unfit.join(", ")
            ),
        ));
    }
    let step = Step::Deliver(open.act(&actor), on);
    open.take(&actor, step, "booking.deliver", json!({ "on": on })).await?;
    open.finish().await
}

/// How it came back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BookingReturn {
    /// The day; today if left out.
    on: Option<NaiveDate>,
    /// In what state. What is damaged or lost is taken out of service.
    condition: ReturnCondition,
    /// What there is to say; needed for what is damaged or lost.
    #[serde(default)]
    #[schema(max_length = 200)]
    remark: String,
    /// Which items are damaged or lost; all of them if left out.
    #[serde(default)]
    #[schema(max_items = 500)]
    faulty: Vec<Uuid>,
}

/// Says that it came back, and how.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/return",
    operation_id = "return_booking",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = BookingReturn,
    responses((status = 200, description = "Back", body = BookingView), ApiErrors)
)]
pub(super) async fn take_back(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<BookingReturn>,
) -> Result<Response> {
    let mut open = owned(&state, &actor, id, version).await?;
    let mut checks = Checks::new();
    let remark = checks.text("remark", &body.remark, 0..=200);
    checks.finish()?;
    let on = day(&open, body.on)?;
    let condition = kepu_domain::booking::Condition::from(body.condition);
    let step = Step::Return(open.act(&actor), on, condition, remark.clone());
    let mut detail = json!({ "on": on, "condition": body.condition, "remark": remark });
    let own = store::held_by(&mut open.tx, id).await?;
    if body.faulty.iter().any(|item| !own.contains(item)) {
        return Err(ApiError::invalid_field("faulty", "unknown", "must be items of this booking"));
    }
    if !condition.needs_remark() && !body.faulty.is_empty() {
        let text = "is for what is damaged or lost; say so, or leave it out";
        return Err(ApiError::invalid_field("faulty", "not_for_this_condition", text));
    }
    if condition.needs_remark() {
        let retired = store::retire(&mut open.tx, id, &body.faulty, &remark).await?;
        detail["out_of_service"] = json!(retired);
    }
    open.take(&actor, step, "booking.return", detail).await?;
    open.finish().await
}

/// Why.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BookingCancellation {
    /// Why; the owner has to say it.
    #[serde(default)]
    #[schema(max_length = 400)]
    reason: String,
}

/// Calls a booking off before it is delivered, as who asked or as the owner, and lets go of the items.
#[utoipa::path(
    post,
    path = "/api/v1/bookings/{id}/cancel",
    operation_id = "cancel_booking",
    tag = TAG,
    params(
        ("id" = Uuid, Path, description = "The booking"),
        ("If-Match" = String, Header, description = "The ETag that was read")
    ),
    request_body = BookingCancellation,
    responses((status = 200, description = "Cancelled", body = BookingView), ApiErrors)
)]
pub(super) async fn cancel(
    State(state): State<AppState>,
    actor: Actor,
    ApiPath(id): ApiPath<Uuid>,
    version: IfMatch,
    ApiJson(body): ApiJson<BookingCancellation>,
) -> Result<Response> {
    let mut open = steps::open(&state, &actor, id).await?;
    let side = open.side(&actor)?;
    open.check(version)?;
    let mut checks = Checks::new();
    let reason = checks.text("reason", &body.reason, 0..=400);
    checks.finish()?;
    let step = Step::Cancel(open.act(&actor), side, reason.clone());
    let detail = json!({ "side": BookingSide::from(side), "reason": reason });
    open.take(&actor, step, "booking.cancel", detail).await?;
    open.finish().await
}
