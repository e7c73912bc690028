//! Worked examples inside a policy: input in the columns of the scoring sheet, and what must come out.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sheet::ScoreSheet;
use super::{Options, Policy, columns};
use crate::credit::Credit;
use crate::person::Person;
use crate::text::{Text, say};

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
pub fn run_case(policy: &Policy, case: &Case) -> Vec<Text> {
    let mut wrong = Vec::new();
    let mut cell_errors = |what: &Text, errors: Vec<columns::CellError>| {
        wrong.extend(errors.into_iter().map(|columns::CellError { column, value, expected }| {
            say(
                format!("{}的 {column} 列：`{value}`，应为{}", what.zh, expected.zh),
                format!("{}, {column}: `{value}`, expected {}", what.en, expected.en),
            )
        }));
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
        cell_errors(&say("人员", "person"), errors);
        Person::default()
    });
    let mut records = Vec::new();
    for (row, number) in case.records.iter().zip(1_u32..) {
        let row = with(row, &[("record_id", number.to_string()), ("person_id", person.id.clone())]);
        match columns::record(policy, |c| row.get(c).map(String::as_str)) {
            Ok((_, record)) => records.push(record),
            Err(errors) => cell_errors(&say(format!("第 {number} 条记录"), format!("record {number}")), errors),
        }
    }
    let options = Options { as_of: case.as_of, soft: case.soft, ..Options::default() };
    let sheet = super::evaluate(policy, &person, &records, &options);
    compare(&case.expect, &sheet, &mut wrong);
    wrong
}

fn compare(expect: &Expect, sheet: &ScoreSheet, wrong: &mut Vec<Text>) {
    let mut differ = |zh: String, en: String, expected: String, found: Option<String>| {
        if found.as_ref() != Some(&expected) {
            let (zh_found, en_found) = match &found {
                Some(found) => (format!("实际为 {found}"), found.as_str()),
                None => ("实际没有这一项".to_owned(), "nothing of that name"),
            };
            wrong.push(say(
                format!("{zh}：应为 {expected}，{zh_found}"),
                format!("{en}: expected {expected}, got {en_found}"),
            ));
        }
    };
    let of = |zh: &str, en: &str, id: &str| (format!("{zh} {id}"), format!("{en} {id}"));
    if let Some(eligible) = expect.eligible {
        let found = sheet.eligible.to_string();
        differ("可获得学分".to_owned(), "eligible".to_owned(), eligible.to_string(), Some(found));
    }
    if let Some(total) = expect.total {
        differ("总学分".to_owned(), "total".to_owned(), total.to_string(), Some(sheet.total.to_string()));
    }
    for (id, value) in &expect.measures {
        let (zh, en) = of("统计项", "measure", id);
        differ(zh, en, value.to_string(), sheet.measures.get(id).map(Credit::to_string));
    }
    let or_none = |word: &Option<String>| word.clone().unwrap_or_else(|| "none".to_owned());
    for (id, level) in &expect.levels {
        let (zh, en) = of("等级序列", "level", id);
        differ(zh, en, level.clone(), sheet.levels.get(id).map(or_none));
    }
    for (id, short) in &expect.next {
        let (zh, en) = (format!("等级序列 {id} 距下一等级"), format!("next {id}"));
        let found = sheet.next.get(id).and_then(|n| n.shortfall).map(|s| s.to_string());
        differ(zh, en, short.to_string(), found);
    }
    for (id, value) in &expect.outputs {
        let (zh, en) = of("输出结果", "output", id);
        differ(zh, en, value.clone(), sheet.outputs.get(id).map(or_none));
    }
    for (id, outcome) in &expect.requirements {
        let (zh, en) = of("要求", "requirement", id);
        let found = sheet.requirements.iter().find(|r| r.id == *id).map(|r| match (r.met, r.shortfall) {
            (true, _) => "met".to_owned(),
            (false, Some(short)) => short.to_string(),
            (false, None) => "not met".to_owned(),
        });
        differ(zh, en, outcome.clone(), found);
    }
    for (id, credit) in &expect.counted {
        let line = sheet.lines.iter().find(|l| l.record_id == *id);
        let (zh, en) = (format!("记录 {id} 计入"), format!("record {id} counted"));
        differ(zh, en, credit.to_string(), line.map(|l| l.counted.to_string()));
    }
    for (id, codes) in &expect.reasons {
        let line = sheet.lines.iter().find(|l| l.record_id == *id);
        let found: Vec<&str> = line.iter().flat_map(|l| &l.reasons).map(super::Reason::code).collect();
        for code in codes.iter().filter(|c| !found.contains(&c.as_str())) {
            let (zh, en) = (format!("记录 {id} 的理由"), format!("record {id} reasons"));
            differ(zh, en, code.clone(), Some(found.join(", ")));
        }
    }
}
