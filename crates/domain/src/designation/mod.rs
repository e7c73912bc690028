//! Licences and titles: who may have one ([`scheme`], [`form`]), how one is had ([`application`], [`review`], [`rank`],
//! [`deadline`], [`mod@round`]) and numbered ([`number`]), from when to when it holds ([`standing`]), how its holder asks for
//! more of it ([`renewal`]), and what that makes of an organization as a host on a day.

pub mod application;
pub mod deadline;
pub mod form;
pub mod number;
pub mod rank;
pub mod renewal;
pub mod review;
pub mod round;
pub mod scheme;
pub mod standing;
mod wrong;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use standing::{Designation, Suspension};
pub use wrong::Wrong;

use crate::record::HeldDesignation;

/// Days from the first to the last, both inclusive; open if there is no last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    from: NaiveDate,
    to: Option<NaiveDate>,
}

impl Term {
    /// A term that does not end before it begins.
    pub fn new(from: NaiveDate, to: Option<NaiveDate>) -> Result<Self, Refusal> {
        match to {
            Some(to) if to < from => Err(Refusal::EndsBeforeItBegins { from, to }),
            _ => Ok(Self { from, to }),
        }
    }

    /// First day.
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// Last day.
    pub fn to(self) -> Option<NaiveDate> {
        self.to
    }

    /// Whether `day` is one of its days.
    pub fn holds_on(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Whether the two have a day in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }

    /// The same term, ended on `last`: within it, for ending never lengthens.
    pub fn ended(self, last: NaiveDate) -> Result<Self, Refusal> {
        match self.to {
            Some(to) if last > to => Err(Refusal::EndsAlready { to }),
            _ => Self::new(self.from, Some(last)),
        }
    }
}

/// Why a designation cannot be so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The last day lies before the first.
    #[error("the last day, {to}, lies before the first, {from}")]
    EndsBeforeItBegins {
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
    /// The holder has another one of the same scheme on some of the days.
    #[error("it overlaps designation {number} of the same scheme and holder, from {from} to {}", to.map_or_else(|| "further notice".to_owned(), |day| day.to_string()))]
    Overlaps {
        /// Number of the other one.
        number: String,
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        to: Option<NaiveDate>,
    },
    /// The holder has one already, which is renewed or has no end.
    #[error("designation {number} is held {}", to.map_or_else(|| "without end".to_owned(), |day| format!("until {day}, and is renewed")))]
    Held {
        /// Its number.
        number: String,
        /// Its last day.
        to: Option<NaiveDate>,
    },
    /// The scheme is not for such organizations.
    #[error("the scheme is for {allowed}, the organization is a {kind}")]
    HolderKind {
        /// Kind of the organization.
        kind: String,
        /// Kinds that may hold one.
        allowed: String,
    },
    /// All that is awarded under the scheme ends before that day.
    #[error("the scheme's own last day, {last}, lies before {from}")]
    SchemeOver {
        /// First day.
        from: NaiveDate,
        /// Last day of all awards.
        last: NaiveDate,
    },
    /// It ends before that day as it is.
    #[error("it ends on {to} already; correct its dates to lengthen it")]
    EndsAlready {
        /// Its last day.
        to: NaiveDate,
    },
}

/// Whether an organization of this kind, which has `others` of the same scheme, may have one for `term`.
pub fn admit(term: Term, kind: &str, allowed: &[String], others: &[Designation]) -> Result<(), Refusal> {
    if !allowed.is_empty() && !allowed.iter().any(|one| one == kind) {
        return Err(Refusal::HolderKind { kind: kind.to_owned(), allowed: allowed.join(", ") });
    }
    let held = others.iter().filter_map(|other| Some((other, other.held()?)));
    match held.into_iter().find(|(_, held)| held.overlaps(term)) {
        Some((other, held)) => Err(Refusal::Overlaps { number: other.number.clone(), from: held.from, to: held.to }),
        None => Ok(()),
    }
}

