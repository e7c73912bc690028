//! Papers about a student's credit: the transcript, which lists what counted, and the certificate, which says what was reached.
//! Each has a number, the district's seal, and a code that leads to the page where anybody verifies the number.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{
    PdfError,
    document::{A4, About, Area, Colour, Document, Made, Page},
    font::Fonts,
    qr::Qr,
    text::{Align, Role, Text},
};

const QUIET: Colour = Colour::Grey(90);
const RULE: Colour = Colour::Grey(170);
const STRIPE: Colour = Colour::Grey(245);
const ACCENT: Colour = Colour::Rgb(0, 92, 122);
const GOLD: Colour = Colour::Rgb(158, 118, 42);

/// What a paper shows, as of its moment: kept with the credential, so that it can be printed again as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditPaper {
    /// The district that issues it.
    pub district: String,
    /// Whose it is.
    pub name: String,
    /// The school; empty if there is none.
    pub school: String,
    /// Grade and class; empty if there is none.
    pub class: String,
    /// The policy's title.
    pub policy: String,
    /// Its version.
    pub version: String,
    /// Whether its values were made up for illustration.
    pub illustrative: bool,
    /// The moment as of which it is, with the district's offset.
    pub as_of: DateTime<FixedOffset>,
    /// All credit.
    pub total: String,
    /// What is stated, in Chinese; of a certificate.
    pub achieved: String,
    /// What is stated, in English; of a certificate.
    pub achieved_en: String,
    /// What counted; of a transcript.
    pub lines: Vec<PaperLine>,
    /// Category and its credit.
    pub sums: Vec<(String, String)>,
    /// Requirement or ladder, and how it stands.
    pub reached: Vec<(String, String)>,
}

impl CreditPaper {
    /// The characters on it that no font of the system has.
    pub fn missing(&self) -> Result<String, PdfError> {
        let own = [&self.district, &self.name, &self.school, &self.class, &self.policy, &self.version];
        let lines = self.lines.iter().flat_map(|line| [&line.title, &line.host, &line.category]);
        let lists = self.sums.iter().chain(&self.reached).flat_map(|(what, how)| [what, how]);
        let all = own.into_iter().chain([&self.achieved, &self.achieved_en]).chain(lines).chain(lists);
        Ok(Fonts::system()?.missing(all.map(String::as_str)))
    }
}

/// A line of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperLine {
    /// The day.
    pub day: NaiveDate,
    /// Activity or competition.
    pub title: String,
    /// The host; empty for competitions.
    pub host: String,
    /// The category; empty if it has none.
    pub category: String,
    /// Credit that counts.
    pub credit: String,
}

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditKind {
    /// All lines that counted.
    Transcript,
    /// One thing that was reached.
    Certificate,
}

/// Makes one, with the fonts of the system. The same paper makes the same bytes.
pub fn credit_paper(kind: CreditKind, of: &CreditPaper, number: &str, verify_at: &str) -> Result<Vec<u8>, PdfError> {
    credit_paper_with(Fonts::system()?, kind, of, number, verify_at)
}

/// Makes one with given fonts.
pub fn credit_paper_with(
    fonts: &Fonts,
    kind: CreditKind,
    of: &CreditPaper,
    number: &str,
    verify_at: &str,
) -> Result<Vec<u8>, PdfError> {
    let what = match kind {
        CreditKind::Transcript => "科普学分成绩单",
        CreditKind::Certificate => "科普学分证书",
    };
    let title = format!("{what} {} {number}", of.name);
    let mut document = Document::new(fonts, About { title: &title, made: Made::Moment(of.as_of) })?;
    let proof = Proof { number, verify_at };
    match kind {
        CreditKind::Certificate => document.page("证书 Certificate", |page| certificate(page, of, proof))?,
        CreditKind::Transcript => transcript(&mut document, of, proof)?,
    }
    document.finish()
}

