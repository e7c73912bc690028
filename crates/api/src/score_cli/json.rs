//! The result for programs.

use std::io::{self, Write};

use kepu_domain::policy::{Detail, Line, Reason, ScoreSheet};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};

use super::{finding::Finding, input::Entry, score::Scoring};

/// Prints person by person: memory does not hold the result.
pub(super) fn print(scoring: &Scoring<'_>, bad: &[Finding], out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Report { scoring, bad })?;
    writeln!(out)
}

struct Report<'a> {
    scoring: &'a Scoring<'a>,
    bad: &'a [Finding],
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { scoring, bad } = self;
        let document = scoring.policy.document();
        let mut map = serializer.serialize_map(None)?;
        let policy = json!({
            "id": document.id,
            "version": document.version,
            "title": scoring.text(&document.title),
            "illustrative": document.illustrative,
        });
        map.serialize_entry("policy", &policy)?;
        map.serialize_entry("as_of", &scoring.as_of)?;
        map.serialize_entry("people", &People(scoring))?;
        let all = |findings: &[Finding]| findings.iter().map(|f| f.to_json(scoring.lang)).collect::<Vec<_>>();
        map.serialize_entry("skipped_rows", &scoring.skipped)?;
        if !bad.is_empty() {
            map.serialize_entry("skipped", &all(bad))?;
        }
        if !scoring.input.notes.is_empty() {
            map.serialize_entry("notes", &all(&scoring.input.notes))?;
        }
        map.end()
    }
}

struct People<'a>(&'a Scoring<'a>);

impl Serialize for People<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.input.people.values().map(|entry| Person::of(self.0, entry)))
    }
}

/// The sheet with the texts of its reasons.
#[derive(Serialize)]
struct Person {
    #[serde(rename = "person_id")]
    id: String,
    eligible: bool,
    not_eligible: Option<Value>,
    #[serde(flatten)]
    sheet: Value,
    lines: Vec<Value>,
}

impl Person {
    fn of(scoring: &Scoring<'_>, entry: &Entry) -> Self {
        let sheet = scoring.sheet(entry, Detail::Reasons);
        let reason = |reason: &Reason| {
            let mut value = with_text(json!(reason), scoring.reason(reason));
            if let Some(map) = value.as_object_mut() {
                map.entry("params").or_insert_with(|| json!({}));
            }
            value
        };
        let line = |line: &Line| {
            json!({
                "record_id": line.record_id,
                "rule": line.rule,
                "category": line.category,
                "raw": line.raw,
                "counted": line.counted,
                "minutes": line.minutes,
                "status": line.status,
                "flagged": line.flagged,
                "reasons": line.reasons.iter().map(reason).collect::<Vec<_>>(),
            })
        };
        let ScoreSheet { total, measures, levels, outputs, .. } = &sheet;
        let (lang, policy) = (scoring.lang, scoring.policy);
        let next =
            sheet.next.iter().map(|(ladder, n)| (ladder.clone(), with_text(json!(n), n.text(lang, policy, ladder))));
        let requirements = sheet.requirements.iter().map(|r| with_text(json!(r), r.text(lang, policy)));
        Self {
            id: sheet.person_id.clone(),
            eligible: sheet.eligible,
            not_eligible: sheet.not_eligible.as_ref().map(reason),
            sheet: json!({
                "total": total,
                "measures": measures,
                "levels": levels,
                "next": next.collect::<serde_json::Map<_, _>>(),
                "outputs": outputs,
                "requirements": requirements.collect::<Vec<_>>(),
            }),
            lines: sheet.lines.iter().map(line).collect(),
        }
    }
}

fn with_text(mut value: Value, text: String) -> Value {
    if let Some(map) = value.as_object_mut() {
        map.insert("text".to_owned(), text.into());
    }
    value
}
