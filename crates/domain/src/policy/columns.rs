//! Records and persons from the columns of a sheet. Every wrong cell is reported, not only the first.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use serde::Serialize;

use super::Policy;
use crate::credit::Credit;
use crate::person::{Person, PersonKind};
use crate::record::{HeldDesignation, Record};
use crate::roster::cell::fold;
use crate::text::{Text, say};

/// Columns of a sheet of records. The first three are always needed.
pub const RECORD_COLUMNS: [&str; 30] = [
    "record_id",
    "person_id",
    "starts_at",
    "kind",
    "minutes",
    "quantity",
    "activity_id",
    "session_id",
    "host_id",
    "host_level",
    "host_designations",
    "host_designated_from",
    "host_designated_to",
    "contest_id",
    "contest_series",
    "contest_level",
    "award",
    "place",
    "places_listed",
    "work_id",
    "team_position",
    "team_size",
    "voluntary",
    "school_day",
    "tags",
    "session_rank",
    "class_rank",
    "grade",
    "school_id",
    "class_id",
];

/// Columns of a sheet of people. The first is always needed.
pub const PERSON_COLUMNS: [&str; 7] = ["person_id", "kind", "grade", "birth_date", "school_id", "class_id", "tags"];

/// A cell that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellError {
    /// The column.
    pub column: &'static str,
    /// What stands there.
    pub value: String,
    /// What was expected.
    pub expected: Text,
}

/// A record and the id of its person, from the cells of a row; `cell` answers a column's text, empty or nothing where
/// there is none.
///
/// # Errors
/// Every cell that cannot be read.
pub fn record<'c>(policy: &Policy, cell: impl Fn(&str) -> Option<&'c str>) -> Result<(String, Record), Vec<CellError>> {
    let mut row = Row { cell, errors: Vec::new() };
    let id = row.needed("record_id");
    let person_id = row.needed("person_id");
    let starts_at = row.get("starts_at", MOMENT, |text| moment(policy, text));
    if starts_at.is_none() && row.text("starts_at").is_none() {
        row.wrong("starts_at", "", MOMENT.text());
    }
    let from: Option<NaiveDate> = row.parse("host_designated_from", DATE);
    let to: Option<NaiveDate> = row.parse("host_designated_to", DATE);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        let expected = say(
            format!("不早于 host_designated_from（{from}）的日期"),
            format!("a day on or after host_designated_from ({from})"),
        );
        row.wrong("host_designated_to", &to.to_string(), expected);
    }
    let mut names = row.list("host_designations");
    if names.is_empty() && (from.is_some() || to.is_some()) {
        names.push(String::new());
    }
    let record = Record {
        id,
        starts_at: starts_at.unwrap_or_default(),
        kind: row.word("kind"),
        minutes: row.number("minutes", 0, 100_000),
        quantity: row.get("quantity", AMOUNT, |text| fold(text).parse::<Credit>().ok().filter(|q| *q >= Credit::ZERO)),
        activity_id: row.word("activity_id"),
        session_id: row.word("session_id"),
        session_rank: row.number("session_rank", 1, 1_000_000),
        class_rank: row.number("class_rank", 1, 1_000_000),
        host_id: row.word("host_id"),
        host_level: row.word("host_level"),
        host_designations: names.into_iter().map(|name| HeldDesignation { name, from, to }).collect(),
        contest_id: row.word("contest_id"),
        contest_series: row.word("contest_series"),
        contest_level: row.word("contest_level"),
        award: row.word("award"),
        place: row.number("place", 1, 1_000_000),
        places_listed: row.number("places_listed", 1, 1_000_000),
        work_id: row.word("work_id"),
        team_position: row.number("team_position", 1, 10_000),
        team_size: row.number("team_size", 1, 10_000),
        voluntary: row.flag("voluntary"),
        school_day: row.flag("school_day"),
        tags: row.list("tags"),
        grade: row.grade(),
        school_id: row.word("school_id"),
        class_id: row.word("class_id"),
    };
    row.not_above("place", record.place, "places_listed", record.places_listed);
    row.not_above("team_position", record.team_position, "team_size", record.team_size);
    row.finish((person_id, record))
}

