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
    columns: Vec<Column<'a>>,
    by_period: [OnceCell<Vec<Option<i64>>>; Period::ALL.len()],
}

/// The values of one key: for each record none, one or (tags) several.
#[derive(Default)]
struct Column<'a> {
    numbers: Numbers<'a>,
    /// For each record its number, [`LACKS`] or [`NOT_ASKED`].
    one: Vec<u64>,
    many: FxHashMap<usize, Vec<u64>>,
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
    pub fn new(plan: &'a Plan) -> Self {
        let columns = plan.keys.iter().map(|_| Column::default()).collect();
        Self { plan, columns, by_period: Default::default() }
    }

    /// The values that a record has for the policy's key of that number; each is below [`Groups::radix`].
    pub fn values(&mut self, key: usize, place: usize, works: &[Work<'a>]) -> Values<'_> {
        let (Some(name), Some(column), Some(work)) =
            (self.plan.keys.get(key), self.columns.get_mut(key), works.get(place))
        else {
            return Values::One(None);
        };
        let value = match name {
            Key::Tag | Key::TagOf(_) => {
                let numbers = &mut column.numbers;
                let tags = column.many.entry(place).or_insert_with(|| {
                    let mut each: Vec<u64> =
                        tags(name, work).map(|t| numbers.of(Value::Word(t), works.len())).collect();
                    each.sort_unstable();
                    each.dedup();
                    each
                });
                return Values::Many(tags);
            }
            Key::Lifetime => return Values::One(Some(0)),
            _ => {
                if column.one.is_empty() {
                    column.one = vec![NOT_ASKED; works.len()];
                }
                column.one.get_mut(place)
            }
        };
        let Some(number) = value else { return Values::One(None) };
        if *number == NOT_ASKED {
            let value = match name {
                Key::Field(field) => work.facts.field(*field),
                Key::Category => work.facts.category().map(Value::Word),
                Key::Rule => work.facts.rule_id().map(Value::Word),
                Key::Period(period) => {
                    periods(&self.by_period, *period, works).get(place).copied().flatten().map(Value::Number)
                }
                Key::Tag | Key::TagOf(_) | Key::Lifetime => None,
            };
            *number = value.map_or(LACKS, |v| column.numbers.of(v, works.len()));
        }
        Values::One(Some(*number).filter(|n| *n != LACKS))
    }

    /// More than any number of a key's values.
    pub fn radix(&self, key: usize, works: &[Work<'a>]) -> u64 {
        let most = match self.plan.keys.get(key) {
            Some(Key::Tag | Key::TagOf(_)) => works.iter().map(|w| w.record.tags.len()).sum(),
            _ => works.len(),
        };
        u64::try_from(most).unwrap_or(u64::MAX).saturating_add(2)
    }

    /// The span that each record lies in.
    pub fn periods(&self, period: Period, works: &[Work<'a>]) -> &[Option<i64>] {
        periods(&self.by_period, period, works)
    }
}

fn tags<'a>(key: &Key, work: &Work<'a>) -> impl Iterator<Item = &'a str> {
    let prefix = if let Key::TagOf(prefix) = key { Some(prefix.as_str()) } else { None };
    work.facts.tags().filter_map(move |tag| match prefix {
        Some(prefix) => tag.strip_prefix(prefix)?.strip_prefix(':'),
        None => Some(tag),
    })
}

/// Values in the order of their first use.
#[derive(Default)]
struct Numbers<'a> {
    known: FxHashMap<Value<'a>, u64>,
    last: Option<(Value<'a>, u64)>,
}

impl<'a> Numbers<'a> {
    fn of(&mut self, value: Value<'a>, expected: usize) -> u64 {
        // Records come in order of time, so that spans of time come in runs.
        if let Some((last, number)) = self.last
            && last == value
        {
            return number;
        }
        if self.known.is_empty() {
            self.known.reserve(expected);
        }
        // 0 is for what was not asked yet.
        let next = u64::try_from(self.known.len()).unwrap_or(u64::MAX).saturating_add(1);
        let number = *self.known.entry(value).or_insert(next);
        self.last = Some((value, number));
        number
    }
}

fn periods<'p>(cells: &'p [OnceCell<Vec<Option<i64>>>], period: Period, works: &[Work<'_>]) -> &'p [Option<i64>] {
    let cell = Period::ALL.iter().position(|p| *p == period).and_then(|i| cells.get(i));
    cell.map(|cell| cell.get_or_init(|| indices(period, works)).as_slice()).unwrap_or_default()
}

fn indices(period: Period, works: &[Work<'_>]) -> Vec<Option<i64>> {
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
    works.iter().map(&mut index).collect()
}
