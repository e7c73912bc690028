//! Step 5: levels, requirements and outputs from measures, with what is missing.

use std::collections::BTreeMap;

use super::document::{Ladder, Level, Output, Test};
use super::evaluate::Context;
use super::measure::unit;
use super::sheet::{Missing, NextLevel, RequirementOutcome, ScoreSheet};
use crate::credit::{Credit, Ratio};

type Measures<'a> = BTreeMap<&'a str, Credit>;

/// Fills levels, next steps, requirements and outputs into the sheet.
pub(super) fn grade(context: &Context<'_>, measures: &Measures<'_>, sheet: &mut ScoreSheet) {
    let mut grader = Grader { context, measures, reached: BTreeMap::new(), requirements: BTreeMap::new() };
    let document = &context.policy.document;
    // Ladders and requirements may name each other as long as the other is written earlier in its list or needs none.
    let applying = document.requirements.iter().filter(|r| context.person_is(&r.applies_to));
    for requirement in applying.clone() {
        grader.requirements.insert(&requirement.id, &requirement.when);
    }
    for ladder in &document.ladders {
        let reached = grader.climb(ladder);
        grader.reached.insert(&ladder.id, (ladder, reached));
    }
    for ladder in &document.ladders {
        let reached = grader.reached.get(ladder.id.as_str()).and_then(|(_, r)| *r);
        let level = reached.and_then(|i| ladder.levels.get(i));
        sheet.levels.insert(ladder.id.clone(), level.map(|l| l.id.clone()));
        let next = reached.map_or(0, |i| i.saturating_add(1));
        let above = ladder.levels.iter().skip(next);
        let first = above.map(|l| (l, grader.missing_for(ladder, l))).find(|(_, missing)| !missing.is_empty());
        if let Some((level, missing)) = first {
            let step = NextLevel { level: level.id.clone(), shortfall: sum(&missing), missing };
            sheet.next.insert(ladder.id.clone(), step);
        }
    }
    for requirement in applying {
        let missing = grader.missing(&requirement.when);
        let met = missing.is_empty();
        sheet.requirements.push(RequirementOutcome {
            id: requirement.id.clone(),
            met,
            shortfall: sum(&missing),
            missing,
        });
    }
    for output in &document.outputs {
        let value = grader.output(output);
        sheet.outputs.insert(output.id.clone(), value);
    }
}

/// Whether a test that reads measures alone holds; nothing while one of them is not known.
pub(super) fn holds_on_measures(context: &Context<'_>, test: &Test, measures: &Measures<'_>) -> Option<bool> {
    let all =
        |tests: &[Test]| tests.iter().map(|t| holds_on_measures(context, t, measures)).collect::<Option<Vec<bool>>>();
    let mut holds = true;
    if let Some(id) = &test.measure {
        let value = *measures.get(id.as_str())?;
        holds &= test.at_least.is_none_or(|n| value >= n);
        holds &= test.at_most.is_none_or(|n| value <= n);
        holds &= test.more_than.is_none_or(|n| value > n);
        holds &= test.less_than.is_none_or(|n| value < n);
    }
    holds &= test.person.as_ref().is_none_or(|person| context.person_is(person));
    holds &= all(&test.all)?.into_iter().all(|h| h);
    if !test.any.is_empty() {
        holds &= all(&test.any)?.into_iter().any(|h| h);
    }
    if let Some(some) = &test.some {
        let held = all(&some.of)?.into_iter().filter(|h| *h).count();
        holds &= held >= usize::try_from(some.at_least).unwrap_or(usize::MAX);
    }
    if let Some(not) = &test.not {
        holds &= !holds_on_measures(context, not, measures)?;
    }
    Some(holds)
}

struct Grader<'a> {
    context: &'a Context<'a>,
    measures: &'a Measures<'a>,
    /// Ladder → index of the level reached.
    reached: BTreeMap<&'a str, (&'a Ladder, Option<usize>)>,
    requirements: BTreeMap<&'a str, &'a Test>,
}

impl<'a> Grader<'a> {
    /// The index of the level a person has on a ladder.
    fn climb(&self, ladder: &'a Ladder) -> Option<usize> {
        let holds = |level: &&'a Level| self.missing_for(ladder, level).is_empty();
        if ladder.step_by_step {
            return ladder.levels.iter().take_while(holds).count().checked_sub(1);
        }
        ladder.levels.iter().rposition(|level| holds(&level))
    }

    /// What is missing to a level; empty when it holds.
    fn missing_for(&self, ladder: &'a Ladder, level: &'a Level) -> Vec<Missing> {
        let mut missing = Vec::new();
        if let Some(needed) = level.at_least {
            let measure = ladder.measure.as_deref().unwrap_or("total");
            missing
                .extend(self.compare(measure, |have| (have < needed).then(|| (needed, Some(needed.shortfall(have))))));
        }
        if let Some(test) = &level.when {
            missing.extend(self.missing(test));
        }
        missing
    }

