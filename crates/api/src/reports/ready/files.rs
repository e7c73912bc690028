//! A ready report as CSV, XLSX or PDF. A pack is several of them in one file.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;

use super::FileFormat;
use super::model::{Ready, Section, text};
use crate::error::{ApiError, Result};
use crate::pdf::{self, PdfError, report as paper};
use crate::reports::frame::Frame;
use crate::reports::table::{Book, Cell, Column, Kind, book_response, open_exports, whole_csv};

/// Reports that leave together.
pub struct Bundle<'a> {
    /// What the whole is called.
    pub title: String,
    /// Each with its ground.
    pub reports: Vec<(&'a Frame, &'a Ready)>,
}

pub(super) async fn answer(
    frame: &Frame,
    report: Ready,
    format: FileFormat,
    section: Option<&str>,
) -> Result<Response> {
    let _permit = open_exports().await?;
    let (name, illustrative) = (frame.file_name(report.kind.word()), frame.about.policy.illustrative);
    let bundle = Bundle { title: report.title.clone(), reports: vec![(frame, &report)] };
    match format {
        FileFormat::Xlsx => book_response(&name, illustrative, workbook_of(&bundle).map_err(ApiError::internal)?).await,
        FileFormat::Pdf => {
            let file = pdf_of(&bundle).map_err(|error| error.unprintable())?;
            Ok(attached(&name, illustrative, "pdf", "application/pdf", file))
        }
        FileFormat::Csv | FileFormat::Json => {
            let found = match section.or(report.sections.first().map(|first| first.key.as_str())) {
                Some(key) => self::section(&report, key)?,
                None => return Err(ApiError::internal(anyhow::anyhow!("a report without sections"))),
            };
            let mut columns: Vec<Column> = found.columns.iter().map(|(_, column)| column.clone()).collect();
            columns.push(Column::text(frame.policy_title(), 30.0));
            let policy = frame.policy_cell();
            let rows = found.rows.iter().map(|row| {
                let mut cells = row.cells.clone();
                cells.push(Cell::text(policy.as_str()));
                cells
            });
            let file = whole_csv(&columns, rows).map_err(ApiError::internal)?;
            Ok(attached(&name, illustrative, "csv", "text/csv; charset=utf-8; header=present", file))
        }
    }
}

/// The section of this word.
pub(super) fn section<'r>(report: &'r Ready, key: &str) -> Result<&'r Section> {
    report.sections.iter().find(|one| one.key == key).ok_or_else(|| {
        let keys: Vec<&str> = report.sections.iter().map(|one| one.key.as_str()).collect();
        ApiError::invalid_field("section", "unknown_section", format!("must be one of {}", keys.join(", ")))
    })
}

fn attached(name: &str, illustrative: bool, ending: &str, media: &'static str, file: Vec<u8>) -> Response {
    let mark = if illustrative { "-illustrative" } else { "" };
    let disposition = format!("attachment; filename=\"{name}{mark}.{ending}\"");
    let disposition = HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, file).into_response()
}

/// A sheet for each section, with its chart, and one that says where the numbers come from.
pub fn workbook_of(bundle: &Bundle<'_>) -> anyhow::Result<Book> {
    let Some((frame, first)) = bundle.reports.first() else { anyhow::bail!("a workbook of nothing") };
    let several = bundle.reports.len() > 1;
    let mut book = Book::new(if frame.say("合计", "Total") == "Total" { "Total" } else { "合计" }, frame.mark());
    let mut used: Vec<String> = Vec::new();
    for (_, report) in &bundle.reports {
        for section in &report.sections {
            let name = if several { format!("{}·{}", report.title, section.title) } else { section.title.clone() };
            let name = sheet_name(&name, &mut used);
            book.begin(&name, section.columns.iter().map(|(_, column)| column.clone()).collect())?;
            for row in &section.rows {
                book.row(&row.cells)?;
            }
            if let Some((label, values)) = &section.chart {
                let narrow = |at: &usize| u16::try_from(*at).unwrap_or(u16::MAX);
                let values: Vec<u16> = values.iter().map(narrow).collect();
                book.chart(&section.title, narrow(label), &values)?;
            }
            book.end()?;
        }
    }
    let mut notes: Vec<(&str, String)> = Vec::new();
    for (_, report) in &bundle.reports {
        notes.extend(report.notes.iter().map(|note| (report.title.as_str(), note.clone())));
    }
    let title = if several { bundle.title.as_str() } else { first.title.as_str() };
    book.about(frame.say("说明", "About"), &frame.lines(title, &notes))?;
    Ok(book)
}

