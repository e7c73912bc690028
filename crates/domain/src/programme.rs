//! Programmes: an edition from draft to its end, the month of a theme, and who may be given an activity of it.
//!
//! ```text
//! draft ─▶ published ⇄ closed
//! ```
//!
//! A draft is written and seen by nobody else, so its year may still change and it may be removed; what is published is
//! launched, joined and still corrected; what is closed stays as it was, except for the totals that others report of it,
//! which come afterwards, and can be opened again. Nothing here reads a clock.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use thiserror::Error;

/// An edition in its state. Each state owns what it needs to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Being written.
    Draft,
    /// Known to all.
    Published {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// Over.
    Closed {
        /// Since when it had been known.
        published_at: DateTime<Utc>,
        /// Since when it is over.
        at: DateTime<Utc>,
    },
}

/// What can be done with an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Change what it says, its themes, strands and members.
    Change,
    /// Give it another year.
    ChangeYear,
    /// Remove it.
    Remove,
    /// Make it known; `parts` is how many themes and strands it has.
    Publish {
        /// How many themes and strands.
        parts: u64,
        /// The moment.
        at: DateTime<Utc>,
    },
    /// Give hosts activities of it.
    Launch,
    /// Say of an activity that it is part of it.
    Join,
    /// Note the totals that others published.
    Report,
    /// End it.
    Close {
        /// The moment.
        at: DateTime<Utc>,
    },
    /// Take back that it is over.
    Reopen,
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It is a draft.
    #[error("The edition is a draft. Publish it first.")]
    Draft,
    /// It is published already.
    #[error("The edition is published already.")]
    Published,
    /// It is over.
    #[error("The edition is closed: it stays as it was. Open it again, or make one of another year.")]
    Closed,
    /// Others know it, by its year.
    #[error("The edition was published, so it stays, with its year. Close it, and make one of another year.")]
    Known,
    /// There is nothing in it.
    #[error("The edition has neither a theme nor a strand. Add one before it is published.")]
    Empty,
}

impl Refusal {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "edition_draft",
            Self::Published => "edition_published",
            Self::Closed => "edition_closed",
            Self::Known => "edition_known",
            Self::Empty => "edition_empty",
        }
    }
}

impl Edition {
    /// The word of the state.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published { .. } => "published",
            Self::Closed { .. } => "closed",
        }
    }

    /// The edition after a step.
    pub const fn take(self, step: Step) -> Result<Self, Refusal> {
        match (self, step) {
            (state, Step::Report)
            | (state @ Self::Draft, Step::ChangeYear | Step::Remove)
            | (state @ (Self::Draft | Self::Published { .. }), Step::Change) => Ok(state),
            (Self::Published { .. } | Self::Closed { .. }, Step::ChangeYear | Step::Remove) => Err(Refusal::Known),
            (Self::Draft, Step::Publish { parts: 0, .. }) => Err(Refusal::Empty),
            (Self::Draft, Step::Publish { at, .. }) => Ok(Self::Published { at }),
            (state @ Self::Published { .. }, Step::Launch | Step::Join) => Ok(state),
            (Self::Published { at: published_at }, Step::Close { at }) => Ok(Self::Closed { published_at, at }),
            (Self::Closed { published_at: at, .. }, Step::Reopen) => Ok(Self::Published { at }),
            (Self::Draft, Step::Launch | Step::Join | Step::Close { .. } | Step::Reopen) => Err(Refusal::Draft),
            (Self::Published { .. }, Step::Publish { .. } | Step::Reopen) => Err(Refusal::Published),
            (Self::Closed { .. }, _) => Err(Refusal::Closed),
        }
    }
}

/// A month, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(NaiveDate);

impl Month {
    /// The month that begins on this day; none if no month does.
    pub fn beginning(day: NaiveDate) -> Option<Self> {
        (day.day() == 1).then_some(Self(day))
    }

    /// Its first day.
    pub const fn first(self) -> NaiveDate {
        self.0
    }

    /// Whether the day lies in it.
    pub fn contains(self, day: NaiveDate) -> bool {
        day.year() == self.0.year() && day.month() == self.0.month()
    }

