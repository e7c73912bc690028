//! What may be done to an application, by whom, and why a state refuses it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::{Application, Filing, StateName};

/// Days on which a round takes applications, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// Something that is done to an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The applicant changes answers or files.
    Save,
    /// The applicant hands it in, or hands it in again.
    Submit {
        /// The moment.
        at: DateTime<Utc>,
        /// The day.
        on: NaiveDate,
        /// When the round takes applications.
        window: Window,
    },
    /// The authority sends it back to be completed.
    Return {
        /// What is missing.
        reason: String,
        /// Last day on which it may be submitted again.
        until: NaiveDate,
    },
    /// The authority gives more time to complete it.
    Extend {
        /// The last day from now on.
        until: NaiveDate,
        /// The day.
        on: NaiveDate,
    },
    /// The authority decides against what was not completed in time.
    RefuseIncomplete {
        /// The account.
        by: Uuid,
        /// Why.
        reason: String,
        /// Last day for an appeal.
        appeal_until: NaiveDate,
        /// The day.
        on: NaiveDate,
    },
    /// The authority finds it complete.
    Accept,
    /// The authority decides for it.
    Approve {
        /// The account.
        by: Uuid,
    },
    /// The authority decides against it.
    Refuse {
        /// The account.
        by: Uuid,
        /// Why.
        reason: String,
        /// Last day for an appeal.
        appeal_until: NaiveDate,
    },
    /// The decision is published.
    Publish {
        /// Last day for objections.
        until: NaiveDate,
    },
    /// Somebody objects.
    Object {
        /// The objection.
        id: Uuid,
        /// The day.
        on: NaiveDate,
    },
    /// An objection is found to be wrong.
    DismissObjection {
        /// The objection.
        id: Uuid,
    },
    /// An objection is found to be right.
    UpholdObjection {
        /// The objection.
        id: Uuid,
        /// The account that answers it.
        by: Uuid,
        /// Why, which is then why the application is refused.
        reason: String,
        /// Last day for an appeal.
        appeal_until: NaiveDate,
    },
    /// The designation is given.
    Award {
        /// Its number.
        number: String,
        /// Its first day.
        from: NaiveDate,
        /// Today.
        on: NaiveDate,
    },
    /// The applicant contests the refusal.
    Appeal {
        /// Why.
        grounds: String,
        /// The day.
        on: NaiveDate,
    },
    /// The appeal is right: back to review, by others.
    UpholdAppeal {
        /// The account that answers it.
        by: Uuid,
        /// The accounts that reviewed it.
        heard_by: BTreeSet<Uuid>,
    },
    /// The appeal is wrong.
    DismissAppeal {
        /// The account that answers it.
        by: Uuid,
        /// Why.
        reason: String,
    },
    /// The applicant takes it back.
    Withdraw {
        /// Why; may be empty.
        reason: String,
    },
}

/// Whose step something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The organization that applies.
    Applicant,
    /// The authority that runs the scheme.
    Authority,
    /// Whoever may object.
    Anybody,
}

impl Party {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Authority => "authority",
            Self::Anybody => "anybody",
        }
    }
}

impl Step {
    /// Whose step it is.
    pub const fn party(&self) -> Party {
        match self {
            Self::Save | Self::Submit { .. } | Self::Appeal { .. } | Self::Withdraw { .. } => Party::Applicant,
            Self::Object { .. } => Party::Anybody,
            _ => Party::Authority,
        }
    }

