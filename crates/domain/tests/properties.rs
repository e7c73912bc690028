//! What must hold for every policy and all records; first of all, that the engine and the naive oracle agree.
//!
//! A failure is kept twice: its seed in `properties.proptest-regressions`, and the smallest case found in
//! `cases/found-….yaml`, which `saved_cases_agree` replays.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)] // as in every test
#![allow(
    clippy::format_push_string,
    clippy::match_same_arms,
    clippy::maybe_infinite_iter,
    clippy::unused_self,
    reason = "naive on purpose"
)]

mod generate;
mod oracle;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use chrono::Days;
use generate::Asked;
use kepu_domain::credit::Credit;
use kepu_domain::person::Person;
use kepu_domain::policy::document::{Amount, Document, Force, Period, Take};
use kepu_domain::policy::{
    Detail, Options, Policy, Reason, ScoreSheet, SoftDecision, Status, columns, evaluate, run_case,
};
use kepu_domain::record::Record;
use oracle::{Oracle, OracleLine, differences};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::{Map, Value, json};

/// Bytes that stand for one person with records, and how to evaluate them.
#[derive(Debug, Clone)]
struct Scenario {
    person: Vec<u8>,
    asked: Vec<u8>,
    records: Vec<Vec<u8>>,
}

impl Scenario {
    fn make(&self) -> (Person, Vec<Record>, Asked) {
        let records: Vec<_> = self.records.iter().enumerate().map(|(i, bytes)| generate::record(i, bytes)).collect();
        (generate::person(&self.person), records, generate::asked(&self.asked, self.records.len()))
    }
}

fn scenario() -> impl Strategy<Value = Scenario> {
    let records = vec(vec(any::<u8>(), 24..60), 0..14);
    (vec(any::<u8>(), 0..14), vec(any::<u8>(), 0..16), records).prop_map(|(person, asked, records)| Scenario {
        person,
        asked,
        records,
    })
}

fn policy_and(scenarios: usize) -> impl Strategy<Value = (Vec<u8>, Vec<Scenario>)> {
    (vec(any::<u8>(), 60..400), vec(scenario(), 1..=scenarios))
}

fn options(asked: &Asked) -> Options<'_> {
    Options {
        as_of: asked.as_of,
        today: asked.today,
        soft: asked.soft,
        decisions: &asked.decisions,
        ..Options::default()
    }
}

/// The generated policy, read from its text.
fn read(bytes: &[u8]) -> Result<Policy, TestCaseError> {
    let value = generate::policy(bytes);
    let policy = Policy::parse(&generate::yaml(&value)).map_err(|problems| {
        let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
        TestCaseError::reject(format!("the policy is refused: {}", told.join("; ")))
    })?;
    let direct: Document = serde_json::from_value(value).map_err(|e| TestCaseError::fail(e.to_string()))?;
    prop_assert_eq!(policy.document(), &direct, "the text says what the document says");
    Ok(policy)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        // The checks refuse about one generated policy in twelve, mostly limits that can never apply.
        max_global_rejects: cases / 3,
        max_shrink_iters: 20_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/properties.proptest-regressions"
        )))),
        ..ProptestConfig::default()
    }
}

/// Runs a property over policies with their scenarios, others in every run. Returns how many cases ran.
fn check(
    policies: u32,
    scenarios: usize,
    property: impl Fn(&Policy, &Person, &[Record], &Asked) -> Result<(), String>,
) -> usize {
    check_with(TestRunner::new(config(policies)), scenarios, property)
}

fn check_with(
    mut runner: TestRunner,
    scenarios: usize,
    property: impl Fn(&Policy, &Person, &[Record], &Asked) -> Result<(), String>,
) -> usize {
    let policies = runner.config().cases as usize;
    let cases = Cell::new(0_usize);
    let outcome = runner.run(&policy_and(scenarios), |(bytes, scenarios)| {
        let policy = read(&bytes)?;
        for scenario in &scenarios {
            let (person, records, asked) = scenario.make();
            cases.set(cases.get() + 1);
            property(&policy, &person, &records, &asked).map_err(TestCaseError::fail)?;
        }
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, (bytes, scenarios))) => {
            let last = scenarios.last().expect("a scenario that fails");
            let (text, path) = save(&generate::policy(&bytes), last);
            panic!("{reason}\nsaved as {}:\n{text}", path.display());
        }
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
    assert!(cases.get() >= policies, "{} cases ran", cases.get());
    cases.get()
}

