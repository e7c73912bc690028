//! Which group each record of a person belongs to: the values of keys, numbered.

use std::cell::OnceCell;

use super::document::{Key, Period, WordField};
use super::evaluate::Work;
use super::facts::{Facts, Value};
use super::numbering::Numbering;
use super::{KeyPlan, Plan};
use crate::record::Record;

/// The groups of one person's records, by key; each key is worked out for all records when it is first asked for.
/// A record is known by its place among the works.
pub(super) struct Groups<'a> {
    plan: &'a Plan,
    by_key: Vec<OnceCell<Column>>,
    by_period: [OnceCell<Vec<Option<i64>>>; Period::ALL.len()],
}

/// What the records have for one key, as numbers.
pub(super) struct Column {
    /// More than any of the numbers, and hardly more than there are values, so that groups can be counted in lists.
    pub radix: u64,
    numbers: Numbers,
}

enum Numbers {
    /// [`LACKS`] where a record has none.
    One(Vec<u64>),
    Many(Vec<Vec<u64>>),
}

const LACKS: u64 = u64::MAX;

/// The numbers of a record's values.
#[derive(Clone, Copy)]
pub(super) enum Values<'v> {
    One(Option<u64>),
    Many(&'v [u64]),
}

impl Column {
    /// Those of the record at that place; each is below the radix.
    #[inline]
    pub fn values(&self, place: usize) -> Values<'_> {
        match &self.numbers {
            Numbers::One(each) => Values::One(each.get(place).copied().filter(|n| *n != LACKS)),
            Numbers::Many(each) => Values::Many(each.get(place).map(Vec::as_slice).unwrap_or_default()),
        }
    }
}

impl<'a> Groups<'a> {
    /// For a policy's keys.
    pub fn new(plan: &'a Plan) -> Self {
        let by_key = plan.keys.iter().map(|_| OnceCell::new()).collect();
        Self { plan, by_key, by_period: Default::default() }
    }

    /// The policy's key of that number; nothing for a number that it does not have.
    pub fn column(&self, key: usize, works: &[Work<'a>]) -> Option<&Column> {
        let (plan, cell) = (self.plan.keys.get(key)?, self.by_key.get(key)?);
        Some(cell.get_or_init(|| match &plan.key {
            Key::Period(period) => since_the_first(self.periods(*period, works)),
            Key::Tag | Key::TagOf(_) => numbered_tags(&plan.key, works),
            // The words that most policies group by, which have no other words.
            Key::Field(WordField::Session) => numbered_texts(plan, works, |record| &record.session_id),
            Key::Field(WordField::Activity) => numbered_texts(plan, works, |record| &record.activity_id),
            Key::Field(WordField::Host) => numbered_texts(plan, works, |record| &record.host_id),
            Key::Field(WordField::Work) => numbered_texts(plan, works, |record| &record.work_id),
            Key::Field(field) => numbered(plan, works, |facts| facts.value(*field)),
            Key::Category => numbered(plan, works, |facts| facts.category().map(Value::Word)),
            Key::Rule => numbered(plan, works, |facts| facts.rule_id().map(Value::Word)),
            Key::Lifetime => Column { radix: 1, numbers: Numbers::One(vec![0; works.len()]) },
        }))
    }

    /// The span of time that each record lies in.
    pub fn periods(&self, period: Period, works: &[Work<'a>]) -> &[Option<i64>] {
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
        let span = |work: &Work<'a>| self.plan.almanac.index(period, work.facts.day, work.facts.grade());
        cell.get_or_init(|| works.iter().map(span).collect())
    }
}

fn since_the_first(spans: &[Option<i64>]) -> Column {
    let there = || spans.iter().copied().flatten();
    let (first, last) = (there().min().unwrap_or_default(), there().max().unwrap_or_default());
    let since = |index: i64| u64::try_from(index.saturating_sub(first)).unwrap_or(LACKS);
    let numbers = spans.iter().map(|span| span.map_or(LACKS, since)).collect();
    Column { radix: since(last).saturating_add(1), numbers: Numbers::One(numbers) }
}

fn numbered<'a>(plan: &KeyPlan, works: &[Work<'a>], value: impl Fn(&Facts<'a>) -> Option<Value<'a>>) -> Column {
    let asked = |facts: &Facts<'a>| plan.of.as_ref().is_none_or(|of| facts.rule.is_some_and(|r| of.contains_place(r)));
    let mut numbering = Numbering::of_records(works.len());
    let mut number = |facts: &Facts<'a>| value(facts).map_or(LACKS, |value| numbering.of(value));
    let number = |work: &Work<'a>| if asked(&work.facts) { number(&work.facts) } else { LACKS };
    let numbers = works.iter().map(number).collect();
    Column { radix: numbering.next(), numbers: Numbers::One(numbers) }
}

fn numbered_texts<'a>(plan: &KeyPlan, works: &[Work<'a>], text: impl Fn(&'a Record) -> &'a Option<String>) -> Column {
    numbered(plan, works, |facts| text(facts.record?).as_deref().map(Value::Word))
}

fn numbered_tags<'a>(key: &Key, works: &[Work<'a>]) -> Column {
    let mut numbering = Numbering::of_records(works.len());
    let several = |work: &Work<'a>| {
        let mut each: Vec<u64> = tags(key, work).map(|tag| numbering.of(Value::Word(tag))).collect();
        each.sort_unstable();
        each.dedup();
        each
    };
    let numbers = works.iter().map(several).collect();
    Column { radix: numbering.next(), numbers: Numbers::Many(numbers) }
}

fn tags<'a>(key: &Key, work: &Work<'a>) -> impl Iterator<Item = &'a str> {
    let prefix = if let Key::TagOf(prefix) = key { Some(prefix.as_str()) } else { None };
    work.facts.tags().filter_map(move |tag| match prefix {
        Some(prefix) => tag.strip_prefix(prefix)?.strip_prefix(':'),
        None => Some(tag),
    })
}
