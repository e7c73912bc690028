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

use std::collections::BTreeSet;

use kepu_domain::policy::{Policy, Problem, run_case};
use kepu_domain::text::{Lang, Text};

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
        assert_eq!(run_case(&policy, case), Vec::<Text>::new());
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
        let line = text.lines().nth(problem.place.line.saturating_sub(1)).unwrap_or_default();
        let fits = problem.code == *code
            && problem.path.to_string() == *path
            && line.contains(on_line)
            && problem.help.en.contains(help)
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

/// Documents that cannot be made from the good one by one edit.
#[rustfmt::skip]
const OTHERS: &[(&str, &str)] = &[
    ("", "empty"),
    ("kepu: 1\n---\nkepu: 1\n", "yaml"),
    ("kepu: &all [ *all ]\n", "yaml"),
    ("? [a]\n: 1\n", "yaml"),
    ("title: \"open\n", "yaml"),
    ("title: \"\\q\"\n", "yaml"),
    ("rules: [ { a: 1 \n", "yaml"),
    ("a: b: c\n", "yaml"),
    ("rules: ]\n", "yaml"),
    ("a: *nobody\n", "yaml"),
    ("- a\nb: 1\n", "yaml"),
    ("[a, b]\n", "type"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 99999999999999 } } ]\n", "value"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: []\n", "no_rules"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: ''\nrules: [ { id: a, credit: { fixed: 1 } } ]\n", "empty_text"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, category: '', credit: { fixed: 1 } } ]\n", "empty_text"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } }, { id: b, credit: { fixed: 1 } } ]\n", "rule_never_matches"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\ncalendar: { time_zone: nowhere }\nrules: [ { id: a, credit: { fixed: 1 } } ]\n", "time_zone"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\ncalendar: { terms: [ { id: a, from: 2026-01-01 } ] }\nrules: [ { id: a, credit: { fixed: 1 } } ]\n", "term_half"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\ncalendar: { terms: [ { id: a, from: 2026-01-01, to: 2026-03-01 }, { id: b, from: 2026-03-01, to: 2026-04-01 } ] }\nrules: [ { id: a, credit: { fixed: 1 } } ]\n", "terms_overlap"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\nmeasures: [ { id: w, weighted: {} } ]\n", "empty_list"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\nladders: [ { id: l, levels: [] } ]\n", "no_levels"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\nladders: [ { id: l, levels: [ { id: x, when: { requirement: r } } ] }, { id: m, levels: [ { id: y, at_least: 1 } ] } ]\nrequirements: [ { id: r, when: { ladder: m, reaches: y } } ]\n", "later_ladder"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\ntables: { t: { row: kind, values: { a: { credit: 1 } }, places: [ { awards: { 1: first } } ] } }\nrules: [ { id: a, credit: { fixed: 1 } } ]\n", "places_without_award"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\ntables: { t: { row: kind, column: award, values: { a: { first: 1 } }, places: [ { awards: {} } ] } }\nrules: [ { id: a, credit: { fixed: 1 } } ]\n", "empty_table"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\ntables: { t: { row: kind, column: award, values: { a: { first: 1 } }, places: [ { awards: { 0-2: first } } ] } }\nrules: [ { id: a, credit: { fixed: 1 } } ]\n", "bad_range"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\ntables: { t: { row: kind, column: award, values: { a: { first: 1 } }, places: [ { awards: { 1-2: first } }, { awards: { 2-3: first } } ] } }\nrules: [ { id: a, credit: { fixed: 1 } } ]\n", "overlapping_ranges"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\ntables: { t: { row: kind, column: award, values: { a: { first: 1 } }, derived: { second: { of: first, times: 1 }, third: { of: second, times: 1 } } } }\nrules: [ { id: a, credit: { fixed: 1 } } ]\n", "unknown_column"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\nrequirements: [ { id: r, when: { requirement: q } } ]\n", "unknown_requirement"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\noutputs: [ { id: o, ladder: nothing } ]\n", "unknown_ladder"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\nlimits: [ { id: l, within: [xyzzy], at_most: { hours: 1 } } ]\n", "value"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1, round: { step: 1, mode: sideways } } } ]\n", "unknown_word"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 }, when: { kind: { a: b } } } ]\n", "type"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: [] } } ]\n", "type"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\nlimits: [ { id: l, keep: { highest: 1 }, at_most: { hours: 1 } } ]\n", "type"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\nlimits: [ { id: l, keep: [], at_most: { hours: 1 } } ]\n", "type"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\nlimits: [ { id: l, within: [day], at_most: { records: } } ]\n", "type"),
    ("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules: [ { id: a, credit: { fixed: 1 } } ]\ncases: [ { name: c, records: [ { record_id: 1, starts_at: 2026-01-01 }, { record_id: 1, starts_at: 2026-01-01 } ], expect: {} } ]\n", "duplicate_id"),
];

