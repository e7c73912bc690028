//! What is handed over when a licence or title is awarded: a certificate to keep and a plaque for the door. Each says under
//! which number it stands in the public register, and its QR code leads there.

use chrono::{Datelike, NaiveDate};

use super::{
    PdfError,
    document::{A4, About, Area, Colour, Document, Made, Page},
    font::Fonts,
    qr::Qr,
    text::{Align, Role, Text},
};

const QUIET: Colour = Colour::Grey(90);
const GOLD: Colour = Colour::Rgb(158, 118, 42);
const ACCENT: Colour = Colour::Rgb(0, 92, 122);

/// What is awarded.
#[derive(Debug, Clone)]
pub struct Award {
    /// Who awards it, in Chinese.
    pub authority: String,
    /// The licence or title in Chinese.
    pub title_zh: String,
    /// And in English; may be empty.
    pub title_en: String,
    /// Who holds it: the organization or the professional.
    pub holder: String,
    /// The holder in English; may be empty.
    pub holder_en: String,
    /// The professional's employer; none if an organization holds it.
    pub employer: Option<String>,
    /// Level under the scheme.
    pub level: Option<String>,
    /// Whether it was applied for in a round, and published before it was awarded.
    pub applied_for: bool,
    /// Its number in the register.
    pub number: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; none if open.
    pub valid_to: Option<NaiveDate>,
    /// Where the register says whether it is in force.
    pub verify_at: String,
}

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// A4, upright: to keep.
    Certificate,
    /// Three by two, to be enlarged to 60 × 40 cm: for the door.
    Plaque,
}

/// Makes one, with the fonts of the system.
pub fn award(paper: Paper, of: &Award) -> Result<Vec<u8>, PdfError> {
    award_with(Fonts::system()?, paper, of)
}

/// Makes one with given fonts. The same award makes the same bytes.
pub fn award_with(fonts: &Fonts, paper: Paper, of: &Award) -> Result<Vec<u8>, PdfError> {
    let title = format!("{} {} {}", of.title_zh, of.holder, of.number);
    let mut document = Document::new(fonts, About { title: &title, made: Made::Day(of.valid_from) })?;
    match paper {
        Paper::Certificate => document.page("证书 Certificate", |page| certificate(page, of))?,
        Paper::Plaque => document.page_of(PLAQUE, "铭牌 Plaque", |page| plaque(page, of))?,
    }
    document.finish()
}

fn certificate(page: &mut Page<'_>, of: &Award) -> Result<(), PdfError> {
    const EDGE: f32 = 28.0;
    let width = A4.0 - 2.0 * EDGE;
    let row = |top: f32, height: f32| Area::new(EDGE, top, width, height);
    let centred = |size: f32, least: f32| Text::new(size, least).align(Align::Centre).wrap();
    frame(page, A4, 10.0, 1.2);
    frame(page, A4, 12.6, 0.4);

    page.text(row(36.0, 14.0), &of.authority, &centred(16.0, 10.0).colour(ACCENT))?;
    let mut line = 58.0;
    line += page.text(row(line, 34.0), &of.title_zh, &centred(32.0, 18.0).role(Role::Heading(1)))? + 4.0;
    line += page.text(row(line, 14.0), &of.title_en, &centred(13.0, 8.0).colour(QUIET))? + 4.0;
    page.text(row(line, 8.0), "证 书 CERTIFICATE", &centred(12.0, 9.0).colour(GOLD))?;

    let mut line = 124.0;
    line += page.text(row(line, 26.0), &of.holder, &centred(24.0, 12.0))? + 2.5;
    line += page.text(row(line, 12.0), &of.holder_en, &centred(12.0, 8.0).colour(QUIET))? + 1.0;
    if let Some(employer) = &of.employer {
        line += page.text(row(line, 14.0), employer, &centred(14.0, 9.0))? + 1.0;
    }
    let how = if of.applied_for { "经申请、评审并公示，授予" } else { "兹授予" };
    let granted = format!("{how}“{}”。", of.title_zh);
    page.text(row(line + 8.0, 18.0), &granted, &centred(14.0, 9.0))?;

    let mut line = 204.0;
    let plain = Text::new(11.5, 8.0).wrap();
    for text in facts(of) {
        line += page.text(Area::new(EDGE, line, 96.0, 12.0), &text, &plain)? + 2.2;
    }
    seal(page, of, Area::new(EDGE, 244.0, 96.0, 24.0))?;
    code(page, of, (A4.0 - EDGE - 38.0, 204.0), 38.0)
}

