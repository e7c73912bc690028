//! A booking as it is kept, and as the rules see it.

use anyhow::anyhow;
use chrono::{DateTime, NaiveDate, Utc};
use kepu_domain::booking::{self as rules, Act, Days, Longer, Terms};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    bookings::{BookingSide, BookingState, ReturnCondition},
    error::{ApiError, Result},
    resources::ResourceKind,
};

/// A row, with the names of what it is about.
#[derive(Debug, Clone, FromRow)]
pub struct Booking {
    /// Identity.
    pub id: Uuid,
    /// What is booked.
    pub resource_id: Uuid,
    /// Its title.
    pub resource_title_zh: String,
    /// Its title in English.
    pub resource_title_en: String,
    /// What it is.
    pub resource_kind: ResourceKind,
    /// Who offers it.
    pub owner_id: Uuid,
    /// The owner's district.
    pub owner_district_id: Uuid,
    /// The owner's name.
    pub owner_name_zh: String,
    /// The owner's name in English.
    pub owner_name_en: String,
    /// Who asked.
    pub organization_id: Uuid,
    /// Its district.
    pub organization_district_id: Uuid,
    /// Its name.
    pub organization_name_zh: String,
    /// Its name in English.
    pub organization_name_en: String,
    /// The tour.
    pub tour_id: Option<Uuid>,
    /// Its name.
    pub tour_name: Option<String>,
    /// How many items.
    pub quantity: i32,
    /// What is written on them.
    pub labels: Vec<String>,
    /// Which they are, in the same order.
    pub item_ids: Vec<Uuid>,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// For how many persons.
    pub persons: Option<i32>,
    /// Where.
    pub place: String,
    /// What for.
    pub purpose: String,
    /// Where it stands.
    pub state: BookingState,
    /// Account that asked.
    pub requested_by: Uuid,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Account that approved, refused or cancelled it last.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Who of the two cancelled it.
    pub cancelled_side: Option<BookingSide>,
    /// Why it was refused or cancelled.
    pub reason: String,
    /// Account that entered the delivery.
    pub delivered_by: Option<Uuid>,
    /// When it was entered.
    pub delivered_at: Option<DateTime<Utc>>,
    /// The day of it.
    pub delivered_on: Option<NaiveDate>,
    /// Until when who borrowed it wants to keep it.
    pub longer_until: Option<NaiveDate>,
    /// Why.
    pub longer_reason: String,
    /// Account that asked.
    pub longer_by: Option<Uuid>,
    /// When.
    pub longer_at: Option<DateTime<Utc>>,
    /// Why the owner does not lend it longer.
    pub longer_refusal: String,
    /// Account that entered the return.
    pub returned_by: Option<Uuid>,
    /// When it was entered.
    pub returned_at: Option<DateTime<Utc>>,
    /// The day of it.
    pub returned_on: Option<NaiveDate>,
    /// In what state it came back.
    pub condition: Option<ReturnCondition>,
    /// What there was to say.
    pub remark: String,
    /// Whether who asked has rated it.
    pub rated: bool,
    /// Version.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Booking {
    /// Its days.
    pub fn days(&self) -> Result<Days> {
        Days::new(self.first_day, self.last_day).map_err(ApiError::internal)
    }

    /// As the rules see it.
    pub fn rules(&self) -> Result<rules::Booking> {
        let terms = Terms { days: self.days()?, comes_back: self.resource_kind.rules().comes_back() };
        let decided = || self.act(self.decided_by, self.decided_at);
        let delivery = || {
            let on = self.delivered_on.ok_or_else(|| self.broken())?;
            Ok::<_, ApiError>(rules::Delivery { act: self.act(self.delivered_by, self.delivered_at)?, on })
        };
        Ok(match self.state {
            BookingState::Requested => rules::Booking::Requested(terms),
            BookingState::Approved => rules::Booking::Approved(terms, decided()?),
            BookingState::Refused => rules::Booking::Refused(terms, decided()?, self.reason.clone()),
            BookingState::Cancelled => {
                let side = self.cancelled_side.ok_or_else(|| self.broken())?;
                rules::Booking::Cancelled(terms, decided()?, side.into(), self.reason.clone())
            }
            BookingState::Delivered => rules::Booking::Delivered(terms, delivery()?, self.longer()?),
            BookingState::Returned => {
                let back = rules::Return {
                    act: self.act(self.returned_by, self.returned_at)?,
                    on: self.returned_on.ok_or_else(|| self.broken())?,
                    condition: self.condition.ok_or_else(|| self.broken())?.into(),
                    remark: self.remark.clone(),
                };
                rules::Booking::Returned(terms, delivery()?, back)
            }
        })
    }

