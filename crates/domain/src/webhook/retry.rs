//! When an attempt is made: the plan that Standard Webhooks gives, over a bit more than three days.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// Seconds between the end of an attempt and the next one; the first is made at once.
pub const PLAN: [i64; 10] = [0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

/// The longest wait that a receiver can ask for by `Retry-After`.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

/// Delays are up to so many thousandths longer, so that what failed together is not tried together again.
const SPREAD: i64 = 100;

/// When the next attempt is due after `made` of them, the last of which ended at `ended`; none if it is given up.
/// `wait` is what the receiver asked for; the later of the two counts.
pub fn next(id: Uuid, made: u32, ended: DateTime<Utc>, wait: Option<TimeDelta>) -> Option<DateTime<Utc>> {
    let planned = usize::try_from(made).ok().and_then(|made| PLAN.get(made)).copied()?;
    let delay = planned.saturating_add(planned.saturating_mul(share(id, made)).checked_div(1000).unwrap_or(0));
    let delay = TimeDelta::try_seconds(delay).unwrap_or(TimeDelta::zero());
    let wait = wait.unwrap_or(TimeDelta::zero()).clamp(TimeDelta::zero(), LONGEST_WAIT);
    ended.checked_add_signed(delay.max(wait))
}

/// From 0 to [`SPREAD`], told by the random bits of the id, another one at each attempt.
fn share(id: Uuid, made: u32) -> i64 {
    let bits = id.as_u128().checked_shr(made.saturating_mul(5)).unwrap_or(0);
    i64::try_from(bits.checked_rem(101).unwrap_or(0)).unwrap_or(0).min(SPREAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(id: Uuid, made: u32, wait: Option<i64>) -> Option<i64> {
        let begin = DateTime::UNIX_EPOCH;
        next(id, made, begin, wait.map(TimeDelta::seconds)).map(|due| due.signed_duration_since(begin).num_seconds())
    }

    #[test]
    fn attempts_are_made_as_the_specification_says_with_a_little_spread() {
        let table: Vec<Option<i64>> = (0..12).map(|made| seconds(Uuid::nil(), made, None)).collect();
        let plan = PLAN.map(Some).into_iter().chain([None, None]).collect::<Vec<_>>();
        assert_eq!(table, plan);
        assert_eq!(PLAN.iter().sum::<i64>(), 75 * 3600 + 35 * 60 + 5, "as in its table");
        for n in 0..200_u128 {
            let id = Uuid::from_u128(n * 0x1234_5678_9abc_def1);
            for (made, planned) in (0..).zip(PLAN) {
                let due = seconds(id, made, None).expect("due");
                assert!((planned..=planned + planned / 10).contains(&due), "{planned}: {due}");
            }
        }
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_but_not_for_more_than_a_day() {
        assert_eq!(seconds(Uuid::nil(), 1, Some(120)), Some(120));
        assert_eq!(seconds(Uuid::nil(), 4, Some(120)), Some(7200), "it is not sooner than planned");
        assert_eq!(seconds(Uuid::nil(), 1, Some(10_000_000)), Some(86400));
        assert_eq!(seconds(Uuid::nil(), 1, Some(-9)), Some(5));
        assert_eq!(seconds(Uuid::nil(), 10, Some(120)), None, "nor does it make an attempt more");
    }
}
