//! Tours: one thing visits several places in turn, between which days of travel may lie.

use chrono::NaiveDate;
use thiserror::Error;

use super::days::Days;

/// The most stops of one tour.
pub const MOST_STOPS: usize = 100;

/// Why a tour cannot be so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// A tour is of several stops.
    #[error("a tour has from 2 to {MOST_STOPS} stops, not {0}")]
    Count(usize),
    /// Two stops have a day in common.
    #[error("stops {} and {} have days in common", .0.one, .0.other)]
    Collide(Collision),
    /// A stop lies before the one that it follows.
    #[error("stop {stop} begins on {first}, before the stop that it follows")]
    OutOfOrder {
        /// Its number, from 1.
        stop: usize,
        /// Its first day.
        first: NaiveDate,
    },
}

/// Two stops that want the same thing on the same day, by their numbers from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collision {
    /// The earlier one.
    pub one: usize,
    /// The later one.
    pub other: usize,
}

/// Whether these stops, in the order of the visits, can be one tour.
///
/// # Errors
/// Everything that stands in the way, in the order of the stops.
pub fn check(stops: &[Days]) -> Result<(), Vec<Refusal>> {
    let mut refusals = Vec::new();
    if stops.len() < 2 || stops.len() > MOST_STOPS {
        return Err(vec![Refusal::Count(stops.len())]);
    }
    let numbered: Vec<(usize, Days)> = (1..).zip(stops.iter().copied()).collect();
    for (at, (number, days)) in numbered.iter().enumerate() {
        let earlier = numbered.iter().take(at);
        for (one, _) in earlier.clone().filter(|(_, other)| other.overlap(*days)) {
            refusals.push(Refusal::Collide(Collision { one: *one, other: *number }));
        }
        let apart = earlier.clone().all(|(_, other)| !other.overlap(*days));
        let before = at.checked_sub(1).and_then(|before| numbered.get(before));
        if apart && before.is_some_and(|(_, before)| days.first() < before.first()) {
            refusals.push(Refusal::OutOfOrder { stop: *number, first: days.first() });
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

/// With which other stops a stop would collide on other days. The names are those of the stops.
pub fn moved<S: Copy + PartialEq>(stops: &[(S, Days)], stop: S, to: Days) -> Vec<(S, Days)> {
    stops.iter().filter(|(other, days)| *other != stop && days.overlap(to)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: u32, last: u32) -> Days {
        let day = |day| NaiveDate::from_ymd_opt(2026, 9, day).expect("a day of September");
        Days::new(day(first), day(last)).expect("in order")
    }

    #[test]
    fn a_tour_visits_in_turn_with_days_of_travel_between() {
        assert_eq!(check(&[days(1, 4), days(7, 10), days(11, 11), days(20, 30)]), Ok(()));
        assert_eq!(check(&[days(1, 4)]), Err(vec![Refusal::Count(1)]));
        assert_eq!(check(&vec![days(1, 1); 101]), Err(vec![Refusal::Count(101)]));
        let collide = |one, other| Refusal::Collide(Collision { one, other });
        assert_eq!(
            check(&[days(1, 4), days(4, 8), days(3, 9), days(10, 12)]),
            Err(vec![collide(1, 2), collide(1, 3), collide(2, 3)])
        );
        let early = Refusal::OutOfOrder { stop: 2, first: days(1, 1).first() };
        assert_eq!(check(&[days(5, 6), days(1, 2)]), Err(vec![early]));
    }

    #[test]
    fn moving_a_stop_tells_whom_it_meets() {
        let stops = [('a', days(1, 4)), ('b', days(7, 10)), ('c', days(12, 14))];
        assert_eq!(moved(&stops, 'b', days(5, 6)), []);
        assert_eq!(moved(&stops, 'b', days(4, 12)), [('a', days(1, 4)), ('c', days(12, 14))]);
        assert_eq!(moved(&stops, 'b', days(8, 11)), [], "its own days are not in its way");
        assert_eq!(moved(&stops, 'a', days(14, 15)), [('c', days(12, 14))]);
    }
}
