//! A sheet as rows of cells by column: Chinese or English names in any order, a title above the header or not, columns that
//! we do not need.

use bytes::Bytes;
use kepu_domain::{roster::cell::fold, text::Lang};

use super::{
    cells::Cells,
    footer,
    header::{self, Both},
    span,
};
use crate::{
    error::{ApiError, FieldError, Result},
    sheet::{Fault, Limits, Row, Rows, Sheet, plain},
};

/// The most rows of a list.
const MOST: u64 = 5000;

/// The column of the number at the side of each row.
pub(super) const SIDE: &str = "no";

/// The columns of the days of a term.
const TERM: [&str; 2] = ["valid_from", "valid_to"];

/// The columns in which a month may stand.
const MONTHS: [&str; 3] = ["valid_from", "valid_to", "month"];

/// A column that is read.
#[derive(Debug)]
pub(super) struct Column {
    /// What it is called in JSON.
    pub(super) key: &'static str,
    /// What it may be called in the header; the first is what a template says.
    pub(super) names: &'static [&'static str],
    /// Whether the header must have it.
    pub(super) required: bool,
    /// What a template has in it.
    pub(super) example: &'static str,
}

/// What a sheet holds.
#[derive(Debug)]
pub(super) struct Content {
    /// Row number, cells, and what is wrong with the row as such.
    pub(super) rows: Vec<(u64, Cells, Vec<FieldError>)>,
    /// Columns that were passed over, and other worksheets with such a header as `Name!`.
    pub(super) ignored: Vec<String>,
    /// How the file was read, where that is not plain: `chinese_commas`, and `passed_over` with the number and the text of
    /// each row that is no entry.
    pub(super) notes: Vec<String>,
}

/// Where a column stands: under the first of its names that the header has.
fn find(header: &[String], column: &Column) -> Option<usize> {
    let header: Vec<String> = header.iter().map(|name| header::told(name)).collect();
    let key = plain(column.key);
    column.names.iter().copied().chain([key.as_str()]).find_map(|name| header.iter().position(|known| known == name))
}

/// Reads a file. Of each set of columns that is asked for, the header must have one.
pub(super) fn read(name: &str, bytes: Bytes, columns: &[Column], asked: &[&[&str]]) -> Result<Content> {
    let limits = Limits { bytes: 32 << 20, unpacked_bytes: 64 << 20, rows: MOST, ..Limits::default() };
    let unreadable = |error: &dyn std::fmt::Display| ApiError::unprocessable("unreadable_sheet", error.to_string());
    let mut sheet = Sheet::from_bytes(name, bytes, limits).map_err(|error| unreadable(&error))?.filled().as_shown();
    let is_header = |cells: &[String]| columns.iter().filter(|one| one.required).all(|one| find(cells, one).is_some());
    let others = sheet.choose_worksheet(is_header);
    // In a workbook each cell has its place: what stands beside the columns takes nothing away from them.
    let has_places = sheet.worksheets().is_some();
    let mut rows = sheet.rows_under(is_header).map_err(|error| unreadable(&error))?;
    read_second_row(&mut rows, columns)?;
    if has_places {
        show_beside(&mut rows, columns);
    }
    let header: Vec<String> = rows.header().to_vec();
    let notes = rows.has_chinese_commas().then(|| "chinese_commas".to_owned()).into_iter().collect();
    let places: Vec<Option<usize>> = columns.iter().map(|column| find(&header, column)).collect();
    let has = |key: &str| columns.iter().zip(&places).any(|(column, place)| column.key == key && place.is_some());
    let lacks = |column: &&Column| column.required && !has(column.key);
    let missing = columns.iter().filter(lacks).map(|column| {
        let name = column.names.first().copied().unwrap_or(column.key);
        let message = format!("there is no column {name} ({}); the header must name it", column.key);
        FieldError::new(column.key, "missing_column", message)
    });
    let unsaid = asked.iter().filter(|set| !set.iter().any(|key| has(key))).filter_map(|set| set.first());
    let unsaid = unsaid.filter_map(|key| columns.iter().find(|column| column.key == *key)).map(|column| {
        let name = column.names.first().copied().unwrap_or(column.key);
        let message = format!(
            "there is no column {name} ({}); the header must name it, or the upload say it for all",
            column.key
        );
        FieldError::new(column.key, "missing_or_given", message)
    });
    let missing: Vec<FieldError> = missing.chain(unsaid).collect();
    if !missing.is_empty() {
        let detail =
            format!("The header lacks columns, see errors. Row {} reads: {}", rows.header_row(), header.join(", "));
        return Err(ApiError::unprocessable("missing_column", detail).with_errors(missing));
    }
    let ignored = header.iter().enumerate().filter(|(at, name)| !name.is_empty() && !places.contains(&Some(*at)));
    let ignored = ignored.map(|(_, name)| name.chars().take(40).collect());
    let ignored = ignored.chain(others.iter().map(|name| format!("{name}!"))).collect();
    let mut content = Content { rows: Vec::new(), ignored, notes };
    for row in rows {
        let row = row.map_err(|error| unreadable(&error))?;
        let named = columns.iter().zip(&places).find(|(column, _)| column.required).and_then(|(_, place)| *place);
        if let Some(text) = footer::tells(&row.cells, named.map_or("", |at| row.cell(at))) {
            content.notes.push(passed_over(row.number, text));
            continue;
        }
        let cells = columns.iter().zip(&places).filter_map(|(column, place)| {
            let text = row.cell((*place)?).replace('\0', "\u{fffd}");
            (!text.is_empty()).then(|| (column.key.to_owned(), text))
        });
        let cells: Cells = cells.collect();
        let read = |fault: &&Fault| match &fault.column {
            Some(name) => places.iter().flatten().any(|at| header.get(*at) == Some(name)),
            None => !has_places,
        };
        let mut faults: Vec<FieldError> =
            row.faults.iter().filter(read).map(|fault| told(fault, row.number, &header, columns)).collect();
        for (column, place) in columns.iter().zip(&places) {
            let Some(place) = *place else { continue };
            faults.extend(unclear_month(&row, column.key, place));
            if has_places && header.get(place + 1).is_some_and(String::is_empty) {
                faults.extend(two_days(&row, column.key, place));
            }
        }
        // A number at the side, a page's footer, or the header once more.
        let named = |(key, text): (&String, &String)| {
            let is_of_term = TERM.contains(&key.as_str()) && (header::is_term(text) || header::bound(text).is_some());
            let is_name = |one: &Column| one.key == key && find(std::slice::from_ref(text), one).is_some();
            key == SIDE || is_of_term || columns.iter().any(is_name)
        };
        if faults.is_empty() && cells.iter().all(named) {
            continue;
        }
        content.rows.push((row.number, cells, faults));
    }
    if content.rows.is_empty() {
        return Err(ApiError::unprocessable("empty_file", "The file has a header but no rows."));
    }
    Ok(content)
}

