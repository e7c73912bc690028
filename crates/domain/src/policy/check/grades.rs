//! Tests, ladders, requirements and outputs: all that is named exists, is known by then, and can come about.

use std::collections::{BTreeMap, BTreeSet};

use super::super::document::{Ladder, Output, Test};
use super::super::problem::Path;
use super::conditions::Place;
use super::{Checker, circles, did_you_mean};
use crate::credit::Credit;

/// What a test may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// Measures only: levels are known later.
    Measures,
    /// Everything.
    All,
}

/// What a test reads, with the places.
#[derive(Debug, Default)]
pub(super) struct Read<'d> {
    pub measures: Vec<(&'d str, Path)>,
    pub ladders: Vec<(&'d str, Path)>,
    pub requirements: Vec<(&'d str, Path)>,
}

impl<'d> Read<'d> {
    pub(super) fn test(&mut self, test: &'d Test, path: &Path) {
        self.measures.extend(test.measure.iter().map(|id| (id.as_str(), path.then("measure"))));
        self.ladders.extend(test.ladder.iter().map(|id| (id.as_str(), path.then("ladder"))));
        self.requirements.extend(test.requirement.iter().map(|id| (id.as_str(), path.then("requirement"))));
        for (below, path) in below(test, path) {
            self.test(below, &path);
        }
    }
}

/// The tests within a test.
fn below<'d>(test: &'d Test, path: &Path) -> Vec<(&'d Test, Path)> {
    let list = |tests: &'d [Test], path: Path| tests.iter().enumerate().map(move |(i, t)| (t, path.then(i)));
    let mut all: Vec<_> = list(&test.all, path.then("all")).collect();
    all.extend(list(&test.any, path.then("any")));
    all.extend(test.some.iter().flat_map(|some| list(&some.of, path.then("some").then("of"))));
    all.extend(test.not.as_deref().map(|not| (not, path.then("not"))));
    all
}

impl<'d> Checker<'d> {
    pub(super) fn test(&mut self, test: &Test, path: &Path, reads: Reads) {
        let lower = [("at_least", test.at_least), ("more_than", test.more_than)];
        let upper = [("at_most", test.at_most), ("less_than", test.less_than)];
        let compared = lower.iter().chain(&upper).find_map(|(name, n)| n.map(|_| *name));
        let nested = !test.all.is_empty() || !test.any.is_empty() || test.some.is_some() || test.not.is_some();
        let named = test.measure.is_some() || test.ladder.is_some() || test.requirement.is_some();
        let named = named || test.person.is_some();
        if !named && !nested && compared.is_none() && test.reaches.is_none() {
            self.add(
                "empty_test",
                path,
                "the test asks nothing",
                "write `{measure: total, at_least: 10}`, `{ladder: …, reaches: …}` or `{requirement: …}`",
            );
        }
        match (&test.measure, compared) {
            (Some(measure), None) => self.add(
                "no_comparison",
                &path.then("measure"),
                format!("`{measure}` is compared with nothing"),
                "add `at_least:`, `at_most:`, `more_than:` or `less_than:`",
            ),
            (None, Some(name)) => self.add(
                "comparison_without_measure",
                &path.then(name),
                format!("`{name}` does not say which measure is meant"),
                "add `measure:`; `measure: total` is the sum of all credit that counts",
            ),
            _ => {}
        }
        self.comparisons(lower, upper, path);
        match (&test.ladder, &test.reaches) {
            (Some(ladder), None) => self.add(
                "ladder_without_reaches",
                &path.then("ladder"),
                format!("which level of `{ladder}` must be reached?"),
                "add `reaches:` with the id of a level",
            ),
            (None, Some(level)) => self.add(
                "reaches_without_ladder",
                &path.then("reaches"),
                format!("of which ladder is `{level}` a level?"),
                "add `ladder:` with the id of a ladder",
            ),
            _ => {}
        }
        if reads == Reads::Measures && (test.ladder.is_some() || test.requirement.is_some()) {
            let name = if test.ladder.is_some() { "ladder" } else { "requirement" };
            self.add(
                "not_known_yet",
                &path.then(name),
                "measures come before levels and requirements, so points cannot depend on them",
                "test the measures that they are made of",
            );
        }
        if let Some(measure) = &test.measure {
            self.known_measure(measure, &path.then("measure"));
        }
        if let Some(ladder) = &test.ladder {
            self.known_level(ladder, test.reaches.as_deref(), path);
        }
        if let Some(requirement) = &test.requirement {
            self.known_requirement(requirement, &path.then("requirement"));
        }
        if let Some(person) = &test.person {
            let path = path.then("person");
            self.condition(person, &path, Place::OfPerson);
            if person.is_empty() {
                self.add(
                    "empty_condition",
                    &path,
                    "nothing is asked of the person",
                    "write `{ stage: junior }`, or take it out",
                );
            }
        }
        if let Some(some) = &test.some {
            let path = path.then("some").then("at_least");
            if some.at_least == 0 {
                self.add("some_zero", &path, "at least 0 of them always hold", "write 1 or more");
            } else if usize::try_from(some.at_least).is_ok_and(|n| n > some.of.len()) {
                let message = format!("{} of {} tests can never hold", some.at_least, some.of.len());
                self.add("some_too_many", &path, message, "write a smaller number, or list more tests in `of`");
            }
        }
        for (below, path) in below(test, path) {
            self.test(below, &path, reads);
        }
    }

    fn comparisons(
        &mut self,
        lower: [(&'static str, Option<Credit>); 2],
        upper: [(&'static str, Option<Credit>); 2],
        path: &Path,
    ) {
        for pair in [lower, upper] {
            if let [(first, Some(_)), (second, Some(_))] = pair {
                self.add(
                    "comparison_twice",
                    &path.then(second),
                    format!("`{first}` and `{second}` say the same thing twice"),
                    "keep the one that is meant",
                );
            }
        }
        for (low_name, low) in lower {
            for (high_name, high) in upper {
                let (Some(low), Some(high)) = (low, high) else { continue };
                let strict = low_name == "more_than" || high_name == "less_than";
                if low > high || (strict && low == high) {
                    self.add(
                        "contradiction",
                        &path.then(high_name),
                        format!("no number is {} {low} and {} {high}", spoken(low_name), spoken(high_name)),
                        "exchange the two numbers, or take one out",
                    );
                }
            }
        }
    }

    fn known_level(&mut self, ladder: &str, level: Option<&str>, path: &Path) {
        let ladders = &self.document.ladders;
        let Some(found) = ladders.iter().find(|l| l.id == ladder) else {
            let help = did_you_mean(ladder, ladders.iter().map(|l| l.id.as_str()));
            self.add("unknown_ladder", &path.then("ladder"), format!("there is no ladder `{ladder}`"), help);
            return;
        };
        if let Some(level) = level
            && !found.levels.iter().any(|l| l.id == level)
        {
            let help = did_you_mean(level, found.levels.iter().map(|l| l.id.as_str()));
            let message = format!("the ladder `{ladder}` has no level `{level}`");
            self.add("unknown_level", &path.then("reaches"), message, help);
        }
    }

    fn known_requirement(&mut self, id: &str, path: &Path) {
        let requirements = &self.document.requirements;
        if !requirements.iter().any(|r| r.id == id) {
            let help = did_you_mean(id, requirements.iter().map(|r| r.id.as_str()));
            self.add("unknown_requirement", path, format!("there is no requirement `{id}`"), help);
        }
    }

    pub(super) fn ladders(&mut self) {
        for (i, ladder) in self.document.ladders.iter().enumerate() {
            let path = Path::from("ladders").then(i);
            if let Some(measure) = &ladder.measure {
                self.known_measure(measure, &path.then("measure"));
            }
            let levels = path.then("levels");
            if ladder.levels.is_empty() {
                self.add(
                    "no_levels",
                    &levels,
                    format!("the ladder `{}` has no level", ladder.id),
                    "write levels such as `- {id: bronze, at_least: 30}`",
                );
            }
            for (j, level) in ladder.levels.iter().enumerate() {
                let path = levels.then(j);
                if level.at_least.is_none() && level.when.is_none() {
                    self.add(
                        "empty_level",
                        &path,
                        format!("the level `{}` does not say who reaches it", level.id),
                        "add `at_least:` or `when:`",
                    );
                }
                if let Some(test) = &level.when {
                    let path = path.then("when");
                    self.test(test, &path, Reads::All);
                    self.only_earlier_ladders(i, ladder, test, &path);
                }
            }
            self.thresholds_rise(ladder, &levels);
        }
    }

    /// A level without a test that asks no more than a lower one takes all its people, so the lower is never held.
    fn thresholds_rise(&mut self, ladder: &Ladder, path: &Path) {
        for (j, level) in ladder.levels.iter().enumerate() {
            let Some(threshold) = level.at_least.filter(|_| level.when.is_none()) else { continue };
            let lower = ladder.levels.iter().take(j);
            let Some(dead) = lower.rev().find(|l| l.at_least.is_some_and(|n| n >= threshold)) else { continue };
            self.add(
                "thresholds_do_not_rise",
                &path.then(j).then("at_least"),
                format!("`{}` asks no more than `{}` below it, so nobody ever stays at `{1}`", level.id, dead.id),
                "write levels lowest first, each with a higher `at_least`",
            );
        }
    }

    /// Ladders are climbed in the order written, so a level may read only ladders before its own, directly and through
    /// requirements.
    fn only_earlier_ladders(&mut self, index: usize, ladder: &'d Ladder, test: &'d Test, path: &Path) {
        let mut read = Read::default();
        read.test(test, path);
        let position = |id: &str| self.document.ladders.iter().position(|l| l.id == id);
        let mut found: Vec<(&'static str, Path, String, &str)> = Vec::new();
        for (id, path) in &read.ladders {
            if position(id).is_some_and(|p| p >= index) {
                let message = if *id == ladder.id {
                    format!("a level of `{id}` cannot ask for a level of `{id}` itself")
                } else {
                    format!("the ladder `{id}` stands later, so its levels are not known yet")
                };
                let help = if *id == ladder.id {
                    "use `step_by_step: true` where a level needs the levels below it"
                } else {
                    "write that ladder before this one"
                };
                found.push(("later_ladder", path.clone(), message, help));
            }
        }
        for (id, path) in &read.requirements {
            for (through, way) in self.ladders_behind(id) {
                if position(through).is_some_and(|p| p >= index) {
                    let way = way.join(" → ");
                    let (code, message) = if through == ladder.id {
                        ("circle", format!("this goes in a circle: {} → {way} → {through}", ladder.id))
                    } else {
                        (
                            "later_ladder",
                            format!("through {way} this asks for the ladder `{through}`, which stands later"),
                        )
                    };
                    found.push((code, path.clone(), message, "test the measures instead, or write that ladder first"));
                }
            }
        }
        for (code, path, message, help) in found {
            self.add(code, &path, message, help);
        }
    }

    /// The ladders that a requirement reads, directly or through others, with the requirements on the way.
    fn ladders_behind(&self, requirement: &'d str) -> BTreeMap<&'d str, Vec<&'d str>> {
        let mut found = BTreeMap::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut ways = vec![vec![requirement]];
        while let Some(way) = ways.pop() {
            let Some(id) = way.last().copied().filter(|id| seen.insert(id)) else { continue };
            let Some(requirement) = self.document.requirements.iter().find(|r| r.id == id) else { continue };
            let mut read = Read::default();
            read.test(&requirement.when, &Path::default());
            for (ladder, _) in read.ladders {
                found.entry(ladder).or_insert_with(|| way.clone());
            }
            for (next, _) in read.requirements {
                let mut way = way.clone();
                way.push(next);
                ways.push(way);
            }
        }
        found
    }

    pub(super) fn requirements(&mut self) {
        let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (i, requirement) in self.document.requirements.iter().enumerate() {
            let path = Path::from("requirements").then(i).then("when");
            self.test(&requirement.when, &path, Reads::All);
            let applies_to = Path::from("requirements").then(i).then("for");
            self.condition(&requirement.applies_to, &applies_to, Place::OfPerson);
            let mut read = Read::default();
            read.test(&requirement.when, &path);
            edges.insert(&requirement.id, read.requirements.into_iter().map(|(id, _)| id).collect());
        }
        for circle in circles(&edges) {
            let first = circle.first().copied().unwrap_or_default();
            let index = self.document.requirements.iter().position(|r| r.id == first).unwrap_or(0);
            self.add(
                "circle",
                &Path::from("requirements").then(index),
                format!("these requirements need each other in a circle: {}", circle.join(" → ")),
                "test the measures instead",
            );
        }
    }

    pub(super) fn outputs(&mut self) {
        for (i, output) in self.document.outputs.iter().enumerate() {
            self.output(output, &Path::from("outputs").then(i));
        }
    }

    fn output(&mut self, output: &Output, path: &Path) {
        let number = [
            output.measure.as_ref().map(|_| "measure"),
            output.times.map(|_| "times"),
            output.divide_by.map(|_| "divide_by"),
            output.plus.map(|_| "plus"),
            output.round.map(|_| "round"),
            output.at_least.map(|_| "at_least"),
            output.at_most.map(|_| "at_most"),
        ];
        let number = number.into_iter().flatten().next();
        let words = (!output.words.is_empty()).then_some("words");
        let ladder = output.ladder.as_ref().map(|_| "ladder");
        let kinds: Vec<&str> = [number, words, ladder].into_iter().flatten().collect();
        if let [first, second, ..] = kinds.as_slice() {
            self.add(
                "output_mixed",
                &path.then(*second),
                format!(
                    "`{}` is a number, words by tests, or words by level: `{first}` and `{second}` do not go together",
                    output.id
                ),
                "make two outputs of it",
            );
        }
        if let Some(measure) = &output.measure {
            self.known_measure(measure, &path.then("measure"));
        }
        self.divisor(output.divide_by, path);
        self.rounding(output.round, path);
        self.bounds(output.at_least, output.at_most, path);
        let always = output.words.iter().position(|w| w.when.is_none());
        for (j, word) in output.words.iter().enumerate() {
            let path = path.then("words").then(j);
            if let Some(test) = &word.when {
                self.test(test, &path.then("when"), Reads::All);
            }
            if always.is_some_and(|a| j > a) {
                self.add(
                    "word_never_given",
                    &path,
                    format!("`{}` is never given: a word before it needs no test", word.word),
                    "put the word without a test last",
                );
            }
        }
        match &output.ladder {
            Some(ladder) => {
                self.known_level(ladder, None, path);
                let found = self.document.ladders.iter().find(|l| l.id == *ladder);
                let known: Vec<&str> = found.iter().flat_map(|l| &l.levels).map(|l| l.id.as_str()).collect();
                for level in output.values.keys().filter(|l| found.is_some() && *l != "none") {
                    if !known.contains(&level.as_str()) {
                        let help = did_you_mean(level, known.iter().copied().chain(["none"]));
                        let message = format!("the ladder `{ladder}` has no level `{level}`");
                        self.add("unknown_level", &path.then("values").then(level.as_str()), message, help);
                    }
                }
            }
            None if !output.values.is_empty() => self.add(
                "values_without_ladder",
                &path.then("values"),
                "`values` says words for levels, but of which ladder?",
                "add `ladder:`",
            ),
            None => {}
        }
    }
}

fn spoken(comparison: &str) -> String {
    comparison.replace('_', " ")
}
