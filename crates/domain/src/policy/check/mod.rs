//! What must be true of a document beyond its shape, so that a policy never silently means something else than its
//! author meant. Every check is certain: what is refused could never have worked as written.

mod bounds;
mod calendar;
mod cases;
mod conditions;
mod grades;
mod limits;
mod measures;
mod names;
mod prices;
mod punctuation;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use super::document::Document;
use super::problem::{Path, Place, Problem, closest};
use crate::text::{Text, say};

/// All that is wrong with the meaning of a document. The lines are filled in by the caller, from the paths.
pub(super) fn check(document: &Document) -> Vec<Problem> {
    let mut checker = Checker { document, problems: Vec::new() };
    checker.names();
    checker.calendar();
    checker.aliases();
    checker.selection();
    checker.tables();
    checker.rules();
    checker.limits();
    checker.measures();
    checker.ladders();
    checker.requirements();
    checker.outputs();
    checker.cases();
    checker.problems
}

struct Checker<'d> {
    document: &'d Document,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn add(&mut self, code: &'static str, path: &Path, message: Text, help: Text) {
        self.problems.push(Problem::new(code, Place::START, message).help(help).at(path.clone()));
    }
}

/// What to do about a name that nothing has: the name that was probably meant, else those that there are.
fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Text {
    const SHOWN: usize = 12;
    let mut seen = BTreeSet::new();
    let known: Vec<&str> = known.filter(|name| seen.insert(*name)).collect();
    if let Some(near) = closest(name, known.iter().copied()) {
        return say(format!("是否应为 `{near}`？"), format!("did you mean `{near}`?"));
    }
    if known.is_empty() {
        return say(
            "本文档没有定义任何一个，应先定义，或删去此处",
            "none is defined in this document; define it, or take this out",
        );
    }
    let shown: Vec<String> = known.iter().take(SHOWN).map(|k| format!("`{k}`")).collect();
    let (zh_more, more) = if known.len() > SHOWN { (" 等", " …") } else { ("", "") };
    say(
        format!("先定义它，或从中选用：{}{zh_more}", shown.join("、")),
        format!("define it, or use one of {}{more}", shown.join(", ")),
    )
}

/// The circles of a graph, each once, from the name in it that comes first: `[a, b, a]` for a → b → a.
fn circles<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>) -> Vec<Vec<&'a str>> {
    let mut found: Vec<Vec<&'a str>> = Vec::new();
    for start in edges.keys().copied() {
        if found.iter().any(|c| c.contains(&start)) {
            continue;
        }
        found.extend(way_back(edges, start));
    }
    found
}

/// The shortest way from a name back to itself.
fn way_back<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut seen = vec![start];
    let mut ways = vec![vec![start]];
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let last = way.last().copied().unwrap_or(start);
            for next in edges.get(last).into_iter().flatten().copied() {
                let mut way = way.clone();
                way.push(next);
                if next == start {
                    return Some(way);
                }
                if !seen.contains(&next) {
                    seen.push(next);
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}
