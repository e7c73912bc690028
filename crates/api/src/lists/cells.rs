//! The cells of a row, read one by one: what a cell lacks is said of it, and the others are still read.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kepu_domain::roster::cell;

use crate::{error::FieldError, sheet::day_with_hyphens};

/// Text by column.
pub(super) type Cells = BTreeMap<String, String>;

/// Reads the cells of one row.
pub(super) struct Reader<'c> {
    cells: &'c Cells,
    row: u64,
    errors: Vec<FieldError>,
}

impl<'c> Reader<'c> {
    pub(super) fn new(row: u64, cells: &'c Cells) -> Self {
        Self { cells, row, errors: Vec::new() }
    }

    /// Says what is wrong with a cell.
    pub(super) fn refuse(&mut self, column: &str, code: &str, message: impl Into<String>) {
        let error = FieldError::new(column, code, message).value(self.raw(column)).at(self.row, column);
        self.errors.push(error);
    }

    /// What is wrong, if something is.
    pub(super) fn finish(self) -> Result<(), Vec<FieldError>> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }

    fn raw(&self, column: &str) -> &'c str {
        self.cells.get(column).map_or("", |text| text.trim())
    }

    /// The text of a cell; none if it is empty or too long.
    pub(super) fn text(&mut self, column: &str, most: usize) -> Option<String> {
        let text = self.raw(column).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > most {
            self.refuse(column, "too_long", format!("must have at most {most} characters"));
            return None;
        }
        Some(text).filter(|text| !text.is_empty())
    }

    /// The text of a cell that must have one.
    pub(super) fn required(&mut self, column: &str, most: usize) -> Option<String> {
        if self.raw(column).is_empty() {
            self.refuse(column, "required", "must not be empty");
            return None;
        }
        self.text(column, most)
    }

    /// A day: 2026-09-01, 2026/9/1 or 2026年9月1日.
    pub(super) fn day(&mut self, column: &str) -> Option<NaiveDate> {
        let text = self.raw(column);
        if text.is_empty() {
            return None;
        }
        let written = day_with_hyphens(text);
        let day = written.split(['T', ' ']).next().and_then(|day| day.parse().ok());
        if day.is_none() {
            self.refuse(column, "invalid_date", "must be a day such as 2026-09-01");
        }
        day
    }

    /// One of these words, each with what else it may be called; compared without spaces and case.
    pub(super) fn word<T: Copy>(&mut self, column: &str, words: &[(T, &[&str])]) -> Option<T> {
        let text = self.raw(column);
        if text.is_empty() {
            return None;
        }
        let found = word(text, words);
        if found.is_none() {
            let known: Vec<&str> = words.iter().filter_map(|(_, names)| names.first().copied()).collect();
            self.refuse(column, "unknown_word", format!("must be one of {}", known.join(", ")));
        }
        found
    }

    /// Several of these words, between commas, semicolons or 、.
    pub(super) fn words<T: Copy>(&mut self, column: &str, words: &[(T, &[&str])]) -> Vec<T> {
        let parts =
            self.raw(column).split(['、', ';', '；', ',', '，', '/']).map(str::trim).filter(|part| !part.is_empty());
        let found: Vec<Option<T>> = parts.map(|part| word(part, words)).collect();
        if found.iter().any(Option::is_none) {
            let known: Vec<&str> = words.iter().filter_map(|(_, names)| names.first().copied()).collect();
            self.refuse(column, "unknown_word", format!("must be some of {}, with 、 between them", known.join(", ")));
        }
        found.into_iter().flatten().collect()
    }
}

fn word<T: Copy>(text: &str, words: &[(T, &[&str])]) -> Option<T> {
    let text = cell::fold(text).to_lowercase();
    words.iter().find(|(_, names)| names.contains(&text.as_str())).map(|(value, _)| *value)
}

/// Levels as lists write them, as the words that policies read; what else there is stays as it is.
pub(super) fn level(text: &str) -> String {
    let known = [
        ("national", &["国家级", "全国", "国家"][..]),
        ("provincial", &["省级", "省"]),
        ("city", &["市级", "市"]),
        ("district", &["区级", "区", "县级", "县"]),
    ];
    known
        .iter()
        .find(|(_, names)| names.contains(&text))
        .map_or_else(|| text.to_owned(), |(word, _)| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(pairs: &[(&str, &str)]) -> Cells {
        pairs.iter().map(|(column, text)| ((*column).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn days_and_words_are_read_as_people_write_them() {
        let cells = cells(&[
            ("a", "2026/9/1"),
            ("b", "2026年9月1日"),
            ("c", "2026-09-01T00:00:00"),
            ("d", "小学、初中"),
            ("e", "Ｐrimary"),
        ]);
        let mut reader = Reader::new(3, &cells);
        let first = NaiveDate::from_ymd_opt(2026, 9, 1);
        assert_eq!([reader.day("a"), reader.day("b"), reader.day("c")], [first; 3]);
        let words: &[(u8, &[&str])] = &[(1, &["primary", "小学"]), (2, &["junior", "初中"])];
        assert_eq!(reader.words("d", words), [1, 2]);
        assert_eq!(reader.word("e", words), Some(1));
        assert_eq!((reader.day("none"), reader.word("none", words), reader.text("none", 3)), (None, None, None));
        assert_eq!(reader.finish(), Ok(()));
        assert_eq!(
            (level("市级"), level("district"), level("五星")),
            ("city".into(), "district".into(), "五星".into())
        );
    }

    #[test]
    fn each_cell_says_what_it_lacks() {
        let cells = cells(&[("a", "soon"), ("b", "大学"), ("c", "小学,大学"), ("d", "abcd")]);
        let mut reader = Reader::new(3, &cells);
        let words: &[(u8, &[&str])] = &[(1, &["primary", "小学"])];
        reader.day("a");
        reader.word("b", words);
        reader.words("c", words);
        reader.text("d", 3);
        reader.required("e", 3);
        let errors = reader.finish().expect_err("wrong");
        let told: Vec<(&str, &str)> = errors.iter().map(|one| (one.field.as_str(), one.code.as_str())).collect();
        let expected =
            [("a", "invalid_date"), ("b", "unknown_word"), ("c", "unknown_word"), ("d", "too_long"), ("e", "required")];
        assert_eq!(told, expected);
        assert!(errors.iter().all(|one| one.row == Some(3) && one.column.is_some()));
    }
}