/// The engine's sheet, when the oracle agrees with it.
fn agree(policy: &Policy, person: &Person, records: &[Record], options: &Options<'_>) -> Result<ScoreSheet, String> {
    let sheet = evaluate(policy, person, records, options);
    let answer = Oracle::new(policy.document(), person, records, options).answer();
    let found = differences(&sheet, &answer);
    if found.is_empty() { Ok(sheet) } else { Err(found.join("\n")) }
}

/// `KEPU_POLICIES` asks for more than 2,000 policies.
#[test]
fn engine_and_oracle_agree() {
    let policies = std::env::var("KEPU_POLICIES").ok().and_then(|n| n.parse().ok()).unwrap_or(2000);
    let cases =
        check(policies, 24, |policy, person, records, asked| agree(policy, person, records, &options(asked)).map(drop));
    assert!(cases >= 10_000, "only {cases} cases ran");
}

/// What the engine can say, it says often enough in so many cases as the oracle is asked about. The cases are the same
/// in every run: how often something happens among others is up to chance.
#[test]
fn everything_happens_among_the_cases() {
    let seen: RefCell<BTreeMap<&str, usize>> = RefCell::default();
    let runner = TestRunner::new_with_rng(config(2000), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let cases = check_with(runner, 24, |policy, person, records, asked| {
        let sheet = evaluate(policy, person, records, &options(asked));
        let saw = |what, holds: bool| *seen.borrow_mut().entry(what).or_default() += usize::from(holds);
        for line in &sheet.lines {
            saw("counted in full", line.status == Status::Counted && line.counted == line.raw);
            saw("counted in part", line.status == Status::Counted && line.counted < line.raw);
            saw("cut", line.status == Status::Cut);
            saw("refused", line.status == Status::Refused);
            saw("refused although a rule matches", line.status == Status::Refused && line.rule.is_some());
            saw("flagged", line.flagged);
            for reason in &line.reasons {
                saw(reason.code(), true);
            }
        }
        for level in sheet.levels.values() {
            saw("level reached", level.is_some());
            saw("no level", level.is_none());
        }
        for requirement in &sheet.requirements {
            saw("requirement met", requirement.met);
            saw("requirement short", !requirement.met && requirement.shortfall.is_some());
            saw("requirement short of several units", !requirement.met && requirement.shortfall.is_none());
        }
        saw("measure above 0", sheet.measures.iter().any(|(id, value)| id != "total" && !value.is_zero()));
        Ok(())
    });
    let seen = seen.into_inner();
    let never = Reason::CODES.iter().filter(|code| !seen.contains_key(**code));
    let rare: Vec<_> = seen.iter().filter(|(_, times)| **times < 10).map(|(what, _)| what).chain(never).collect();
    assert!(rare.is_empty(), "too rare in {cases} cases: {rare:?} of {seen:?}");
}

#[test]
fn order_of_records_does_not_matter() {
    check(200, 6, |policy, person, records, asked| {
        let sheet = evaluate(policy, person, records, &options(asked));
        let mut turned: Vec<_> = records.to_vec();
        turned.reverse();
        let third = turned.len() / 3;
        turned.rotate_left(third);
        same(&sheet, &evaluate(policy, person, &turned, &options(asked)))
    });
}

#[test]
fn a_line_says_why_and_never_counts_more_than_its_raw_credit() {
    check(200, 6, |policy, person, records, asked| {
        let sheet = evaluate(policy, person, records, &options(asked));
        ensure(sheet.lines.len() == records.len(), || "not one line for each record".to_owned())?;
        let mut sum = Credit::ZERO;
        for line in &sheet.lines {
            sum = sum.plus(line.counted);
            ensure(!line.reasons.is_empty(), || format!("{} gives no reason", line.record_id))?;
            ensure(line.counted <= line.raw, || format!("{} counts more than its raw credit", line.record_id))?;
            ensure(line.counted >= Credit::ZERO, || format!("{} counts less than nothing", line.record_id))?;
        }
        ensure(sum == sheet.total, || format!("total {} is not the sum {sum}", sheet.total))?;
        ensure(sheet.measures.get("total") == Some(&sheet.total), || "the measure `total` differs".to_owned())?;
        same(&sheet, &evaluate(policy, person, records, &options(asked)))
    });
}

#[test]
fn without_reasons_the_numbers_are_the_same() {
    check(200, 6, |policy, person, records, asked| {
        let full = evaluate(policy, person, records, &options(asked));
        let bare = evaluate(policy, person, records, &Options { detail: Detail::Lines, ..options(asked) });
        same(&silent(full), &silent(bare))
    });
}

#[test]
fn no_hard_cap_is_passed() {
    check(300, 6, |policy, person, records, asked| {
        let options = options(asked);
        let sheet = evaluate(policy, person, records, &options);
        let by_id: BTreeMap<&str, &Record> = records.iter().map(|r| (r.id.as_str(), r)).collect();
        let oracle = Oracle::new(policy.document(), person, records, &options);
        for limit in policy.document().limits.iter().filter(|l| l.force == Force::Hard) {
            let mut taken: BTreeMap<String, i128> = BTreeMap::new();
            for line in sheet.lines.iter().filter(|l| l.status == Status::Counted) {
                let record = by_id[line.record_id.as_str()];
                let line = OracleLine {
                    rule: line.rule.clone(),
                    category: line.category.clone(),
                    raw: i128::from(line.raw.milli()),
                    counted: i128::from(line.counted.milli()),
                    minutes: line.minutes,
                    status: line.status,
                    flagged: line.flagged,
                };
                if !oracle.holds(&limit.of, record, line.category.as_deref().zip(line.rule.as_deref())) {
                    continue;
                }
                for group in oracle.groups(&limit.within, record, &line) {
                    *taken.entry(group).or_default() += match limit.at_most {
                        Amount::Records(_) => 1000,
                        Amount::Credits(_) => line.counted,
                        // In thousandths of an hour, times 60.
                        Amount::Hours(_) => i128::from(line.minutes) * 1000,
                    };
                }
            }
            let most = match limit.at_most {
                Amount::Records(n) => i128::from(n) * 1000,
                Amount::Credits(c) => i128::from(c.milli()),
                Amount::Hours(h) => i128::from(h.milli()) * 60,
            };
            for (group, taken) in taken {
                ensure(taken <= most, || format!("{} keeps {taken} of {most} in {group}", limit.id))?;
            }
        }
        Ok(())
    });
}

#[test]
fn a_record_that_comes_and_goes_leaves_no_trace() {
    check(100, 6, |policy, person, records, asked| {
        let before = evaluate(policy, person, records, &options(asked));
        for i in 0..records.len() {
            // Each record in turn is reversed and confirmed again.
            let mut others = records.to_vec();
            let one = others.remove(i);
            let without = evaluate(policy, person, &others, &options(asked));
            ensure(without.lines.iter().all(|l| l.record_id != one.id), || format!("{} is still there", one.id))?;
            others.push(one);
            same(&before, &evaluate(policy, person, &others, &options(asked)))?;
            others.pop();
            same(&without, &evaluate(policy, person, &others, &options(asked)))?;
        }
        Ok(())
    });
}

#[test]
fn a_refused_record_changes_nothing_else() {
    check(200, 6, |policy, person, records, asked| {
        // What is asked of every period with any record may well change. Today is a day of its own, and not that of the last
        // record: what is current and how old somebody is would go by that, whether it counts or not.
        let by_period = policy.document().measures.iter().filter_map(|m| m.period.as_ref()).any(|p| match p.take {
            Take::Worst => true,
            // The current stage goes by the grade on the last record.
            Take::Current => p.of == Period::Stage,
            Take::Best => false,
        });
        let today = asked.today.or(records.first().map(Record::day));
        let options = Options { today, ..options(asked) };
        let all = evaluate(policy, person, records, &options);
        for line in all.lines.iter().filter(|l| l.status == Status::Refused) {
            let others: Vec<_> = records.iter().filter(|r| r.id != line.record_id).cloned().collect();
            let without = evaluate(policy, person, &others, &options);
            let rest: Vec<_> = all.lines.iter().filter(|l| l.record_id != line.record_id).collect();
            ensure(rest == without.lines.iter().collect::<Vec<_>>(), || "another line changes".to_owned())?;
            ensure(by_period || all.measures == without.measures, || "a measure changes".to_owned())?;
        }
        Ok(())
    });
}

#[test]
fn as_of_a_day_is_the_sheet_of_that_day() {
    check(200, 6, |policy, person, records, asked| {
        let Some(day) = asked.as_of else { return Ok(()) };
        let mut replay = evaluate(policy, person, records, &options(asked));
        let until: Vec<_> = records.iter().filter(|r| r.day() <= day).cloned().collect();
        let ids: BTreeSet<_> = until.iter().map(|r| r.id.clone()).collect();
        let past = evaluate(policy, person, &until, &options(asked));
        for line in replay.lines.iter().filter(|l| !ids.contains(&l.record_id)) {
            ensure(line.status == Status::Refused, || format!("{} counts before its day", line.record_id))?;
        }
        replay.lines.retain(|l| ids.contains(&l.record_id));
        same(&replay, &past)
    });
}

/// Days one after the other, and days far apart: what may not change between them does not, and credit never does.
#[test]
fn a_sheet_changes_between_days_only_where_the_policy_turns() {
    check(300, 3, |policy, person, records, asked| {
        let first = asked.as_of.or(asked.today).or(records.first().map(Record::day)).unwrap_or_default();
        let on = |day| evaluate(policy, person, records, &Options { today: Some(day), ..options(asked) });
        let mut before = (first, on(first));
        for ahead in [1, 2, 6, 31, 32, 90, 200, 365, 366, 800] {
            let day = first.checked_add_days(Days::new(ahead)).ok_or("a day")?;
            let now = on(day);
            ensure(before.1.lines == now.lines && before.1.total == now.total, || format!("credit changes on {day}"))?;
            if !policy.turn(before.0, day).touches(person.birth_date, before.0, day) {
                same(&before.1, &now)?;
            }
            before = (day, now);
        }
        Ok(())
    });
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,300}") {
        let _ = Policy::parse(&text);
    }

    #[test]
    fn a_document_with_errors_is_read_or_refused(
        bytes in vec(any::<u8>(), 0..300),
        edits in vec((any::<prop::sample::Index>(), 0_usize..40, "[-:{}\\[\\]#&*!|>'\"%@`,? \\n\\ta-z0-9零é]{0,6}"), 1..5),
    ) {
        let mut text: Vec<char> = generate::yaml(&generate::policy(&bytes)).chars().collect();
        for (at, cut, put) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + cut).min(text.len());
            text.splice(at..end, put.chars());
        }
        let text: String = text.into_iter().collect();
        if let Err(problems) = Policy::parse(&text) {
            prop_assert!(!problems.is_empty(), "a refusal names a problem");
            let lines = text.lines().count();
            for problem in problems {
                prop_assert!((1..=lines.max(1) + 1).contains(&problem.place.line), "{} has {} lines", problem, lines);
            }
        }
    }
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn same(one: &ScoreSheet, other: &ScoreSheet) -> Result<(), String> {
    ensure(one == other, || format!("the sheets differ:\n{one:#?}\n{other:#?}"))
}

