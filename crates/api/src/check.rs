//! Checks of input that collect every error, so that the caller learns all of them at once.

use std::{fmt::Display, ops::RangeInclusive};

use crate::error::{ApiError, FieldError, Result};

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
        let text = text.trim();
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
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        Some(self.text(field, text, 1..=max))
    }

    /// The trimmed text, which may have several lines and `max` characters.
    pub fn prose(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = text.trim();
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