    /// Whether any of its days lies in the term, both ends included.
    pub fn touches(self, first: NaiveDate, last: NaiveDate) -> bool {
        let after = self.0.checked_add_months(Months::new(1));
        self.0 <= last && after.is_none_or(|after| first < after)
    }
}

/// The days on which the sessions of a launch may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Those of the month of a theme.
    Month(Month),
    /// Those of the whole edition, both ends included: a strand is of no month.
    Edition {
        /// First day.
        first: NaiveDate,
        /// Last day.
        last: NaiveDate,
    },
}

impl Span {
    /// Its first day.
    pub const fn first(self) -> NaiveDate {
        match self {
            Self::Month(month) => month.first(),
            Self::Edition { first, .. } => first,
        }
    }

    fn refuse(self, day: NaiveDate) -> Option<NotLaunched> {
        match self {
            Self::Month(month) => (!month.contains(day)).then_some(NotLaunched::OutsideMonth { day }),
            Self::Edition { first, last } => (day < first || last < day).then_some(NotLaunched::OutsideEdition { day }),
        }
    }
}

/// What is known of an organization that shall get an activity of a theme or strand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Whether the organization is there and open.
    pub open: bool,
    /// Whether it hosts or undertakes in this edition.
    pub hosts: bool,
    /// The days on which it must have the right to host, and does not.
    pub without_right: Vec<NaiveDate>,
    /// The days of its sessions.
    pub days: Vec<NaiveDate>,
}

/// Why a host does not get the activity, while others do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotLaunched {
    /// There is no such organization, or it is closed.
    #[error("The organization is closed.")]
    Closed,
    /// It neither hosts nor undertakes in the edition.
    #[error("The organization neither hosts nor undertakes in this edition. Add it as a member first.")]
    NotAHost,
    /// It has no right to host on a day.
    #[error("The organization does not hold on {day} what the edition asks of its hosts.")]
    NotDesignated {
        /// The first such day.
        day: NaiveDate,
    },
    /// A session lies outside the month of the theme.
    #[error("A session on {day} lies outside the month of the theme.")]
    OutsideMonth {
        /// The first such day.
        day: NaiveDate,
    },
    /// A session of a strand lies outside the days of the edition.
    #[error("A session on {day} lies outside the days of the edition.")]
    OutsideEdition {
        /// The first such day.
        day: NaiveDate,
    },
}

impl NotLaunched {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Closed => "host_closed",
            Self::NotAHost => "not_a_host",
            Self::NotDesignated { .. } => "not_designated",
            Self::OutsideMonth { .. } => "outside_month",
            Self::OutsideEdition { .. } => "outside_edition",
        }
    }

    /// The day that it is about.
    pub const fn day(self) -> Option<NaiveDate> {
        match self {
            Self::NotDesignated { day } | Self::OutsideMonth { day } | Self::OutsideEdition { day } => Some(day),
            Self::Closed | Self::NotAHost => None,
        }
    }
}

