//! Documents that must be refused: where, why, and what the author is told to do.
//!
//! Each row edits `policies/everything.yaml`, which is sound, in one place.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)] // as in every test

use kepu_domain::policy::{Policy, Problem, run_case};

const GOOD: &str = include_str!("policies/everything.yaml");

/// One bad document.
struct Bad {
    /// Replaced in the good document …
    old: &'static str,
    /// … by this.
    new: &'static str,
    code: &'static str,
    path: &'static str,
    /// Stands on the line that is named.
    on_line: &'static str,
    /// Part of what to do.
    help: &'static str,
}

#[rustfmt::skip]
const fn bad(old: &'static str, new: &'static str, code: &'static str, path: &'static str, on_line: &'static str, help: &'static str) -> Bad {
    Bad { old, new, code, path, on_line, help }
}

include!("bad_policies/table.rs");

fn problems_of(text: &str) -> Vec<Problem> {
    Policy::parse(text).err().unwrap_or_default()
}

#[test]
fn the_good_document_is_sound_and_gives_what_its_case_says() {
    let policy = Policy::parse(GOOD).map_err(|problems| lines(&problems)).expect("the good document is sound");
    for case in &policy.document().cases {
        assert_eq!(run_case(&policy, case), Vec::<String>::new());
    }
}

#[test]
fn each_bad_document_is_refused_with_its_place_and_a_way_out() {
    let mut wrong = Vec::new();
    for row in BAD {
        let Bad { old, new, code, path, on_line, help } = row;
        if GOOD.matches(old).count() != 1 {
            wrong.push(format!("{code}: `{old}` stands {} times in the good document", GOOD.matches(old).count()));
            continue;
        }
        let text = GOOD.replacen(old, new, 1);
        let problems = problems_of(&text);
        let shown = lines(&problems);
        let [problem] = problems.as_slice() else {
            wrong.push(format!("{code} ({new}): one problem expected, got {}:\n{shown}", problems.len()));
            continue;
        };
        let line = text.lines().nth(problem.line.saturating_sub(1)).unwrap_or_default();
        let fits = problem.code == *code
            && problem.path.to_string() == *path
            && line.contains(on_line)
            && problem.help.contains(help)
            && !problem.message.is_empty()
            && !problem.help.is_empty();
        if !fits {
            wrong.push(format!(
                "{code} at {path}, on a line with `{on_line}`, help with `{help}`; got\n{shown}\n    on the line `{line}`"
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), BAD.len(), wrong.join("\n"));
    assert!(BAD.len() >= 60, "only {} bad documents", BAD.len());
}

#[test]
fn no_message_speaks_of_the_programs_insides() {
    for row in BAD {
        for problem in problems_of(&GOOD.replacen(row.old, row.new, 1)) {
            let text = problem.to_string();
            for word in
                ["struct", "enum", "variant", "invalid type", "u32", "i64", "Option", "sequence", "unit", "serde"]
            {
                let inside = text.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w == word);
                assert!(!inside || word == "unit" && text.contains("amount with its unit"), "`{word}` in: {text}");
            }
        }
    }
}

#[test]
fn all_problems_are_told_at_once_in_order_of_lines() {
    let text = GOOD
        .replace("at_most: { credits: 60 }", "at_most: { credits: 0 }")
        .replace("{ measure: total, at_least: 30 }", "{ measure: totl, at_least: 30 }")
        .replace("id: no-repeat", "id: practice")
        .replace("time_zone: Asia/Shanghai", "time_zone: Asia/Shangai")
        .replace("divide_by: 45", "divide_by: 0");
    let found: Vec<_> = problems_of(&text).iter().map(|p| (p.line, p.code)).collect();
    let codes: Vec<_> = found.iter().map(|(_, code)| *code).collect();
    assert_eq!(codes, ["time_zone", "duplicate_id", "limit_zero", "divide_by", "unknown_measure"]);
    assert!(found.is_sorted_by_key(|(line, _)| *line), "{found:?}");
}

#[test]
fn all_slips_of_form_are_told_at_once_too() {
    let text = GOOD
        .replace("version: \"2026.1\"\n", "")
        .replace("illustrative: true", "ilustrative: true")
        .replace("at_most: { hours: 2 }", "at_most: 2")
        .replace("sum: raw_credits", "sum: raw_credit")
        .replace("date: 2026-01-15", "date: 15.1.2026");
    let found: Vec<_> = problems_of(&text).iter().map(|p| (p.code, p.path.to_string())).collect();
    let expected = [
        ("missing_key", "version"),
        ("unknown_key", "ilustrative"),
        ("value", "sources[0].date"),
        ("type", "limits[2].at_most"),
        ("unknown_word", "measures[10].sum"),
    ];
    assert_eq!(found, expected.map(|(code, path)| (code, path.to_owned())));
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|p| format!("    {p}")).collect::<Vec<_>>().join("\n")
}
