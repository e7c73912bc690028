//! When a sheet is out of date though no record changed: a period that is current has ended, or somebody is older.

use chrono::NaiveDate;

use super::Policy;
use super::condition::Condition;
use super::document::{Take, Test};
use super::parts::Part;
use crate::person::Person;

/// Whose sheets may say something else on one day than on another, while records and persons stay as they are. Credits
/// never do: they go by the days of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nobody's.
    Nothing,
    /// Of those whose age changes between the days.
    Birthdays,
    /// Everybody's: a period that a measure takes as the current one begins between the days.
    Everybody,
}

impl Turn {
    /// Whether it touches a person born on that day.
    pub fn touches(self, born: Option<NaiveDate>, one: NaiveDate, other: NaiveDate) -> bool {
        let person = Person { birth_date: born, ..Person::default() };
        match self {
            Self::Nothing => false,
            Self::Birthdays => person.age_on(one) != person.age_on(other),
            Self::Everybody => true,
        }
    }
}

impl Policy {
    /// What may change in sheets between asking of one day and of another ([`super::Options::today`]).
    pub fn turn(&self, one: NaiveDate, other: NaiveDate) -> Turn {
        if one == other {
            return Turn::Nothing;
        }
        let index = |period, day| self.plan.almanac.index(period, day, None);
        let current =
            self.document.measures.iter().filter_map(|m| m.period.as_ref()).filter(|p| p.take == Take::Current);
        if current.map(|p| p.of).any(|period| index(period, one) != index(period, other)) {
            Turn::Everybody
        } else if self.asks_age_today() {
            Turn::Birthdays
        } else {
            Turn::Nothing
        }
    }

    /// Whether anything is asked of a person's age on the day, rather than on that of a record.
    fn asks_age_today(&self) -> bool {
        let document = &self.document;
        let levels = document.ladders.iter().flat_map(|l| &l.levels).filter_map(|l| l.when.as_ref());
        let requirements = document.requirements.iter().map(|r| &r.when);
        let words = document.outputs.iter().flat_map(|o| &o.words).filter_map(|w| w.when.as_ref());
        let points = document.measures.iter().filter_map(|m| m.points.as_ref()).map(|p| &p.when);
        let mut tests = levels.chain(requirements).chain(words).chain(points);
        asks_age(&document.eligible)
            || document.requirements.iter().any(|r| asks_age(&r.applies_to))
            || tests.any(test_asks_age)
    }
}

fn test_asks_age(test: &Test) -> bool {
    let some = test.some.iter().flat_map(|s| &s.of);
    test.person.as_ref().is_some_and(asks_age)
        || test.all.iter().chain(&test.any).chain(some).chain(test.not.as_deref()).any(test_asks_age)
}

fn asks_age(condition: &Condition) -> bool {
    condition.parts().into_iter().any(|part| match part {
        Part::Numbers(name, _) => name == "age",
        Part::All(parts) | Part::Any(parts) => parts.iter().any(asks_age),
        Part::Not(not) => asks_age(not),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use rstest::rstest;

    use super::{Policy, Turn};

    fn policy(rest: &str) -> Policy {
        let text =
            format!("kepu: 1\nid: t\nversion: '1'\ntitle: t\nrules: [ {{ id: a, credit: {{ fixed: 1 }} }} ]\n{rest}");
        Policy::parse(&text).expect("a policy")
    }

    fn current(period: &str) -> String {
        format!("measures: [ {{ id: m, sum: credits, period: {{ of: {period}, take: current }} }} ]\n")
    }

    #[rstest]
    #[case("day", "2026-03-01", "2026-03-02")]
    #[case("week", "2026-03-01", "2026-03-02")]
    #[case("month", "2026-03-31", "2026-04-01")]
    #[case("term", "2026-01-31", "2026-02-01")]
    #[case("school_year", "2026-08-31", "2026-09-01")]
    #[case("year", "2026-12-31", "2027-01-01")]
    fn a_current_period_turns_on_its_first_day(#[case] of: &str, #[case] last: NaiveDate, #[case] first: NaiveDate) {
        let policy = policy(&current(of));
        assert_eq!(policy.turn(last, first), Turn::Everybody);
        assert_eq!(policy.turn(first, last), Turn::Everybody, "back too");
        assert_eq!(policy.turn(first, first), Turn::Nothing);
        if of != "day" {
            let next = first.succ_opt().expect("the next day");
            assert_eq!(policy.turn(first, next), Turn::Nothing);
        }
    }

    #[test]
    fn days_between_dated_terms_are_a_period_too() {
        let calendar = "calendar: { terms: [ { id: one, from: 2025-09-01, to: 2026-01-25 },
            { id: two, from: 2026-02-23, to: 2026-07-10 } ] }\n";
        let policy = policy(&format!("{calendar}{}", current("term")));
        let turn = |one: &str, other: &str| policy.turn(one.parse().expect("a day"), other.parse().expect("a day"));
        assert_eq!(turn("2026-01-25", "2026-01-26"), Turn::Everybody);
        assert_eq!(turn("2026-01-26", "2026-02-22"), Turn::Nothing);
        assert_eq!(turn("2026-02-22", "2026-02-23"), Turn::Everybody);
    }

    #[rstest]
    #[case("")]
    #[case("measures: [ { id: m, sum: credits, period: { of: term, take: best } } ]\n")]
    #[case("measures: [ { id: m, sum: credits, of: { age: 12 } } ]\n")]
    #[case("requirements: [ { id: r, when: { measure: total, at_least: 1 } } ]\n")]
    fn what_goes_by_records_alone_never_turns(#[case] rest: &str) {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert_eq!(policy(rest).turn(day("2020-01-01"), day("2030-01-01")), Turn::Nothing);
    }

    #[test]
    fn a_stage_goes_by_the_grade_not_by_the_day() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert_eq!(policy(&current("stage")).turn(day("2020-01-01"), day("2030-01-01")), Turn::Nothing);
    }

    #[rstest]
    #[case("eligible: { age: { from: 7 } }\n")]
    #[case("eligible: { any: [ { grade: 3 }, { not: { age: 7 } } ] }\n")]
    #[case("requirements: [ { id: r, for: { age: 7 }, when: { measure: total, at_least: 1 } } ]\n")]
    #[case("requirements: [ { id: r, when: { any: [ { person: { age: 7 } }, { measure: total, at_least: 1 } ] } } ]\n")]
    #[case("ladders: [ { id: l, levels: [ { id: one, when: { not: { person: { age: 7 } } } } ] } ]\n")]
    #[case("outputs: [ { id: o, words: [ { word: a, when: { person: { age: 7 } } }, { word: b } ] } ]\n")]
    #[case("measures: [ { id: m, points: { when: { person: { age: 7 } }, value: 1 } } ]\n")]
    fn an_age_turns_on_birthdays(#[case] rest: &str) {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let (before, on) = (day("2026-05-01"), day("2026-05-02"));
        let turn = policy(rest).turn(before, on);
        assert_eq!(turn, Turn::Birthdays);
        assert!(turn.touches(Some(day("2015-05-02")), before, on));
        assert!(!turn.touches(Some(day("2015-05-03")), before, on));
        assert!(!turn.touches(None, before, on));
    }
}
