//! Tables that leave as CSV or XLSX: columns, cells, and how they are written.

mod csv;
mod export;
mod xlsx;

use chrono::NaiveDate;

pub use csv::whole as whole_csv;
pub use export::{Export, Rows, book_response, open_exports};
pub use xlsx::Book;

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// A whole number.
    Count,
    /// Thousandths, shown as a decimal.
    Credit,
    /// Ten-thousandths, shown as a share.
    Share,
    /// A day.
    Day,
    /// Fen, shown as yuan.
    Money,
}

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its header.
    pub title: String,
    /// What it holds.
    pub kind: Kind,
    /// How wide, in characters.
    pub width: f64,
    /// Whether the totals row sums it.
    pub summed: bool,
}

impl Column {
    /// A column of words.
    pub fn text(title: impl Into<String>, width: f64) -> Self {
        Self { title: title.into(), kind: Kind::Text, width, summed: false }
    }

    /// A column of days.
    pub fn day(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: Kind::Day, width: 12.0, summed: false }
    }

    /// A column of whole numbers.
    pub fn count(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: Kind::Count, width: 11.0, summed: false }
    }

    /// A column of credit.
    pub fn credit(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: Kind::Credit, width: 12.0, summed: false }
    }

    /// A column of money.
    pub fn money(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: Kind::Money, width: 14.0, summed: false }
    }

    /// A column of shares.
    pub fn share(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: Kind::Share, width: 10.0, summed: false }
    }

    /// The same, summed in the totals row.
    #[must_use]
    pub fn summed(mut self) -> Self {
        self.summed = true;
        self
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A whole number.
    Count(i64),
    /// Thousandths.
    Credit(i64),
    /// Ten-thousandths.
    Share(i64),
    /// A day.
    Day(NaiveDate),
    /// Fen.
    Money(i64),
    /// Of too few persons to be shown.
    Hidden,
}

/// What stands where a number is of too few persons to be shown.
pub const HIDDEN: &str = "*";

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Something, or nothing.
    pub fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Empty, cell)
    }
}

/// A share of `whole` in ten-thousandths, rounded half up; nothing of nothing.
pub fn share(part: i64, whole: i64) -> Option<i64> {
    (whole > 0)
        .then(|| i64::try_from((i128::from(part) * 20_000 + i128::from(whole)) / (2 * i128::from(whole))).ok())?
}

/// A share as a decimal with four places.
pub fn share_text(share: i64) -> String {
    format!("{}.{:04}", share / 10_000, share % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_half_up_and_nothing_has_no_share() {
        let text = |part, whole| share(part, whole).map(share_text);
        assert_eq!(text(1, 3).as_deref(), Some("0.3333"));
        assert_eq!(text(2, 3).as_deref(), Some("0.6667"));
        assert_eq!(text(1, 20_000).as_deref(), Some("0.0001"));
        assert_eq!(text(1, 20_001).as_deref(), Some("0.0000"));
        assert_eq!(text(5, 5).as_deref(), Some("1.0000"));
        assert_eq!(text(6, 5).as_deref(), Some("1.2000"));
        assert_eq!(text(0, 0), None);
    }
}
