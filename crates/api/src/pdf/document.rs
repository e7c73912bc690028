//! A thin layer over krilla: A4 pages in millimetres from the top left, tagged as they are drawn.

use std::num::NonZeroU16;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike};
use krilla::{
    SerializeSettings,
    color::{luma, rgb},
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect, Size, Transform},
    metadata::{DateTime as PdfDate, Metadata},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, LineCap, Paint, Stroke},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, Tag, TagGroup, TagKind, TagTree},
};

use super::{
    Fonts, PdfError, Qr,
    text::{Align, Line, Overflow, Role, Text, fit},
};

/// Width and height of A4.
pub const A4: (f32, f32) = (210.0, 297.0);

/// Points in a millimetre.
const MM: f32 = 72.0 / 25.4;
/// From the top of a Chinese character's square to the base line, in sizes of the text.
const ASCENT: f32 = 0.88;

/// When a document was made, as its properties say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// On a day.
    Day(NaiveDate),
    /// At a moment.
    Moment(DateTime<FixedOffset>),
}

/// What a document says about itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The title, in the window of who reads it.
    pub title: &'a str,
    /// When it was made: told by the caller, so that the same input makes the same bytes.
    pub made: Made,
}

/// A place on the page, in millimetres from the top left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// From the left edge of the page.
    pub x: f32,
    /// From the top edge of the page.
    pub y: f32,
    /// To the right.
    pub width: f32,
    /// Down.
    pub height: f32,
}

impl Area {
    /// A place.
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }
}

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// From 0, black, to 255, white; printed with black ink alone.
    Grey(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

impl Colour {
    /// Black ink.
    pub const BLACK: Self = Self::Grey(0);

    fn paint(self) -> Paint {
        match self {
            Self::Grey(light) => luma::Color::new(light).into(),
            Self::Rgb(red, green, blue) => rgb::Color::new(red, green, blue).into(),
        }
    }

    fn fill(self) -> Fill {
        Fill { paint: self.paint(), ..Fill::default() }
    }
}

/// A document that is being made.
pub struct Document<'f> {
    inner: krilla::Document,
    fonts: &'f Fonts,
    tags: Vec<Node>,
    outline: Outline,
    pages: usize,
}

impl<'f> Document<'f> {
    /// An empty document in simplified Chinese.
    pub fn new(fonts: &'f Fonts, about: About<'_>) -> Result<Self, PdfError> {
        // The standard for accessible papers. It also refuses the glyph that stands for a missing character: a second fence.
        let configuration = ConfigurationBuilder::new()
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| PdfError::Written(format!("{error:?}")))?;
        let mut inner = krilla::Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        inner.set_metadata(
            Metadata::new()
                .title(about.title.to_owned())
                .language("zh-CN".to_owned())
                .creator("kepu".to_owned())
                .creation_date(date(about.made)),
        );
        Ok(Self { inner, fonts, tags: Vec::new(), outline: Outline::new(), pages: 0 })
    }

    /// Adds an A4 page. Readers jump to it by its label.
    pub fn page(
        &mut self,
        label: &str,
        draw: impl FnOnce(&mut Page<'_>) -> Result<(), PdfError>,
    ) -> Result<(), PdfError> {
        self.page_of(A4, label, draw)
    }

    /// Adds a page of this width and height, in millimetres.
    pub fn page_of(
        &mut self,
        (width, height): (f32, f32),
        label: &str,
        draw: impl FnOnce(&mut Page<'_>) -> Result<(), PdfError>,
    ) -> Result<(), PdfError> {
        let size = Size::from_wh(width * MM, height * MM).ok_or_else(|| PdfError::Written("no page".to_owned()))?;
        let mut sheet = self.inner.start_page_with(PageSettings::new(size));
        {
            let mut page = Page { surface: sheet.surface(), fonts: self.fonts, tags: Vec::new() };
            draw(&mut page)?;
            self.tags.append(&mut page.tags);
        }
        sheet.finish();
        self.outline
            .push_child(OutlineNode::new(label.to_owned(), XyzDestination::new(self.pages, Point::from_xy(0.0, 0.0))));
        self.pages += 1;
        Ok(())
    }

    /// The file.
    pub fn finish(mut self) -> Result<Vec<u8>, PdfError> {
        self.inner.set_outline(self.outline);
        self.inner.set_tag_tree(TagTree::from(self.tags));
        self.inner.finish().map_err(|error| PdfError::Written(format!("{error:?}")))
    }
}

/// A page that is being drawn.
pub struct Page<'a> {
    surface: Surface<'a>,
    fonts: &'a Fonts,
    /// What has been drawn in the part that is open, in reading order.
    tags: Vec<Node>,
}

