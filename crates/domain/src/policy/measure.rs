//! Step 4: named numbers over what was kept.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::condition::Compiled;
use super::document::{Amount, Document, Enough, Measure, Period, PeriodPick, SumOf, Take};
use super::evaluate::{Context, Work};
use super::grade;
use super::sheet::{Status, Unit};
use crate::credit::{Credit, Ratio};

/// Every measure by name, `total` among them.
pub(super) fn all<'a>(context: &Context<'a>, works: &[Work<'a>], total: Credit) -> BTreeMap<&'a str, Credit> {
    let mut values: BTreeMap<&'a str, Credit> = BTreeMap::from([("total", total)]);
    // Measures may use others written anywhere; checks refuse circles, so each round settles at least one.
    let mut waiting: Vec<(&'a Measure, &'a Compiled)> =
        context.policy.document.measures.iter().zip(&context.plan.measures).collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|(measure, of)| match value(context, measure, of, works, &values) {
            Some(value) => {
                values.insert(&measure.id, value);
                false
            }
            None => true,
        });
        if waiting.len() == before {
            break;
        }
    }
    values
}

/// The unit of a measure.
pub(super) fn unit(document: &Document, id: &str) -> Unit {
    unit_within(document, id, 0)
}

fn unit_within(document: &Document, id: &str, depth: usize) -> Unit {
    let measures = &document.measures;
    let Some(measure) = measures.iter().find(|m| m.id == id) else { return Unit::Credits };
    let of_sum = |sum: SumOf| match sum {
        SumOf::Credits | SumOf::RawCredits => Unit::Credits,
        SumOf::Hours => Unit::Hours,
        SumOf::Minutes => Unit::Minutes,
        SumOf::Quantity => Unit::Points,
    };
    let common = |ids: &mut dyn Iterator<Item = &String>| {
        if depth > measures.len() {
            return Unit::Points;
        }
        let units: Vec<Unit> = ids.map(|id| unit_within(document, id, depth.saturating_add(1))).collect();
        match units.split_first() {
            Some((first, rest)) if rest.iter().all(|u| u == first) => *first,
            _ => Unit::Points,
        }
    };
    if let Some(sum) = measure.sum.or(measure.highest) {
        of_sum(sum)
    } else if measure.count.is_some() {
        Unit::Records
    } else if measure.distinct.is_some() {
        Unit::Distinct
    } else if measure.streak.is_some() || measure.periods.is_some() {
        Unit::Periods
    } else if let Some(weighted) = &measure.weighted {
        common(&mut weighted.keys())
    } else if let Some(ids) = measure.smallest.as_ref().or(measure.largest.as_ref()) {
        common(&mut ids.iter())
    } else {
        Unit::Points
    }
}

/// The value of one measure; nothing while another that it needs is not known.
fn value<'a>(
    context: &Context<'a>,
    measure: &'a Measure,
    of: &Compiled,
    works: &[Work<'a>],
    known: &BTreeMap<&'a str, Credit>,
) -> Option<Credit> {
    let get = |id: &String| known.get(id.as_str()).copied();
    let exact = if let Some(weighted) = &measure.weighted {
        weighted.iter().try_fold(Ratio::ZERO, |sum, (id, weight)| Some(sum.plus(Ratio::of(get(id)?).times(*weight))))?
    } else if let Some(ids) = &measure.smallest {
        Ratio::of(ids.iter().map(get).collect::<Option<Vec<_>>>()?.into_iter().min().unwrap_or_default())
    } else if let Some(ids) = &measure.largest {
        Ratio::of(ids.iter().map(get).collect::<Option<Vec<_>>>()?.into_iter().max().unwrap_or_default())
    } else if let Some(points) = &measure.points {
        let holds = grade::holds_on_measures(context, &points.when, known)?;
        Ratio::of(if holds { points.value } else { Credit::ZERO })
    } else {
        let kept: Vec<&Work<'a>> = works.iter().filter(|w| w.status == Status::Counted && of.holds(&w.facts)).collect();
        let exact = Ratio::of(match &measure.period {
            None => over(context, measure, &kept),
            Some(pick) => over_period(context, measure, pick, &kept, works),
        });
        // Hours are added up in minutes, so that they are rounded once.
        if measure.sum.or(measure.highest) == Some(SumOf::Hours) { exact.over(60) } else { exact }
    };
    let exact = measure.divide_by.map_or(exact, |by| exact.divided(by));
    let rounded = exact.rounded(&measure.round.unwrap_or_default());
    let rounded = measure.at_least.map_or(rounded, |least| rounded.max(least));
    Some(measure.at_most.map_or(rounded, |most| rounded.min(most)))
}

