//! Erasing what is held about a person, because the person or the guardian wants it.
//!
//! ```text
//! requested ─▶ approved (waits some days) ─▶ done
//!     │  │         └──▶ taken back
//!     │  └──▶ refused
//!     └─────▶ taken back
//! ```
//!
//! Whoever asked does not approve. What is done names nobody any more: of the person it keeps how much there was.

mod redact;

pub use redact::redact;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// From this age on a student asks alone; before it the guardian does.
pub const FULL_AGE: i32 = 18;
/// Days from the approval until it is done, where the official says nothing else.
pub const WAIT_DAYS: u32 = 7;
/// Days that an official can let it wait at most.
pub const WAIT_DAYS_MAX: u32 = 60;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Who stands for the person.
    Guardian,
    /// The person, who is so old; none if the roster has no day of birth.
    Student {
        /// In years.
        age: Option<i32>,
    },
    /// An official, in whose hands it was asked for on paper.
    Official,
}

/// How it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By the family itself.
    Family,
    /// On paper, and an official wrote it down.
    Paper,
}

impl Channel {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::Paper => "paper",
        }
    }
}

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

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who asked, and why.
    pub act: Act,
    /// How.
    pub channel: Channel,
}

/// How much went, without a word of what it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gone {
    /// Participations.
    pub participations: u64,
    /// Results.
    pub results: u64,
    /// Ledger entries; their leaves in the sealed ledger stay.
    pub entries: u64,
    /// Badges and papers.
    pub credentials: u64,
    /// Scans at doors.
    pub scans: u64,
    /// Accounts that were there for the person alone.
    pub accounts: u64,
    /// Files.
    pub files: u64,
    /// Entries of the audit trail from which details were taken.
    pub audit_events: u64,
}

/// An erasure in its state. Each state owns what it needs to be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Erasure {
    /// Waits for an official.
    Requested {
        /// What was asked for.
        request: Request,
    },
    /// An official agreed; it waits for its time.
    Approved {
        /// What was asked for.
        request: Request,
        /// Who agreed.
        approval: Act,
        /// Not before this.
        due_at: DateTime<Utc>,
    },
    /// An official did not agree, and says why.
    Refused {
        /// What was asked for.
        request: Request,
        /// Who did not, and why.
        refusal: Act,
    },
    /// It is not wanted any more.
    TakenBack {
        /// What was asked for.
        request: Request,
        /// Who took it back.
        withdrawal: Act,
    },
    /// Nothing is left but this.
    Done {
        /// How it was asked for.
        channel: Channel,
        /// When.
        asked_at: DateTime<Utc>,
        /// The official who agreed.
        approved_by: Uuid,
        /// When.
        approved_at: DateTime<Utc>,
        /// When it was done.
        done_at: DateTime<Utc>,
        /// How much went.
        gone: Gone,
    },
}

/// A state's name, as stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`Erasure::Requested`].
    Requested,
    /// See [`Erasure::Approved`].
    Approved,
    /// See [`Erasure::Refused`].
    Refused,
    /// See [`Erasure::TakenBack`].
    TakenBack,
    /// See [`Erasure::Done`].
    Done,
}

impl StateName {
    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::TakenBack => "taken_back",
            Self::Done => "done",
        }
    }
}

/// Something that is done to an erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Another official agrees; it is done so many days later.
    Approve(Act, u32),
    /// Another official does not agree: why.
    Refuse(Act),
    /// It is not wanted any more.
    TakeBack(Act),
    /// It was carried out: when, and how much went.
    CarryOut(DateTime<Utc>, Gone),
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("an erasure that is {} cannot be {step}", .from.word())]
    NotFromHere {
        /// The state.
        from: StateName,
        /// The step, as a participle.
        step: &'static str,
    },
    /// Who asks does not decide.
    #[error("whoever asked for an erasure does not decide on it: another official of the district does")]
    SecondOfficial,
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// Too young to ask alone, or nobody knows.
    #[error(
        "a student who is not {FULL_AGE} years old, or whose day of birth is not in the roster, is asked for by the guardian, or on paper"
    )]
    GuardianNeeded,
    /// Too long a wait.
    #[error("it can wait for at most {WAIT_DAYS_MAX} days")]
    WaitTooLong,
    /// It can still be taken back.
    #[error("its time has not come")]
    NotDue,
}

