//! Why a sheet cannot be read at all.

use std::{fmt, io};

use kepu_domain::text::{Lang, Text};

use super::Fault;

/// Why a sheet cannot be read at all: what happened, where, and what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum SheetError {
    /// The file cannot be read.
    Unreadable {
        /// What messages call the file.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// The file is larger than is read.
    TooLarge {
        /// What messages call the file.
        name: String,
        /// Bytes that are read.
        most: u64,
    },
    /// There are more rows than are read.
    TooManyRows {
        /// What messages call the file.
        name: String,
        /// Rows that are read.
        most: u64,
    },
    /// There is not even a header.
    Empty {
        /// What messages call the file.
        name: String,
    },
    /// A workbook in Excel's format before 2007, or an encrypted one.
    OldExcel {
        /// What messages call the file.
        name: String,
    },
    /// Neither UTF-8 nor GB18030.
    Encoding {
        /// What messages call the file.
        name: String,
        /// The first line that cannot be read.
        line: u64,
    },
    /// A quotation mark is opened and never closed.
    OpenQuote {
        /// What messages call the file.
        name: String,
        /// The line where it stands.
        line: u64,
    },
    /// The header has a cell that cannot be kept.
    BadHeader {
        /// What messages call the file.
        name: String,
        /// The row number of the header.
        row: u64,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The workbook is damaged, or is something else that is packed like one.
    Workbook {
        /// What messages call the file.
        name: String,
        /// Why.
        reason: String,
    },
}

impl SheetError {
    /// A stable word for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::Empty { .. } => "empty_sheet",
            Self::OldExcel { .. } => "old_excel",
            Self::Encoding { .. } => "encoding",
            Self::OpenQuote { .. } => "open_quote",
            Self::BadHeader { .. } => "bad_header",
            Self::Workbook { .. } => "bad_workbook",
        }
    }

    /// The row it is about.
    pub fn row(&self) -> Option<u64> {
        match self {
            Self::Encoding { line, .. } | Self::OpenQuote { line, .. } => Some(*line),
            Self::BadHeader { row, .. } => Some(*row),
            _ => None,
        }
    }

    /// The message without the file's name.
    pub fn message(&self) -> Text {
        let (zh, en) = match self {
            Self::Unreadable { error, .. } => (format!("无法读取：{error}"), format!("cannot be read: {error}")),
            Self::TooLarge { most, .. } => (
                format!("超过 {} MiB；请分成几个文件", most >> 20),
                format!("is larger than {} MiB; split it into several files", most >> 20),
            ),
            Self::TooManyRows { most, .. } => (
                format!("超过 {most} 行；请分成几个文件"),
                format!("has more than {most} rows; split it into several files"),
            ),
            Self::Empty { .. } => (
                "表是空的；第一行应为列名".to_owned(),
                "is empty; the first row should hold the names of the columns".to_owned(),
            ),
            Self::OldExcel { .. } => (
                "是旧版 Excel（.xls）或加密的文件；请另存为 .xlsx（不设密码）或 CSV".to_owned(),
                "is an old Excel file (.xls) or an encrypted one; save it as .xlsx without a password, or as CSV"
                    .to_owned(),
            ),
            Self::Encoding { line, .. } => (
                format!("第 {line} 行：既不是 UTF-8 也不是 GB18030；请另存为“CSV UTF-8”或 .xlsx"),
                format!("line {line}: neither UTF-8 nor GB18030; save it as “CSV UTF-8” or as .xlsx"),
            ),
            Self::OpenQuote { line, .. } => (
                format!("第 {line} 行：引号没有结束；请补上结尾的引号，内容里的引号请写两次"),
                format!(
                    "line {line}: a quotation mark is opened and never closed; close it, and write one inside a cell twice"
                ),
            ),
            Self::BadHeader { row, fault, .. } => {
                let expected = fault.expected();
                (
                    format!("第 {row} 行（表头）：“{}”，应为{}", fault.value, expected.zh),
                    format!("row {row}, the header: `{}`, expected {}", fault.value, expected.en),
                )
            }
            Self::Workbook { reason, .. } => (
                format!("不是完好的 .xlsx 文件：{reason}；请用 Excel 打开后另存"),
                format!("is not a sound .xlsx file: {reason}; open it in Excel and save it again"),
            ),
        };
        Text { zh, en }
    }

    /// What messages call the file.
    pub fn name(&self) -> &str {
        match self {
            Self::Unreadable { name, .. }
            | Self::TooLarge { name, .. }
            | Self::TooManyRows { name, .. }
            | Self::Empty { name }
            | Self::OldExcel { name }
            | Self::Encoding { name, .. }
            | Self::OpenQuote { name, .. }
            | Self::BadHeader { name, .. }
            | Self::Workbook { name, .. } => name,
        }
    }
}

impl fmt::Display for SheetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.message().get(Lang::En))
    }
}

impl std::error::Error for SheetError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { error, .. } => Some(error),
            _ => None,
        }
    }
}
