//! Bookings: who uses what another organization offers, on which days, and how it came back.
//!
//! Whatever changes a booking holds the row of its resource first, so that what is free is looked at and taken in turn;
//! that one item is not held twice is a constraint of the database all the same.

mod answer;
mod calendar;
mod conflict;
mod list;
mod longer;
mod news;
mod rate;
mod request;
mod shift;
mod steps;
pub mod store;
mod tour;
mod undo;
mod words;

use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::{
    booking::{self as rules, days},
    role::{Action, Scope},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::Actor,
    error::{ApiError, Result},
    resources::ResourceKind,
    state::AppState,
};

pub use steps::cancel_within;
pub use words::{BookingSide, BookingState, ReturnCondition};

const TAG: &str = "bookings";

/// The operations of this slice.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, request::request))
        .routes(routes!(list::read))
        .routes(routes!(answer::approve))
        .routes(routes!(answer::refuse))
        .routes(routes!(answer::deliver))
        .routes(routes!(answer::take_back))
        .routes(routes!(answer::cancel))
        .routes(routes!(shift::shift))
        .routes(routes!(longer::extend))
        .routes(routes!(longer::refuse))
        .routes(routes!(undo::undo))
        .routes(routes!(rate::rate))
        .routes(routes!(rate::list))
        .routes(routes!(calendar::calendar))
        .routes(routes!(tour::plan))
        .routes(routes!(tour::read))
}

/// A booking.
#[derive(Debug, Serialize, ToSchema)]
pub struct BookingView {
    /// Identity.
    pub id: Uuid,
    /// What is booked.
    pub resource_id: Uuid,
    /// Its title in Chinese.
    pub resource_title_zh: String,
    /// Its title in English; may be empty.
    pub resource_title_en: String,
    /// What it is.
    pub resource_kind: ResourceKind,
    /// Who offers it.
    pub owner_id: Uuid,
    /// The owner's name in Chinese.
    pub owner_name_zh: String,
    /// The owner's name in English; may be empty.
    pub owner_name_en: String,
    /// Who asked for it.
    pub organization_id: Uuid,
    /// The name of who asked, in Chinese.
    pub organization_name_zh: String,
    /// The name of who asked, in English; may be empty.
    pub organization_name_en: String,
    /// The tour of which it is a stop.
    pub tour_id: Option<Uuid>,
    /// What the tour is called.
    pub tour_name: Option<String>,
    /// How many items.
    pub quantity: i32,
    /// What is written on the items.
    pub labels: Vec<String>,
    /// Which items they are, in the same order.
    pub item_ids: Vec<Uuid>,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day; what is lent is back by then.
    pub last_day: NaiveDate,
    /// For how many persons.
    pub persons: Option<i32>,
    /// Where it is used.
    pub place: String,
    /// What for.
    pub purpose: String,
    /// Where it stands.
    pub state: BookingState,
    /// Why it was refused or cancelled.
    pub reason: String,
    /// Who of the two cancelled it.
    pub cancelled_by: Option<BookingSide>,
    /// On which day it was handed over or held.
    pub delivered_on: Option<NaiveDate>,
    /// When the delivery was entered.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Until when who borrowed it asks to keep it; null if it has not asked.
    pub longer_until: Option<NaiveDate>,
    /// Why.
    pub longer_reason: String,
    /// Why the owner did not lend it longer; empty if it was not asked, or agreed.
    pub longer_refusal: String,
    /// On which day it came back.
    pub returned_on: Option<NaiveDate>,
    /// In what state it came back.
    pub condition: Option<ReturnCondition>,
    /// What there was to say when it came back.
    pub remark: String,
    /// Whether it is lent and has to come back.
    pub comes_back: bool,
    /// How many days late it is, or was when it came back; null if it is not.
    pub days_late: Option<u64>,
    /// Whether who asked has rated it.
    pub rated: bool,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it was last approved, refused or cancelled.
    pub decided_at: Option<DateTime<Utc>>,
    /// For If-Match.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl BookingView {
    /// As it is on this day.
    fn on(row: store::Booking, today: NaiveDate) -> Result<Self> {
        let rules = row.rules()?;
        Ok(Self {
            comes_back: rules.terms().comes_back,
            days_late: rules.days_late(today),
            id: row.id,
            resource_id: row.resource_id,
            resource_title_zh: row.resource_title_zh,
            resource_title_en: row.resource_title_en,
            resource_kind: row.resource_kind,
            owner_id: row.owner_id,
            owner_name_zh: row.owner_name_zh,
            owner_name_en: row.owner_name_en,
            organization_id: row.organization_id,
            organization_name_zh: row.organization_name_zh,
            organization_name_en: row.organization_name_en,
            tour_id: row.tour_id,
            tour_name: row.tour_name,
            quantity: row.quantity,
            labels: row.labels,
            item_ids: row.item_ids,
            first_day: row.first_day,
            last_day: row.last_day,
            persons: row.persons,
            place: row.place,
            purpose: row.purpose,
            state: row.state,
            reason: row.reason,
            cancelled_by: row.cancelled_side,
            delivered_on: row.delivered_on,
            delivered_at: row.delivered_at,
            longer_until: row.longer_until,
            longer_reason: row.longer_reason,
            longer_refusal: row.longer_refusal,
            returned_on: row.returned_on,
            condition: row.condition,
            remark: row.remark,
            rated: row.rated,
            requested_at: row.requested_at,
            decided_at: row.decided_at,
            version: row.version,
            updated_at: row.updated_at,
        })
    }
}

impl store::Booking {
    /// Who offers, as rights are judged.
    fn owner(&self) -> Scope {
        Scope::Host { district: self.owner_district_id, host: self.owner_id }
    }

    /// Who asked, as rights are judged.
    fn asker(&self) -> Scope {
        Scope::Host { district: self.organization_district_id, host: self.organization_id }
    }

    /// Whether the actor may read it: as one of the two, or as an official of either district.
    fn is_known_to(&self, actor: &Actor) -> bool {
        actor.may(Action::BookingRead, &self.asker()) || actor.may(Action::BookingRead, &self.owner())
    }

    /// Refuses whoever may not read it.
    fn require_known(&self, actor: &Actor) -> Result<()> {
        if actor.may(Action::BookingRead, &self.asker()) {
            return Ok(());
        }
        actor.require(Action::BookingRead, &self.owner())
    }
}

/// The answer to what the rules of bookings refuse.
fn refused(refusal: &rules::Refusal) -> ApiError {
    use rules::Refusal as R;
    let text = refusal.to_string();
    match refusal {
        R::NotFromHere { .. }
        | R::NotLent
        | R::OnlyOwnerMoves
        | R::NotAsked
        | R::OnlyWhoDelivered
        | R::TooLateToUndo { .. } => ApiError::conflict(refusal.code(), format!("Not now: {text}.")),
        R::ReasonNeeded => ApiError::invalid_field("reason", "required", text),
        R::NotLonger { .. } => ApiError::invalid_field("last_day", refusal.code(), text),
        R::RemarkNeeded => ApiError::invalid_field("remark", "required", text),
        R::NotOnThatDay { .. } | R::BackBeforeItWent { .. } => ApiError::invalid_field("on", refusal.code(), text),
    }
}

/// The answer to days that cannot be so; `field` is that of the last day.
pub(crate) fn refused_days(field: &str, refusal: &days::Refusal) -> ApiError {
    let code = match refusal {
        days::Refusal::EndsBeforeItBegins { .. } => "before_first_day",
        days::Refusal::TooLong { .. } => "too_long",
    };
    ApiError::invalid_field(field, code, refusal.to_string())
}
