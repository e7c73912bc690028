//! A sheet as rows of cells by column: Chinese or English names in any order, a title above the header or not, columns that
//! we do not need.

use bytes::Bytes;
use kepu_domain::text::Lang;

use super::cells::Cells;
use crate::{
    error::{ApiError, FieldError, Result},
    sheet::{Fault, Limits, Sheet, plain},
};

/// The most rows of a list.
const MOST: u64 = 5000;

/// The column of the number at the side of each row.
pub(super) const SIDE: &str = "no";

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
    /// How the file was read, where that is not plain.
    pub(super) notes: Vec<String>,
}

/// Where a column stands: under the first of its names that the header has.
fn find(header: &[String], column: &Column) -> Option<usize> {
    let header: Vec<String> = header.iter().map(|name| plain(name)).collect();
    let key = plain(column.key);
    column.names.iter().copied().chain([key.as_str()]).find_map(|name| header.iter().position(|known| known == name))
}

/// Reads a file. Of each set of columns that is asked for, the header must have one.
pub(super) fn read(name: &str, bytes: Bytes, columns: &[Column], asked: &[&[&str]]) -> Result<Content> {
    let limits = Limits { bytes: 32 << 20, unpacked_bytes: 64 << 20, rows: MOST, ..Limits::default() };
    let unreadable = |error: &dyn std::fmt::Display| ApiError::unprocessable("unreadable_sheet", error.to_string());
    let mut sheet = Sheet::from_bytes(name, bytes, limits).map_err(|error| unreadable(&error))?.filled();
    let is_header = |cells: &[String]| columns.iter().filter(|one| one.required).all(|one| find(cells, one).is_some());
    let others = sheet.choose_worksheet(is_header);
    // In a workbook each cell has its place: what stands beside the columns takes nothing away from them.
    let has_places = sheet.worksheets().is_some();
    let rows = sheet.rows_under(is_header).map_err(|error| unreadable(&error))?;
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
        let cells = columns.iter().zip(&places).filter_map(|(column, place)| {
            let text = row.cell((*place)?).replace('\0', "\u{fffd}");
            (!text.is_empty()).then(|| (column.key.to_owned(), text))
        });
        let cells: Cells = cells.collect();
        let read = |fault: &&Fault| match &fault.column {
            Some(name) => places.iter().flatten().any(|at| header.get(*at) == Some(name)),
            None => !has_places,
        };
        let faults: Vec<FieldError> =
            row.faults.iter().filter(read).map(|fault| told(fault, row.number, &header, columns)).collect();
        // A number at the side, a page's footer, or the header once more.
        let named = |(key, text): (&String, &String)| {
            key == SIDE || columns.iter().any(|one| one.key == key && find(std::slice::from_ref(text), one).is_some())
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
