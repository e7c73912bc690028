//! Projects under an agreement: planned ─▶ running ─▶ completed, or stopped with a reason before that, at once or from a day
//! on.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Act, Standing};

/// A project in its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Project {
    /// Has not begun.
    Planned,
    /// Is under way.
    Running {
        /// Who began it, when.
        act: Act,
    },
    /// Has reached its end.
    Completed {
        /// Who began it, when.
        began: Act,
        /// Who completed it, when.
        act: Act,
        /// What came of it, in words.
        outcome: String,
    },
    /// Goes on as it was until a day on which it is given up, unless it is completed before.
    Stopping {
        /// Who began it, when; none if it has not begun.
        began: Option<Act>,
        /// Who stopped it, when.
        act: Act,
        /// Why.
        reason: String,
        /// The first day on which it is given up.
        from: NaiveDate,
    },
    /// Will not be completed.
    Stopped {
        /// Who stopped it, when.
        act: Act,
        /// Why.
        reason: String,
    },
}

/// Something that is done with a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It begins.
    Start(Act),
    /// It has reached its end: what came of it.
    Complete(Act, String),
    /// It is given up: why, and from which day on.
    Stop(Act, String, NaiveDate),
}

/// What a step depends on beside the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// How the agreement stands.
    pub agreement: Standing,
    /// How many milestones are not reached.
    pub open_milestones: usize,
    /// The day of the step.
    pub today: NaiveDate,
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("a project that is {from} cannot be {step}")]
    NotFromHere {
        /// The state.
        from: &'static str,
        /// The step, as a participle.
        step: &'static str,
    },
    /// It rests on an agreement.
    #[error("the agreement is not in force ({}), so that nothing begins under it", .0.word())]
    AgreementNotInForce(Standing),
    /// What was set out is not reached.
    #[error("{0} milestones are not reached; enter the day on which they were, or remove them")]
    MilestonesOpen(usize),
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonNeeded,
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFromHere { .. } => "not_from_this_state",
            Self::AgreementNotInForce(_) => "agreement_not_in_force",
            Self::MilestonesOpen(_) => "milestones_open",
            Self::ReasonNeeded => "reason_needed",
        }
    }
}

impl Project {
    /// As it is on this day: what was to be given up by then is.
    #[must_use]
    pub fn on(self, day: NaiveDate) -> Self {
        match self {
            Self::Stopping { act, reason, from, .. } if from <= day => Self::Stopped { act, reason },
            other => other,
        }
    }

    /// The word of its state in the database and in JSON.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Planned | Self::Stopping { began: None, .. } => "planned",
            Self::Running { .. } | Self::Stopping { began: Some(_), .. } => "running",
            Self::Completed { .. } => "completed",
            Self::Stopped { .. } => "stopped",
        }
    }

    /// Whether something can still come of it.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Planned | Self::Running { .. } | Self::Stopping { .. })
    }

    /// When it began; none if it has not.
    pub fn began_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Running { act } | Self::Completed { began: act, .. } => Some(act.at),
            Self::Stopping { began, .. } => began.as_ref().map(|act| act.at),
            Self::Planned | Self::Stopped { .. } => None,
        }
    }

    /// Takes a step.
    ///
    /// # Errors
    /// The state, the agreement or a milestone does not allow it, or a reason is missing.
    pub fn take(self, around: Around, step: Step) -> Result<Self, Refusal> {
        let in_force = match around.agreement {
            Standing::InForce => Ok(()),
            other => Err(Refusal::AgreementNotInForce(other)),
        };
        match (self.on(around.today), step) {
            (Self::Planned, Step::Start(act)) => in_force.map(|()| Self::Running { act }),
            (Self::Stopping { began: None, act, reason, from }, Step::Start(begins)) => {
                in_force.map(|()| Self::Stopping { began: Some(begins), act, reason, from })
            }
            (
                Self::Running { act: began } | Self::Stopping { began: Some(began), .. },
                Step::Complete(act, outcome),
            ) => {
                if around.open_milestones > 0 {
                    return Err(Refusal::MilestonesOpen(around.open_milestones));
                }
                Ok(Self::Completed { began, act, outcome })
            }
            (Self::Planned | Self::Running { .. } | Self::Stopping { .. }, Step::Stop(_, reason, _))
                if reason.trim().is_empty() =>
            {
                Err(Refusal::ReasonNeeded)
            }
            (Self::Planned | Self::Stopping { began: None, .. }, Step::Stop(act, reason, from)) => {
                Ok(Self::Stopping { began: None, act, reason, from }.on(around.today))
            }
            (
                Self::Running { act: began } | Self::Stopping { began: Some(began), .. },
                Step::Stop(act, reason, from),
            ) => Ok(Self::Stopping { began: Some(began), act, reason, from }.on(around.today)),
            (state, step) => {
                let step = match step {
                    Step::Start(_) => "begun",
                    Step::Complete(..) => "completed",
                    Step::Stop(..) => "stopped",
                };
                Err(Refusal::NotFromHere { from: state.word(), step })
            }
        }
    }
}