/// A name that a sheet may have, and no other one has.
fn sheet_name(wanted: &str, used: &mut Vec<String>) -> String {
    let plain: String = wanted.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\')).collect();
    let mut name: String = plain.chars().take(28).collect();
    let mut number = 2;
    while used.contains(&name) {
        name = format!("{} {number}", plain.chars().take(25).collect::<String>());
        number += 1;
    }
    used.push(name.clone());
    name
}

/// Tables on paper; every page says what the data are of.
pub fn pdf_of(bundle: &Bundle<'_>) -> std::result::Result<Vec<u8>, PdfError> {
    let Some((frame, _)) = bundle.reports.first() else { return Err(PdfError::Written("nothing".to_owned())) };
    let about = &frame.about;
    let moment = about.as_of.with_timezone(&frame.zone);
    let mut place = vec![about.district.name.clone()];
    place.extend([&about.school, &about.class, &about.host].into_iter().flatten().map(|one| one.name.clone()));
    let open = || frame.say("不限", "open").to_owned();
    let day = |day: Option<chrono::NaiveDate>| day.map_or_else(open, |day| day.to_string());
    let period = match &about.period.term {
        Some(term) => format!("{term} ({} – {})", day(about.period.from), day(about.period.to)),
        None => format!("{} – {}", day(about.period.from), day(about.period.to)),
    };
    let foot = format!(
        "{}{} · {}{}",
        frame.say("数据时间 ", "Data as of "),
        moment.to_rfc3339_opts(SecondsFormat::Secs, false),
        frame.say("学分办法 ", "Policy "),
        frame.policy_cell()
    );
    let parts = bundle.reports.iter().map(|(_, report)| paper::Part {
        title: report.title.clone(),
        notes: report.notes.clone(),
        tables: report.sections.iter().map(|section| table(frame, section)).collect(),
    });
    pdf::report(&paper::Report {
        title: bundle.title.clone(),
        about: format!("{} · {period}", place.join(" · ")),
        mark: frame.mark(),
        foot,
        nothing: frame.say("没有内容", "Nothing").to_owned(),
        made: moment.fixed_offset(),
        parts: parts.collect(),
    })
}

fn table(frame: &Frame, section: &Section) -> paper::Table {
    let number = |kind| !matches!(kind, Kind::Text | Kind::Day);
    let share = |cell: &Cell| match cell {
        Cell::Share(share) => format!("{}.{}%", (share + 5) / 100, (share + 5) / 10 % 10),
        other => text(other),
    };
    let mut rows: Vec<Vec<String>> = section.rows.iter().map(|row| row.cells.iter().map(share).collect()).collect();
    let totals = (section.is_summed() && !rows.is_empty()).then(|| {
        let mut cells: Vec<String> = section.totals().iter().map(share).collect();
        if let Some(first) = cells.first_mut() {
            *first = frame.say("合计", "Total").to_owned();
        }
        cells
    });
    let is_totalled = totals.is_some();
    rows.extend(totals);
    paper::Table {
        title: section.title.clone(),
        columns: section
            .columns
            .iter()
            .map(|(_, column)| (column.title.clone(), column.width, number(column.kind)))
            .collect(),
        rows,
        is_totalled,
    }
}