    /// What is done, as a participle.
    pub const fn participle(&self) -> &'static str {
        match self {
            Self::Save => "changed",
            Self::Submit { .. } => "submitted",
            Self::Return { .. } => "returned",
            Self::Extend { .. } => "given more time",
            Self::RefuseIncomplete { .. } => "refused as incomplete",
            Self::Accept => "found complete",
            Self::Approve { .. } => "approved",
            Self::Refuse { .. } => "refused",
            Self::Publish { .. } => "published",
            Self::Object { .. } => "objected to",
            Self::DismissObjection { .. } => "kept against an objection",
            Self::UpholdObjection { .. } => "refused after an objection",
            Self::Award { .. } => "awarded",
            Self::Appeal { .. } => "appealed",
            Self::UpholdAppeal { .. } => "reviewed again",
            Self::DismissAppeal { .. } => "dismissed",
            Self::Withdraw { .. } => "withdrawn",
        }
    }
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("an application that is {} cannot be {step}", .from.word())]
    NotFromHere {
        /// The state.
        from: StateName,
        /// The step, as a participle.
        step: &'static str,
        /// What is missing or has happened already.
        code: &'static str,
    },
    /// A reason is needed.
    #[error("a reason is needed, so that the applicant can see why")]
    ReasonNeeded,
    /// The round takes no applications on that day.
    #[error("the round takes applications from {} to {}", .0.from, .0.to)]
    RoundNotOpen(Window),
    /// What was returned was to be completed before.
    #[error("it was to be completed by {0}")]
    CompletionLate(NaiveDate),
    /// There are days left to complete it.
    #[error("it may be completed until {0}; it can be refused after that day")]
    CompletionDaysRun(NaiveDate),
    /// More time ends later than before, and not in the past.
    #[error("the last day must lie after {0}")]
    NotLater(NaiveDate),
    /// The days for objections are over.
    #[error("objections were to be made by {0}")]
    ObjectionLate(NaiveDate),
    /// There is no such objection, or it is answered.
    #[error("no objection of this id waits for an answer")]
    NoSuchObjection,
    /// The days for objections still run.
    #[error("objections may be made until {0}; it can be awarded after that day")]
    ObjectionDaysRun(NaiveDate),
    /// Objections wait for an answer.
    #[error("{0} objections wait for an answer")]
    ObjectionsOpen(usize),
    /// A number is needed.
    #[error("an award needs a number")]
    NumberNeeded,
    /// The days for an appeal are over.
    #[error("an appeal was to be made by {0}")]
    AppealLate(NaiveDate),
    /// It was appealed and refused once more.
    #[error("it was reviewed anew after an appeal; there is no second one")]
    AppealedBefore,
    /// The account refused it, or heard it before the appeal.
    #[error("this account has heard the application before; another one must")]
    HeardBefore,
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFromHere { code, .. } => code,
            Self::ReasonNeeded => "reason_needed",
            Self::RoundNotOpen(_) => "round_not_open",
            Self::CompletionLate(_) => "completion_late",
            Self::CompletionDaysRun(_) => "with_applicant",
            Self::NotLater(_) => "not_later",
            Self::ObjectionLate(_) => "objection_late",
            Self::NoSuchObjection => "no_such_objection",
            Self::ObjectionDaysRun(_) => "objection_days_run",
            Self::ObjectionsOpen(_) => "objections_open",
            Self::NumberNeeded => "number_needed",
            Self::AppealLate(_) => "appeal_late",
            Self::AppealedBefore => "appealed_before",
            Self::HeardBefore => "heard_before",
        }
    }
}

impl Application {
    /// Takes a step.
    pub fn take(self, step: Step) -> Result<Self, Refusal> {
        match (self, step) {
            (Self::Draft, Step::Save) => Ok(Self::Draft),
            (Self::Returned { filing, reason, until }, Step::Save) => Ok(Self::Returned { filing, reason, until }),
            (Self::Draft, Step::Submit { at, on, window }) => {
                if on < window.from || window.to < on {
                    return Err(Refusal::RoundNotOpen(window));
                }
                Ok(Self::Submitted { filing: Filing { at, appealed: false, heard_by: BTreeSet::new() } })
            }
            (Self::Returned { filing, until, .. }, Step::Submit { on, .. }) => {
                if until < on {
                    Err(Refusal::CompletionLate(until))
                } else {
                    Ok(Self::Submitted { filing })
                }
            }
            (Self::Submitted { filing }, Step::Return { reason, until }) => {
                Ok(Self::Returned { filing, reason: needed(reason)?, until })
            }
            (Self::Returned { filing, reason, until }, Step::Extend { until: longer, on }) => {
                // Until the day before, nothing would be gained.
                let after = until.max(on.pred_opt().unwrap_or(on));
                if longer <= after {
                    return Err(Refusal::NotLater(after));
                }
                Ok(Self::Returned { filing, reason, until: longer })
            }
            (Self::Returned { filing, until, .. }, Step::RefuseIncomplete { by, reason, appeal_until, on }) => {
                if on <= until {
                    return Err(Refusal::CompletionDaysRun(until));
                }
                refuse(filing, by, reason, appeal_until)
            }
            (Self::Submitted { filing }, Step::Accept) => Ok(Self::UnderReview { filing }),
            (Self::UnderReview { filing }, Step::Approve { by }) => {
                heard(&filing, by)?;
                Ok(Self::Approved { filing, by })
            }
            (Self::UnderReview { filing }, Step::Refuse { by, reason, appeal_until }) => {
                heard(&filing, by)?;
                refuse(filing, by, reason, appeal_until)
            }
            (Self::Approved { filing, by }, Step::Publish { until }) => {
                Ok(Self::Published { filing, by, until, open: BTreeSet::new() })
            }
            (Self::Published { filing, by, until, mut open }, Step::Object { id, on }) => {
                if until < on {
                    return Err(Refusal::ObjectionLate(until));
                }
                open.insert(id);
                Ok(Self::Published { filing, by, until, open })
            }
            (Self::Published { filing, by, until, mut open }, Step::DismissObjection { id }) => {
                if !open.remove(&id) {
                    return Err(Refusal::NoSuchObjection);
                }
                Ok(Self::Published { filing, by, until, open })
            }
            (Self::Published { filing, open, .. }, Step::UpholdObjection { id, by, reason, appeal_until }) => {
                if !open.contains(&id) {
                    return Err(Refusal::NoSuchObjection);
                }
                refuse(filing, by, reason, appeal_until)
            }
            (Self::Published { filing, until, open, .. }, Step::Award { number, from, on }) => {
                if !open.is_empty() {
                    return Err(Refusal::ObjectionsOpen(open.len()));
                }
                if on <= until {
                    return Err(Refusal::ObjectionDaysRun(until));
                }
                if number.trim().is_empty() {
                    return Err(Refusal::NumberNeeded);
                }
                Ok(Self::Awarded { filing, number, from })
            }
            (Self::Refused { filing, by, reason, appeal_until }, Step::Appeal { grounds, on }) => match appeal_until {
                None => Err(Refusal::AppealedBefore),
                Some(until) if until < on => Err(Refusal::AppealLate(until)),
                Some(_) => Ok(Self::Appealed { filing, refused_by: by, refusal: reason, grounds: needed(grounds)? }),
            },
            (Self::Appealed { mut filing, refused_by, .. }, Step::UpholdAppeal { by, heard_by }) => {
                if by == refused_by {
                    return Err(Refusal::HeardBefore);
                }
                filing.appealed = true;
                filing.heard_by.extend(heard_by);
                filing.heard_by.insert(refused_by);
                Ok(Self::UnderReview { filing })
            }
            (Self::Appealed { filing, refused_by, .. }, Step::DismissAppeal { by, reason }) => {
                if by == refused_by {
                    return Err(Refusal::HeardBefore);
                }
                Ok(Self::Dismissed { filing, reason: needed(reason)? })
            }
            (
                Self::Draft | Self::Submitted { .. } | Self::Returned { .. } | Self::UnderReview { .. },
                Step::Withdraw { reason },
            ) => Ok(Self::Withdrawn { reason }),
            (from, step) => Err(Refusal::NotFromHere {
                from: from.state(),
                step: step.participle(),
                code: code(from.state(), &step),
            }),
        }
    }
}

