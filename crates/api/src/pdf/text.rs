//! Text in its place: shrunk until it fits, then cut or broken into lines.

use super::{
    Colour, PdfError,
    font::{Fonts, Run},
};

/// From one line to the next, in sizes of the text.
const PITCH: f32 = 1.25;
/// By how many points a text shrinks at a time where it runs over several lines.
const STEP: f32 = 0.5;
/// Below this nobody reads, in points.
const SMALLEST: f32 = 3.0;

/// Where a line stands in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    Left,
    /// In the middle.
    Centre,
    /// At the right edge.
    Right,
}

/// What becomes of text that is too wide in its smallest size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// It is cut, and ends with an ellipsis.
    Ellipsis,
    /// It runs over several lines, as large as fits the height. Nothing is lost: this is for names.
    Wrap,
}

/// What a text is to somebody who hears the page instead of seeing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A heading of this level, from 1.
    Heading(u16),
    /// Text.
    Paragraph,
    /// Passed over, as the number of the page.
    Decoration,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    pub(super) size: f32,
    pub(super) least: f32,
    pub(super) align: Align,
    pub(super) overflow: Overflow,
    pub(super) colour: Colour,
    pub(super) role: Role,
}

impl Text {
    /// Black, from the left, on one line; shrinks from `size` to `least` (points), then is cut.
    pub const fn new(size: f32, least: f32) -> Self {
        Self {
            size,
            least,
            align: Align::Left,
            overflow: Overflow::Ellipsis,
            colour: Colour::BLACK,
            role: Role::Paragraph,
        }
    }

    /// Stands elsewhere.
    #[must_use]
    pub const fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// Runs over several lines instead of being cut.
    #[must_use]
    pub const fn wrap(self) -> Self {
        Self { overflow: Overflow::Wrap, ..self }
    }

    /// In a colour.
    #[must_use]
    pub const fn colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// Is something else than a paragraph.
    #[must_use]
    pub const fn role(self, role: Role) -> Self {
        Self { role, ..self }
    }
}

/// A line, with the font of each of its characters.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) runs: Vec<Run>,
}

impl Line {
    pub(super) fn new(fonts: &Fonts, text: &str) -> Result<Self, PdfError> {
        Ok(Self { runs: fonts.set(text)?, text: text.to_owned() })
    }

    /// In ems.
    pub(super) fn width(&self) -> f32 {
        self.runs.iter().map(Run::width).sum()
    }

    /// Of each character: the byte at which it ends, and how wide it is, in ems.
    fn advances(&self) -> Vec<(usize, f32)> {
        let glyphs = self.runs.iter().flat_map(|run| run.glyphs.iter().map(move |glyph| (run.range.start, glyph)));
        glyphs.map(|(start, glyph)| (start + glyph.text_range.end, glyph.x_advance)).collect()
    }
}

/// Lines of one size.
#[derive(Debug)]
pub(super) struct Fitted {
    pub(super) lines: Vec<Line>,
    /// In points.
    pub(super) size: f32,
}

impl Fitted {
    /// From the top of one line to that of the next, in points.
    pub(super) fn pitch(&self) -> f32 {
        self.size * PITCH
    }
}

/// Fits a text into a width and a height, in points.
pub(super) fn fit(fonts: &Fonts, text: &str, width: f32, height: f32, style: &Text) -> Result<Fitted, PdfError> {
    let text = text.trim();
    let line = Line::new(fonts, text)?;
    let natural = line.width();
    // A hair less, so that the sum of rounded widths is not over the edge.
    let size = if natural > 0.0 { style.size.min(width / natural * 0.9999) } else { style.size };
    if size >= style.least {
        return Ok(Fitted { lines: vec![line], size });
    }
    match style.overflow {
        Overflow::Ellipsis => Ok(Fitted { lines: vec![cut(fonts, &line, width / style.least)?], size: style.least }),
        Overflow::Wrap => {
            let anywhere: Vec<usize> = unicode_linebreak::linebreaks(text).map(|(end, _)| end).collect();
            // Between the parts of a name (买买提·吐尔逊, Anna Maria) rather than within one, if that makes it little smaller.
            let between: Vec<usize> =
                anywhere.iter().copied().chain(dots(text)).filter(|end| parts(text, *end)).collect();
            let large = wrapped(fonts, &line, width, height, style.size, &anywhere, true)?;
            let nice = wrapped(fonts, &line, width, height, style.size, &between, false)?;
            match (large, nice) {
                (Some(large), Some(nice)) => Ok(if nice.size >= large.size * 0.8 { nice } else { large }),
                (fitted, None) | (None, fitted) => fitted.ok_or_else(|| PdfError::TooLong { text: text.to_owned() }),
            }
        }
    }
}

