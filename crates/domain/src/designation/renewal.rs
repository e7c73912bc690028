//! A holder asks for renewal; the authority of the scheme renews, or refuses with its reason. Whoever asked in time is renewed
//! in time, however late the answer.

use chrono::NaiveDate;
use thiserror::Error;
use uuid::Uuid;

use super::application::until;
use super::scheme::{Renewal, Targets};
use super::standing::{Designation, Refusal as Standing};

/// What a holder asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// It waits for the authority.
    Asked {
        /// The day on which it was asked.
        on: NaiveDate,
    },
    /// The designation was renewed.
    Granted {
        /// Who did so.
        by: Uuid,
    },
    /// It was not.
    Refused {
        /// Who said so.
        by: Uuid,
        /// Why.
        reason: String,
    },
}

/// What the authority says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It renews.
    Grant {
        /// Who does so.
        by: Uuid,
    },
    /// It does not.
    Refuse {
        /// Who says so.
        by: Uuid,
        /// Why.
        reason: String,
    },
}

/// Why it cannot be asked, or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The designation cannot be renewed on that day.
    #[error(transparent)]
    Standing(#[from] Standing),
    /// Another one waits.
    #[error("renewal was asked for on {0} already, and waits for its answer")]
    AskedAlready(NaiveDate),
    /// It has its answer.
    #[error("it was {0} already")]
    AnsweredAlready(&'static str),
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Standing(refusal) => refusal.code(),
            Self::AskedAlready(_) => "asked_already",
            Self::AnsweredAlready(_) => "answered_already",
        }
    }
}

impl Ask {
    /// Asks for the renewal of what is held, on a day on which it may be renewed; `waits` is since when another one waits.
    pub fn make(
        held: &Designation,
        rule: Option<Renewal>,
        waits: Option<NaiveDate>,
        on: NaiveDate,
    ) -> Result<Self, Refusal> {
        held.renewable(on, rule)?;
        waits.map_or(Ok(Self::Asked { on }), |since| Err(Refusal::AskedAlready(since)))
    }

    /// Answers it.
    pub fn answer(self, answer: Answer) -> Result<Self, Refusal> {
        let state = self.word();
        match (self, answer) {
            (Self::Asked { .. }, Answer::Grant { by }) => Ok(Self::Granted { by }),
            (Self::Asked { .. }, Answer::Refuse { by, reason }) => Ok(Self::Refused { by, reason }),
            (Self::Granted { .. } | Self::Refused { .. }, _) => Err(Refusal::AnsweredAlready(state)),
        }
    }

    /// The word in JSON and SQL.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "asked",
            Self::Granted { .. } => "granted",
            Self::Refused { .. } => "refused",
        }
    }
}

/// By when what was asked on a day should be answered.
pub fn due(asked_on: NaiveDate, targets: &Targets) -> NaiveDate {
    until(asked_on, targets.answer)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use rstest::rstest;

    use super::super::Term;
    use super::*;

    const RULE: Renewal = Renewal { days_before: 90, days_after: 30 };

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn held() -> Designation {
        Designation {
            scheme: "base".into(),
            number: "1".into(),
            level: None,
            term: Term::new(day("2024-01-01"), Some(day("2026-12-31"))).expect("a term"),
            suspensions: Vec::new(),
            revoked_from: None,
        }
    }

    /// Rows: what was asked; columns: answers; what it is then, or why not.
    #[test]
    fn every_answer_to_every_ask() {
        let by = Uuid::nil();
        let asks =
            [Ask::Asked { on: day("2026-12-01") }, Ask::Granted { by }, Ask::Refused { by, reason: "closed".into() }];
        let answers = [Answer::Grant { by }, Answer::Refuse { by, reason: "closed".into() }];
        let mut table = String::new();
        for ask in asks {
            let _ = writeln!(table, "{}", ask.word());
            for answer in &answers {
                let name = if matches!(answer, Answer::Grant { .. }) { "grant" } else { "refuse" };
                let after = match ask.clone().answer(answer.clone()) {
                    Ok(after) => format!("─▶ {}", after.word()),
                    Err(refusal) => refusal.code().to_owned(),
                };
                let _ = writeln!(table, "  {name:<7} {after}");
            }
        }
        insta::assert_snapshot!(table, @r"
        asked
          grant   ─▶ granted
          refuse  ─▶ refused
        granted
          grant   answered_already
          refuse  answered_already
        refused
          grant   answered_already
          refuse  answered_already
        ");
    }

    #[rstest]
    #[case::in_the_window("2026-10-02", None, "")]
    #[case::early("2026-10-01", None, "renewal_closed")]
    #[case::after_its_end("2027-01-30", None, "")]
    #[case::late("2027-01-31", None, "renewal_closed")]
    #[case::again("2026-10-05", Some("2026-10-02"), "asked_already")]
    fn it_is_asked_in_the_window_and_once(#[case] on: &str, #[case] waits: Option<&str>, #[case] expected: &str) {
        let asked = Ask::make(&held(), Some(RULE), waits.map(day), day(on));
        assert_eq!(asked.map_or_else(Refusal::code, |_| ""), expected);
    }

    #[test]
    fn what_is_revoked_or_not_renewed_is_not_asked_for() {
        let revoked = Designation { revoked_from: Some(day("2027-01-01")), ..held() };
        let refused = Ask::make(&revoked, Some(RULE), None, day("2026-12-01"));
        assert_eq!(refused.map_or_else(Refusal::code, |_| ""), "revoked_already");
        let refused = Ask::make(&held(), None, None, day("2026-12-01"));
        assert_eq!(refused.map_or_else(Refusal::code, |_| ""), "not_renewable");
    }
}
