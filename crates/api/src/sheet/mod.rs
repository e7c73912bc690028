//! Spreadsheets as rows of text: CSV (or semicolons, tabs or Chinese commas) and XLSX, told apart by their content.
//!
//! ```text
//! Sheet::open(path) ─▶ sheet.rows() ─▶ rows.header(), then Row { number, cells, faults } one at a time
//! ```
//!
//! - **Text** may be UTF-8 with or without a byte order mark, GB18030 (so GBK and GB2312), or UTF-16 with a mark.
//! - **Numbers of rows** are those a person sees: in XLSX the row number that Excel shows; in text the line on which the
//!   row begins, as an editor counts (a cell in quotation marks may run over several lines).
//! - **The header** is the first row that is not empty; or, with [`Sheet::rows_under`], the first of the leading rows that
//!   a caller knows as one, so that a title may stand above it. Its names are trimmed; nothing else is done to them.
//! - **Cells** are trimmed. From XLSX: days as `2026-03-01`, times as `2026-03-01T09:00:00`, whole numbers without `.0`,
//!   `true` and `false`.
//! - A formula whose result was not kept with it is a fault, not an empty cell.
//! - Rows without any text are passed over. A row that does not fit its header is still handed out, with [`Row::faults`].
//! - Memory does not grow with rows: text is read in blocks, XLSX cell by cell (its table of shared texts is held).

mod delimited;
mod encoding;
mod error;
mod fault;
mod shown;
#[cfg(test)]
mod tests;
mod value;
mod xlsx;

use std::{
    collections::VecDeque,
    fs::File,
    io::{BufReader, Cursor, Read, Seek, SeekFrom, Write},
    path::Path,
};

pub use error::SheetError;
pub use fault::{Fault, FaultKind};
pub use value::{day, day_with_hyphens, plain};

/// How much is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of a workbook once it is unpacked.
    pub unpacked_bytes: u64,
    /// Rows under the header.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// Bytes of a cell.
    pub cell_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20, unpacked_bytes: 2 << 30, rows: 2_000_000, columns: 256, cell_bytes: 8_000 }
    }
}

/// What a sheet is read from.
trait Input: Read + Seek + Send {}
impl<T: Read + Seek + Send> Input for T {}

/// A sheet that was opened; [`Sheet::rows`] reads it.
pub struct Sheet {
    name: String,
    content: Content,
    limits: Limits,
    filled: bool,
    as_shown: bool,
}

enum Content {
    Text { input: Box<dyn Input>, charset: encoding::Charset },
    Workbook(Box<xlsx::Workbook>),
}