/// By what a paper is verified.
#[derive(Clone, Copy)]
struct Proof<'a> {
    number: &'a str,
    verify_at: &'a str,
}

impl Proof<'_> {
    fn code(&self, page: &mut Page<'_>, (x, y): (f32, f32), side: f32) -> Result<(), PdfError> {
        let said = format!("查验编号 {}：{}", self.number, self.verify_at);
        page.qr((x, y), side, &Qr::new(self.verify_at)?, &said);
        let below = Area::new(x - 8.0, y + side + 2.2, side + 16.0, 4.5);
        page.text(below, "扫码查验 Scan to verify", &Text::new(8.0, 6.0).align(Align::Centre).colour(QUIET))?;
        Ok(())
    }
}

fn certificate(page: &mut Page<'_>, of: &CreditPaper, proof: Proof<'_>) -> Result<(), PdfError> {
    const EDGE: f32 = 28.0;
    let row = |top: f32, height: f32| Area::new(EDGE, top, A4.0 - 2.0 * EDGE, height);
    let centred = |size: f32, least: f32| Text::new(size, least).align(Align::Centre).wrap();
    for (inset, line) in [(10.0, 1.2), (12.6, 0.4)] {
        frame(page, inset, line);
    }
    page.text(row(36.0, 12.0), &of.district, &centred(16.0, 10.0).colour(ACCENT))?;
    page.text(row(52.0, 18.0), "科普学分证书", &centred(36.0, 22.0).role(Role::Heading(1)))?;
    page.text(row(70.0, 8.0), "CERTIFICATE OF SCIENCE CREDIT", &centred(11.0, 8.0).colour(GOLD))?;

    let mut line = 98.0;
    line += page.text(row(line, 24.0), &of.name, &centred(28.0, 13.0))? + 3.0;
    let school = [of.school.as_str(), of.class.as_str()].join(" ");
    line += page.text(row(line, 14.0), school.trim(), &centred(12.0, 8.0).colour(QUIET))? + 9.0;
    let said = format!("依据《{}》（{}）", of.policy, of.version);
    line += page.text(row(line, 14.0), &said, &centred(12.5, 8.0))? + 5.0;
    line += page.text(row(line, 26.0), &of.achieved, &centred(24.0, 13.0))? + 2.0;
    line += page.text(row(line, 12.0), &of.achieved_en, &centred(12.0, 8.0).colour(QUIET))? + 6.0;
    let total = format!("累计学分 Credits: {}", of.total);
    page.text(row(line, 10.0), &total, &centred(13.0, 9.0))?;

    let plain = Text::new(11.0, 7.0).wrap();
    let mut line = 208.0;
    for text in facts(of, proof) {
        line += page.text(Area::new(EDGE, line, 92.0, 10.0), &text, &plain)? + 2.0;
    }
    proof.code(page, (A4.0 - EDGE - 34.0, 206.0), 34.0)?;
    page.stamp((EDGE + 62.0, 252.0), 19.0, &of.district, "科普学分专用章")?;
    page.text(Area::new(EDGE, 262.0, 60.0, 6.0), &day(of.as_of.date_naive()), &Text::new(11.0, 8.0))?;
    Ok(())
}

fn facts(of: &CreditPaper, proof: Proof<'_>) -> Vec<String> {
    let made_up = of.illustrative.then(|| "规则中的数值仅作示例 Values for illustration only".to_owned());
    [format!("编号 No. {}", proof.number), format!("数据时间 As of {}", of.as_of.format("%Y-%m-%d %H:%M (UTC%:z)"))]
        .into_iter()
        .chain(made_up)
        .collect()
}

