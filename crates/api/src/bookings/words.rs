//! The words of bookings in JSON and SQL, and the rules behind them.

use kepu_domain::booking as rules;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a booking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum BookingState {
    /// Waits for the owner.
    Requested,
    /// The owner agreed.
    Approved,
    /// The owner did not agree.
    Refused,
    /// Called off by one of the two.
    Cancelled,
    /// Handed over or held.
    Delivered,
    /// Came back.
    Returned,
}

impl From<rules::StateName> for BookingState {
    fn from(name: rules::StateName) -> Self {
        match name {
            rules::StateName::Requested => Self::Requested,
            rules::StateName::Approved => Self::Approved,
            rules::StateName::Refused => Self::Refused,
            rules::StateName::Cancelled => Self::Cancelled,
            rules::StateName::Delivered => Self::Delivered,
            rules::StateName::Returned => Self::Returned,
        }
    }
}

/// One of the two sides of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum BookingSide {
    /// Who asked.
    Asker,
    /// Who offers.
    Owner,
}

impl From<rules::Side> for BookingSide {
    fn from(side: rules::Side) -> Self {
        match side {
            rules::Side::Asker => Self::Asker,
            rules::Side::Owner => Self::Owner,
        }
    }
}

impl From<BookingSide> for rules::Side {
    fn from(side: BookingSide) -> Self {
        match side {
            BookingSide::Asker => Self::Asker,
            BookingSide::Owner => Self::Owner,
        }
    }
}

/// In what state something came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ReturnCondition {
    /// As it went.
    Good,
    /// Used, and still of use.
    Worn,
    /// To be repaired.
    Damaged,
    /// It did not come back.
    Lost,
}

impl From<rules::Condition> for ReturnCondition {
    fn from(condition: rules::Condition) -> Self {
        match condition {
            rules::Condition::Good => Self::Good,
            rules::Condition::Worn => Self::Worn,
            rules::Condition::Damaged => Self::Damaged,
            rules::Condition::Lost => Self::Lost,
        }
    }
}

impl From<ReturnCondition> for rules::Condition {
    fn from(condition: ReturnCondition) -> Self {
        match condition {
            ReturnCondition::Good => Self::Good,
            ReturnCondition::Worn => Self::Worn,
            ReturnCondition::Damaged => Self::Damaged,
            ReturnCondition::Lost => Self::Lost,
        }
    }
}