impl Sheet {
    /// Opens a file. `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or is no sheet.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, SheetError> {
        if path == Path::new("-") {
            return Self::from_stream("standard input", std::io::stdin().lock(), limits);
        }
        let name = path.display().to_string();
        let unreadable = |error| SheetError::Unreadable { name: name.clone(), error };
        let file = File::open(path).map_err(unreadable)?;
        if !file.metadata().map_err(unreadable)?.is_file() {
            // A pipe or a device can be read only once; a folder says so when it is read.
            return Self::from_stream(&name, file, limits);
        }
        Self::from_input(&name, Box::new(BufReader::new(file)), limits)
    }

    /// A sheet that is in memory; `name` is what messages call it.
    ///
    /// # Errors
    /// When it is too large, or is no sheet.
    pub fn from_bytes(
        name: &str,
        bytes: impl AsRef<[u8]> + Send + 'static,
        limits: Limits,
    ) -> Result<Self, SheetError> {
        Self::from_input(name, Box::new(Cursor::new(bytes)), limits)
    }

    /// A sheet that can be read only once: it is first put into a temporary file.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or is no sheet.
    pub fn from_stream(name: &str, input: impl Read, limits: Limits) -> Result<Self, SheetError> {
        let unreadable = |error| SheetError::Unreadable { name: name.to_owned(), error };
        let mut file = tempfile::tempfile().map_err(unreadable)?;
        let copied = std::io::copy(&mut input.take(limits.bytes + 1), &mut file).map_err(unreadable)?;
        file.flush().map_err(unreadable)?;
        if copied > limits.bytes {
            return Err(SheetError::TooLarge { name: name.to_owned(), most: limits.bytes });
        }
        Self::from_input(name, Box::new(BufReader::new(file)), limits)
    }

    fn from_input(name: &str, mut input: Box<dyn Input>, limits: Limits) -> Result<Self, SheetError> {
        let name = name.to_owned();
        let unreadable = |error| SheetError::Unreadable { name: name.clone(), error };
        let size = input.seek(SeekFrom::End(0)).map_err(unreadable)?;
        if size > limits.bytes {
            return Err(SheetError::TooLarge { name, most: limits.bytes });
        }
        input.rewind().map_err(unreadable)?;
        let mut magic = Vec::new();
        (&mut input).take(8).read_to_end(&mut magic).map_err(unreadable)?;
        input.rewind().map_err(unreadable)?;
        let content = if magic.starts_with(b"PK\x03\x04") {
            Content::Workbook(Box::new(xlsx::Workbook::open(&name, input, limits)?))
        } else if magic.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(SheetError::OldExcel { name });
        } else if magic.is_empty() {
            return Err(SheetError::Empty { name });
        } else {
            let charset = encoding::detect(&name, &mut input)?;
            Content::Text { input, charset }
        };
        Ok(Self { name, content, limits, filled: false, as_shown: false })
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The worksheet that is read, and the others that are not; nothing for text.
    pub fn worksheets(&self) -> Option<(&str, &[String])> {
        match &self.content {
            Content::Text { .. } => None,
            Content::Workbook(book) => Some((book.worksheet(), book.others())),
        }
    }

    /// What stands in cells of a workbook that were merged downwards is read in each of their rows.
    #[must_use]
    pub fn filled(self) -> Self {
        Self { filled: true, ..self }
    }

    /// Cells of a workbook say what their formats show: the first day of a month `2026-03` where the month alone is shown,
    /// that of a year `2026`, and a number its zero at the end where two places are shown.
    #[must_use]
    pub fn as_shown(self) -> Self {
        Self { as_shown: true, ..self }
    }

    /// Of a workbook, reads the first worksheet that has such a header among its leading 20 rows, if one has; answers the
    /// others that have one as well, and are not read.
    pub fn choose_worksheet(&mut self, is_header: impl Fn(&[String]) -> bool) -> Vec<String> {
        let Content::Workbook(book) = &mut self.content else { return Vec::new() };
        book.choose(self.limits, |rows| leading(rows, &is_header).is_ok_and(|(header, _)| header.is_some()))
    }

    /// Reads from the top: the header is the first row that is not empty.
    ///
    /// # Errors
    /// When the file cannot be read or there is no header.
    pub fn rows(&mut self) -> Result<Rows<'_>, SheetError> {
        self.rows_under(|_| false)
    }

    /// Reads from the top: the header is the first of the leading 20 rows that `is_header` knows as one, else the first
    /// that is not empty.
    ///
    /// # Errors
    /// When the file cannot be read or there is no header.
    pub fn rows_under(&mut self, is_header: impl Fn(&[String]) -> bool) -> Result<Rows<'_>, SheetError> {
        let mut source: Box<dyn RawRows + '_> = match &mut self.content {
            Content::Text { input, charset } => {
                Box::new(delimited::Delimited::start(&self.name, input, *charset, self.limits)?)
            }
            Content::Workbook(book) => book.rows(self.limits, self.filled, self.as_shown)?,
        };
        let (known, mut leading) = leading(&mut *source, &is_header)?;
        let mut above = None;
        let header = match known {
            Some(header) => {
                above = leading.pop_back().filter(|row| row.number + 1 == header.number);
                leading.clear();
                Some(header)
            }
            None => leading.pop_front(),
        };
        let Some(mut header) = header else {
            return Err(SheetError::Empty { name: self.name.clone() });
        };
        while header.cells.last().is_some_and(String::is_empty) {
            header.cells.pop();
        }
        if let Some(fault) = header.faults.pop() {
            return Err(SheetError::BadHeader { name: self.name.clone(), row: header.number, fault });
        }
        Ok(Rows {
            name: self.name.clone(),
            header: header.cells,
            header_row: header.number,
            above: above.map(|row| row.cells).unwrap_or_default(),
            limits: self.limits,
            waiting: leading,
            source,
            read: 0,
            ended: false,
        })
    }
}

/// The first of the leading 20 rows that is known as a header, and the rows above it; else all of them.
fn leading(
    source: &mut dyn RawRows,
    is_header: &impl Fn(&[String]) -> bool,
) -> Result<(Option<RawRow>, VecDeque<RawRow>), SheetError> {
    let mut leading = VecDeque::new();
    while leading.len() < 20 {
        let mut row = RawRow::default();
        if !source.next_row(&mut row)? {
            break;
        }
        if row.is_empty() {
            continue;
        }
        if is_header(&row.cells) {
            return Ok((Some(row), leading));
        }
        leading.push_back(row);
    }
    Ok((None, leading))
}

/// One row under the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The row number that Excel shows; in text the line on which the row begins.
    pub number: u64,
    /// As many cells as the header has names; trimmed.
    pub cells: Vec<String>,
    /// What is wrong with the row as such: too many or too few cells, a cell that cannot be kept.
    pub faults: Vec<Fault>,
    /// Columns in which a number with a fraction stands.
    fractions: Vec<usize>,
    /// Whether the file does not tell numbers from texts.
    untyped: bool,
}

impl Row {
    /// The text of a column; empty where there is none.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// Whether what stands in a column may be a number that lost its zeros at the end, as spreadsheets make 2025.1 of 2025.10:
    /// nothing tells that it was written as a text.
    pub fn may_lack_zeros(&self, column: usize) -> bool {
        self.untyped || self.fractions.contains(&column)
    }
}

