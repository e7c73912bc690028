//! Who takes part.

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A pupil or student.
    #[default]
    Student,
    /// A teacher.
    Teacher,
}

impl PersonKind {
    /// The word in documents and files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Teacher => "teacher",
        }
    }
}

/// A participant, as the engine reads one. `grade`, `school_id` and `class_id` are those of now; a record may carry
/// those of its own day, which then go first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// Identity in the caller's world.
    pub id: String,
    /// Student or teacher.
    pub kind: PersonKind,
    /// School grade, 1 for the first; 0 and below for kindergarten.
    pub grade: Option<i32>,
    /// Date of birth, for ages.
    pub birth_date: Option<NaiveDate>,
    /// School.
    pub school_id: Option<String>,
    /// Class.
    pub class_id: Option<String>,
    /// Free words that policies may match.
    pub tags: Vec<String>,
}

impl Person {
    /// Whole years of age on `day`; nothing when the date of birth is unknown. Born on 29 February, a person turns on
    /// 1 March in other years.
    pub fn age_on(&self, day: NaiveDate) -> Option<i32> {
        let born = self.birth_date?;
        let years = day.year().saturating_sub(born.year());
        let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
        Some(years.saturating_sub(i32::from(before_birthday)))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2014-05-02", "2024-05-01", 9)]
    #[case("2014-05-02", "2024-05-02", 10)]
    #[case("2012-02-29", "2023-02-28", 10)]
    #[case("2012-02-29", "2023-03-01", 11)]
    fn a_year_older_on_the_birthday(#[case] born: NaiveDate, #[case] day: NaiveDate, #[case] age: i32) {
        let person = Person { birth_date: Some(born), ..Person::default() };
        assert_eq!(person.age_on(day), Some(age));
    }
}
