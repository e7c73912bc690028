//! What people read: policies as sentences, reasons and shortfalls in words. The snapshots are read by eye.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)] // as in every test

use std::collections::BTreeSet;
use std::path::PathBuf;

use kepu_domain::credit::Credit;
use kepu_domain::policy::{Mismatch, Missing, Need, NextLevel, Policy, Reason, RequirementOutcome, Unit, explain};
use kepu_domain::text::Lang;

const EVERYTHING: &str = include_str!("policies/everything.yaml");

fn read(text: &str) -> Policy {
    let problems = |problems: Vec<_>| problems.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n");
    Policy::parse(text).map_err(|p: Vec<kepu_domain::policy::Problem>| problems(p)).expect("a sound policy")
}

#[test]
fn every_primitive_is_explained() {
    let policy = read(EVERYTHING);
    insta::assert_snapshot!("everything_zh", explain(&policy, Lang::Zh).join("\n"));
    insta::assert_snapshot!("everything_en", explain(&policy, Lang::En).join("\n"));
}

#[test]
fn the_shipped_policies_are_explained() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut read_any = false;
    for file in std::fs::read_dir(folder).expect("the folder of policies is readable") {
        let file = file.expect("a readable entry").path();
        if file.extension().is_none_or(|e| e != "yaml") {
            continue;
        }
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let policy = read(&std::fs::read_to_string(&file).expect("a readable policy"));
        insta::assert_snapshot!(format!("{name}_zh"), explain(&policy, Lang::Zh).join("\n"));
        insta::assert_snapshot!(format!("{name}_en"), explain(&policy, Lang::En).join("\n"));
        read_any = true;
    }
    assert!(read_any);
}

#[test]
fn illustrative_values_are_marked_first() {
    let policy = read(EVERYTHING);
    for (lang, mark) in [(Lang::Zh, "示意值"), (Lang::En, "Illustrative values")] {
        assert!(explain(&policy, lang)[1].contains(mark));
        let plain = read(&EVERYTHING.replace("illustrative: true", "illustrative: false"));
        assert!(!explain(&plain, lang).join("\n").contains(mark));
    }
}

fn credit(text: &str) -> Credit {
    text.parse().expect("an amount")
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().expect("a day")
}

fn mismatch(field: &str, expected: &str, found: &str) -> Mismatch {
    Mismatch { field: field.to_owned(), expected: expected.to_owned(), found: found.to_owned() }
}

/// Every variant, and every shape of it.
fn reasons() -> Vec<Reason> {
    let s = str::to_owned;
    let failed = |m: Mismatch| Reason::ConditionFailed { select: s("free-time"), mismatch: m };
    vec![
        Reason::CountedByRule { rule: s("practice"), credit: credit("1.5"), formula: s("90 min × 1/h") },
        Reason::CountedByRule { rule: s("contest"), credit: credit("6.4"), formula: s("awards[city × first] × 0.8") },
        Reason::CountedByRule { rule: s("visit"), credit: credit("1"), formula: s("1") },
        Reason::AfterAsOf { as_of: day("2026-01-31") },
        Reason::OutsideWindow { from: Some(day("2025-09-01")), to: Some(day("2028-08-31")) },
        Reason::OutsideWindow { from: None, to: Some(day("2028-08-31")) },
        Reason::NotEligible(mismatch("grade", "5–9", "4")),
        Reason::NotEligible(mismatch("not", "person_tag: exempt", "")),
        failed(mismatch("kind", "practice / visit", "club")),
        failed(mismatch("minutes", "≥ 30", "20")),
        failed(mismatch("minutes", "15–600", "")),
        failed(mismatch("voluntary", "true", "false")),
        failed(mismatch("school_day", "false", "")),
        failed(mismatch("host_designated", "true", "false")),
        failed(mismatch("host_designation", "science-base / museum", "library")),
        failed(mismatch("has", "work", "")),
        failed(mismatch("date", "2026-01-01…", "2025-12-31")),
        failed(mismatch("any", "kind: practice | host_level: district", "kind: visit | host_level: ")),
        failed(mismatch("stage", "primary / junior", "senior")),
        Reason::DesignationLater { select: s("designated"), designation: s("museum"), from: day("2026-03-01") },
        Reason::DesignationEnded { select: s("designated"), designation: s("museum"), to: day("2025-10-01") },
        Reason::NoRule,
        Reason::MissingFact { rule: s("practice"), field: s("minutes") },
        Reason::NotInTable { rule: s("contest"), table: s("awards"), row: s("school"), column: s("third") },
        Reason::NotInTable { rule: s("visit"), table: s("by-grade"), row: s("4"), column: s("credit") },
        Reason::PlaceNotMapped { rule: s("contest"), place: 7, listed: Some(6) },
        Reason::PlaceNotMapped { rule: s("contest"), place: 7, listed: None },
        Reason::NoFactor { rule: s("contest"), field: s("team_position"), value: s("9") },
        Reason::CutByLimit {
            limit: s("no-repeat"),
            from: credit("1"),
            to: Credit::ZERO,
            at_most: s("1 records"),
            taken_by: vec![s("R1")],
        },
        Reason::CutByLimit {
            limit: s("per-visit"),
            from: credit("3"),
            to: credit("1"),
            at_most: s("2 hours"),
            taken_by: (1..=7).map(|n| format!("R{n}")).collect(),
        },
        Reason::Flagged { rule: s("session-size"), mismatch: Some(mismatch("session_rank", "≤ 30", "31")) },
        Reason::Flagged { rule: s("per-topic"), mismatch: None },
        Reason::Waived { rule: s("no-repeat") },
        Reason::Enforced { rule: s("no-repeat") },
    ]
}

