//! What is wrong with one row as such.

use kepu_domain::text::Text;

/// A row that does not fit its header, or a cell that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The column's name, where one cell is meant.
    pub column: Option<String>,
    /// What stands there, shortened.
    pub value: String,
    /// What is wrong.
    pub kind: FaultKind,
    index: Option<usize>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// More cells than the header has names.
    TooManyCells {
        /// Cells of the row.
        found: usize,
        /// Names in the header.
        columns: usize,
    },
    /// Fewer cells than the header has names: one was forgotten, or the row was cut off.
    TooFewCells {
        /// Cells of the row.
        found: usize,
        /// Names in the header.
        columns: usize,
    },
    /// More columns than are read.
    TooWide {
        /// Columns that are read.
        most: usize,
    },
    /// A cell under no name.
    ColumnWithoutName {
        /// The column, from 1.
        column: usize,
    },
    /// A cell is longer than is kept.
    TooLong {
        /// Bytes that are kept.
        most: usize,
    },
    /// A cell holds a NUL character.
    Nul,
    /// A cell shows an error of a formula.
    FormulaError,
    /// A long number of which a spreadsheet kept only the first digits: two pupils would become one.
    ShortenedNumber,
}

impl Fault {
    pub(super) fn of_row(kind: FaultKind, value: String) -> Self {
        Self { column: None, value, kind, index: None }
    }

    pub(super) fn of_cell(index: usize, kind: FaultKind, value: String) -> Self {
        Self { column: None, value, kind, index: Some(index) }
    }

    pub(super) fn name_column(&mut self, header: &[String]) {
        if self.column.is_none() {
            self.column = self.index.and_then(|i| header.get(i)).cloned();
        }
    }

    /// What was expected, as the end of a sentence.
    pub fn expected(&self) -> Text {
        let (zh, en) = match self.kind {
            FaultKind::TooManyCells { found, columns } => (
                format!("表头有 {columns} 列，本行却有 {found} 格；含有逗号的内容请加引号，或删去多余的格"),
                format!("{columns} cells as in the header, not {found}; put text that holds commas in quotation marks"),
            ),
            FaultKind::TooFewCells { found, columns } => (
                format!("表头有 {columns} 列，本行只有 {found} 格；空格也要写出分隔符，或改存为 XLSX"),
                format!(
                    "{columns} cells as in the header, not {found}; write empty cells too, or save the sheet as XLSX"
                ),
            ),
            FaultKind::TooWide { most } => (format!("最多 {most} 列"), format!("at most {most} columns")),
            FaultKind::ColumnWithoutName { column } => (
                format!("第 {column} 列没有列名；请在表头写上列名，或清空此列"),
                format!("nothing, as column {column} has no name; name it in the header or empty it"),
            ),
            FaultKind::TooLong { most } => (format!("每格最多 {most} 字节"), format!("at most {most} bytes in a cell")),
            FaultKind::Nul => ("不含 NUL 字符的文字".to_owned(), "text without NUL characters".to_owned()),
            FaultKind::ShortenedNumber => (
                "完整的号码：表格软件只保留了前 15 位，请把此列设为“文本”格式后重新填写".to_owned(),
                "the whole number: the spreadsheet kept only 15 digits of it; format the column as text and write it again"
                    .to_owned(),
            ),
            FaultKind::FormulaError => (
                "一个值，而不是公式错误".to_owned(),
                "a value, not the error of a formula; mend the formula or write the value".to_owned(),
            ),
        };
        Text { zh, en }
    }
}
