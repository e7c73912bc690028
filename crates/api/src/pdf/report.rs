//! Reports on paper: tables over as many pages as they need, each with its headers, its number, and what the data are of.

use chrono::{DateTime, FixedOffset};

use super::{
    PdfError,
    document::{About, Area, Colour, Document, Made, Page},
    font::Fonts,
    text::{Align, Role, Text},
};

/// A4 on its side.
const PAPER: (f32, f32) = (297.0, 210.0);
const EDGE: f32 = 14.0;
/// Where a page's content begins and ends, from the top.
const TOP: f32 = 16.0;
const BOTTOM: f32 = 193.0;
const ROW: f32 = 6.4;
const HEAD: f32 = 7.6;
const QUIET: Colour = Colour::Grey(90);
const LINE: Colour = Colour::Grey(200);
const BAND: Colour = Colour::Grey(240);
const ACCENT: Colour = Colour::Rgb(0, 92, 122);
/// Rows that are printed at the most; who needs more takes the workbook.
pub const ROWS_MAX: usize = 4000;

/// What is printed.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its title.
    pub title: String,
    /// Place and period.
    pub about: String,
    /// Said on every page where the policy is illustrative.
    pub mark: Option<String>,
    /// Said at the foot of every page: time of the data, policy version.
    pub foot: String,
    /// What stands in a table without rows.
    pub nothing: String,
    /// The moment of the data.
    pub made: DateTime<FixedOffset>,
    /// Its reports.
    pub parts: Vec<Part>,
}

/// One of its reports.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its title.
    pub title: String,
    /// What there is to know about its numbers.
    pub notes: Vec<String>,
    /// Its tables.
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its title.
    pub title: String,
    /// Headers, how wide, and whether numbers stand in it.
    pub columns: Vec<(String, f64, bool)>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row is of sums.
    pub is_totalled: bool,
}

