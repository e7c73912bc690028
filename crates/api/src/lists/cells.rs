//! The cells of a row, read one by one: what a cell lacks is said of it, and the others are still read.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kepu_domain::roster::cell;

use super::{Given, judge::Row, span};
use crate::error::FieldError;

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

    /// Reads a row; what is wrong with it as such counts as said already, so that it is not taken.
    pub(super) fn of(row: &'c Row) -> Self {
        Self { errors: row.faults.clone(), ..Self::new(row.number(), &row.cells) }
    }

    /// Whether nothing was found wrong so far.
    pub(super) fn is_sound(&self) -> bool {
        self.errors.is_empty()
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

    /// The text of a cell, its Latin letters and digits as such; none if it is empty or too long.
    pub(super) fn text(&mut self, column: &str, most: usize) -> Option<String> {
        let text = tidy(self.raw(column));
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

    /// The text of a cell that holds a code: signs as ASCII has them.
    pub(super) fn code(&mut self, column: &str, most: usize) -> Option<String> {
        self.text(column, most).map(|text| cell::fold(&text))
    }

    /// The text of a cell that holds the number of a paper.
    pub(super) fn number(&mut self, column: &str, most: usize) -> Option<String> {
        self.text(column, most).map(|text| number(&text))
    }

    /// A year or an edition: 2026 of 2026年 and 2026年度.
    pub(super) fn year(&mut self, column: &str, most: usize) -> Option<String> {
        let text = self.text(column, most)?;
        let year = text.trim_end_matches(['年', '度']);
        let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        Some(if is_year { year.to_owned() } else { text })
    }

    /// The first and the last day of a term, from two cells or from one that holds both; what the row does not say is as it
    /// was given for all of them. Refused if there is no first day.
    pub(super) fn term(&mut self, given: &Given) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let (from, to) = (self.raw("valid_from"), self.raw("valid_to"));
        let (whole, end) = (span::read(from), span::read(to));
        let first = match (from.is_empty(), whole, end) {
            (true, _, Some((Some(first), _))) | (false, Some((Some(first), _)), _) => Some(first),
            (true, ..) => given.valid_from,
            (false, ..) => span::begins(from),
        };
        if !to.is_empty() && end.is_none() {
            self.refuse("valid_to", "invalid_date", "must be a day such as 2026-09-01, or both days of the term");
        }
        let Some(first) = first else {
            if from.is_empty() {
                let message = "must say from which day it holds, here or for the whole list";
                self.refuse("valid_from", "required", message);
            } else {
                self.refuse("valid_from", "invalid_date", "must be a day such as 2026-09-01");
            }
            return (None, None);
        };
        let last = match (to.is_empty(), whole, end) {
            (true, Some((Some(_), end)), _) | (false, _, Some((_, end))) => end.last(first),
            (true, ..) => given.valid_to,
            (false, ..) => None,
        };
        (Some(first), last)
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

    /// Several of these words, between commas, semicolons or 、; a word may stand for more than one.
    pub(super) fn words<T: Copy>(&mut self, column: &str, words: &[(T, &[&str])]) -> Vec<T> {
        let parts = self
            .raw(column)
            .split(['、', ';', '；', ',', '，', '/', '和', '及', '\n'])
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let found: Vec<Vec<T>> = parts.map(|part| all_of(part, words)).collect();
        if found.iter().any(Vec::is_empty) {
            let known: Vec<&str> = words.iter().filter_map(|(_, names)| names.first().copied()).collect();
            self.refuse(column, "unknown_word", format!("must be some of {}, with 、 between them", known.join(", ")));
        }
        found.into_iter().flatten().collect()
    }
}

/// Text with one blank between words, and full-width letters and digits as ASCII; brackets and other signs stay as Chinese
/// writes them.
pub(super) fn tidy(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32((c as u32).saturating_sub(0xfee0)).unwrap_or(c),
        other => other,
    };
    let narrowed: String = text.chars().map(narrow).collect();
    narrowed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The number of a paper as people type it: ASCII letters, digits and signs, and a hyphen for each dash between letters or
/// digits. 〔2026〕 stays, as such numbers are written so.
pub(super) fn number(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32((c as u32).saturating_sub(0xfee0)).unwrap_or(c),
        other => other,
    };
    let tidied: Vec<char> = tidy(text).chars().map(narrow).collect();
    let is_part = |at: Option<usize>| at.and_then(|at| tidied.get(at)).is_some_and(|c| c.is_alphanumeric());
    let dashed = tidied.iter().enumerate().map(|(at, c)| match *c {
        '—' | '–' | '‐' | '‑' | '‒' | '―' | '−' | '﹣' if is_part(at.checked_sub(1)) && is_part(Some(at + 1)) => {
            '-'
        }
        other => other,
    });
    dashed.collect()
}

