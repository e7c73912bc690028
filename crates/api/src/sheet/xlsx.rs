//! Workbooks, read cell by cell.

use std::io::{self, Read, Write};

use calamine::{Cell, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use super::{Fault, FaultKind, Input, Limits, RawRow, RawRows, SheetError, value};

/// A workbook of which the first visible worksheet is read.
pub(super) struct Workbook {
    name: String,
    book: Xlsx<Box<dyn Input>>,
    worksheet: String,
    others: Vec<String>,
}

impl Workbook {
    pub(super) fn open(name: &str, mut input: Box<dyn Input>, limits: Limits) -> Result<Self, SheetError> {
        check_size(name, &mut input, limits)?;
        input.rewind().map_err(|error| SheetError::Unreadable { name: name.to_owned(), error })?;
        let book = Xlsx::new(input).map_err(|e| damaged(name, &e))?;
        let mut visible = book
            .sheets_metadata()
            .iter()
            .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
            .map(|s| s.name.clone());
        let Some(worksheet) = visible.next() else {
            return Err(SheetError::Empty { name: name.to_owned() });
        };
        let others = visible.collect();
        Ok(Self { name: name.to_owned(), worksheet, others, book })
    }

    pub(super) fn worksheet(&self) -> &str {
        &self.worksheet
    }

    pub(super) fn others(&self) -> &[String] {
        &self.others
    }

    pub(super) fn rows(&mut self, limits: Limits) -> Result<Box<dyn RawRows + '_>, SheetError> {
        let cells = self.book.worksheet_cells_reader(&self.worksheet).map_err(|e| damaged(&self.name, &e))?;
        Ok(Box::new(WorkbookRows { name: &self.name, cells, limits, waiting: None, ended: false }))
    }
}

fn damaged(name: &str, error: &XlsxError) -> SheetError {
    SheetError::Workbook { name: name.to_owned(), reason: error.to_string() }
}

/// Unpacks everything once and counts, as sizes that a file states may be lies.
fn check_size(name: &str, input: &mut Box<dyn Input>, limits: Limits) -> Result<(), SheetError> {
    let damaged = |reason: String| SheetError::Workbook { name: name.to_owned(), reason };
    let mut archive = zip::ZipArchive::new(input).map_err(|e| damaged(e.to_string()))?;
    if archive.len() > 10_000 {
        return Err(damaged("it is made of more than 10,000 parts".to_owned()));
    }
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|e| damaged(e.to_string()))?;
        let room = limits.unpacked_bytes - unpacked;
        unpacked += io::copy(&mut part.take(room + 1), &mut Nowhere).map_err(|e| damaged(e.to_string()))?;
        if unpacked > limits.unpacked_bytes {
            return Err(SheetError::TooLarge { name: name.to_owned(), most: limits.unpacked_bytes });
        }
    }
    Ok(())
}

struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct WorkbookRows<'s> {
    name: &'s str,
    cells: XlsxCellReader<'s, Box<dyn Input>>,
    limits: Limits,
    /// The first cell of the next row.
    waiting: Option<Cell<DataRef<'s>>>,
    ended: bool,
}

impl RawRows for WorkbookRows<'_> {
    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SheetError> {
        let mut index = None;
        loop {
            let cell = match self.waiting.take() {
                Some(cell) => Some(cell),
                None if self.ended => None,
                None => self.cells.next_cell().map_err(|e| damaged(self.name, &e))?,
            };
            let Some(cell) = cell else {
                self.ended = true;
                return Ok(index.is_some());
            };
            let (at, column) = cell.get_position();
            if *index.get_or_insert(at) != at {
                self.waiting = Some(cell);
                return Ok(true);
            }
            row.number = u64::from(at) + 1;
            self.put(row, column as usize, cell.get_value().clone());
        }
    }
}

impl WorkbookRows<'_> {
    fn put(&self, row: &mut RawRow, column: usize, value: DataRef<'_>) {
        let (text, is_error) = value::text(value);
        if text.trim().is_empty() {
            return;
        }
        while row.cells.len() < column.min(self.limits.columns) {
            row.cells.push(String::new());
        }
        if is_error {
            row.faults.push(Fault::of_cell(column, FaultKind::FormulaError, text.into_owned()));
            row.push("", false, &self.limits);
        } else {
            row.push(&text, false, &self.limits);
        }
    }
}
