//! PDFs: pass cards, certificates, plaques and transcripts, and the house that later papers are made in. No SQL in here.
//!
//! ```text
//! cards(sheet, cards) ─▶ Document ─▶ Page: text, lines, rectangles, QR codes ─▶ bytes
//!                           └── Fonts: the one in the binary, else those of the system, else an error
//! ```
//!
//! - **No tofu.** Text is set glyph by glyph; a character that no font has is an error that names it, and is never printed as
//!   an empty box. So a name is either right or the paper is not made.
//! - **Names are never cut.** They shrink, then run over several lines; what may be cut ends with an ellipsis.
//! - **Accessible.** Every document is written as PDF/UA-1: tagged in reading order, with the text behind a QR code's picture.
//! - **Reproducible.** The moment comes from the caller, and the same input gives the same bytes.

pub mod award;
pub mod cards;
pub mod credit;
pub mod document;
pub mod font;
pub mod qr;
pub mod report;
mod stamp;
#[cfg(test)]
mod tests;
mod text;

pub use award::{Award, Paper, award, award_with};
pub use cards::{Card, CardSheet, cards, cards_with};
pub use credit::{CreditKind, CreditPaper, PaperLine, credit_paper, credit_paper_with};
pub use document::{About, Area, Colour, Document, Made, Page};
pub use font::Fonts;
pub use qr::Qr;
pub use report::report;
pub use text::{Align, Overflow, Role, Text};

use crate::error::ApiError;

/// Why a PDF was not made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// No font has a character.
    #[error(
        "no font has the character {character} (U+{:04X}) of \u{201c}{text}\u{201d}: install the package fonts-noto-cjk on the \
         server, or let KEPU_FONT name a font file that has it (looked in {looked_in})",
        u32::from(*.character)
    )]
    MissingGlyph {
        /// The character.
        character: char,
        /// The text that it is in.
        text: String,
        /// The fonts that were asked, for people.
        looked_in: String,
    },
    /// Text that must not be cut does not fit even in the smallest size.
    #[error("\u{201c}{text}\u{201d} is too long for its place on the page: shorten it")]
    TooLong {
        /// The text.
        text: String,
    },
    /// It has more rows than anybody turns pages for.
    #[error("there are more than {most} rows: narrow the report, or take the workbook")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// There is nothing to print.
    #[error("nobody is there to make a card for")]
    NoCards,
    /// A QR code cannot hold that much.
    #[error("{length} characters are too many for a QR code")]
    QrTooLong {
        /// How many there are.
        length: usize,
    },
    /// The document could not be written: a fault of ours.
    #[error("the PDF could not be written: {0}")]
    Written(String),
}

impl PdfError {
    /// What stands in the way of printing, and what to do about it.
    pub fn unprintable(&self) -> ApiError {
        match self {
            Self::NoCards | Self::QrTooLong { .. } | Self::Written(_) => {
                ApiError::internal(anyhow::anyhow!("a paper was not made: {self}"))
            }
            _ => ApiError::unprocessable(self.code(), self.to_string()),
        }
    }

    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MissingGlyph { .. } => "missing_glyph",
            Self::TooLong { .. } => "too_long_to_print",
            Self::TooMany { .. } => "too_many_to_print",
            Self::NoCards => "no_cards",
            Self::QrTooLong { .. } => "qr_too_long",
            Self::Written(_) => "not_written",
        }
    }
}