#[test]
fn every_problem_is_told_in_both_languages_with_the_same_values() {
    let deep = format!("a: {}{}\n", "[".repeat(80), "]".repeat(80));
    let aliases = "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\n\
        d: &d [*c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e]\n";
    let edited = BAD.iter().map(|row| (GOOD.replacen(row.old, row.new, 1), row.code));
    let others = OTHERS.iter().copied().chain([(deep.as_str(), "too_deep"), (aliases, "too_large")]);
    let all = edited.chain(others.map(|(text, code)| (text.to_owned(), code)));
    let (mut wrong, mut told) = (Vec::new(), BTreeSet::new());
    for (text, code) in all {
        let problems = problems_of(&text);
        if !problems.iter().any(|p| p.code == code) {
            wrong.push(format!("{code} expected of {text:?}; got\n{}", lines(&problems)));
        }
        for problem in &problems {
            told.insert(format!("{}\n    {}", problem.advice(Lang::Zh), problem.advice(Lang::En)));
            for part in [&problem.message, &problem.help] {
                wrong.extend(apart(part).map(|why| format!("{code}: {why}\n    {}\n    {}", part.zh, part.en)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(told.len() >= 150, "only {} different problems", told.len());
    let told: Vec<_> = told.into_iter().collect();
    insta::assert_snapshot!("problems_in_both_languages", told.join("\n"));
}

/// Why the Chinese does not say the same as the English.
fn apart(text: &Text) -> Option<&'static str> {
    let quoted = |text: &str| {
        let mut all: Vec<String> = text.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        all.sort();
        all
    };
    let plain = |text: &str| text.split('`').step_by(2).collect::<Vec<_>>().join("·");
    let numbers = |text: &str| -> BTreeSet<String> {
        let plain = plain(text);
        let runs = plain.split(|c: char| !c.is_ascii_digit() && c != '.').map(|run| run.trim_matches('.').to_owned());
        runs.filter(|run| !run.is_empty()).collect()
    };
    let zh = plain(&text.zh);
    let latin = |word: &str| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic())
    };
    let words: Vec<&str> = zh.split(' ').collect();
    let ends_in_words = words.windows(2).any(|pair| pair.iter().all(|word| latin(word)));
    if !text.zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        return Some("no Chinese");
    }
    if !text.en.is_ascii() && text.en.split('`').step_by(2).any(|t| t.chars().any(|c| c >= '\u{3000}')) {
        return Some("the English has Chinese in it");
    }
    if quoted(&text.zh) != quoted(&text.en) {
        return Some("other values in backquotes");
    }
    if numbers(&text.zh) != numbers(&text.en) {
        return Some("other numbers");
    }
    ends_in_words.then_some("English words in the Chinese")
}

#[test]
fn all_problems_are_told_at_once_in_order_of_lines() {
    let text = GOOD
        .replace("at_most: { credits: 60 }", "at_most: { credits: 0 }")
        .replace("{ measure: total, at_least: 30 }", "{ measure: totl, at_least: 30 }")
        .replace("id: no-repeat", "id: practice")
        .replace("time_zone: Asia/Shanghai", "time_zone: Asia/Shangai")
        .replace("divide_by: 45", "divide_by: 0");
    let found: Vec<_> = problems_of(&text).iter().map(|p| (p.place.line, p.code)).collect();
    let codes: Vec<_> = found.iter().map(|(_, code)| *code).collect();
    assert_eq!(codes, ["time_zone", "duplicate_id", "limit_zero", "divide_by", "unknown_measure"]);
    assert!(found.is_sorted_by_key(|(line, _)| *line), "{found:?}");
}

#[test]
fn a_problem_is_told_at_the_character_at_which_its_key_or_value_begins() {
    // What stands there in the bad document, of slips that the reader finds, that the checks find, and of bad YAML.
    for (old, new, there) in [
        ("at_most: { credits: 60 }", "at_most: { credits: 0 }", "credits: 0 }"),
        ("{ measure: total, at_least: 30 }", "{ measure: totl, at_least: 30 }", "measure: totl"),
        ("sum: raw_credits", "sum: raw_credit", "raw_credit }"),
        ("illustrative: true", "ilustrative: true", "ilustrative: true"),
        ("divide_by: 45", "divide_by: 0", "divide_by: 0"),
        ("illustrative: true", "id: again", "id: again"),
    ] {
        let text = GOOD.replacen(old, new, 1);
        let problems = problems_of(&text);
        let place = problems.first().map(|problem| problem.place).expect("a problem");
        let line = text.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
        let found: String = line.chars().skip(place.column.saturating_sub(1)).collect();
        assert!(found.starts_with(there), "{new}: {}:{} is `{found}`", place.line, place.column);
    }
}

/// A policy of one rule, with more of it.
fn with(more: &str) -> String {
    format!("kepu: 1\nid: a\nversion: '1'\ntitle: a\nrules:\n  - {{ id: a, credit: {{ fixed: 1 }} }}\n{more}")
}

#[test]
fn a_colon_of_an_input_method_is_named_where_it_stands() {
    for (text, line, key) in [
        (with("requirements：\n  - { id: r, when: { measure: total, at_least: 1 } }\n"), 7, "requirements"),
        (with("").replace("title: a", "title：a"), 4, "title"),
        (with("illustrative：true\n"), 7, "illustrative"),
        (with("").replace("fixed: 1", "fixed：1"), 6, "fixed"),
        (with("limits:\n  - id：l\n"), 8, "id"),
        (with("outputs：\n  # of the total\n\n  - { id: o }\n"), 7, "outputs"),
    ] {
        let problems = problems_of(&text);
        let told = problems.iter().find(|problem| problem.code == "wide_colon");
        let told = told.unwrap_or_else(|| panic!("{key}:\n{}", lines(&problems)));
        assert_eq!(told.place.line, line, "{key}: {told}");
        assert!(told.message.en.contains(&format!("`{key}`")), "{told}");
        assert!(told.help.zh.contains(&format!("`{key}: …`")), "{told}");
    }
    // What is only text may have one.
    assert_eq!(problems_of(&with("note: 说明：仅供参考\n")), []);
}

#[test]
fn words_of_chinese_are_words_and_other_names_may_be_written_as_records_have_them() {
    for more in [
        "eligible: { person_tag: [试点·城区, 住校生] }\n",
        "aliases: { kind: { talk: [讲座（线上）, “科普”报告] } }\nselect:\n  - { id: s, require: { kind: talk } }\n",
        "select:\n  - { id: s, require: { tag: ['topic:航天', 2026年] } }\n",
    ] {
        assert_eq!(problems_of(&with(more)), [], "{more}");
    }
}

#[test]
fn what_can_be_met_is_never_said_to_be_out_of_reach() {
    let asked = |limit: &str, measure: &str, when: &str| {
        with(&format!(
            "limits:\n  - {{ id: l, {limit} }}\nmeasures:\n  - {{ id: m, {measure} }}\nrequirements:\n  - {{ id: r, when: {{ {when} }} }}\n"
        ))
    };
    let (sum, term) = ("sum: credits", "sum: credits, period: { of: term, take: best }");
    let four = "at_most: { credits: 4 }";
    for (limit, measure, when) in [
        // Just so much can be had.
        (four, sum, "measure: total, at_least: 4"),
        (four, sum, "measure: m, more_than: 3.999"),
        // Not all records, not all of life, not for sure.
        (format!("of: {{ kind: visit }}, {four}").as_str(), sum, "measure: total, at_least: 10"),
        (format!("within: [term], {four}").as_str(), sum, "measure: total, at_least: 10"),
        (
            format!("within: [term], {four}").as_str(),
            "sum: credits, period: { of: month, take: best }",
            "measure: m, at_least: 10",
        ),
        (format!("within: [host], {four}").as_str(), sum, "measure: m, at_least: 10"),
        (format!("within: [term, host], {four}").as_str(), term, "measure: m, at_least: 10"),
        (
            format!("within: [stage], {four}").as_str(),
            "sum: credits, period: { of: stage, take: best }",
            "measure: m, at_least: 10",
        ),
        (format!("{four}, force: soft").as_str(), sum, "measure: total, at_least: 10"),
        // Of something else, or made more of.
        ("at_most: { records: 4 }", sum, "measure: total, at_least: 10"),
        (four, "sum: raw_credits", "measure: m, at_least: 10"),
        (four, "sum: hours", "measure: m, at_least: 10"),
        (four, "sum: credits, divide_by: 0.1", "measure: m, at_least: 10"),
        (four, "sum: credits, round: { step: 10, mode: up }", "measure: m, at_least: 10"),
        (four, "sum: credits, at_least: 10", "measure: m, at_least: 10"),
        // There is another way, or it is asked that it be not so.
        (four, sum, "any: [{ measure: total, at_least: 10 }, { person: { grade: 6 } }]"),
        (four, sum, "not: { measure: total, at_least: 10 }"),
        (four, sum, "measure: total, at_most: 10"),
        // Bounds that meet, or are of different measures or different ways.
        (four, sum, "all: [{ measure: total, at_least: 2 }, { measure: total, at_most: 2 }]"),
        (four, "sum: minutes", "all: [{ measure: total, at_most: 2 }, { measure: m, at_least: 3 }]"),
        (four, sum, "any: [{ measure: total, at_least: 3 }, { measure: total, at_most: 2 }]"),
        (four, sum, "all: [{ measure: total, at_most: 2 }, { not: { measure: total, at_least: 3 } }]"),
    ] {
        let problems = problems_of(&asked(limit, measure, when));
        assert_eq!(problems, [], "{limit}; {measure}; {when}\n{}", lines(&problems));
    }
    for (limit, measure, when) in [
        (four, sum, "measure: total, at_least: 10"),
        (four, sum, "measure: m, more_than: 4"),
        (
            four,
            "highest: credits, of: { kind: visit }",
            "all: [{ person: { grade: 6 } }, { measure: m, at_least: 4.001 }]",
        ),
        (format!("within: [term], {four}").as_str(), term, "measure: m, at_least: 10"),
        (format!("within: [lifetime], {four}").as_str(), term, "measure: m, at_least: 10"),
        ("at_most: { records: 3 }", "count: records", "measure: m, at_least: 4"),
        ("at_most: { hours: 3 }", "sum: hours", "measure: m, at_least: 3.5"),
    ] {
        let found: Vec<_> = problems_of(&asked(limit, measure, when)).iter().map(|problem| problem.code).collect();
        assert_eq!(found, ["requirement_never_met"], "{limit}; {measure}; {when}");
    }
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

/// A district whose policy was published before something was asked goes on with it.
#[test]
fn what_was_published_before_it_was_asked_holds() {
    let with = |kind: &str, credit: &str| {
        format!(
            "kepu: 1\nid: p\nversion: '1'\ntitle: {{ zh: 甲, en: A }}\nrules:\n  - {{ id: each, when: {{ kind: {kind} }}, credit: {{ fixed: {credit} }} }}\n"
        )
    };
    assert!(Policy::parse(&with("[visit, talk]", "1")).is_ok());
    for text in [with("[visit，talk]", "1"), with("[visit, talk]", "2000000")] {
        assert!(Policy::parse(&text).is_err(), "{text}");
        assert!(Policy::published(&text).is_ok(), "{text}");
    }
    assert!(Policy::published(&with("[visit, talk]", "-1")).is_err());
}