/// Of the shape of a plaque of 60 × 40 cm; millimetres on paper.
const PLAQUE: (f32, f32) = (297.0, 198.0);

fn plaque(page: &mut Page<'_>, of: &Award) -> Result<(), PdfError> {
    const EDGE: f32 = 24.0;
    let row = |top: f32, height: f32| Area::new(EDGE, top, PLAQUE.0 - 2.0 * EDGE, height);
    let centred = |size: f32, least: f32| Text::new(size, least).align(Align::Centre).wrap();
    frame(page, PLAQUE, 7.0, 1.6);
    frame(page, PLAQUE, 10.4, 0.5);

    let mut line = 30.0;
    line += page.text(row(line, 26.0), &of.holder, &centred(26.0, 14.0))? + 2.0;
    if let Some(employer) = &of.employer {
        line += page.text(row(line, 12.0), employer, &centred(14.0, 9.0))?;
    }
    let mut line = line.max(62.0);
    line += page.text(row(line, 44.0), &of.title_zh, &centred(50.0, 26.0).role(Role::Heading(1)))? + 5.0;
    page.text(row(line, 16.0), &of.title_en, &centred(17.0, 10.0).colour(QUIET))?;

    let side = 30.0;
    let mut line = 146.0;
    page.text(Area::new(EDGE, line, 170.0, 9.0), &of.authority, &Text::new(17.0, 10.0))?;
    line += 10.0;
    for text in facts(of) {
        line += page.text(Area::new(EDGE, line, 170.0, 7.0), &text, &Text::new(11.0, 8.0))? + 1.4;
    }
    code(page, of, (PLAQUE.0 - EDGE - side, 143.0), side)
}

/// What is on both: the number, the level and the days.
fn facts(of: &Award) -> Vec<String> {
    let days = of.valid_to.map_or_else(
        || format!("自 {} 起有效 Valid from {}", day(of.valid_from), of.valid_from),
        |to| format!("有效期 Valid {} — {}", of.valid_from, to),
    );
    let level = of.level.as_deref().map(|level| format!("级别 Level {}", in_both(level)));
    std::iter::once(format!("编号 No. {}", of.number)).chain(level).chain(std::iter::once(days)).collect()
}

/// A level in both languages, if it is a word that policies know; else as it was written.
fn in_both(level: &str) -> String {
    let zh = match level {
        "international" => "国际级",
        "national" => "国家级",
        "provincial" => "省级",
        "city" => "市级",
        "county" => "县级",
        "district" => "区级",
        "town" => "街道级",
        "school" => "校级",
        _ => return level.to_owned(),
    };
    format!("{zh} {level}")
}

fn seal(page: &mut Page<'_>, of: &Award, place: Area) -> Result<(), PdfError> {
    let style = Text::new(11.5, 8.0).wrap();
    let height = page.text(place, &format!("{}（盖章）", of.authority), &style)? + 2.0;
    let below = Area::new(place.x, place.y + height, place.width, 6.0);
    page.text(below, &day(of.valid_from), &style)?;
    Ok(())
}

fn code(page: &mut Page<'_>, of: &Award, (x, y): (f32, f32), side: f32) -> Result<(), PdfError> {
    page.qr((x, y), side, &Qr::new(&of.verify_at)?, &format!("查验编号 {}：{}", of.number, of.verify_at));
    let below = Area::new(x - 8.0, y + side + 2.5, side + 16.0, 5.0);
    page.text(below, "扫码查验 Scan to verify", &Text::new(9.0, 6.0).align(Align::Centre).colour(QUIET))?;
    Ok(())
}

fn frame(page: &mut Page<'_>, (width, height): (f32, f32), inset: f32, line: f32) {
    let (left, top, right, bottom) = (inset, inset, width - inset, height - inset);
    // Each side is drawn past the corners by half its width: without, a corner has a notch.
    let past = line / 2.0;
    let sides = [
        ((left - past, top), (right + past, top)),
        ((left - past, bottom), (right + past, bottom)),
        ((left, top), (left, bottom)),
        ((right, top), (right, bottom)),
    ];
    page.lines(&sides, line, GOLD);
}

fn day(day: NaiveDate) -> String {
    format!("{} 年 {} 月 {} 日", day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_told_in_words() {
        assert_eq!(in_both("city"), "市级 city");
        assert_eq!(in_both("五星级"), "五星级");
    }
}
