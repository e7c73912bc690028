//! The end of a policy: from a day on a district does not score by it any more. Where the district wants a second official
//! for a change of the rules, another one agrees first.
//!
//! ```text
//! asked ─▶ agreed ─▶ (its day) ended          asked, agreed ─▶ withdrawn
//! ```
//!
//! A day that has come before somebody agreed is no day of the past: it ends at once when they do.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::draft::Act;

/// An end that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The first day on which nothing is scored by it any more.
    pub on: NaiveDate,
    /// Who asked for it, and why.
    pub asked: Act,
    /// Who agreed, where a second official is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Act>,
    /// Whether it needs somebody to agree: as the district wanted it when it was asked for.
    pub second_official: bool,
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// No reason is given.
    #[error("say why the district does not score by it any more")]
    ReasonNeeded,
    /// The day has passed.
    #[error("must be {today} or later")]
    InThePast {
        /// The day of the district.
        today: NaiveDate,
    },
    /// One is under way.
    #[error("its end was asked for already: withdraw that first")]
    AskedAlready,
    /// Nobody needs to agree, or somebody did.
    #[error("nobody needs to agree to it any more")]
    Settled,
    /// Whoever asked agrees.
    #[error("whoever asked for the end does not agree to it as well: another official does")]
    SecondOfficial,
}

impl Refused {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReasonNeeded => "required",
            Self::InThePast { .. } => "in_the_past",
            Self::AskedAlready | Self::Settled => "not_from_this_state",
            Self::SecondOfficial => "second_official",
        }
    }
}

impl Ending {
    /// Asks for the end of a policy from a day on.
    ///
    /// # Errors
    /// It may not be asked for so.
    pub fn ask(
        under_way: Option<&Self>,
        on: NaiveDate,
        asked: Act,
        today: NaiveDate,
        second_official: bool,
    ) -> Result<Self, Refused> {
        if under_way.is_some() {
            return Err(Refused::AskedAlready);
        }
        if asked.note.is_empty() {
            return Err(Refused::ReasonNeeded);
        }
        if on < today {
            return Err(Refused::InThePast { today });
        }
        Ok(Self { on, asked, agreed: None, second_official })
    }

    /// Another official agrees.
    ///
    /// # Errors
    /// Nobody needs to, or it is the same one.
    pub fn agree(self, agreed: Act) -> Result<Self, Refused> {
        if self.is_agreed() {
            return Err(Refused::Settled);
        }
        if agreed.by == self.asked.by {
            return Err(Refused::SecondOfficial);
        }
        Ok(Self { agreed: Some(agreed), ..self })
    }

    /// Whether nobody needs to agree any more.
    pub const fn is_agreed(&self) -> bool {
        !self.second_official || self.agreed.is_some()
    }

    /// Whether the policy ends on this day, or should have before.
    pub fn is_due(&self, today: NaiveDate) -> bool {
        self.is_agreed() && self.on <= today
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Days, Utc};
    use uuid::Uuid;

    use super::*;

    fn act(by: u128, note: &str) -> Act {
        Act { by: Uuid::from_u128(by), at: DateTime::<Utc>::UNIX_EPOCH, note: note.to_owned() }
    }

    fn today() -> NaiveDate {
        NaiveDate::default()
    }

    fn later(days: u64) -> NaiveDate {
        today().checked_add_days(Days::new(days)).unwrap_or_default()
    }

    fn asked(on: NaiveDate, second: bool) -> Result<Ending, Refused> {
        Ending::ask(None, on, act(1, "另有办法"), today(), second)
    }

    #[test]
    fn it_ends_on_its_day() {
        let ending = asked(later(3), false);
        let due = |day| ending.as_ref().map(|ending| ending.is_due(day));
        assert_eq!((due(later(2)), due(later(3)), due(later(9))), (Ok(false), Ok(true), Ok(true)));
    }

    #[test]
    fn where_a_second_official_is_wanted_another_one_agrees() {
        let waiting = asked(today(), true);
        assert_eq!(waiting.as_ref().map(|one| one.is_due(later(9))), Ok(false));
        assert_eq!(waiting.clone().and_then(|one| one.agree(act(1, ""))), Err(Refused::SecondOfficial));
        let agreed = waiting.and_then(|one| one.agree(act(2, "")));
        assert_eq!(agreed.as_ref().map(|one| one.is_due(later(9))), Ok(true));
        assert_eq!(agreed.and_then(|one| one.agree(act(3, ""))), Err(Refused::Settled));
    }

    #[test]
    fn what_may_not_be_asked_for() {
        let under_way = asked(today(), false).ok();
        let ask = |on, note| Ending::ask(None, on, act(1, note), later(1), false);
        assert_eq!(ask(today(), "x"), Err(Refused::InThePast { today: later(1) }));
        assert_eq!(ask(later(1), ""), Err(Refused::ReasonNeeded));
        let again = Ending::ask(under_way.as_ref(), later(1), act(1, "x"), today(), false);
        assert_eq!(again, Err(Refused::AskedAlready));
        let alone = under_way.map(|one| one.agree(act(2, "")));
        assert_eq!(alone, Some(Err(Refused::Settled)), "nobody needs to agree");
    }
}
