//! Contests: who may enter an edition and when, and the life of a result.
//!
//! ```text
//! submitted ─▶ verified ─▶ revoked
//!   ▲    │ └──▶ withdrawn
//!   │    ▼          ▲
//!  returned ────────┘   (corrected as often as needed)
//!
//! an appeal that is granted: submitted, returned, revoked ─▶ verified; verified is amended
//! ```
//!
//! Who had a hand in a submission never decides on it. Nothing here reads a clock: days are given.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// Stage of schooling, as lists of competitions name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 小学: grades 1–6.
    Primary,
    /// 初中: grades 7–9.
    Junior,
    /// 高中: grades 10–12.
    Senior,
    /// 中专, 职高: grades 10–12 of a secondary vocational school.
    Vocational,
}

impl Stage {
    /// Every stage, from young to old.
    pub const ALL: [Self; 4] = [Self::Primary, Self::Junior, Self::Senior, Self::Vocational];

    /// The stage of a grade; none below the first and above the twelfth.
    pub const fn of(grade: i32, vocational_school: bool) -> Option<Self> {
        match (grade, vocational_school) {
            (1..=6, _) => Some(Self::Primary),
            (7..=9, _) => Some(Self::Junior),
            (10..=12, false) => Some(Self::Senior),
            (10..=12, true) => Some(Self::Vocational),
            _ => None,
        }
    }

    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Junior => "junior",
            Self::Senior => "senior",
            Self::Vocational => "vocational",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

/// An edition of a contest, as far as it decides who may enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; open if there is none.
    pub valid_to: Option<NaiveDate>,
    /// Stages that may enter; all if none is listed.
    pub stages: Vec<Stage>,
}

/// Why a result does not belong to an edition.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotOpen {
    /// It was achieved before the edition began.
    #[error("the edition begins on {from} only")]
    TooEarly {
        /// First day of the edition.
        from: NaiveDate,
    },
    /// It was achieved after the edition ended.
    #[error("the edition ended on {to}")]
    TooLate {
        /// Last day of the edition.
        to: NaiveDate,
    },
    /// The stage of the person is not listed.
    #[error("it is open to {allowed}, the person was {}", stage.map_or("of none of the stages", Stage::word))]
    Stage {
        /// Stage of the person on the day.
        stage: Option<Stage>,
        /// Stages that are listed.
        allowed: String,
    },
}

impl Edition {
    /// Whether something achieved on this day belongs to it.
    pub fn covers(&self, day: NaiveDate) -> Result<(), NotOpen> {
        if day < self.valid_from {
            return Err(NotOpen::TooEarly { from: self.valid_from });
        }
        match self.valid_to {
            Some(to) if to < day => Err(NotOpen::TooLate { to }),
            _ => Ok(()),
        }
    }

    /// Whether a person of this stage may enter.
    pub fn admits(&self, stage: Option<Stage>) -> Result<(), NotOpen> {
        if self.stages.is_empty() || stage.is_some_and(|stage| self.stages.contains(&stage)) {
            return Ok(());
        }
        let allowed: Vec<&str> = self.stages.iter().map(|stage| stage.word()).collect();
        Err(NotOpen::Stage { stage, allowed: allowed.join(", ") })
    }
}

/// A result's state, as stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`Submission::Submitted`].
    Submitted,
    /// See [`Submission::Returned`].
    Returned,
    /// See [`Submission::Verified`].
    Verified,
    /// See [`Submission::Revoked`].
    Revoked,
    /// See [`Submission::Withdrawn`].
    Withdrawn,
}

impl StateName {
    /// All states, in the order of a life.
    pub const ALL: [Self; 5] = [Self::Submitted, Self::Returned, Self::Verified, Self::Revoked, Self::Withdrawn];

    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Verified => "verified",
            Self::Revoked => "revoked",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// The accounts that submitted, corrected, or added evidence.
pub type Authors = BTreeSet<Uuid>;

/// What an official said, and who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The account.
    pub by: Uuid,
    /// Why; empty where no reason is asked.
    pub reason: String,
}

