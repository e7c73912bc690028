//! Step 3: one primitive for every cap. Within the groups that the keys form, of the records that match, keep at most
//! so many records, credits or hours, the earliest or the highest first. A partly kept record keeps a part.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::LimitPlan;
use super::condition::Counting;
use super::document::{Amount, Keep, Limit};
use super::evaluate::{Context, Work};
use super::groups::{Column, Groups, Values};
use super::reason::Reason;
use super::sheet::Status;
use crate::credit::{Credit, Ratio, Rounding, RoundingMode};

/// What limits need on their way and leave to the next, so that each needs no memory of its own.
#[derive(Default)]
pub(super) struct Scratch<'c> {
    places: Vec<usize>,
    used: Used,
    memberships: Memberships<'c>,
}

/// Applies a limit.
pub(super) fn apply<'a, 'c>(
    context: &Context<'a>,
    limit: &Limit,
    plan: &LimitPlan,
    columns: &'c Groups<'a>,
    counting: &mut Counting,
    scratch: &mut Scratch<'c>,
    works: &mut [Work<'a>],
) {
    let Scratch { places, used, memberships } = scratch;
    plan.of.places(works, counting, places);
    let capacity = capacity(limit.at_most);
    // Where all of them together fit, no group of them can be too full.
    let all = places.iter().filter_map(|i| works.get(*i)).map(|w| wanted(limit.at_most, w).max(Credit::ZERO));
    if all.sum::<Credit>() <= capacity {
        return;
    }
    if limit.keep == Keep::Highest {
        // Stable: ties stay in order of time and id.
        places.sort_by_key(|i| Reverse(works.get(*i).map(|w| w.counted)));
    }
    memberships.begin(&plan.within, columns, works);
    used.begin(memberships.many());
    // Group and record that took of it, for reasons.
    let mut taken: Vec<(u64, usize)> = Vec::new();
    let mut left_out = false;
    for index in places.iter().copied() {
        let groups = memberships.of(index);
        let Some(work) = works.get_mut(index) else { continue };
        let fullest = groups.iter().copied().max_by_key(|group| used.get(*group));
        let wanted = wanted(limit.at_most, work);
        let room = capacity.shortfall(fullest.map(|group| used.get(group)).unwrap_or_default());
        let cuts = fullest.filter(|_| wanted > room && context.broken(work, &limit.id, limit.force, || None));
        let amount = if cuts.is_some() { room.min(wanted) } else { wanted };
        if let Some(fullest) = cuts {
            let from = cut(limit.at_most, work, wanted, room);
            left_out |= work.status == Status::Cut;
            if context.with_reasons() {
                // Of groups that are equally full, the one whose records come first: groups are numbered as they are met,
                // and the order in which records are given decides nothing.
                let full = groups.iter().filter(|group| used.get(**group) == used.get(fullest));
                let takers = full.map(|full| taken.iter().filter(move |(group, _)| group == full));
                let ids = takers.map(|by| by.filter_map(|(_, i)| works.get(*i)).map(|w| w.record.id.clone()).collect());
                let taken_by: Vec<String> = ids.min().unwrap_or_default();
                note(limit, works.get_mut(index), from, taken_by);
            }
        }
        for group in groups {
            used.add(*group, amount);
            if context.with_reasons() && !amount.is_zero() {
                taken.push((*group, index));
            }
        }
    }
    if left_out {
        counting.refresh(works);
    }
}

/// What each group has given away, in the unit of the limit; hours as minutes.
#[derive(Default)]
struct Used {
    /// Of groups with small numbers.
    few: Vec<Credit>,
    /// Of the others.
    more: FxHashMap<u64, Credit>,
}

impl Used {
    /// Up to so many groups a list of all is quicker than a table of those that are met.
    const FEW: u64 = 1024;

    /// For groups whose numbers are below that.
    fn begin(&mut self, many: u64) {
        let few = if many <= Self::FEW { usize::try_from(many).unwrap_or(0) } else { 0 };
        self.few.clear();
        self.few.resize(few, Credit::ZERO);
        self.more.clear();
    }

    fn get(&self, group: u64) -> Credit {
        let few = usize::try_from(group).ok().and_then(|g| self.few.get(g));
        few.or_else(|| self.more.get(&group)).copied().unwrap_or_default()
    }

    fn add(&mut self, group: u64, amount: Credit) {
        let few = usize::try_from(group).ok().and_then(|g| self.few.get_mut(g));
        let used = few.unwrap_or_else(|| self.more.entry(group).or_default());
        *used = used.plus(amount);
    }
}

/// The groups a record belongs to: one, none when it lacks a key, several when it has several tags.
#[derive(Default)]
struct Memberships<'c> {
    within: Vec<&'c Column>,
    /// Combinations of values that no number of its own could hold are numbered in the order of their first use.
    folded: FxHashMap<(usize, u64), u64>,
    groups: Vec<u64>,
}