/// Dots that stand between parts of names: Unicode does not break there by itself.
const DOTS: [char; 3] = ['\u{b7}', '\u{2022}', '\u{30fb}'];

/// Where dots end.
fn dots(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().filter(|(_, character)| DOTS.contains(character)).map(|(at, dot)| at + dot.len_utf8())
}

/// Does a part of a name, or a word, end here?
fn parts(text: &str, end: usize) -> bool {
    end == text.len() || text.get(..end).is_some_and(|before| before.ends_with(DOTS) || before.ends_with([' ', '-']))
}

/// The largest size, from `size` down, in which the lines of a text fit.
fn wrapped(
    fonts: &Fonts,
    line: &Line,
    width: f32,
    height: f32,
    mut size: f32,
    ends: &[usize],
    within_words: bool,
) -> Result<Option<Fitted>, PdfError> {
    let advances = line.advances();
    while size >= SMALLEST {
        if let Some(lines) = broken(&line.text, &advances, width / size, ends, within_words) {
            let mut room = height - size;
            lines.iter().skip(1).for_each(|_| room -= size * PITCH);
            if room >= 0.0 {
                let lines = lines.into_iter().map(|line| Line::new(fonts, line)).collect::<Result<_, _>>()?;
                return Ok(Some(Fitted { lines, size }));
            }
        }
        size -= STEP;
    }
    Ok(None)
}

/// As much of a text as goes before an ellipsis. The width is in ems.
fn cut(fonts: &Fonts, line: &Line, width: f32) -> Result<Line, PdfError> {
    const ELLIPSIS: &str = "\u{2026}";
    let room = width - fonts.width(ELLIPSIS, 1.0)?;
    let kept = line.text.get(..fitting(&line.advances(), 0, room)).unwrap_or_default();
    Line::new(fonts, &format!("{}{ELLIPSIS}", kept.trim_end()))
}

/// Where the characters from `start` that fit into a width end: the byte after the last one. All in ems.
fn fitting(advances: &[(usize, f32)], start: usize, width: f32) -> usize {
    let from = advances.partition_point(|(end, _)| *end <= start);
    let mut used = 0.0;
    let fit = advances.iter().skip(from).take_while(|(_, advance)| {
        used += advance;
        used <= width
    });
    fit.last().map_or(start, |(end, _)| *end)
}

/// Breaks a text at some of these ends, or none if a piece between them is wider than a line and must not be broken itself. The
/// width is in ems.
fn broken<'a>(
    text: &'a str,
    advances: &[(usize, f32)],
    width: f32,
    ends: &[usize],
    within_words: bool,
) -> Option<Vec<&'a str>> {
    let mut lines = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let fits = fitting(advances, start, width);
        // The space at which a line ends may hang over its edge.
        let after = text.get(fits..).unwrap_or_default();
        let hanging = fits + (after.len() - after.trim_start_matches(' ').len());
        let end = match ends.iter().copied().filter(|end| *end > start && *end <= hanging).max() {
            Some(end) => end,
            None if within_words => {
                // At least one character, or it would never end.
                let first = rest.char_indices().nth(1).map_or(text.len(), |(second, _)| start + second);
                fits.max(first)
            }
            None => return None,
        };
        lines.push(text.get(start..end).unwrap_or_default().trim_end());
        start = end;
    }
    Some(lines)
}
