//! What the early end of an agreement does to what is under way: one pure decision for each thing that is ahead.
//!
//! Whoever ends it says for each kind of thing whether it is kept. What was handed over comes back as agreed whatever is
//! said, and nobody calls off what is between others.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A kind of thing that can be ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// A party uses what another one offers.
    Bookings,
    /// Sessions of the activities of its projects.
    Sessions,
    /// Projects that are planned or running.
    Projects,
}

impl Sort {
    /// Every one, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Bookings, Self::Sessions, Self::Projects];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bookings => "bookings",
            Self::Sessions => "sessions",
            Self::Projects => "projects",
        }
    }
}

/// What becomes of a kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// It goes on to its own end. A project that an end announced earlier is to stop goes on until that day.
    Keep,
    /// It is cancelled, a project is stopped.
    Cancel,
}

/// One thing that is ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// What it is.
    pub sort: Sort,
    /// Which.
    pub id: Uuid,
    /// The organizations that may call it off.
    pub of: Vec<Uuid>,
    /// Whether it has begun so far that it cannot be called off: something is lent, people are there.
    pub begun: bool,
}

/// What the end makes of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is cancelled or stopped, with the reason of the end.
    Cancelled,
    /// It is kept, as was said.
    Kept,
    /// It was handed over or has begun, so it ends as agreed.
    HasBegun,
    /// It is between others, so they decide.
    OfOthers,
}

/// What was said of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choices {
    /// Of bookings.
    pub bookings: Option<Choice>,
    /// Of sessions.
    pub sessions: Option<Choice>,
    /// Of projects.
    pub projects: Option<Choice>,
}

impl Choices {
    /// What was said of this kind.
    pub const fn of(self, sort: Sort) -> Option<Choice> {
        match sort {
            Sort::Bookings => self.bookings,
            Sort::Sessions => self.sessions,
            Sort::Projects => self.projects,
        }
    }
}

/// Whether something will have begun when the agreement ends on `on`: it has today, or it begins before a later end.
pub fn begun_by(begun: bool, first_day: Option<NaiveDate>, today: NaiveDate, on: NaiveDate) -> bool {
    begun || today < on && first_day.is_some_and(|first| first < on)
}

/// What the end by this party does to each thing that is ahead, in their order; or the kinds of which nothing was said
/// although there are some: nothing is left in silence.
///
/// # Errors
/// Some kinds have no choice.
pub fn decide(by: Uuid, ahead: &[Ahead], choices: Choices) -> Result<Vec<Outcome>, Vec<Sort>> {
    let open: BTreeSet<Sort> = ahead.iter().map(|one| one.sort).filter(|sort| choices.of(*sort).is_none()).collect();
    if !open.is_empty() {
        return Err(open.into_iter().collect());
    }
    let outcome = |one: &Ahead| match choices.of(one.sort) {
        Some(Choice::Cancel) if one.begun => Outcome::HasBegun,
        Some(Choice::Cancel) if !one.of.contains(&by) => Outcome::OfOthers,
        Some(Choice::Cancel) => Outcome::Cancelled,
        Some(Choice::Keep) | None => Outcome::Kept,
    };
    Ok(ahead.iter().map(outcome).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn thing(sort: Sort, of: &[u128], begun: bool) -> Ahead {
        Ahead { sort, id: id(9), of: of.iter().map(|number| id(*number)).collect(), begun }
    }

    #[test]
    fn each_thing_by_what_was_said_who_it_is_of_and_whether_it_has_begun() {
        use Choice::{Cancel, Keep};
        for sort in Sort::ALL {
            for (choice, of, begun, outcome) in [
                (Keep, vec![1, 2], false, Outcome::Kept),
                (Keep, vec![2, 3], true, Outcome::Kept),
                (Cancel, vec![1, 2], false, Outcome::Cancelled),
                (Cancel, vec![2, 1], false, Outcome::Cancelled),
                (Cancel, vec![1, 2], true, Outcome::HasBegun),
                (Cancel, vec![2, 3], false, Outcome::OfOthers),
                (Cancel, vec![2, 3], true, Outcome::HasBegun),
            ] {
                let said = Some(choice);
                let choices = Choices { bookings: said, sessions: said, projects: said };
                assert_eq!(
                    decide(id(1), &[thing(sort, &of, begun)], choices),
                    Ok(vec![outcome]),
                    "{sort:?} {choice:?}"
                );
            }
        }
    }

    #[test]
    fn what_begins_before_a_later_end_has_begun_by_then() {
        let day = |day: u32| NaiveDate::from_ymd_opt(2026, 6, day).expect("a day");
        for (begun, first, on, expected) in [
            (false, Some(9), 9, false),
            (false, Some(8), 9, false),
            (true, Some(8), 9, true),
            (false, Some(11), 12, true),
            (false, Some(12), 12, false),
            (false, None, 12, false),
            (true, None, 12, true),
        ] {
            assert_eq!(begun_by(begun, first.map(day), day(9), day(on)), expected, "{begun} {first:?} {on}");
        }
    }

    #[test]
    fn nothing_is_left_in_silence() {
        let ahead = [thing(Sort::Projects, &[1], false), thing(Sort::Bookings, &[1, 2], false)];
        assert_eq!(decide(id(1), &ahead, Choices::default()), Err(vec![Sort::Bookings, Sort::Projects]));
        let some = Choices { bookings: Some(Choice::Cancel), ..Choices::default() };
        assert_eq!(decide(id(1), &ahead, some), Err(vec![Sort::Projects]));
        let both = Choices { projects: Some(Choice::Keep), ..some };
        assert_eq!(decide(id(1), &ahead, both), Ok(vec![Outcome::Kept, Outcome::Cancelled]), "in their order");
        assert_eq!(decide(id(1), &[], Choices::default()), Ok(vec![]), "nothing is ahead, nothing is asked");
    }
}
