//! Which characters the bytes of a text file stand for.

use std::io::{self, BufRead, Read, Seek};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::SheetError;

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Charset(&'static Encoding);

const BLOCK: usize = 64 << 10;

/// Reads the whole input: UTF-16 by its mark, UTF-8 where every byte is, else GB18030 where every byte is
/// (unless most of it is UTF-8). The input is at
/// its start before and after.
pub(super) fn detect(name: &str, input: &mut (impl Read + Seek)) -> Result<Charset, SheetError> {
    let unreadable = |error| SheetError::Unreadable { name: name.to_owned(), error };
    let mut mark = Vec::new();
    input.take(3).read_to_end(&mut mark).map_err(unreadable)?;
    input.rewind().map_err(unreadable)?;
    let candidates: &[&'static Encoding] = match mark.as_slice() {
        [0xFF, 0xFE, _] => &[UTF_16LE],
        [0xFE, 0xFF, _] => &[UTF_16BE],
        [0xEF, 0xBB, 0xBF] => &[UTF_8],
        _ => &[UTF_8, GB18030],
    };
    let mut first_bad = None;
    for encoding in candidates {
        let scan = Scan::of(encoding, input).map_err(unreadable)?;
        input.rewind().map_err(unreadable)?;
        let Some(line) = scan.first_bad else { return Ok(Charset(encoding)) };
        first_bad = first_bad.max(Some(line));
        if *encoding == UTF_8 && scan.wide >= scan.bad {
            // Damaged UTF-8 would pass as GB18030, with other characters than were meant.
            first_bad = Some(line);
            break;
        }
    }
    Err(SheetError::Encoding { name: name.to_owned(), line: first_bad.unwrap_or(1) })
}

/// What a whole input is in one encoding.
#[derive(Default)]
struct Scan {
    /// The line of the first bytes that are none.
    first_bad: Option<u64>,
    /// How often bytes are none.
    bad: u64,
    /// Characters beyond ASCII.
    wide: u64,
}

impl Scan {
    fn of(encoding: &'static Encoding, input: &mut impl Read) -> io::Result<Self> {
        let mut decoder = encoding.new_decoder_with_bom_removal();
        let mut raw = vec![0; BLOCK];
        let mut text = vec![0; BLOCK];
        let mut line = 1;
        let mut scan = Self::default();
        loop {
            let length = input.read(&mut raw)?;
            let mut block = raw.get(..length).unwrap_or_default();
            loop {
                let (result, read, written) = decoder.decode_to_utf8_without_replacement(block, &mut text, length == 0);
                let written = text.get(..written).unwrap_or_default();
                line += lines(written);
                if !written.is_ascii() {
                    scan.wide += written.iter().filter(|b| **b >= 0xC0).count() as u64;
                }
                block = block.get(read..).unwrap_or_default();
                match result {
                    DecoderResult::Malformed(..) => {
                        scan.bad += 1;
                        scan.first_bad.get_or_insert(line);
                    }
                    DecoderResult::InputEmpty => break,
                    DecoderResult::OutputFull => {}
                }
            }
            if length == 0 {
                return Ok(scan);
            }
        }
    }
}

fn lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// A text file as UTF-8 without a mark, block by block.
pub(super) struct Decoded<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    text: Vec<u8>,
    at: usize,
    end: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(input: R, charset: Charset) -> Self {
        Self {
            input,
            decoder: charset.0.new_decoder_with_bom_removal(),
            raw: vec![0; BLOCK],
            raw_at: 0,
            raw_end: 0,
            text: vec![0; BLOCK],
            at: 0,
            end: 0,
            ended: false,
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let length = available.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.end && !self.ended {
            let mut last = false;
            if self.raw_at == self.raw_end {
                self.raw_end = self.input.read(&mut self.raw)?;
                self.raw_at = 0;
                last = self.raw_end == 0;
            }
            let block = self.raw.get(self.raw_at..self.raw_end).unwrap_or_default();
            let (result, read, written, _) = self.decoder.decode_to_utf8(block, &mut self.text, last);
            self.raw_at += read;
            (self.at, self.end) = (0, written);
            self.ended = last && result == encoding_rs::CoderResult::InputEmpty;
        }
        Ok(self.text.get(self.at..self.end).unwrap_or_default())
    }

    fn consume(&mut self, length: usize) {
        self.at = (self.at + length).min(self.end);
    }
}
