//! Worked examples: known columns, and expectations of things that exist.

use super::super::case::{Case, Expect};
use super::super::columns::{PERSON_COLUMNS, RECORD_COLUMNS};
use super::super::problem::Path;
use super::super::reason::Reason;
use super::{Checker, did_you_mean};
use crate::credit::Credit;
use crate::text::say;

/// How a sentence about an unknown name begins and ends in Chinese, and how it begins in English.
type Of = (&'static str, &'static str, &'static str);

const PEOPLE: Of = ("人员表中", "的列", "people have no column");
const RECORDS: Of = ("记录表中", "的列", "records have no column");
const LADDER: Of = ("", "的等级序列", "there is no ladder");
const OUTPUT: Of = ("", "的输出结果", "there is no output");
const REQUIREMENT: Of = ("", "的要求", "there is no requirement");
const RECORD: Of = ("这个示例中", "的记录", "the case has no record");

impl Checker<'_> {
    pub(super) fn cases(&mut self) {
        for (i, case) in self.document.cases.iter().enumerate() {
            let path = Path::from("cases").then(i);
            for column in case.person.keys() {
                self.known("unknown_column", column, &PERSON_COLUMNS, PEOPLE, &path.then("person"));
            }
            let mut ids: Vec<String> = Vec::new();
            for (j, record) in case.records.iter().enumerate() {
                let path = path.then("records").then(j);
                for column in record.keys() {
                    self.known("unknown_column", column, &RECORD_COLUMNS, RECORDS, &path);
                }
                let id = record.get("record_id").cloned();
                let id = id.unwrap_or_else(|| j.saturating_add(1).to_string());
                if ids.contains(&id) {
                    let message = say(
                        format!("这个示例中前面已有记录 `{id}`"),
                        format!("an earlier record of this case is called `{id}` too"),
                    );
                    let help = say("每条记录的 `record_id` 不能相同", "give each record its own `record_id`");
                    self.add("duplicate_id", &path, message, help);
                }
                ids.push(id);
            }
            self.expectations(case, &ids, &path.then("expect"));
        }
    }

    fn expectations(&mut self, case: &Case, ids: &[String], path: &Path) {
        let document = self.document;
        // Taken apart whole, so that a new expectation cannot be forgotten here.
        let Expect { eligible: _, total: _, measures, levels, next, outputs, requirements, counted, reasons } =
            &case.expect;
        for id in measures.keys() {
            self.known_measure(id, &path.then("measures").then(id.as_str()));
        }
        let ladders: Vec<&str> = document.ladders.iter().map(|l| l.id.as_str()).collect();
        for (id, level) in levels {
            let here = path.then("levels");
            self.known("unknown_ladder", id, &ladders, LADDER, &here);
            if let Some(ladder) = document.ladders.iter().find(|l| l.id == *id) {
                let known: Vec<&str> = ladder.levels.iter().map(|l| l.id.as_str()).chain(["none"]).collect();
                if !known.contains(&level.as_str()) {
                    let help = did_you_mean(level, known.iter().copied());
                    let message = say(
                        format!("等级序列 `{id}` 没有名为 `{level}` 的等级"),
                        format!("the ladder `{id}` has no level `{level}`"),
                    );
                    self.add("unknown_level", &here.then(id.as_str()), message, help);
                }
            }
        }
        for id in next.keys() {
            self.known("unknown_ladder", id, &ladders, LADDER, &path.then("next"));
        }
        let known: Vec<&str> = document.outputs.iter().map(|o| o.id.as_str()).collect();
        for id in outputs.keys() {
            self.known("unknown_output", id, &known, OUTPUT, &path.then("outputs"));
        }
        let known: Vec<&str> = document.requirements.iter().map(|r| r.id.as_str()).collect();
        for (id, outcome) in requirements {
            let here = path.then("requirements");
            self.known("unknown_requirement", id, &known, REQUIREMENT, &here);
            if !matches!(outcome.as_str(), "met" | "not met") && outcome.parse::<Credit>().is_err() {
                self.add(
                    "bad_expectation",
                    &here.then(id.as_str()),
                    say(
                        format!("要求的结果不会是 `{outcome}`"),
                        format!("`{outcome}` cannot come out of a requirement"),
                    ),
                    say(
                        "达到写 `met`，未达到写还差的数，无法用数表示的写 `not met`",
                        "write `met`, what is missing as a number, or `not met` where no number says it",
                    ),
                );
            }
        }
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        for id in counted.keys() {
            self.known("unknown_record", id, &known, RECORD, &path.then("counted"));
        }
        for (id, codes) in reasons {
            let here = path.then("reasons");
            self.known("unknown_record", id, &known, RECORD, &here);
            for (j, code) in codes.iter().enumerate().filter(|(_, c)| !Reason::CODES.contains(&c.as_str())) {
                let help = did_you_mean(code, Reason::CODES.into_iter());
                let message = say(format!("`{code}` 不是理由代码"), format!("`{code}` is not the code of a reason"));
                self.add("unknown_reason", &here.then(id.as_str()).then(j), message, help);
            }
        }
    }

    fn known(&mut self, code: &'static str, name: &str, known: &[&str], (zh, what, en): Of, path: &Path) {
        if !known.contains(&name) {
            let help = did_you_mean(name, known.iter().copied());
            self.add(
                code,
                &path.then(name),
                say(format!("{zh}没有名为 `{name}` {what}"), format!("{en} `{name}`")),
                help,
            );
        }
    }
}
