//! How an exception stands.
//!
//! ```text
//! open ─▶ cleared | upheld ─▶ open (an official looks again, or more of the same has come)
//! open ─▶ gone: what it was about is no more      gone ─▶ open: it is there again
//! ```

use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

/// What an official said, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Who.
    pub by: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub remark: String,
}

/// How an exception stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Somebody has to look.
    Open,
    /// It was right as it was.
    Cleared(Decision),
    /// It was wrong, and what was wrong has been taken back.
    Upheld(Decision),
    /// What it was about is no more; nobody had to decide.
    Gone,
}

/// What the rules say of it when they are asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It is as it was.
    Same,
    /// There are records in it that were not in it before.
    More,
    /// It is no more.
    NoMore,
}

/// Why it cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotNow {
    /// Somebody has decided.
    #[error("it was decided already; reopen it to decide again")]
    Decided,
    /// There is nothing left to decide.
    #[error("what it was about is no more")]
    Gone,
    /// It is open.
    #[error("it is open")]
    Open,
}

impl NotNow {
    /// The code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decided => "already_decided",
            Self::Gone => "exception_gone",
            Self::Open => "exception_open",
        }
    }
}

impl Standing {
    /// The word in JSON and SQL.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Cleared(_) => "cleared",
            Self::Upheld(_) => "upheld",
            Self::Gone => "gone",
        }
    }

    /// Who said what, if somebody did.
    pub const fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Cleared(decision) | Self::Upheld(decision) => Some(decision),
            Self::Open | Self::Gone => None,
        }
    }

    /// An official finds nothing wrong.
    ///
    /// # Errors
    /// If it is not open.
    pub fn clear(&self, decision: Decision) -> Result<Self, NotNow> {
        self.is_open().map(|()| Self::Cleared(decision))
    }

    /// An official finds it wrong.
    ///
    /// # Errors
    /// If it is not open.
    pub fn uphold(&self, decision: Decision) -> Result<Self, NotNow> {
        self.is_open().map(|()| Self::Upheld(decision))
    }

    /// An official wants to look again.
    ///
    /// # Errors
    /// If nothing was decided.
    pub const fn reopen(&self) -> Result<Self, NotNow> {
        match self {
            Self::Cleared(_) | Self::Upheld(_) => Ok(Self::Open),
            Self::Open => Err(NotNow::Open),
            Self::Gone => Err(NotNow::Gone),
        }
    }

    /// The rules were asked again. A decision holds for what was decided on; more of it is looked at anew.
    #[must_use]
    pub fn seen(&self, seen: Seen) -> Self {
        match (self, seen) {
            (Self::Open, Seen::NoMore) => Self::Gone,
            (Self::Gone, Seen::Same | Seen::More) | (Self::Cleared(_) | Self::Upheld(_), Seen::More) => Self::Open,
            _ => self.clone(),
        }
    }

    const fn is_open(&self) -> Result<(), NotNow> {
        match self {
            Self::Open => Ok(()),
            Self::Cleared(_) | Self::Upheld(_) => Err(NotNow::Decided),
            Self::Gone => Err(NotNow::Gone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_from_every_state_is_allowed_or_refused_by_its_code() {
        let said = |by| Decision { by: Uuid::from_u128(by), at: DateTime::UNIX_EPOCH, remark: "seen".into() };
        let all = [Standing::Open, Standing::Cleared(said(1)), Standing::Upheld(said(1)), Standing::Gone];
        let mut table = String::new();
        for from in &all {
            let steps = [
                ("clear", from.clear(said(2))),
                ("uphold", from.uphold(said(2))),
                ("reopen", from.reopen()),
                ("found again", Ok(from.seen(Seen::Same))),
                ("more of it", Ok(from.seen(Seen::More))),
                ("found no more", Ok(from.seen(Seen::NoMore))),
            ];
            for (step, to) in steps {
                let to = to.map_or_else(|refused| refused.code().to_owned(), |to| format!("→ {}", to.word()));
                table.push_str(&format!("{:8} {step:14} {to}\n", from.word()));
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn what_was_decided_stays_as_it_was_said_when_the_rules_are_asked_again() {
        let decision = Decision { by: Uuid::from_u128(7), at: DateTime::UNIX_EPOCH, remark: "both halls".into() };
        let cleared = Standing::Open.clear(decision.clone()).unwrap();
        assert_eq!(cleared.seen(Seen::Same).decision(), Some(&decision));
        assert_eq!(cleared.seen(Seen::NoMore).decision(), Some(&decision));
    }
}
