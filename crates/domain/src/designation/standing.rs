//! A granted designation: the days on which it is in force, and what may be done to it.
//!
//! It is in force on the days of its term, but those on which it is suspended, until the day on which it is revoked.
//! [`Designation::days`] is what credit reads. Any of that may be said of days that are past: whoever says it scores
//! anew.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Term;
use super::scheme::{Assessment, Renewal};

/// A designation that somebody holds, held or will hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Designation {
    /// Code of the scheme, which policies name.
    pub scheme: String,
    /// Number of the licence.
    pub number: String,
    /// Level of the host under the scheme.
    pub level: Option<String>,
    /// When, were it never suspended nor revoked.
    pub term: Term,
    /// When not, in any order; they have no day in common.
    pub suspensions: Vec<Suspension>,
    /// First day on which it is no more.
    pub revoked_from: Option<NaiveDate>,
}

/// Days on which a designation is not in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspension {
    /// First day.
    pub from: NaiveDate,
    /// First day on which it is in force again; none while it lasts.
    pub lifted_from: Option<NaiveDate>,
}

impl Suspension {
    fn last(self) -> Option<NaiveDate> {
        self.lifted_from.and_then(|day| day.pred_opt())
    }

    /// Its days; none if it was lifted from its first day on.
    fn term(self) -> Option<Term> {
        Term::new(self.from, self.last()).ok()
    }
}

/// What a designation is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingName {
    /// Its first day is still to come.
    Upcoming,
    /// It counts.
    InForce,
    /// It does not count until it is lifted.
    Suspended,
    /// It was taken away.
    Revoked,
    /// Its last day is over.
    Expired,
}

impl StandingName {
    /// All, in the order of a life.
    pub const ALL: [Self; 5] = [Self::Upcoming, Self::InForce, Self::Suspended, Self::Revoked, Self::Expired];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Upcoming => "upcoming",
            Self::InForce => "in_force",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// Something that is done to a designation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It does not count from a day on.
    Suspend {
        /// First day.
        from: NaiveDate,
    },
    /// It counts again.
    Lift {
        /// From this day on; the first day of the suspension makes that undone.
        from: NaiveDate,
    },
    /// It is taken away.
    Revoke {
        /// First day on which it is no more.
        from: NaiveDate,
    },
    /// It holds for longer.
    Renew {
        /// Today.
        on: NaiveDate,
        /// Until this day; none opens it.
        to: Option<NaiveDate>,
        /// When the scheme lets it be renewed.
        rule: Option<Renewal>,
    },
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It was revoked.
    #[error("it is revoked from {0} on")]
    Revoked(NaiveDate),
    /// The day is none of its term.
    #[error("{0} is no day of its term")]
    NotInTerm(NaiveDate),
    /// It is suspended on that day, or on a later one.
    #[error("it is suspended from {0} on already; lift that first")]
    Suspended(NaiveDate),
    /// There is no suspension to lift.
    #[error("it is not suspended")]
    NotSuspended,
    /// It would count again before it was suspended.
    #[error("it is suspended from {0} on only; it can be lifted from that day on")]
    BeforeSuspension(NaiveDate),
    /// The scheme does not renew.
    #[error("the scheme lets nothing be renewed; apply in a round")]
    NotRenewable,
    /// It has no last day.
    #[error("it has no last day, so there is nothing to renew")]
    NeverEnds,
    /// It is too early or too late.
    #[error("it can be renewed from {from} to {to}")]
    RenewalClosed {
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
    /// It would not hold for longer.
    #[error("it holds until {0} already; give a later day")]
    NotLonger(NaiveDate),
    /// It is not that year's.
    #[error("it is in force on no day of {0}")]
    NotInYear(i32),
    /// The year is still to come.
    #[error("{0} has not begun")]
    YearToCome(i32),
    /// That year was assessed.
    #[error("{0} is assessed already")]
    AssessedAlready(i32),
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Revoked(_) => "revoked_already",
            Self::NotInTerm(_) => "not_in_term",
            Self::Suspended(_) => "suspended_already",
            Self::NotSuspended => "not_suspended",
            Self::BeforeSuspension(_) => "before_suspension",
            Self::NotRenewable => "not_renewable",
            Self::NeverEnds => "never_ends",
            Self::RenewalClosed { .. } => "renewal_closed",
            Self::NotLonger(_) => "not_longer",
            Self::NotInYear(_) => "not_in_year",
            Self::YearToCome(_) => "year_to_come",
            Self::AssessedAlready(_) => "assessed_already",
        }
    }
}

