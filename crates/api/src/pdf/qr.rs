//! QR codes.

use fast_qr::{ECL, QRBuilder};

use super::PdfError;

/// A QR code with error correction M (15 of 100 may be lost): what phones read from paper that has been in a pocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Modules of a side.
    size: usize,
    /// Which modules are dark, row by row.
    dark: Vec<bool>,
}

impl Qr {
    /// Light modules that must be around a code.
    pub const QUIET: u8 = 4;

    /// The smallest code that holds a text. Upper-case letters and digits are packed: 150 of them make version 6 (41 × 41), small
    /// letters would make it larger.
    pub fn new(text: &str) -> Result<Self, PdfError> {
        let code = QRBuilder::new(text)
            .ecl(ECL::M)
            .build()
            .map_err(|_| PdfError::QrTooLong { length: text.chars().count() })?;
        let cells = code.data.iter().take(code.size * code.size);
        Ok(Self { size: code.size, dark: cells.map(|module| module.value()).collect() })
    }

    /// Modules of a side, without the light ones around.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Is this module dark? Outside of the code none is.
    pub fn is_dark(&self, row: usize, column: usize) -> bool {
        column < self.size && self.dark.get(row * self.size + column).copied().unwrap_or(false)
    }

    /// Horizontal stretches of dark modules: row, first column, how many.
    pub fn stretches(&self) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        for (row, cells) in self.dark.chunks(self.size.max(1)).enumerate() {
            let mut column = 0;
            for same in cells.chunk_by(|a, b| a == b) {
                if same.first() == Some(&true) {
                    found.push((row, column, same.len()));
                }
                column += same.len();
            }
        }
        found
    }
}