/// The table's columns: from the left edge, and how wide.
const COLUMNS: [(f32, f32, &str, Align); 5] = [
    (18.0, 20.0, "日期 Date", Align::Left),
    (39.0, 68.0, "活动或竞赛 Activity", Align::Left),
    (109.0, 44.0, "主办单位 Host", Align::Left),
    (155.0, 20.0, "类别 Category", Align::Left),
    (175.0, 17.0, "学分 Credit", Align::Right),
];
const LEFT: f32 = 18.0;
const WIDTH: f32 = 174.0;
const ROW: f32 = 8.6;
/// Where rows begin on the first page, and on those after it.
const FIRST: f32 = 76.0;
const LATER: f32 = 27.0;
/// Where they end: below is the footer.
const END: f32 = 276.0;

fn transcript(document: &mut Document<'_>, of: &CreditPaper, proof: Proof<'_>) -> Result<(), PdfError> {
    let sheets = sheets(of);
    let last = sheets.len();
    for (index, sheet) in sheets.iter().enumerate() {
        let number = index + 1;
        document.page(&format!("第 {number} 页"), |page| {
            let mut top = if index == 0 { head(page, of, proof)? } else { LATER };
            if index > 0 {
                let style = Text::new(10.0, 7.0).colour(QUIET);
                page.text(Area::new(LEFT, 14.0, WIDTH, 5.0), &format!("科普学分成绩单 · {}", of.name), &style)?;
            }
            if !sheet.lines.is_empty() {
                heading(page, top - 6.5)?;
            }
            for (at, line) in sheet.lines.iter().enumerate() {
                if at % 2 == 1 {
                    page.rectangle(Area::new(LEFT, top, WIDTH, ROW), STRIPE);
                }
                entry(page, top, line)?;
                top += ROW;
            }
            if sheet.ends {
                foot(page, of, top + 4.0)?;
            }
            footer(page, proof, number, last)
        })?;
    }
    Ok(())
}

/// What is on a page.
struct Sheet<'a> {
    lines: &'a [PaperLine],
    ends: bool,
}

/// Deals the lines out to pages. What is at the end needs room of its own, and is kept together.
fn sheets(of: &CreditPaper) -> Vec<Sheet<'_>> {
    let rows = |room: f32| -> usize {
        let mut many = 0;
        let mut used = ROW;
        while used <= room {
            many += 1;
            used += ROW;
        }
        many
    };
    let at_end = end_height(of);
    let (mut rest, mut all, mut top) = (of.lines.as_slice(), Vec::new(), FIRST);
    loop {
        let whole = rows(END - top - at_end);
        if rest.len() <= whole || (rest.is_empty() && !all.is_empty()) {
            all.push(Sheet { lines: rest, ends: true });
            return all;
        }
        let (lines, more) = rest.split_at(rows(END - top).min(rest.len()));
        all.push(Sheet { lines, ends: false });
        (rest, top) = (more, LATER);
    }
}

fn end_height(of: &CreditPaper) -> f32 {
    let listed = of.sums.len().max(of.reached.len());
    12.0 + 6.0 * f32::from(u16::try_from(listed).unwrap_or(u16::MAX)) + 48.0
}

fn head(page: &mut Page<'_>, of: &CreditPaper, proof: Proof<'_>) -> Result<f32, PdfError> {
    page.text(Area::new(LEFT, 15.0, 130.0, 7.0), &of.district, &Text::new(11.0, 8.0).colour(ACCENT))?;
    page.text(Area::new(LEFT, 21.5, 130.0, 11.0), "科普学分成绩单", &Text::new(22.0, 16.0).role(Role::Heading(1)))?;
    page.text(Area::new(LEFT, 31.0, 130.0, 5.0), "Transcript of science credit", &Text::new(10.0, 8.0).colour(QUIET))?;
    let mut line = 38.5;
    let name = page.text(Area::new(LEFT, line, 130.0, 12.0), &of.name, &Text::new(15.0, 9.0).wrap())?;
    line += name.max(6.0) + 1.0;
    let school = [of.school.as_str(), of.class.as_str()].join(" ");
    let plain = Text::new(9.5, 6.0).wrap();
    let policy = format!("依据《{}》（{}）", of.policy, of.version);
    for text in [school.trim().to_owned(), policy].into_iter().chain(facts(of, proof)) {
        if line > 64.0 {
            break;
        }
        line += page.text(Area::new(LEFT, line, 130.0, 5.0), &text, &plain)? + 0.9;
    }
    proof.code(page, (A4.0 - LEFT - 30.0, 17.0), 30.0)?;
    Ok(FIRST)
}

