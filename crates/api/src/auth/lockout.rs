//! How long to wait after failed sign-ins. Pure.

use chrono::{DateTime, TimeDelta, Utc};

/// Failures of one login that cost nothing.
pub const FREE_FOR_ACCOUNT: i32 = 5;
/// Failures from one address that cost nothing: a whole school may share one.
pub const FREE_FOR_ADDRESS: i32 = 50;
/// After this long without a failure the count starts anew.
pub const FORGET_AFTER: TimeDelta = TimeDelta::minutes(30);

const FIRST: TimeDelta = TimeDelta::seconds(15);
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// Until when a login or an address is locked after this many failures in a row; each doubles the wait.
pub fn locked_until(failures: i32, free: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let beyond = u32::try_from(failures.checked_sub(free)?).ok()?;
    let wait = 1_i32.checked_shl(beyond.min(16)).map_or(LONGEST, |factor| (FIRST * factor).min(LONGEST));
    Some(now + wait)
}

/// Whole seconds to wait, at least one.
pub fn seconds_left(until: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    u64::try_from((until - now).num_seconds() + 1).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let now = DateTime::UNIX_EPOCH;
        let waits: Vec<Option<i64>> = [0, 4, 5, 6, 7, 10, 11, 40, i32::MAX]
            .into_iter()
            .map(|failures| locked_until(failures, 5, now).map(|until| (until - now).num_seconds()))
            .collect();
        assert_eq!(waits, [None, None, Some(15), Some(30), Some(60), Some(480), Some(900), Some(900), Some(900)]);
    }
}
