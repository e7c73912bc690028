//! The life of an application, from the draft to the award or to the end of an appeal.
//!
//! ```text
//! draft ─▶ submitted ─▶ under_review ─▶ approved ─▶ published ─▶ awarded
//!            ▲   │           ▲   │                      │ objection upheld
//!            │   ▼           │   └──────▶ refused ◀─────┘
//!          returned ─ late ──┼────────────▲ │ appeal
//!                            └── upheld ─ appealed ─▶ dismissed
//! any before the decision ─▶ withdrawn
//! ```
//!
//! What a state does not allow is refused with a code that says what is missing or what has happened already; the tests
//! print the whole table. Nothing here reads a clock: days are given, as the authority's calendar has them.

mod step;

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use step::{Party, Refusal, Step, Window};

/// What stays with an application once it was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// When it was submitted first; completing it later does not make it later.
    pub at: DateTime<Utc>,
    /// Whether an appeal was upheld: there is no second one.
    #[serde(default)]
    pub appealed: bool,
    /// Accounts that reviewed or refused it before the appeal. They have no further part in it.
    #[serde(default)]
    pub heard_by: BTreeSet<Uuid>,
}

/// An application in its state. Each state owns what it needs to be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Application {
    /// The applicant writes it.
    Draft,
    /// The authority checks whether it is complete.
    Submitted {
        /// Since when.
        filing: Filing,
    },
    /// The applicant is to complete it.
    Returned {
        /// Since when.
        filing: Filing,
        /// What is missing.
        reason: String,
        /// Last day on which it may be submitted again.
        until: NaiveDate,
    },
    /// Complete; reviewers score it.
    UnderReview {
        /// Since when.
        filing: Filing,
    },
    /// To be awarded; not published yet.
    Approved {
        /// Since when.
        filing: Filing,
        /// The account that decided.
        by: Uuid,
    },
    /// Not to be awarded.
    Refused {
        /// Since when.
        filing: Filing,
        /// The account that decided.
        by: Uuid,
        /// Why.
        reason: String,
        /// Last day for an appeal; none where there was one already.
        appeal_until: Option<NaiveDate>,
    },
    /// Anybody with a right may object.
    Published {
        /// Since when.
        filing: Filing,
        /// The account that decided.
        by: Uuid,
        /// Last day for objections.
        until: NaiveDate,
        /// Objections that wait for an answer.
        open: BTreeSet<Uuid>,
    },
    /// The designation is given.
    Awarded {
        /// Since when.
        filing: Filing,
        /// Its number.
        number: String,
        /// Its first day.
        from: NaiveDate,
    },
    /// The applicant contests the refusal.
    Appealed {
        /// Since when.
        filing: Filing,
        /// The account that refused; it does not answer the appeal.
        refused_by: Uuid,
        /// Why it was refused.
        refusal: String,
        /// Why the applicant contests that.
        grounds: String,
    },
    /// The appeal failed.
    Dismissed {
        /// Since when.
        filing: Filing,
        /// Why.
        reason: String,
    },
    /// The applicant took it back.
    Withdrawn {
        /// Why; may be empty.
        reason: String,
    },
}

/// A state's name, as stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`Application::Draft`].
    Draft,
    /// See [`Application::Submitted`].
    Submitted,
    /// See [`Application::Returned`].
    Returned,
    /// See [`Application::UnderReview`].
    UnderReview,
    /// See [`Application::Approved`].
    Approved,
    /// See [`Application::Refused`].
    Refused,
    /// See [`Application::Published`].
    Published,
    /// See [`Application::Awarded`].
    Awarded,
    /// See [`Application::Appealed`].
    Appealed,
    /// See [`Application::Dismissed`].
    Dismissed,
    /// See [`Application::Withdrawn`].
    Withdrawn,
}

impl StateName {
    /// All states, in the order of a life.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Submitted,
        Self::Returned,
        Self::UnderReview,
        Self::Approved,
        Self::Refused,
        Self::Published,
        Self::Awarded,
        Self::Appealed,
        Self::Dismissed,
        Self::Withdrawn,
    ];

    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::UnderReview => "under_review",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Published => "published",
            Self::Awarded => "awarded",
            Self::Appealed => "appealed",
            Self::Dismissed => "dismissed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether an award is on its way or there, so that it takes a place of the round's quota.
    pub const fn takes_a_place(self) -> bool {
        matches!(self, Self::Approved | Self::Published | Self::Awarded)
    }
}

impl Application {
    /// The name of its state.
    pub const fn state(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::Submitted { .. } => StateName::Submitted,
            Self::Returned { .. } => StateName::Returned,
            Self::UnderReview { .. } => StateName::UnderReview,
            Self::Approved { .. } => StateName::Approved,
            Self::Refused { .. } => StateName::Refused,
            Self::Published { .. } => StateName::Published,
            Self::Awarded { .. } => StateName::Awarded,
            Self::Appealed { .. } => StateName::Appealed,
            Self::Dismissed { .. } => StateName::Dismissed,
            Self::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    /// What stays with it since it was submitted.
    pub const fn filing(&self) -> Option<&Filing> {
        match self {
            Self::Draft | Self::Withdrawn { .. } => None,
            Self::Submitted { filing }
            | Self::Returned { filing, .. }
            | Self::UnderReview { filing }
            | Self::Approved { filing, .. }
            | Self::Refused { filing, .. }
            | Self::Published { filing, .. }
            | Self::Awarded { filing, .. }
            | Self::Appealed { filing, .. }
            | Self::Dismissed { filing, .. } => Some(filing),
        }
    }

    /// Whether the account may review it now.
    pub fn reviewable_by(&self, account: Uuid) -> Result<(), Refusal> {
        match self {
            Self::UnderReview { filing } if filing.heard_by.contains(&account) => Err(Refusal::HeardBefore),
            Self::UnderReview { .. } => Ok(()),
            other => Err(Refusal::NotFromHere {
                from: other.state(),
                step: "reviewed",
                code: step::code(other.state(), &Step::Approve { by: account }),
            }),
        }
    }
}

/// `days` after a day; the last day of a deadline that is set on it.
pub fn until(on: NaiveDate, days: u32) -> NaiveDate {
    on.checked_add_days(Days::new(days.into())).unwrap_or(on)
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests;
