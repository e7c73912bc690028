//! Workbooks, read cell by cell.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
};

use calamine::{
    DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError, XlsxFormulaMetadata,
};

use super::{Fault, FaultKind, Input, Limits, RawRow, RawRows, SheetError, excerpt, shown::Shown, value};

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

    /// Reads the first visible worksheet that `knows` its leading rows, if one does; answers the others that it knows, too.
    pub(super) fn choose(&mut self, limits: Limits, knows: impl Fn(&mut dyn RawRows) -> bool) -> Vec<String> {
        let visible: Vec<String> = std::iter::once(&self.worksheet).chain(&self.others).cloned().collect();
        let mut known: Vec<String> = visible
            .iter()
            .filter(|name| self.reader(name, Vec::new(), HashMap::new(), limits).is_ok_and(|mut rows| knows(&mut rows)))
            .cloned()
            .collect();
        if known.is_empty() {
            return known;
        }
        self.worksheet = known.remove(0);
        self.others = visible.into_iter().filter(|name| *name != self.worksheet).collect();
        known
    }

    /// The rows of the worksheet; with `filled`, what stands in cells that were merged downwards stands in each of them, and
    /// with `as_shown`, cells say what their formats show.
    pub(super) fn rows(
        &mut self,
        limits: Limits,
        filled: bool,
        as_shown: bool,
    ) -> Result<Box<dyn RawRows + '_>, SheetError> {
        let worksheet = self.worksheet.clone();
        let merged = if filled {
            let found = self.book.merge_cells_by_sheet_name(&worksheet).map_err(|e| damaged(&self.name, &e))?;
            merged(found)
        } else {
            Vec::new()
        };
        let shown = if as_shown { self.shown(&worksheet, limits)? } else { HashMap::new() };
        Ok(Box::new(self.reader(&worksheet, merged, shown, limits)?))
    }

    /// The cells that show something else than they hold. Formats and formulas cannot be had in one reading.
    fn shown(&mut self, worksheet: &str, limits: Limits) -> Result<HashMap<(u32, u32), Shown>, SheetError> {
        let mut cells = self.book.worksheet_cells_reader(worksheet).map_err(|e| damaged(&self.name, &e))?;
        let styles = cells.styles().iter();
        let formats: Vec<Option<Shown>> =
            styles.map(|style| style.number_format.as_ref().and_then(Shown::of)).collect();
        let mut shown = HashMap::new();
        let (mut rows, mut at) = (0, None);
        while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|e| damaged(&self.name, &e))? {
            let (row, column) = cell.get_position();
            if at.replace(row) != Some(row) {
                rows += 1;
            }
            // As many as are read, with those above the header.
            if rows > limits.rows.saturating_add(30) {
                break;
            }
            let format = formats.get(style).copied().flatten().filter(|shown| shown.is_of(cell.get_value()));
            if let Some(format) = format.filter(|_| (column as usize) < limits.columns) {
                shown.insert((row, column), format);
            }
        }
        Ok(shown)
    }

    fn reader(
        &mut self,
        worksheet: &str,
        merged: Vec<Merged>,
        shown: HashMap<(u32, u32), Shown>,
        limits: Limits,
    ) -> Result<WorkbookRows<'_>, SheetError> {
        let cells = self.book.worksheet_cells_reader(worksheet).map_err(|e| damaged(&self.name, &e))?;
        let name = &self.name;
        Ok(WorkbookRows { name, cells, limits, waiting: None, ended: false, merged, running: Vec::new(), shown })
    }
}

/// The first column of cells that were merged over several rows, counted from 0.
struct Merged {
    column: usize,
    first: u32,
    last: u32,
    /// What stands in the first of them.
    text: String,
}

/// More than this nobody merges by hand.
const MERGED_MAX: usize = 10_000;