impl Designation {
    /// The term up to its revocation; none if it was revoked from its first day on.
    pub fn held(&self) -> Option<Term> {
        let Some(revoked) = self.revoked_from else { return Some(self.term) };
        let last = revoked.pred_opt();
        let last = self.term.to().map_or(last, |to| last.map(|last| last.min(to)));
        Term::new(self.term.from(), last).ok()
    }

    /// The days on which it is in force, in their order.
    pub fn days(&self) -> Vec<Term> {
        let Some(held) = self.held() else { return Vec::new() };
        let mut suspensions: Vec<Term> = self.suspensions.iter().filter_map(|one| one.term()).collect();
        suspensions.sort_by_key(|one| one.from());
        let mut days = Vec::new();
        let mut from = held.from();
        for suspension in suspensions {
            let before = suspension.from().pred_opt();
            let before = held.to().map_or(before, |to| before.map(|before| before.min(to)));
            days.extend(before.filter(|last| from <= *last).and_then(|last| Term::new(from, Some(last)).ok()));
            match suspension.to().and_then(|last| last.succ_opt()) {
                Some(next) => from = from.max(next),
                None => return days,
            }
        }
        days.extend(Term::new(from, held.to()).ok());
        days
    }

    /// Whether it counts on a day.
    pub fn in_force_on(&self, day: NaiveDate) -> bool {
        self.standing_on(day) == StandingName::InForce
    }

    /// What it is on a day.
    pub fn standing_on(&self, day: NaiveDate) -> StandingName {
        if self.revoked_from.is_some_and(|from| from <= day) {
            StandingName::Revoked
        } else if day < self.term.from() {
            StandingName::Upcoming
        } else if !self.term.holds_on(day) {
            StandingName::Expired
        } else if self.suspensions.iter().filter_map(|one| one.term()).any(|term| term.holds_on(day)) {
            StandingName::Suspended
        } else {
            StandingName::InForce
        }
    }

    /// The suspension that lasts, if one does.
    pub fn suspended(&self) -> Option<Suspension> {
        self.suspensions.iter().find(|one| one.lifted_from.is_none()).copied()
    }

    /// Takes a step.
    pub fn take(mut self, step: Step) -> Result<Self, Refusal> {
        match step {
            Step::Suspend { from } => {
                self.unrevoked()?;
                self.within(from)?;
                let rest = Suspension { from, lifted_from: None };
                let met = |one: &&Suspension| one.term().zip(rest.term()).is_some_and(|(one, rest)| one.overlaps(rest));
                if let Some(other) = self.suspensions.iter().find(met) {
                    return Err(Refusal::Suspended(other.from));
                }
                self.suspensions.push(rest);
            }
            Step::Lift { from } => {
                self.unrevoked()?;
                let open = self.suspensions.iter_mut().find(|one| one.lifted_from.is_none());
                let open = open.ok_or(Refusal::NotSuspended)?;
                if from < open.from {
                    return Err(Refusal::BeforeSuspension(open.from));
                }
                open.lifted_from = Some(from);
            }
            Step::Revoke { from } => {
                self.unrevoked()?;
                self.within(from)?;
                self.revoked_from = Some(from);
            }
            Step::Renew { on, to, rule } => {
                self.unrevoked()?;
                if let Some(open) = self.suspended() {
                    return Err(Refusal::Suspended(open.from));
                }
                let last = self.term.to().ok_or(Refusal::NeverEnds)?;
                let (opens, closes) = rule.ok_or(Refusal::NotRenewable)?.window(last);
                if on < opens || closes < on {
                    return Err(Refusal::RenewalClosed { from: opens, to: closes });
                }
                if to.is_some_and(|to| to <= last) {
                    return Err(Refusal::NotLonger(last));
                }
                self.term = Term::new(self.term.from(), to).map_err(|_| Refusal::NotLonger(last))?;
            }
        }
        Ok(self)
    }