/// The rows under a header, read one at a time.
pub struct Rows<'s> {
    name: String,
    header: Vec<String>,
    header_row: u64,
    above: Vec<String>,
    limits: Limits,
    waiting: VecDeque<RawRow>,
    source: Box<dyn RawRows + 's>,
    read: u64,
    ended: bool,
}

impl Rows<'_> {
    /// The names of the columns, trimmed, in the order of the sheet. A column without a name has an empty one.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Whether the cells are divided by Chinese commas, which no spreadsheet writes.
    pub fn has_chinese_commas(&self) -> bool {
        self.source.has_chinese_commas()
    }

    /// The row number of the header.
    pub fn header_row(&self) -> u64 {
        self.header_row
    }

    /// The cells of the row right above the header; none if there is no such row.
    pub fn above(&self) -> &[String] {
        &self.above
    }

    /// The cells of the row right under the header, which is still to come; none if there is no such row.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn below(&mut self) -> Result<&[String], SheetError> {
        if self.waiting.is_empty() {
            let mut row = RawRow::default();
            if self.source.next_row(&mut row)? {
                self.waiting.push_back(row);
            }
        }
        let below = self.waiting.front().filter(|row| row.number == self.header_row + 1);
        Ok(below.map_or(&[][..], |row| row.cells.as_slice()))
    }

    /// Takes these as the names of the columns.
    pub fn rename(&mut self, header: Vec<String>) {
        self.header = header;
    }

    /// Takes the row right under the header as a part of it: these are the names that both say together.
    pub fn rename_with_below(&mut self, header: Vec<String>) {
        self.header = header;
        self.waiting.pop_front();
    }

    fn next_row(&mut self) -> Result<Option<Row>, SheetError> {
        loop {
            let mut raw = RawRow::default();
            match self.waiting.pop_front() {
                Some(row) => raw = row,
                None if !self.source.next_row(&mut raw)? => return Ok(None),
                None => {}
            }
            if raw.is_empty() {
                continue;
            }
            self.read += 1;
            if self.read > self.limits.rows {
                return Err(SheetError::TooManyRows { name: self.name.clone(), most: self.limits.rows });
            }
            return Ok(Some(self.fitted(raw)));
        }
    }

    /// Brings a row to the width of the header.
    fn fitted(&self, raw: RawRow) -> Row {
        let RawRow { number, mut cells, mut faults, fractions, width_varies } = raw;
        let columns = self.header.len();
        let filled = cells.iter().rposition(|c| !c.is_empty()).map_or(0, |last| last + 1);
        if filled > columns {
            let value = cells.get(columns..).unwrap_or_default().join(" ").trim().to_owned();
            faults.push(Fault::of_row(FaultKind::TooManyCells { found: filled, columns }, value));
        } else if cells.len() < columns && width_varies {
            faults.push(Fault::of_row(FaultKind::TooFewCells { found: cells.len(), columns }, String::new()));
        }
        cells.resize(columns, String::new());
        for (index, (name, cell)) in self.header.iter().zip(&cells).enumerate() {
            if name.is_empty() && !cell.is_empty() {
                faults.push(Fault::of_row(FaultKind::ColumnWithoutName { column: index + 1 }, cell.clone()));
            }
        }
        for fault in &mut faults {
            fault.name_column(&self.header);
        }
        Row { number, cells, faults, fractions, untyped: width_varies }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_row().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// A row as it stands in the file.
#[derive(Default)]
struct RawRow {
    number: u64,
    cells: Vec<String>,
    faults: Vec<Fault>,
    /// Columns in which a number with a fraction stands, of a workbook.
    fractions: Vec<usize>,
    /// In text, a missing cell was forgotten or cut off; a workbook leaves empty cells out.
    width_varies: bool,
}

impl RawRow {
    fn is_empty(&self) -> bool {
        self.faults.is_empty() && self.cells.iter().all(String::is_empty)
    }

    /// Adds a cell, checked.
    fn push(&mut self, text: &str, too_long: bool, limits: &Limits) {
        let column = self.cells.len();
        if column == limits.columns {
            if !text.trim().is_empty() && !self.faults.iter().any(|f| matches!(f.kind, FaultKind::TooWide { .. })) {
                self.faults.push(Fault::of_row(FaultKind::TooWide { most: limits.columns }, excerpt(text)));
            }
            return;
        }
        let mut text = text.trim();
        if too_long || text.len() > limits.cell_bytes {
            self.faults.push(Fault::of_cell(column, FaultKind::TooLong { most: limits.cell_bytes }, excerpt(text)));
            text = "";
        } else if text.contains('\0') {
            self.faults.push(Fault::of_cell(column, FaultKind::Nul, excerpt(text)));
            text = "";
        } else if value::is_shortened(text) {
            self.faults.push(Fault::of_cell(column, FaultKind::ShortenedNumber, excerpt(text)));
        }
        self.cells.push(text.to_owned());
    }
}

fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| *c != '\0').take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

trait RawRows {
    /// Fills the row; false at the end.
    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SheetError>;

    /// Whether Chinese commas divide its cells.
    fn has_chinese_commas(&self) -> bool {
        false
    }
}