/// The latest first, so that the next one can be taken off the end.
fn merged(found: Vec<Dimensions>) -> Vec<Merged> {
    let down = found.into_iter().filter(|one| one.start.0 < one.end.0).take(MERGED_MAX);
    let mut merged: Vec<Merged> = down
        .map(|Dimensions { start, end }| Merged {
            column: start.1 as usize,
            first: start.0,
            last: end.0,
            text: String::new(),
        })
        .collect();
    merged.sort_by_key(|one| std::cmp::Reverse(one.first));
    merged
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
    waiting: Option<Stands<'s>>,
    ended: bool,
    /// Merged cells of rows that are still to come.
    merged: Vec<Merged>,
    /// Those of which a row was met.
    running: Vec<Merged>,
    /// Cells that show something else than they hold.
    shown: HashMap<(u32, u32), Shown>,
}

/// What stands in a cell.
struct Stands<'s> {
    row: u32,
    column: u32,
    value: DataRef<'s>,
    /// A formula whose result whoever wrote the file did not keep.
    uncounted: Option<String>,
}

impl RawRows for WorkbookRows<'_> {
    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SheetError> {
        let mut index = None;
        loop {
            let cell = match self.waiting.take() {
                Some(cell) => Some(cell),
                None if self.ended => None,
                None => self.next_cell()?,
            };
            let Some(cell) = cell else {
                self.ended = true;
                if let Some(at) = index {
                    self.fill(row, at);
                }
                return Ok(index.is_some());
            };
            let at = *index.get_or_insert(cell.row);
            if cell.row != at {
                self.waiting = Some(cell);
                self.fill(row, at);
                return Ok(true);
            }
            row.number = u64::from(at) + 1;
            self.put(row, cell);
        }
    }
}

impl<'s> WorkbookRows<'s> {
    fn next_cell(&mut self) -> Result<Option<Stands<'s>>, SheetError> {
        let cell = self.cells.next_cell_with_formula_metadata().map_err(|e| damaged(self.name, &e))?;
        Ok(cell.map(|cell| Stands {
            row: cell.pos.0,
            column: cell.pos.1,
            uncounted: cell.formula.filter(|_| matches!(cell.value, DataRef::Empty)).map(|formula| match formula {
                XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => formula,
                _ => String::new(),
            }),
            value: cell.value,
        }))
    }

    fn put(&self, row: &mut RawRow, cell: Stands<'_>) {
        let column = cell.column as usize;
        let is_number = matches!(cell.value, DataRef::Float(_));
        let (mut text, is_error) = match cell.uncounted {
            Some(formula) => (format!("={formula}").into(), true),
            None => value::text(cell.value),
        };
        let format = self.shown.get(&(cell.row, cell.column));
        if let Some(shown) = format.and_then(|format| format.instead_of(&text)) {
            text = shown.into();
        }
        if is_number && format.is_none() && text.contains('.') {
            row.fractions.push(column);
        }
        if text.trim().is_empty() {
            return;
        }
        while row.cells.len() < column.min(self.limits.columns) {
            row.cells.push(String::new());
        }
        if is_error {
            row.faults.push(Fault::of_cell(column, FaultKind::FormulaError, excerpt(&text)));
            row.push("", false, &self.limits);
        } else {
            row.push(&text, false, &self.limits);
        }
    }

    /// Says in a row that was read what the merged cells say that run over it.
    fn fill(&mut self, row: &mut RawRow, at: u32) {
        while self.merged.last().is_some_and(|one| one.first <= at) {
            self.running.extend(self.merged.pop());
        }
        self.running.retain(|one| at <= one.last);
        // A row with nothing of its own stays an empty row.
        let empty = row.cells.iter().all(String::is_empty) && row.faults.is_empty();
        for one in &mut self.running {
            let stands = row.cells.get(one.column).filter(|text| !text.is_empty());
            match stands {
                Some(text) if one.first == at => one.text.clone_from(text),
                None if one.first < at && !one.text.is_empty() && !empty => {
                    if row.cells.len() <= one.column {
                        row.cells.resize(one.column + 1, String::new());
                    }
                    if let Some(cell) = row.cells.get_mut(one.column) {
                        cell.clone_from(&one.text);
                    }
                }
                _ => {}
            }
        }
    }
}
