//! CSV by RFC 4180, UTF-8 with a byte order mark so that spreadsheets read Chinese, safe from formulas.

use std::borrow::Cow;

use bytes::Bytes;
use kepu_domain::credit::Credit;
use kepu_domain::settlement::yuan;

use super::{Cell, Column, HIDDEN, share_text};

/// Bytes that a chunk should have before it is sent.
const CHUNK: usize = 32 * 1024;

/// Writes rows into chunks.
pub struct Csv {
    writer: csv::Writer<Vec<u8>>,
    written: usize,
}

impl Csv {
    /// Begins with the byte order mark and the headers.
    pub fn new(columns: &[Column]) -> anyhow::Result<Self> {
        let mut begun = Vec::with_capacity(CHUNK + CHUNK / 4);
        begun.extend_from_slice("\u{feff}".as_bytes());
        let mut this = Self { writer: writer(begun), written: 0 };
        this.writer.write_record(columns.iter().map(|column| safe(&column.title).into_owned()))?;
        Ok(this)
    }

    /// Adds a row; answers a chunk when enough has gathered.
    pub fn row(&mut self, cells: &[Cell]) -> anyhow::Result<Option<Bytes>> {
        for cell in cells {
            let text = text(cell);
            self.written += text.len() + 1;
            self.writer.write_field(text.as_bytes())?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        if self.written < CHUNK { Ok(None) } else { self.take().map(Some) }
    }

    /// What has gathered.
    pub fn take(&mut self) -> anyhow::Result<Bytes> {
        self.written = 0;
        let full = std::mem::replace(&mut self.writer, writer(Vec::with_capacity(CHUNK + CHUNK / 4)));
        Ok(full.into_inner().map_err(|error| anyhow::anyhow!("{}", error.error()))?.into())
    }
}

fn writer(into: Vec<u8>) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(into)
}

fn text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) => safe(text),
        Cell::Count(count) => Cow::Owned(count.to_string()),
        Cell::Credit(milli) => Cow::Owned(Credit::from_milli(*milli).to_string()),
        Cell::Share(share) => Cow::Owned(share_text(*share)),
        Cell::Day(day) => Cow::Owned(day.to_string()),
        Cell::Money(fen) => Cow::Owned(yuan(*fen)),
        Cell::Hidden => Cow::Borrowed(HIDDEN),
    }
}

/// A small table, whole.
pub fn whole(columns: &[Column], rows: impl IntoIterator<Item = Vec<Cell>>) -> anyhow::Result<Vec<u8>> {
    let mut csv = Csv::new(columns)?;
    let mut all = Vec::new();
    for row in rows {
        if let Some(chunk) = csv.row(&row)? {
            all.extend_from_slice(&chunk);
        }
    }
    all.extend_from_slice(&csv.take()?);
    Ok(all)
}

/// Words that a spreadsheet would take for a formula get an apostrophe in front.
fn safe(text: &str) -> Cow<'_, str> {
    // Full-width signs count: some spreadsheets read them as the plain ones.
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_and_formulas_made_harmless() {
        let columns = [Column::text("名,称", 9.0), Column::credit("学分")];
        let mut csv = Csv::new(&columns).expect("begun");
        let rows = [
            ("=1+1", -1500),
            ("+86", 0),
            ("-x", 1),
            ("@SUM(A1)", 1000),
            ("\tx", 2000),
            ("a \"b\"\r\nc", 2125),
            ("O'Brien", 10),
        ];
        for (name, credit) in rows {
            assert_eq!(csv.row(&[Cell::text(name), Cell::Credit(credit)]).expect("written"), None);
        }
        csv.row(&[Cell::Empty, Cell::Empty]).expect("written");
        let bytes = csv.take().expect("taken");
        assert_eq!(
            std::str::from_utf8(&bytes).expect("UTF-8"),
            "\u{feff}\"名,称\",学分\r\n'=1+1,-1.5\r\n'+86,0\r\n'-x,0.001\r\n'@SUM(A1),1\r\n'\tx,2\r\n\
             \"a \"\"b\"\"\r\nc\",2.125\r\nO'Brien,0.01\r\n,\r\n"
        );
    }
}
