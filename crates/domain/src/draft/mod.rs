//! The life of a change of the rules: one official writes and submits it, another one approves it, then it is published
//! and counts from a day on.
//!
//! ```text
//! draft ─▶ submitted ─▶ approved ─▶ published
//!   ▲         │  └────▶ rejected       │ (until it counts)
//!   └─────────┴─── taken back, changed ▼
//! draft, submitted, approved, rejected, published ─▶ withdrawn
//! ```
//!
//! What is submitted does not change any more: to change it is to take it back, and then it must be submitted again.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// What somebody did and had to say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The account.
    pub by: Uuid,
    /// The moment.
    pub at: DateTime<Utc>,
    /// What there was to say; may be empty where no reason is asked for.
    #[serde(default)]
    pub note: String,
}

/// What was put before a second official.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// By whom.
    pub act: Act,
    /// SHA-256 of the text, hex: what is approved is this text and no other.
    pub digest: String,
}

/// The version that was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// By whom.
    pub act: Act,
    /// The policy version.
    pub policy_version_id: Uuid,
    /// The day on which the district begins to score by it.
    pub effective_on: NaiveDate,
}

/// A change of the rules in its state. Each state owns what it needs to be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Draft {
    /// Being written.
    Draft,
    /// Waits for another official.
    Submitted {
        /// What was submitted.
        submission: Submission,
    },
    /// Another official agreed.
    Approved {
        /// What was submitted.
        submission: Submission,
        /// Who agreed.
        approval: Act,
    },
    /// Another official did not agree, and says why.
    Rejected {
        /// What was submitted.
        submission: Submission,
        /// Who did not, and why.
        rejection: Act,
    },
    /// Published, to count from a day on.
    Published {
        /// What was submitted.
        submission: Submission,
        /// Who agreed.
        approval: Act,
        /// The version.
        publication: Publication,
    },
    /// Given up, with a reason.
    Withdrawn {
        /// Who gave it up, and why.
        withdrawal: Act,
        /// The version that had been published and does not become effective, if it had come to that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        publication: Option<Publication>,
    },
}

/// A state's name, as stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`Draft::Draft`].
    Draft,
    /// See [`Draft::Submitted`].
    Submitted,
    /// See [`Draft::Approved`].
    Approved,
    /// See [`Draft::Rejected`].
    Rejected,
    /// See [`Draft::Published`].
    Published,
    /// See [`Draft::Withdrawn`].
    Withdrawn,
}

impl StateName {
    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Something that is done to a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The text is changed.
    Change,
    /// It is put before another official.
    Submit(Submission),
    /// It is taken back to be changed.
    TakeBack,
    /// Another official agrees.
    Approve(Act),
    /// Another official does not agree: why.
    Reject(Act),
    /// It is published; the day is that of the district.
    Publish(Publication, NaiveDate),
    /// Its becoming effective is tried again: whether that has failed.
    Retry(bool),
    /// It is given up: why, and whether the district has begun to score by it.
    Withdraw(Act, bool),
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("a draft that is {} cannot be {step}", .from.word())]
    NotFromHere {
        /// The state.
        from: StateName,
        /// The step, as a participle.
        step: &'static str,
    },
    /// Who submits does not decide.
    #[error("whoever submitted a draft does not decide on it: another official of the district does")]
    SecondOfficial,
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// Nothing becomes effective in the past.
    #[error("it cannot become effective on {day}: that is before today, {today}")]
    InThePast {
        /// The day asked for.
        day: NaiveDate,
        /// The day it is.
        today: NaiveDate,
    },
    /// There is nothing to try again.
    #[error("it has not failed: it waits for its day, is being made effective, or is effective")]
    NotFailed,
    /// The district scores by it, or has begun to.
    #[error("the district already scores by it, or begins to; publish another version")]
    Begun,
}

impl Refusal {
    /// A stable word.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFromHere { .. } => "not_from_this_state",
            Self::SecondOfficial => "second_official",
            Self::ReasonNeeded => "required",
            Self::InThePast { .. } => "in_the_past",
            Self::NotFailed => "not_failed",
            Self::Begun => "already_begun",
        }
    }
}

impl Draft {
    /// The name of its state.
    pub const fn name(&self) -> StateName {
        match self {
            Self::Draft => StateName::Draft,
            Self::Submitted { .. } => StateName::Submitted,
            Self::Approved { .. } => StateName::Approved,
            Self::Rejected { .. } => StateName::Rejected,
            Self::Published { .. } => StateName::Published,
            Self::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// The state, the day or who takes it does not allow it.
    pub fn take(self, step: Step) -> Result<Self, Refusal> {
        let from = self.name();
        let refused = |step| Err(Refusal::NotFromHere { from, step });
        match (step, self) {
            (Step::Change, Self::Draft | Self::Rejected { .. }) => Ok(Self::Draft),
            (Step::Change, _) => refused("changed"),
            (Step::Submit(submission), Self::Draft) => Ok(Self::Submitted { submission }),
            (Step::Submit(_), _) => refused("submitted"),
            (Step::TakeBack, Self::Submitted { .. } | Self::Approved { .. }) => Ok(Self::Draft),
            (Step::TakeBack, _) => refused("taken back"),
            (Step::Approve(approval), Self::Submitted { submission }) => {
                another(&submission, &approval)?;
                Ok(Self::Approved { submission, approval })
            }
            (Step::Approve(_), _) => refused("approved"),
            (Step::Reject(rejection), Self::Submitted { submission }) => {
                another(&submission, &rejection)?;
                reason(&rejection)?;
                Ok(Self::Rejected { submission, rejection })
            }
            (Step::Reject(_), _) => refused("rejected"),
            (Step::Publish(publication, today), Self::Approved { submission, approval }) => {
                if publication.effective_on < today {
                    return Err(Refusal::InThePast { day: publication.effective_on, today });
                }
                Ok(Self::Published { submission, approval, publication })
            }
            (Step::Publish(..), _) => refused("published"),
            (Step::Retry(true), published @ Self::Published { .. }) => Ok(published),
            (Step::Retry(false), Self::Published { .. }) => Err(Refusal::NotFailed),
            (Step::Retry(_), _) => refused("tried again"),
            (Step::Withdraw(..), Self::Withdrawn { .. }) => refused("withdrawn"),
            (Step::Withdraw(_, true), _) => Err(Refusal::Begun),
            (Step::Withdraw(withdrawal, false), state) => {
                reason(&withdrawal)?;
                let publication = match state {
                    Self::Published { publication, .. } => Some(publication),
                    _ => None,
                };
                Ok(Self::Withdrawn { withdrawal, publication })
            }
        }
    }
}

fn another(submission: &Submission, act: &Act) -> Result<(), Refusal> {
    if submission.act.by == act.by { Err(Refusal::SecondOfficial) } else { Ok(()) }
}

fn reason(act: &Act) -> Result<(), Refusal> {
    if act.note.trim().is_empty() { Err(Refusal::ReasonNeeded) } else { Ok(()) }
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a test may panic")]
mod tests;