/// A result in its state. Each state owns what it needs to be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// Waits for the district.
    Submitted(Authors),
    /// The district wants something else.
    Returned(Authors, Decision),
    /// The district attests it: it earns credit.
    Verified(Authors, Decision),
    /// It was verified and is no more: the prize was revoked.
    Revoked(Authors, Decision),
    /// The school took it back.
    Withdrawn(Authors, String),
}

/// Something that is done to a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The school changes what it wrote.
    Correct,
    /// The school adds or removes evidence.
    Evidence,
    /// The school submits again.
    Resubmit,
    /// The school takes it back.
    Withdraw {
        /// Why; may be empty.
        reason: String,
    },
    /// The district attests it.
    Verify,
    /// The district wants something else.
    Return {
        /// What.
        reason: String,
    },
    /// The prize was revoked.
    Revoke {
        /// Why.
        reason: String,
    },
    /// An appeal was granted: it is as it was submitted.
    Uphold {
        /// Why.
        reason: String,
    },
    /// An appeal was granted: what was verified says something else.
    Amend {
        /// Why.
        reason: String,
    },
}

impl Step {
    /// What is done, in words.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Correct => "corrected",
            Self::Evidence => "given other evidence",
            Self::Resubmit => "resubmitted",
            Self::Withdraw { .. } => "withdrawn",
            Self::Verify => "verified",
            Self::Return { .. } => "returned",
            Self::Revoke { .. } => "revoked",
            Self::Uphold { .. } => "verified on appeal",
            Self::Amend { .. } => "amended",
        }
    }
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Not in this state.
    #[error("a result that is {} cannot be {step}", state.word())]
    State {
        /// The state.
        state: StateName,
        /// What was to be done.
        step: &'static str,
    },
    /// Who decides had a hand in it.
    #[error("who submitted a result, corrected it or added evidence does not decide on it; another account has to")]
    OwnSubmission,
    /// A reason is needed and none was given.
    #[error("a result is not {step} without a reason")]
    ReasonMissing {
        /// What was to be done.
        step: &'static str,
    },
}

impl Submission {
    /// A new one.
    pub fn new(by: Uuid) -> Self {
        Self::Submitted(Authors::from([by]))
    }

    /// The name of its state.
    pub const fn state(&self) -> StateName {
        match self {
            Self::Submitted(..) => StateName::Submitted,
            Self::Returned(..) => StateName::Returned,
            Self::Verified(..) => StateName::Verified,
            Self::Revoked(..) => StateName::Revoked,
            Self::Withdrawn(..) => StateName::Withdrawn,
        }
    }

    /// Who had a hand in it.
    pub const fn authors(&self) -> &Authors {
        match self {
            Self::Submitted(authors)
            | Self::Returned(authors, _)
            | Self::Verified(authors, _)
            | Self::Revoked(authors, _)
            | Self::Withdrawn(authors, _) => authors,
        }
    }

    /// The decision that stands.
    pub const fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Returned(_, decision) | Self::Verified(_, decision) | Self::Revoked(_, decision) => Some(decision),
            Self::Submitted(_) | Self::Withdrawn(..) => None,
        }
    }

    /// The reason of its state; empty where there is none.
    pub fn reason(&self) -> &str {
        match self {
            Self::Withdrawn(_, reason) => reason,
            _ => self.decision().map_or("", |decision| &decision.reason),
        }
    }

    /// The result after `step` by this account.
    pub fn step(self, step: Step, by: Uuid) -> Result<Self, Refusal> {
        match (self, step) {
            (Self::Submitted(authors), Step::Evidence) => Ok(Self::Submitted(with(authors, by))),
            (Self::Returned(authors, decision), Step::Evidence | Step::Correct) => {
                Ok(Self::Returned(with(authors, by), decision))
            }
            (Self::Returned(authors, _), Step::Resubmit) => Ok(Self::Submitted(with(authors, by))),
            (Self::Submitted(authors) | Self::Returned(authors, _), Step::Withdraw { reason }) => {
                Ok(Self::Withdrawn(authors, reason))
            }
            (Self::Submitted(authors), Step::Verify) => {
                let decision = decide(&authors, by, String::new())?;
                Ok(Self::Verified(authors, decision))
            }
            (Self::Submitted(authors), step @ Step::Return { .. }) => {
                let decision = decide(&authors, by, reason_of(step)?)?;
                Ok(Self::Returned(authors, decision))
            }
            (Self::Verified(authors, _), step @ Step::Revoke { .. }) => {
                let decision = decide(&authors, by, reason_of(step)?)?;
                Ok(Self::Revoked(authors, decision))
            }
            (
                Self::Submitted(authors) | Self::Returned(authors, _) | Self::Revoked(authors, _),
                step @ Step::Uphold { .. },
            )
            | (Self::Verified(authors, _), step @ Step::Amend { .. }) => {
                let decision = decide(&authors, by, reason_of(step)?)?;
                Ok(Self::Verified(authors, decision))
            }
            (other, step) => Err(Refusal::State { state: other.state(), step: step.name() }),
        }
    }
}

