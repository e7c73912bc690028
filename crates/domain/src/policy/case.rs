//! Worked examples inside a policy: input in the columns of the scoring sheet, and what must come out.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sheet::ScoreSheet;
use super::{Options, Policy, columns};
use crate::credit::Credit;
use crate::person::Person;
use crate::text::Text;

/// A worked example.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub name: Text,
    /// The person, in the columns of `people.csv`; `person_id` may be left out.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub person: BTreeMap<String, String>,
    /// The records, in the columns of `records.csv`; `record_id` and `person_id` may be left out (records are then
    /// called `1`, `2`, … in the order written).
    #[serde(default)]
    #[schemars(with = "Vec<BTreeMap<String, serde_json::Value>>")]
    pub records: Vec<BTreeMap<String, String>>,
    /// Evaluated as of this day.
    #[serde(default, deserialize_with = "super::calendar::optional_day")]
    pub as_of: Option<NaiveDate>,
    /// What happens to soft rules nobody has decided about.
    #[serde(default)]
    pub soft: super::SoftMode,
    /// What must come out; only what is named is compared.
    pub expect: Expect,
}

/// What must come out of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// Whether the person may earn.
    pub eligible: Option<bool>,
    /// Sum of credit.
    pub total: Option<Credit>,
    /// Measure → value.
    pub measures: BTreeMap<String, Credit>,
    /// Ladder → level, or `none`.
    pub levels: BTreeMap<String, String>,
    /// Ladder → how much is missing to the next level.
    pub next: BTreeMap<String, Credit>,
    /// Output → value.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub outputs: BTreeMap<String, String>,
    /// Requirement → `met`, or the shortfall.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub requirements: BTreeMap<String, String>,
    /// Record → credit that counts.
    pub counted: BTreeMap<String, Credit>,
    /// Record → codes of its reasons that must be among them.
    pub reasons: BTreeMap<String, Vec<String>>,
}

/// Runs a case; answers what came out differently, one sentence each. Empty when all is as expected.
pub fn run_case(policy: &Policy, case: &Case) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut cell_errors = |what: String, errors: Vec<columns::CellError>| {
        wrong.extend(
            errors.into_iter().map(|e| format!("{what}, {}: `{}`, expected {}", e.column, e.value, e.expected)),
        );
    };
    let with = |row: &BTreeMap<String, String>, defaults: &[(&str, String)]| {
        let mut row = row.clone();
        for (column, value) in defaults {
            row.entry((*column).to_owned()).or_insert_with(|| value.clone());
        }
        row
    };
    let person_row = with(&case.person, &[("person_id", "p".to_owned())]);
    let person = columns::person(|c| person_row.get(c).map(String::as_str)).unwrap_or_else(|errors| {
        cell_errors("person".to_owned(), errors);
        Person::default()
    });
    let mut records = Vec::new();
    for (row, number) in case.records.iter().zip(1_u32..) {
        let row = with(row, &[("record_id", number.to_string()), ("person_id", person.id.clone())]);
        match columns::record(policy, |c| row.get(c).map(String::as_str)) {
            Ok((_, record)) => records.push(record),
            Err(errors) => cell_errors(format!("record {number}"), errors),
        }
    }
    let options = Options { as_of: case.as_of, soft: case.soft, ..Options::default() };
    let sheet = super::evaluate(policy, &person, &records, &options);
    compare(&case.expect, &sheet, &mut wrong);
    wrong
}

fn compare(expect: &Expect, sheet: &ScoreSheet, wrong: &mut Vec<String>) {
    let mut differ = |what: String, expected: String, found: Option<String>| {
        let found = found.unwrap_or_else(|| "nothing of that name".to_owned());
        if expected != found {
            wrong.push(format!("{what}: expected {expected}, got {found}"));
        }
    };
    if let Some(eligible) = expect.eligible {
        differ("eligible".to_owned(), eligible.to_string(), Some(sheet.eligible.to_string()));
    }
    if let Some(total) = expect.total {
        differ("total".to_owned(), total.to_string(), Some(sheet.total.to_string()));
    }
    for (id, value) in &expect.measures {
        differ(format!("measure {id}"), value.to_string(), sheet.measures.get(id).map(Credit::to_string));
    }
    let or_none = |word: &Option<String>| word.clone().unwrap_or_else(|| "none".to_owned());
    for (id, level) in &expect.levels {
        differ(format!("level {id}"), level.clone(), sheet.levels.get(id).map(or_none));
    }
    for (id, short) in &expect.next {
        let found = sheet.next.get(id).and_then(|n| n.shortfall).map(|s| s.to_string());
        differ(format!("next {id}"), short.to_string(), found);
    }
    for (id, value) in &expect.outputs {
        differ(format!("output {id}"), value.clone(), sheet.outputs.get(id).map(or_none));
    }
    for (id, outcome) in &expect.requirements {
        let found = sheet.requirements.iter().find(|r| r.id == *id).map(|r| match (r.met, r.shortfall) {
            (true, _) => "met".to_owned(),
            (false, Some(short)) => short.to_string(),
            (false, None) => "not met".to_owned(),
        });
        differ(format!("requirement {id}"), outcome.clone(), found);
    }
    for (id, credit) in &expect.counted {
        let line = sheet.lines.iter().find(|l| l.record_id == *id);
        differ(format!("record {id} counted"), credit.to_string(), line.map(|l| l.counted.to_string()));
    }
    for (id, codes) in &expect.reasons {
        let line = sheet.lines.iter().find(|l| l.record_id == *id);
        let found: Vec<&str> = line.iter().flat_map(|l| &l.reasons).map(super::Reason::code).collect();
        for code in codes.iter().filter(|c| !found.contains(&c.as_str())) {
            differ(format!("record {id} reasons"), code.clone(), Some(found.join(", ")));
        }
    }
}