    /// Whether the assessment of a year may be entered on a day; `assessed` are the years that have one.
    pub fn assess(&self, year: i32, on: NaiveDate, assessed: &[i32]) -> Result<(), Refusal> {
        if on.year() < year {
            return Err(Refusal::YearToCome(year));
        }
        if !self.touches(year) {
            return Err(Refusal::NotInYear(year));
        }
        if assessed.contains(&year) {
            return Err(Refusal::AssessedAlready(year));
        }
        Ok(())
    }

    /// The earliest year whose assessment was due on a day and is not there, with the day on which it was due. A year
    /// counts if the designation was in force on that day.
    pub fn assessment_owed(&self, rule: Assessment, on: NaiveDate, assessed: &[i32]) -> Option<(i32, NaiveDate)> {
        let years = self.term.from().year()..=on.year();
        let due = years.filter(|year| !assessed.contains(year)).filter_map(|year| Some((year, rule.due_in(year)?)));
        due.into_iter().find(|(_, day)| *day < on && self.in_force_on(*day))
    }

    fn touches(&self, year: i32) -> bool {
        let ends = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
        let (Some(first), last) = ends else { return false };
        Term::new(first, last).is_ok_and(|year| self.days().iter().any(|days| days.overlaps(year)))
    }

    fn unrevoked(&self) -> Result<(), Refusal> {
        self.revoked_from.map_or(Ok(()), |from| Err(Refusal::Revoked(from)))
    }