/// Takes the row under the header, or above it, for a part of it where only both together say what the columns are.
fn read_second_row(rows: &mut Rows<'_>, columns: &[Column]) -> Result<()> {
    let first = rows.header().to_vec();
    let is_name = |text: &str| columns.iter().any(|one| find(&[text.to_owned()], one).is_some());
    let below = rows.below().map_err(|error| ApiError::unprocessable("unreadable_sheet", error.to_string()))?;
    match header::with_below(&first, below, is_name) {
        Both::Header(names) => rows.rename_with_below(names),
        Both::Unclear => return Err(unclear_header(&first)),
        Both::Apart => match header::with_above(rows.above(), &first) {
            Both::Header(names) => rows.rename(names),
            Both::Unclear => return Err(unclear_header(&first)),
            Both::Apart => {}
        },
    }
    if header::says_twice(rows.header()) {
        return Err(unclear_header(rows.header()));
    }
    Ok(())
}

fn unclear_header(header: &[String]) -> ApiError {
    let detail = format!(
        "The header does not say which columns hold the first and the last day. Name them 有效期起 and 有效期至 in one \
         row. It reads: {}",
        header.join(", ")
    );
    let wrong = FieldError::new("valid_to", "two_row_header", "must have a name of its own, and so must valid_from");
    ApiError::unprocessable("unclear_header", detail).with_errors(vec![wrong])
}

/// What stands right of the last column is read as well if that is one of a term: its heading may run over both.
fn show_beside(rows: &mut Rows<'_>, columns: &[Column]) {
    let last = rows.header().len().checked_sub(1);
    let is_last = |one: &Column| TERM.contains(&one.key) && find(rows.header(), one) == last;
    if last.is_some() && columns.iter().any(is_last) {
        let names = rows.header().iter().cloned().chain([String::new()]).collect();
        rows.rename(names);
    }
}

/// Says of a row that it was passed over, and why.
fn passed_over(row: u64, text: &str) -> String {
    let text: String = text.replace('\0', "\u{fffd}").split_whitespace().collect::<Vec<_>>().join(" ");
    format!("passed_over {row} {}", text.chars().take(40).collect::<String>())
}

/// A month that is January or October, for whoever keeps the file as numbers keeps 2025.10 as 2025.1.
fn unclear_month(row: &Row, column: &str, place: usize) -> Option<FieldError> {
    if !MONTHS.contains(&column) || !row.may_lack_zeros(place) {
        return None;
    }
    let text = fold(row.cell(place));
    let year = text.strip_suffix(".1")?;
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let message =
        format!("may be January or October, as a number has no zeros at its end; write {year}-01 or {year}-10");
    Some(FieldError::new(column, "unclear_month", message).value(text).at(row.number, column))
}

/// A day in a column of a term beside which another one stands under no name: which of them is meant, nobody says.
fn two_days(row: &Row, column: &str, place: usize) -> Option<FieldError> {
    let beside = row.cell(place + 1);
    if !TERM.contains(&column) || beside.is_empty() || span::read(beside).is_none() {
        return None;
    }
    let message = "stands beside another day under the same heading; name both columns, or write the term here";
    let value = format!("{} {beside}", row.cell(place));
    Some(FieldError::new(column, "two_days", message).value(value).at(row.number, column))
}

fn told(fault: &Fault, row: u64, header: &[String], columns: &[Column]) -> FieldError {
    let named = fault.column.as_ref().and_then(|name| {
        let at = header.iter().position(|known| known == name);
        columns.iter().find(|column| find(header, column) == at)
    });
    let column = named.map_or_else(|| fault.column.clone().unwrap_or_default(), |column| column.key.to_owned());
    let value: String = fault.value.chars().filter(|c| *c != '\0').take(80).collect();
    let message = format!("cannot be taken; expected {}", fault.expected().get(Lang::En));
    let code = if column.is_empty() { "unlike_header" } else { "unreadable_cell" };
    FieldError::new(column.clone(), code, message).value(value).at(row, column)
}
