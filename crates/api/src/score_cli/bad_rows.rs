//! Rows that were left out, as a file that can be mended and scored again.

use std::{fs::File, io::Write, path::Path};

use anyhow::Context;
use kepu_domain::text::Lang;

use super::{finding::Finding, header};
use crate::sheet::Row;

/// The rows of one sheet that were left out.
pub(super) struct BadRows {
    pub file: String,
    pub names: Vec<String>,
    pub rows: Vec<(Row, Vec<Finding>)>,
}

impl BadRows {
    /// Writes the columns as they were, and after them the row number and what is wrong.
    pub(super) fn write(&self, path: &Path, lang: Lang) -> anyhow::Result<()> {
        let write = || -> anyhow::Result<()> {
            let mut file = File::create(path)?;
            file.write_all("\u{feff}".as_bytes())?;
            let mut out = ::csv::Writer::from_writer(file);
            let added = |name: &str| header::ADDED.iter().any(|a| name.eq_ignore_ascii_case(a));
            let kept: Vec<usize> =
                (0..self.names.len()).filter(|i| self.names.get(*i).is_some_and(|n| !added(n))).collect();
            let names = kept.iter().filter_map(|i| self.names.get(*i)).map(String::as_str);
            out.write_record(names.chain(header::ADDED))?;
            for (row, findings) in &self.rows {
                let errors: Vec<String> = findings.iter().map(|f| f.what(lang)).collect();
                let number = row.number.to_string();
                let errors = errors.join(if lang == Lang::Zh { "；" } else { "; " });
                out.write_record(kept.iter().map(|i| row.cell(*i)).chain([number.as_str(), errors.as_str()]))?;
            }
            out.flush()?;
            Ok(())
        };
        write().with_context(|| format!("cannot write the bad rows of {} to {}", self.file, path.display()))
    }
}
