//! The result for the eye.

use std::io::{self, Write};

use kepu_domain::{
    credit::Credit,
    policy::{Detail, ScoreSheet, Status, document::Document},
};

use super::{
    csv::{moment, starts},
    input::Entry,
    score::Scoring,
    width::{padded, width},
};

/// Prints a heading, what people have, and sums; explained, every record of each of them.
pub(super) fn print(scoring: &Scoring<'_>, out: &mut impl Write) -> io::Result<()> {
    let document = scoring.policy.document();
    writeln!(out, "{}  {} {}", scoring.text(&document.title), document.id, document.version)?;
    if document.illustrative {
        let mark = scoring.say(
            "【示例】本办法的分值为示例，不是正式规定。",
            "[ILLUSTRATIVE] Values of this policy are made up for illustration.",
        );
        writeln!(out, "{mark}")?;
    }
    if let Some(as_of) = scoring.as_of {
        writeln!(out, "{} {as_of}", scoring.say("截至", "as of"))?;
    }
    writeln!(out)?;
    let mut sums = Sums::default();
    if scoring.explain {
        for entry in scoring.input.people.values() {
            let sheet = scoring.sheet(entry, Detail::Reasons);
            sums.add(&sheet);
            explain(scoring, entry, &sheet, out)?;
        }
    } else {
        let mut table = Table::new(&headings(scoring, document));
        for entry in scoring.input.people.values() {
            let sheet = scoring.sheet(entry, Detail::Lines);
            sums.add(&sheet);
            table.push(row(scoring, document, &sheet));
        }
        table.print("", out)?;
        writeln!(out)?;
    }
    sums.print(scoring, out)
}

#[derive(Default)]
struct Sums {
    people: usize,
    records: usize,
    counted: usize,
    flagged: usize,
    total: Credit,
}

impl Sums {
    fn add(&mut self, sheet: &ScoreSheet) {
        self.people += 1;
        self.records += sheet.lines.len();
        self.counted += sheet.lines.iter().filter(|l| l.status == Status::Counted).count();
        self.flagged += sheet.lines.iter().filter(|l| l.flagged).count();
        self.total = self.total.plus(sheet.total);
    }

    fn print(&self, scoring: &Scoring<'_>, out: &mut impl Write) -> io::Result<()> {
        let Self { people, records, counted, flagged, total } = self;
        let zh = scoring.say("zh", "en") == "zh";
        if zh {
            write!(out, "共 {people} 人，{records} 条记录，计入 {counted} 条，合计 {total} 学分")?;
        } else {
            write!(out, "people {people}, records {records}, counted {counted}, credits {total}")?;
        }
        if *flagged > 0 {
            write!(out, "{}{flagged}", scoring.say("；待决定（软性条款）", "; waiting for a decision: "))?;
        }
        if scoring.skipped > 0 {
            write!(out, "{}{}", scoring.say("；跳过有误的行 ", "; wrong rows left out: "), scoring.skipped)?;
        }
        writeln!(out)
    }
}

/// Columns of text; those in which all but the heading are numbers stand to the right.
struct Table(Vec<Vec<String>>);

impl Table {
    fn new(headings: &[String]) -> Self {
        Self(vec![headings.to_vec()])
    }

    fn push(&mut self, row: Vec<String>) {
        self.0.push(row);
    }

