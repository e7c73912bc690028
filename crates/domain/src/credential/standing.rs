//! What a credential is: issued, and perhaps revoked later. That it has expired is a matter of the day, and not stored.

use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

/// What became of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It holds until its last moment.
    Issued,
    /// It holds no more, for good.
    Revoked(Revocation),
}

/// That a credential holds no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Since when.
    pub at: DateTime<Utc>,
    /// Who said so.
    pub by: Uuid,
    /// Why.
    pub reason: String,
}

/// What a credential is at a moment, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingName {
    /// It holds.
    Valid,
    /// Its time has passed.
    Expired,
    /// It was revoked.
    Revoked,
}

impl StandingName {
    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// Why a credential cannot be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RevokeError {
    /// Nothing is left to revoke.
    #[error("it was revoked already")]
    Revoked,
    /// Whoever holds it must be told why.
    #[error("say why it is revoked")]
    NoReason,
}

impl RevokeError {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Revoked => "credential_revoked",
            Self::NoReason => "reason_required",
        }
    }
}

impl Standing {
    /// Takes it back.
    ///
    /// # Errors
    /// It was revoked already, or nobody says why.
    pub fn revoke(self, at: DateTime<Utc>, by: Uuid, reason: &str) -> Result<Self, RevokeError> {
        let reason = reason.trim();
        match self {
            Self::Issued if reason.is_empty() => Err(RevokeError::NoReason),
            Self::Issued => Ok(Self::Revoked(Revocation { at, by, reason: reason.to_owned() })),
            Self::Revoked(_) => Err(RevokeError::Revoked),
        }
    }

    /// What it is at a moment. Revoked is said even once its time has passed: it was taken back, and did not just end.
    pub fn name_at(&self, valid_until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> StandingName {
        match self {
            Self::Revoked(_) => StandingName::Revoked,
            Self::Issued if valid_until.is_some_and(|until| until <= now) => StandingName::Expired,
            Self::Issued => StandingName::Valid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap_or_default()
    }

    #[test]
    fn every_step_in_every_state() {
        let by = Uuid::from_u128(1);
        let revoked = Standing::Revoked(Revocation { at: at(5), by, reason: "wrong".into() });
        for (state, reason, expected) in [
            (Standing::Issued, " wrong ", Ok(revoked.clone())),
            (Standing::Issued, "  ", Err(RevokeError::NoReason)),
            (revoked.clone(), "again", Err(RevokeError::Revoked)),
            (revoked.clone(), "", Err(RevokeError::Revoked)),
        ] {
            assert_eq!(state.clone().revoke(at(5), by, reason), expected, "{state:?} for {reason:?}");
        }
        for (state, until, now, word) in [
            (&Standing::Issued, None, 9, "valid"),
            (&Standing::Issued, Some(at(9)), 8, "valid"),
            (&Standing::Issued, Some(at(9)), 9, "expired"),
            (&revoked, None, 9, "revoked"),
            (&revoked, Some(at(9)), 10, "revoked"),
        ] {
            assert_eq!(state.name_at(until, at(now)).word(), word);
        }
    }
}
