//! Which group each record of a person belongs to: the values of keys, numbered in the order in which they are asked for.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::Plan;
use super::document::{Key, Period};
use super::evaluate::Work;
use super::facts::Value;

/// The groups of one person's records, each worked out when it is first asked for. A record is known by its place among
/// the works.
pub(super) struct Groups<'a> {
    plan: &'a Plan,
    records: usize,
    /// Of every key's values, in one table: most persons have few records, so that many small tables would cost more.
    numbers: FxHashMap<(usize, Value<'a>), u64>,
    /// For each key, and in it for each record: its number, [`LACKS`] or [`NOT_ASKED`].
    one: Vec<u64>,
    /// By key and record.
    many: FxHashMap<(usize, usize), Vec<u64>>,
    /// For each key the value that was numbered last.
    last: Vec<Option<(Value<'a>, u64)>>,
    radix: u64,
    by_period: [OnceCell<Spans>; Period::ALL.len()],
}

/// The spans of time that records lie in.
struct Spans {
    of_record: Vec<Option<i64>>,
    /// The first of them.
    first: i64,
    /// How far the last is from the first, and one.
    width: u64,
}

const LACKS: u64 = u64::MAX;
const NOT_ASKED: u64 = 0;

/// The numbers of a record's values.
#[derive(Clone, Copy)]
pub(super) enum Values<'v> {
    One(Option<u64>),
    Many(&'v [u64]),
}

impl<'a> Groups<'a> {
    /// For a policy's keys.
    pub fn new(plan: &'a Plan, works: &[Work<'a>]) -> Self {
        let (records, keys) = (works.len(), plan.keys.len());
        let of_several = |key: &&Key| matches!(key, Key::Tag | Key::TagOf(_));
        let tags = works.iter().map(|w| w.record.tags.len()).sum::<usize>();
        let most = records
            .saturating_mul(keys)
            .saturating_add(tags.saturating_mul(plan.keys.iter().filter(of_several).count()));
        Self {
            plan,
            records,
            numbers: FxHashMap::default(),
            one: vec![NOT_ASKED; records.saturating_mul(keys)],
            many: FxHashMap::default(),
            last: vec![None; keys],
            // One for what was not asked, and one beyond the last.
            radix: u64::try_from(most).unwrap_or(u64::MAX).saturating_add(2),
            by_period: Default::default(),
        }
    }

    /// More than the number of any value of the key.
    pub fn radix(&self, key: usize, works: &[Work<'a>]) -> u64 {
        match self.plan.keys.get(key) {
            Some(Key::Period(period)) => self.spans(*period, works).width,
            _ => self.radix,
        }
    }

    /// The values that a record has for the policy's key of that number; each is below [`Groups::radix`].
    pub fn values(&mut self, key: usize, place: usize, works: &[Work<'a>]) -> Values<'_> {
        let (Some(name), Some(work)) = (self.plan.keys.get(key), works.get(place)) else { return Values::One(None) };
        if matches!(name, Key::Tag | Key::TagOf(_)) {
            if !self.many.contains_key(&(key, place)) {
                let mut each: Vec<u64> = tags(name, work).map(|tag| self.number(key, Value::Word(tag))).collect();
                each.sort_unstable();
                each.dedup();
                self.many.insert((key, place), each);
            }
            return Values::Many(self.many.get(&(key, place)).map(Vec::as_slice).unwrap_or_default());
        }
        if let Key::Period(period) = name {
            let spans = self.spans(*period, works);
            let index = spans.of_record.get(place).copied().flatten();
            return Values::One(index.and_then(|i| u64::try_from(i.saturating_sub(spans.first)).ok()));
        }
        let at = key.saturating_mul(self.records).saturating_add(place);
        let known = self.one.get(at).copied().unwrap_or(LACKS);
        if known != NOT_ASKED {
            return Values::One(Some(known).filter(|n| *n != LACKS));
        }
        let value = match name {
            Key::Field(field) => work.facts.field(*field),
            Key::Category => work.facts.category().map(Value::Word),
            Key::Rule => work.facts.rule_id().map(Value::Word),
            Key::Lifetime => Some(Value::Number(0)),
            Key::Period(_) | Key::Tag | Key::TagOf(_) => None,
        };
        let number = value.map(|value| self.number(key, value));
        if let Some(one) = self.one.get_mut(at) {
            *one = number.unwrap_or(LACKS);
        }
        Values::One(number)
    }

    fn number(&mut self, key: usize, value: Value<'a>) -> u64 {
        // Records come in order of time, so that spans of time come in runs.
        if let Some(Some((last, number))) = self.last.get(key)
            && *last == value
        {
            return *number;
        }
        if self.numbers.is_empty() {
            self.numbers.reserve(self.records.saturating_mul(2));
        }
        let next = u64::try_from(self.numbers.len()).unwrap_or(u64::MAX).saturating_add(1);
        let number = *self.numbers.entry((key, value)).or_insert(next);
        if let Some(last) = self.last.get_mut(key) {
            *last = Some((value, number));
        }
        number
    }

    /// The span that each record lies in.
    pub fn periods(&self, period: Period, works: &[Work<'a>]) -> &[Option<i64>] {
        &self.spans(period, works).of_record
    }

    fn spans(&self, period: Period, works: &[Work<'a>]) -> &Spans {
        let [day, week, month, term, school_year, year, stage] = &self.by_period;
        let cell = match period {
            Period::Day => day,
            Period::Week => week,
            Period::Month => month,
            Period::Term => term,
            Period::SchoolYear => school_year,
            Period::Year => year,
            Period::Stage => stage,
        };
        cell.get_or_init(|| Spans::of(period, works))
    }
}

fn tags<'a>(key: &Key, work: &Work<'a>) -> impl Iterator<Item = &'a str> {
    let prefix = if let Key::TagOf(prefix) = key { Some(prefix.as_str()) } else { None };
    work.facts.tags().filter_map(move |tag| match prefix {
        Some(prefix) => tag.strip_prefix(prefix)?.strip_prefix(':'),
        None => Some(tag),
    })
}

impl Spans {
    fn of(period: Period, works: &[Work<'_>]) -> Self {
        let mut last = None;
        let mut index = |work: &Work<'_>| {
            let asked = (work.facts.day, work.facts.grade());
            if let Some((known, index)) = last
                && known == asked
            {
                return index;
            }
            let index = work.facts.plan.almanac.index(period, asked.0, asked.1);
            last = Some((asked, index));
            index
        };
        let of_record: Vec<Option<i64>> = works.iter().map(&mut index).collect();
        let there = || of_record.iter().copied().flatten();
        let (first, last) = (there().min().unwrap_or_default(), there().max().unwrap_or_default());
        let width = u64::try_from(last.saturating_sub(first)).unwrap_or(u64::MAX).saturating_add(1);
        Self { of_record, first, width }
    }
}
