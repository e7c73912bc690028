//! Text with a delimiter: RFC 4180, with commas, semicolons or tabs, and any line ends.
//!
//! A reader of its own, because rows must carry the line on which they begin, a cell must not take more memory than it may
//! have, and a quotation mark that is never closed must be named instead of swallowing the rest.

use std::io::{BufRead, Read, Seek};

use super::{Limits, RawRow, RawRows, SheetError, encoding};

pub(super) struct Delimited<R> {
    name: String,
    input: encoding::Decoded<R>,
    delimiter: u8,
    /// Whether the delimiter is the Chinese comma, whose first byte is `delimiter`.
    wide: bool,
    /// The line that is being read, from 1.
    line: u64,
    limits: Limits,
    cell: Vec<u8>,
    too_long: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a cell.
    Start,
    /// In a cell, outside quotation marks.
    Plain,
    /// Inside quotation marks.
    Quoted,
    /// After a quotation mark inside quotation marks: the end, or the first half of two.
    Quote,
    /// After a carriage return that ended the row.
    Return,
}

impl<R: Read + Seek> Delimited<R> {
    pub(super) fn start(
        name: &str,
        mut input: R,
        charset: encoding::Charset,
        limits: Limits,
    ) -> Result<Self, SheetError> {
        let unreadable = |error| SheetError::Unreadable { name: name.to_owned(), error };
        input.rewind().map_err(unreadable)?;
        let mut input = encoding::Decoded::new(input, charset);
        let beginning = input.fill_buf().map_err(unreadable)?;
        let mut line = 1;
        // Excel's own way to say which delimiter a file has.
        let mut said = None;
        if let [b's', b'e', b'p', b'=', delimiter, end @ ..] = beginning
            && let Some(end) = end.strip_prefix(b"\r\n").or_else(|| end.strip_prefix(b"\n"))
        {
            said = Some((*delimiter, beginning.len() - end.len()));
        }
        let wide = said.is_none() && has_chinese_commas(beginning);
        let delimiter = match said {
            Some((delimiter, _)) => delimiter,
            None if wide => WIDE.first().copied().unwrap_or(b','),
            None => delimiter_of(beginning),
        };
        if let Some((_, length)) = said {
            input.consume(length);
            line = 2;
        }
        Ok(Self { name: name.to_owned(), input, delimiter, wide, line, limits, cell: Vec::new(), too_long: false })
    }
}

/// The delimiter that the first line with any text has most of, outside quotation marks.
fn delimiter_of(beginning: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    let mut any_text = false;
    for byte in beginning {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && any_text => break,
            b'\n' | b'\r' => continue,
            _ if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(d, _)| d == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
        any_text = true;
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

/// The comma that a Chinese keyboard writes.
const WIDE: &[u8] = "，".as_bytes();

/// Whether cells are divided by Chinese commas: none of the leading lines has another delimiter, and most of them have these.
fn has_chinese_commas(beginning: &[u8]) -> bool {
    let lines = beginning.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.trim_ascii().is_empty());
    let (mut all, mut with) = (0, 0);
    for line in lines.take(20) {
        if line.iter().any(|byte| matches!(byte, b',' | b';' | b'\t')) {
            return false;
        }
        all += 1;
        with += usize::from(memchr::memmem::find(line, WIDE).is_some());
    }
    with > 0 && with * 2 >= all
}

impl<R> Delimited<R> {
    fn end_cell(cell: &mut Vec<u8>, too_long: &mut bool, row: &mut RawRow, limits: &Limits) {
        // Only a cell that was cut may end within a character.
        row.push(&String::from_utf8_lossy(cell), *too_long, limits);
        cell.clear();
        *too_long = false;
    }

    fn append(cell: &mut Vec<u8>, too_long: &mut bool, text: &[u8], limits: &Limits) {
        // Room for spaces around, which are trimmed.
        let room = (limits.cell_bytes + 1000).saturating_sub(cell.len());
        *too_long |= text.len() > room;
        cell.extend_from_slice(text.get(..room).unwrap_or(text));
    }
}

impl<R: Read> RawRows for Delimited<R> {
    fn has_chinese_commas(&self) -> bool {
        self.wide
    }

    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SheetError> {
        let Self { name, input, delimiter, wide, line, limits, cell, too_long } = self;
        let mut state = State::Start;
        let mut opened_on = *line;
        row.number = *line;
        row.width_varies = true;
        loop {
            let block = input.fill_buf().map_err(|error| SheetError::Unreadable { name: name.clone(), error })?;
            if block.is_empty() {
                return match state {
                    State::Quoted => Err(SheetError::OpenQuote { name: name.clone(), line: opened_on }),
                    State::Return => {
                        *line += 1;
                        Ok(true)
                    }
                    State::Start if row.cells.is_empty() => Ok(false),
                    _ => {
                        Self::end_cell(cell, too_long, row, limits);
                        Ok(true)
                    }
                };
            }
            let mut at = 0;
            while let Some(rest) = block.get(at..).filter(|rest| !rest.is_empty()) {
                let first = rest.first().copied().unwrap_or_default();
                match state {
                    State::Start if first == b'"' => {
                        state = State::Quoted;
                        opened_on = *line;
                        at += 1;
                    }
                    State::Start | State::Plain => {
                        state = State::Plain;
                        let length = memchr::memchr3(*delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
                        Self::append(cell, too_long, rest.get(..length).unwrap_or_default(), limits);
                        at += length;
                        let Some(end) = rest.get(length) else { break };
                        if *wide && end == delimiter {
                            // Blocks end where a character does, and this byte begins one of three.
                            let sign = rest.get(length..length + WIDE.len()).unwrap_or_default();
                            at += sign.len().max(1);
                            if sign == WIDE {
                                Self::end_cell(cell, too_long, row, limits);
                                state = State::Start;
                            } else {
                                Self::append(cell, too_long, sign, limits);
                            }
                            continue;
                        }
                        at += 1;
                        Self::end_cell(cell, too_long, row, limits);
                        match end {
                            b'\n' => {
                                *line += 1;
                                input.consume(at);
                                return Ok(true);
                            }
                            b'\r' => state = State::Return,
                            _ => state = State::Start,
                        }
                    }
                    State::Quoted => {
                        let length = memchr::memchr2(b'"', b'\n', rest).unwrap_or(rest.len());
                        Self::append(cell, too_long, rest.get(..length).unwrap_or_default(), limits);
                        at += length;
                        match rest.get(length) {
                            Some(b'"') => state = State::Quote,
                            Some(_) => {
                                *line += 1;
                                Self::append(cell, too_long, b"\n", limits);
                            }
                            None => break,
                        }
                        at += 1;
                    }
                    State::Quote if first == b'"' => {
                        Self::append(cell, too_long, b"\"", limits);
                        state = State::Quoted;
                        at += 1;
                    }
                    State::Quote => state = State::Plain,
                    State::Return => {
                        *line += 1;
                        input.consume(at + usize::from(first == b'\n'));
                        return Ok(true);
                    }
                }
            }
            input.consume(at);
        }
    }
}