fn silent(mut sheet: ScoreSheet) -> ScoreSheet {
    sheet.not_eligible = None;
    for line in &mut sheet.lines {
        line.reasons.clear();
    }
    sheet
}

// ---- saved cases ----

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Writes a policy with one worked example in the form of every policy; decisions about soft rules stand in comments.
fn save(policy: &Value, scenario: &Scenario) -> (String, PathBuf) {
    let (person, records, asked) = scenario.make();
    let mut text = String::new();
    for d in &asked.decisions {
        let _ =
            writeln!(text, "# decision: {} {} {}", d.record_id, d.rule, if d.enforce { "enforce" } else { "waive" });
    }
    let mut case = Map::from_iter([
        ("name".to_owned(), json!("found")),
        ("person".to_owned(), cells(&serde_json::to_value(&person).expect("a person"))),
        ("records".to_owned(), records.iter().map(|r| cells(&serde_json::to_value(r).expect("a record"))).collect()),
        ("soft".to_owned(), serde_json::to_value(asked.soft).expect("a word")),
        ("expect".to_owned(), json!({})),
    ]);
    if let Some(today) = asked.today {
        let _ = writeln!(text, "# today: {today}");
    }
    if let Some(day) = asked.as_of {
        case.insert("as_of".to_owned(), json!(day.to_string()));
    }
    let mut document = policy.clone();
    document["cases"] = json!([case]);
    text.push_str(&generate::yaml(&document));
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let path = folder().join(format!("found-{hash:016x}.yaml"));
    std::fs::write(&path, &text).expect("the folder of cases takes the file");
    (text, path)
}

