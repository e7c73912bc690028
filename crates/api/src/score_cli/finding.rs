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
        Self::of_cell("bad_cell", file, row, error.column, value, error.expected.clone())
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
