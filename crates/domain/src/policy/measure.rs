//! Step 4: named numbers over what was kept.

use std::cmp::Reverse;

use super::MeasurePlan;
use super::condition::{Counting, OfPriced};
use super::document::{Amount, Document, Enough, Measure, Period, PeriodPick, SumOf, Take};
use super::evaluate::{Context, Work};
use super::grade;
use super::groups::{Groups, Values};
use super::sheet::Unit;
use crate::credit::{Credit, Ratio};

/// Every measure by name, `total` among them.
pub(super) fn all<'a>(
    context: &Context<'a>,
    columns: &Groups<'a>,
    counting: &Counting,
    works: &[Work<'a>],
    total: Credit,
) -> Measures<'a> {
    let steps = Steps { context, columns, counting, works };
    let mut values = Measures(Vec::with_capacity(context.policy.document.measures.len().saturating_add(1)));
    values.0.push(("total", total));
    let mut known = Known::default();
    // Measures may use others written anywhere; checks refuse circles, so each round settles at least one.
    let mut waiting: Vec<(&'a Measure, &'a MeasurePlan)> =
        context.policy.document.measures.iter().zip(&context.plan.measures).collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|(measure, plan)| match steps.value(measure, plan, &values, &mut known) {
            Some(value) => {
                values.0.push((&measure.id, value));
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

/// Measures by name, in the order in which they became known. There are few, so that a list is quicker than a tree.
pub(super) struct Measures<'a>(Vec<(&'a str, Credit)>);

impl Measures<'_> {
    /// The value of a measure, once it is known.
    pub fn get(&self, id: &str) -> Option<Credit> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, value)| *value)
    }
}

impl<'a> IntoIterator for Measures<'a> {
    type Item = (&'a str, Credit);
    type IntoIter = std::vec::IntoIter<(&'a str, Credit)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
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

/// What every measure reads.
struct Steps<'w, 'a> {
    context: &'w Context<'a>,
    columns: &'w Groups<'a>,
    counting: &'w Counting,
    works: &'w [Work<'a>],
}

/// The places of the records of each condition: many measures read the same.
#[derive(Default)]
struct Known<'a>(Vec<(&'a OfPriced, Vec<usize>)>);

impl<'a> Known<'a> {
    fn of(&mut self, condition: &'a OfPriced, works: &[Work<'a>], counting: &Counting) -> &[usize] {
        let known = self.0.iter().position(|(known, _)| known.is_same(condition));
        let at = known.unwrap_or_else(|| {
            let mut places = Vec::new();
            condition.places(works, counting, &mut places);
            self.0.push((condition, places));
            self.0.len().saturating_sub(1)
        });
        self.0.get(at).map(|(_, places)| places.as_slice()).unwrap_or_default()
    }
}

/// Records by their place among the works, in order.
type Places<'p> = &'p [usize];