    /// Takes over what the rules made of it.
    pub fn turn_into(&mut self, after: &rules::Booking, at: DateTime<Utc>) {
        let days = after.terms().days;
        (self.first_day, self.last_day) = (days.first(), days.last());
        self.state = after.state().into();
        self.wanted_longer(after);
        match after {
            rules::Booking::Requested(_) => {}
            rules::Booking::Approved(_, act) => {
                self.decide(*act);
                (self.delivered_by, self.delivered_at, self.delivered_on) = (None, None, None);
            }
            rules::Booking::Refused(_, act, reason) => {
                self.decide(*act);
                self.reason.clone_from(reason);
            }
            rules::Booking::Cancelled(_, act, side, reason) => {
                self.decide(*act);
                self.cancelled_side = Some((*side).into());
                self.reason.clone_from(reason);
            }
            rules::Booking::Delivered(_, delivery, _) => self.deliver(*delivery),
            rules::Booking::Returned(_, delivery, back) => {
                self.deliver(*delivery);
                (self.returned_by, self.returned_at) = (Some(back.act.by), Some(back.act.at));
                self.returned_on = Some(back.on);
                self.condition = Some(back.condition.into());
                self.remark.clone_from(&back.remark);
            }
        }
        self.version += 1;
        self.updated_at = at;
    }

    fn longer(&self) -> Result<Longer> {
        let Some(until) = self.longer_until else {
            let refused = !self.longer_refusal.is_empty();
            return Ok(if refused { Longer::Refused(self.longer_refusal.clone()) } else { Longer::Unasked });
        };
        let days = Days::new(self.first_day, until).map_err(ApiError::internal)?;
        let act = self.act(self.longer_by, self.longer_at)?;
        Ok(Longer::Asked { act, days, reason: self.longer_reason.clone() })
    }

    /// Takes over whether it is wanted longer: only what is out can be.
    fn wanted_longer(&mut self, after: &rules::Booking) {
        (self.longer_until, self.longer_by, self.longer_at) = (None, None, None);
        self.longer_reason.clear();
        self.longer_refusal.clear();
        match after {
            rules::Booking::Delivered(_, _, Longer::Asked { act, days, reason }) => {
                (self.longer_until, self.longer_by, self.longer_at) = (Some(days.last()), Some(act.by), Some(act.at));
                self.longer_reason.clone_from(reason);
            }
            rules::Booking::Delivered(_, _, Longer::Refused(reason)) => self.longer_refusal.clone_from(reason),
            _ => {}
        }
    }

    fn decide(&mut self, act: Act) {
        (self.decided_by, self.decided_at) = (Some(act.by), Some(act.at));
    }

    fn deliver(&mut self, delivery: rules::Delivery) {
        (self.delivered_by, self.delivered_at) = (Some(delivery.act.by), Some(delivery.act.at));
        self.delivered_on = Some(delivery.on);
    }

    fn act(&self, by: Option<Uuid>, at: Option<DateTime<Utc>>) -> Result<Act> {
        by.zip(at).map(|(by, at)| Act { by, at }).ok_or_else(|| self.broken())
    }

    fn broken(&self) -> ApiError {
        ApiError::internal(anyhow!("booking {} lacks what its state owns", self.id))
    }
}
