//! The life of a participation: one person in one session.
//!
//! ```text
//! registered ─▶ attended ─▶ confirmed ─▶ voided        waitlisted ─▶ registered
//!      │            │           │ amended (stays)       any before attended ─▶ withdrawn
//!      └─▶ absent ◀─┤                                  (the door may correct itself; the school may not)
//!                   └─▶ rejected ─▶ recorded (again)    recorded ─▶ confirmed | rejected
//!                   withdrawn, rejected ─▶ registered | waitlisted (again, before the session)
//!                   an appeal that is granted: any before confirmed, absent, rejected, voided ─▶ confirmed
//! ```
//!
//! Who records never confirms. An absence is the host's word: the host takes it back, or an appeal does, and no act of the
//! school, which could record the person and withdraw that again. Nothing here reads a clock: moments are given.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// The account.
    pub by: Uuid,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// What a host attests: how long, and how many of what the activity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// Minutes; the session's planned length when not given.
    pub minutes: Option<i32>,
    /// Quantity.
    pub quantity: Option<i32>,
}

/// A participation in its state. Each state owns what it needs to be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Participation {
    /// Will come.
    Registered(Entry),
    /// Would come if a place became free.
    Waitlisted(Entry),
    /// Will not come after all, or was entered by mistake and taken back.
    Withdrawn(Entry),
    /// Was there, says the door.
    Attended(Entry),
    /// Was not there.
    Absent(Entry),
    /// Was there, says the school after the fact.
    Recorded(Entry),
    /// Was there, says the host.
    Confirmed(Entry, Confirmation),
    /// Was not there or not enough, says the host.
    Rejected(Entry, String),
    /// Was confirmed and is no more.
    Voided(Entry, String),
}

/// How a participation came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The account that recorded it.
    pub recorded_by: Uuid,
    /// How long, how many.
    pub extent: Extent,
}

/// A host's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// The account that confirmed it; never the one that recorded it.
    pub by: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// A state's name, as stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`Participation::Registered`].
    Registered,
    /// See [`Participation::Waitlisted`].
    Waitlisted,
    /// See [`Participation::Withdrawn`].
    Withdrawn,
    /// See [`Participation::Attended`].
    Attended,
    /// See [`Participation::Absent`].
    Absent,
    /// See [`Participation::Recorded`].
    Recorded,
    /// See [`Participation::Confirmed`].
    Confirmed,
    /// See [`Participation::Rejected`].
    Rejected,
    /// See [`Participation::Voided`].
    Voided,
}

impl StateName {
    /// All states, in the order of a life.
    pub const ALL: [Self; 9] = [
        Self::Waitlisted,
        Self::Registered,
        Self::Withdrawn,
        Self::Attended,
        Self::Absent,
        Self::Recorded,
        Self::Confirmed,
        Self::Rejected,
        Self::Voided,
    ];

    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Waitlisted => "waitlisted",
            Self::Withdrawn => "withdrawn",
            Self::Attended => "attended",
            Self::Absent => "absent",
            Self::Recorded => "recorded",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Voided => "voided",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// Something that is done to a participation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The school records it (again, after a rejection or withdrawal; not against an absence).
    Record(Act, Extent),
    /// The school registers it again for a session to come, and there is a place.
    Register(Act, Extent),
    /// The same, and there is none.
    Wait(Act, Extent),
    /// A place became free.
    Admit,
    /// The school takes it back before the host has spoken.
    Withdraw,
    /// The door saw the person; minutes, where they differ from the plan.
    Attend(Extent),
    /// The host says that the person was not there.
    MarkAbsent,
    /// The host confirms, perhaps with other minutes.
    Confirm(Act, Extent),
    /// The host rejects.
    Reject(Act, String),
    /// The host corrects what it confirmed.
    Amend(Act, Extent, String),
    /// What was confirmed was wrong.
    Void(Act, String),
    /// An appeal was granted: the person was there.
    Uphold(Act, Extent, String),
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("a participation that is {} cannot be {}", .from.word(), .step)]
    NotFromHere {
        /// The state.
        from: StateName,
        /// The step, as a participle.
        step: &'static str,
    },
    /// The same account recorded it.
    #[error("who recorded a participation cannot confirm it; another account of the host must")]
    RecorderCannotConfirm,
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// The amendment changes nothing.
    #[error("the amendment changes nothing")]
    NothingChanged,
    /// The school records somebody who was not there, says the host.
    #[error(
        "the host has said that this person was not there; ask the host to correct it, or question it by an appeal"
    )]
    MarkedAbsent,
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFromHere { .. } => "not_from_this_state",
            Self::RecorderCannotConfirm => "recorder_cannot_confirm",
            Self::ReasonNeeded => "reason_needed",
            Self::NothingChanged => "nothing_changed",
            Self::MarkedAbsent => "marked_absent",
        }
    }
}

