//! Pass cards of a class: A4, ten a page, each of the size of a bank card, to be cut apart.

use chrono::NaiveDate;

use super::{
    PdfError,
    document::{A4, About, Area, Colour, Document, Made, Page},
    font::Fonts,
    qr::Qr,
    text::{Align, Role, Text},
};

const COLUMNS: usize = 2;
const ROWS: usize = 5;
/// A card, in millimetres.
const CARD: (f32, f32) = (85.0, 54.0);
/// The upper left corner of the first card. Below the last one the footer has its place.
const FIRST: (f32, f32) = ((A4.0 - 2.0 * CARD.0) / 2.0, 11.5);
/// The code without its quiet zone: version 6 has 41 modules, so that each is 0.8 mm wide.
const CODE: f32 = 32.8;

const QUIET: Colour = Colour::Grey(90);
const MARK: Colour = Colour::Grey(150);
const ACCENT: Colour = Colour::Rgb(0, 92, 122);

/// What a sheet of cards says of all of them.
#[derive(Debug, Clone)]
pub struct CardSheet {
    /// The district, on every card.
    pub district_name: String,
    /// The class, in the footer.
    pub class_name: String,
    /// The day on which the sheet was made.
    pub made_at: NaiveDate,
}

/// The pass of one pupil.
#[derive(Debug, Clone)]
pub struct Card {
    /// What the code holds.
    pub token: String,
    /// The pupil.
    pub name: String,
    /// The class.
    pub class_name: String,
    /// The school.
    pub school_name: String,
    /// The public number, as people read it: `0000 1234 5678`.
    pub number: String,
    /// Which pass it is of those that the pupil had, from 1.
    pub issue: u16,
}

/// Makes the cards of a class, in the order given, with the fonts of the system.
pub fn cards(sheet: &CardSheet, cards: &[Card]) -> Result<Vec<u8>, PdfError> {
    cards_with(Fonts::system()?, sheet, cards)
}

/// Makes the cards with given fonts.
pub fn cards_with(fonts: &Fonts, sheet: &CardSheet, cards: &[Card]) -> Result<Vec<u8>, PdfError> {
    if cards.is_empty() {
        return Err(PdfError::NoCards);
    }
    let title = format!("科普通行码 {} {}", sheet.district_name, sheet.class_name);
    let mut document = Document::new(fonts, About { title: title.trim(), made: Made::Day(sheet.made_at) })?;
    let pages = cards.chunks(COLUMNS * ROWS);
    let last = pages.len();
    for (index, cards) in pages.enumerate() {
        let number = index + 1;
        document.page(&format!("第 {number} 页"), |page| {
            marks(page, cards.len().div_ceil(COLUMNS));
            if index == 0 {
                // Seen by nobody who cuts: the title in the margin.
                let place = Area::new(FIRST.0, 5.6, A4.0 - 2.0 * FIRST.0, 4.0);
                page.text(
                    place,
                    &title,
                    &Text::new(7.0, 5.0).align(Align::Centre).colour(QUIET).role(Role::Heading(1)),
                )?;
            }
            let corners = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| corner(row, column)));
            for (card, corner) in cards.iter().zip(corners) {
                page.part(|page| draw(page, corner, sheet, card))?;
            }
            footer(page, sheet, number, last)
        })?;
    }
    document.finish()
}

/// Where lines of the grid cross.
fn corner(row: usize, column: usize) -> (f32, f32) {
    let times = |count: usize| f32::from(u8::try_from(count).unwrap_or_default());
    (FIRST.0 + times(column) * CARD.0, FIRST.1 + times(row) * CARD.1)
}

/// Small crosses where cards meet: enough to lay a ruler on, and nothing remains to be seen on a card that is cut a little off.
fn marks(page: &mut Page<'_>, rows: usize) {
    const ARM: f32 = 2.0;
    let crossings = (0..=rows).flat_map(|row| (0..=COLUMNS).map(move |column| corner(row, column)));
    let lines: Vec<_> =
        crossings.flat_map(|(x, y)| [((x - ARM, y), (x + ARM, y)), ((x, y - ARM), (x, y + ARM))]).collect();
    page.lines(&lines, 0.15, MARK);
}

fn draw(page: &mut Page<'_>, (x, y): (f32, f32), sheet: &CardSheet, card: &Card) -> Result<(), PdfError> {
    const EDGE: f32 = 5.0;
    let inner = CARD.0 - 2.0 * EDGE;
    let at = |left: f32, top: f32, width: f32, height: f32| Area::new(x + left, y + top, width, height);

    // Head: whose card, and what it is.
    page.text(at(EDGE, 3.8, 36.0, 4.0), &sheet.district_name, &Text::new(8.0, 5.0).colour(ACCENT))?;
    page.text(
        at(CARD.0 - EDGE - 38.0, 3.8, 38.0, 4.0),
        "科普通行码 Science pass",
        &Text::new(8.0, 6.0).align(Align::Right).colour(ACCENT),
    )?;
    page.rectangle(at(EDGE, 7.7, inner, 0.3), ACCENT);

    // Left: the code, with its quiet zone of four modules.
    let top = 11.4;
    page.qr((x + EDGE, y + top), CODE, &Qr::new(&card.token)?, &format!("{} 的通行码", card.name));

    // Right of it: who.
    let left = EDGE + CODE + 3.6;
    let width = CARD.0 - EDGE - left;
    let number = top + 25.8;
    let mut line = top;
    line += page.text(at(left, line, width, 10.5), &card.name, &Text::new(18.0, 12.0).wrap())? + 1.8;
    line += page.text(at(left, line, width, 6.0), &card.class_name, &Text::new(9.5, 8.0).wrap())? + 0.8;
    page.text(at(left, line, width, number - 1.0 - line), &card.school_name, &Text::new(8.5, 7.5).wrap())?;

    // At its foot: what to read out when the code does not scan.
    page.text(at(left, number, width, 4.5), &card.number, &Text::new(12.0, 9.0))?;
    let issue = format!("第 {0} 次签发 Issue {0}", card.issue);
    page.text(at(left, number + 4.7, width, 3.0), &issue, &Text::new(7.0, 6.0).colour(QUIET))?;

    page.text(
        at(EDGE, 47.9, inner, 3.0),
        "丢失请告知老师补发 If lost, ask your teacher for a new one",
        &Text::new(6.5, 5.5).colour(QUIET),
    )?;
    Ok(())
}

fn footer(page: &mut Page<'_>, sheet: &CardSheet, number: usize, last: usize) -> Result<(), PdfError> {
    let place = |x: f32, width: f32| Area::new(x, 285.5, width, 4.0);
    let style = Text::new(8.0, 6.0).colour(QUIET).role(Role::Decoration);
    page.text(place(20.0, 70.0), &sheet.class_name, &style)?;
    let pages = format!("第 {number} / {last} 页 Page {number} of {last}");
    page.text(place(75.0, 60.0), &pages, &style.align(Align::Centre))?;
    page.text(place(120.0, 70.0), &sheet.made_at.to_string(), &style.align(Align::Right))?;
    Ok(())
}
