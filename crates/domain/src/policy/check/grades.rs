//! Tests, ladders, requirements and outputs: all that is named exists, is known by then, and can come about.

use std::collections::{BTreeMap, BTreeSet};

use super::super::document::{Ladder, Output, Test};
use super::super::problem::Path;
use super::conditions::Place;
use super::{Checker, circles, did_you_mean};
use crate::credit::Credit;
use crate::text::{Text, say};

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
    let mut all: Vec<_> = list(&test.all, &path.then("all")).collect();
    all.extend(alternatives(test, path));
    all
}

/// The tests within a test that need not hold when it does.
pub(super) fn alternatives<'d>(test: &'d Test, path: &Path) -> Vec<(&'d Test, Path)> {
    let mut all: Vec<_> = list(&test.any, &path.then("any")).collect();
    all.extend(test.some.iter().flat_map(|some| list(&some.of, &path.then("some").then("of"))));
    all.extend(test.not.as_deref().map(|not| (not, path.then("not"))));
    all
}

fn list<'d>(tests: &'d [Test], path: &Path) -> impl Iterator<Item = (&'d Test, Path)> + use<'d> {
    let path = path.clone();
    tests.iter().enumerate().map(move |(i, test)| (test, path.then(i)))
}

impl<'d> Checker<'d> {
    pub(super) fn test(&mut self, test: &Test, path: &Path, reads: Reads) {
        self.each_test(test, path, reads);
        self.contradictions(test, path);
    }

    /// A test and those within it, each by itself.
    fn each_test(&mut self, test: &Test, path: &Path, reads: Reads) {
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
                say("这个判断条件什么都没有写", "the test asks nothing"),
                say(
                    "应写 `{measure: total, at_least: 10}`、`{ladder: …, reaches: …}` 或 `{requirement: …}`",
                    "write `{measure: total, at_least: 10}`, `{ladder: …, reaches: …}` or `{requirement: …}`",
                ),
            );
        }
        match (&test.measure, compared) {
            (Some(measure), None) => self.add(
                "no_comparison",
                &path.then("measure"),
                say(format!("`{measure}` 没有写与什么数比较"), format!("`{measure}` is compared with nothing")),
                say(
                    "写上 `at_least:`、`at_most:`、`more_than:` 或 `less_than:`",
                    "add `at_least:`, `at_most:`, `more_than:` or `less_than:`",
                ),
            ),
            (None, Some(name)) => self.add(
                "comparison_without_measure",
                &path.then(name),
                say(
                    format!("`{name}` 没有写明比较哪个统计项"),
                    format!("`{name}` does not say which measure is meant"),
                ),
                say(
                    "写上 `measure:`；`measure: total` 是计入的学分之和",
                    "add `measure:`; `measure: total` is the sum of all credit that counts",
                ),
            ),
            _ => {}
        }
        self.comparisons(lower, upper, path);
        match (&test.ladder, &test.reaches) {
            (Some(ladder), None) => self.add(
                "ladder_without_reaches",
                &path.then("ladder"),
                say(format!("须达到 `{ladder}` 的哪一级？"), format!("which level of `{ladder}` must be reached?")),
                say("写上 `reaches:` 和等级的 id", "add `reaches:` with the id of a level"),
            ),
            (None, Some(level)) => self.add(
                "reaches_without_ladder",
                &path.then("reaches"),
                say(format!("`{level}` 是哪个等级序列的等级？"), format!("of which ladder is `{level}` a level?")),
                say("写上 `ladder:` 和等级序列的 id", "add `ladder:` with the id of a ladder"),
            ),
            _ => {}
        }
        if reads == Reads::Measures && (test.ladder.is_some() || test.requirement.is_some()) {
            let name = if test.ladder.is_some() { "ladder" } else { "requirement" };
            self.add(
                "not_known_yet",
                &path.then(name),
                say(
                    "统计项先于等级和要求算出，所以分值不能取决于它们",
                    "measures come before levels and requirements, so points cannot depend on them",
                ),
                say("改为判断它们所用的统计项", "test the measures that they are made of"),
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
                    say("没有对人员提出任何条件", "nothing is asked of the person"),
                    say("写法如 `{ stage: junior }`，或删去它", "write `{ stage: junior }`, or take it out"),
                );
            }
        }
        if let Some(some) = &test.some {
            let path = path.then("some").then("at_least");
            if some.at_least == 0 {
                let message = say("“至少 0 项”总是成立", "at least 0 of them always hold");
                self.add("some_zero", &path, message, say("应写 1 或更大的数", "write 1 or more"));
            } else if usize::try_from(some.at_least).is_ok_and(|n| n > some.of.len()) {
                let (least, all) = (some.at_least, some.of.len());
                let message = say(
                    format!("要求成立 {least} 项，而判断条件只有 {all} 项，永远不会成立"),
                    format!("{least} of {all} tests can never hold"),
                );
                let help = say("把数改小，或在 `of` 中多列几项", "write a smaller number, or list more tests in `of`");
                self.add("some_too_many", &path, message, help);
            }
        }
        for (below, path) in below(test, path) {
            self.each_test(below, &path, reads);
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
                    say(
                        format!("`{first}` 和 `{second}` 说的是同一件事"),
                        format!("`{first}` and `{second}` say the same thing twice"),
                    ),
                    say("只保留要用的那一个", "keep the one that is meant"),
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
                        say(
                            format!("没有数既{} {low} 又{} {high}", in_chinese(low_name), in_chinese(high_name)),
                            format!("no number is {} {low} and {} {high}", spoken(low_name), spoken(high_name)),
                        ),
                        say("对调两个数，或删去一个", "exchange the two numbers, or take one out"),
                    );
                }
            }
        }
    }

    fn known_level(&mut self, ladder: &str, level: Option<&str>, path: &Path) {
        let ladders = &self.document.ladders;
        let Some(found) = ladders.iter().find(|l| l.id == ladder) else {
            let help = did_you_mean(ladder, ladders.iter().map(|l| l.id.as_str()));
            let message = say(format!("没有名为 `{ladder}` 的等级序列"), format!("there is no ladder `{ladder}`"));
            self.add("unknown_ladder", &path.then("ladder"), message, help);
            return;
        };
        if let Some(level) = level
            && !found.levels.iter().any(|l| l.id == level)
        {
            let help = did_you_mean(level, found.levels.iter().map(|l| l.id.as_str()));
            self.add("unknown_level", &path.then("reaches"), no_level(ladder, level), help);
        }
    }

    fn known_requirement(&mut self, id: &str, path: &Path) {
        let requirements = &self.document.requirements;
        if !requirements.iter().any(|r| r.id == id) {
            let help = did_you_mean(id, requirements.iter().map(|r| r.id.as_str()));
            let message = say(format!("没有名为 `{id}` 的要求"), format!("there is no requirement `{id}`"));
            self.add("unknown_requirement", path, message, help);
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
                    say(
                        format!("等级序列 `{}` 没有等级", ladder.id),
                        format!("the ladder `{}` has no level", ladder.id),
                    ),
                    say(
                        "写上等级，如 `- {id: bronze, at_least: 30}`",
                        "write levels such as `- {id: bronze, at_least: 30}`",
                    ),
                );
            }
            for (j, level) in ladder.levels.iter().enumerate() {
                let path = levels.then(j);
                if level.at_least.is_none() && level.when.is_none() {
                    self.add(
                        "empty_level",
                        &path,
                        say(
                            format!("等级 `{}` 没有写明怎样才算达到", level.id),
                            format!("the level `{}` does not say who reaches it", level.id),
                        ),
                        say("写上 `at_least:` 或 `when:`", "add `at_least:` or `when:`"),
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
                say(
                    format!("`{}` 的要求不高于它下面的 `{}`，没有人会停在 `{1}`", level.id, dead.id),
                    format!("`{}` asks no more than `{}` below it, so nobody ever stays at `{1}`", level.id, dead.id),
                ),
                say("等级由低到高写，`at_least` 逐级升高", "write levels lowest first, each with a higher `at_least`"),
            );
        }
    }

    /// Ladders are climbed in the order written, so a level may read only ladders before its own, directly and through
    /// requirements.
    fn only_earlier_ladders(&mut self, index: usize, ladder: &'d Ladder, test: &'d Test, path: &Path) {
        let mut read = Read::default();
        read.test(test, path);
        let position = |id: &str| self.document.ladders.iter().position(|l| l.id == id);
        let mut found: Vec<(&'static str, Path, Text, Text)> = Vec::new();
        for (id, path) in &read.ladders {
            if position(id).is_some_and(|p| p >= index) {
                let (message, help) = if *id == ladder.id {
                    let message = say(
                        format!("`{id}` 的等级不能以 `{id}` 自己的等级为条件"),
                        format!("a level of `{id}` cannot ask for a level of `{id}` itself"),
                    );
                    let help = say(
                        "等级须逐级达到时，用 `step_by_step: true`",
                        "use `step_by_step: true` where a level needs the levels below it",
                    );
                    (message, help)
                } else {
                    let message = say(
                        format!("等级序列 `{id}` 写在后面，此时还不知道它的等级"),
                        format!("the ladder `{id}` stands later, so its levels are not known yet"),
                    );
                    (message, say("把那个等级序列写到这一个之前", "write that ladder before this one"))
                };
                found.push(("later_ladder", path.clone(), message, help));
            }
        }
        for (id, path) in &read.requirements {
            for (through, way) in self.ladders_behind(id) {
                if position(through).is_some_and(|p| p >= index) {
                    let way = way.join(" → ");
                    let (code, message) = if through == ladder.id {
                        let message = say(
                            format!("这里循环引用：{} → {way} → {through}", ladder.id),
                            format!("this goes in a circle: {} → {way} → {through}", ladder.id),
                        );
                        ("circle", message)
                    } else {
                        let message = say(
                            format!("这里经由 {way} 用到了写在后面的等级序列 `{through}`"),
                            format!("through {way} this asks for the ladder `{through}`, which stands later"),
                        );
                        ("later_ladder", message)
                    };
                    let help = say(
                        "改为判断统计项，或把那个等级序列写到前面",
                        "test the measures instead, or write that ladder first",
                    );
                    found.push((code, path.clone(), message, help));
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
            self.within_limits(&requirement.when, &path);
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
                say(
                    format!("这些要求循环引用：{}", circle.join(" → ")),
                    format!("these requirements need each other in a circle: {}", circle.join(" → ")),
                ),
                say("改为判断统计项", "test the measures instead"),
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
                say(
                    format!(
                        "`{}` 只能是下列之一：数、按条件给出的词、按等级给出的词；`{first}` 和 `{second}` 不能同用",
                        output.id
                    ),
                    format!(
                        "`{}` is a number, words by tests, or words by level: `{first}` and `{second}` do not go together",
                        output.id
                    ),
                ),
                say("分成两个输出结果", "make two outputs of it"),
            );
        }
        if let Some(measure) = &output.measure {
            self.known_measure(measure, &path.then("measure"));
        }
        self.factor_not_absurd(output.times, &path.then("times"));
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
                    say(
                        format!("永远不会给出 `{}`：它前面有一个词不需要条件", word.word),
                        format!("`{}` is never given: a word before it needs no test", word.word),
                    ),
                    say("把没有条件的词写在最后", "put the word without a test last"),
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
                        let path = path.then("values").then(level.as_str());
                        self.add("unknown_level", &path, no_level(ladder, level), help);
                    }
                }
            }
            None if !output.values.is_empty() => self.add(
                "values_without_ladder",
                &path.then("values"),
                say(
                    "`values` 给各等级写了词，但是哪个等级序列的等级？",
                    "`values` says words for levels, but of which ladder?",
                ),
                say("写上 `ladder:`", "add `ladder:`"),
            ),
            None => {}
        }
    }
}

fn no_level(ladder: &str, level: &str) -> Text {
    say(
        format!("等级序列 `{ladder}` 没有名为 `{level}` 的等级"),
        format!("the ladder `{ladder}` has no level `{level}`"),
    )
}

pub(super) fn spoken(comparison: &str) -> String {
    comparison.replace('_', " ")
}

pub(super) fn in_chinese(comparison: &str) -> &'static str {
    match comparison {
        "at_least" => "不少于",
        "more_than" => "大于",
        "at_most" => "不超过",
        _ => "小于",
    }
}