/// The number of a paper as it is compared, however it is kept: at least as loosely as the register does, which takes no
/// second one that differs only in widths, cases, brackets, dashes or blanks.
pub(super) fn number_key(text: &str) -> String {
    let loose = |c: char| match c {
        '—' | '–' | '‐' | '‑' | '‒' | '―' | '−' | '﹣' => Some('-'),
        '(' | ')' | '[' | ']' | '〔' | '〕' | '【' | '】' => None,
        c if c.is_whitespace() => None,
        other => Some(other),
    };
    number(text).to_lowercase().chars().filter_map(loose).collect()
}

/// A name as it is compared: without blanks, and with one width of letters, digits and brackets.
pub(super) fn key(name: &str) -> String {
    let mut folded = cell::fold(name).to_lowercase();
    folded.retain(|c| !c.is_whitespace());
    folded
}

fn all_of<T: Copy>(text: &str, words: &[(T, &[&str])]) -> Vec<T> {
    let text = key(text);
    words.iter().filter(|(_, names)| names.contains(&text.as_str())).map(|(value, _)| *value).collect()
}

fn word<T: Copy>(text: &str, words: &[(T, &[&str])]) -> Option<T> {
    all_of(text, words).into_iter().next()
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
    fn words_are_read_as_people_write_them() {
        let cells = cells(&[
            ("d", "小学、初中"),
            ("e", "Ｐrimary"),
            ("f", "小 学/初中和中小学"),
            ("g", "示范（一）馆 Ｂ０１"),
            ("h", "Ｂ－０１（东）"),
            ("i", "２０２６年度"),
        ]);
        let mut reader = Reader::new(3, &cells);
        let words: &[(u8, &[&str])] = &[(1, &["primary", "小学", "中小学"]), (2, &["junior", "初中", "中小学"])];
        assert_eq!(reader.words("d", words), [1, 2]);
        assert_eq!(reader.words("f", words), [1, 2, 1, 2]);
        assert_eq!(reader.text("g", 20).as_deref(), Some("示范（一）馆 B01"));
        assert_eq!(reader.code("h", 20).as_deref(), Some("B-01(东)"));
        assert_eq!(reader.year("i", 20).as_deref(), Some("2026"));
        assert_eq!(key("示范（一）馆 Ｂ"), key("示范(一)馆b"));
        assert_eq!(reader.word("e", words), Some(1));
        assert_eq!((reader.word("none", words), reader.text("none", 3)), (None, None));
        assert_eq!(reader.finish(), Ok(()));
        assert_eq!(
            (level("市级"), level("district"), level("五星")),
            ("city".into(), "district".into(), "五星".into())
        );
    }

    #[test]
    fn numbers_of_papers_are_kept_as_they_are_typed() {
        for (written, kept) in [
            ("ＫＰ－２０２６－００１", "KP-2026-001"),
            ("KP—2026–001", "KP-2026-001"),
            ("KP‐2026−001", "KP-2026-001"),
            ("京科（２０２６）１号", "京科(2026)1号"),
            ("示科〔２０２６〕1  号", "示科〔2026〕1 号"),
            ("KP ——2026", "KP ——2026"),
            ("—", "—"),
        ] {
            let cells = cells(&[("number", written)]);
            assert_eq!(Reader::new(3, &cells).number("number", 60).as_deref(), Some(kept));
        }
        assert_eq!(number_key("示科【2026】1号"), number_key("示科〔２０２６〕1号"));
        assert_eq!(number_key("KP－2026－001"), number_key("KP-2026—001"));
        assert_eq!(number_key("ＫＰ——1 号"), number_key("kp--1号"));
        assert_ne!(number_key("KP-1"), number_key("KP-2"));
    }

    #[test]
    fn a_row_with_a_fault_is_not_sound() {
        let fault = FieldError::new("number", "unreadable_cell", "cannot be taken");
        let row = Row { row_no: 3, cells: Cells::new(), faults: vec![fault.clone()] };
        let mut reader = Reader::of(&row);
        assert!(!reader.is_sound());
        reader.required("name", 3);
        let codes = |errors: Vec<FieldError>| errors.into_iter().map(|one| one.code).collect::<Vec<_>>();
        assert_eq!(reader.finish().map_err(codes), Err(vec![fault.code, "required".to_owned()]));
    }

    #[test]
    fn a_term_stands_in_two_cells_in_one_or_in_the_upload() {
        let day = |text: &str| Some(text.parse::<NaiveDate>().expect("a day"));
        let given = Given { valid_from: day("2026-01-01"), valid_to: day("2026-12-31"), ..Given::default() };
        let read = |given: &Given, from: &str, to: &str| {
            let cells = cells(&[("valid_from", from), ("valid_to", to)]);
            let mut reader = Reader::new(3, &cells);
            let term = reader.term(given);
            let told = reader.finish().err().unwrap_or_default();
            (term, told.into_iter().map(|one| (one.field, one.code)).collect::<Vec<_>>())
        };
        let (first, last) = (day("2024-09-01"), day("2027-08-31"));
        for (from, to) in [
            ("2024/9/1", "2027年8月31日"),
            ("2024-09-01T00:00:00", "三年"),
            ("2024年9月", "2027年8月"),
            ("", "2024-09-01至2027-08-31"),
            ("自2024年9月1日起三年", ""),
            ("45536", "2027.8.31"),
        ] {
            assert_eq!(read(&given, from, to), ((first, last), vec![]), "{from} {to}");
        }
        let none = Given::default();
        assert_eq!(read(&given, "2024-09-01", ""), ((first, given.valid_to), vec![]));
        assert_eq!(read(&given, "", ""), ((given.valid_from, given.valid_to), vec![]));
        assert_eq!(read(&given, "2024-09-01", "长期"), ((first, None), vec![]));
        assert_eq!(read(&none, "2024-09-01", ""), ((first, None), vec![]));
        let wrong = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
        assert_eq!(read(&none, "", ""), ((None, None), wrong("valid_from", "required")));
        assert_eq!(read(&none, "soon", ""), ((None, None), wrong("valid_from", "invalid_date")));
        assert_eq!(read(&given, "", "soon"), ((given.valid_from, None), wrong("valid_to", "invalid_date")));
    }

    #[test]
    fn each_cell_says_what_it_lacks() {
        let cells = cells(&[("b", "大学"), ("c", "小学,大学"), ("d", "abcd")]);
        let mut reader = Reader::new(3, &cells);
        let words: &[(u8, &[&str])] = &[(1, &["primary", "小学"])];
        reader.word("b", words);
        reader.words("c", words);
        reader.text("d", 3);
        reader.required("e", 3);
        let errors = reader.finish().expect_err("wrong");
        let told: Vec<(&str, &str)> = errors.iter().map(|one| (one.field.as_str(), one.code.as_str())).collect();
        let expected = [("b", "unknown_word"), ("c", "unknown_word"), ("d", "too_long"), ("e", "required")];
        assert_eq!(told, expected);
        assert!(errors.iter().all(|one| one.row == Some(3) && one.column.is_some()));
    }
}
