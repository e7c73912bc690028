//! The life of an appeal: somebody questions a line of a student's record, the host says what happened, the district
//! decides.
//!
//! ```text
//! filed ─▶ stated ─▶ granted | declined
//!   └──────────────▶ granted | declined   (no host is asked, or it let its days pass)
//! filed, stated ─▶ withdrawn              (by who filed it)
//! ```
//!
//! The days within which it is answered are those of the moment of filing: nobody is judged by later ones. Nothing here
//! reads a clock: moments and days are given. What a grant can do is in [`correction`].

pub mod correction;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

pub use correction::{Correction, Kind, Line, possible};

/// Who did something: the account, the moment, and the day that it was in the district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The account.
    pub by: Uuid,
    /// The moment.
    pub at: DateTime<Utc>,
    /// The day by the clock of the district.
    pub on: NaiveDate,
}

/// What a district sets: how long answers take, and how long a line can be questioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Days in which the host says what happened.
    pub host_days: u32,
    /// Days in which the district decides after that.
    pub district_days: u32,
    /// Days after the last step of a line in which it can be questioned.
    pub file_days: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self { host_days: 7, district_days: 14, file_days: 180 }
    }
}

impl Terms {
    /// The last day on which a line can be questioned that changed last on this day.
    pub fn questionable_until(&self, changed: NaiveDate) -> NaiveDate {
        after(changed, self.file_days)
    }
}

/// As whom somebody questions a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The student.
    Student,
    /// Who stands for the student.
    Guardian,
    /// The school.
    School,
}

impl Side {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Guardian => "guardian",
            Self::School => "school",
        }
    }
}

/// What was filed. It stays with the appeal as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// Who, when.
    pub act: Act,
    /// As whom.
    pub side: Side,
    /// What is wrong.
    pub grounds: String,
    /// What is wanted.
    pub wants: Kind,
    /// The host that is asked; none for a result of a competition.
    pub host: Option<Uuid>,
    /// The days of that time.
    pub terms: Terms,
}

/// What the host says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// It should be corrected.
    Agrees,
    /// It is right as it is.
    StandsBy,
}

impl Stance {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::StandsBy => "stands_by",
        }
    }
}

/// The host's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Who, when.
    pub act: Act,
    /// Whether it should be corrected.
    pub stance: Stance,
    /// What happened.
    pub remark: String,
}

/// The district's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who, when.
    pub act: Act,
    /// Why.
    pub reason: String,
}

/// An appeal in its state. Each state owns what it needs to be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Appeal {
    /// Waits: for the host, or for the district where no host is asked or it let its days pass.
    Filed {
        /// What was filed.
        filing: Filing,
    },
    /// The host has spoken; the district decides.
    Stated {
        /// What was filed.
        filing: Filing,
        /// What the host says.
        statement: Statement,
    },
    /// It was right, and the record has been corrected.
    Granted {
        /// What was filed.
        filing: Filing,
        /// What the host said, if it did.
        statement: Option<Statement>,
        /// What the district said.
        decision: Decision,
        /// What was corrected.
        correction: Correction,
    },
    /// The record stays as it is.
    Declined {
        /// What was filed.
        filing: Filing,
        /// What the host said, if it did.
        statement: Option<Statement>,
        /// What the district said.
        decision: Decision,
    },
    /// Who filed it took it back.
    Withdrawn {
        /// What was filed.
        filing: Filing,
        /// What the host said, if it did.
        statement: Option<Statement>,
        /// Who, when.
        act: Act,
    },
}

/// A state's name, as stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`Appeal::Filed`].
    Filed,
    /// See [`Appeal::Stated`].
    Stated,
    /// See [`Appeal::Granted`].
    Granted,
    /// See [`Appeal::Declined`].
    Declined,
    /// See [`Appeal::Withdrawn`].
    Withdrawn,
}

impl StateName {
    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Stated => "stated",
            Self::Granted => "granted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The host says what happened.
    Host,
    /// The district decides.
    District,
}

/// Something that is done to an appeal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The host says what happened.
    State(Act, Stance, String),
    /// The district finds it right.
    Grant(Act, String, Correction),
    /// The district finds it wrong.
    Decline(Act, String),
    /// Who filed it takes it back.
    Withdraw(Act),
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("an appeal that is {} cannot be {step}", from.word())]
    NotFromHere {
        /// The state.
        from: StateName,
        /// The step, as a participle.
        step: &'static str,
    },
    /// No host is asked.
    #[error("a result of a competition has no host that could be asked; the district decides")]
    NoHost,
    /// The host still has time.
    #[error("the host has until {until} to say what happened")]
    WaitsForHost {
        /// Its last day.
        until: NaiveDate,
    },
    /// Who filed it answers it.
    #[error("who filed an appeal neither answers nor decides it; another account has to")]
    OwnAppeal,
    /// Who spoke for the host decides.
    #[error("who spoke for the host does not decide; another account has to")]
    OwnStatement,
    /// Somebody else takes it back.
    #[error("only who filed an appeal takes it back")]
    NotWhoFiled,
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonNeeded,
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFromHere { .. } => "not_from_this_state",
            Self::NoHost => "no_host_asked",
            Self::WaitsForHost { .. } => "waits_for_host",
            Self::OwnAppeal => "own_appeal",
            Self::OwnStatement => "own_statement",
            Self::NotWhoFiled => "not_who_filed",
            Self::ReasonNeeded => "reason_needed",
        }
    }
}

