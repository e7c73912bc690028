//! The life of an endpoint.
//!
//! ```text
//! active ─▶ paused (by an official)      active ─▶ disabled (gone, or nothing got through for days)
//! paused, disabled ─▶ active             active, paused, disabled ─▶ deleted
//! ```
//!
//! What happens while it is paused or disabled waits, and is sent once it is active again.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::delivery::Outcome;
use super::retry::LONGEST_WAIT;

/// When nothing got through for so long, an endpoint is disabled.
pub const UNREACHABLE_AFTER: TimeDelta = TimeDelta::days(5);

/// Why an endpoint was disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It answered 410.
    Gone,
    /// Nothing got through for [`UNREACHABLE_AFTER`].
    Unreachable,
}

impl Why {
    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Unreachable => "unreachable",
        }
    }

    /// The reason of this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Gone, Self::Unreachable].into_iter().find(|why| why.word() == word)
    }
}

/// How an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// It is told what happens.
    Active {
        /// Since when nothing got through; none if the last attempt did.
        failing_since: Option<DateTime<Utc>>,
        /// The receiver asked not to be told before.
        quiet_until: Option<DateTime<Utc>>,
    },
    /// An official halted it.
    Paused {
        /// When.
        at: DateTime<Utc>,
    },
    /// It was halted because nobody answers.
    Disabled {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        why: Why,
    },
    /// It is no more; what was sent to it stays listed.
    Deleted {
        /// When.
        at: DateTime<Utc>,
    },
}

/// Why it cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotNow {
    /// It runs already.
    #[error("it is active")]
    Active,
    /// It is halted already.
    #[error("it is paused already")]
    Paused,
    /// It is halted already, for its own reason.
    #[error("it is disabled already, because nobody answered")]
    Disabled,
    /// There is no such endpoint any more.
    #[error("it was deleted")]
    Deleted,
}

impl NotNow {
    /// The code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "webhook_active",
            Self::Paused => "webhook_paused",
            Self::Disabled => "webhook_disabled",
            Self::Deleted => "webhook_deleted",
        }
    }
}

impl Endpoint {
    /// A new one.
    pub const NEW: Self = Self::Active { failing_since: None, quiet_until: None };

    /// The word in JSON and SQL.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Active { .. } => "active",
            Self::Paused { .. } => "paused",
            Self::Disabled { .. } => "disabled",
            Self::Deleted { .. } => "deleted",
        }
    }

    /// An official halts it.
    ///
    /// # Errors
    /// If it is not active.
    pub const fn pause(self, at: DateTime<Utc>) -> Result<Self, NotNow> {
        match self {
            Self::Active { .. } => Ok(Self::Paused { at }),
            Self::Paused { .. } => Err(NotNow::Paused),
            Self::Disabled { .. } => Err(NotNow::Disabled),
            Self::Deleted { .. } => Err(NotNow::Deleted),
        }
    }

    /// An official lets it go on.
    ///
    /// # Errors
    /// If it is active, or deleted.
    pub const fn resume(self) -> Result<Self, NotNow> {
        match self {
            Self::Active { .. } => Err(NotNow::Active),
            Self::Paused { .. } | Self::Disabled { .. } => Ok(Self::NEW),
            Self::Deleted { .. } => Err(NotNow::Deleted),
        }
    }

    /// An official wants it no more.
    ///
    /// # Errors
    /// If it is deleted.
    pub const fn delete(self, at: DateTime<Utc>) -> Result<Self, NotNow> {
        match self {
            Self::Active { .. } | Self::Paused { .. } | Self::Disabled { .. } => Ok(Self::Deleted { at }),
            Self::Deleted { .. } => Err(NotNow::Deleted),
        }
    }

    /// An attempt ended. One that ends after the endpoint was halted says nothing of it any more.
    #[must_use]
    pub fn answered(self, outcome: Outcome, at: DateTime<Utc>) -> Self {
        let Self::Active { failing_since, .. } = self else { return self };
        match outcome {
            Outcome::Accepted => Self::NEW,
            Outcome::Gone => Self::Disabled { at, why: Why::Gone },
            Outcome::Refused(wait) => {
                let since = failing_since.unwrap_or(at);
                if at.signed_duration_since(since) >= UNREACHABLE_AFTER {
                    return Self::Disabled { at, why: Why::Unreachable };
                }
                let quiet_until = wait.and_then(|wait| at.checked_add_signed(wait.min(LONGEST_WAIT)));
                Self::Active { failing_since: Some(since), quiet_until }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_from_every_state_is_allowed_or_refused_by_its_code() {
        let at = |hour| DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        let failing = |hour| Endpoint::Active { failing_since: Some(at(hour)), quiet_until: None };
        let all = [
            ("active", Endpoint::NEW),
            ("failing for 4 days", failing(24)),
            ("failing for 5 days", failing(0)),
            ("paused", Endpoint::Paused { at: at(0) }),
            ("disabled", Endpoint::Disabled { at: at(0), why: Why::Gone }),
            ("deleted", Endpoint::Deleted { at: at(0) }),
        ];
        let now = at(120);
        let shown = |endpoint: Endpoint| match endpoint {
            Endpoint::Active { failing_since, quiet_until } => match (failing_since, quiet_until) {
                (None, None) => "active".to_owned(),
                (since, quiet) => {
                    let hours = |moment: Option<DateTime<Utc>>| moment.map(|moment| (moment - at(0)).num_hours());
                    format!("active, failing since {:?}, quiet until {:?}", hours(since), hours(quiet))
                }
            },
            Endpoint::Disabled { why, .. } => format!("disabled: {}", why.word()),
            other => other.word().to_owned(),
        };
        let mut table = String::new();
        for (name, from) in all {
            let steps = [
                ("accepted", Ok(from.answered(Outcome::Accepted, now))),
                ("refused", Ok(from.answered(Outcome::Refused(None), now))),
                ("asked to wait", Ok(from.answered(Outcome::Refused(Some(TimeDelta::hours(2))), now))),
                ("gone", Ok(from.answered(Outcome::Gone, now))),
                ("pause", from.pause(now)),
                ("resume", from.resume()),
                ("delete", from.delete(now)),
            ];
            for (step, after) in steps {
                let said = after.map_or_else(|no| format!("refused: {}", no.code()), shown);
                table.push_str(&format!("{name}: {step} -> {said}\n"));
            }
        }
        insta::assert_snapshot!(table);
        for why in [Why::Gone, Why::Unreachable] {
            assert_eq!(Why::parse(why.word()), Some(why));
        }
    }

    #[test]
    fn one_answer_ends_a_series_of_failures() {
        let at = |day| DateTime::UNIX_EPOCH + TimeDelta::days(day);
        let refused = Outcome::Refused(None);
        let endpoint = Endpoint::NEW.answered(refused, at(0)).answered(refused, at(4));
        let endpoint = endpoint.answered(Outcome::Accepted, at(4)).answered(refused, at(5));
        assert_eq!(endpoint, Endpoint::Active { failing_since: Some(at(5)), quiet_until: None });
        assert_eq!(endpoint.answered(refused, at(10)), Endpoint::Disabled { at: at(10), why: Why::Unreachable });
    }
}
