//! The result for spreadsheets.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{self, Write},
};

use kepu_domain::{
    policy::{Detail, Status},
    record::Record,
};

use super::{input::Entry, score::Scoring};

/// A row per person, or, explained, a row per record. UTF-8 with a byte order mark, so that Excel reads it as such.
pub(super) fn print(scoring: &Scoring<'_>, out: &mut impl Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut rows = ::csv::Writer::from_writer(out);
    if scoring.explain {
        lines(scoring, &mut rows)?;
    } else {
        people(scoring, &mut rows)?;
    }
    rows.flush()
}

fn people(scoring: &Scoring<'_>, out: &mut ::csv::Writer<impl Write>) -> io::Result<()> {
    let document = scoring.policy.document();
    let mut names: Vec<String> = ["person_id", "eligible", "total"].map(str::to_owned).to_vec();
    names.extend(document.measures.iter().map(|m| format!("measure.{}", m.id)));
    names.extend(document.ladders.iter().map(|l| format!("level.{}", l.id)));
    names.extend(document.outputs.iter().map(|o| format!("output.{}", o.id)));
    for requirement in &document.requirements {
        names.push(format!("met.{}", requirement.id));
        names.push(format!("shortfall.{}", requirement.id));
    }
    names.extend(["records", "flagged", "policy", "illustrative"].map(str::to_owned));
    out.write_record(&names)?;
    for entry in scoring.input.people.values() {
        let sheet = scoring.sheet(entry, Detail::Lines);
        let mut cells = vec![sheet.person_id.clone(), sheet.eligible.to_string(), sheet.total.to_string()];
        let or_empty = |text: Option<String>| text.unwrap_or_default();
        cells.extend(document.measures.iter().map(|m| or_empty(sheet.measures.get(&m.id).map(ToString::to_string))));
        cells.extend(document.ladders.iter().map(|l| or_empty(sheet.levels.get(&l.id).cloned().flatten())));
        cells.extend(document.outputs.iter().map(|o| or_empty(sheet.outputs.get(&o.id).cloned().flatten())));
        for requirement in &document.requirements {
            let outcome = sheet.requirements.iter().find(|r| r.id == requirement.id);
            cells.push(or_empty(outcome.map(|o| o.met.to_string())));
            cells.push(or_empty(outcome.and_then(|o| o.shortfall).map(|s| s.to_string())));
        }
        cells.push(sheet.lines.len().to_string());
        cells.push(sheet.lines.iter().filter(|l| l.flagged).count().to_string());
        cells.push(policy_name(scoring));
        cells.push(document.illustrative.to_string());
        out.write_record(cells.iter().map(|c| without_formula(c).into_owned()))?;
    }
    Ok(())
}

fn lines(scoring: &Scoring<'_>, out: &mut ::csv::Writer<impl Write>) -> io::Result<()> {
    out.write_record([
        "person_id",
        "record_id",
        "starts_at",
        "rule",
        "category",
        "raw",
        "counted",
        "status",
        "flagged",
        "reasons",
        "policy",
        "illustrative",
    ])?;
    for entry in scoring.input.people.values() {
        let starts = starts(entry);
        let sheet = scoring.sheet(entry, Detail::Reasons);
        for line in sheet.lines {
            let reasons: Vec<String> = line.reasons.iter().map(|r| scoring.reason(r)).collect();
            let cells = [
                sheet.person_id.clone(),
                starts.get(line.record_id.as_str()).map_or_else(String::new, |r| moment(r)),
                line.rule.unwrap_or_default(),
                line.category.unwrap_or_default(),
                line.raw.to_string(),
                line.counted.to_string(),
                status(line.status).to_owned(),
                line.flagged.to_string(),
                reasons.join(scoring.say("；", "; ")),
                policy_name(scoring),
                scoring.policy.document().illustrative.to_string(),
            ];
            let mut row: Vec<Cow<'_, str>> = cells.iter().map(|c| without_formula(c)).collect();
            row.insert(1, without_formula(&line.record_id));
            out.write_record(row.iter().map(AsRef::as_ref))?;
        }
    }
    Ok(())
}

/// Record → itself, to tell when it was.
pub(super) fn starts(entry: &Entry) -> HashMap<&str, &Record> {
    entry.records.iter().map(|r| (r.id.as_str(), r)).collect()
}

/// The day, and the time where it is known.
pub(super) fn moment(record: &Record) -> String {
    let text = record.starts_at.format("%Y-%m-%d %H:%M").to_string();
    text.strip_suffix(" 00:00").map_or(text.clone(), str::to_owned)
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Counted => "counted",
        Status::Cut => "cut",
        Status::Refused => "refused",
    }
}

fn policy_name(scoring: &Scoring<'_>) -> String {
    let document = scoring.policy.document();
    format!("{} {}", document.id, document.version)
}

/// A spreadsheet would run a cell that begins like a formula; an apostrophe makes it text.
fn without_formula(cell: &str) -> Cow<'_, str> {
    let number = cell.strip_prefix('-').unwrap_or(cell).bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number {
        return Cow::Owned(format!("'{cell}"));
    }
    Cow::Borrowed(cell)
}