/// Whether a host gets an activity of a theme or strand, with sessions on these days.
pub fn judge(candidate: &Candidate, span: Span) -> Result<(), NotLaunched> {
    if !candidate.open {
        return Err(NotLaunched::Closed);
    }
    if !candidate.hosts {
        return Err(NotLaunched::NotAHost);
    }
    if let Some(refusal) = candidate.days.iter().filter_map(|day| span.refuse(*day)).min_by_key(|one| one.day()) {
        return Err(refusal);
    }
    match candidate.without_right.iter().copied().min() {
        Some(day) => Err(NotLaunched::NotDesignated { day }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use rstest::rstest;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn month(text: &str) -> Month {
        Month::beginning(day(text)).expect("a first day")
    }

    #[test]
    fn every_step_from_every_state() {
        let at = DateTime::UNIX_EPOCH;
        let states = [Edition::Draft, Edition::Published { at }, Edition::Closed { published_at: at, at }];
        let steps = [
            ("change", Step::Change),
            ("change year", Step::ChangeYear),
            ("remove", Step::Remove),
            ("publish", Step::Publish { parts: 1, at }),
            ("publish nothing", Step::Publish { parts: 0, at }),
            ("launch", Step::Launch),
            ("join", Step::Join),
            ("report", Step::Report),
            ("close", Step::Close { at }),
            ("reopen", Step::Reopen),
        ];
        let mut table = String::new();
        for (name, step) in steps {
            let _ = write!(table, "{name:<16}");
            for state in states {
                let after = state.take(step).map_or_else(Refusal::code, Edition::word);
                let _ = write!(table, "{}: {after:<19}", state.word());
            }
            table = format!("{}\n", table.trim_end());
        }
        insta::assert_snapshot!(table, @r"
        change          draft: draft              published: published          closed: edition_closed
        change year     draft: draft              published: edition_known      closed: edition_known
        remove          draft: draft              published: edition_known      closed: edition_known
        publish         draft: published          published: edition_published  closed: edition_closed
        publish nothing draft: edition_empty      published: edition_published  closed: edition_closed
        launch          draft: edition_draft      published: published          closed: edition_closed
        join            draft: edition_draft      published: published          closed: edition_closed
        report          draft: draft              published: published          closed: closed
        close           draft: edition_draft      published: closed             closed: edition_closed
        reopen          draft: edition_draft      published: edition_published  closed: published
        ");
    }

    #[test]
    fn each_state_keeps_when_it_began() {
        let (first, second) = (DateTime::UNIX_EPOCH, DateTime::from_timestamp(9, 0).expect("a moment"));
        let published = Edition::Draft.take(Step::Publish { parts: 3, at: first }).expect("published");
        assert_eq!(published, Edition::Published { at: first });
        let closed = published.take(Step::Close { at: second }).expect("closed");
        assert_eq!(closed, Edition::Closed { published_at: first, at: second });
        assert_eq!(closed.take(Step::Report), Ok(closed));
        assert_eq!(closed.take(Step::Reopen), Ok(published));
    }

    #[rstest]
    #[case("2024-03-01", true)]
    #[case("2024-03-31", true)]
    #[case("2024-04-01", false)]
    #[case("2024-02-29", false)]
    #[case("2023-03-05", false)]
    fn a_month_has_its_days(#[case] of: &str, #[case] inside: bool) {
        assert_eq!(month("2024-03-01").contains(day(of)), inside);
    }

    #[rstest]
    #[case("2024-03-31", "2024-12-31", true)]
    #[case("2024-04-01", "2024-12-31", false)]
    #[case("2024-01-01", "2024-03-01", true)]
    #[case("2024-01-01", "2024-02-29", false)]
    fn a_month_touches_a_term(#[case] first: &str, #[case] last: &str, #[case] expected: bool) {
        assert_eq!(month("2024-03-01").touches(day(first), day(last)), expected);
        assert_eq!(Month::beginning(day("2024-03-02")), None);
    }

    #[test]
    fn the_first_thing_that_is_wrong_is_said() {
        let march = Span::Month(month("2024-03-01"));
        let good = Candidate { open: true, hosts: true, days: vec![day("2024-03-09")], ..Candidate::default() };
        assert_eq!(judge(&good, march), Ok(()));
        assert_eq!(judge(&Candidate { open: false, ..good.clone() }, march), Err(NotLaunched::Closed));
        assert_eq!(judge(&Candidate { hosts: false, ..good.clone() }, march), Err(NotLaunched::NotAHost));
        let lapsed = vec![day("2024-03-20"), day("2024-03-09")];
        let without = Candidate { without_right: lapsed, ..good.clone() };
        assert_eq!(judge(&without, march), Err(NotLaunched::NotDesignated { day: day("2024-03-09") }));
        let late = Candidate { days: vec![day("2024-04-02"), day("2024-03-02")], ..without };
        assert_eq!(judge(&late, march), Err(NotLaunched::OutsideMonth { day: day("2024-04-02") }));
        let year = Span::Edition { first: day("2024-03-09"), last: day("2024-12-31") };
        assert_eq!(
            judge(&Candidate { days: vec![day("2024-12-31"), day("2024-03-09")], ..good.clone() }, year),
            Ok(())
        );
        for wrong in ["2024-03-08", "2025-01-01"] {
            let outside = Candidate { days: vec![day("2024-06-01"), day(wrong)], ..good.clone() };
            assert_eq!(judge(&outside, year), Err(NotLaunched::OutsideEdition { day: day(wrong) }));
        }
    }
}
