//! `kepu score`.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use chrono::NaiveDate;
use kepu_domain::{
    credit::Credit,
    policy::{Detail, Options, Policy, Reason, ScoreSheet, SoftMode, evaluate},
    record::Record,
    text::{Lang, Text},
};
use serde_json::json;

use super::{
    Format, ScoreArgs, csv,
    finding::{Finding, both},
    input::{self, Entry, Input, Paths},
    json,
    policy::{read_policy, show_problems},
    refused, table,
};

/// What the printers are given.
pub(super) struct Scoring<'a> {
    pub policy: &'a Policy,
    pub input: &'a Input,
    pub as_of: Option<NaiveDate>,
    /// The day of which it is asked what is current, of everybody alike.
    pub today: Option<NaiveDate>,
    pub soft: SoftMode,
    pub lang: Lang,
    pub explain: bool,
    pub skipped: usize,
    /// The sheet of records, as it is named.
    pub records: String,
}

impl Scoring<'_> {
    /// The sheet of one person.
    pub(super) fn sheet(&self, entry: &Entry, detail: Detail) -> ScoreSheet {
        let options =
            Options { as_of: self.as_of, today: self.today, soft: self.soft, decisions: &entry.decisions, detail };
        evaluate(self.policy, &entry.person, &entry.records, &options)
    }

    /// Who has more than can be told exactly. Looked for before anything is printed: a sheet that is wrong for one is no sheet.
    fn beyond(&self) -> Option<Finding> {
        let file = self.records.as_str();
        let mut all = Credit::ZERO;
        for entry in self.input.people.values() {
            let sheet = self.sheet(entry, Detail::Lines);
            if sheet.is_beyond() {
                let message = both(
                    "学分大到无法准确计算；请检查办法中的分值和系数，以及记录中的数量",
                    "has more credit than can be told exactly; look at the credit and factors of the policy, and at the \
                     quantities of the records",
                );
                let about =
                    both(format!("{} {}", entry.person.id, message.zh), format!("{} {}", entry.person.id, message.en));
                return Some(Finding::of_file("beyond_numbers", file, about));
            }
            all = all.plus(sheet.total);
        }
        all.is_beyond().then(|| {
            let message = both(
                "所有人的学分之和大到无法准确计算",
                "all persons together have more credit than can be told exactly",
            );
            Finding::of_file("beyond_numbers", file, message)
        })
    }

    /// A reason in words.
    pub(super) fn reason(&self, reason: &Reason) -> String {
        reason.text(self.lang, self.policy)
    }

    /// A text in the language asked for.
    pub(super) fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang)
    }

    /// A title, else the id.
    pub(super) fn title<'t>(&self, title: Option<&'t Text>, id: &'t str) -> &'t str {
        title.map(|t| t.get(self.lang)).filter(|t| !t.is_empty()).unwrap_or(id)
    }

    /// One of two words.
    pub(super) fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// Scores a spreadsheet.