/// A piece of a page.
enum Piece<'r> {
    Title(&'r str, u16),
    Note(&'r str),
    Head(&'r Table),
    Row(&'r Table, usize),
    Nothing,
}

impl Piece<'_> {
    fn height(&self) -> f32 {
        match self {
            Self::Title(_, 1) => 14.0,
            Self::Title(_, 2) => 12.0,
            Self::Title(..) => 11.0,
            // On one line, or on two.
            Self::Note(note) if note.chars().count() < 80 => 5.6,
            Self::Note(_) => 9.0,
            Self::Head(_) => HEAD,
            Self::Row(..) | Self::Nothing => ROW,
        }
    }
}

/// Makes it, with the fonts of the system.
pub fn report(of: &Report) -> Result<Vec<u8>, PdfError> {
    report_with(Fonts::system()?, of)
}

/// Makes it with given fonts. The same report makes the same bytes.
pub fn report_with(fonts: &Fonts, of: &Report) -> Result<Vec<u8>, PdfError> {
    if of.parts.iter().flat_map(|part| &part.tables).map(|table| table.rows.len()).sum::<usize>() > ROWS_MAX {
        return Err(PdfError::TooMany { most: ROWS_MAX });
    }
    let pages = pages(of);
    let all = pages.len();
    let mut document = Document::new(fonts, About { title: &of.title, made: Made::Moment(of.made) })?;
    for (number, pieces) in (1..).zip(pages) {
        document.page_of(PAPER, &format!("{number}"), |page| {
            let mut line = TOP;
            for piece in &pieces {
                draw(page, of, piece, line)?;
                line += piece.height();
            }
            foot(page, of, number, all)
        })?;
    }
    document.finish()
}

/// What stands on which page: a title is never the last thing on one, and a table goes on under its headers.
fn pages(of: &Report) -> Vec<Vec<Piece<'_>>> {
    let mut all: Vec<Vec<Piece<'_>>> = vec![vec![Piece::Title(&of.title, 1), Piece::Note(&of.about)]];
    let mut used: f32 = all.iter().flatten().map(Piece::height).sum();
    let several = of.parts.len() > 1;
    let room = BOTTOM - TOP;
    for part in &of.parts {
        if several && used > room / 2.0 {
            all.push(Vec::new());
            used = 0.0;
        }
        let mut before: Vec<Piece<'_>> = Vec::new();
        if several {
            before.push(Piece::Title(&part.title, 2));
        }
        before.extend(part.notes.iter().map(|note| Piece::Note(note)));
        for table in &part.tables {
            before.push(Piece::Title(&table.title, 3));
            before.push(Piece::Head(table));
            let rows = table.rows.len().max(1);
            for row in 0..rows {
                let piece = if table.rows.is_empty() { Piece::Nothing } else { Piece::Row(table, row) };
                let height = before.iter().map(Piece::height).sum::<f32>() + piece.height();
                if used + height > room {
                    all.push(Vec::new());
                    used = 0.0;
                    if before.is_empty() {
                        before.push(Piece::Head(table));
                    }
                }
                before.push(piece);
                used += before.iter().map(Piece::height).sum::<f32>();
                if let Some(page) = all.last_mut() {
                    page.append(&mut before);
                }
            }
        }
        // A report of notes alone.
        used += before.iter().map(Piece::height).sum::<f32>();
        if let Some(page) = all.last_mut() {
            page.append(&mut before);
        }
    }
    all
}

fn draw(page: &mut Page<'_>, of: &Report, piece: &Piece<'_>, top: f32) -> Result<(), PdfError> {
    let width = PAPER.0 - 2.0 * EDGE;
    match piece {
        Piece::Title(title, level) => {
            let (size, above) = match level {
                1 => (19.0, 0.0),
                2 => (15.0, 3.0),
                _ => (11.5, 3.6),
            };
            let style = Text::new(size, 9.0).role(Role::Heading(*level)).colour(if *level == 2 {
                ACCENT
            } else {
                Colour::BLACK
            });
            page.text(Area::new(EDGE, top + above, width, 9.0), title, &style)?;
        }
        Piece::Note(note) => {
            page.text(Area::new(EDGE, top, width, 8.4), note, &Text::new(9.0, 7.5).wrap().colour(QUIET))?;
        }
        Piece::Nothing => {
            page.text(Area::new(EDGE, top + 1.4, width, ROW), &of.nothing, &Text::new(9.0, 7.0).colour(QUIET))?;
        }
        Piece::Head(table) => {
            page.rectangle(Area::new(EDGE, top, width, HEAD), BAND);
            cells(
                page,
                table,
                top + 1.0,
                HEAD - 1.6,
                |at| table.columns.get(at).map(|column| column.0.as_str()),
                true,
            )?;
        }
        Piece::Row(table, row) => {
            let Some(values) = table.rows.get(*row) else { return Ok(()) };
            let last = table.is_totalled && row + 1 == table.rows.len();
            if last {
                page.rectangle(Area::new(EDGE, top, width, ROW), BAND);
            }
            cells(page, table, top + 1.4, ROW - 1.6, |at| values.get(at).map(String::as_str), false)?;
            page.lines(&[((EDGE, top + ROW), (EDGE + width, top + ROW))], 0.15, LINE);
        }
    }
    Ok(())
}

fn cells<'t>(
    page: &mut Page<'_>,
    table: &Table,
    top: f32,
    height: f32,
    text: impl Fn(usize) -> Option<&'t str>,
    head: bool,
) -> Result<(), PdfError> {
    let width = PAPER.0 - 2.0 * EDGE;
    let shares: Vec<f32> = table.columns.iter().map(|column| share(column.1)).collect();
    let whole: f32 = shares.iter().sum();
    let mut x = EDGE;
    for (at, (part, column)) in shares.iter().zip(&table.columns).enumerate() {
        let room = width * part / whole;
        let align = if column.2 { Align::Right } else { Align::Left };
        let mut style = if head { Text::new(8.5, 7.0).wrap() } else { Text::new(9.0, 6.5) };
        style = style.align(align);
        if head {
            style = style.colour(QUIET);
        }
        page.text(Area::new(x + 1.0, top, room - 2.0, height), text(at).unwrap_or_default(), &style)?;
        x += room;
    }
    Ok(())
}

/// Widths come in characters of a sheet.
fn share(width: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "a few dozen characters")]
    let width = width as f32;
    width.max(8.0)
}

fn foot(page: &mut Page<'_>, of: &Report, number: usize, all: usize) -> Result<(), PdfError> {
    let width = PAPER.0 - 2.0 * EDGE;
    page.lines(&[((EDGE, 195.5), (EDGE + width, 195.5))], 0.2, LINE);
    let quiet = Text::new(8.0, 6.0).colour(QUIET);
    page.text(Area::new(EDGE, 197.0, width - 30.0, 5.0), &of.foot, &quiet)?;
    let at = Area::new(EDGE + width - 28.0, 197.0, 28.0, 5.0);
    page.text(at, &format!("{number} / {all}"), &quiet.align(Align::Right).role(Role::Decoration))?;
    if let Some(mark) = &of.mark {
        page.text(Area::new(EDGE, 8.0, width, 5.0), mark, &Text::new(8.5, 6.0).colour(Colour::Rgb(176, 0, 0)))?;
    }
    Ok(())
}
