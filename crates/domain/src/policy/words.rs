//! The words that a policy compares, numbered: a record's words are looked up once and then compared as numbers.

use rustc_hash::FxHashMap;

use super::document::WordField;
use super::facts::{Aliases, Facts};

/// A word of one field, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Word(u32);

impl Word {
    /// A word that the policy does not name; 0, the default, is no word at all.
    const OTHER: Self = Self(1);
    const FIRST: u32 = 2;

    /// The number, where the policy names the word.
    pub fn named(self) -> Option<i64> {
        (self.0 >= Self::FIRST).then(|| i64::from(self.0))
    }
}

/// A record's words in the fields that conditions compare.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Words {
    /// See [`Lexicon::place`].
    each: [Word; PLACES],
    /// The comparisons that hold; see [`Lexicon::mark`].
    pub marks: u64,
}

impl Words {
    /// The word of the field at that place.
    pub fn at(&self, place: usize) -> Option<Word> {
        self.each.get(place).copied()
    }
}

const PLACES: usize = 14;

/// The numbers of a policy's words, by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Lexicon {
    /// As policies write them.
    numbers: [FxHashMap<String, Word>; PLACES],
    /// As records write them, with the comparisons that hold: other words for the same value have its number.
    said: [FxHashMap<String, (Word, u64)>; PLACES],
    /// The comparisons that have a bit, each with its place and its words, in the order of the bits.
    marked: Vec<(usize, IndexSet)>,
    /// The fields that conditions compare, each with its place and the bits of its comparisons.
    used: Vec<(WordField, usize, u64)>,
}

impl Lexicon {
    /// The place of a field among the [`Words`]; nothing for fields that hold numbers.
    pub const fn place(field: WordField) -> Option<usize> {
        Some(match field {
            WordField::Kind => 0,
            WordField::HostLevel => 1,
            WordField::ContestLevel => 2,
            WordField::ContestSeries => 3,
            WordField::Contest => 4,
            WordField::Award => 5,
            WordField::Activity => 6,
            WordField::Session => 7,
            WordField::Host => 8,
            WordField::Work => 9,
            WordField::PersonKind => 10,
            WordField::Stage => 11,
            WordField::School => 12,
            WordField::Class => 13,
            WordField::Grade
            | WordField::TeamPosition
            | WordField::TeamSize
            | WordField::Place
            | WordField::Minutes => return None,
        })
    }

    /// The numbers of words that a condition names.
    pub fn set(&mut self, field: WordField, words: &[String]) -> IndexSet {
        let Some(place) = Self::place(field) else { return IndexSet::default() };
        let Some(numbers) = self.numbers.get_mut(place) else { return IndexSet::default() };
        if !self.used.iter().any(|(known, ..)| *known == field) {
            self.used.push((field, place, 0));
        }
        let number = |word: &String| {
            let next = Word(u32::try_from(numbers.len()).unwrap_or(u32::MAX).saturating_add(Word::FIRST));
            *numbers.entry(word.clone()).or_insert(next)
        };
        words.iter().map(number).map(|w| w.0).collect()
    }

    /// The bit that tells of a record whether its word is one of these, so that all comparisons of one word are made at
    /// once; nothing where all bits are taken.
    pub fn mark(&mut self, place: usize, numbers: &IndexSet) -> Option<u64> {
        let comparison = (place, numbers.clone());
        let bit = self.marked.iter().position(|m| *m == comparison).unwrap_or_else(|| {
            self.marked.push(comparison);
            self.marked.len().saturating_sub(1)
        });
        1_u64.checked_shl(u32::try_from(bit).ok()?)
    }

    /// The bits of the comparisons at a place that are so.
    fn marks(&self, place: usize, so: impl Fn(&IndexSet) -> bool) -> u64 {
        let bits = self.marked.iter().zip(0..).filter(|((at, set), _)| *at == place && so(set));
        bits.filter_map(|(_, bit)| 1_u64.checked_shl(bit)).fold(0, |all, bit| all | bit)
    }

    /// Once every condition is known: what records may say for each word.
    pub fn settle(&mut self, aliases: &Aliases) {
        let mut said: [FxHashMap<String, (Word, u64)>; PLACES] = Default::default();
        for (field, place, _) in &self.used {
            let (Some(numbers), Some(said)) = (self.numbers.get(*place), said.get_mut(*place)) else { continue };
            let known = |word: Word| (word, self.marks(*place, |set| set.has(word)));
            said.extend(numbers.iter().map(|(text, word)| (text.clone(), known(*word))));
            for (other, word) in aliases.of(*field) {
                said.insert(other.clone(), known(numbers.get(word).copied().unwrap_or(Word::OTHER)));
            }
        }
        self.said = said;
        self.used = self.used.iter().map(|(field, place, _)| (*field, *place, self.marks(*place, |_| true))).collect();
    }

    /// The words of one record, or of a person alone. Of a record, those that are the person's are known.
    pub fn look_up(&self, facts: &Facts<'_>, of_person: Option<&Words>) -> Words {
        let mut words = of_person.copied().unwrap_or_default();
        for (field, place, marks) in &self.used {
            if of_person.is_some() && facts.is_as_person(*field) {
                continue;
            }
            if let (Some(word), Some(said)) = (words.each.get_mut(*place), self.said.get(*place)) {
                let known = |text: &str| said.get(text).copied().unwrap_or((Word::OTHER, 0));
                let (number, held) = facts.written(*field).map(known).unwrap_or_default();
                *word = number;
                words.marks = words.marks & !marks | held;
            }
        }
        words
    }
}

/// A set of small numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct IndexSet {
    /// Those below 64, as bits.
    few: u64,
    /// The others.
    more: Vec<u32>,
}

impl IndexSet {
    /// Whether the number is in it.
    #[inline]
    pub fn contains(&self, index: u32) -> bool {
        match 1_u64.checked_shl(index) {
            Some(bit) => self.few & bit != 0,
            None => self.more.contains(&index),
        }
    }

    /// Whether a place in a list is in it.
    #[inline]
    pub fn contains_place(&self, place: usize) -> bool {
        u32::try_from(place).is_ok_and(|p| self.contains(p))
    }

    /// Whether the word is in it.
    #[inline]
    pub fn has(&self, word: Word) -> bool {
        self.contains(word.0)
    }
}

impl IndexSet {
    /// With those of another.
    pub fn join(&mut self, other: &Self) {
        self.few |= other.few;
        self.more.extend(&other.more);
    }
}

impl FromIterator<u32> for IndexSet {
    fn from_iter<I: IntoIterator<Item = u32>>(indices: I) -> Self {
        indices.into_iter().fold(Self::default(), |mut set, index| {
            match 1_u64.checked_shl(index) {
                Some(bit) => set.few |= bit,
                None => set.more.push(index),
            }
            set
        })
    }
}
