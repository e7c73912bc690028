//! Days that items are held, which of them are free, and when the next ones are.

use chrono::{Days as Count, NaiveDate};
use thiserror::Error;

/// The longest that one booking may hold something.
pub const LONGEST: u64 = 366;

/// Days from the first to the last, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    first: NaiveDate,
    last: NaiveDate,
}

/// Why days cannot be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The last day lies before the first.
    #[error("the last day, {last}, lies before the first, {first}")]
    EndsBeforeItBegins {
        /// First day.
        first: NaiveDate,
        /// Last day.
        last: NaiveDate,
    },
    /// More days than one booking may hold something.
    #[error("{days} days are more than the {LONGEST} that one booking may take")]
    TooLong {
        /// How many.
        days: u64,
    },
}

impl Days {
    /// Days that do not end before they begin, and are not too many.
    pub fn new(first: NaiveDate, last: NaiveDate) -> Result<Self, Refusal> {
        let days = Self { first, last };
        match days.count() {
            0 => Err(Refusal::EndsBeforeItBegins { first, last }),
            1..=LONGEST => Ok(days),
            count => Err(Refusal::TooLong { days: count }),
        }
    }

    /// First day.
    pub const fn first(self) -> NaiveDate {
        self.first
    }

    /// Last day.
    pub const fn last(self) -> NaiveDate {
        self.last
    }

    /// How many days.
    pub fn count(self) -> u64 {
        let between = self.last.signed_duration_since(self.first).num_days();
        u64::try_from(between).ok().and_then(|days| days.checked_add(1)).unwrap_or(0)
    }

    /// Whether the two have a day in common.
    pub fn overlap(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Whether `day` is one of them.
    pub fn hold(self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// As many days, beginning on `first`; none past the end of the calendar.
    pub fn beginning(self, first: NaiveDate) -> Option<Self> {
        let more = self.count().checked_sub(1)?;
        Some(Self { first, last: first.checked_add_days(Count::new(more))? })
    }
}

/// An item with the days on which bookings hold it. `B` names a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<I, B> {
    /// The item.
    pub id: I,
    /// By which booking it is held, and when.
    pub held: Vec<(B, Days)>,
}

impl<I, B> Item<I, B> {
    /// Whether nothing holds it on any of the days.
    pub fn is_free(&self, days: Days) -> bool {
        self.held.iter().all(|(_, held)| !held.overlap(days))
    }
}

/// The first `quantity` items, in the order given, that are free on all of these spans of days.
///
/// # Errors
/// There are fewer: the bookings in the way, each once, by their first day.
pub fn choose<I: Copy, B: Copy + Ord>(
    items: &[Item<I, B>],
    spans: &[Days],
    quantity: usize,
) -> Result<Vec<I>, Vec<(B, Days)>> {
    let free: Vec<I> = items
        .iter()
        .filter(|item| spans.iter().all(|days| item.is_free(*days)))
        .map(|item| item.id)
        .take(quantity)
        .collect();
    if free.len() == quantity {
        return Ok(free);
    }
    let mut in_the_way: Vec<(B, Days)> = items
        .iter()
        .flat_map(|item| &item.held)
        .filter(|(_, held)| spans.iter().any(|days| days.overlap(*held)))
        .copied()
        .collect();
    in_the_way.sort_by_key(|(booking, days)| (*days, *booking));
    in_the_way.dedup();
    Err(in_the_way)
}

/// The first days, from `from` on and within `horizon` days of it, on which `wanted` could begin with `quantity` items;
/// each follows the one before only after a day on which it could not, so that they are different chances.
pub fn next_free<I, B>(
    items: &[Item<I, B>],
    wanted: Days,
    quantity: usize,
    from: NaiveDate,
    horizon: u64,
    most: usize,
) -> Vec<Days> {
    let mut chances: Vec<Days> = Vec::new();
    let mut day = Some(from);
    let end = from.checked_add_days(Count::new(horizon));
    let mut open = false;
    while let Some(first) = day.filter(|day| end.is_some_and(|end| *day <= end)) {
        if chances.len() >= most {
            break;
        }
        let fits = wanted
            .beginning(first)
            .filter(|days| items.iter().filter(|item| item.is_free(*days)).take(quantity).count() == quantity);
        match fits {
            Some(days) if !open => {
                chances.push(days);
                open = true;
            }
            Some(_) => {}
            None => open = false,
        }
        day = first.succ_opt();
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(of_march: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, of_march).expect("a day of March")
    }

    fn days(first: u32, last: u32) -> Days {
        Days::new(day(first), day(last)).expect("in order")
    }

    #[test]
    fn days_are_in_order_and_not_too_many() {
        assert_eq!(days(3, 3).count(), 1);
        assert_eq!(
            Days::new(day(4), day(3)),
            Err(Refusal::EndsBeforeItBegins { first: day(4), last: day(3) }),
            "one day back"
        );
        let year = NaiveDate::from_ymd_opt(2027, 3, 1).expect("a day");
        assert_eq!(Days::new(day(1), year).map(Days::count), Ok(366));
        let more = year.succ_opt().expect("a day");
        assert_eq!(Days::new(day(1), more), Err(Refusal::TooLong { days: 367 }));
    }

    #[test]
    fn neighbours_do_not_overlap_but_a_common_day_does() {
        for (one, other, expected) in [
            (days(1, 3), days(4, 5), false),
            (days(1, 3), days(3, 5), true),
            (days(1, 9), days(4, 5), true),
            (days(4, 5), days(4, 5), true),
        ] {
            assert_eq!((one.overlap(other), other.overlap(one)), (expected, expected), "{one:?} {other:?}");
        }
    }

    #[test]
    fn items_are_chosen_in_order_and_the_bookings_in_the_way_are_named() {
        let items = [
            Item { id: 'a', held: vec![(1, days(1, 5))] },
            Item { id: 'b', held: vec![] },
            Item { id: 'c', held: vec![(2, days(5, 6)), (3, days(9, 9))] },
        ];
        assert_eq!(choose(&items, &[days(6, 7)], 2), Ok(vec!['a', 'b']));
        assert_eq!(choose(&items, &[days(1, 2)], 2), Ok(vec!['b', 'c']));
        assert_eq!(choose(&items, &[days(5, 5)], 2), Err(vec![(1, days(1, 5)), (2, days(5, 6))]));
        assert_eq!(choose(&items, &[days(6, 6), days(9, 9)], 3), Err(vec![(2, days(5, 6)), (3, days(9, 9))]));
        assert_eq!(choose(&items, &[days(20, 20)], 4), Err(vec![]), "there are only three");
    }

    #[test]
    fn the_next_chances_are_told() {
        let items = [Item { id: 'a', held: vec![(1, days(3, 5)), (2, days(8, 9))] }];
        let found = next_free(&items, days(1, 2), 1, day(2), 20, 3);
        assert_eq!(found, [days(6, 7), days(10, 11)]);
        assert_eq!(next_free(&items, days(1, 3), 1, day(3), 20, 3), [days(10, 12)]);
        assert!(next_free(&items, days(1, 1), 2, day(3), 20, 3).is_empty(), "there is only one");
    }
}
