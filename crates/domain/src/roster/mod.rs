//! Rosters: what a sheet or a school's system says about who is in which class, read cell by cell, compared with what
//! is known, and judged: added, changed, moved, left, unchanged, or refused with the reasons.
//!
//! [`cell`] reads single cells, [`row`] whole rows, [`difference`] compares a file with the known persons, and
//! [`Removal`] says when a file would remove too many of them.

pub mod cell;
mod difference;
pub mod row;

pub use difference::{
    Change, Decided, Decision, Identity, Known, Open, Outcome, ReadRow, Rules, Target, decide_one, difference, leave,
    leaves,
};
pub use row::{Cells, Entry, Faults, Incoming, Place, Refusal, SchoolList, Wish, read_row};

/// The grade under which the staff of a school stands: every enrolment is in a class, and staff has one of its own.
pub const STAFF_GRADE: i32 = 20;

/// The name of the class of the staff.
pub const STAFF_CLASS: &str = "教职工";

/// How many may leave through one import before somebody has to say that it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// More than this many of a hundred enrolled …
    pub percent: u32,
    /// … and at least this many persons.
    pub minimum: u64,
}

impl Default for Removal {
    fn default() -> Self {
        Self { percent: 10, minimum: 20 }
    }
}

impl Removal {
    /// Whether `leaving` of `enrolled` are so many that it must be asked whether it is meant.
    pub fn is_too_many(self, enrolled: u64, leaving: u64) -> bool {
        leaving >= self.minimum.max(1) && leaving.saturating_mul(100) > enrolled.saturating_mul(u64::from(self.percent))
    }
}

/// The school year of a day, named by the year in which it starts: it turns in August.
pub fn school_year_of(day: chrono::NaiveDate) -> i32 {
    use chrono::Datelike;
    if day.month() >= 8 { day.year() } else { day.year().saturating_sub(1) }
}

/// What becomes of a class at the end of the school year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promotion {
    /// Its pupils go on in this grade.
    To(i32),
    /// Its pupils leave the school.
    Leaves,
}

/// What becomes of a class of this grade in a school whose highest grade is `top`.
pub fn promotion(grade: i32, top: i32) -> Promotion {
    match grade {
        STAFF_GRADE => Promotion::To(STAFF_GRADE),
        grade if grade >= top => Promotion::Leaves,
        grade => Promotion::To(grade.saturating_add(1)),
    }
}

/// The highest grade of a school when nobody has said which: the end of the stage of its highest class.
pub fn usual_top(highest_class: i32) -> i32 {
    match highest_class {
        ..=0 => 0,
        1..=6 => 6,
        7..=9 => 9,
        _ => 12,
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(100, 10, false)] // ten of a hundred, and fewer than twenty
    #[case(100, 19, false)]
    #[case(100, 20, true)]
    #[case(200, 20, false)] // not more than a tenth
    #[case(200, 21, true)]
    #[case(0, 0, false)]
    #[case(20, 20, true)]
    fn many_leaving_must_be_meant(#[case] enrolled: u64, #[case] leaving: u64, #[case] too_many: bool) {
        assert_eq!(Removal::default().is_too_many(enrolled, leaving), too_many);
    }

    #[rstest]
    #[case("2026-08-01", 2026)]
    #[case("2026-07-31", 2025)]
    #[case("2026-12-31", 2026)]
    #[case("2027-01-01", 2026)]
    fn a_school_year_turns_in_august(#[case] day: NaiveDate, #[case] year: i32) {
        assert_eq!(school_year_of(day), year);
    }

    #[rstest]
    #[case(5, 6, Promotion::To(6))]
    #[case(6, 6, Promotion::Leaves)]
    #[case(6, 9, Promotion::To(7))]
    #[case(0, 0, Promotion::Leaves)]
    #[case(STAFF_GRADE, 6, Promotion::To(STAFF_GRADE))]
    fn classes_go_up_until_the_top(#[case] grade: i32, #[case] top: i32, #[case] expected: Promotion) {
        assert_eq!(promotion(grade, top), expected);
    }
}
