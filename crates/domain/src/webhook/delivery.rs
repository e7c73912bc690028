//! The life of a delivery: one event, told to one endpoint.
//!
//! ```text
//! waiting ─▶ delivered | failed | cancelled (its endpoint was deleted)      delivered, failed ─▶ waiting: sent again
//! ```

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;
use uuid::Uuid;

use super::{endpoint::Endpoint, retry};

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it: 200 to 299.
    Accepted,
    /// Any other answer, or none; with the time that the receiver asked for.
    Refused(Option<TimeDelta>),
    /// The receiver wants nothing any more: 410.
    Gone,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Not told yet.
    Waiting {
        /// Attempts since it was to be sent.
        made: u32,
        /// When the next one is due.
        due: DateTime<Utc>,
    },
    /// The receiver has it.
    Delivered {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// Given up.
    Failed {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// Its endpoint was deleted before.
    Cancelled {
        /// When.
        at: DateTime<Utc>,
    },
}

/// Why it is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAgain {
    /// It was not sent before its endpoint was deleted.
    #[error("its endpoint was deleted, and it was cancelled")]
    Cancelled,
    /// There is nowhere to send it.
    #[error("its endpoint was deleted")]
    Deleted,
}

impl NotAgain {
    /// The code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "delivery_cancelled",
            Self::Deleted => "webhook_deleted",
        }
    }
}

impl Delivery {
    /// A new one, due at once.
    pub const fn new(at: DateTime<Utc>) -> Self {
        Self::Waiting { made: 0, due: at }
    }

    /// The word in JSON and SQL.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Delivered { .. } => "delivered",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// An attempt ended. Where two services tried at once, who was accepted is right.
    #[must_use]
    pub fn answered(self, id: Uuid, outcome: Outcome, at: DateTime<Utc>) -> Self {
        match (self, outcome) {
            (Self::Delivered { .. }, _) => self,
            (_, Outcome::Accepted) => Self::Delivered { at },
            (Self::Waiting { made, .. }, Outcome::Refused(wait)) => {
                let made = made.saturating_add(1);
                retry::next(id, made, at, wait).map_or(Self::Failed { at }, |due| Self::Waiting { made, due })
            }
            // It waits for an official who says that there is somebody again.
            (Self::Waiting { made, due }, Outcome::Gone) => Self::Waiting { made: made.saturating_add(1), due },
            (Self::Failed { .. } | Self::Cancelled { .. }, Outcome::Refused(_) | Outcome::Gone) => self,
        }
    }

    /// An official wants it sent again, or now, by a plan of its own, to its endpoint as that stands.
    ///
    /// # Errors
    /// If its endpoint was deleted.
    pub const fn resend(self, to: Endpoint, at: DateTime<Utc>) -> Result<Self, NotAgain> {
        match (self, to) {
            (Self::Cancelled { .. }, _) => Err(NotAgain::Cancelled),
            (_, Endpoint::Deleted { .. }) => Err(NotAgain::Deleted),
            (Self::Waiting { .. } | Self::Delivered { .. } | Self::Failed { .. }, _) => Ok(Self::new(at)),
        }
    }

    /// Its endpoint goes on: what waits is due, by the plan that it has. What was due before stays before it.
    #[must_use]
    pub fn hurry(self, at: DateTime<Utc>) -> Self {
        match self {
            Self::Waiting { made, due } => Self::Waiting { made, due: due.min(at) },
            Self::Delivered { .. } | Self::Failed { .. } | Self::Cancelled { .. } => self,
        }
    }

    /// Its endpoint is deleted.
    #[must_use]
    pub const fn cancel(self, at: DateTime<Utc>) -> Self {
        match self {
            Self::Waiting { .. } => Self::Cancelled { at },
            Self::Delivered { .. } | Self::Failed { .. } | Self::Cancelled { .. } => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_from_every_state() {
        let at = |hour| DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        let all = [
            Delivery::new(at(0)),
            Delivery::Waiting { made: 9, due: at(0) },
            Delivery::Waiting { made: 2, due: at(2) },
            Delivery::Delivered { at: at(0) },
            Delivery::Failed { at: at(0) },
            Delivery::Cancelled { at: at(0) },
        ];
        let shown = |delivery: Delivery| match delivery {
            Delivery::Waiting { made, due } => format!("waiting({made}, {}s)", (due - at(1)).num_seconds()),
            other => other.word().to_owned(),
        };
        let mut table = String::new();
        for from in all {
            let name = if let Delivery::Waiting { made, .. } = from { format!("waiting({made})") } else { shown(from) };
            let steps = [
                ("accepted", Ok(from.answered(Uuid::nil(), Outcome::Accepted, at(1)))),
                ("refused", Ok(from.answered(Uuid::nil(), Outcome::Refused(None), at(1)))),
                ("gone", Ok(from.answered(Uuid::nil(), Outcome::Gone, at(1)))),
                ("resend", from.resend(Endpoint::NEW, at(1))),
                ("resend to none", from.resend(Endpoint::Deleted { at: at(1) }, at(1))),
                ("hurry", Ok(from.hurry(at(1)))),
                ("cancel", Ok(from.cancel(at(1)))),
            ];
            for (step, after) in steps {
                let said = after.map_or_else(|no| format!("refused: {}", no.code()), shown);
                table.push_str(&format!("{name} {step} -> {said}\n"));
            }
        }
        assert_eq!(
            table,
            "waiting(0) accepted -> delivered\n\
             waiting(0) refused -> waiting(1, 5s)\n\
             waiting(0) gone -> waiting(1, -3600s)\n\
             waiting(0) resend -> waiting(0, 0s)\n\
             waiting(0) resend to none -> refused: webhook_deleted\n\
             waiting(0) hurry -> waiting(0, -3600s)\n\
             waiting(0) cancel -> cancelled\n\
             waiting(9) accepted -> delivered\n\
             waiting(9) refused -> failed\n\
             waiting(9) gone -> waiting(10, -3600s)\n\
             waiting(9) resend -> waiting(0, 0s)\n\
             waiting(9) resend to none -> refused: webhook_deleted\n\
             waiting(9) hurry -> waiting(9, -3600s)\n\
             waiting(9) cancel -> cancelled\n\
             waiting(2) accepted -> delivered\n\
             waiting(2) refused -> waiting(3, 1800s)\n\
             waiting(2) gone -> waiting(3, 3600s)\n\
             waiting(2) resend -> waiting(0, 0s)\n\
             waiting(2) resend to none -> refused: webhook_deleted\n\
             waiting(2) hurry -> waiting(2, 0s)\n\
             waiting(2) cancel -> cancelled\n\
             delivered accepted -> delivered\n\
             delivered refused -> delivered\n\
             delivered gone -> delivered\n\
             delivered resend -> waiting(0, 0s)\n\
             delivered resend to none -> refused: webhook_deleted\n\
             delivered hurry -> delivered\n\
             delivered cancel -> delivered\n\
             failed accepted -> delivered\n\
             failed refused -> failed\n\
             failed gone -> failed\n\
             failed resend -> waiting(0, 0s)\n\
             failed resend to none -> refused: webhook_deleted\n\
             failed hurry -> failed\n\
             failed cancel -> failed\n\
             cancelled accepted -> delivered\n\
             cancelled refused -> cancelled\n\
             cancelled gone -> cancelled\n\
             cancelled resend -> refused: delivery_cancelled\n\
             cancelled resend to none -> refused: delivery_cancelled\n\
             cancelled hurry -> cancelled\n\
             cancelled cancel -> cancelled\n"
        );
    }
}
