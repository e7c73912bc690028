//! What is wrong with what was declared or answered, and where.

use std::collections::BTreeSet;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Path of the value, e.g. `form.fields[2].key`.
    pub path: String,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub message: String,
}

impl Wrong {
    pub(super) fn new(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.into(), code, message: message.into() }
    }
}

/// Collects what is wrong with rules.
#[derive(Default)]
pub(super) struct Found(pub(super) Vec<Wrong>);

impl Found {
    pub(super) fn unless(&mut self, holds: bool, path: &str, code: &'static str, message: &str) {
        if !holds {
            self.0.push(Wrong::new(path, code, message));
        }
    }

    pub(super) fn range(&mut self, path: &str, value: u32, min: u32, max: u32) {
        if !(min..=max).contains(&value) {
            self.0.push(Wrong::new(path, "out_of_range", format!("must be from {min} to {max}, not {value}")));
        }
    }

    pub(super) fn name(&mut self, path: &str, name: &str) {
        let length = name.trim().chars().count();
        self.unless(length > 0, path, "required", "must not be empty");
        self.unless(length <= 200, path, "too_long", "must have at most 200 characters");
    }

    pub(super) fn word<'w>(&mut self, path: &str, word: &'w str, seen: &mut BTreeSet<&'w str>) {
        let mut letters = word.chars();
        let begins = letters.next().is_some_and(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        let goes_on = letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        let short = word.len() <= 40;
        self.unless(
            begins && goes_on && short,
            path,
            "malformed",
            "must be up to 40 small letters, digits and underscores",
        );
        self.unless(seen.insert(word), path, "twice", &format!("{word} is there twice"));
    }

    pub(super) fn key<'w>(&mut self, path: &str, key: &'w str, seen: &mut BTreeSet<&'w str>) {
        self.word(&format!("{path}.key"), key, seen);
    }
}
