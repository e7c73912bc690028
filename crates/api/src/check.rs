//! Checks of input that collect every error, so that the caller learns all of them at once.

use std::{fmt::Display, ops::RangeInclusive};

use chrono::{Datelike, NaiveDate};

use crate::error::{ApiError, FieldError, Result};

/// The years in which a day can lie that somebody means: before them and after them it is a slip of the hand.
const YEARS: RangeInclusive<i32> = 1900..=2200;

/// Blanks, and characters that show nothing: within a text they tie or part what stands around them, at its ends they only
/// hide that it is empty.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Collects field errors; [`Checks::finish`] answers them all.
#[derive(Debug, Default)]
pub struct Checks {
    errors: Vec<FieldError>,
}

impl Checks {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error.
    pub fn add(&mut self, error: FieldError) {
        self.errors.push(error);
    }

    /// Adds an error unless `holds`.
    pub fn require(&mut self, holds: bool, field: &str, code: &str, message: impl Into<String>) {
        if !holds {
            self.errors.push(FieldError::new(field, code, message));
        }
    }

    /// The trimmed text, whose length in characters must be in `range`; one line, no control characters.
    pub fn text(&mut self, field: &str, text: &str, range: RangeInclusive<usize>) -> String {
        let text = text.trim_matches(is_blank);
        let length = text.chars().count();
        if length == 0 && *range.start() > 0 {
            self.errors.push(FieldError::new(field, "required", "must not be empty"));
        } else if length < *range.start() {
            let message = format!("must have at least {} characters", range.start());
            self.errors.push(FieldError::new(field, "too_short", message));
        } else if length > *range.end() {
            let message = format!("must have at most {} characters, not {length}", range.end());
            self.errors.push(FieldError::new(field, "too_long", message));
        }
        if text.chars().any(char::is_control) {
            self.errors.push(FieldError::new(
                field,
                "control_character",
                "must be one line without control characters",
            ));
        }
        text.to_owned()
    }

    /// As [`Checks::text`], for a field that may be missing; blank counts as missing.
    pub fn optional_text(&mut self, field: &str, text: Option<&str>, max: usize) -> Option<String> {
        let text = text.map(|text| text.trim_matches(is_blank)).filter(|text| !text.is_empty())?;
        Some(self.text(field, text, 1..=max))
    }

    /// The trimmed text, which may have several lines and `max` characters.
    pub fn prose(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = text.trim_matches(is_blank);
        let length = text.chars().count();
        if length > max {
            let message = format!("must have at most {max} characters, not {length}");
            self.errors.push(FieldError::new(field, "too_long", message));
        }
        if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
            let message = "must not hold control characters other than line ends";
            self.errors.push(FieldError::new(field, "control_character", message));
        }
        text.to_owned()
    }

    /// A number that must be in `range`.
    pub fn range<T: PartialOrd + Display + Copy>(&mut self, field: &str, value: T, range: RangeInclusive<T>) -> T {
        if !range.contains(&value) {
            let message = format!("must be from {} to {}, not {value}", range.start(), range.end());
            self.errors.push(FieldError::new(field, "out_of_range", message).value(value.to_string()));
        }
        value
    }

    /// A day that somebody can mean.
    pub fn day(&mut self, field: &str, day: NaiveDate) {
        if !YEARS.contains(&day.year()) {
            let message = format!("must be a day of the years {} to {}", YEARS.start(), YEARS.end());
            self.errors.push(FieldError::new(field, "out_of_range", message).value(day.to_string()));
        }
    }

    /// The number of items, which must be in `range`.
    pub fn count(&mut self, field: &str, count: usize, range: RangeInclusive<usize>) {
        if !range.contains(&count) {
            let message = format!("must have from {} to {} items, not {count}", range.start(), range.end());
            self.errors.push(FieldError::new(field, "wrong_count", message));
        }
    }

    /// Takes over the errors of a part, whose fields are named from here with `prefix` before them.
    pub fn within(&mut self, prefix: &str, part: Self) {
        self.errors.extend(part.errors.into_iter().map(|mut error| {
            error.field.insert_str(0, prefix);
            error
        }));
    }

    /// Whether nothing is wrong so far.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// The errors as one 422, or nothing.
    pub fn finish(self) -> Result<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.errors)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What [`Checks::text`] makes of it, or the code of what is wrong.
    fn text(text: &str) -> std::result::Result<String, String> {
        let mut checks = Checks::new();
        let text = checks.text("title", text, 1..=8);
        match checks.errors.pop() {
            None => Ok(text),
            Some(error) => Err(error.code),
        }
    }

    #[test]
    fn what_shows_nothing_is_empty() {
        for nothing in ["", " ", "\u{3000}", "\u{200b}", "\u{feff}\u{200c}\u{2060} \u{200d}"] {
            assert_eq!(text(nothing), Err("required".to_owned()), "{nothing:?}");
            let mut checks = Checks::new();
            assert_eq!(checks.optional_text("title", Some(nothing), 8), None, "{nothing:?}");
            assert_eq!(checks.prose("aims", nothing, 8), "", "{nothing:?}");
            assert!(checks.is_clean());
        }
    }

    #[test]
    fn what_shows_nothing_stays_within_a_text_and_goes_at_its_ends() {
        assert_eq!(text("\u{feff} 标题\u{200b} "), Ok("标题".to_owned()));
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert_eq!(text(family), Ok(family.to_owned()));
        assert_eq!(text("标\u{200c}题"), Ok("标\u{200c}题".to_owned()));
        // It counts as any other character.
        assert_eq!(text("1234\u{200b}5678"), Err("too_long".to_owned()));
        assert_eq!(text("12345678\u{200b}"), Ok("12345678".to_owned()));
    }

    #[test]
    fn a_day_lies_in_a_year_that_somebody_means() {
        for (year, wrong) in
            [(-9999, true), (1, true), (1899, true), (1900, false), (2200, false), (2201, true), (9999, true)]
        {
            let mut checks = Checks::new();
            checks.day("due_on", NaiveDate::from_ymd_opt(year, 6, 1).expect("a day"));
            let codes: Vec<&str> = checks.errors.iter().map(|error| error.code.as_str()).collect();
            assert_eq!(codes, if wrong { vec!["out_of_range"] } else { vec![] }, "{year}");
        }
    }
}
