//! The life of a booking: one organization uses what another offers, on some days.
//!
//! ```text
//! requested ─▶ approved ◀─▶ delivered ─▶ returned     (what is not lent ends with its delivery)
//!     │   │        │
//!     │   └────────┴─▶ cancelled    (by who asked, or by the owner with a reason)
//!     └─▶ refused                   (with a reason)
//! ```
//!
//! A request holds its items at once, so that two who ask for the same thing are not both left hoping; refusing and
//! cancelling let go of them. So does the wish to keep a loan longer. A delivery that was entered by mistake is taken back on
//! the day on which it was entered, by who entered it. Nothing here reads a clock: days and moments are given.

pub mod days;
pub mod tour;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

pub use days::Days;

/// Who did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// The account.
    pub by: Uuid,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// On which side of a booking somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The organization that asked.
    Asker,
    /// The organization that offers.
    Owner,
}

/// In what state something came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// As it went.
    Good,
    /// Used, and still of use.
    Worn,
    /// To be repaired.
    Damaged,
    /// It did not come back.
    Lost,
}

impl Condition {
    /// Whether somebody has to say what happened.
    pub const fn needs_remark(self) -> bool {
        matches!(self, Self::Damaged | Self::Lost)
    }
}

/// What was agreed on: the days, and whether what was booked has to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The days.
    pub days: Days,
    /// Whether it is lent.
    pub comes_back: bool,
}

/// Handed over, or held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// By whom it was entered.
    pub act: Act,
    /// The day on which it happened.
    pub on: NaiveDate,
}

/// Whether who borrowed something wants to keep it longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Longer {
    /// Nobody has asked.
    Unasked,
    /// Asked for, until the last of these days.
    Asked {
        /// By whom, when.
        act: Act,
        /// The days that it would have.
        days: Days,
        /// Why.
        reason: String,
    },
    /// The owner needs it back as agreed, and says why.
    Refused(String),
}

/// Back again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// By whom it was entered.
    pub act: Act,
    /// The day on which it came back.
    pub on: NaiveDate,
    /// In what state.
    pub condition: Condition,
    /// What there is to say; needed for what is damaged or lost.
    pub remark: String,
}

/// A booking in its state. Each state owns what it needs to be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Booking {
    /// Waits for the owner.
    Requested(Terms),
    /// The owner agreed.
    Approved(Terms, Act),
    /// The owner did not agree, and says why.
    Refused(Terms, Act, String),
    /// Will not be, says one of the two.
    Cancelled(Terms, Act, Side, String),
    /// Handed over or held; what is lent may be wanted longer.
    Delivered(Terms, Delivery, Longer),
    /// Came back.
    Returned(Terms, Delivery, Return),
}

/// A state's name, as stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`Booking::Requested`].
    Requested,
    /// See [`Booking::Approved`].
    Approved,
    /// See [`Booking::Refused`].
    Refused,
    /// See [`Booking::Cancelled`].
    Cancelled,
    /// See [`Booking::Delivered`].
    Delivered,
    /// See [`Booking::Returned`].
    Returned,
}

impl StateName {
    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
        }
    }

    /// Whether a booking in this state keeps others from its items on its days.
    pub const fn holds(self) -> bool {
        !matches!(self, Self::Refused | Self::Cancelled)
    }
}

