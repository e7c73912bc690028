//! The names of a sheet's columns, matched with those that are known.

use std::collections::HashMap;

use kepu_domain::policy::closest;

use super::finding::{Finding, both};
use crate::sheet::{Row, Rows};

/// Columns that `--skip-bad` adds; both together are passed over, so that a mended file can be scored as it is.
pub(super) const ADDED: [&str; 2] = ["row", "error"];

/// Where each known column stands.
pub(super) struct Header {
    pub file: String,
    /// Names as they stand in the sheet.
    pub names: Vec<String>,
    places: HashMap<&'static str, usize>,
}

impl Header {
    /// Matches the header; answers what is wrong with it too.
    pub(super) fn of(
        file: &str,
        rows: &Rows<'_>,
        known: &[&'static str],
        needed: &[&'static str],
    ) -> (Self, Vec<Finding>) {
        let row = rows.header_row();
        let mut findings = Vec::new();
        let mut places: HashMap<&'static str, usize> = HashMap::new();
        let lower: Vec<String> = rows.header().iter().map(|n| n.to_ascii_lowercase()).collect();
        let comes_back = ADDED.iter().all(|added| lower.iter().any(|n| n == added));
        for (index, name) in lower.iter().enumerate() {
            if name.is_empty() || (comes_back && ADDED.contains(&name.as_str())) {
                continue;
            }
            let shown = rows.header().get(index).map_or("", String::as_str);
            match known.iter().find(|k| *k == name) {
                None => findings.push(unknown(file, row, shown, name, known)),
                Some(column) => {
                    if let Some(first) = places.insert(column, index) {
                        let (first, second) = (letter(first), letter(index));
                        let message = both(
                            format!("此列名出现两次（{first} 列和 {second} 列）；请只保留一列"),
                            format!("stands there twice (columns {first} and {second}); keep one of them"),
                        );
                        findings.push(Finding::of_header("duplicate_column", file, row, shown, message));
                    }
                }
            }
        }
        for column in needed.iter().filter(|c| !places.contains_key(*c)) {
            let message = both("缺少此列；请添加", "is missing; add it");
            findings.push(Finding::of_header("missing_column", file, row, column, message));
        }
        (Self { file: file.to_owned(), names: rows.header().to_vec(), places }, findings)
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).copied()
    }

    pub(super) fn cell<'r>(&self, row: &'r Row, column: &str) -> Option<&'r str> {
        self.place(column).map(|index| row.cell(index))
    }
}

/// How spreadsheets call a column: A, B, … Z, AA.
fn letter(index: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

fn unknown(file: &str, row: u64, shown: &str, name: &str, known: &[&'static str]) -> Finding {
    let short: String = shown.chars().take(60).collect();
    let message = match closest(name, known.iter().copied()) {
        Some(near) => both(format!("没有这样的列名；是不是 {near}？"), format!("is not known; did you mean {near}?")),
        None => both(
            format!("没有这样的列名；可用的列名：{}", known.join("、")),
            format!("is not known; the columns are {}", known.join(", ")),
        ),
    };
    Finding::of_header("unknown_column", file, row, &short, message)
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn columns_are_called_as_in_spreadsheets() {
        assert_eq!([0, 25, 26, 27, 701, 702].map(letter), ["A", "Z", "AA", "AB", "ZZ", "AAA"]);
    }
}