impl Appeal {
    /// The name of its state.
    pub const fn state(&self) -> StateName {
        match self {
            Self::Filed { .. } => StateName::Filed,
            Self::Stated { .. } => StateName::Stated,
            Self::Granted { .. } => StateName::Granted,
            Self::Declined { .. } => StateName::Declined,
            Self::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    /// What was filed.
    pub const fn filing(&self) -> &Filing {
        match self {
            Self::Filed { filing }
            | Self::Stated { filing, .. }
            | Self::Granted { filing, .. }
            | Self::Declined { filing, .. }
            | Self::Withdrawn { filing, .. } => filing,
        }
    }

    /// What the host said, if it did.
    pub const fn statement(&self) -> Option<&Statement> {
        match self {
            Self::Filed { .. } => None,
            Self::Stated { statement, .. } => Some(statement),
            Self::Granted { statement, .. } | Self::Declined { statement, .. } | Self::Withdrawn { statement, .. } => {
                statement.as_ref()
            }
        }
    }

    /// What the district said, if it did.
    pub const fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Granted { decision, .. } | Self::Declined { decision, .. } => Some(decision),
            Self::Filed { .. } | Self::Stated { .. } | Self::Withdrawn { .. } => None,
        }
    }

    /// What was corrected, if it was.
    pub const fn correction(&self) -> Option<&Correction> {
        match self {
            Self::Granted { correction, .. } => Some(correction),
            _ => None,
        }
    }

    /// Whether somebody still has to act.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Filed { .. } | Self::Stated { .. })
    }

    /// The host's last day to say what happened; none if no host is asked.
    pub fn host_due(&self) -> Option<NaiveDate> {
        let filing = self.filing();
        filing.host.map(|_| after(filing.act.on, filing.terms.host_days))
    }

    /// The district's last day to decide: counted from the host's word, or from the end of its days.
    pub fn due(&self) -> NaiveDate {
        let filing = self.filing();
        let from = match self.statement() {
            Some(statement) => statement.act.on,
            None => self.host_due().unwrap_or(filing.act.on),
        };
        after(from, filing.terms.district_days)
    }

    /// Who has to act on a day; nobody once it is over.
    pub fn turn(&self, today: NaiveDate) -> Option<Turn> {
        match self {
            Self::Filed { .. } if self.host_due().is_some_and(|due| today <= due) => Some(Turn::Host),
            Self::Filed { .. } | Self::Stated { .. } => Some(Turn::District),
            Self::Granted { .. } | Self::Declined { .. } | Self::Withdrawn { .. } => None,
        }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// The state does not allow it, the host still has time, a reason is missing, or it is not this account's step.
    pub fn take(self, step: Step) -> Result<Self, Refusal> {
        match (self, step) {
            (Self::Filed { filing }, Step::State(act, stance, remark)) => {
                if filing.host.is_none() {
                    return Err(Refusal::NoHost);
                }
                if filing.act.by == act.by {
                    return Err(Refusal::OwnAppeal);
                }
                let statement = Statement { act, stance, remark: needed(remark)? };
                Ok(Self::Stated { filing, statement })
            }
            (open @ (Self::Filed { .. } | Self::Stated { .. }), Step::Grant(act, reason, correction)) => {
                let decision = open.decided(act, reason)?;
                let (filing, statement) = open.parts();
                Ok(Self::Granted { filing, statement, decision, correction })
            }
            (open @ (Self::Filed { .. } | Self::Stated { .. }), Step::Decline(act, reason)) => {
                let decision = open.decided(act, reason)?;
                let (filing, statement) = open.parts();
                Ok(Self::Declined { filing, statement, decision })
            }
            (open @ (Self::Filed { .. } | Self::Stated { .. }), Step::Withdraw(act)) => {
                let (filing, statement) = open.parts();
                if filing.act.by != act.by {
                    return Err(Refusal::NotWhoFiled);
                }
                Ok(Self::Withdrawn { filing, statement, act })
            }
            (from, step) => Err(Refusal::NotFromHere { from: from.state(), step: step.participle() }),
        }
    }

    /// The district's word, if it may speak now.
    fn decided(&self, act: Act, reason: String) -> Result<Decision, Refusal> {
        if self.filing().act.by == act.by {
            return Err(Refusal::OwnAppeal);
        }
        if self.statement().is_some_and(|statement| statement.act.by == act.by) {
            return Err(Refusal::OwnStatement);
        }
        if let (Some(Turn::Host), Some(until)) = (self.turn(act.on), self.host_due()) {
            return Err(Refusal::WaitsForHost { until });
        }
        Ok(Decision { act, reason: needed(reason)? })
    }

    fn parts(self) -> (Filing, Option<Statement>) {
        match self {
            Self::Filed { filing } => (filing, None),
            Self::Stated { filing, statement } => (filing, Some(statement)),
            Self::Granted { filing, statement, .. }
            | Self::Declined { filing, statement, .. }
            | Self::Withdrawn { filing, statement, .. } => (filing, statement),
        }
    }
}

impl Step {
    const fn participle(&self) -> &'static str {
        match self {
            Self::State(..) => "answered by the host",
            Self::Grant(..) => "granted",
            Self::Decline(..) => "declined",
            Self::Withdraw(_) => "withdrawn",
        }
    }
}

fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(day)
}

fn needed(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::ReasonNeeded) } else { Ok(text) }
}

#[cfg(test)]
mod tests;