impl<'a> Steps<'_, 'a> {
    /// The value of one measure; nothing while another that it needs is not known.
    fn value(
        &self,
        measure: &'a Measure,
        plan: &'a MeasurePlan,
        known: &Measures<'a>,
        places: &mut Known<'a>,
    ) -> Option<Credit> {
        let get = |id: &String| known.get(id);
        let exact = if let Some(weighted) = &measure.weighted {
            weighted
                .iter()
                .try_fold(Ratio::ZERO, |sum, (id, weight)| Some(sum.plus(Ratio::of(get(id)?).times(*weight))))?
        } else if let Some(ids) = &measure.smallest {
            Ratio::of(ids.iter().map(get).collect::<Option<Vec<_>>>()?.into_iter().min().unwrap_or_default())
        } else if let Some(ids) = &measure.largest {
            Ratio::of(ids.iter().map(get).collect::<Option<Vec<_>>>()?.into_iter().max().unwrap_or_default())
        } else if let Some(points) = &measure.points {
            let holds = grade::holds_on_measures(self.context, &points.when, known)?;
            Ratio::of(if holds { points.value } else { Credit::ZERO })
        } else {
            let places = places.of(&plan.of, self.works, self.counting);
            let exact = Ratio::of(match &measure.period {
                None => self.over(measure, plan, places),
                Some(pick) => self.over_period(measure, plan, pick, places),
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
    fn over(&self, measure: &Measure, plan: &MeasurePlan, kept: Places<'_>) -> Credit {
        let best = measure.best.map(|best| self.the_best(measure, kept, best));
        let kept = best.as_deref().unwrap_or(kept);
        if let Some(sum) = measure.sum {
            self.sum_of(sum, kept)
        } else if let Some(highest) = measure.highest {
            kept.iter().map(|w| self.sum_of(highest, &[*w])).max().unwrap_or_default()
        } else if let Some(key) = plan.distinct {
            whole(self.distinct(key, kept))
        } else if let Some(enough) = &measure.periods {
            whole(self.periods_with_enough(enough, kept).len())
        } else if let Some(enough) = &measure.streak {
            let skip_months = if enough.of == Period::Month { enough.skip_months.as_slice() } else { &[] };
            whole(longest_run(&self.periods_with_enough(enough, kept), skip_months))
        } else {
            whole(kept.len())
        }
    }

    fn distinct(&self, key: usize, kept: Places<'_>) -> usize {
        let Some(column) = self.columns.column(key, self.works) else { return 0 };
        let (mut few, mut more): (u64, Vec<u64>) = (0, Vec::new());
        let mut note = |value: u64| match u32::try_from(value).ok().and_then(|v| 1_u64.checked_shl(v)) {
            Some(bit) => few |= bit,
            None => more.push(value),
        };
        for place in kept {
            match column.values(*place) {
                Values::One(value) => value.into_iter().for_each(&mut note),
                Values::Many(many) => many.iter().copied().for_each(&mut note),
            }
        }
        more.sort_unstable();
        more.dedup();
        usize::try_from(few.count_ones()).unwrap_or(usize::MAX).saturating_add(more.len())
    }

    /// The highest of the records by what is summed, else by credit; ties stay in order of time and id.
    fn the_best(&self, measure: &Measure, kept: Places<'_>, best: u32) -> Vec<usize> {
        let by = measure.sum.or(measure.highest).unwrap_or(SumOf::Credits);
        let mut sorted = kept.to_vec();
        sorted.sort_by_key(|w| Reverse(self.sum_of(by, &[*w])));
        sorted.truncate(usize::try_from(best).unwrap_or(usize::MAX));
        sorted
    }

    fn over_period(&self, measure: &Measure, plan: &MeasurePlan, pick: &PeriodPick, kept: Places<'_>) -> Credit {
        let works = self.works;
        let Context { plan: policy, person, options, today, .. } = self.context;
        let indices = self.columns.periods(pick.of, works);
        let asked = |w: &Work<'a>| options.as_of.is_none_or(|as_of| w.facts.day <= as_of);
        let mut wanted: Vec<i64> = match pick.take {
            Take::Current => {
                let known = works.iter().filter(|w| asked(w)).filter_map(|w| Some((w.record, w.facts.grade()?)));
                let last_known = || known.max_by(|a, b| a.0.order(b.0)).map(|(_, grade)| grade);
                let grade = person.grade.or_else(last_known);
                today.and_then(|day| policy.almanac.index(pick.of, day, grade)).into_iter().collect()
            }
            Take::Best => kept.iter().filter_map(|w| indices.get(*w).copied().flatten()).collect(),
            Take::Worst => works.iter().zip(indices).filter(|(w, _)| asked(w)).filter_map(|(_, i)| *i).collect(),
        };
        wanted.sort_unstable();
        wanted.dedup();
        let mut within = Vec::with_capacity(kept.len());
        let values = wanted.into_iter().map(|one| {
            within.clear();
            within.extend(kept.iter().copied().filter(|w| indices.get(*w).copied().flatten() == Some(one)));
            self.over(measure, plan, &within)
        });
        let value = if pick.take == Take::Worst { values.min() } else { values.max() };
        value.unwrap_or_default()
    }

    /// The periods, in order, in which the records come to enough.
    fn periods_with_enough(&self, enough: &Enough, kept: Places<'_>) -> Vec<i64> {
        let indices = self.columns.periods(enough.of, self.works);
        let mut sorted: Vec<(i64, usize)> = Vec::with_capacity(kept.len());
        sorted.extend(kept.iter().filter_map(|w| Some((indices.get(*w).copied().flatten()?, *w))));
        if !sorted.is_sorted_by_key(|(index, _)| *index) {
            sorted.sort_by_key(|(index, _)| *index);
        }
        let is_enough = |works: &[usize]| match enough.at_least.unwrap_or(Amount::Records(1)) {
            Amount::Records(n) => whole(works.len()) >= Credit::whole(i64::from(n)),
            Amount::Credits(n) => self.sum_of(SumOf::Credits, works) >= n,
            Amount::Hours(n) => self.sum_of(SumOf::Minutes, works).milli() >= n.milli().saturating_mul(60),
        };
        let counts = |index: i64| enough.of != Period::Month || !is_skipped(index, &enough.skip_months);
        let mut works: Vec<usize> = Vec::with_capacity(kept.len());
        let mut periods = Vec::with_capacity(kept.len());
        for one in sorted.chunk_by(|a, b| a.0 == b.0) {
            works.clear();
            works.extend(one.iter().map(|(_, work)| *work));
            periods.extend(one.first().map(|(index, _)| *index).filter(|i| counts(*i) && is_enough(&works)));
        }
        periods
    }

    fn sum_of(&self, sum: SumOf, places: Places<'_>) -> Credit {
        let works = || places.iter().filter_map(|p| self.works.get(*p));
        match sum {
            SumOf::Credits => works().map(|w| w.counted).sum(),
            SumOf::RawCredits => works().map(|w| w.raw).sum(),
            SumOf::Minutes | SumOf::Hours => {
                Credit::whole(works().fold(0_i64, |sum, w| sum.saturating_add(i64::from(w.minutes))))
            }
            SumOf::Quantity => works().filter_map(|w| w.record.quantity).sum(),
        }
    }
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

fn whole(n: usize) -> Credit {
    Credit::whole(i64::try_from(n).unwrap_or(i64::MAX))
}
