//! What may still be changed of a round that was opened: nothing that anybody who applied relied on.

use chrono::NaiveDate;
use thiserror::Error;

use super::application::Window;

/// Why a round cannot be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unchangeable {
    /// It is to take applications for longer, which a day not later than the last one does not do.
    #[error("must lie after {0}; to end it earlier, close it")]
    NotLater(NaiveDate),
    /// It was closed, and some who applied know already what came of it.
    #[error("applications of the round are decided already; open another round")]
    Decided,
    /// It gives as many places without limit.
    #[error("the round has no quota")]
    NoQuota,
    /// Who applied counted on the places that there are.
    #[error("must be more than {0}: places are added, never taken away")]
    NotMore(u32),
}

impl Unchangeable {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotLater(_) => "too_early",
            Self::Decided => "decided_already",
            Self::NoQuota => "no_quota",
            Self::NotMore(_) => "too_small",
        }
    }
}

/// The days of a round that takes applications until another day: as long as it is open, or nothing of it is decided.
pub fn extend(window: Window, to: NaiveDate, today: NaiveDate, decided: bool) -> Result<Window, Unchangeable> {
    if decided && window.to < today {
        return Err(Unchangeable::Decided);
    }
    let before = |day: NaiveDate| day.pred_opt().unwrap_or(day);
    // On a day that is over, or before its first one, nobody could apply.
    let after = window.to.max(before(today)).max(before(window.from));
    if to <= after { Err(Unchangeable::NotLater(after)) } else { Ok(Window { from: window.from, to }) }
}

/// The quota of a round with more places.
pub fn raise(quota: Option<u32>, to: u32) -> Result<u32, Unchangeable> {
    match quota {
        None => Err(Unchangeable::NoQuota),
        Some(now) if to <= now => Err(Unchangeable::NotMore(now)),
        Some(_) => Ok(to),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, day).expect("a day")
    }

    #[rstest]
    #[case::open(15, 20, 10, false, "")]
    #[case::open_and_something_refused(15, 20, 10, true, "")]
    #[case::last_day(15, 16, 15, true, "")]
    #[case::shorter(15, 14, 10, false, "too_early")]
    #[case::as_it_is(15, 15, 10, false, "too_early")]
    #[case::closed(15, 20, 18, false, "")]
    #[case::until_today(15, 18, 18, false, "")]
    #[case::until_yesterday(15, 17, 18, false, "too_early")]
    #[case::decided(15, 20, 18, true, "decided_already")]
    #[case::closed_before_it_opened(4, 5, 3, false, "")]
    #[case::before_it_opens(2, 4, 3, false, "too_early")]
    fn a_round_is_extended_while_nobody_is_wronged(
        #[case] closes: u32,
        #[case] to: u32,
        #[case] today: u32,
        #[case] decided: bool,
        #[case] expected: &str,
    ) {
        let window = Window { from: day(5), to: day(closes) };
        let code = match extend(window, day(to), day(today), decided) {
            Ok(longer) => {
                assert_eq!(longer, Window { from: day(5), to: day(to) });
                ""
            }
            Err(refusal) => refusal.code(),
        };
        assert_eq!(code, expected);
    }

    #[rstest]
    #[case(Some(3), 4, Ok(4))]
    #[case(Some(3), 3, Err(Unchangeable::NotMore(3)))]
    #[case(Some(3), 0, Err(Unchangeable::NotMore(3)))]
    #[case(None, 4, Err(Unchangeable::NoQuota))]
    fn places_are_added(#[case] quota: Option<u32>, #[case] to: u32, #[case] expected: Result<u32, Unchangeable>) {
        assert_eq!(raise(quota, to), expected);
    }
}