/// Something that is done to a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The owner agrees.
    Approve(Act),
    /// The owner does not agree: why.
    Refuse(Act, String),
    /// It is handed over or held, on this day.
    Deliver(Act, NaiveDate),
    /// It comes back, on this day, in this state, with a remark.
    Return(Act, NaiveDate, Condition, String),
    /// One of the two calls it off; the owner says why.
    Cancel(Act, Side, String),
    /// Other days, by one of the two.
    Move(Side, Days),
    /// Who borrowed it asks to keep it for these days: why.
    AskLonger(Act, Days, String),
    /// The owner lends it for these days, asked or not.
    Lengthen(Days),
    /// The owner needs it back as agreed: why.
    RefuseLonger(String),
    /// The delivery was entered by mistake; `entered` and `today` are days where the owner is.
    Undo {
        /// Who takes it back, when.
        act: Act,
        /// The day on which the delivery was entered.
        entered: NaiveDate,
        /// The day it is.
        today: NaiveDate,
    },
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("a booking that is {} cannot be {step}", .from.word())]
    NotFromHere {
        /// The state.
        from: StateName,
        /// The step, as a participle.
        step: &'static str,
    },
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// What is damaged or lost needs a remark.
    #[error("say what is damaged or lost")]
    RemarkNeeded,
    /// What is not lent does not come back.
    #[error("what was booked is not lent: it ends with its delivery")]
    NotLent,
    /// Handed over on a day that was not booked.
    #[error("{on} is none of the days that are booked, {first} to {last}; move the booking first")]
    NotOnThatDay {
        /// The day.
        on: NaiveDate,
        /// First day booked.
        first: NaiveDate,
        /// Last day booked.
        last: NaiveDate,
    },
    /// It came back before it went.
    #[error("it was delivered on {delivered}, so it cannot be back on {on}")]
    BackBeforeItWent {
        /// The day.
        on: NaiveDate,
        /// The day of the delivery.
        delivered: NaiveDate,
    },
    /// Once it is approved, only the owner moves it.
    #[error("the owner has agreed to these days; ask the owner for others, or cancel and ask anew")]
    OnlyOwnerMoves,
    /// Keeping something longer is to keep it after its last day.
    #[error("it is lent until {last} already; name a later day")]
    NotLonger {
        /// Last day booked.
        last: NaiveDate,
    },
    /// Nobody has asked to keep it longer.
    #[error("nobody has asked to keep it longer")]
    NotAsked,
    /// Only who entered a delivery takes it back.
    #[error("somebody else entered the delivery; who entered it takes it back")]
    OnlyWhoDelivered,
    /// After that day others have counted on it.
    #[error("the delivery was entered on {entered}; it could be taken back on that day alone")]
    TooLateToUndo {
        /// The day on which it was entered.
        entered: NaiveDate,
    },
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFromHere { .. } => "not_from_this_state",
            Self::ReasonNeeded => "reason_needed",
            Self::RemarkNeeded => "remark_needed",
            Self::NotLent => "not_lent",
            Self::NotOnThatDay { .. } => "not_on_that_day",
            Self::BackBeforeItWent { .. } => "back_before_it_went",
            Self::OnlyOwnerMoves => "only_owner_moves",
            Self::NotLonger { .. } => "not_longer",
            Self::NotAsked => "not_asked",
            Self::OnlyWhoDelivered => "only_who_delivered",
            Self::TooLateToUndo { .. } => "too_late_to_undo",
        }
    }
}

impl Booking {
    /// The name of its state.
    pub const fn state(&self) -> StateName {
        match self {
            Self::Requested(_) => StateName::Requested,
            Self::Approved(..) => StateName::Approved,
            Self::Refused(..) => StateName::Refused,
            Self::Cancelled(..) => StateName::Cancelled,
            Self::Delivered(..) => StateName::Delivered,
            Self::Returned(..) => StateName::Returned,
        }
    }

    /// What was agreed on.
    pub const fn terms(&self) -> Terms {
        match self {
            Self::Requested(terms)
            | Self::Approved(terms, _)
            | Self::Refused(terms, ..)
            | Self::Cancelled(terms, ..)
            | Self::Delivered(terms, ..)
            | Self::Returned(terms, ..) => *terms,
        }
    }

    /// The days on which it keeps others from its items; none if it does not. What came back early is free from the day
    /// after.
    pub fn held(&self) -> Option<Days> {
        match self {
            Self::Refused(..) | Self::Cancelled(..) => None,
            Self::Delivered(_, _, Longer::Asked { days, .. }) => Some(*days),
            Self::Requested(terms) | Self::Approved(terms, _) | Self::Delivered(terms, ..) => Some(terms.days),
            Self::Returned(terms, _, back) => {
                let last = terms.days.last().min(back.on);
                Days::new(terms.days.first(), last).ok()
            }
        }
    }

    /// Whether its items are with who asked, now.
    pub const fn is_out(&self) -> bool {
        matches!(self, Self::Delivered(Terms { comes_back: true, .. }, ..))
    }

    /// How many days late it is on `today`, or was when it came back; none if it is not.
    pub fn days_late(&self, today: NaiveDate) -> Option<u64> {
        let back = match self {
            Self::Returned(_, _, back) => back.on,
            _ if self.is_out() => today,
            _ => return None,
        };
        let late = back.signed_duration_since(self.terms().days.last()).num_days();
        u64::try_from(late).ok().filter(|days| *days > 0)
    }