impl Refusal {
    /// A stable word.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFromHere { .. } => "not_from_this_state",
            Self::SecondOfficial => "second_official",
            Self::ReasonNeeded => "required",
            Self::GuardianNeeded => "guardian_needed",
            Self::WaitTooLong => "out_of_range",
            Self::NotDue => "not_due",
        }
    }
}

impl Erasure {
    /// Somebody asks for it.
    ///
    /// # Errors
    /// If the student is too young, or the official does not say what the paper is.
    pub fn request(asker: Asker, act: Act) -> Result<Self, Refusal> {
        let channel = match asker {
            Asker::Guardian => Channel::Family,
            Asker::Student { age: Some(age) } if age >= FULL_AGE => Channel::Family,
            Asker::Student { .. } => return Err(Refusal::GuardianNeeded),
            Asker::Official => {
                reason(&act)?;
                Channel::Paper
            }
        };
        Ok(Self::Requested { request: Request { act, channel } })
    }

    /// The name of its state.
    pub const fn name(&self) -> StateName {
        match self {
            Self::Requested { .. } => StateName::Requested,
            Self::Approved { .. } => StateName::Approved,
            Self::Refused { .. } => StateName::Refused,
            Self::TakenBack { .. } => StateName::TakenBack,
            Self::Done { .. } => StateName::Done,
        }
    }

    /// What was asked for, while it says by whom.
    pub const fn asked(&self) -> Option<&Request> {
        match self {
            Self::Requested { request }
            | Self::Approved { request, .. }
            | Self::Refused { request, .. }
            | Self::TakenBack { request, .. } => Some(request),
            Self::Done { .. } => None,
        }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// The state, the time or who takes it does not allow it.
    pub fn take(self, step: Step) -> Result<Self, Refusal> {
        let from = self.name();
        let refused = |step| Err(Refusal::NotFromHere { from, step });
        match (step, self) {
            (Step::Approve(approval, days), Self::Requested { request }) => {
                another(&request, &approval)?;
                if days > WAIT_DAYS_MAX {
                    return Err(Refusal::WaitTooLong);
                }
                let wait = TimeDelta::days(i64::from(days));
                let due_at = approval.at.checked_add_signed(wait).ok_or(Refusal::WaitTooLong)?;
                Ok(Self::Approved { request, approval, due_at })
            }
            (Step::Approve(..), _) => refused("approved"),
            (Step::Refuse(refusal), Self::Requested { request }) => {
                another(&request, &refusal)?;
                reason(&refusal)?;
                Ok(Self::Refused { request, refusal })
            }
            (Step::Refuse(_), _) => refused("refused"),
            (Step::TakeBack(withdrawal), Self::Requested { request } | Self::Approved { request, .. }) => {
                Ok(Self::TakenBack { request, withdrawal })
            }
            (Step::TakeBack(_), _) => refused("taken back"),
            (Step::CarryOut(at, gone), Self::Approved { request, approval, due_at }) => {
                if at < due_at {
                    return Err(Refusal::NotDue);
                }
                Ok(Self::Done {
                    channel: request.channel,
                    asked_at: request.act.at,
                    approved_by: approval.by,
                    approved_at: approval.at,
                    done_at: at,
                    gone,
                })
            }
            (Step::CarryOut(..), _) => refused("carried out"),
        }
    }
}

fn another(request: &Request, act: &Act) -> Result<(), Refusal> {
    if request.act.by == act.by { Err(Refusal::SecondOfficial) } else { Ok(()) }
}

fn reason(act: &Act) -> Result<(), Refusal> {
    if act.note.trim().is_empty() { Err(Refusal::ReasonNeeded) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