    fn print(&self, indent: &str, out: &mut impl Write) -> io::Result<()> {
        let columns = self.0.first().map_or(0, Vec::len);
        let shape = |column: usize| {
            let cells = || self.0.iter().filter_map(move |row| row.get(column));
            let is_number = |c: &String| c.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
            (cells().map(|c| width(c)).max().unwrap_or(0), self.0.len() > 1 && cells().skip(1).all(is_number))
        };
        let shapes: Vec<(usize, bool)> = (0..columns).map(shape).collect();
        for row in &self.0 {
            let cells: Vec<String> =
                row.iter().zip(&shapes).map(|(cell, (to, right))| padded(cell, *to, *right)).collect();
            writeln!(out, "{indent}{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

fn headings(scoring: &Scoring<'_>, document: &Document) -> Vec<String> {
    let mut names: Vec<&str> =
        vec![scoring.say("人员", "person"), scoring.say("资格", "eligible"), scoring.say("合计", "total")];
    names.extend(document.measures.iter().map(|m| scoring.title(m.title.as_ref(), &m.id)));
    names.extend(document.ladders.iter().map(|l| scoring.title(l.title.as_ref(), &l.id)));
    names.extend(document.outputs.iter().map(|o| scoring.title(o.title.as_ref(), &o.id)));
    names.extend(document.requirements.iter().map(|r| scoring.title(r.title.as_ref(), &r.id)));
    names.into_iter().map(str::to_owned).collect()
}

fn row(scoring: &Scoring<'_>, document: &Document, sheet: &ScoreSheet) -> Vec<String> {
    let mut cells = vec![sheet.person_id.clone(), yes_no(scoring, sheet.eligible).to_owned(), sheet.total.to_string()];
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    cells.extend(document.measures.iter().map(|m| or_dash(sheet.measures.get(&m.id).map(ToString::to_string))));
    cells.extend(document.ladders.iter().map(|l| or_dash(level(scoring, sheet, &l.id))));
    cells.extend(document.outputs.iter().map(|o| or_dash(sheet.outputs.get(&o.id).cloned().flatten())));
    cells.extend(sheet.requirements.iter().map(|r| match (r.met, r.shortfall) {
        (true, _) => scoring.say("已达", "met").to_owned(),
        (false, Some(short)) => format!("{}{short}", scoring.say("差 ", "short ")),
        (false, None) => scoring.say("未达", "not met").to_owned(),
    }));
    cells
}

fn yes_no(scoring: &Scoring<'_>, yes: bool) -> &'static str {
    if yes { scoring.say("有", "yes") } else { scoring.say("无", "no") }
}

fn level(scoring: &Scoring<'_>, sheet: &ScoreSheet, ladder: &str) -> Option<String> {
    let reached = sheet.levels.get(ladder)?.as_deref()?;
    Some(level_title(scoring, ladder, reached).to_owned())
}

fn level_title<'t>(scoring: &'t Scoring<'_>, ladder: &str, level: &'t str) -> &'t str {
    let levels = scoring.policy.document().ladders.iter().find(|l| l.id == ladder).map(|l| &l.levels);
    let found = levels.and_then(|levels| levels.iter().find(|l| l.id == level));
    found.map_or(level, |l| scoring.title(l.title.as_ref(), &l.id))
}

/// One person with every record.
fn explain(scoring: &Scoring<'_>, entry: &Entry, sheet: &ScoreSheet, out: &mut impl Write) -> io::Result<()> {
    let document = scoring.policy.document();
    let names = headings(scoring, document);
    let values = row(scoring, document, sheet);
    // What is required follows in sentences of its own.
    let facts = names.len() - sheet.requirements.len();
    let facts: Vec<String> =
        names.iter().zip(&values).take(facts).skip(1).map(|(name, value)| format!("{name} {value}")).collect();
    writeln!(out, "● {}  {}", sheet.person_id, facts.join(scoring.say("，", ", ")))?;
    if let Some(reason) = &sheet.not_eligible {
        writeln!(out, "  {}", scoring.reason(reason))?;
    }
    for (ladder, next) in &sheet.next {
        writeln!(out, "  {}", next.text(scoring.lang, scoring.policy, ladder))?;
    }
    for requirement in &sheet.requirements {
        writeln!(out, "  {}", requirement.text(scoring.lang, scoring.policy))?;
    }
    if sheet.lines.is_empty() {
        writeln!(out, "  {}", scoring.say("没有记录", "no records"))?;
    }
    let starts = starts(entry);
    for line in &sheet.lines {
        let when = starts.get(line.record_id.as_str()).map_or_else(String::new, |r| moment(r));
        let status = match (line.status, line.flagged) {
            (Status::Counted, true) => scoring.say("计入，待决定", "counted, flagged"),
            (Status::Counted, false) => scoring.say("计入", "counted"),
            (Status::Cut, _) => scoring.say("超出限额", "cut"),
            (Status::Refused, _) => scoring.say("不计", "refused"),
        };
        let rule = line.rule.as_deref().map_or("–", |id| {
            let rule = document.rules.iter().find(|r| r.id == id);
            scoring.title(rule.and_then(|r| r.title.as_ref()), id)
        });
        let amount = if line.raw == line.counted {
            line.counted.to_string()
        } else {
            format!("{} → {}", line.raw, line.counted)
        };
        writeln!(out, "  {}  {when}  {rule}  {amount}  {status}", line.record_id)?;
        for reason in &line.reasons {
            writeln!(out, "      {}", scoring.reason(reason))?;
        }
    }
    writeln!(out)
}
