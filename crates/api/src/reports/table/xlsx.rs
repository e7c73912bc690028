//! XLSX, written row by row to a file: memory does not grow with rows.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use chrono::Datelike;
use rust_xlsxwriter::{Chart, ChartType, ExcelDateTime, Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError};

use super::{Cell, Column, HIDDEN, Kind};

/// Rows of data that one sheet takes; further ones go to the next. A sheet ends at 1,048,576.
const ROWS: u32 = 1_048_000;

/// Rows that a chart draws.
const CHARTED: u32 = 40;

/// A workbook: sheets of tables, and one that says where the numbers come from.
pub struct Book {
    workbook: Workbook,
    formats: Formats,
    mark: Option<String>,
    totals: &'static str,
    table: Option<Table>,
}

struct Table {
    sheet: usize,
    name: String,
    number: u32,
    columns: Vec<Column>,
    rows: u32,
    sums: Vec<i64>,
}

struct Formats {
    header: Format,
    bold: Format,
    mark: Format,
    wrap: Format,
    cells: [Format; 6],
    totals: [Format; 6],
}

impl Formats {
    fn new() -> Self {
        let format = |kind| match kind {
            Kind::Text => Format::new(),
            Kind::Count => Format::new().set_num_format("#,##0"),
            Kind::Credit => Format::new().set_num_format("0.0##"),
            Kind::Share => Format::new().set_num_format("0.0%"),
            Kind::Day => Format::new().set_num_format("yyyy-mm-dd"),
            Kind::Money => Format::new().set_num_format("#,##0.00"),
        };
        let kinds = [Kind::Text, Kind::Count, Kind::Credit, Kind::Share, Kind::Day, Kind::Money];
        Self {
            header: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            bold: Format::new().set_bold(),
            mark: Format::new().set_bold().set_font_color("C00000"),
            wrap: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            cells: kinds.map(format),
            totals: kinds.map(|kind| format(kind).set_bold()),
        }
    }
}

impl Book {
    /// An empty workbook. `totals` is the label of totals rows; `mark` goes on every page that is printed.
    pub fn new(totals: &'static str, mark: Option<String>) -> Self {
        Self { workbook: Workbook::new(), formats: Formats::new(), mark, totals, table: None }
    }

    /// Begins a sheet with a table: bold headers that stay in view.
    pub fn begin(&mut self, name: &str, columns: Vec<Column>) -> Result<(), XlsxError> {
        self.end()?;
        let sheet = self.sheet(name, &columns)?;
        let sums = vec![0; columns.len()];
        self.table = Some(Table { sheet, name: name.to_owned(), number: 1, columns, rows: 0, sums });
        Ok(())
    }

    fn sheet(&mut self, name: &str, columns: &[Column]) -> Result<usize, XlsxError> {
        let index = self.workbook.worksheets().len();
        let mark = self.mark.clone();
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_repeat_rows(0, 0)?;
        if let Some(mark) = mark {
            sheet.set_header(format!("&C{}", mark.replace('&', "&&")));
        }
        for (at, column) in (0..).zip(columns) {
            sheet.set_column_width(at, column.width)?;
            sheet.write_string_with_format(0, at, &column.title, &self.formats.header)?;
        }
        Ok(index)
    }

