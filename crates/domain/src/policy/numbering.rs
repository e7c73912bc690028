//! Values as numbers.

use rustc_hash::FxHashMap;

use super::facts::Value;

/// Values numbered from 0 in the order of their first appearance.
pub(super) struct Numbering<'a> {
    /// The first values, each with what is compared first.
    few: Vec<(u64, Value<'a>)>,
    /// The others: most persons have so few values that looking through them is quicker than any table.
    more: FxHashMap<Value<'a>, u64>,
}

const FEW: usize = 32;

impl<'a> Numbering<'a> {
    /// For the values of so many records.
    pub fn of_records(many: usize) -> Self {
        Self { few: Vec::with_capacity(many.min(FEW)), more: FxHashMap::default() }
    }

    /// How many there are, which is the number of the next one.
    pub fn next(&self) -> u64 {
        u64::try_from(self.few.len().saturating_add(self.more.len())).unwrap_or(u64::MAX)
    }

    /// The number of a value.
    pub fn of(&mut self, value: Value<'a>) -> u64 {
        let glance = glance(value);
        let known = self.few.iter().zip(0..).find(|((g, v), _)| *g == glance && *v == value);
        if let Some((_, number)) = known {
            return number;
        }
        let next = self.next();
        if self.few.len() < FEW {
            self.few.push((glance, value));
            return next;
        }
        *self.more.entry(value).or_insert(next)
    }
}

/// What mostly tells a value from others: the end of a word, where counted names and random ones differ.
fn glance(value: Value<'_>) -> u64 {
    match value {
        Value::Number(number) => number.cast_unsigned(),
        Value::Word(word) => match (word.as_bytes().last_chunk(), word.as_bytes().last_chunk(), word.as_bytes()) {
            (Some(eight), ..) => u64::from_le_bytes(*eight),
            (None, Some(four), [first, ..]) => u64::from(u32::from_le_bytes(*four)) << 8 | u64::from(*first),
            (.., short) => short.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)),
        },
    }
}
