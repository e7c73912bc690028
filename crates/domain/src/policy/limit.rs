//! Step 3: one primitive for every cap. Within the groups that the keys form, of the records that match, keep at most
//! so many records, credits or hours, the earliest or the highest first. A partly kept record keeps a part.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::condition::Compiled;
use super::document::{Amount, Keep, Limit};
use super::evaluate::{Context, Work};
use super::facts::KeyValue;
use super::reason::Reason;
use super::sheet::Status;
use crate::credit::{Credit, Ratio, Rounding, RoundingMode};

/// What a group has given away.
#[derive(Default)]
struct Group {
    /// In the unit of the limit; hours as minutes.
    used: Credit,
    /// Records that took it, by their place in the works.
    taken_by: Vec<usize>,
}

pub(super) fn apply<'a>(context: &Context<'a>, limit: &'a Limit, of: &Compiled, works: &mut [Work<'a>]) {
    let mut order: Vec<usize> = works
        .iter()
        .enumerate()
        .filter(|(_, w)| w.status == Status::Counted && of.holds(&w.facts))
        .map(|(i, _)| i)
        .collect();
    if limit.keep == Keep::Highest {
        // Stable: ties stay in order of time and id.
        order.sort_by_key(|i| Reverse(works.get(*i).map(|w| w.counted)));
    }
    let mut groups: HashMap<Vec<KeyValue<'a>>, Group> = HashMap::new();
    for index in order {
        let Some(work) = works.get(index) else { continue };
        let memberships = memberships(limit, work);
        let used = memberships.iter().filter_map(|m| groups.get(m)).map(|g| g.used).max().unwrap_or_default();
        let wanted = wanted(limit.at_most, work);
        let room = capacity(limit.at_most).shortfall(used);
        if memberships.is_empty() || wanted <= room {
            take(&mut groups, memberships, wanted, index);
            continue;
        }
        let fullest = memberships.iter().filter_map(|m| groups.get(m)).max_by_key(|g| g.used);
        let taken_by: Vec<usize> = fullest.map(|g| g.taken_by.clone()).unwrap_or_default();
        let taken_by = if context.options.without_reasons {
            Vec::new()
        } else {
            taken_by.iter().filter_map(|i| works.get(*i)).map(|w| w.record.id.clone()).collect()
        };
        let Some(work) = works.get_mut(index) else { continue };
        if context.broken(work, &limit.id, limit.force, None) {
            cut(context, limit, work, wanted, room, taken_by);
            take(&mut groups, memberships, room.min(wanted), index);
        } else {
            take(&mut groups, memberships, wanted, index);
        }
    }
}

/// The groups a record belongs to: one, none when it lacks a key, several when it has several tags.
fn memberships<'a>(limit: &'a Limit, work: &Work<'a>) -> Vec<Vec<KeyValue<'a>>> {
    limit.within.iter().fold(vec![Vec::new()], |groups, key| {
        let values = work.facts.key(key);
        groups
            .iter()
            .flat_map(|group| {
                values.iter().map(move |value| {
                    let mut longer = group.clone();
                    longer.push(value.clone());
                    longer
                })
            })
            .collect()
    })
}

fn take<'a>(
    groups: &mut HashMap<Vec<KeyValue<'a>>, Group>,
    memberships: Vec<Vec<KeyValue<'a>>>,
    amount: Credit,
    index: usize,
) {
    for membership in memberships {
        let group = groups.entry(membership).or_default();
        group.used = group.used.plus(amount);
        if !amount.is_zero() {
            group.taken_by.push(index);
        }
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

/// Leaves the record the room there is; nothing is left of it when there is none.
fn cut<'a>(
    context: &Context<'a>,
    limit: &Limit,
    work: &mut Work<'a>,
    wanted: Credit,
    room: Credit,
    taken_by: Vec<String>,
) {
    let from = work.counted;
    let down = Rounding { step: Credit::from_milli(1), mode: RoundingMode::Down };
    match limit.at_most {
        _ if room.is_zero() => work.counted = Credit::ZERO,
        Amount::Records(_) => work.counted = Credit::ZERO,
        Amount::Credits(_) => work.counted = room,
        Amount::Hours(_) => {
            work.counted = Ratio::of(work.counted).times(room).divided(wanted).rounded(&down);
            work.minutes = u32::try_from(room.milli().checked_div(1000).unwrap_or(0)).unwrap_or(0);
        }
    }
    if room.is_zero() || matches!(limit.at_most, Amount::Records(_)) {
        work.status = Status::Cut;
        work.minutes = 0;
    }
    let to = work.counted;
    context.because(work, || Reason::CutByLimit {
        limit: limit.id.clone(),
        from,
        to,
        at_most: amount_text(limit.at_most),
        taken_by,
    });
}

/// An amount with its unit, as reasons carry it: `2 credits`.
fn amount_text(amount: Amount) -> String {
    match amount {
        Amount::Records(n) => format!("{n} records"),
        Amount::Credits(n) => format!("{n} credits"),
        Amount::Hours(n) => format!("{n} hours"),
    }
}