    /// Whether who asked has used it, and may say how it was.
    pub const fn was_used(&self) -> bool {
        matches!(self, Self::Delivered(..) | Self::Returned(..))
    }

    /// Takes a step.
    ///
    /// # Errors
    /// The state does not allow it, a reason is missing, or a day does not fit.
    pub fn take(self, step: Step) -> Result<Self, Refusal> {
        match (self, step) {
            (Self::Requested(terms), Step::Approve(act)) => Ok(Self::Approved(terms, act)),
            (Self::Requested(terms), Step::Refuse(act, reason)) => Ok(Self::Refused(terms, act, needed(reason)?)),
            (Self::Requested(terms) | Self::Approved(terms, _), Step::Cancel(act, side, reason)) => {
                let reason = if side == Side::Owner { needed(reason)? } else { reason };
                Ok(Self::Cancelled(terms, act, side, reason))
            }
            (Self::Requested(terms), Step::Move(_, days)) => Ok(Self::Requested(Terms { days, ..terms })),
            (Self::Approved(terms, act), Step::Move(Side::Owner, days)) => {
                Ok(Self::Approved(Terms { days, ..terms }, act))
            }
            (Self::Approved(..), Step::Move(Side::Asker, _)) => Err(Refusal::OnlyOwnerMoves),
            (Self::Approved(terms, _), Step::Deliver(act, on)) => {
                if !terms.days.hold(on) {
                    let (first, last) = (terms.days.first(), terms.days.last());
                    return Err(Refusal::NotOnThatDay { on, first, last });
                }
                Ok(Self::Delivered(terms, Delivery { act, on }, Longer::Unasked))
            }
            (Self::Delivered(terms, delivery, _), Step::AskLonger(act, days, reason)) => {
                longer(terms, days)?;
                Ok(Self::Delivered(terms, delivery, Longer::Asked { act, days, reason }))
            }
            (Self::Delivered(terms, delivery, _), Step::Lengthen(days)) => {
                longer(terms, days)?;
                Ok(Self::Delivered(Terms { days, ..terms }, delivery, Longer::Unasked))
            }
            (Self::Delivered(terms, delivery, Longer::Asked { .. }), Step::RefuseLonger(reason)) => {
                Ok(Self::Delivered(terms, delivery, Longer::Refused(needed(reason)?)))
            }
            (Self::Delivered(..), Step::RefuseLonger(_)) => Err(Refusal::NotAsked),
            (Self::Delivered(terms, delivery, _), Step::Undo { act, entered, today }) => {
                if act.by != delivery.act.by {
                    return Err(Refusal::OnlyWhoDelivered);
                }
                if entered != today {
                    return Err(Refusal::TooLateToUndo { entered });
                }
                Ok(Self::Approved(terms, act))
            }
            (Self::Delivered(terms, delivery, _), Step::Return(act, on, condition, remark)) => {
                if !terms.comes_back {
                    return Err(Refusal::NotLent);
                }
                if on < delivery.on {
                    return Err(Refusal::BackBeforeItWent { on, delivered: delivery.on });
                }
                if condition.needs_remark() && remark.trim().is_empty() {
                    return Err(Refusal::RemarkNeeded);
                }
                Ok(Self::Returned(terms, delivery, Return { act, on, condition, remark }))
            }
            (from, step) => Err(Refusal::NotFromHere { from: from.state(), step: step.participle() }),
        }
    }
}

impl Step {
    const fn participle(&self) -> &'static str {
        match self {
            Self::Approve(_) => "approved",
            Self::Refuse(..) => "refused",
            Self::Deliver(..) => "delivered",
            Self::Return(..) => "returned",
            Self::Cancel(..) => "cancelled",
            Self::Move(..) => "moved",
            Self::AskLonger(..) | Self::Lengthen(_) | Self::RefuseLonger(_) => "lent longer",
            Self::Undo { .. } => "undelivered",
        }
    }
}

/// What is lent is lent longer when its last day is a later one.
fn longer(terms: Terms, days: Days) -> Result<(), Refusal> {
    if !terms.comes_back {
        return Err(Refusal::NotLent);
    }
    if days.last() <= terms.days.last() {
        return Err(Refusal::NotLonger { last: terms.days.last() });
    }
    Ok(())
}

fn needed(reason: String) -> Result<String, Refusal> {
    if reason.trim().is_empty() { Err(Refusal::ReasonNeeded) } else { Ok(reason) }
}

#[cfg(test)]
mod tests;
