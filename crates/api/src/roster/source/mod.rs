//! Files of rosters, whatever their format, as rows of cells.

mod oneroster;
mod sheet;

use std::io::Cursor;

use bytes::Bytes;
use chrono::NaiveDate;
use kepu_domain::roster::{Incoming, SchoolList};

pub(super) use oneroster::{Known, KnownClass, KnownUser};

use super::Format;
use crate::{
    error::{ApiError, FieldError, Result},
    sheet::{Limits, SheetError},
};

/// The most rows that one import takes.
const MOST_ROWS: u64 = 500_000;

/// A file whose outside is sound: it can be read, and has the columns that it must have.
pub(super) enum Source {
    Sheet(Box<sheet::RosterSheet>),
    OneRoster(Box<oneroster::Package>),
}

/// What a file holds.
#[derive(Default)]
pub(super) struct Content {
    /// The rows.
    pub rows: Vec<Incoming>,
    /// Users who are no persons here.
    pub skipped: u64,
}

impl Source {
    /// Opens a file and checks its outside. `has_school`: the upload says which school it is.
    pub(super) fn open(name: &str, bytes: Bytes, has_school: bool) -> Result<Self> {
        if bytes.is_empty() {
            return Err(file_error("empty_file", "is empty"));
        }
        if bytes.starts_with(b"PK") {
            let mut archive = zip::ZipArchive::new(Cursor::new(bytes.clone()))
                .map_err(|error| file_error("bad_zip", format!("is no sound zip or XLSX file: {error}")))?;
            let is_workbook =
                archive.by_name("[Content_Types].xml").is_ok() || archive.by_name("xl/workbook.xml").is_ok();
            if !is_workbook {
                return Ok(Self::OneRoster(Box::new(oneroster::Package::open(archive)?)));
            }
        }
        Ok(Self::Sheet(Box::new(sheet::RosterSheet::open(name, bytes, has_school)?)))
    }

    pub(super) fn format(&self) -> Format {
        match self {
            Self::Sheet(_) => Format::Sheet,
            Self::OneRoster(package) if package.is_delta() => Format::OnerosterDelta,
            Self::OneRoster(_) => Format::OnerosterBulk,
        }
    }

    /// What the reader of the difference should know.
    pub(super) fn notes(&self) -> String {
        match self {
            Self::Sheet(sheet) if !sheet.ignored().is_empty() => {
                format!("Columns that were passed over: {}", sheet.ignored().join(", "))
            }
            _ => String::new(),
        }
    }

    /// The school year that the file itself is for on this day.
    pub(super) fn school_year(&mut self, day: NaiveDate) -> Result<Option<i32>> {
        match self {
            Self::Sheet(_) => Ok(None),
            Self::OneRoster(package) => package.school_year(day),
        }
    }

    /// Reads all rows.
    pub(super) fn read(&mut self, schools: &SchoolList, known: &Known, day: NaiveDate) -> Result<Content> {
        match self {
            Self::Sheet(sheet) => sheet.read(),
            Self::OneRoster(package) => package.read(schools, known, day),
        }
    }
}

/// 422 about the file as a whole.
fn file_error(code: &'static str, message: impl Into<String>) -> ApiError {
    let message = message.into();
    ApiError::unprocessable(code, format!("The file {message}."))
        .with_errors(vec![FieldError::new("file", code, message)])
}

fn sheet_error(error: &SheetError) -> ApiError {
    let message = error.message().en;
    let mut field = FieldError::new("file", error.code(), message.clone());
    field.row = error.row();
    ApiError::unprocessable(error.code(), error.to_string()).with_errors(vec![field])
}

fn limits() -> Limits {
    Limits { bytes: 512 << 20, unpacked_bytes: 1 << 30, rows: MOST_ROWS, columns: 128, cell_bytes: 2_000 }
}
