//! What follows when somebody registers and does not come: a warning, or no registration for some days.
//!
//! Nothing is stored of it: absences are counted when somebody asks, so that one that is corrected is gone from the count.

use chrono::{Days, NaiveDate};

/// What a district does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Absences count for so many days, the day of the absence among them.
    pub within_days: u32,
    /// With so many absences a person is warned; none for never.
    pub warn_after: Option<u32>,
    /// When persons are barred; none for never.
    pub bar: Option<Bar>,
}

/// When persons are barred, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// By each absence that makes it so many or more.
    pub after: u32,
    /// For so many days after the day of that absence.
    pub days: u32,
}

impl Policy {
    /// How many days before a day absences may still matter on it.
    pub fn reach(&self) -> u32 {
        self.within_days.saturating_add(self.bar.map_or(0, |bar| bar.days))
    }
}

/// How a person stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Absences that count on that day; all up to then where there is no policy.
    pub count: u32,
    /// Whether that is enough for a warning.
    pub warned: bool,
    /// The last day on which the person is barred; none if it is not barred on that day.
    pub barred_until: Option<NaiveDate>,
}

/// How somebody with these days of absence, in any order, stands on `day`.
pub fn standing(policy: Option<&Policy>, absences: &[NaiveDate], day: NaiveDate) -> Standing {
    let Some(policy) = policy else {
        return Standing { count: count(absences, |absence| absence <= day), ..Standing::default() };
    };
    let on = |day: NaiveDate| {
        let counts = |absence: NaiveDate| {
            let ago = day.signed_duration_since(absence).num_days();
            (0..i64::from(policy.within_days)).contains(&ago)
        };
        count(absences, counts)
    };
    let barred_by = |bar: Bar, absence: NaiveDate| {
        let until = absence.checked_add_days(Days::new(u64::from(bar.days))).unwrap_or(NaiveDate::MAX);
        (absence <= day && day <= until && on(absence) >= bar.after).then_some(until)
    };
    let now = on(day);
    Standing {
        count: now,
        warned: policy.warn_after.is_some_and(|after| now >= after),
        barred_until: policy.bar.and_then(|bar| absences.iter().filter_map(|absence| barred_by(bar, *absence)).max()),
    }
}

fn count(absences: &[NaiveDate], counts: impl Fn(NaiveDate) -> bool) -> u32 {
    u32::try_from(absences.iter().filter(|absence| counts(**absence)).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A day of March 2026; later ones run on into April.
    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 2, 28).unwrap().checked_add_days(Days::new(number)).unwrap()
    }

    fn days(numbers: &[u64]) -> Vec<NaiveDate> {
        numbers.iter().map(|number| day(*number)).collect()
    }

    /// What it is; the policy, the days of absence, and the day; the count, whether warned, and until when barred.
    type Row<'r> = (&'r str, Option<Policy>, &'r [u64], u64, (u32, bool, Option<u64>));

    #[test]
    fn each_outcome() {
        let bar = Bar { after: 3, days: 7 };
        let both = Policy { within_days: 10, warn_after: Some(2), bar: Some(bar) };
        let warns = Policy { bar: None, ..both };
        let bars = Policy { warn_after: None, ..both };
        let strict = Policy { within_days: 1, warn_after: None, bar: Some(Bar { after: 1, days: 1 }) };
        let table: [Row<'_>; 20] = [
            ("never absent", Some(both), &[], 10, (0, false, None)),
            ("no policy", None, &[1, 2, 3], 4, (3, false, None)),
            ("no policy, and what comes later", None, &[1, 9], 4, (1, false, None)),
            ("once", Some(both), &[5], 10, (1, false, None)),
            ("twice", Some(both), &[5, 6], 10, (2, true, None)),
            ("twice, on the last day that counts", Some(both), &[5, 6], 14, (2, true, None)),
            ("twice, one is too long ago", Some(both), &[5, 6], 15, (1, false, None)),
            ("three times, on the day itself", Some(both), &[4, 5, 6], 6, (3, true, Some(13))),
            ("three times, in any order", Some(both), &[6, 4, 5], 6, (3, true, Some(13))),
            ("three times, on the last day", Some(both), &[4, 5, 6], 13, (3, true, Some(13))),
            ("three times, and it is over", Some(both), &[4, 5, 6], 14, (2, true, None)),
            ("three times, too far apart", Some(both), &[1, 5, 11], 11, (2, true, None)),
            ("three times, just close enough", Some(both), &[2, 5, 11], 11, (3, true, Some(18))),
            ("three times on one day", Some(both), &[6, 6, 6], 6, (3, true, Some(13))),
            ("a fourth time bars on", Some(both), &[4, 5, 6, 10], 14, (3, true, Some(17))),
            ("a later absence does not count yet", Some(both), &[4, 5, 6], 5, (2, true, None)),
            ("warned alone", Some(warns), &[4, 5, 6], 6, (3, true, None)),
            ("barred alone", Some(bars), &[4, 5, 6], 6, (3, false, Some(13))),
            ("barred while nothing counts any more", Some(strict), &[6], 7, (0, false, Some(7))),
            ("and over", Some(strict), &[6], 8, (0, false, None)),
        ];
        for (what, policy, absences, on, (count, warned, until)) in table {
            let expected = Standing { count, warned, barred_until: until.map(day) };
            assert_eq!(standing(policy.as_ref(), &days(absences), day(on)), expected, "{what}");
        }
    }

    #[test]
    fn what_is_further_back_than_the_reach_does_not_matter() {
        let policy = Policy { within_days: 10, warn_after: Some(2), bar: Some(Bar { after: 3, days: 7 }) };
        assert_eq!(policy.reach(), 17);
        for today in 18..60 {
            let near = days(&[today - 17, today - 8, today - 7]);
            let far = [near.clone(), days(&[today - 17])].concat();
            assert_eq!(standing(Some(&policy), &near, day(today)), standing(Some(&policy), &far, day(today)));
        }
    }
}