fn refuse(filing: Filing, by: Uuid, reason: String, until: NaiveDate) -> Result<Application, Refusal> {
    let appeal_until = (!filing.appealed).then_some(until);
    Ok(Application::Refused { filing, by, reason: needed(reason)?, appeal_until })
}

fn heard(filing: &Filing, by: Uuid) -> Result<(), Refusal> {
    if filing.heard_by.contains(&by) { Err(Refusal::HeardBefore) } else { Ok(()) }
}

fn needed(reason: String) -> Result<String, Refusal> {
    if reason.trim().is_empty() { Err(Refusal::ReasonNeeded) } else { Ok(reason) }
}

/// Why a state does not allow a step: what is missing, or what has happened already.
pub(super) const fn code(from: StateName, step: &Step) -> &'static str {
    match (from, step) {
        (StateName::Draft, _) => "not_submitted",
        (
            StateName::Submitted,
            Step::Save | Step::Submit { .. } | Step::Extend { .. } | Step::RefuseIncomplete { .. },
        ) => "submitted_already",
        (StateName::Submitted, _) => "not_checked",
        (StateName::Returned, _) => "with_applicant",
        (
            StateName::UnderReview,
            Step::Save
            | Step::Submit { .. }
            | Step::Return { .. }
            | Step::Extend { .. }
            | Step::RefuseIncomplete { .. }
            | Step::Accept,
        ) => "under_review_already",
        (StateName::UnderReview, _) => "not_decided",
        (
            StateName::Approved,
            Step::Object { .. } | Step::DismissObjection { .. } | Step::UpholdObjection { .. } | Step::Award { .. },
        ) => "not_published",
        (StateName::Published, Step::Publish { .. }) => "published_already",
        (
            StateName::Approved | StateName::Published,
            Step::Appeal { .. } | Step::UpholdAppeal { .. } | Step::DismissAppeal { .. },
        ) => "not_refused",
        (StateName::Approved | StateName::Published, _) => "decided_already",
        (StateName::Refused, Step::UpholdAppeal { .. } | Step::DismissAppeal { .. }) => "not_appealed",
        (StateName::Refused, _) => "refused_already",
        (StateName::Appealed, _) => "appeal_open",
        (StateName::Awarded, _) => "awarded_already",
        (StateName::Dismissed, _) => "dismissed_already",
        (StateName::Withdrawn, _) => "withdrawn_already",
    }
}