fn with(mut authors: Authors, by: Uuid) -> Authors {
    authors.insert(by);
    authors
}

fn decide(authors: &Authors, by: Uuid, reason: String) -> Result<Decision, Refusal> {
    if authors.contains(&by) { Err(Refusal::OwnSubmission) } else { Ok(Decision { by, reason }) }
}

fn reason_of(step: Step) -> Result<String, Refusal> {
    let name = step.name();
    match step {
        Step::Return { reason } | Step::Revoke { reason } | Step::Uphold { reason } | Step::Amend { reason }
            if !reason.trim().is_empty() =>
        {
            Ok(reason)
        }
        _ => Err(Refusal::ReasonMissing { step: name }),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TEACHER: Uuid = Uuid::from_u128(1);
    const COLLEAGUE: Uuid = Uuid::from_u128(2);
    const OFFICIAL: Uuid = Uuid::from_u128(3);

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[rstest]
    #[case(0, false, None)]
    #[case(1, false, Some(Stage::Primary))]
    #[case(6, true, Some(Stage::Primary))]
    #[case(7, false, Some(Stage::Junior))]
    #[case(9, false, Some(Stage::Junior))]
    #[case(10, false, Some(Stage::Senior))]
    #[case(12, true, Some(Stage::Vocational))]
    #[case(13, false, None)]
    fn grades_make_stages(#[case] grade: i32, #[case] vocational: bool, #[case] stage: Option<Stage>) {
        assert_eq!(Stage::of(grade, vocational), stage);
        if let Some(stage) = stage {
            assert_eq!(Stage::from_word(stage.word()), Some(stage));
        }
    }

    #[test]
    fn an_edition_is_open_on_its_days_to_its_stages() {
        let edition = Edition {
            valid_from: day("2025-10-01"),
            valid_to: Some(day("2026-08-31")),
            stages: vec![Stage::Junior, Stage::Senior],
        };
        assert_eq!(edition.covers(day("2025-10-01")), Ok(()));
        assert_eq!(edition.covers(day("2026-08-31")), Ok(()));
        assert_eq!(edition.covers(day("2025-09-30")), Err(NotOpen::TooEarly { from: day("2025-10-01") }));
        assert_eq!(edition.covers(day("2026-09-01")), Err(NotOpen::TooLate { to: day("2026-08-31") }));
        assert_eq!(edition.admits(Some(Stage::Senior)), Ok(()));
        let refused = edition.admits(Some(Stage::Primary)).expect_err("refused");
        assert_eq!(refused.to_string(), "it is open to junior, senior, the person was primary");
        let refused = edition.admits(None).expect_err("refused");
        assert_eq!(refused.to_string(), "it is open to junior, senior, the person was of none of the stages");
        let open = Edition { valid_from: day("2025-10-01"), valid_to: None, stages: Vec::new() };
        assert_eq!(open.covers(day("2099-01-01")), Ok(()));
        assert_eq!(open.admits(None), Ok(()));
    }

    fn in_state(state: StateName) -> Submission {
        let authors = Authors::from([TEACHER]);
        let decision = Decision { by: OFFICIAL, reason: "because".into() };
        match state {
            StateName::Submitted => Submission::Submitted(authors),
            StateName::Returned => Submission::Returned(authors, decision),
            StateName::Verified => Submission::Verified(authors, Decision { by: OFFICIAL, reason: String::new() }),
            StateName::Revoked => Submission::Revoked(authors, decision),
            StateName::Withdrawn => Submission::Withdrawn(authors, String::new()),
        }
    }

    fn steps() -> [(Step, Uuid); 9] {
        [
            (Step::Correct, TEACHER),
            (Step::Evidence, TEACHER),
            (Step::Resubmit, TEACHER),
            (Step::Withdraw { reason: "mistaken".into() }, TEACHER),
            (Step::Verify, OFFICIAL),
            (Step::Return { reason: "no seal".into() }, OFFICIAL),
            (Step::Revoke { reason: "copied".into() }, OFFICIAL),
            (Step::Uphold { reason: "the list says so".into() }, OFFICIAL),
            (Step::Amend { reason: "first, not second".into() }, OFFICIAL),
        ]
    }

    /// A state, and what follows of each step of a school and of the district; none where the state refuses it.
    type Row = (StateName, [Option<StateName>; 4], [Option<StateName>; 5]);

    /// Every state × every step: the state afterwards, or a refusal.
    #[test]
    fn the_table_of_transitions() {
        use StateName::{Returned, Revoked, Submitted, Verified, Withdrawn};
        // What a school does: correct, evidence, resubmit, withdraw. What the district does: verify, return, revoke; and
        // on appeal: uphold, amend.
        let table: [Row; 5] = [
            (
                Submitted,
                [None, Some(Submitted), None, Some(Withdrawn)],
                [Some(Verified), Some(Returned), None, Some(Verified), None],
            ),
            (
                Returned,
                [Some(Returned), Some(Returned), Some(Submitted), Some(Withdrawn)],
                [None, None, None, Some(Verified), None],
            ),
            (Verified, [None; 4], [None, None, Some(Revoked), None, Some(Verified)]),
            (Revoked, [None; 4], [None, None, None, Some(Verified), None]),
            (Withdrawn, [None; 4], [None; 5]),
        ];
        for (state, schools, districts) in table {
            for ((step, by), expected) in steps().into_iter().zip(schools.into_iter().chain(districts)) {
                let name = step.name();
                let after = in_state(state).step(step, by);
                match expected {
                    Some(expected) => {
                        assert_eq!(after.map(|one| one.state()), Ok(expected), "{} → {name}", state.word());
                    }
                    None => assert_eq!(after, Err(Refusal::State { state, step: name })),
                }
            }
        }
    }

    #[test]
    fn who_submits_never_decides() {
        let refused = Err(Refusal::OwnSubmission);
        assert_eq!(Submission::new(TEACHER).step(Step::Verify, TEACHER), refused);
        assert_eq!(Submission::new(TEACHER).step(Step::Return { reason: "x".into() }, TEACHER), refused);
        assert_eq!(in_state(StateName::Verified).step(Step::Revoke { reason: "x".into() }, TEACHER), refused);
        // A hand in the correction or in the evidence is enough.
        for step in [Step::Correct, Step::Evidence] {
            let touched = in_state(StateName::Returned).step(step, COLLEAGUE).expect("allowed");
            let again = touched.step(Step::Resubmit, TEACHER).expect("allowed");
            assert_eq!(again.authors(), &Authors::from([TEACHER, COLLEAGUE]));
            assert_eq!(again.step(Step::Verify, COLLEAGUE), refused);
        }
    }

    #[test]
    fn returning_and_revoking_take_a_reason() {
        let returned = Submission::new(TEACHER).step(Step::Return { reason: "  ".into() }, OFFICIAL);
        assert_eq!(returned, Err(Refusal::ReasonMissing { step: "returned" }));
        let revoked = in_state(StateName::Verified).step(Step::Revoke { reason: String::new() }, OFFICIAL);
        assert_eq!(revoked, Err(Refusal::ReasonMissing { step: "revoked" }));
        let returned = Submission::new(TEACHER).step(Step::Return { reason: "no seal".into() }, OFFICIAL);
        let returned = returned.expect("allowed");
        assert_eq!(returned.reason(), "no seal");
        assert_eq!(returned.decision().map(|decision| decision.by), Some(OFFICIAL));
        let again = returned.step(Step::Resubmit, TEACHER).expect("allowed");
        assert_eq!((again.reason(), again.decision()), ("", None));
    }
}