pub fn score(args: &ScoreArgs) -> anyhow::Result<ExitCode> {
    let lang = Lang::from(args.lang);
    let policy = match read_policy(&args.policy) {
        Ok(policy) => policy,
        Err(problems) => {
            if args.format == Format::Json {
                eprintln!("{:#}", json!({ "errors": problems.iter().map(|p| p.to_json(lang)).collect::<Vec<_>>() }));
            } else {
                show_problems(&mut io::stderr(), &problems, lang)?;
            }
            return Ok(refused());
        }
    };
    let paths = Paths { records: &args.records, people: args.people.as_deref(), decisions: args.decisions.as_deref() };
    let input = match input::read(&policy, &paths) {
        Ok(input) => input,
        Err(findings) => {
            report(&findings, &[], args.format, lang);
            return Ok(refused());
        }
    };
    let bad: Vec<Finding> = input.bad_findings().cloned().collect();
    if !bad.is_empty() && !args.skip_bad {
        report(&bad, &input.notes, args.format, lang);
        if args.format != Format::Json {
            eprintln!("{}", unscored(input.bad_row_count(), lang));
        }
        return Ok(refused());
    }
    if args.format != Format::Json {
        report(&bad, &input.notes, args.format, lang);
    }
    if args.skip_bad {
        write_bad_rows(args, &input, lang)?;
    }
    let scoring = Scoring {
        policy: &policy,
        input: &input,
        as_of: args.as_of,
        today: args.as_of.or_else(|| last_day(&policy, &input)),
        soft: args.soft.into(),
        lang,
        explain: args.explain,
        skipped: input.bad_row_count(),
        records: args.records.display().to_string(),
    };
    if let Some(beyond) = scoring.beyond() {
        report(&[beyond], &[], args.format, lang);
        return Ok(refused());
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = match args.format {
        Format::Json => json::print(&scoring, &bad, &mut out),
        Format::Csv => csv::print(&scoring, &mut out),
        Format::Table => table::print(&scoring, &mut out),
    };
    match printed.and_then(|()| out.flush()) {
        // Who reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        printed => printed.map(|()| ExitCode::SUCCESS).context("the result cannot be written"),
    }
}

/// The last day in the records on which the policy counts.
fn last_day(policy: &Policy, input: &Input) -> Option<NaiveDate> {
    let days = input.people.values().flat_map(|entry| &entry.records).map(Record::day);
    days.filter(|day| policy.document().effective.contains(*day)).max()
}

/// Findings and notes on standard error.
fn report(findings: &[Finding], notes: &[Finding], format: Format, lang: Lang) {
    if format == Format::Json {
        let mut report = json!({ "errors": findings.iter().map(|f| f.to_json(lang)).collect::<Vec<_>>() });
        if let (false, Some(report)) = (notes.is_empty(), report.as_object_mut()) {
            report.insert("notes".to_owned(), notes.iter().map(|n| n.to_json(lang)).collect());
        }
        eprintln!("{report:#}");
        return;
    }
    let mut out = BufWriter::new(io::stderr().lock());
    let note = if lang == Lang::Zh { "提示：" } else { "note: " };
    // Standard error is gone: there is nobody to tell.
    let _ = findings.iter().try_for_each(|f| writeln!(out, "{}", f.line(lang)));
    let _ = notes.iter().try_for_each(|n| writeln!(out, "{note}{}", n.line(lang)));
}

fn unscored(rows: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("共 {rows} 行有误，没有计分。请改正后重试，或用 --skip-bad 跳过这些行。"),
        Lang::En => format!(
            "{rows} wrong {}; nothing was scored. Mend them, or leave them out with --skip-bad.",
            if rows == 1 { "row" } else { "rows" }
        ),
    }
}

/// Each sheet's bad rows go to a file of their own.
fn write_bad_rows(args: &ScoreArgs, input: &Input, lang: Lang) -> anyhow::Result<()> {
    for bad in &input.bad {
        let of_records = bad.file == args.records.display().to_string() || args.records == Path::new("-");
        let path = match &args.bad_rows {
            Some(path) if of_records || input.bad.len() == 1 => path.clone(),
            Some(path) => path.with_extension(format!("{}.csv", stem(Path::new(&bad.file)))),
            None => beside(Path::new(&bad.file)),
        };
        let given = [Some(&args.records), args.people.as_ref(), args.decisions.as_ref(), Some(&args.policy)];
        if given.into_iter().flatten().any(|p| same_file(p, &path)) {
            anyhow::bail!("--bad-rows {} would overwrite what is read; name another file", path.display());
        }
        bad.write(&path, lang)?;
        if args.format != Format::Json {
            let (rows, path) = (bad.rows.len(), path.display());
            match lang {
                Lang::Zh => eprintln!("跳过 {} 的 {rows} 行，已写入 {path}，其余照常计分。", bad.file),
                Lang::En => eprintln!("left out of {}: {rows}, written to {path}; the rest was scored.", bad.file),
            }
        }
    }
    Ok(())
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "sheet".to_owned(), |s| s.to_string_lossy().into_owned())
}

/// `records.csv` → `records.bad-rows.csv` in the same folder.
fn beside(path: &Path) -> PathBuf {
    path.with_file_name(format!("{}.bad-rows.csv", stem(path)))
}
