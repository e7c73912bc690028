//! What can be questioned, and what a grant then does.

use serde::{Deserialize, Serialize};

use crate::{competition, participation};

/// A line of a student's record, in its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A participation in a session.
    Participation(participation::StateName),
    /// A result of a competition.
    Result(competition::StateName),
}

/// What is wanted, or done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The student was there: the participation is confirmed.
    Confirm,
    /// Minutes or quantity were others.
    Amend,
    /// The student was not there: the participation is voided.
    Void,
    /// The result is right: it is verified.
    Verify,
    /// Level, award or place of the result were others.
    Correct,
    /// The result is wrong: it is revoked.
    Revoke,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Confirm, Self::Amend, Self::Void, Self::Verify, Self::Correct, Self::Revoke];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Amend => "amend",
            Self::Void => "void",
            Self::Verify => "verify",
            Self::Correct => "correct",
            Self::Revoke => "revoke",
        }
    }
}

/// What a grant does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Correction {
    /// Confirms the participation.
    Confirm {
        /// Minutes; those on record where not given.
        minutes: Option<i32>,
        /// Quantity; that on record where not given.
        quantity: Option<i32>,
    },
    /// Amends the confirmed participation.
    Amend {
        /// Minutes; those on record where not given.
        minutes: Option<i32>,
        /// Quantity; that on record where not given.
        quantity: Option<i32>,
    },
    /// Voids the confirmed participation.
    Void,
    /// Verifies the result.
    Verify,
    /// Corrects the verified result.
    Correct {
        /// Level at which it was won; that on record where not given.
        contest_level: Option<String>,
        /// The award; that on record where not given.
        award: Option<String>,
        /// The place; that on record where not given.
        place: Option<i32>,
    },
    /// Revokes the verified result.
    Revoke,
}

impl Correction {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Confirm { .. } => Kind::Confirm,
            Self::Amend { .. } => Kind::Amend,
            Self::Void => Kind::Void,
            Self::Verify => Kind::Verify,
            Self::Correct { .. } => Kind::Correct,
            Self::Revoke => Kind::Revoke,
        }
    }
}

/// What can be made of a line. Nothing where it waits for somebody else than a host or district: then there is nothing
/// to question yet.
pub const fn possible(line: Line) -> &'static [Kind] {
    use competition::StateName as R;
    use participation::StateName as P;
    match line {
        Line::Participation(P::Registered | P::Attended | P::Recorded | P::Absent | P::Rejected | P::Voided) => {
            &[Kind::Confirm]
        }
        Line::Participation(P::Confirmed) => &[Kind::Amend, Kind::Void],
        Line::Result(R::Submitted | R::Returned | R::Revoked) => &[Kind::Verify],
        Line::Result(R::Verified) => &[Kind::Correct, Kind::Revoke],
        Line::Participation(P::Waitlisted | P::Withdrawn) | Line::Result(R::Withdrawn) => &[],
    }
}
