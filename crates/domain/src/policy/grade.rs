//! Step 5: levels, requirements and outputs from measures, with what is missing.

use std::collections::BTreeMap;

use super::condition::Compiled;
use super::document::{Ladder, Level, Output, Test};
use super::evaluate::Context;
use super::measure::{Measures, unit};
use super::sheet::{Missing, Need, NextLevel, RequirementOutcome, ScoreSheet, Unit};
use crate::credit::{Credit, Ratio, Rounding, RoundingMode};

/// Fills levels, next steps, requirements and outputs into the sheet.
pub(super) fn grade(context: &Context<'_>, measures: &Measures<'_>, sheet: &mut ScoreSheet) {
    let mut grader = Grader { context, measures, reached: BTreeMap::new(), requirements: BTreeMap::new() };
    let document = &context.policy.document;
    // Ladders and requirements may name each other as long as the other is written earlier in its list or needs none.
    let applies = |(_, to): &(_, &Compiled)| context.person_fits(to);
    let requirements = document.requirements.iter().zip(&context.plan.requirements);
    let applying: Vec<_> = requirements.filter(applies).map(|(requirement, _)| requirement).collect();
    for requirement in &applying {
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
        let value = measures.get(id)?;
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
            missing.extend(self.at_least(measure, needed));
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
            let have = self.value(measure);
            let more = test.more_than.filter(|n| have <= *n).map(|n| self.beyond(measure, n));
            let low = test.at_least.filter(|n| have < *n).or(more);
            let high = test.at_most.filter(|n| have > *n).map(|n| (Need::AtMost, n));
            let high = high.or(test.less_than.filter(|n| have >= *n).map(|n| (Need::LessThan, n)));
            missing.extend(low.and_then(|n| self.at_least(measure, n)));
            if low.is_none() {
                missing.extend(high.map(|(need, n)| self.to_be(measure, need, n)));
            }
        }
        if let (Some(ladder), Some(level)) = (&test.ladder, &test.reaches) {
            missing.extend(self.missing_to_level(ladder, level));
        }
        if let Some(test) = test.requirement.as_ref().and_then(|id| self.requirements.get(id.as_str())) {
            missing.extend(self.missing(test));
        }
        if test.person.as_ref().is_some_and(|person| !self.context.person_is(person)) {
            missing.push(self.unsayable());
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
            missing.extend(self.undo(not));
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
        open.sort_by_key(|missing| cost(missing));
        open.into_iter().take(wanted.saturating_sub(held)).flatten().collect()
    }

    /// For a test that holds and should not: what must change, along the shortest way.
    fn undo(&self, test: &'a Test) -> Vec<Missing> {
        let mut ways: Vec<Vec<Missing>> = Vec::new();
        if let Some(measure) = &test.measure {
            let below = [(Need::LessThan, test.at_least), (Need::AtMost, test.more_than)];
            ways.extend(below.into_iter().filter_map(|(need, n)| Some(vec![self.to_be(measure, need, n?)])));
            let above = [test.less_than, test.at_most.map(|n| self.beyond(measure, n))];
            ways.extend(above.into_iter().flatten().map(|n| self.at_least(measure, n).into_iter().collect()));
        }
        if test.ladder.is_some() || test.person.is_some() {
            ways.push(vec![self.unsayable()]);
        }
        let requirement = test.requirement.as_ref().and_then(|id| self.requirements.get(id.as_str()));
        ways.extend(requirement.map(|test| self.undo(test)));
        ways.extend(test.all.iter().map(|t| self.undo(t)));
        let holding = |tests: &'a [Test]| tests.iter().filter(|t| self.missing(t).is_empty());
        if !test.any.is_empty() {
            ways.push(holding(&test.any).flat_map(|t| self.undo(t)).collect());
        }
        if let Some(some) = &test.some {
            let mut each: Vec<Vec<Missing>> = holding(&some.of).map(|t| self.undo(t)).collect();
            let too_many =
                each.len().saturating_add(1).saturating_sub(usize::try_from(some.at_least).unwrap_or(usize::MAX));
            each.sort_by_key(|missing| cost(missing));
            ways.push(each.into_iter().take(too_many).flatten().collect());
        }
        ways.extend(test.not.iter().map(|not| self.missing(not)));
        let shortest = ways.into_iter().filter(|way| !way.is_empty()).min_by_key(|way| cost(way));
        shortest.unwrap_or_else(|| vec![self.unsayable()])
    }

    fn value(&self, measure: &str) -> Credit {
        self.measures.get(measure).unwrap_or_default()
    }

    /// The least that is more than `n`: one more where the measure counts, else the smallest amount there is.
    fn beyond(&self, measure: &str, n: Credit) -> Credit {
        let document = &self.context.policy.document;
        let divided = document.measures.iter().any(|m| m.id == measure && m.divide_by.is_some());
        match unit(document, measure) {
            _ if divided => n.plus(Credit::from_milli(1)),
            Unit::Records | Unit::Distinct | Unit::Periods | Unit::Minutes => {
                Ratio::of(n).rounded(&Rounding { step: Credit::ONE, mode: RoundingMode::Down }).plus(Credit::ONE)
            }
            Unit::Credits | Unit::Hours | Unit::Points => n.plus(Credit::from_milli(1)),
        }
    }

    /// What is missing to so much; nothing when it is there.
    fn at_least(&self, measure: &str, needed: Credit) -> Option<Missing> {
        let short = needed.shortfall(self.value(measure));
        (!short.is_zero()).then(|| Missing { short: Some(short), ..self.to_be(measure, Need::AtLeast, needed) })
    }

    /// A measure that should be elsewhere.
    fn to_be(&self, measure: &str, need: Need, needed: Credit) -> Missing {
        let unit = unit(&self.context.policy.document, measure);
        Missing { measure: measure.to_owned(), unit, have: self.value(measure), need, needed, short: None }
    }

    /// Something that no measure can say.
    fn unsayable(&self) -> Missing {
        self.to_be("total", Need::Other, self.value("total"))
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
        let mut exact = Ratio::of(self.measures.get(measure)?);
        exact = output.times.map_or(exact, |by| exact.times(by));
        exact = output.divide_by.map_or(exact, |by| exact.divided(by));
        exact = output.plus.map_or(exact, |more| exact.plus(Ratio::of(more)));
        let rounded = exact.rounded(&output.round.unwrap_or_default());
        let rounded = output.at_least.map_or(rounded, |least| rounded.max(least));
        Some(output.at_most.map_or(rounded, |most| rounded.min(most)).to_string())
    }
}

/// How far something is: what cannot be made up comes last.
fn cost(missing: &[Missing]) -> (bool, Credit) {
    (missing.iter().any(|m| m.short.is_none()), missing.iter().filter_map(|m| m.short).sum())
}

/// The sum of what is missing; nothing where units differ or something cannot be made up. Zero when nothing is missing.
/// What adds to a part adds to the total, too: "100 in all, 60 of them face to face" is 100 for a beginner, not 160.
fn sum(missing: &[Missing]) -> Option<Credit> {
    let first = missing.first().map(|m| m.unit);
    if missing.iter().any(|m| Some(m.unit) != first) {
        return None;
    }
    let (total, parts): (Vec<&Missing>, Vec<&Missing>) = missing.iter().partition(|m| m.measure == "total");
    let total = total.iter().map(|m| m.short).max().unwrap_or(Some(Credit::ZERO))?;
    let parts = parts.iter().map(|m| m.short).sum::<Option<Credit>>()?;
    Some(total.max(parts))
}