impl Participation {
    /// The name of its state.
    pub const fn state(&self) -> StateName {
        match self {
            Self::Registered(_) => StateName::Registered,
            Self::Waitlisted(_) => StateName::Waitlisted,
            Self::Withdrawn(_) => StateName::Withdrawn,
            Self::Attended(_) => StateName::Attended,
            Self::Absent(_) => StateName::Absent,
            Self::Recorded(_) => StateName::Recorded,
            Self::Confirmed(..) => StateName::Confirmed,
            Self::Rejected(..) => StateName::Rejected,
            Self::Voided(..) => StateName::Voided,
        }
    }

    /// How it came to be known.
    pub const fn entry(&self) -> &Entry {
        match self {
            Self::Registered(entry)
            | Self::Waitlisted(entry)
            | Self::Withdrawn(entry)
            | Self::Attended(entry)
            | Self::Absent(entry)
            | Self::Recorded(entry)
            | Self::Confirmed(entry, _)
            | Self::Rejected(entry, _)
            | Self::Voided(entry, _) => entry,
        }
    }

    /// The host's word, while it holds.
    pub const fn confirmation(&self) -> Option<&Confirmation> {
        match self {
            Self::Confirmed(_, confirmation) => Some(confirmation),
            _ => None,
        }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// The state does not allow it, a reason is missing, or the confirming account also recorded it.
    pub fn take(self, step: Step) -> Result<Self, Refusal> {
        match (self, step) {
            (Self::Waitlisted(entry), Step::Admit) => Ok(Self::Registered(entry)),
            (Self::Waitlisted(entry) | Self::Registered(entry) | Self::Recorded(entry), Step::Withdraw) => {
                Ok(Self::Withdrawn(entry))
            }
            (Self::Withdrawn(_) | Self::Rejected(..), Step::Record(act, extent)) => {
                Ok(Self::Recorded(Entry { recorded_by: act.by, extent }))
            }
            (Self::Absent(_), Step::Record(..)) => Err(Refusal::MarkedAbsent),
            (Self::Withdrawn(_) | Self::Rejected(..), Step::Register(act, extent)) => {
                Ok(Self::Registered(Entry { recorded_by: act.by, extent }))
            }
            (Self::Withdrawn(_) | Self::Rejected(..), Step::Wait(act, extent)) => {
                Ok(Self::Waitlisted(Entry { recorded_by: act.by, extent }))
            }
            (Self::Registered(entry) | Self::Attended(entry) | Self::Absent(entry), Step::Attend(extent)) => {
                Ok(Self::Attended(Entry { extent: extent.or(entry.extent), ..entry }))
            }
            (Self::Registered(entry) | Self::Recorded(entry) | Self::Attended(entry), Step::MarkAbsent) => {
                Ok(Self::Absent(entry))
            }
            (Self::Registered(entry) | Self::Attended(entry) | Self::Recorded(entry), Step::Confirm(act, extent)) => {
                if entry.recorded_by == act.by {
                    return Err(Refusal::RecorderCannotConfirm);
                }
                let entry = Entry { extent: extent.or(entry.extent), ..entry };
                Ok(Self::Confirmed(entry, Confirmation { by: act.by, at: act.at }))
            }
            (Self::Registered(entry) | Self::Attended(entry) | Self::Recorded(entry), Step::Reject(_, reason)) => {
                Ok(Self::Rejected(entry, needed(reason)?))
            }
            (Self::Confirmed(entry, confirmation), Step::Amend(act, extent, reason)) => {
                needed(reason)?;
                if entry.recorded_by == act.by {
                    return Err(Refusal::RecorderCannotConfirm);
                }
                let extent = extent.or(entry.extent);
                if extent == entry.extent {
                    return Err(Refusal::NothingChanged);
                }
                Ok(Self::Confirmed(Entry { extent, ..entry }, confirmation))
            }
            (Self::Confirmed(entry, _), Step::Void(_, reason)) => Ok(Self::Voided(entry, needed(reason)?)),
            (
                Self::Registered(entry)
                | Self::Attended(entry)
                | Self::Absent(entry)
                | Self::Recorded(entry)
                | Self::Rejected(entry, _)
                | Self::Voided(entry, _),
                Step::Uphold(act, extent, reason),
            ) => {
                needed(reason)?;
                if entry.recorded_by == act.by {
                    return Err(Refusal::RecorderCannotConfirm);
                }
                let entry = Entry { extent: extent.or(entry.extent), ..entry };
                Ok(Self::Confirmed(entry, Confirmation { by: act.by, at: act.at }))
            }
            (from, step) => Err(Refusal::NotFromHere { from: from.state(), step: step.participle() }),
        }
    }
}

impl Extent {
    /// This, and where it says nothing, the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { minutes: self.minutes.or(other.minutes), quantity: self.quantity.or(other.quantity) }
    }
}