impl<'c> Memberships<'c> {
    fn begin<'a>(&mut self, within: &[usize], columns: &'c Groups<'a>, works: &[Work<'a>]) {
        self.within.clear();
        self.within.extend(within.iter().filter_map(|key| columns.column(*key, works)));
        self.folded.clear();
    }

    /// More than the number of any group, where that can be told beforehand.
    fn many(&self) -> u64 {
        self.within.iter().fold(1, |many, column| many.saturating_mul(column.radix))
    }

    fn of(&mut self, index: usize) -> &[u64] {
        self.groups.clear();
        self.groups.push(0);
        let mut room: u64 = 1;
        for (depth, column) in self.within.iter().enumerate() {
            let radix = column.radix;
            room = room.checked_mul(radix).unwrap_or_else(|| {
                for group in &mut self.groups {
                    let next = u64::try_from(self.folded.len()).unwrap_or(u64::MAX);
                    *group = *self.folded.entry((depth, *group)).or_insert(next);
                }
                radix.saturating_mul(1 << 32)
            });
            let with = |group: u64, value: u64| group.saturating_mul(radix).saturating_add(value);
            match column.values(index) {
                Values::One(None) => self.groups.clear(),
                Values::One(Some(value)) => self.groups.iter_mut().for_each(|group| *group = with(*group, value)),
                Values::Many(values) => {
                    let narrow = std::mem::take(&mut self.groups);
                    self.groups.extend(narrow.iter().flat_map(|group| values.iter().map(|v| with(*group, *v))));
                }
            }
        }
        &self.groups
    }
}

fn wanted(at_most: Amount, work: &Work<'_>) -> Credit {
    match at_most {
        Amount::Records(_) => Credit::ONE,
        Amount::Credits(_) => work.counted,
        Amount::Hours(_) => Credit::whole(i64::from(work.minutes)),
    }
}

fn capacity(at_most: Amount) -> Credit {
    match at_most {
        Amount::Records(n) => Credit::whole(i64::from(n)),
        Amount::Credits(credits) => credits,
        // Whole minutes, so that the credit and the minutes that are kept say the same.
        Amount::Hours(hours) => {
            Ratio::of(hours).times(Credit::whole(60)).rounded(&Rounding { step: Credit::ONE, mode: RoundingMode::Down })
        }
    }
}

/// Leaves the record the room there is, nothing of it when there is none; answers what it had before.
fn cut(at_most: Amount, work: &mut Work<'_>, wanted: Credit, room: Credit) -> Credit {
    let from = work.counted;
    let down = Rounding { step: Credit::from_milli(1), mode: RoundingMode::Down };
    match at_most {
        _ if room.is_zero() => work.counted = Credit::ZERO,
        Amount::Records(_) => work.counted = Credit::ZERO,
        Amount::Credits(_) => work.counted = room,
        Amount::Hours(_) => {
            work.counted = Ratio::of(work.counted).times(room).divided(wanted).rounded(&down);
            work.minutes = u32::try_from(room.milli().checked_div(1000).unwrap_or(0)).unwrap_or(0);
        }
    }
    if room.is_zero() || matches!(at_most, Amount::Records(_)) {
        work.status = Status::Cut;
        work.minutes = 0;
    }
    from
}

fn note(limit: &Limit, work: Option<&mut Work<'_>>, from: Credit, taken_by: Vec<String>) {
    let Some(work) = work else { return };
    let (limit, to, at_most) = (limit.id.clone(), work.counted, amount_text(limit.at_most));
    work.reasons.push(Reason::CutByLimit { limit, from, to, at_most, taken_by });
}

/// An amount with its unit, as reasons carry it: `2 credits`.
fn amount_text(amount: Amount) -> String {
    match amount {
        Amount::Records(n) => format!("{n} records"),
        Amount::Credits(n) => format!("{n} credits"),
        Amount::Hours(n) => format!("{n} hours"),
    }
}
