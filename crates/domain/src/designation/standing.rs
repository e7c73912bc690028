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

    /// Why it stands in the way.
    fn stands(self) -> Refusal {
        self.last().map_or(Refusal::Suspended(self.from), |to| Refusal::SuspendedThen { from: self.from, to })
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
    /// It does not count from a day on. A suspension that is still to be lifted, and in which that day lies, goes on.
    Suspend {
        /// First day.
        from: NaiveDate,
        /// Last day; none while nobody knows.
        to: Option<NaiveDate>,
        /// Today.
        on: NaiveDate,
    },
    /// It counts again. Of a suspension that has its end already, that day is another one then.
    Lift {
        /// From this day on; the first day of the suspension makes that undone.
        from: NaiveDate,
        /// Today.
        on: NaiveDate,
    },
    /// It is taken away.
    Revoke {
        /// First day on which it is no more.
        from: NaiveDate,
    },
    /// A revocation that is still to come is taken back.
    Keep {
        /// Today.
        on: NaiveDate,
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
    /// It is suspended, and nobody has said until when.
    #[error("it is suspended from {0} on already; lift that first")]
    Suspended(NaiveDate),
    /// It is or was suspended on some of those days.
    #[error("it is suspended from {from} to {to} already; give other days")]
    SuspendedThen {
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
    /// The last day comes before the first.
    #[error("its last day {to} comes before its first, {from}")]
    EndsBeforeItBegins {
        /// First day.
        from: NaiveDate,
        /// Last day.
        to: NaiveDate,
    },
    /// There is no suspension to lift.
    #[error("it is not suspended")]
    NotSuspended,
    /// It would count again before it was suspended.
    #[error("it is suspended from {0} on only; it can be lifted from that day on")]
    BeforeSuspension(NaiveDate),
    /// There is no revocation to take back.
    #[error("it is not revoked")]
    NotRevoked,
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
            Self::SuspendedThen { .. } => "suspended_then",
            Self::EndsBeforeItBegins { .. } => "ends_before_it_begins",
            Self::NotSuspended => "not_suspended",
            Self::BeforeSuspension(_) => "before_suspension",
            Self::NotRevoked => "not_revoked",
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

    /// Takes a step.
    pub fn take(mut self, step: Step) -> Result<Self, Refusal> {
        match step {
            Step::Suspend { from, to, on } => {
                self.unrevoked()?;
                self.within(from)?;
                let lifted_from = match to {
                    Some(to) if to < from => return Err(Refusal::EndsBeforeItBegins { from, to }),
                    Some(to) => to.succ_opt(),
                    None => None,
                };
                let ahead =
                    |one: &Suspension| one.from <= from && one.lifted_from.is_some_and(|day| on < day && from <= day);
                match self.suspensions.iter().position(ahead) {
                    Some(at) => self.suspended_until(at, lifted_from)?,
                    None => {
                        self.suspensions.push(Suspension { from, lifted_from });
                        self.apart(self.suspensions.len().saturating_sub(1))?;
                    }
                }
            }
            Step::Lift { from, on } => {
                self.unrevoked()?;
                let at = self.to_lift(from, on).ok_or(Refusal::NotSuspended)?;
                let begun = self.suspensions.get(at).map_or(from, |one| one.from);
                if from < begun {
                    return Err(Refusal::BeforeSuspension(begun));
                }
                self.within(from)?;
                self.suspended_until(at, Some(from))?;
            }
            Step::Revoke { from } => {
                self.unrevoked()?;
                self.within(from)?;
                self.revoked_from = Some(from);
            }
            Step::Keep { on } => {
                let from = self.revoked_from.ok_or(Refusal::NotRevoked)?;
                if from <= on {
                    return Err(Refusal::Revoked(from));
                }
                self.revoked_from = None;
            }
            Step::Renew { on, to, rule } => {
                let last = self.renewable(on, rule)?;
                if to.is_some_and(|to| to <= last) {
                    return Err(Refusal::NotLonger(last));
                }
                self.term = Term::new(self.term.from(), to).map_err(|_| Refusal::NotLonger(last))?;
            }
        }
        Ok(self)
    }

    /// The present last day, if it may be renewed on a day.
    pub fn renewable(&self, on: NaiveDate, rule: Option<Renewal>) -> Result<NaiveDate, Refusal> {
        self.unrevoked()?;
        let stands = |one: &&Suspension| one.lifted_from.is_none() || one.term().is_some_and(|term| term.holds_on(on));
        if let Some(one) = self.suspensions.iter().find(stands) {
            return Err(one.stands());
        }
        let last = self.term.to().ok_or(Refusal::NeverEnds)?;
        let (opens, closes) = rule.ok_or(Refusal::NotRenewable)?.window(last);
        if on < opens || closes < on {
            return Err(Refusal::RenewalClosed { from: opens, to: closes });
        }
        Ok(last)
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

    /// Which suspension is meant where it is to count again from a day on: the one of that day, or else the first that is
    /// not over.
    fn to_lift(&self, from: NaiveDate, on: NaiveDate) -> Option<usize> {
        let of_that_day = self.suspensions.iter().position(|one| one.term().is_some_and(|term| term.holds_on(from)));
        let lasting = self.suspensions.iter().enumerate().filter(|(_, one)| one.lifted_from.is_none_or(|day| on < day));
        of_that_day.or_else(|| lasting.min_by_key(|(_, one)| one.from).map(|(at, _)| at))
    }

    /// Gives a suspension another end, if it has no day of another one then.
    fn suspended_until(&mut self, at: usize, lifted_from: Option<NaiveDate>) -> Result<(), Refusal> {
        if let Some(one) = self.suspensions.get_mut(at) {
            one.lifted_from = lifted_from;
        }
        self.apart(at)
    }

    /// Whether a suspension has no day in common with the others.
    fn apart(&self, at: usize) -> Result<(), Refusal> {
        let Some(days) = self.suspensions.get(at).and_then(|one| one.term()) else { return Ok(()) };
        let others = self.suspensions.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, one)| one);
        let met = others.filter(|one| one.term().is_some_and(|term| term.overlaps(days))).min_by_key(|one| one.from);
        met.map_or(Ok(()), |one| Err(one.stands()))
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
mod tests;