    /// What is missing to a test; empty when it holds.
    fn missing(&self, test: &'a Test) -> Vec<Missing> {
        let mut missing = Vec::new();
        if let Some(measure) = &test.measure {
            let smallest_step = Credit::from_milli(1);
            missing.extend(self.compare(measure, |have| {
                if let Some(n) = test.at_least.filter(|n| have < *n) {
                    return Some((n, Some(n.shortfall(have))));
                }
                if let Some(n) = test.more_than.filter(|n| have <= *n) {
                    return Some((n, Some(n.shortfall(have).max(smallest_step))));
                }
                test.at_most.filter(|n| have > *n).or(test.less_than.filter(|n| have >= *n)).map(|n| (n, None))
            }));
        }
        if let (Some(ladder), Some(level)) = (&test.ladder, &test.reaches) {
            missing.extend(self.missing_to_level(ladder, level));
        }
        if let Some(test) = test.requirement.as_ref().and_then(|id| self.requirements.get(id.as_str())) {
            missing.extend(self.missing(test));
        }
        if test.person.as_ref().is_some_and(|person| !self.context.person_is(person)) {
            missing.extend(self.compare("total", |have| Some((have, None))));
        }
        missing.extend(test.all.iter().flat_map(|t| self.missing(t)));
        if !test.any.is_empty() {
            missing.extend(self.cheapest(&test.any, 1));
        }
        if let Some(some) = &test.some {
            missing.extend(self.cheapest(&some.of, usize::try_from(some.at_least).unwrap_or(usize::MAX)));
        }
        if let Some(not) = &test.not
            && self.missing(not).is_empty()
        {
            missing.extend(self.too_much(not));
        }
        missing
    }

    fn missing_to_level(&self, ladder: &str, level: &str) -> Vec<Missing> {
        let Some((ladder, reached)) = self.reached.get(ladder) else { return Vec::new() };
        let Some(wanted) = ladder.levels.iter().position(|l| l.id == level) else { return Vec::new() };
        if reached.is_some_and(|r| r >= wanted) {
            return Vec::new();
        }
        let from = if ladder.step_by_step { reached.map_or(0, |r| r.saturating_add(1)) } else { wanted };
        let steps = ladder.levels.iter().take(wanted.saturating_add(1)).skip(from);
        let mut missing: Vec<Missing> = Vec::new();
        for each in steps.flat_map(|l| self.missing_for(ladder, l)) {
            // A higher level of the same measure holds the lower one's need.
            missing.retain(|m| m.measure != each.measure || m.needed > each.needed);
            missing.push(each);
        }
        missing
    }

    /// What is missing for so many of the tests to hold, along the shortest way.
    fn cheapest(&self, tests: &'a [Test], wanted: usize) -> Vec<Missing> {
        let each: Vec<_> = tests.iter().map(|t| self.missing(t)).collect();
        let held = each.iter().filter(|m| m.is_empty()).count();
        let mut open: Vec<_> = each.into_iter().filter(|m| !m.is_empty()).collect();
        open.sort_by_key(|m| {
            let hopeless = m.iter().any(|m| m.short.is_none());
            (hopeless, m.iter().filter_map(|m| m.short).sum::<Credit>())
        });
        open.into_iter().take(wanted.saturating_sub(held)).flatten().collect()
    }

    /// For a test that should not hold: the measures it reads, none of which a record can lower.
    fn too_much(&self, test: &'a Test) -> Vec<Missing> {
        let mut found: Vec<Missing> = Vec::new();
        if let Some(measure) = &test.measure {
            found.extend(self.compare(measure, |have| Some((test.at_least.or(test.more_than).unwrap_or(have), None))));
        }
        let below = test.all.iter().chain(&test.any).chain(test.some.iter().flat_map(|s| &s.of));
        found.extend(below.flat_map(|t| self.too_much(t)));
        if found.is_empty() {
            found.extend(self.compare("total", |have| Some((have, None))));
        }
        found
    }

    fn compare(
        &self,
        measure: &str,
        short: impl FnOnce(Credit) -> Option<(Credit, Option<Credit>)>,
    ) -> Option<Missing> {
        let have = self.measures.get(measure).copied().unwrap_or_default();
        let (needed, short) = short(have)?;
        Some(Missing {
            measure: measure.to_owned(),
            unit: unit(&self.context.policy.document, measure),
            have,
            needed,
            short,
        })
    }

    fn output(&self, output: &'a Output) -> Option<String> {
        if !output.words.is_empty() {
            let fits = output.words.iter().find(|w| w.when.as_ref().is_none_or(|t| self.missing(t).is_empty()));
            return fits.map(|w| w.word.clone());
        }
        if let Some(id) = &output.ladder {
            let (ladder, reached) = self.reached.get(id.as_str())?;
            let level = reached.and_then(|i| ladder.levels.get(i)).map_or("none", |l| l.id.as_str());
            return match output.values.get(level) {
                Some(word) => Some(word.clone()),
                None if level == "none" => None,
                None => Some(level.to_owned()),
            };
        }
        let measure = output.measure.as_deref().unwrap_or("total");
        let mut exact = Ratio::of(self.measures.get(measure).copied()?);
        exact = output.times.map_or(exact, |by| exact.times(by));
        exact = output.divide_by.map_or(exact, |by| exact.divided(by));
        exact = output.plus.map_or(exact, |more| exact.plus(Ratio::of(more)));
        let rounded = exact.rounded(&output.round.unwrap_or_default());
        let rounded = output.at_least.map_or(rounded, |least| rounded.max(least));
        Some(output.at_most.map_or(rounded, |most| rounded.min(most)).to_string())
    }
}

/// The sum of what is missing; nothing where units differ or something cannot be made up. Zero when nothing is missing.
fn sum(missing: &[Missing]) -> Option<Credit> {
    let first = missing.first().map(|m| m.unit);
    if missing.iter().any(|m| Some(m.unit) != first) {
        return None;
    }
    missing.iter().map(|m| m.short).sum::<Option<Credit>>()
}