/// Whether a milestone may be said to be reached on this day.
pub fn reached_on(day: NaiveDate, today: NaiveDate) -> bool {
    day <= today
}

/// Whether a milestone is late: not reached after its day.
pub fn is_late(due: NaiveDate, done: Option<NaiveDate>, today: NaiveDate) -> bool {
    done.is_none() && due < today
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn act() -> Act {
        Act { by: Uuid::from_u128(1), at: DateTime::UNIX_EPOCH }
    }

    fn day(of_june: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, of_june).expect("a day of June")
    }

    fn words(project: &Project) -> String {
        match project {
            Project::Stopping { from, .. } => format!("{} until {from}", project.word()),
            other => other.word().to_owned(),
        }
    }

    /// States by steps: the state after, or the code of the refusal (a dot where the state alone refuses).
    #[test]
    fn every_step_from_every_state() {
        let states = [
            Project::Planned,
            Project::Running { act: act() },
            Project::Stopping { began: None, act: act(), reason: "no staff".into(), from: day(9) },
            Project::Stopping { began: Some(act()), act: act(), reason: "no staff".into(), from: day(9) },
            Project::Completed { began: act(), act: act(), outcome: String::new() },
            Project::Stopped { act: act(), reason: "no staff".into() },
        ];
        let steps = [
            Step::Start(act()),
            Step::Complete(act(), "a forum".into()),
            Step::Stop(act(), "no staff".into(), day(8)),
            Step::Stop(act(), "no staff".into(), day(12)),
        ];
        let table = |around: Around| -> String {
            let row = |state: &Project| {
                let cells = steps.iter().map(|step| match state.clone().take(around, step.clone()) {
                    Ok(after) => words(&after),
                    Err(Refusal::NotFromHere { .. }) => ".".to_owned(),
                    Err(refusal) => refusal.code().to_owned(),
                });
                format!("{}: {}", words(state), cells.collect::<Vec<_>>().join(" | "))
            };
            states.iter().map(row).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(table(Around { agreement: Standing::InForce, open_milestones: 0, today: day(8) }), @r"
        planned: running | . | stopped | planned until 2026-06-12
        running: . | completed | stopped | running until 2026-06-12
        planned until 2026-06-09: running until 2026-06-09 | . | stopped | planned until 2026-06-12
        running until 2026-06-09: . | completed | stopped | running until 2026-06-12
        completed: . | . | . | .
        stopped: . | . | . | .
        ");
        insta::assert_snapshot!(table(Around { agreement: Standing::Ended, open_milestones: 2, today: day(9) }), @r"
        planned: agreement_not_in_force | . | stopped | planned until 2026-06-12
        running: . | milestones_open | stopped | running until 2026-06-12
        planned until 2026-06-09: . | . | . | .
        running until 2026-06-09: . | . | . | .
        completed: . | . | . | .
        stopped: . | . | . | .
        ");
        let around = Around { agreement: Standing::InForce, open_milestones: 0, today: day(8) };
        let stopped = Project::Planned.take(around, Step::Stop(act(), " ".into(), day(8)));
        assert_eq!(stopped, Err(Refusal::ReasonNeeded));
    }

    #[test]
    fn a_milestone_is_late_from_the_day_after_its_day() {
        for (due, done, late) in [(8, None, false), (7, None, true), (7, Some(8), false), (9, None, false)] {
            assert_eq!(is_late(day(due), done.map(day), day(8)), late, "due on {due}");
        }
        assert!(reached_on(day(8), day(8)) && !reached_on(day(9), day(8)));
    }
}
