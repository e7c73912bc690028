//! Fonts: which one has a character, and how wide text is in it.
//!
//! The binary holds Noto Sans CJK SC, cut down to the 8105 general standard characters, GB 2312 and Latin (`fonts/README.md`). A rarer character is looked for in the
//! fonts of the system, which are read only when one is needed, and then kept.

use std::{
    collections::BTreeSet,
    env, fs,
    ops::Range,
    path::PathBuf,
    sync::{LazyLock, OnceLock},
};

use krilla::{
    Data,
    text::{Font, GlyphId, KrillaGlyph},
};
use skrifa::{
    FontRef, MetadataProvider,
    instance::{LocationRef, Size},
    raw::FileRef,
    string::StringId,
};

use super::PdfError;

static BUILT_IN: &[u8] = include_bytes!("../../fonts/NotoSansCJKsc-Regular-8105.otf");

/// Where distributions put fonts that have rare Chinese characters, the best first.
const USUAL_PATHS: &[&str] = &[
    // Debian and Ubuntu: fonts-noto-cjk; openSUSE and Arch; Fedora
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    // Those that go further than Noto into the extensions of Unicode
    "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
    "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
];

/// The fonts that text is set in, the first that has a character wins.
#[derive(Debug)]
pub struct Fonts {
    built_in: Face,
    others: Vec<Other>,
}

/// A font file that is read when it is needed.
#[derive(Debug)]
struct Other {
    path: PathBuf,
    face: OnceLock<Option<Face>>,
}

#[derive(Debug, Clone)]
struct Face {
    data: Data,
    index: u32,
    font: Font,
}

/// Consecutive characters of a line that are set in one font.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) font: Font,
    /// The bytes of the text that the run covers.
    pub(super) range: Range<usize>,
    /// Text ranges are relative to the run; advances are in ems.
    pub(super) glyphs: Vec<KrillaGlyph>,
}

impl Run {
    /// In ems.
    pub(super) fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.x_advance).sum()
    }
}

impl Fonts {
    /// The font in the binary, then the files that `KEPU_FONT` names (separated as in `PATH`), then the usual places.
    ///
    /// They are looked up once in the life of the program: a font that is installed later needs a restart.
    pub fn system() -> Result<&'static Self, PdfError> {
        static SYSTEM: LazyLock<Option<Fonts>> = LazyLock::new(|| {
            let named: Vec<_> =
                env::var_os("KEPU_FONT").iter().flat_map(env::split_paths).filter(|path| path != "").collect();
            for path in named.iter().filter(|path| !path.is_file()) {
                tracing::warn!(path = %path.display(), "KEPU_FONT names a file that is not there");
            }
            Fonts::with(named.into_iter().chain(USUAL_PATHS.iter().map(PathBuf::from))).ok()
        });
        SYSTEM.as_ref().ok_or_else(unreadable)
    }

    /// The font in the binary, then these files, in their order. Files that are not there, or are no fonts, are passed over.
    pub fn with(files: impl IntoIterator<Item = PathBuf>) -> Result<Self, PdfError> {
        Ok(Self {
            built_in: Face::read(BUILT_IN.into()).ok_or_else(unreadable)?,
            others: files.into_iter().map(|path| Other { path, face: OnceLock::new() }).collect(),
        })
    }

    /// How wide a line of text is, in points.
    pub fn width(&self, text: &str, size: f32) -> Result<f32, PdfError> {
        Ok(self.set(text)?.iter().map(Run::width).sum::<f32>() * size)
    }

    /// The characters of these texts that no font has, each once; most often there are none.
    pub fn missing<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> String {
        let all: BTreeSet<char> = texts.into_iter().flat_map(str::chars).collect();
        all.into_iter().filter(|character| self.find(*character).is_none()).collect()
    }

    /// Chooses a font and a glyph for every character.
    ///
    /// One character is one glyph: so it is in Chinese, digits and Latin, all that our papers hold. Scripts that need shaping
    /// (Arabic, Tibetan, Mongolian) are in none of these fonts and end as an error.
    pub(super) fn set(&self, text: &str) -> Result<Vec<Run>, PdfError> {
        let mut runs: Vec<(usize, Run)> = Vec::new();
        for (at, character) in text.char_indices() {
            let (place, face, glyph) = self.find(character).ok_or_else(|| PdfError::MissingGlyph {
                character,
                text: text.to_owned(),
                looked_in: self.looked_in(),
            })?;
            let advance = face.advance(glyph);
            let end = at + character.len_utf8();
            let run = match runs.last_mut() {
                Some((before, run)) if *before == place => run,
                _ => {
                    runs.push((place, Run { font: face.font.clone(), range: at..end, glyphs: Vec::new() }));
                    let Some((_, run)) = runs.last_mut() else { continue };
                    run
                }
            };
            run.range.end = end;
            let within = at - run.range.start..end - run.range.start;
            run.glyphs.push(KrillaGlyph::new(glyph, advance, 0.0, 0.0, 0.0, within, None));
        }
        Ok(runs.into_iter().map(|(_, run)| run).collect())
    }

    /// The first font that has a character, with its place in the order.
    fn find(&self, character: char) -> Option<(usize, &Face, GlyphId)> {
        let others = self.others.iter().filter_map(Other::face);
        std::iter::once(&self.built_in)
            .chain(others)
            .enumerate()
            .find_map(|(place, face)| face.glyph(character).map(|glyph| (place, face, glyph)))
    }

    fn looked_in(&self) -> String {
        let read = self.others.iter().filter(|other| other.face().is_some());
        let mut text = String::from("the font of the program");
        read.for_each(|other| text.push_str(&format!(", {}", other.path.display())));
        text
    }
}

impl Other {
    fn face(&self) -> Option<&Face> {
        self.face
            .get_or_init(|| {
                let face = Face::read(fs::read(&self.path).ok()?.into());
                if face.is_none() {
                    tracing::warn!(path = %self.path.display(), "this file is no font that can be read");
                }
                face
            })
            .as_ref()
    }
}

impl Face {
    /// Of a collection, the simplified Chinese face: the others draw the same characters in Japanese or Korean shapes.
    fn read(data: Data) -> Option<Self> {
        let chinese = |font: &FontRef<'_>| {
            font.localized_strings(StringId::POSTSCRIPT_NAME).any(|name| name.to_string().contains("CJKsc"))
        };
        let index = match FileRef::new(data.as_ref()).ok()? {
            FileRef::Font(_) => 0,
            FileRef::Collection(fonts) => {
                fonts.iter().position(|font| font.is_ok_and(|font| chinese(&font))).unwrap_or(0)
            }
        };
        let index = u32::try_from(index).ok()?;
        Some(Self { font: Font::new(data.clone(), index)?, data, index })
    }

    fn open(&self) -> Option<FontRef<'_>> {
        FontRef::from_index(self.data.as_ref(), self.index).ok()
    }

    fn glyph(&self, character: char) -> Option<GlyphId> {
        // A font may map a character to its glyph 0, which is the empty box.
        let glyph = self.open()?.charmap().map(character).filter(|glyph| glyph.to_u32() != 0)?;
        Some(GlyphId::new(glyph.to_u32()))
    }

    /// In ems.
    fn advance(&self, glyph: GlyphId) -> f32 {
        let metrics = self.open().map(|font| font.glyph_metrics(Size::unscaled(), LocationRef::default()));
        metrics.and_then(|metrics| metrics.advance_width(glyph.to_u32().into())).unwrap_or_default()
            / self.font.units_per_em()
    }
}

fn unreadable() -> PdfError {
    PdfError::Written("the font in the binary cannot be read".to_owned())
}