impl Step {
    const fn participle(&self) -> &'static str {
        match self {
            Self::Record(..) => "recorded",
            Self::Register(..) | Self::Wait(..) => "registered again",
            Self::Admit => "admitted",
            Self::Withdraw => "withdrawn",
            Self::Attend(_) => "marked as attended",
            Self::MarkAbsent => "marked as absent",
            Self::Confirm(..) => "confirmed",
            Self::Reject(..) => "rejected",
            Self::Amend(..) => "amended",
            Self::Void(..) => "voided",
            Self::Uphold(..) => "confirmed on appeal",
        }
    }
}

fn needed(reason: String) -> Result<String, Refusal> {
    if reason.trim().is_empty() { Err(Refusal::ReasonNeeded) } else { Ok(reason) }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const TEACHER: Uuid = Uuid::from_u128(1);
    const HOST: Uuid = Uuid::from_u128(2);

    fn act(by: Uuid) -> Act {
        Act { by, at: DateTime::UNIX_EPOCH }
    }

    fn every_state() -> Vec<Participation> {
        let entry = Entry { recorded_by: TEACHER, extent: Extent { minutes: Some(60), quantity: None } };
        let confirmation = Confirmation { by: HOST, at: DateTime::UNIX_EPOCH };
        vec![
            Participation::Waitlisted(entry),
            Participation::Registered(entry),
            Participation::Withdrawn(entry),
            Participation::Attended(entry),
            Participation::Absent(entry),
            Participation::Recorded(entry),
            Participation::Confirmed(entry, confirmation),
            Participation::Rejected(entry, "no".into()),
            Participation::Voided(entry, "error".into()),
        ]
    }

    fn every_step() -> Vec<Step> {
        let extent = Extent { minutes: Some(45), quantity: None };
        vec![
            Step::Record(act(TEACHER), extent),
            Step::Register(act(TEACHER), extent),
            Step::Wait(act(TEACHER), extent),
            Step::Admit,
            Step::Withdraw,
            Step::Attend(extent),
            Step::MarkAbsent,
            Step::Confirm(act(HOST), extent),
            Step::Reject(act(HOST), "was not there".into()),
            Step::Amend(act(HOST), extent, "left early".into()),
            Step::Void(act(HOST), "another child".into()),
            Step::Uphold(act(HOST), extent, "the list was read wrongly".into()),
        ]
    }

    /// Rows: states; columns: steps; the state after, or a dot where the step is refused.
    #[test]
    fn every_step_from_every_state() {
        let mut table = String::new();
        for state in every_state() {
            let _ = write!(table, "{:<10}", state.state().word());
            for step in every_step() {
                let after = state.clone().take(step).map_or(".", |p| p.state().word());
                let _ = write!(table, " {after:<10}");
            }
            table = format!("{}\n", table.trim_end());
        }
        insta::assert_snapshot!(table, @r"
        waitlisted .          .          .          registered withdrawn  .          .          .          .          .          .          .
        registered .          .          .          .          withdrawn  attended   absent     confirmed  rejected   .          .          confirmed
        withdrawn  recorded   registered waitlisted .          .          .          .          .          .          .          .          .
        attended   .          .          .          .          .          attended   absent     confirmed  rejected   .          .          confirmed
        absent     .          .          .          .          .          attended   .          .          .          .          .          confirmed
        recorded   .          .          .          .          withdrawn  .          absent     confirmed  rejected   .          .          confirmed
        confirmed  .          .          .          .          .          .          .          .          .          confirmed  voided     .
        rejected   recorded   registered waitlisted .          .          .          .          .          .          .          .          confirmed
        voided     .          .          .          .          .          .          .          .          .          .          .          confirmed
        ");
    }

    #[test]
    fn who_records_never_confirms_nor_amends() {
        let entry = Entry { recorded_by: TEACHER, extent: Extent::default() };
        let extent = Extent { minutes: Some(45), quantity: None };
        let recorded = Participation::Recorded(entry);
        assert_eq!(recorded.take(Step::Confirm(act(TEACHER), extent)), Err(Refusal::RecorderCannotConfirm));
        let confirmed = Participation::Confirmed(entry, Confirmation { by: HOST, at: DateTime::UNIX_EPOCH });
        let step = Step::Amend(act(TEACHER), extent, "left early".into());
        assert_eq!(confirmed.take(step), Err(Refusal::RecorderCannotConfirm));
    }

    /// Whatever the school does, in whatever order, what the host has said of an absence stays.
    #[test]
    fn no_act_of_the_school_undoes_an_absence() {
        let entry = Entry { recorded_by: TEACHER, extent: Extent::default() };
        let extent = Extent { minutes: Some(45), quantity: None };
        let absent = || Participation::Absent(entry);
        let record = Step::Record(act(TEACHER), extent);
        assert_eq!(absent().take(record), Err(Refusal::MarkedAbsent));
        for step in [Step::Register(act(TEACHER), extent), Step::Wait(act(TEACHER), extent), Step::Withdraw] {
            assert!(absent().take(step.clone()).is_err(), "{step:?}");
        }
        // The host corrects itself, and an appeal corrects the host.
        let corrected = absent().take(Step::Attend(extent)).map(|one| one.state());
        assert_eq!(corrected, Ok(StateName::Attended));
        let upheld = absent().take(Step::Uphold(act(HOST), extent, "was there".into())).map(|one| one.state());
        assert_eq!(upheld, Ok(StateName::Confirmed));
    }

    #[test]
    fn a_reason_is_needed_to_reject_amend_and_void() {
        let entry = Entry { recorded_by: TEACHER, extent: Extent::default() };
        let recorded = Participation::Recorded(entry);
        let confirmed = Participation::Confirmed(entry, Confirmation { by: HOST, at: DateTime::UNIX_EPOCH });
        let blank = || " ".to_owned();
        assert_eq!(recorded.take(Step::Reject(act(HOST), blank())), Err(Refusal::ReasonNeeded));
        let extent = Extent { minutes: Some(45), quantity: None };
        assert_eq!(confirmed.clone().take(Step::Amend(act(HOST), extent, blank())), Err(Refusal::ReasonNeeded));
        assert_eq!(confirmed.take(Step::Void(act(HOST), blank())), Err(Refusal::ReasonNeeded));
    }

    #[test]
    fn confirming_keeps_the_recorded_extent_where_the_host_says_nothing() {
        let entry = Entry { recorded_by: TEACHER, extent: Extent { minutes: Some(60), quantity: Some(2) } };
        let extent = Extent { minutes: Some(45), quantity: None };
        let confirmed = Participation::Recorded(entry).take(Step::Confirm(act(HOST), extent));
        let extent = confirmed.map(|p| p.entry().extent);
        assert_eq!(extent, Ok(Extent { minutes: Some(45), quantity: Some(2) }));
    }
}