impl Page<'_> {
    /// Draws what belongs together, such as one card: whoever hears the page gets it as one part.
    pub fn part(&mut self, draw: impl FnOnce(&mut Self) -> Result<(), PdfError>) -> Result<(), PdfError> {
        let before = std::mem::take(&mut self.tags);
        let drawn = draw(self);
        let children = std::mem::replace(&mut self.tags, before);
        self.tags.push(TagGroup::with_children(Tag::Section, children).into());
        drawn
    }

    /// Draws text from the top of its place; gives the height that its lines take, in millimetres.
    pub fn text(&mut self, place: Area, text: &str, style: &Text) -> Result<f32, PdfError> {
        let fitted = fit(self.fonts, text, place.width * MM, place.height * MM, style)?;
        if text.trim().is_empty() {
            return Ok(0.0);
        }
        self.surface.set_fill(Some(style.colour.fill()));
        self.surface.set_stroke(None);
        let content = match style.role {
            Role::Decoration => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
            Role::Heading(_) | Role::Paragraph => ContentTag::Span(SpanTag::empty()),
        };
        let mut drawn = Vec::new();
        // Shrunk on its line, text still stands on the base line of its neighbours.
        let first = if style.overflow == Overflow::Ellipsis { style.size } else { fitted.size };
        let mut base = place.y * MM + first * ASCENT;
        for line in &fitted.lines {
            let spare = place.width * MM - line.width() * fitted.size;
            let mut x = place.x * MM
                + match style.align {
                    Align::Left => 0.0,
                    Align::Centre => spare / 2.0,
                    Align::Right => spare,
                };
            drawn.push(self.surface.start_tagged(content));
            for run in &line.runs {
                let text = line.text.get(run.range.clone()).unwrap_or_default();
                let start = Point::from_xy(x, base);
                self.surface.draw_glyphs(start, &run.glyphs, run.font.clone(), text, fitted.size, false);
                x += run.width() * fitted.size;
            }
            self.surface.end_tagged();
            base += fitted.pitch();
        }
        match style.role {
            Role::Decoration => {}
            Role::Paragraph => self.tag(Tag::P, drawn),
            Role::Heading(level) => {
                self.tag(Tag::Hn(NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN), Some(text.to_owned())), drawn);
            }
        }
        let mut height = first;
        fitted.lines.iter().skip(1).for_each(|_| height += fitted.pitch());
        Ok(height / MM)
    }

    /// Fills a rectangle.
    pub fn rectangle(&mut self, place: Area, colour: Colour) {
        let Some(rect) = rect(place) else { return };
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        self.decoration(path, Some(colour.fill()), None);
    }

    /// Draws lines from one point to another, so many millimetres wide.
    pub fn lines(&mut self, lines: &[((f32, f32), (f32, f32))], width: f32, colour: Colour) {
        let mut path = PathBuilder::new();
        for (from, to) in lines {
            path.move_to(from.0 * MM, from.1 * MM);
            path.line_to(to.0 * MM, to.1 * MM);
        }
        let stroke = Stroke { paint: colour.paint(), width: width * MM, line_cap: LineCap::Butt, ..Stroke::default() };
        self.decoration(path, None, Some(stroke));
    }

    /// Draws a QR code with its upper left corner there and sides this long, in millimetres, without the light modules that must
    /// be around it ([`Qr::QUIET`]). `said` is what is told instead of the picture.
    pub fn qr(&mut self, corner: (f32, f32), side: f32, code: &Qr, said: &str) {
        let small = |count: usize| f32::from(u8::try_from(count).unwrap_or(u8::MAX));
        // One path, so that nothing shows through between the rows; in modules, so that its numbers are short.
        let mut path = PathBuilder::new();
        for (row, column, length) in code.stretches() {
            if let Some(rect) = Rect::from_xywh(small(column), small(row), small(length), 1.0) {
                path.push_rect(rect);
            }
        }
        let Some(path) = path.finish() else { return };
        let module = side * MM / small(code.size());
        self.surface.set_fill(Some(Colour::BLACK.fill()));
        self.surface.set_stroke(None);
        let drawn = self.surface.start_tagged(ContentTag::Other);
        self.surface.push_transform(&Transform::from_row(module, 0.0, 0.0, module, corner.0 * MM, corner.1 * MM));
        self.surface.draw_path(&path);
        self.surface.pop();
        self.surface.end_tagged();
        self.tag(Tag::Figure(Some(said.to_owned())), vec![drawn]);
    }

    /// Draws a circle around a point, its line so many millimetres wide.
    pub fn ring(&mut self, (x, y): (f32, f32), radius: f32, width: f32, colour: Colour) {
        // How far the handles of a curve stand out so that four of them make a circle.
        const HANDLE: f32 = 0.552_285;
        let (x, y, r) = (x * MM, y * MM, radius * MM);
        let h = r * HANDLE;
        let mut path = PathBuilder::new();
        path.move_to(x + r, y);
        path.cubic_to(x + r, y + h, x + h, y + r, x, y + r);
        path.cubic_to(x - h, y + r, x - r, y + h, x - r, y);
        path.cubic_to(x - r, y - h, x - h, y - r, x, y - r);
        path.cubic_to(x + h, y - r, x + r, y - h, x + r, y);
        path.close();
        let stroke = Stroke { paint: colour.paint(), width: width * MM, ..Stroke::default() };
        self.decoration(path, None, Some(stroke));
    }

    /// Fills what these corners enclose.
    pub fn polygon(&mut self, corners: &[(f32, f32)], colour: Colour) {
        let mut path = PathBuilder::new();
        for (at, (x, y)) in corners.iter().enumerate() {
            if at == 0 {
                path.move_to(x * MM, y * MM);
            } else {
                path.line_to(x * MM, y * MM);
            }
        }
        path.close();
        self.decoration(path, Some(colour.fill()), None);
    }

    /// Draws a text whose foot is centred on a point and which is turned around it, clockwise in radians; its size is in
    /// millimetres. A decoration: whoever hears the page is not told.
    pub(super) fn turned(
        &mut self,
        (x, y): (f32, f32),
        angle: f32,
        size: f32,
        text: &str,
        colour: Colour,
    ) -> Result<(), PdfError> {
        let size = size * MM;
        let line = Line::new(self.fonts, text)?;
        self.surface.set_fill(Some(colour.fill()));
        self.surface.set_stroke(None);
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        let (sin, cos) = angle.sin_cos();
        self.surface.push_transform(&Transform::from_row(cos, sin, -sin, cos, x * MM, y * MM));
        let mut at = -line.width() * size / 2.0;
        for run in &line.runs {
            let text = line.text.get(run.range.clone()).unwrap_or_default();
            // The foot of a square is a little below its base line.
            let start = Point::from_xy(at, -size * (1.0 - ASCENT));
            self.surface.draw_glyphs(start, &run.glyphs, run.font.clone(), text, size, false);
            at += run.width() * size;
        }
        self.surface.pop();
        self.surface.end_tagged();
        Ok(())
    }

    fn tag(&mut self, kind: impl Into<TagKind>, drawn: Vec<Identifier>) {
        self.tags.push(TagGroup::with_children(kind, drawn.into_iter().map(Node::from).collect()).into());
    }

    fn decoration(&mut self, path: PathBuilder, fill: Option<Fill>, stroke: Option<Stroke>) {
        let Some(path) = path.finish() else { return };
        self.surface.set_fill(fill);
        self.surface.set_stroke(stroke);
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        self.surface.draw_path(&path);
        self.surface.end_tagged();
    }
}

fn rect(place: Area) -> Option<Rect> {
    Rect::from_xywh(place.x * MM, place.y * MM, place.width * MM, place.height * MM)
}

fn date(made: Made) -> PdfDate {
    let small = |value: u32| u8::try_from(value).unwrap_or_default();
    let day = |day: NaiveDate| {
        PdfDate::new(u16::try_from(day.year()).unwrap_or_default()).month(small(day.month())).day(small(day.day()))
    };
    match made {
        Made::Day(date) => day(date),
        Made::Moment(moment) => {
            let minutes = moment.offset().local_minus_utc() / 60;
            day(moment.date_naive())
                .hour(small(moment.hour()))
                .minute(small(moment.minute()))
                .second(small(moment.second()))
                .utc_offset_hour(i8::try_from(minutes / 60).unwrap_or_default())
                .utc_offset_minute(u8::try_from(minutes.abs() % 60).unwrap_or_default())
        }
    }
}