/// A person from the cells of a row.
///
/// # Errors
/// Every cell that cannot be read.
pub fn person<'c>(cell: impl Fn(&str) -> Option<&'c str>) -> Result<Person, Vec<CellError>> {
    let mut row = Row { cell, errors: Vec::new() };
    let person = Person {
        id: row.needed("person_id"),
        kind: row
            .get("kind", PERSON_KIND, |text| match text.to_ascii_lowercase().as_str() {
                "student" | "学生" => Some(PersonKind::Student),
                "teacher" | "教师" => Some(PersonKind::Teacher),
                _ => None,
            })
            .unwrap_or_default(),
        grade: row.grade(),
        birth_date: row.parse("birth_date", DATE),
        school_id: row.word("school_id"),
        class_id: row.word("class_id"),
        tags: row.list("tags"),
    };
    row.finish(person)
}

/// What was expected, in Chinese and English.
#[derive(Clone, Copy)]
struct Expected(&'static str, &'static str);

impl Expected {
    fn text(self) -> Text {
        say(self.0, self.1)
    }
}

const DATE: Expected = Expected("日期，如 2026-03-01", "a day as YYYY-MM-DD");
const MOMENT: Expected = Expected(
    "日期（2026-03-01）或带时区的时间（2026-03-01T09:00:00+08:00）",
    "a day (2026-03-01) or a time with its offset (2026-03-01T09:00:00+08:00)",
);
const AMOUNT: Expected =
    Expected("0 到 1000000000 的数，最多三位小数", "a decimal number from 0 to 1000000000 with at most three decimals");
const PERSON_KIND: Expected = Expected("student（学生）或 teacher（教师）", "student or teacher");
const NEEDED: Expected = Expected("一个值，此列不可空", "a value; this column is needed");
const WORD: Expected =
    Expected("不超过 200 字，不含控制字符", "at most 200 characters, none of them a control character");
const FLAG: Expected = Expected("true（是）或 false（否）", "true or false");
const GRADE: Expected = Expected("-3 到 20 的整数", "a whole number from -3 to 20");

/// A whole number as sheets have it, in digits as wide as Chinese characters or not: `90`, `90.0`, `９０`.
fn whole(text: &str) -> String {
    let text = fold(text);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A day, a local time, or a moment with its offset.
fn moment(policy: &Policy, text: &str) -> Option<NaiveDateTime> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(policy.local(moment));
    }
    let day = |text: &str| NaiveDate::from_str(text).ok().map(|d| d.and_time(NaiveTime::MIN));
    let local = |format| NaiveDateTime::parse_from_str(text, format).ok();
    day(text).or_else(|| {
        ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"].into_iter().find_map(local)
    })
}

struct Row<F> {
    cell: F,
    errors: Vec<CellError>,
}