    fn within(&self, day: NaiveDate) -> Result<(), Refusal> {
        if self.term.holds_on(day) { Ok(()) } else { Err(Refusal::NotInTerm(day)) }
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn designation() -> Designation {
        Designation {
            scheme: "base".into(),
            number: "1".into(),
            level: None,
            term: Term::new(day("2024-01-01"), Some(day("2026-12-31"))).expect("a term"),
            suspensions: Vec::new(),
            revoked_from: None,
        }
    }

    const RULE: Renewal = Renewal { days_before: 90, days_after: 30 };

    fn every_state(on: &str) -> Vec<Designation> {
        let on = day(on);
        let years = |from: &str, to: &str| Designation {
            term: Term::new(day(from), Some(day(to))).expect("a term"),
            ..designation()
        };
        let suspended = designation().take(Step::Suspend { from: on }).expect("suspended");
        let revoked = designation().take(Step::Revoke { from: on }).expect("revoked");
        vec![years("2027-01-01", "2029-12-31"), designation(), suspended, revoked, years("2023-12-01", "2026-11-30")]
    }

    /// Rows: standings on 2026-12-01; columns: steps of that day; what it is the day after, or why not.
    #[test]
    fn every_step_in_every_standing() {
        let on = day("2026-12-01");
        let next = day("2026-12-02");
        let steps = [
            ("suspend", Step::Suspend { from: next }),
            ("lift", Step::Lift { from: next }),
            ("revoke", Step::Revoke { from: next }),
            ("renew", Step::Renew { on, to: Some(day("2029-12-31")), rule: Some(RULE) }),
        ];
        let states = every_state("2026-12-01");
        assert_eq!(states.iter().map(|one| one.standing_on(on)).collect::<Vec<_>>(), StandingName::ALL);
        let mut table = String::new();
        for state in states {
            let _ = writeln!(table, "{}", state.standing_on(on).word());
            for (name, step) in steps {
                let after = match state.clone().take(step) {
                    Ok(after) => format!("─▶ {}", after.standing_on(next).word()),
                    Err(refusal) => refusal.code().to_owned(),
                };
                let _ = writeln!(table, "  {name:<8} {after}");
            }
        }
        insta::assert_snapshot!(table, @r"
        upcoming
          suspend  not_in_term
          lift     not_suspended
          revoke   not_in_term
          renew    renewal_closed
        in_force
          suspend  ─▶ suspended
          lift     not_suspended
          revoke   ─▶ revoked
          renew    ─▶ in_force
        suspended
          suspend  suspended_already
          lift     ─▶ in_force
          revoke   ─▶ revoked
          renew    suspended_already
        revoked
          suspend  revoked_already
          lift     revoked_already
          revoke   revoked_already
          renew    revoked_already
        expired
          suspend  not_in_term
          lift     not_suspended
          revoke   not_in_term
          renew    ─▶ in_force
        ");
    }

    #[rstest]
    #[case::none(&[], None, &["2024-01-01..2026-12-31"])]
    #[case::lasting(&[("2025-03-01", "")], None, &["2024-01-01..2025-02-28"])]
    #[case::lifted(&[("2025-03-01", "2025-04-01")], None, &["2024-01-01..2025-02-28", "2025-04-01..2026-12-31"])]
    #[case::one_day(&[("2025-03-01", "2025-03-02")], None, &["2024-01-01..2025-02-28", "2025-03-02..2026-12-31"])]
    #[case::undone(&[("2025-03-01", "2025-03-01")], None, &["2024-01-01..2026-12-31"])]
    #[case::from_the_first_day(&[("2024-01-01", "2024-02-01")], None, &["2024-02-01..2026-12-31"])]
    #[case::to_the_last(&[("2026-12-01", "2027-02-01")], None, &["2024-01-01..2026-11-30"])]
    #[case::two_in_any_order(&[("2026-01-01", "2026-02-01"), ("2025-01-01", "2025-02-01")], None,
        &["2024-01-01..2024-12-31", "2025-02-01..2025-12-31", "2026-02-01..2026-12-31"])]
    #[case::side_by_side(&[("2025-01-01", "2025-02-01"), ("2025-02-01", "2025-03-01")], None,
        &["2024-01-01..2024-12-31", "2025-03-01..2026-12-31"])]
    #[case::revoked(&[], Some("2025-01-01"), &["2024-01-01..2024-12-31"])]
    #[case::revoked_at_once(&[], Some("2024-01-01"), &[])]
    #[case::revoked_while_suspended(&[("2025-03-01", "")], Some("2026-01-01"), &["2024-01-01..2025-02-28"])]
    #[case::revoked_before(&[("2025-03-01", "2025-04-01")], Some("2025-01-01"), &["2024-01-01..2024-12-31"])]
    fn it_counts_on_its_days(
        #[case] suspensions: &[(&str, &str)],
        #[case] revoked: Option<&str>,
        #[case] expected: &[&str],
    ) {
        let lifted_from = |text: &str| (!text.is_empty()).then(|| day(text));
        let suspensions =
            suspensions.iter().map(|(from, to)| Suspension { from: day(from), lifted_from: lifted_from(to) });
        let held = Designation { suspensions: suspensions.collect(), revoked_from: revoked.map(day), ..designation() };
        let text = |one: &Term| format!("{}..{}", one.from(), one.to().map_or_else(String::new, |to| to.to_string()));
        assert_eq!(held.days().iter().map(text).collect::<Vec<_>>(), expected);
    }

    #[rstest]
    #[case::again(&[("2025-03-01", "")], "2025-06-01", Err(Refusal::Suspended(day("2025-03-01"))))]
    #[case::before_a_past_one(&[("2025-03-01", "2025-04-01")], "2025-02-01", Err(Refusal::Suspended(day("2025-03-01"))))]
    #[case::after_a_past_one(&[("2025-03-01", "2025-04-01")], "2025-04-01", Ok(()))]
    #[case::before_one_undone(&[("2025-03-01", "2025-03-01")], "2025-02-01", Ok(()))]
    #[case::too_early(&[], "2023-12-31", Err(Refusal::NotInTerm(day("2023-12-31"))))]
    #[case::too_late(&[], "2027-01-01", Err(Refusal::NotInTerm(day("2027-01-01"))))]
    #[case::back_dated(&[], "2024-01-01", Ok(()))]
    fn it_is_suspended_once_at_a_time(
        #[case] earlier: &[(&str, &str)],
        #[case] from: &str,
        #[case] expected: Result<(), Refusal>,
    ) {
        let mut held = designation();
        for (from, to) in earlier {
            held = held.take(Step::Suspend { from: day(from) }).expect("suspended");
            if !to.is_empty() {
                held = held.take(Step::Lift { from: day(to) }).expect("lifted");
            }
        }
        assert_eq!(held.take(Step::Suspend { from: day(from) }).map(|_| ()), expected);
    }

    #[test]
    fn it_is_not_lifted_before_it_was_suspended() {
        let held = designation().take(Step::Suspend { from: day("2025-03-01") }).expect("suspended");
        let early = held.clone().take(Step::Lift { from: day("2025-02-28") });
        assert_eq!(early, Err(Refusal::BeforeSuspension(day("2025-03-01"))));
        let undone = held.take(Step::Lift { from: day("2025-03-01") }).expect("lifted");
        assert_eq!(undone.days(), designation().days());
    }

    #[rstest]
    #[case::first_day("2026-10-02", Some("2029-12-31"), Some(RULE), "")]
    #[case::early("2026-10-01", Some("2029-12-31"), Some(RULE), "renewal_closed")]
    #[case::after("2027-01-30", Some("2029-12-31"), Some(RULE), "")]
    #[case::late("2027-01-31", Some("2029-12-31"), Some(RULE), "renewal_closed")]
    #[case::no_longer("2026-12-01", Some("2026-12-31"), Some(RULE), "not_longer")]
    #[case::open("2026-12-01", None, Some(RULE), "")]
    #[case::never("2026-12-01", Some("2029-12-31"), None, "not_renewable")]
    fn it_is_renewed_in_its_window(
        #[case] on: &str,
        #[case] to: Option<&str>,
        #[case] rule: Option<Renewal>,
        #[case] expected: &str,
    ) {
        let renewed = designation().take(Step::Renew { on: day(on), to: to.map(day), rule });
        assert_eq!(
            renewed.map(|held| assert_eq!(held.term.to(), to.map(day))).map_or_else(Refusal::code, |()| ""),
            expected
        );
    }

    #[test]
    fn what_never_ends_is_not_renewed() {
        let open = Designation { term: Term::new(day("2024-01-01"), None).expect("a term"), ..designation() };
        let refused = open.take(Step::Renew { on: day("2026-12-01"), to: None, rule: Some(RULE) });
        assert_eq!(refused, Err(Refusal::NeverEnds));
    }

    #[rstest]
    #[case(2025, &[], Ok(()))]
    #[case(2025, &[2025], Err(Refusal::AssessedAlready(2025)))]
    #[case(2023, &[], Err(Refusal::NotInYear(2023)))]
    #[case(2027, &[], Err(Refusal::YearToCome(2027)))]
    fn a_year_is_assessed_once(#[case] year: i32, #[case] assessed: &[i32], #[case] expected: Result<(), Refusal>) {
        assert_eq!(designation().assess(year, day("2026-06-01"), assessed), expected);
    }

    #[rstest]
    #[case("2024-12-15", &[], None)]
    #[case("2024-12-16", &[], Some((2024, "2024-12-15")))]
    #[case("2026-01-01", &[2024], Some((2025, "2025-12-15")))]
    #[case("2026-01-01", &[2024, 2025], None)]
    #[case("2028-01-01", &[2024, 2025, 2026], None)]
    fn an_assessment_is_owed(#[case] on: &str, #[case] assessed: &[i32], #[case] expected: Option<(i32, &str)>) {
        let owed = designation().assessment_owed(Assessment { month: 12, day: 15 }, day(on), assessed);
        assert_eq!(owed, expected.map(|(year, due)| (year, day(due))));
    }

    proptest! {
        /// The days and the standing of each day say the same, whatever was done in whatever order.
        #[test]
        fn days_and_standings_agree(steps in prop::collection::vec((0_u8..3, 0_u64..1200), 0..8)) {
            let first = day("2023-12-01");
            let mut held = designation();
            for (kind, at) in steps {
                let from = first.checked_add_days(chrono::Days::new(at)).expect("a day");
                let step = match kind {
                    0 => Step::Suspend { from },
                    1 => Step::Lift { from },
                    _ if at % 5 == 0 => Step::Revoke { from },
                    _ => continue,
                };
                if let Ok(after) = held.clone().take(step) {
                    held = after;
                }
            }
            let days = held.days();
            prop_assert!(days.windows(2).all(|pair| !pair[0].overlaps(pair[1]) && pair[0].from() < pair[1].from()));
            for day in first.iter_days().take(1200) {
                let counts = days.iter().any(|term| term.holds_on(day));
                prop_assert_eq!(counts, held.in_force_on(day), "{}", day);
                prop_assert!(!counts || held.held().is_some_and(|held| held.holds_on(day)));
            }
        }
    }
}