#[test]
fn every_reason_has_words_in_both_languages() {
    let policy = read(EVERYTHING);
    let reasons = reasons();
    let covered: BTreeSet<&str> = reasons.iter().map(Reason::code).collect();
    assert_eq!(covered, BTreeSet::from(Reason::CODES), "a sample of every variant");
    let mut lines = Vec::new();
    for reason in &reasons {
        let (zh, en) = (reason.text(Lang::Zh, &policy), reason.text(Lang::En, &policy));
        for text in [&zh, &en] {
            assert!(!text.contains('_'), "a code word in: {text}");
            for id in ["no-repeat", "true", "false", "free-time", "by-grade["] {
                assert!(!text.contains(id), "`{id}` in: {text}");
            }
        }
        assert!(zh.chars().any(|c| c > '\u{4e00}'), "{zh}");
        lines.push(format!("{}\n  {zh}\n  {en}", reason.code()));
    }
    insta::assert_snapshot!("reasons", lines.join("\n"));
}

#[test]
fn what_is_missing_has_words_in_both_languages() {
    let policy = read(EVERYTHING);
    let missing = |measure: &str, unit, have: &str, needed: &str, short: Option<&str>| Missing {
        measure: measure.to_owned(),
        unit,
        have: credit(have),
        need: Need::AtLeast,
        needed: credit(needed),
        short: short.map(credit),
    };
    let total = missing("total", Unit::Credits, "73", "100", Some("27"));
    let hosts = missing("hosts", Unit::Distinct, "1", "2", Some("1"));
    let months = missing("months", Unit::Periods, "1", "3", Some("2"));
    let visits = Missing { need: Need::AtMost, ..missing("visits", Unit::Records, "11", "9", None) };
    let below = Missing { need: Need::LessThan, ..missing("total", Unit::Credits, "3", "3", None) };
    let nothing = Missing { need: Need::Other, ..missing("total", Unit::Credits, "5", "5", None) };
    let mut lines = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        for each in [&total, &hosts, &months, &visits, &below, &nothing] {
            lines.push(each.text(lang, &policy));
        }
        let next = |missing: Vec<Missing>, shortfall: Option<&str>| NextLevel {
            level: "silver".to_owned(),
            shortfall: shortfall.map(credit),
            missing,
        };
        lines.push(next(vec![total.clone()], Some("27")).text(lang, &policy, "awards"));
        lines.push(next(vec![total.clone(), hosts.clone()], None).text(lang, &policy, "awards"));
        let outcome = |met: bool, missing: Vec<Missing>| RequirementOutcome {
            id: "balanced".to_owned(),
            met,
            shortfall: None,
            missing,
        };
        lines.push(outcome(true, Vec::new()).text(lang, &policy));
        lines.push(outcome(false, vec![months.clone(), visits.clone()]).text(lang, &policy));
    }
    insta::assert_snapshot!("missing", lines.join("\n"));
}