/// A measure over records, over just these; hours in minutes.
fn over<'a>(context: &Context<'a>, measure: &'a Measure, kept: &[&Work<'a>]) -> Credit {
    let best = measure.best.map(|best| the_best(measure, kept, best));
    let kept = best.as_deref().unwrap_or(kept);
    if let Some(sum) = measure.sum {
        sum_of(sum, kept)
    } else if let Some(highest) = measure.highest {
        kept.iter().map(|w| sum_of(highest, &[w])).max().unwrap_or_default()
    } else if let Some(key) = &measure.distinct {
        let values: BTreeSet<_> = kept.iter().flat_map(|w| w.facts.key(key)).collect();
        whole(values.len())
    } else if let Some(enough) = &measure.periods {
        whole(periods_with_enough(context, enough, kept).len())
    } else if let Some(enough) = &measure.streak {
        let skip_months = if enough.of == Period::Month { enough.skip_months.as_slice() } else { &[] };
        whole(longest_run(&periods_with_enough(context, enough, kept), skip_months))
    } else {
        whole(kept.len())
    }
}

/// The highest of the records by what is summed, else by credit; ties stay in order of time and id.
fn the_best<'a, 'w>(measure: &Measure, kept: &[&'w Work<'a>], best: u32) -> Vec<&'w Work<'a>> {
    let by = measure.sum.or(measure.highest).unwrap_or(SumOf::Credits);
    let mut sorted = kept.to_vec();
    sorted.sort_by_key(|w| Reverse(sum_of(by, &[w])));
    sorted.truncate(usize::try_from(best).unwrap_or(usize::MAX));
    sorted
}

fn over_period<'a>(
    context: &Context<'a>,
    measure: &'a Measure,
    pick: &PeriodPick,
    kept: &[&Work<'a>],
    works: &[Work<'a>],
) -> Credit {
    let within = |index: i64| -> Vec<&Work<'a>> {
        kept.iter().copied().filter(|w| index_of(context, pick.of, w) == Some(index)).collect()
    };
    let of = |index: i64| over(context, measure, &within(index));
    let asked = |w: &&Work<'a>| context.options.as_of.is_none_or(|as_of| w.facts.day <= as_of);
    match pick.take {
        Take::Current => {
            let mut until = works.iter().rev().filter(asked);
            let grade = until.find_map(|w| w.facts.grade()).or(context.person.grade);
            let now = context.today.and_then(|day| context.plan.almanac.index(pick.of, day, grade));
            now.map(of).unwrap_or_default()
        }
        Take::Best => {
            let periods: BTreeSet<_> = kept.iter().filter_map(|w| index_of(context, pick.of, w)).collect();
            periods.into_iter().map(of).max().unwrap_or_default()
        }
        Take::Worst => {
            let periods: BTreeSet<_> =
                works.iter().filter(asked).filter_map(|w| index_of(context, pick.of, w)).collect();
            periods.into_iter().map(of).min().unwrap_or_default()
        }
    }
}

fn index_of(context: &Context<'_>, period: Period, work: &Work<'_>) -> Option<i64> {
    context.plan.almanac.index(period, work.facts.day, work.facts.grade())
}

/// The periods, in order, in which the records come to enough.
fn periods_with_enough(context: &Context<'_>, enough: &Enough, kept: &[&Work<'_>]) -> Vec<i64> {
    let mut by_period: BTreeMap<i64, Vec<&Work<'_>>> = BTreeMap::new();
    for work in kept {
        if let Some(index) = index_of(context, enough.of, work) {
            by_period.entry(index).or_default().push(work);
        }
    }
    let is_enough = |works: &[&Work<'_>]| match enough.at_least.unwrap_or(Amount::Records(1)) {
        Amount::Records(n) => whole(works.len()) >= Credit::whole(i64::from(n)),
        Amount::Credits(n) => sum_of(SumOf::Credits, works) >= n,
        Amount::Hours(n) => sum_of(SumOf::Minutes, works).milli() >= n.milli().saturating_mul(60),
    };
    let counts = |index: i64| enough.of != Period::Month || !is_skipped(index, &enough.skip_months);
    by_period.into_iter().filter(|(index, works)| counts(*index) && is_enough(works)).map(|(index, _)| index).collect()
}

/// Whether the month of that number is one of the months of the year to skip.
fn is_skipped(index: i64, skip_months: &[u32]) -> bool {
    let month = index.rem_euclid(12).saturating_add(1);
    skip_months.iter().any(|skip| i64::from(*skip) == month)
}

fn longest_run(indices: &[i64], skip_months: &[u32]) -> usize {
    let mut longest = 0;
    let mut run: usize = 0;
    let mut before: Option<i64> = None;
    for index in indices {
        let follows = before.is_some_and(|b| (b.saturating_add(1)..*index).all(|i| is_skipped(i, skip_months)));
        run = if follows { run.saturating_add(1) } else { 1 };
        longest = longest.max(run);
        before = Some(*index);
    }
    longest
}

fn sum_of(sum: SumOf, works: &[&Work<'_>]) -> Credit {
    let minutes = || works.iter().fold(0_i64, |sum, w| sum.saturating_add(i64::from(w.minutes)));
    match sum {
        SumOf::Credits => works.iter().map(|w| w.counted).sum(),
        SumOf::RawCredits => works.iter().map(|w| w.raw).sum(),
        SumOf::Minutes | SumOf::Hours => Credit::whole(minutes()),
        SumOf::Quantity => works.iter().filter_map(|w| w.record.quantity).sum(),
    }
}

fn whole(n: usize) -> Credit {
    Credit::whole(i64::try_from(n).unwrap_or(i64::MAX))
}