/// Whether who has `others` of a scheme may apply for one more on this day: not while it holds one that has no end, nor one
/// that runs where the scheme `renews` them.
pub fn may_apply(day: NaiveDate, renews: bool, others: &[Designation]) -> Result<(), Refusal> {
    let kept = others.iter().filter(|other| other.revoked_from.is_none());
    match kept.into_iter().find(|other| other.term.to.is_none_or(|to| renews && day <= to)) {
        Some(other) => Err(Refusal::Held { number: other.number.clone(), to: other.term.to }),
        None => Ok(()),
    }
}

/// What the credit engine may know of a host: its own level, and all its designations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Level of the organization itself.
    pub own_level: Option<String>,
    /// All designations, whatever their days.
    pub designations: Vec<Designation>,
}

impl Standing {
    /// The designations as a record carries them: once for all days on end on which one is in force. The engine compares
    /// the days itself.
    pub fn held(&self) -> Vec<HeldDesignation> {
        let of = |held: &Designation| {
            let name = held.scheme.clone();
            let days = held.days().into_iter();
            days.map(move |days| HeldDesignation { name: name.clone(), from: Some(days.from), to: days.to })
        };
        self.designations.iter().flat_map(of).collect()
    }

    /// The level on `day`: the highest that a designation in force gives, else the organization's own. Known words go
    /// first (national, provincial, city, district or county, town, school); others follow in the order of the alphabet.
    pub fn level_on(&self, day: NaiveDate) -> Option<String> {
        let given: BTreeSet<(usize, &str)> = self
            .designations
            .iter()
            .filter(|held| held.in_force_on(day))
            .filter_map(|held| held.level.as_deref())
            .map(|level| (rank(level), level))
            .collect();
        given.first().map(|(_, level)| (*level).to_owned()).or_else(|| self.own_level.clone())
    }
}