impl<'c, F: Fn(&str) -> Option<&'c str>> Row<F> {
    fn text(&self, column: &str) -> Option<&'c str> {
        (self.cell)(column).map(str::trim).filter(|t| !t.is_empty())
    }

    fn wrong(&mut self, column: &'static str, value: &str, expected: Text) {
        self.errors.push(CellError { column, value: value.to_owned(), expected });
    }

    fn get<T>(&mut self, column: &'static str, expected: Expected, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(column)?;
        let value = read(text);
        if value.is_none() {
            self.wrong(column, text, expected.text());
        }
        value
    }

    fn parse<T: FromStr>(&mut self, column: &'static str, expected: Expected) -> Option<T> {
        self.get(column, expected, |text| text.parse().ok())
    }

    fn needed(&mut self, column: &'static str) -> String {
        if self.text(column).is_none() {
            self.wrong(column, "", NEEDED.text());
        }
        self.word(column).unwrap_or_default()
    }

    fn word(&mut self, column: &'static str) -> Option<String> {
        self.get(column, WORD, |text| {
            (text.chars().count() <= 200 && !text.chars().any(char::is_control)).then(|| text.to_owned())
        })
    }

    fn list(&mut self, column: &'static str) -> Vec<String> {
        let text = self.word(column).unwrap_or_default();
        // As people write lists where they do not know our separator; one that knows it may use the others in a name.
        let separators: &[char] = if text.contains([';', '；']) { &[';', '；'] } else { &['、', ',', '，'] };
        text.split(separators).map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect()
    }

    fn number(&mut self, column: &'static str, from: u32, to: u32) -> Option<u32> {
        let text = self.text(column)?;
        let number = whole(text).parse().ok().filter(|n| (from..=to).contains(n));
        if number.is_none() {
            let expected = say(format!("{from} 到 {to} 的整数"), format!("a whole number from {from} to {to}"));
            self.wrong(column, text, expected);
        }
        number
    }

    fn grade(&mut self) -> Option<i32> {
        self.get("grade", GRADE, |text| whole(text).parse().ok().filter(|g| (-3..=20).contains(g)))
    }

    fn flag(&mut self, column: &'static str) -> Option<bool> {
        self.get(column, FLAG, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "是" => Some(true),
            "false" | "no" | "n" | "0" | "否" => Some(false),
            _ => None,
        })
    }

    fn not_above(&mut self, column: &'static str, value: Option<u32>, most_column: &str, most: Option<u32>) {
        if let (Some(value), Some(most)) = (value, most)
            && value > most
        {
            let expected =
                say(format!("不大于 {most_column} 列的 {most}"), format!("at most {most}, as {most_column} says"));
            self.wrong(column, &value.to_string(), expected);
        }
    }

    fn finish<T>(self, value: T) -> Result<T, Vec<CellError>> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "kepu: 1\nid: p\nversion: '1'\ntitle: p\nrules: [{ id: r, credit: { fixed: 1 } }]\n";

    #[test]
    fn numbers_are_read_in_wide_digits_and_what_is_none_is_told_with_its_bounds() {
        let policy = Policy::parse(POLICY).expect("a sound policy");
        let read = |minutes: &'static str, quantity: &'static str, grade: &'static str| {
            record(&policy, move |column| match column {
                "record_id" | "person_id" => Some("1"),
                "starts_at" => Some("2026-03-01"),
                "minutes" => Some(minutes),
                "quantity" => Some(quantity),
                "grade" => Some(grade),
                _ => None,
            })
        };
        let (_, record) = read("９０", "１．５", "７").expect("wide digits");
        assert_eq!((record.minutes, record.grade), (Some(90), Some(7)));
        assert_eq!(record.quantity, Some(Credit::from_milli(1500)));
        assert_eq!(read("90.0", "1.0500", "7.0").expect("digits").1.minutes, Some(90));
        for quantity in ["1.0505", "1000000000000", "-1"] {
            let errors = read("1", quantity, "7").expect_err("no quantity");
            let error = errors.first().expect("an error");
            assert_eq!((errors.len(), error.column, error.value.as_str()), (1, "quantity", quantity));
            assert!(error.expected.en.contains("to 1000000000 with at most three decimals"), "{}", error.expected.en);
            assert!(error.expected.zh.contains("最多三位小数"), "{}", error.expected.zh);
        }
    }

    #[test]
    fn every_expectation_is_told_in_chinese_too() {
        let policy = Policy::parse(POLICY).expect("a sound policy");
        let wrong = |column: &str| match column {
            "place" | "team_position" => Some("2"),
            "places_listed" | "team_size" => Some("1"),
            "host_designated_from" => Some("2026-02-01"),
            "host_designated_to" => Some("2026-01-01"),
            "record_id" => None,
            _ => Some("\u{7}"),
        };
        let mut errors = record(&policy, wrong).expect_err("all is wrong");
        errors.extend(person(|_| Some("\u{7}")).expect_err("all is wrong"));
        errors.extend(record(&policy, |c| (c == "host_designated_to").then_some("x")).expect_err("wrong"));
        assert!(errors.len() > 30);
        for error in errors {
            let zh = &error.expected.zh;
            assert!(zh.chars().any(|c| c > '\u{2e80}'), "{}: {zh}", error.column);
        }
    }
}
