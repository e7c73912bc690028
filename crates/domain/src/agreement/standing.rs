//! How an agreement stands: the names of its states, and what a day makes of them.

use serde::{Deserialize, Serialize};

/// A state's name, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`super::Agreement::Draft`].
    Draft,
    /// See [`super::Agreement::Offered`].
    Offered,
    /// See [`super::Agreement::Refused`].
    Refused,
    /// See [`super::Agreement::Withdrawn`].
    Withdrawn,
    /// See [`super::Agreement::Signed`].
    Signed,
    /// See [`super::Agreement::Disputed`].
    Disputed,
    /// See [`super::Agreement::Ended`].
    Ended,
    /// See [`super::Agreement::Renewed`].
    Renewed,
}

impl StateName {
    /// The word in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Offered => "offered",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Signed => "signed",
            Self::Disputed => "disputed",
            Self::Ended => "ended",
            Self::Renewed => "renewed",
        }
    }
}

/// How an agreement stands on a day: its state, and where the day lies in its term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Is being written.
    Draft,
    /// Waits for signatures.
    Offered,
    /// A party refused it.
    Refused,
    /// Will not be.
    Withdrawn,
    /// Signed by all; its term has not begun.
    NotBegun,
    /// Holds.
    InForce,
    /// Its term is over.
    Expired,
    /// A party disputes what was entered from paper.
    Disputed,
    /// Ended early.
    Ended,
    /// Another one is in its place.
    Renewed,
}

impl Standing {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Offered => "offered",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::NotBegun => "not_begun",
            Self::InForce => "in_force",
            Self::Expired => "expired",
            Self::Disputed => "disputed",
            Self::Ended => "ended",
            Self::Renewed => "renewed",
        }
    }
}