fn rank(level: &str) -> usize {
    const KNOWN: [&str; 8] =
        ["international", "national", "provincial", "city", "district", "county", "town", "school"];
    KNOWN.iter().position(|known| *known == level).unwrap_or(KNOWN.len())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn term(from: &str, to: &str) -> Term {
        Term::new(day(from), (!to.is_empty()).then(|| day(to))).expect("a term")
    }

    fn designation(scheme: &str, level: Option<&str>, from: &str, to: &str) -> Designation {
        Designation {
            scheme: scheme.into(),
            number: "1".into(),
            level: level.map(str::to_owned),
            term: term(from, to),
            suspensions: Vec::new(),
            revoked_from: None,
        }
    }

    #[rstest]
    #[case::apart(("2024-01-01", "2024-06-30"), ("2024-07-01", ""), false)]
    #[case::one_day(("2024-01-01", "2024-07-01"), ("2024-07-01", ""), true)]
    #[case::within(("2024-01-01", ""), ("2024-03-01", "2024-03-01"), true)]
    #[case::both_open(("2024-01-01", ""), ("2030-01-01", ""), true)]
    #[case::before(("2024-07-01", ""), ("2024-01-01", "2024-06-30"), false)]
    fn terms_overlap(#[case] a: (&str, &str), #[case] b: (&str, &str), #[case] expected: bool) {
        let (a, b) = (term(a.0, a.1), term(b.0, b.1));
        assert_eq!(a.overlaps(b), expected);
        assert_eq!(b.overlaps(a), expected);
    }

    #[test]
    fn a_term_does_not_end_before_it_begins() {
        let refused = Term::new(day("2024-02-01"), Some(day("2024-01-31")));
        assert_eq!(refused, Err(Refusal::EndsBeforeItBegins { from: day("2024-02-01"), to: day("2024-01-31") }));
    }

    #[rstest]
    #[case("", "2024-05-01", Ok(()))]
    #[case("2024-12-31", "2024-05-01", Ok(()))]
    #[case("2024-12-31", "2025-01-01", Err(Refusal::EndsAlready { to: day("2024-12-31") }))]
    #[case("", "2023-12-31", Err(Refusal::EndsBeforeItBegins { from: day("2024-01-01"), to: day("2023-12-31") }))]
    fn ending_never_lengthens(#[case] to: &str, #[case] last: &str, #[case] expected: Result<(), Refusal>) {
        let ended = term("2024-01-01", to).ended(day(last));
        assert_eq!(ended.map(|term| assert_eq!(term.to(), Some(day(last)))), expected);
    }

    #[test]
    fn one_scheme_is_held_once_at_a_time() {
        let others = [designation("science-base", None, "2022-11-16", "2025-11-15")];
        assert_eq!(admit(term("2025-11-16", ""), "base", &[], &others), Ok(()));
        let refused = admit(term("2025-11-15", ""), "base", &[], &others);
        assert!(matches!(refused, Err(Refusal::Overlaps { number, .. }) if number == "1"));
        let allowed = ["base".to_owned(), "museum".to_owned()];
        assert_eq!(admit(term("2025-11-16", ""), "museum", &allowed, &others), Ok(()));
        assert!(matches!(admit(term("2025-11-16", ""), "school", &allowed, &[]), Err(Refusal::HolderKind { .. })));
    }

    #[test]
    fn what_is_revoked_makes_room() {
        let revoked =
            Designation { revoked_from: Some(day("2024-03-01")), ..designation("base", None, "2024-01-01", "") };
        let again = |from| admit(term(from, ""), "base", &[], std::slice::from_ref(&revoked));
        assert_eq!(again("2024-03-01"), Ok(()));
        assert!(matches!(again("2024-02-29"), Err(Refusal::Overlaps { to: Some(to), .. }) if to == day("2024-02-29")));
    }

    #[rstest]
    #[case::renewed_instead("2025-11-15", None, true, false)]
    #[case::without_end("", None, false, false)]
    #[case::over("2025-10-31", None, true, true)]
    #[case::not_renewed("2025-11-15", None, false, true)]
    #[case::revoked("", Some("2025-12-01"), true, true)]
    fn who_holds_one_that_goes_on_does_not_apply(
        #[case] to: &str,
        #[case] revoked: Option<&str>,
        #[case] renews: bool,
        #[case] expected: bool,
    ) {
        let held = Designation { revoked_from: revoked.map(day), ..designation("base", None, "2022-11-16", to) };
        assert_eq!(may_apply(day("2025-11-01"), renews, &[held]).is_ok(), expected);
    }

    #[test]
    fn a_suspended_day_counts_for_nothing() {
        let suspension = Suspension { from: day("2024-03-01"), lifted_from: Some(day("2024-04-01")) };
        let held = Designation { suspensions: vec![suspension], ..designation("base", Some("city"), "2024-01-01", "") };
        let standing = Standing { own_level: None, designations: vec![held] };
        let on = |day: NaiveDate| standing.held().iter().any(|held| held.holds_on(day));
        for (text, expected) in
            [("2024-02-29", true), ("2024-03-01", false), ("2024-03-31", false), ("2024-04-01", true)]
        {
            assert_eq!(on(day(text)), expected, "{text}");
            assert_eq!(standing.level_on(day(text)).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn the_level_is_that_of_the_day() {
        let standing = Standing {
            own_level: Some("district".into()),
            designations: vec![
                designation("a", Some("city"), "2023-01-01", "2024-12-31"),
                designation("b", Some("national"), "2024-06-01", "2024-06-30"),
                designation("c", None, "2020-01-01", ""),
            ],
        };
        assert_eq!(standing.level_on(day("2022-12-31")).as_deref(), Some("district"));
        assert_eq!(standing.level_on(day("2023-01-01")).as_deref(), Some("city"));
        assert_eq!(standing.level_on(day("2024-06-15")).as_deref(), Some("national"));
        assert_eq!(standing.level_on(day("2025-01-01")).as_deref(), Some("district"));
        assert_eq!(standing.held().len(), 3);
        assert!(Standing::default().level_on(day("2025-01-01")).is_none());
    }
}
