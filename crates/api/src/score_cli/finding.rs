//! What is wrong with the input, in words for who has to mend it.

use kepu_domain::{
    policy::columns::CellError,
    text::{Lang, Text},
};
use serde_json::{Value, json};

use crate::sheet::{Fault, SheetError};

/// One thing that is wrong: where, what stands there, what was expected.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub code: &'static str,
    pub file: String,
    pub row: Option<u64>,
    pub column: Option<String>,
    pub value: String,
    pub expected: Text,
}

pub(super) fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

impl Finding {
    pub(super) fn of_file(code: &'static str, file: &str, expected: Text) -> Self {
        Self { code, file: file.to_owned(), row: None, column: None, value: String::new(), expected }
    }

    /// About a column, as named in the header of that row.
    pub(super) fn of_header(code: &'static str, file: &str, row: u64, column: &str, expected: Text) -> Self {
        let (row, column) = (Some(row), Some(column.to_owned()));
        Self { code, file: file.to_owned(), row, column, value: String::new(), expected }
    }

    pub(super) fn of_cell(code: &'static str, file: &str, row: u64, column: &str, value: &str, expected: Text) -> Self {
        let value = value.to_owned();
        Self { code, file: file.to_owned(), row: Some(row), column: Some(column.to_owned()), value, expected }
    }

    pub(super) fn of_fault(file: &str, row: u64, fault: Fault) -> Self {
        let expected = fault.expected();
        let (column, value) = (fault.column, fault.value);
        Self { code: "bad_row", file: file.to_owned(), row: Some(row), column, value, expected }
    }

    /// `value` is what the sheet has, before anything was rewritten.
    pub(super) fn of_cell_error(file: &str, row: u64, value: &str, error: &CellError) -> Self {
        let expected = both(in_chinese(&error.expected), error.expected.clone());
        Self::of_cell("bad_cell", file, row, error.column, value, expected)
    }

    /// What was expected and what is there, without the place.
    pub(super) fn what(&self, lang: Lang) -> String {
        let Self { column, value, expected, .. } = self;
        let expected = expected.get(lang);
        let about_cell = matches!(self.code, "bad_cell" | "bad_row" | "duplicate" | "unknown_value");
        let shown = match (lang, about_cell, value.is_empty(), column) {
            (_, false, ..) | (Lang::Zh, true, true, None) => expected.to_owned(),
            (Lang::Zh, true, true, Some(_)) => format!("空白，应为{expected}"),
            (Lang::En, true, true, Some(_)) => format!("empty; expected {expected}"),
            (Lang::En, true, true, None) => format!("expected {expected}"),
            (Lang::Zh, true, false, _) => format!("“{value}”，应为{expected}"),
            (Lang::En, true, false, _) => format!("“{value}”; expected {expected}"),
        };
        match (column, lang) {
            (Some(column), Lang::Zh) => format!("{column} 列：{shown}"),
            (Some(column), Lang::En) if about_cell => format!("column {column}: {shown}"),
            (Some(column), Lang::En) => format!("column {column} {shown}"),
            (None, _) => shown,
        }
    }

    /// The whole sentence.
    pub(super) fn line(&self, lang: Lang) -> String {
        let (file, what) = (&self.file, self.what(lang));
        match (self.row, self.column.is_some(), lang) {
            (Some(row), true, Lang::Zh) => format!("{file} 第 {row} 行，{what}"),
            (Some(row), false, Lang::Zh) => format!("{file} 第 {row} 行：{what}"),
            (Some(row), true, Lang::En) => format!("{file}, row {row}, {what}"),
            (Some(row), false, Lang::En) => format!("{file}, row {row}: {what}"),
            (None, true, Lang::Zh) => format!("{file}，{what}"),
            (None, true, Lang::En) => format!("{file}, {what}"),
            (None, false, Lang::Zh) => format!("{file}：{what}"),
            (None, false, Lang::En) => format!("{file}: {what}"),
        }
    }

    pub(super) fn to_json(&self, lang: Lang) -> Value {
        json!({
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "expected": self.expected.get(lang),
            "code": self.code,
            "message": self.line(lang),
        })
    }
}

impl From<SheetError> for Finding {
    fn from(error: SheetError) -> Self {
        Self::of_file(error.code(), error.name(), error.message())
    }
}

/// What the engine's reader of cells expects, in Chinese.
fn in_chinese(expected: &str) -> String {
    let fixed = [
        ("a value; this column is needed", "一个值，此列不可空"),
        ("a day as YYYY-MM-DD", "日期，如 2026-03-01"),
        (
            "a day (2026-03-01) or a time with its offset (2026-03-01T09:00:00+08:00)",
            "日期（2026-03-01）或带时区的时间（2026-03-01T09:00:00+08:00）",
        ),
        ("a decimal number that is not negative", "不小于零的数"),
        ("student or teacher", "student（学生）或 teacher（教师）"),
        ("at most 200 characters, none of them a control character", "不超过 200 字，不含控制字符"),
        ("true or false", "true（是）或 false（否）"),
    ];
    if let Some((_, zh)) = fixed.iter().find(|(en, _)| *en == expected) {
        return (*zh).to_owned();
    }
    let range = expected.strip_prefix("a whole number from ").and_then(|rest| rest.split_once(" to "));
    if let Some((from, to)) = range {
        return format!("{from} 到 {to} 的整数");
    }
    let most = expected.strip_prefix("at most ").and_then(|rest| rest.strip_suffix(" says")?.split_once(", as "));
    if let Some((most, column)) = most {
        return format!("不大于 {column} 列的 {most}");
    }
    let after = expected.strip_prefix("a day on or after host_designated_from (").and_then(|r| r.strip_suffix(')'));
    match after {
        Some(day) => format!("不早于 host_designated_from（{day}）的日期"),
        None => expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use kepu_domain::policy::{Policy, columns};

    use super::*;

    #[test]
    fn every_expectation_of_the_engine_has_chinese_words() {
        let policy = "kepu: 1\nid: p\nversion: '1'\ntitle: p\nrules: [{ id: r, credit: { fixed: 1 } }]\n";
        let policy = Policy::parse(policy).expect("a sound policy");
        let wrong = |column: &str| match column {
            "place" | "team_position" => Some("2"),
            "places_listed" | "team_size" => Some("1"),
            "host_designated_from" => Some("2026-02-01"),
            "host_designated_to" => Some("2026-01-01"),
            "record_id" => None,
            _ => Some("\u{7}"),
        };
        let mut errors = columns::record(&policy, wrong).expect_err("all is wrong");
        errors.extend(columns::person(|_| Some("\u{7}")).expect_err("all is wrong"));
        errors.extend(columns::record(&policy, |c| (c == "host_designated_to").then_some("x")).expect_err("wrong"));
        assert!(errors.len() > 30);
        for error in errors {
            let zh = in_chinese(&error.expected);
            assert!(zh.chars().any(|c| c > '\u{2e80}'), "{}: {zh}", error.column);
        }
    }
}