    /// Adds a row to the table that was begun.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        if self.table.as_ref().is_some_and(|table| table.rows == ROWS)
            && let Some(full) = self.finish()?
        {
            let (number, sums) = (full.number + 1, vec![0; full.columns.len()]);
            let sheet = self.sheet(&format!("{} {number}", full.name), &full.columns)?;
            self.table = Some(Table { sheet, number, rows: 0, sums, ..full });
        }
        let Some(table) = self.table.as_mut() else { return Ok(()) };
        let sheet = self.workbook.worksheet_from_index(table.sheet)?;
        table.rows += 1;
        for ((at, cell), sum) in (0..).zip(cells).zip(&mut table.sums) {
            *sum = sum.saturating_add(write(sheet, &self.formats.cells, table.rows, at, cell)?);
        }
        Ok(())
    }

    /// Ends the table: a filter over its rows, and a totals row of formulas that follow the filter.
    pub fn end(&mut self) -> Result<(), XlsxError> {
        self.finish().map(|_| ())
    }

    fn finish(&mut self) -> Result<Option<Table>, XlsxError> {
        let Some(table) = self.table.take() else { return Ok(None) };
        let sheet = self.workbook.worksheet_from_index(table.sheet)?;
        let last = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        sheet.autofilter(0, 0, table.rows, last)?;
        if table.rows == 0 || !table.columns.iter().any(|column| column.summed) {
            return Ok(Some(table));
        }
        let row = table.rows + 1;
        sheet.write_string_with_format(row, 0, self.totals, &self.formats.bold)?;
        for ((at, column), sum) in (0..).zip(&table.columns).zip(&table.sums) {
            if column.summed {
                let letter = rust_xlsxwriter::utility::column_number_to_name(at);
                let result = match column.kind {
                    Kind::Credit => decimal(*sum, 1000),
                    Kind::Money => decimal(*sum, 100),
                    _ => sum.to_string(),
                };
                let formula = Formula::new(format!("=SUBTOTAL(109,{letter}2:{letter}{row})")).set_result(result);
                sheet.write_formula_with_format(row, at, formula, &self.formats.totals[column.kind as usize])?;
            }
        }
        Ok(Some(table))
    }

    /// Ends the table and draws columns of it beside it: what the first of these columns names, as tall as the others say.
    pub fn chart(&mut self, title: &str, label: u16, values: &[u16]) -> Result<(), XlsxError> {
        let Some(table) = self.finish()? else { return Ok(()) };
        if table.rows == 0 || table.number > 1 {
            return Ok(());
        }
        // More are not told apart.
        let last = table.rows.min(CHARTED);
        let mut chart = Chart::new(ChartType::Column);
        chart.title().set_name(title);
        chart.set_width(720).set_height(360);
        for at in values {
            let name = table.columns.get(usize::from(*at)).map_or("", |column| column.title.as_str());
            chart
                .add_series()
                .set_categories((table.name.as_str(), 1, label, last, label))
                .set_values((table.name.as_str(), 1, *at, last, *at))
                .set_name(name);
        }
        let beside = u16::try_from(table.columns.len()).unwrap_or(u16::MAX).saturating_add(1);
        self.workbook.worksheet_from_index(table.sheet)?.insert_chart(1, beside, &chart)?;
        Ok(())
    }

    /// Adds the sheet that says what the numbers are: label and value, line by line.
    pub fn about(&mut self, name: &str, lines: &[(String, String)]) -> Result<(), XlsxError> {
        let mark = self.mark.clone();
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_column_width(0, 18)?;
        sheet.set_column_width(1, 70)?;
        sheet.set_freeze_panes(1, 0)?;
        for (row, (label, value)) in (0..).zip(lines) {
            let marked = mark.as_ref() == Some(value);
            let first = if row == 0 { &self.formats.header } else { &self.formats.bold };
            sheet.write_string_with_format(row, 0, label, first)?;
            sheet.write_string_with_format(
                row,
                1,
                value,
                if marked { &self.formats.mark } else { &self.formats.wrap },
            )?;
        }
        Ok(())
    }

    /// Writes the workbook to a file without a name and goes back to its beginning.
    pub fn save(mut self) -> anyhow::Result<File> {
        self.end()?;
        let mut file = tempfile::tempfile()?;
        self.workbook.save_to_writer(&mut file)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

/// Writes a cell; answers what it adds to the sum of its column.
fn write(sheet: &mut Worksheet, formats: &[Format; 6], row: u32, at: u16, cell: &Cell) -> Result<i64, XlsxError> {
    match cell {
        Cell::Empty => Ok(0),
        Cell::Text(text) => {
            // Excel takes no more in a cell.
            let text: String = text.chars().take(32_000).collect();
            sheet.write_string(row, at, text).map(|_| 0)
        }
        Cell::Count(count) => {
            sheet.write_number_with_format(row, at, float(*count, 1), &formats[Kind::Count as usize]).map(|_| *count)
        }
        Cell::Credit(milli) => sheet
            .write_number_with_format(row, at, float(*milli, 1000), &formats[Kind::Credit as usize])
            .map(|_| *milli),
        Cell::Money(fen) => {
            sheet.write_number_with_format(row, at, float(*fen, 100), &formats[Kind::Money as usize]).map(|_| *fen)
        }
        Cell::Hidden => sheet.write_string(row, at, HIDDEN).map(|_| 0),
        Cell::Share(share) => {
            sheet.write_number_with_format(row, at, float(*share, 10_000), &formats[Kind::Share as usize]).map(|_| 0)
        }
        Cell::Day(day) => {
            let parts = (u16::try_from(day.year()), u8::try_from(day.month()), u8::try_from(day.day()));
            let known = if let (Ok(year), Ok(month), Ok(of_month)) = parts {
                ExcelDateTime::from_ymd(year, month, of_month).ok()
            } else {
                None
            };
            match known {
                Some(date) => sheet.write_date_with_format(row, at, &date, &formats[Kind::Day as usize]),
                // The file format knows no days before 1900.
                None => sheet.write_string(row, at, day.to_string()),
            }
            .map(|_| 0)
        }
    }
}

/// The file format knows no other numbers; what kepu keeps stays exact.
#[expect(clippy::cast_precision_loss, reason = "sums of credit stay far below 2^53 thousandths")]
fn float(value: i64, scale: i64) -> f64 {
    value as f64 / scale as f64
}

fn decimal(value: i64, scale: i64) -> String {
    float(value, scale).to_string()
}