fn heading(page: &mut Page<'_>, top: f32) -> Result<(), PdfError> {
    for (x, width, word, align) in COLUMNS {
        page.text(Area::new(x + 0.8, top, width - 1.6, 5.0), word, &Text::new(8.5, 6.0).align(align).colour(QUIET))?;
    }
    page.lines(&[((LEFT, top + 5.6), (LEFT + WIDTH, top + 5.6))], 0.3, ACCENT);
    Ok(())
}

fn entry(page: &mut Page<'_>, top: f32, line: &PaperLine) -> Result<(), PdfError> {
    let day = line.day.to_string();
    let texts = [&day, &line.title, &line.host, &line.category, &line.credit];
    page.part(|page| {
        for ((x, width, _, align), text) in COLUMNS.into_iter().zip(texts) {
            let place = Area::new(x + 0.8, top + 1.4, width - 1.6, ROW - 2.2);
            cell(page, place, text, align)?;
        }
        Ok(())
    })
}

/// The text whole, smaller if need be; only what fits in no size is cut.
fn cell(page: &mut Page<'_>, place: Area, text: &str, align: Align) -> Result<(), PdfError> {
    let style = Text::new(9.0, 6.5).align(align);
    match page.text(place, text, &style.wrap()) {
        Err(PdfError::TooLong { .. }) => page.text(place, text, &style).map(|_| ()),
        drawn => drawn.map(|_| ()),
    }
}

fn foot(page: &mut Page<'_>, of: &CreditPaper, top: f32) -> Result<(), PdfError> {
    page.lines(&[((LEFT, top), (LEFT + WIDTH, top))], 0.3, RULE);
    let total = format!("合计 Total: {} 学分", of.total);
    let style = Text::new(12.0, 9.0).role(Role::Heading(2));
    page.text(Area::new(LEFT, top + 2.0, WIDTH - 0.8, 7.0), &total, &style.align(Align::Right))?;
    let lists = [(LEFT, 62.0, &of.sums), (LEFT + 70.0, WIDTH - 70.0, &of.reached)];
    let mut lowest = top + 10.0;
    for (x, width, list) in lists {
        let mut line = top + 10.0;
        for (what, how) in list {
            page.part(|page| {
                let half = width * 0.62;
                cell(page, Area::new(x, line, half - 1.0, 5.0), what, Align::Left)?;
                cell(page, Area::new(x + half, line, width - half, 5.0), how, Align::Right)
            })?;
            line += 6.0;
        }
        lowest = lowest.max(line);
    }
    page.stamp((A4.0 - LEFT - 22.0, lowest + 22.0), 18.0, &of.district, "科普学分专用章")?;
    page.text(Area::new(LEFT, lowest + 30.0, 90.0, 6.0), &day(of.as_of.date_naive()), &Text::new(10.0, 8.0))?;
    Ok(())
}

fn footer(page: &mut Page<'_>, proof: Proof<'_>, number: usize, last: usize) -> Result<(), PdfError> {
    let style = Text::new(8.0, 6.0).colour(QUIET).role(Role::Decoration);
    page.text(Area::new(LEFT, 285.0, 80.0, 4.0), &format!("编号 No. {}", proof.number), &style)?;
    let pages = format!("第 {number} / {last} 页 Page {number} of {last}");
    page.text(Area::new(LEFT + 94.0, 285.0, 80.0, 4.0), &pages, &style.align(Align::Right))?;
    Ok(())
}

fn frame(page: &mut Page<'_>, inset: f32, line: f32) {
    let (left, top, right, bottom) = (inset, inset, A4.0 - inset, A4.1 - inset);
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