/// A person or record in the columns of a sheet.
fn cells(value: &Value) -> Value {
    let mut row = Map::new();
    for (name, value) in value.as_object().expect("an object") {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Array(items) if name == "host_designations" => {
                for (column, end) in [("host_designated_from", "from"), ("host_designated_to", "to")] {
                    if let Some(day) = items.first().and_then(|i| i[end].as_str()) {
                        row.insert(column.to_owned(), json!(day));
                    }
                }
                items.iter().filter_map(|i| i["name"].as_str()).collect::<Vec<_>>().join(";")
            }
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";"),
            other => other.to_string(),
        };
        let column =
            if name == "id" && value.as_str().is_some_and(|id| id.starts_with('r')) { "record_id" } else { name };
        if !text.is_empty() && column != "id" {
            row.insert(column.to_owned(), json!(text));
        }
    }
    Value::Object(row)
}

#[test]
fn saved_cases_agree() {
    let mut failures = Vec::new();
    for file in std::fs::read_dir(folder()).expect("the folder of cases is readable") {
        let path = file.expect("a readable entry").path();
        if path.extension().is_none_or(|e| e != "yaml") {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable case");
        let decisions: Vec<SoftDecision> = text
            .lines()
            .filter_map(|l| l.strip_prefix("# decision: "))
            .map(|l| {
                let words: Vec<&str> = l.split(' ').collect();
                SoftDecision { record_id: words[0].into(), rule: words[1].into(), enforce: words[2] == "enforce" }
            })
            .collect();
        let today = text.lines().find_map(|l| l.strip_prefix("# today: ")).map(|day| day.parse().expect("a day"));
        let policy = match Policy::parse(&text) {
            Ok(policy) => policy,
            Err(problems) => {
                failures.extend(problems.iter().map(|p| format!("{name}: {p}")));
                continue;
            }
        };
        for case in &policy.document().cases {
            let row = |row: &BTreeMap<String, String>, number: usize| {
                let mut row = row.clone();
                row.entry("person_id".to_owned()).or_insert_with(|| "p".to_owned());
                row.entry("record_id".to_owned()).or_insert_with(|| number.to_string());
                row
            };
            let person_row = row(&case.person, 0);
            let person = columns::person(|c| person_row.get(c).map(String::as_str)).expect("a readable person");
            let records: Vec<Record> = (1..)
                .zip(&case.records)
                .map(|(number, r)| {
                    let row = row(r, number);
                    columns::record(&policy, |c| row.get(c).map(String::as_str)).expect("a readable record").1
                })
                .collect();
            let options =
                Options { as_of: case.as_of, today, soft: case.soft, decisions: &decisions, detail: Detail::Reasons };
            failures.extend(agree(&policy, &person, &records, &options).err().map(|e| format!("{name}: {e}")));
            let turned: Vec<Record> = records.iter().rev().cloned().collect();
            let sheet = evaluate(&policy, &person, &records, &options);
            let turned = same(&sheet, &evaluate(&policy, &person, &turned, &options));
            failures.extend(turned.err().map(|e| format!("{name}, turned round: {e}")));
            if decisions.is_empty() && today.is_none() {
                failures.extend(run_case(&policy, case).iter().map(|e| format!("{name}: {}", e.en)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
